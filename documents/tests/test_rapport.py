"""The PDF report: who gets it, what is in it, and that nothing typed by anybody breaks it."""

import io
import re
import zlib

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone, translation
from PIL import Image
from typst import TypstError

from accounts.tests.api import client_api
from documents import rapport
from documents.courriels import completer_cloture
from documents.polices import couverture, imprimable
from documents.rapport import composer_rapport
from documents.tests.factories import DocumentFactory
from erp.exceptions import BusinessRuleError, IntrouvableError
from interventions.models import Intervention
from interventions.services import changer_statut
from interventions.tests.factories import (
    HistoriqueFactory,
    InterventionFactory,
    PieceUtiliseeFactory,
    PointControleFactory,
    TempsFactory,
)
from notifications.choices import Canal, Evenement
from notifications.envoi import TENTATIVES_COMPLETES, composer, envoyer
from notifications.models import Notification

MALVEILLANT = (
    '#import "/etc/passwd" $x$ *gras* `code` #panic("x") \\ <b> @ref // fin\n'
    "\x00\x07\u202egnp.exe\u2066 😀 漢字 ﷽ e" + "\u0301" * 60 + "\n" + "x" * 900 + "\n" + "ش" * 900
)


@pytest.fixture(autouse=True)
def stockage(settings, tmp_path):
    """Each test keeps its files to itself."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }


@pytest.fixture
def intervention(technicien, client_portail):
    return InterventionFactory(
        cloturee=True,
        technicien=technicien.technicien,
        equipement__client=client_portail.contact.client,
    )


@pytest.fixture
def dit(monkeypatch):
    """What the report says: everything that is handed to the template, as one text."""
    recu = {}
    compiler = rapport.typst.compile

    def noter(*args, **kwargs):
        recu["texte"] = kwargs["sys_inputs"]["donnees"]
        return compiler(*args, **kwargs)

    monkeypatch.setattr(rapport.typst, "compile", noter)

    def dire(par, pk):
        composer_rapport(par=par, intervention_id=pk)
        return recu["texte"]

    return dire


def image() -> ContentFile:
    sortie = io.BytesIO()
    Image.new("RGBA", (600, 900), (200, 30, 30, 120)).save(sortie, "PNG")
    return ContentFile(sortie.getvalue(), name="photo.png")


# --- Who, when ---


@pytest.mark.django_db
def test_before_the_work_begins_only_the_company_has_one(
    technicien, client_portail, responsable, autre_client
):
    affectee = InterventionFactory(
        affectee=True,
        technicien=technicien.technicien,
        equipement__client=client_portail.contact.client,
    )
    for par in (technicien, client_portail):
        with pytest.raises(BusinessRuleError) as refus:
            composer_rapport(par=par, intervention_id=affectee.pk)
        assert refus.value.code == "RAPPORT_INDISPONIBLE"
    with pytest.raises(IntrouvableError):
        composer_rapport(par=autre_client, intervention_id=affectee.pk)
    assert composer_rapport(par=responsable, intervention_id=affectee.pk).contenu[:5] == b"%PDF-"
    changer_statut(par=technicien, intervention_id=affectee.pk, vers="en_cours")
    assert composer_rapport(par=client_portail, intervention_id=affectee.pk).contenu


@pytest.mark.django_db
def test_api_and_page(intervention, client_portail, autre_client, client):
    chemin = f"/api/v1/interventions/{intervention.pk}/rapport.pdf"
    reponse = client_api(client_portail).get(chemin)
    assert (reponse.status_code, reponse["Content-Type"]) == (200, "application/pdf")
    assert f"{intervention.reference}.pdf" in reponse["Content-Disposition"]
    assert reponse["X-Content-Type-Options"] == "nosniff"
    connu = client_api(client_portail).get(chemin, HTTP_IF_NONE_MATCH=reponse["ETag"])
    assert (connu.status_code, connu.content) == (304, b"")
    anglais = client_api(client_portail).get(chemin, HTTP_ACCEPT_LANGUAGE="en")
    assert anglais.content != reponse.content
    assert client_api(client_portail).head(chemin).status_code == 200
    assert client_api(autre_client).get(chemin).status_code == 404
    client.force_login(client_portail, backend="accounts.backends.EmailBackend")
    page = client.get(reverse("documents:rapport", args=[intervention.pk]))
    assert page.content == reponse.content
    cadre = client.get(reverse("documents:cadre", args=["intervention", intervention.pk]))
    assert reverse("documents:rapport", args=[intervention.pk]) in cadre.content.decode()


# --- What is in it ---


@pytest.mark.django_db
def test_what_it_says_and_what_it_keeps_to_itself(
    intervention, technicien, responsable, client_portail, dit
):
    Intervention.objects.filter(pk=intervention.pk).update(
        satisfaction_client=4, commentaire_client="Travail propre."
    )
    PointControleFactory(intervention=intervention, libelle="Niveau d’huile", resultat="ok")
    TempsFactory(intervention=intervention, technicien=technicien.technicien)
    piece = PieceUtiliseeFactory(intervention=intervention, prix_unitaire="7777.77")
    HistoriqueFactory(intervention=intervention, action="remarque", remarque="Vue par tous")
    HistoriqueFactory(
        intervention=intervention, action="remarque", remarque="Client pénible", interne=True
    )
    HistoriqueFactory(
        intervention=intervention, action="cloture", remarque="Entre nous", interne=True
    )
    for interne, nom in ((False, "montrable.png"), (True, "cachee.png")):
        DocumentFactory(
            intervention=intervention,
            fichier=image(),
            mime_type="image/png",
            nom_fichier=nom,
            interne=interne,
        )
    for par in (client_portail, technicien, responsable):
        texte = dit(par, intervention.pk)
        for attendu in (
            intervention.reference,
            "Ciments du Nord",
            "Roulement remplacé.",
            "Niveau d’huile",
            piece.piece.designation,
            "Tarik Technicien",
            "Vue par tous",
            "montrable.png",
            "Travail propre.",
            "4 / 5",
        ):
            assert attendu in texte, attendu
        for secret in ("Client pénible", "Entre nous", "cachee.png", "7777", "MAD"):
            assert secret not in texte, secret


@pytest.mark.django_db
def test_technical_notes_and_costs_stay_inside(technicien, client_portail, dit):
    intervention = InterventionFactory(
        cloturee=True,
        technicien=technicien.technicien,
        equipement__client=client_portail.contact.client,
        notes_techniques="Mot de passe de l’automate",
        cout_main_oeuvre="4321.00",
    )
    texte = dit(client_portail, intervention.pk)
    assert "automate" not in texte
    assert "4321" not in texte


@pytest.mark.django_db
@pytest.mark.parametrize("langue", ["fr", "en", "ar"])
def test_archival_and_the_same_bytes_for_the_same_facts(intervention, client_portail, langue):
    with translation.override(langue):
        un = composer_rapport(par=client_portail, intervention_id=intervention.pk)
        deux = composer_rapport(par=client_portail, intervention_id=intervention.pk)
    assert un.contenu == deux.contenu
    assert un.nom_fichier == f"{intervention.reference}.pdf"
    flux = b"".join(
        zlib.decompress(morceau)
        for morceau in re.findall(
            rb"FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", un.contenu, re.S
        )
        if morceau[:1] == b"x"
    )
    assert b"pdfaid:part>2<" in un.contenu + flux
    assert b"pdfaid:conformance>B<" in un.contenu + flux


# --- What people type ---


@pytest.mark.django_db
@pytest.mark.parametrize("langue", ["fr", "ar"])
def test_nothing_that_is_typed_breaks_it(technicien, client_portail, langue, dit):
    propre = MALVEILLANT.replace("\x00", "")
    intervention = InterventionFactory(
        cloturee=True,
        technicien=technicien.technicien,
        equipement__client=client_portail.contact.client,
        equipement__nom=propre[:200],
        titre=propre[:200],
        description=propre[:2000],
        diagnostic=propre,
        solution=propre,
        date_limite=timezone.now(),
    )
    PointControleFactory(intervention=intervention, libelle=propre[:300], note=propre[:500])
    HistoriqueFactory(intervention=intervention, action="remarque", remarque=propre[:2000])
    DocumentFactory(
        intervention=intervention,
        fichier=ContentFile(b"no picture at all", name="x.png"),
        mime_type="image/png",
        nom_fichier=propre[:100].replace("\n", " "),
    )
    absente = DocumentFactory(intervention=intervention, mime_type="image/png")
    absente.fichier.storage.delete(absente.fichier.name)
    with translation.override(langue):
        texte = dit(client_portail, intervention.pk)
    assert "#import" in texte  # as words
    assert "\u202e" not in texte


def test_printable_text():
    assert imprimable("a\x00b\u202ec\u200d") == "abc\u200d"
    assert imprimable("a\tb\r\nc\n\n\n\nd") == "a b\nc\n\nd"
    assert imprimable("漢😀é") == "��é"
    assert len(imprimable("e" + "\u0301" * 60)) <= 4
    coupe = imprimable("x" * 100)
    assert max(map(len, coupe.split("\u200b"))) < 30
    assert coupe.replace("\u200b", "") == "x" * 100
    assert {ord(lettre) for lettre in "éœ’Ωµ≥→ش٣й�"} <= couverture()


# --- The closing e-mail ---


@pytest.fixture
def message(intervention, client_portail):
    return Notification.objects.create(
        user=client_portail,
        type_notification=Evenement.INTERVENTION_CLOTUREE,
        titre="Clôturée",
        message="Solution : fait",
        lien=intervention.get_absolute_url(),
        sujet=f"intervention:{intervention.pk}",
        canal=Canal.EMAIL,
    )


@pytest.mark.django_db
def test_the_closing_mail_carries_the_report_and_a_link_to_rate(message, intervention, mailoutbox):
    envoyer(message.pk)
    (courriel,) = mailoutbox
    ((nom, contenu, genre),) = courriel.attachments
    assert (nom, genre) == (f"{intervention.reference}.pdf", "application/pdf")
    assert contenu[:5] == b"%PDF-"
    avis = reverse("interventions:satisfaction", args=[intervention.pk])
    assert avis in courriel.body
    assert avis in courriel.alternatives[0][0]


@pytest.mark.django_db
def test_it_speaks_the_reader_s_language(message, client_portail, monkeypatch):
    client_portail.langue = "en"
    client_portail.save()
    message.refresh_from_db()
    vues = []
    monkeypatch.setattr(
        "documents.courriels.composer_rapport",
        lambda **_: vues.append(translation.get_language()) or rapport.Rapport("r.pdf", b"%PDF-"),
    )
    composer(message)
    assert vues == ["en"]


@pytest.mark.django_db
@pytest.mark.parametrize("panne", [TypstError("no fonts"), OSError("disk full")])
def test_a_report_that_fails_does_not_hold_the_mail_back(
    message, intervention, mailoutbox, monkeypatch, panne
):
    def echouer(**_kwargs):
        raise panne

    monkeypatch.setattr("documents.courriels.composer_rapport", echouer)
    envoyer(message.pk)
    (courriel,) = mailoutbox
    assert not courriel.attachments
    assert reverse("documents:rapport", args=[intervention.pk]) in courriel.body


@pytest.mark.django_db
def test_the_last_tries_leave_without_what_may_kill_the_worker(message, monkeypatch):
    def tuer(_notification):
        raise MemoryError

    monkeypatch.setattr("documents.courriels.completer_cloture", tuer)
    with pytest.raises(MemoryError):
        composer(message)
    message.tentatives = TENTATIVES_COMPLETES + 1
    assert not composer(message).attachments


@pytest.mark.django_db
def test_staff_get_the_words_alone_and_a_rated_one_asks_nothing(message, intervention, responsable):
    Intervention.objects.filter(pk=intervention.pk).update(satisfaction_client=5)
    complement = completer_cloture(message)
    assert complement.liens == ()
    assert len(complement.pieces) == 1
    message.user = responsable
    assert completer_cloture(message).pieces == ()
