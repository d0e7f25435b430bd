"""Calendar addresses: secret, revocable, carrying what their owner may see, read by a strict parser."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from erp.exceptions import AuthorizationError, BusinessRuleError, IntrouvableError, ValidationError
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
