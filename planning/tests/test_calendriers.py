"""Calendar addresses: secret, revocable, carrying what their owner may see, read by a strict parser."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from erp.exceptions import AuthorizationError, BusinessRuleError, IntrouvableError, ValidationError
from interventions.services import affecter_technicien, changer_statut, deplanifier, planifier
from interventions.tests.factories import CreneauFactory, InterventionFactory
from planning.models import AbonnementCalendrier
from planning.services.calendriers import (
    ABONNEMENTS_AU_PLUS,
    creer_abonnement,
    lire_calendrier,
    revoquer_abonnement,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def creneaux(technicien, autre_technicien):
    """A slot of each technicien, tomorrow."""
    sortie = []
    for user in (technicien, autre_technicien):
        intervention = InterventionFactory(
            affectee=True, technicien=user.technicien, titre="Révision ; pompe, « nord »"
        )
        debut = timezone.now() + timedelta(days=1)
        sortie.append(
            CreneauFactory(
                intervention=intervention,
                technicien=user.technicien,
                debut=debut,
                fin=debut + timedelta(hours=2),
            )
        )
    return sortie


def references(corps):
    calendrier = Calendar.from_ical(corps)
    return {str(e["summary"]) for e in calendrier.walk("VEVENT")}


def test_un_technicien_lit_les_siens(technicien, creneaux):
    _abonnement, jeton = creer_abonnement(par=technicien, nom="Mon téléphone")
    (titre,) = references(lire_calendrier(jeton))
    assert creneaux[0].intervention.reference in titre


def test_qui_planifie_lit_tout_ou_un_seul(responsable, technicien, creneaux):
    _tous, jeton = creer_abonnement(par=responsable, nom="Atelier")
    assert len(references(lire_calendrier(jeton))) == 2
    _un, jeton = creer_abonnement(
        par=responsable, nom="Lui", technicien_id=technicien.technicien.pk
    )
    assert len(references(lire_calendrier(jeton))) == 1


def test_l_evenement_est_complet(technicien, creneaux):
    creneau = creneaux[0]
    _abonnement, jeton = creer_abonnement(par=technicien, nom="x")
    corps = lire_calendrier(jeton)
    assert b"\r\n" in corps
    assert all(len(ligne) <= 75 for ligne in corps.split(b"\r\n"))  # RFC 5545, 3.1
    (evenement,) = Calendar.from_ical(corps).walk("VEVENT")
    assert evenement.start == creneau.debut.replace(microsecond=0)
    assert evenement.end == creneau.fin.replace(microsecond=0)
    assert str(evenement["summary"]).endswith("Révision ; pompe, « nord »")
    for nom in ("uid", "dtstamp", "url", "description"):
        assert evenement[nom]


# --- Strictly: RFC 5545 -------------------------------------------------------------------------------

LIGNE = re.compile(r'[A-Z0-9-]+(?:;[A-Z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*:.*')
TEXTES = {"SUMMARY", "DESCRIPTION", "LOCATION", "X-WR-CALNAME"}
UNE_FOIS = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "SUMMARY", "LAST-MODIFIED"}


def strictement(corps: bytes) -> list[dict[str, str]]:
    """The events by a reader that forgives nothing: {name: value}, texts unescaped."""
    assert corps.endswith(b"\r\n")
    assert not corps.replace(b"\r\n", b"").strip(b"").count(b"\n")
    assert b"\r" not in corps.replace(b"\r\n", b"")
    physiques = corps[:-2].split(b"\r\n")
    assert all(0 < len(ligne) <= 75 for ligne in physiques)  # 3.1, octets
    for ligne in physiques:
        ligne.decode("utf-8")  # never cut inside a character
    logiques = re.sub(rb"\r\n[ \t]", b"", corps[:-2]).decode("utf-8").split("\r\n")
    pile: list[str] = []
    evenements: list[dict[str, str]] = []
    for ligne in logiques:
        assert LIGNE.fullmatch(ligne), ligne
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", ligne)
        gauche, valeur = re.split(r":(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", ligne, maxsplit=1)
        nom = gauche.partition(";")[0]
        if nom == "BEGIN":
            pile.append(valeur)
            if valeur == "VEVENT":
                evenements.append({})
        elif nom == "END":
            assert pile.pop() == valeur
        else:
            if nom in TEXTES:  # 3.3.11
                assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", valeur), ligne
                assert not re.search(r"(?<!\\)(?:\\\\)*\\[^\\;,nN]", valeur), ligne
                valeur = re.sub(
                    r"\\(.)", lambda t: "\n" if t[1] in "nN" else t[1], valeur, flags=re.DOTALL
                )
            if pile[-1] == "VEVENT":
                assert nom not in evenements[-1], f"{nom} twice"
                evenements[-1][nom] = valeur
    assert pile == []
    assert logiques[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"] or "VERSION:2.0" in logiques[:4]
    for evenement in evenements:
        assert evenement.keys() >= UNE_FOIS
        for nom in ("DTSTAMP", "DTSTART", "DTEND", "LAST-MODIFIED"):
            assert re.fullmatch(r"\d{8}T\d{6}Z", evenement[nom]), evenement[
                nom
            ]  # no VTIMEZONE needed
        assert evenement["DTSTART"] < evenement["DTEND"]
        assert evenement["STATUS"] in ("CONFIRMED", "TENTATIVE", "CANCELLED")
    assert len({evenement["UID"] for evenement in evenements}) == len(evenements)
    return evenements


@pytest.mark.parametrize(
    "titre",
    [
        "Révision ; pompe, « nord »",
        "barre \\ oblique\\n, deux \\\\ et \\;",
        "é" * 200,
        "طوارئ المضخة رقم ٣ " * 9,
        'BEGIN:VEVENT "guillemets" : deux-points = égal',
        "🔧" * 60,
    ],
)
def test_n_importe_quel_titre_se_relit(technicien, titre):
    titre = titre.strip()[:200]
    creneau = CreneauFactory(
        intervention=InterventionFactory(
            affectee=True, technicien=technicien.technicien, titre=titre
        )
    )
    _abonnement, jeton = creer_abonnement(par=technicien, nom="x")
    corps = lire_calendrier(jeton)
    (evenement,) = strictement(corps)
    attendu = f"{creneau.intervention.reference} {titre}"
    assert evenement["SUMMARY"] == attendu
    calendrier = Calendar.from_ical(corps)
    assert [composant.errors for composant in calendrier.walk()] == [[], []]
    assert str(next(iter(calendrier.walk("VEVENT")))["summary"]) == attendu


@pytest.mark.parametrize(
    ("debut", "fin"),
    [
        ("2026-02-14T23:30:00+01:00", "2026-02-15T05:30:00+00:00"),
        ("2026-02-15T02:30:00+01:00", "2026-02-15T02:15:00+00:00"),
        ("2026-03-21T23:30:00+00:00", "2026-03-22T05:30:00+01:00"),
    ],
)
def test_un_creneau_qui_passe_un_changement_d_heure(technicien, debut, fin):
    debut, fin = datetime.fromisoformat(debut), datetime.fromisoformat(fin)
    with time_machine.travel(debut, tick=False):
        CreneauFactory(
            intervention=InterventionFactory(affectee=True, technicien=technicien.technicien),
            debut=debut,
            fin=fin,
        )
        _abonnement, jeton = creer_abonnement(par=technicien, nom="x")
        corps = lire_calendrier(jeton)
    strictement(corps)
    (evenement,) = Calendar.from_ical(corps).walk("VEVENT")
    assert (evenement.start, evenement.end) == (debut, fin)


# --- What becomes of a slot ----------------------------------------------------------------------------


def test_deplace_puis_annule_c_est_le_meme_evenement(responsable, technicien, autre_technicien):
    """Its UID stays, SEQUENCE rises; given to another it goes over to his calendar."""
    creneau = CreneauFactory(
        intervention=InterventionFactory(affectee=True, technicien=technicien.technicien)
    )
    jetons = {
        qui: creer_abonnement(par=qui, nom="x")[1]
        for qui in (technicien, autre_technicien, responsable)
    }

    def lu(qui):
        return strictement(lire_calendrier(jetons[qui]))

    (avant,) = lu(technicien)
    fait = {"par": responsable, "intervention_id": creneau.intervention_id}
    debut = creneau.debut + timedelta(days=1)
    planifier(**fait, debut=debut, fin=debut + timedelta(hours=3))
    (deplace,) = lu(technicien)
    assert deplace["UID"] == avant["UID"]
    assert deplace["DTSTART"] > avant["DTSTART"]
    assert int(deplace["SEQUENCE"]) > int(avant["SEQUENCE"])
    assert deplace["DTSTAMP"] >= avant["DTSTAMP"]

    affecter_technicien(**fait, technicien_id=autre_technicien.technicien.pk)
    assert lu(technicien) == []
    (recu,) = lu(autre_technicien)
    assert recu["UID"] == avant["UID"]

    deplanifier(**fait)
    (libere,) = lu(autre_technicien)
    assert (libere["UID"], libere["STATUS"]) == (avant["UID"], "CANCELLED")
    assert int(libere["SEQUENCE"]) > int(recu["SEQUENCE"])

    planifier(**fait, debut=debut, fin=debut + timedelta(hours=3))
    etats = {e["UID"]: e["STATUS"] for e in lu(autre_technicien)}
    assert etats.pop(avant["UID"]) == "CANCELLED"
    assert list(etats.values()) == ["TENTATIVE"]

    changer_statut(**fait, vers="annulee", motif_annulation="Le client renonce")
    assert {e["STATUS"] for e in lu(autre_technicien)} == {"CANCELLED"}
    assert {e["STATUS"] for e in lu(responsable)} == {"CANCELLED"}


def test_ce_qui_est_fait_reste_a_l_agenda(responsable, technicien):
    maintenant = timezone.now()
    creneau = CreneauFactory(
        intervention=InterventionFactory(affectee=True, technicien=technicien.technicien),
        debut=maintenant - timedelta(hours=2),
        fin=maintenant + timedelta(hours=1),
    )
    fait = {"par": technicien, "intervention_id": creneau.intervention_id}
    changer_statut(**fait, vers="en_cours")
    changer_statut(**fait, vers="cloturee", diagnostic="Usure", solution="Joint remplacé")
    _abonnement, jeton = creer_abonnement(par=technicien, nom="x")
    (evenement,) = strictement(lire_calendrier(jeton))
    assert evenement["STATUS"] == "CONFIRMED"


def test_revoque_ne_repond_plus_et_seul_son_auteur_revoque(technicien, responsable, client):
    abonnement, jeton = creer_abonnement(par=technicien, nom="x")
    with pytest.raises(IntrouvableError):
        revoquer_abonnement(par=responsable, abonnement_id=abonnement.pk)
    adresse = reverse("planning:ics", args=[jeton])
    reponse = client.get(adresse)
    assert (reponse.status_code, reponse["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    revoquer_abonnement(par=technicien, abonnement_id=abonnement.pk)
    assert client.get(adresse).status_code == 404


def test_un_compte_ferme_ou_un_role_change_ne_lit_plus(technicien):
    _abonnement, jeton = creer_abonnement(par=technicien, nom="x")
    technicien.is_active = False
    technicien.save()
    with pytest.raises(IntrouvableError):
        lire_calendrier(jeton)


def test_le_jeton_n_est_pas_dans_la_base(technicien):
    abonnement, jeton = creer_abonnement(par=technicien, nom="x")
    assert jeton not in str(AbonnementCalendrier.objects.filter(pk=abonnement.pk).values().get())
    with pytest.raises(IntrouvableError):
        lire_calendrier(abonnement.empreinte)


def test_ce_qui_est_refuse(technicien, autre_technicien, client_portail):
    with pytest.raises(AuthorizationError):
        creer_abonnement(par=client_portail, nom="x")
    with pytest.raises(AuthorizationError):
        creer_abonnement(par=technicien, nom="x", technicien_id=autre_technicien.technicien.pk)
    with pytest.raises(ValidationError):
        creer_abonnement(par=technicien, nom="  ")
    for rang in range(ABONNEMENTS_AU_PLUS):
        creer_abonnement(par=technicien, nom=f"n° {rang}")
    with pytest.raises(BusinessRuleError):
        creer_abonnement(par=technicien, nom="une de trop")


def test_la_page_montre_l_adresse_une_fois(client, technicien, creneaux):
    client.force_login(technicien)
    adresse = reverse("planning:calendriers")
    page = client.post(adresse, {"nom": "Mon téléphone"}).content.decode()
    assert "/calendrier/" in page
    relue = client.get(adresse).content.decode()
    assert "/calendrier/" not in relue
    assert "Mon téléphone" in relue
    refusee = client.post(adresse, {"nom": ""})
    assert refusee.status_code == 422
