"""Actions over several rows: who may, what the preview says, what is written, and what is refused row by row."""

import re
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clients.models import Client as Entreprise
from clients.tests.factories import ClientFactory, SiteFactory
from equipment.tests.factories import EquipementFactory
from erp import groupees
from interventions import services
from interventions.models import HistoriqueIntervention, Intervention
from interventions.tests.factories import InterventionFactory
from jobs.models import Travail
from jobs.tasks import appliquer_lot
from notifications.models import Notification
from stock.tests.factories import PieceFactory
from technicians.tests.factories import TechnicienFactory

pytestmark = pytest.mark.django_db
LOT = reverse("interventions:lot")
LISTE = reverse("interventions:liste")


def _navigateur(user):
    navigateur = Client()
    navigateur.force_login(user, backend="accounts.backends.EmailBackend")
    return navigateur


@pytest.fixture
def bureau(responsable):
    return _navigateur(responsable)


def _ids(*objets):
    return ",".join(str(objet.pk) for objet in objets)


@pytest.mark.parametrize("personne", ["technicien", "client_portail"])
def test_seul_le_bureau_agit_sur_plusieurs_lignes(request, personne):
    navigateur = _navigateur(request.getfixturevalue(personne))
    for app in ("interventions", "equipment", "clients", "stock"):
        assert (
            navigateur.post(reverse(f"{app}:lot"), {"action": "x", "ids": "1"}).status_code == 403
        )
    assert 'name="ids"' not in navigateur.get(LISTE).content.decode()


def test_les_lignes_se_cochent_et_la_barre_suit_le_filtre(bureau):
    InterventionFactory.create_batch(2, priorite="haute")
    page = bureau.get(f"{LISTE}?priorite=haute&sort=titre&page=1").content.decode()
    assert page.count('name="ids"') == 2
    assert 'name="requete" value="priorite=haute&amp;sort=titre"' in page
    # a fragment brings the same boxes and the same bar
    fragment = bureau.get(
        f"{LISTE}?priorite=haute&sort=titre&page=1", headers={"HX-Request": "true"}
    ).content.decode()
    assert _du_tableau(fragment) == _du_tableau(page)


def _du_tableau(html):
    """From the first row to the bar, without what changes each time."""
    lignes = html.split("<tbody>")[1].split("barre-lot-actions")[0]
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", lignes)


def test_l_apercu_dit_tout_et_n_ecrit_rien(bureau):
    ouverte = InterventionFactory()
    close = InterventionFactory(cloturee=True)
    avant = (HistoriqueIntervention.objects.count(), Notification.objects.count())
    saisie = bureau.post(LOT, {"action": "annuler", "ids": _ids(ouverte, close)})
    assert saisie.templates[0].name == "lots/saisie.html"
    envoi = {"action": "annuler", "ids": _ids(ouverte, close), "etape": "apercu"}
    assert bureau.post(LOT, envoi).status_code == 422
    apercu = bureau.post(LOT, envoi | {"motif_annulation": "Doublon de la matinée"})
    bilan = apercu.context["bilan"]
    assert [(s.pk, s.avant, s.apres) for s in bilan.changes] == [(ouverte.pk, "Ouverte", "Annulée")]
    assert [s.pk for s in bilan.refuses] == [close.pk]
    assert bilan.refuses[0].refus
    assert apercu.context["a_changer"] == str(ouverte.pk)
    assert "Doublon de la matinée" in apercu.content.decode()
    assert (HistoriqueIntervention.objects.count(), Notification.objects.count()) == avant
    ouverte.refresh_from_db()
    assert ouverte.statut == "ouverte"


def test_ce_qui_est_refuse_laisse_le_reste_et_se_reprend(bureau):
    ouverte = InterventionFactory()
    close = InterventionFactory(cloturee=True)
    resultat = bureau.post(
        LOT,
        {
            "action": "annuler",
            "etape": "appliquer",
            "ids": _ids(ouverte, close),
            "motif_annulation": "Doublon de la matinée",
            "requete": "statut=ouverte",
        },
    )
    ouverte.refresh_from_db()
    close.refresh_from_db()
    assert (ouverte.statut, close.statut) == ("annulee", "cloturee")
    assert resultat.context["a_reprendre"] == str(close.pk)
    archiver = bureau.post(
        LOT, {"action": "archiver", "etape": "appliquer", "ids": resultat.context["a_reprendre"]}
    )
    close.refresh_from_db()
    assert (archiver.status_code, archiver["Location"], close.statut) == (302, LISTE, "archivee")


def test_tout_le_filtre_est_ce_que_la_liste_compte(bureau):
    InterventionFactory.create_batch(30, priorite="basse")
    InterventionFactory.create_batch(3, priorite="haute")
    envoi = {"tout": "1", "requete": "priorite=basse&page=2&sort=titre", "etape": "apercu"}
    apercu = bureau.post(LOT, envoi | {"action": "priorite", "priorite": "haute"})
    assert len(apercu.context["bilan"].changes) == 30
    total = bureau.get(f"{LISTE}?priorite=basse").context["liste"].total
    assert total == len(apercu.context["bilan"].sorts)
    fin = bureau.post(
        LOT,
        {
            "action": "priorite",
            "etape": "appliquer",
            "priorite": "haute",
            "ids": apercu.context["a_changer"],
            "requete": envoi["requete"],
        },
    )
    assert fin["Location"].startswith(LISTE)
    assert Intervention.objects.filter(priorite="haute").count() == 33
    # what already is so is neither counted nor written
    encore = bureau.post(
        LOT, {"action": "priorite", "priorite": "haute", "tout": "1", "etape": "apercu"}
    )
    assert (len(encore.context["bilan"].inchanges), encore.context["a_changer"]) == (33, "")


def test_ce_qu_on_ne_voit_pas_n_existe_pas(bureau):
    vue = InterventionFactory()
    saisie = bureau.post(
        LOT, {"action": "priorite", "ids": f"{vue.pk},999999999,abc,-1,{'9' * 30}"}
    )
    assert saisie.context["nombre"] == 1
    assert bureau.post(LOT, {"action": "priorite", "ids": "999999999"})["Location"] == LISTE
    assert bureau.post(LOT, {"action": "voler", "ids": str(vue.pk)}).status_code == 400


def test_au_dela_un_travail_s_en_charge(bureau, responsable, monkeypatch):
    monkeypatch.setattr(groupees, "MAX", 2)
    close = InterventionFactory(cloturee=True)
    ouvertes = InterventionFactory.create_batch(3)
    envoi = {"action": "annuler", "motif_annulation": "Chantier abandonné", "tout": "1"}
    apercu = bureau.post(LOT, envoi | {"requete": "sort=reference", "etape": "apercu"})
    # tried on the first ones only; all of them go to the job, for it finds out the rest
    assert (apercu.context["partiel"], len(apercu.context["bilan"].sorts)) == (True, 2)
    assert len(apercu.context["a_changer"].split(",")) == 4
    reponse = bureau.post(
        LOT,
        {
            "action": "annuler",
            "motif_annulation": "Chantier abandonné",
            "ids": apercu.context["a_changer"],
            "etape": "appliquer",
        },
    )
    travail = Travail.objects.get()
    assert reponse["Location"] == travail.get_absolute_url()
    appliquer_lot(travail.pk)
    appliquer_lot(travail.pk)  # twice is safe
    travail.refresh_from_db()
    assert travail.statut == "termine", travail.message
    assert travail.resultat == {"lignes": 4, "modifiees": 3, "refusees": 1}
    assert {i.statut for i in Intervention.objects.filter(pk__in=[i.pk for i in ouvertes])} == {
        "annulee"
    }
    fichier = bureau.get(reverse("jobs:fichier", args=[travail.pk]))
    texte = b"".join(fichier.streaming_content).decode("utf-8-sig")
    assert texte.count("\r\n") == 2
    assert close.reference in texte
    assert Notification.objects.filter(user=responsable, sujet=f"travail:{travail.pk}").exists()


def test_trop_meme_pour_un_travail(bureau, monkeypatch):
    monkeypatch.setattr(groupees, "MAX_DIFFERE", 2)
    InterventionFactory.create_batch(3)
    reponse = bureau.post(LOT, {"action": "archiver", "tout": "1", "requete": "sort=titre"})
    assert (reponse.status_code, reponse["Location"]) == (302, f"{LISTE}?sort=titre")


def test_la_premiere_etape_se_retrouve_par_son_adresse(bureau):
    ouverte = InterventionFactory()
    adresse = f"{LOT}?action=priorite&ids={ouverte.pk}&etape=appliquer&priorite=urgente"
    assert bureau.get(adresse).templates[0].name == "lots/saisie.html"
    ouverte.refresh_from_db()
    assert ouverte.priorite != "urgente"
    assert bureau.get(LOT)["Location"] == LISTE


def test_une_ligne_qui_en_gene_une_autre_est_dite_et_les_autres_sont_faites(bureau, monkeypatch):
    lot = InterventionFactory.create_batch(3)
    vrai = services.modifier_intervention

    def modifier(*, intervention_id, **champs):
        if intervention_id == lot[1].pk:
            raise OperationalError("deadlock detected")
        return vrai(intervention_id=intervention_id, **champs)

    monkeypatch.setattr(services, "modifier_intervention", modifier)
    envoi = {"action": "priorite", "ids": _ids(*lot), "priorite": "urgente", "etape": "appliquer"}
    bilan = bureau.post(LOT, envoi).context["bilan"]
    assert [s.pk for s in bilan.changes] == [lot[0].pk, lot[2].pk]
    assert [s.pk for s in bilan.refuses] == [lot[1].pk]


def test_planifier_l_une_apres_l_autre(bureau):
    technicien = TechnicienFactory()
    lot = InterventionFactory.create_batch(3)
    debut = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(
        days=7
    )
    while debut.weekday() > 4:
        debut += timedelta(days=1)
    envoi = {
        "action": "planifier",
        "ids": _ids(*lot),
        "technicien_id": technicien.pk,
        "debut": debut.strftime("%Y-%m-%dT%H:%M"),
        "duree": "45",
    }
    # the last day of the calendar leaves no room for the next one
    assert (
        bureau.post(LOT, envoi | {"debut": "9999-12-31T23:30", "etape": "apercu"}).status_code
        == 422
    )
    # all at the same hour: one person can be at one place
    ensemble = bureau.post(LOT, envoi | {"etape": "apercu"}).context["bilan"]
    assert (len(ensemble.changes), len(ensemble.refuses)) == (1, 2)
    suite = envoi | {"a_la_suite": "on", "etape": "appliquer"}
    assert bureau.post(LOT, suite).status_code == 302
    debuts = [i.creneaux.get(ouvert=True).debut for i in lot]
    assert debuts == [debut + timedelta(minutes=45 * n) for n in range(3)]


def test_equipements_un_site_d_un_autre_client_est_refuse(bureau):
    sien = EquipementFactory()
    autre = EquipementFactory()
    site = SiteFactory(client=sien.client)
    bilan = bureau.post(
        reverse("equipment:lot"),
        {"action": "deplacer", "ids": _ids(sien, autre), "site_id": site.pk, "etape": "apercu"},
    ).context["bilan"]
    assert [s.pk for s in bilan.changes] == [sien.pk]
    assert [s.pk for s in bilan.refuses] == [autre.pk]
    for action, champs in (
        ("criticite", {"criticite": "critique"}),
        ("retirer", {"motif": "Usée"}),
    ):
        fin = bureau.post(
            reverse("equipment:lot"),
            {"action": action, "ids": _ids(sien, autre), "etape": "appliquer"} | champs,
        )
        assert fin.status_code == 302
    sien.refresh_from_db()
    assert (sien.criticite, sien.statut) == ("critique", "retire")


def test_clients_et_pieces(bureau):
    clients = ClientFactory.create_batch(2)
    fin = bureau.post(
        reverse("clients:lot"),
        {"action": "desactiver", "ids": _ids(*clients), "etape": "appliquer"},
    )
    assert fin.status_code == 302
    assert not Entreprise.objects.filter(pk__in=[c.pk for c in clients], is_active=True).exists()
    piece = PieceFactory()
    bureau.post(
        reverse("stock:lot"),
        {"action": "minimum", "ids": str(piece.pk), "stock_minimum": "7.5", "etape": "appliquer"},
    )
    piece.refresh_from_db()
    assert piece.stock_minimum == 7.5


@pytest.mark.parametrize(
    ("page", "fabrique"),
    [
        ("interventions:liste", InterventionFactory),
        ("equipment:liste", EquipementFactory),
        ("clients:liste", ClientFactory),
        ("stock:liste", PieceFactory),
    ],
)
def test_autant_de_requetes_a_3_lignes_qu_a_30(bureau, page, fabrique):
    fabrique.create_batch(3)
    bureau.get(reverse(page))
    comptes = []
    for nombre in (0, 22):
        fabrique.create_batch(nombre)
        with CaptureQueriesContext(
            connection,
        ) as requetes:
            bureau.get(reverse(page))
        comptes.append(len(requetes))
    assert comptes[0] == comptes[1] <= 12
