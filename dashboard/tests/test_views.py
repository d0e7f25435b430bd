"""Every number of the dashboard leads to a list of exactly as many rows, for whoever looks."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from equipment.tests.factories import EquipementFactory
from interventions.tests.factories import CreneauFactory, InterventionFactory
from stock.tests.factories import PieceFactory

pytestmark = pytest.mark.django_db
ACCUEIL = reverse("dashboard:accueil")


@pytest.fixture
def entreprise(technicien, client_portail):
    """A little of everything, of several people."""
    maintenant = timezone.now()
    siennes = {"equipement": EquipementFactory(client=client_portail.contact.client)}
    mien = {"technicien": technicien.technicien}
    InterventionFactory(date_limite=maintenant - timedelta(hours=1), priorite="urgente", **siennes)
    InterventionFactory(date_limite=maintenant + timedelta(hours=1))
    InterventionFactory(annulation_demandee_le=maintenant, **siennes)
    InterventionFactory(
        affectee=True, date_limite=maintenant - timedelta(days=1), **mien, **siennes
    )
    InterventionFactory(affectee=True, date_limite=maintenant + timedelta(days=9), **mien)
    InterventionFactory(en_attente=True, date_limite=maintenant - timedelta(days=1), **mien)
    # the client's own wait: the clock stands still
    InterventionFactory(
        en_attente=True,
        motif_attente="client",
        date_limite=maintenant - timedelta(days=1),
        **siennes,
    )
    InterventionFactory(
        cloturee=True, date_limite=maintenant - timedelta(days=9), **mien, **siennes
    )
    InterventionFactory(annulee=True, annulation_demandee_le=maintenant, **siennes)
    PieceFactory(stock=1, stock_minimum=5)


@pytest.mark.parametrize(
    ("personne", "nombres"),
    [
        ("responsable", {"À affecter": 3, "En retard": 3, "À risque": 1, "En attente": 2,
                         "Annulations demandées": 1, "Pièces sous le minimum": 1}),
        ("technicien", {"Non closes": 3, "En retard": 2, "À risque": 0, "En attente": 1}),
        ("client_portail", {"Non closes": 4, "En cours": 0, "À noter": 1}),
        ("autre_technicien", {"Non closes": 0, "En retard": 0, "À risque": 0, "En attente": 0}),
        ("autre_client", {"Non closes": 0, "En cours": 0}),
    ],
)  # fmt: skip
def test_each_number_leads_to_the_list_behind_it(client, request, entreprise, personne, nombres):
    client.force_login(request.getfixturevalue(personne))
    indicateurs = client.get(ACCUEIL).context["indicateurs"]
    assert {str(i.presentation.libelle): i.valeur for i in indicateurs} == nombres
    for indicateur in indicateurs:
        liste = client.get(indicateur.url)
        assert liste.status_code == 200
        assert liste.context["liste"].total == indicateur.valeur, indicateur.url
        assert liste.context["liste"].erreurs == []


def test_the_most_pressing_work_comes_first(client, responsable, entreprise):
    client.force_login(responsable)
    pressantes = client.get(ACCUEIL).context["pressantes"]
    rangs = [
        (i.priorite_rang, i.date_limite or timezone.now() + timedelta(days=999)) for i in pressantes
    ]
    assert rangs == sorted(rangs)


def test_todays_slots_in_the_order_of_the_clock(client, responsable, technicien):
    with time_machine.travel(timezone.localtime().replace(hour=9), tick=True):
        _todays_slots(client, responsable, technicien)


def _todays_slots(client, responsable, technicien):
    maintenant = timezone.localtime()
    midi = maintenant.replace(hour=12, minute=0, second=0, microsecond=0)
    tard = CreneauFactory(debut=midi + timedelta(hours=3))
    tot = CreneauFactory(debut=midi, intervention__technicien=technicien.technicien)
    CreneauFactory(debut=midi + timedelta(days=1))
    CreneauFactory(debut=midi + timedelta(hours=5), ouvert=False)
    client.force_login(responsable)
    journee = client.get(ACCUEIL).context["journee"]
    assert [c.pk for c in journee.creneaux] == [tot.pk, tard.pk]
    jour = f"{journee.jour:%Y-%m-%d}"
    tout = {"date_planifiee_gte": jour, "date_planifiee_lte": jour}
    assert client.get(reverse("interventions:liste"), tout).context["liste"].total == journee.nombre
    client.force_login(technicien)
    assert [c.pk for c in client.get(ACCUEIL).context["journee"].creneaux] == [tot.pk]


def test_it_costs_the_same_for_a_large_day(client, responsable):
    client.force_login(responsable)
    InterventionFactory()
    client.get(ACCUEIL)
    with CaptureQueriesContext(connection) as petit:
        client.get(ACCUEIL)
    InterventionFactory.create_batch(20, affectee=True)
    CreneauFactory.create_batch(10, debut=timezone.localtime().replace(hour=12))
    with CaptureQueriesContext(connection) as grand:
        client.get(ACCUEIL)
    assert len(grand) == len(petit) <= 12


def test_a_stranger_signs_in_first(client, db):
    assert client.get(ACCUEIL)["Location"] == f"{reverse('accounts:connexion')}?next=/"
