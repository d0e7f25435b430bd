"""The planning board: what it shows of a period, to whom, and at what cost."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import SiteFactory
from equipment.tests.factories import EquipementFactory
from erp.models import JourFerie
from interventions.tests.factories import CreneauFactory, InterventionFactory
from planning.tableau import a_planifier
from technicians.tests.factories import DisponibiliteFactory, TechnicienFactory

pytestmark = pytest.mark.django_db
TABLEAU, DONNEES = reverse("planning:tableau"), reverse("planning:donnees")
HTMX = {"HX-Request": "true"}
MARDI = date(2027, 2, 2)


def a(heure, jour=MARDI):
    h, m = map(int, heure.split(":"))
    return timezone.make_aware(datetime(jour.year, jour.month, jour.day, h, m))


def lire(client, jours=1, jour=MARDI):
    fin = jour + timedelta(days=jours)
    reponse = client.get(DONNEES, {"debut": f"{jour}T00:00", "fin": f"{fin}T00:00"})
    assert reponse.status_code == 200, reponse.json()
    return reponse.json()


def fonds(donnees, genre):
    return [f for f in donnees["fonds"] if f["genre"] == genre]


def test_only_those_who_plan_open_it(client, responsable, technicien, client_portail):
    for personne, statut in ((responsable, 200), (technicien, 403), (client_portail, 403)):
        client.force_login(personne)
        assert client.get(TABLEAU).status_code == statut
        params = {"debut": "2027-02-02T00:00", "fin": "2027-02-03T00:00"}
        assert client.get(DONNEES, params).status_code == statut


def test_slots_load_hours_absences_and_holidays(client, responsable, technicien):
    siens = technicien.technicien
    siens.horaires = "lun-ven 08:00-12:00, 14:00-18:00"
    siens.save()
    CreneauFactory(
        intervention=InterventionFactory(affectee=True, technicien=siens),
        debut=a("09:00"),
        fin=a("11:00"),
    )
    DisponibiliteFactory(technicien=siens, debut=a("14:00"), fin=a("18:00"))
    client.force_login(responsable)
    donnees = lire(client)
    (ligne,) = donnees["techniciens"]
    assert (ligne["prevues"], ligne["travaillees"], ligne["charge"]) == (120, 240, 50)
    (creneau,) = donnees["creneaux"]
    assert (creneau["start"], creneau["end"]) == ("2027-02-02T09:00:00", "2027-02-02T11:00:00")
    assert [(f["start"][11:16], f["end"][11:16]) for f in fonds(donnees, "ferme")] == [
        ("00:00", "08:00"),
        ("12:00", "14:00"),
        ("18:00", "00:00"),
    ]
    (absence,) = fonds(donnees, "absence")
    assert (absence["titre"], absence["techniciens"]) == ("Congé", [siens.pk])
    assert not fonds(donnees, "ferie")
    JourFerie.objects.create(jour=MARDI, libelle="Fête de l’usine", chome=True)
    (ferie,) = fonds(lire(client), "ferie")
    assert ferie["titre"] == "Fête de l’usine"


def test_a_month_is_shown_by_days(client, responsable, technicien):
    client.force_login(responsable)
    donnees = lire(client, 28, date(2027, 2, 1))
    fermes = fonds(donnees, "ferme")
    assert all(f["jour"] for f in fermes)
    assert {f["start"][:10] for f in fermes} >= {"2027-02-06", "2027-02-07"}


def test_the_road_between_two_sites_and_when_there_is_no_time_for_it(client, responsable):
    technicien = TechnicienFactory(latitude=Decimal("33.57311"), longitude=Decimal("-7.589843"))
    ici = EquipementFactory()
    la_bas = EquipementFactory()
    for equipement, latitude in ((ici, "33.573110"), (la_bas, "34.020882")):
        site = SiteFactory(client=equipement.client, latitude=Decimal(latitude))
        equipement.site = site
        equipement.save()
    for equipement, debut, fin in ((ici, "09:00", "10:00"), (la_bas, "10:10", "12:00")):
        CreneauFactory(
            intervention=InterventionFactory(
                affectee=True, technicien=technicien, equipement=equipement
            ),
            debut=a(debut),
            fin=a(fin),
        )
    client.force_login(responsable)
    donnees = lire(client)
    (route,) = fonds(donnees, "trajet")  # from home to the first site: nothing to drive
    assert route["court"] is True
    assert 60 < route["minutes"] < 120
    assert [c["trajet_court"] for c in donnees["creneaux"]] == [False, True]


def test_what_waits_comes_by_its_deadline(client, responsable):
    maintenant = timezone.now()
    tard, tot, sans = (
        InterventionFactory(date_limite=quand)
        for quand in (maintenant + timedelta(days=3), maintenant - timedelta(hours=1), None)
    )
    CreneauFactory()
    InterventionFactory(en_cours=True)
    InterventionFactory(cloturee=True)
    assert [i.pk for i in a_planifier(responsable)] == [tot.pk, tard.pk, sans.pk]
    client.force_login(responsable)
    page = client.get(TABLEAU)
    assert page.context["total"] == 3
    morceau = client.get(TABLEAU, {"q": tot.reference}, headers=HTMX)
    texte = morceau.content.decode()
    assert tot.reference in texte
    assert tard.reference not in texte
    assert "<html" not in texte


def test_the_period_is_bounded_and_the_cost_is_not_of_the_number(client, responsable):
    client.force_login(responsable)
    for faux in (
        {},
        {"debut": "2027-02-02T00:00", "fin": "2027-04-02T00:00"},
        {"debut": "2027-02-02T00:00", "fin": "2027-02-02T00:00"},
    ):
        assert client.get(DONNEES, faux).status_code == 400
    CreneauFactory.create_batch(2, debut=a("09:00"))
    lire(client)
    with CaptureQueriesContext(connection) as peu:
        lire(client)
    CreneauFactory.create_batch(10, debut=a("09:00"))
    DisponibiliteFactory.create_batch(3, debut=a("14:00"))
    with CaptureQueriesContext(connection) as beaucoup:
        lire(client)
    assert len(peu) == len(beaucoup) <= 12
    client.get(TABLEAU)
    with CaptureQueriesContext(connection) as peu:
        client.get(TABLEAU)
    InterventionFactory.create_batch(8)
    with CaptureQueriesContext(connection) as beaucoup:
        client.get(TABLEAU)
    assert len(peu) == len(beaucoup)


def test_a_lock_holds_the_slot_until_it_is_taken_off(client, responsable, technicien):
    creneau = CreneauFactory(
        intervention=InterventionFactory(affectee=True), debut=a("09:00"), fin=a("11:00")
    )
    objet = creneau.intervention
    client.force_login(responsable)
    url = reverse("planning:verrouiller", args=[objet.pk])
    assert client.post(url, {"verrouille": "peut-être"}).status_code == 400
    version = client.post(url, {"verrouille": "oui", "version": objet.version}).json()["version"]
    assert client.post(url, {"verrouille": "non", "version": objet.version}).status_code == 412
    placer = reverse("interventions:placer", args=[objet.pk])
    ailleurs = {"debut": "2027-02-02T14:00", "fin": "2027-02-02T16:00", "version": version}
    for place in (
        {**ailleurs, "technicien_id": creneau.technicien_id},
        {**ailleurs, "technicien_id": technicien.technicien.pk},
        {"technicien_id": creneau.technicien_id, "debut": "", "fin": "", "version": version},
        {"technicien_id": "", "debut": "", "fin": "", "version": version},
    ):
        refus = client.post(placer, place)
        assert (refus.status_code, refus.json()["code"]) == (409, "CRENEAU_VERROUILLE")
    creneau.refresh_from_db()
    assert (creneau.debut, creneau.ouvert, creneau.verrouille) == (a("09:00"), True, True)
    version = client.post(url, {"verrouille": "non", "version": version}).json()["version"]
    fait = client.post(
        placer, {**ailleurs, "technicien_id": creneau.technicien_id, "version": version}
    )
    assert fait.status_code == 200
    assert objet.historique.filter(donnees__has_key="creneau_verrouille").count() == 2


def test_a_day_is_drawn_with_the_hours_that_somebody_works(client, responsable, technicien):
    """A closed day keeps two hours; a slot at night opens its own."""
    TechnicienFactory(horaires="lun-ven 06:30-14:00", equipe="Nord")
    CreneauFactory(debut=a("21:15"), fin=a("23:30"))
    client.force_login(responsable)
    ouvertes = {f["start"][:10]: (f["start"][11:13], f["end"][11:13]) for f in _ouvertes(client, 6)}
    assert ouvertes["2027-02-02"] == ("06", "00")
    assert ouvertes["2027-02-03"][0] == "06"
    assert ouvertes["2027-02-07"] == ("12", "14")  # a Sunday
    nord = client.get(
        DONNEES, {"debut": "2027-02-02T00:00", "fin": "2027-02-03T00:00", "equipe": "Nord"}
    ).json()
    assert (len(nord["techniciens"]), nord["creneaux"]) == (1, [])
    assert [f["end"] for f in fonds(nord, "ouvert")] == ["2027-02-02T14:00:00"]


def _ouvertes(client, jours):
    return fonds(lire(client, jours), "ouvert")
