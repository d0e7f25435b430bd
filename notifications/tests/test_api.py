"""`/notifications` at the HTTP edge."""

import pytest

from accounts.tests.api import client_api
from notifications.choices import Canal, Evenement
from notifications.models import Notification
from notifications.services import notifier

pytestmark = pytest.mark.django_db
URL = "/api/v1/notifications"


def annoncer(user, titre="Bonjour", evenement=Evenement.INTERVENTION_AFFECTEE):
    notifier(
        destinataires=[user],
        evenement=evenement,
        titre=lambda: titre,
        message=lambda: "Un message",
        lien="/interventions/1/",
        sujet="intervention:1",
    )
    return Notification.objects.filter(user=user, canal=Canal.IN_APP).latest("id")


def test_one_s_own_in_the_application(technicien, autre_technicien):
    premiere, seconde = annoncer(technicien, "Un"), annoncer(technicien, "Deux")
    annoncer(autre_technicien)
    client = client_api(technicien)
    corps = client.get(URL).json()
    assert [ligne["id"] for ligne in corps["data"]] == [seconde.pk, premiere.pk]
    assert corps["data"][0]["lien"] == "/interventions/1/"
    assert client.get(f"{URL}?sort=created_at").json()["data"][0]["id"] == premiere.pk
    assert client.get(f"{URL}/{premiere.pk}").json()["titre"] == "Un"
    courriel = Notification.objects.get(user=technicien, titre="Un", canal=Canal.EMAIL)
    assert client.get(f"{URL}/{courriel.pk}").status_code == 404
    autre = Notification.objects.get(user=autre_technicien, canal=Canal.IN_APP)
    assert client.get(f"{URL}/{autre.pk}").status_code == 404


def test_filters(technicien):
    annoncer(technicien, "Échéance")
    annoncer(technicien, "Autre", Evenement.STOCK_BAS)
    client = client_api(technicien)
    for question, total in (
        ("type_notification=stock_bas", 1),
        ("lu=false", 2),
        ("lu=true", 0),
        ("sujet=intervention:1", 2),
        ("search=echeance", 1),
    ):
        assert client.get(f"{URL}?{question}").json()["pagination"]["total"] == total, question
    assert client.get(f"{URL}?canal=email").status_code == 400


def test_reading(technicien, autre_technicien):
    sienne, autre = annoncer(technicien), annoncer(autre_technicien)
    annoncer(technicien)
    client = client_api(technicien)
    assert client.get(f"{URL}/non-lues").json() == {"non_lues": 2}
    corps = client.post(f"{URL}/{sienne.pk}/lire").json()
    assert corps["lu"] is True
    assert client.post(f"{URL}/{sienne.pk}/lire").json()["date_lu"] == corps["date_lu"]
    assert client.get(f"{URL}/non-lues").json() == {"non_lues": 1}
    assert client.post(f"{URL}/tout-lire").json() == {"marquees": 1}
    assert client.post(f"{URL}/tout-lire").json() == {"marquees": 0}
    assert client.post(f"{URL}/{autre.pk}/lire").status_code == 404
    autre.refresh_from_db()
    assert autre.lu is False


def test_preferences(technicien, autre_technicien):
    client = client_api(technicien)
    toutes = client.get(f"{URL}/preferences").json()["data"]
    assert all(ligne["active"] for ligne in toutes)
    choix = {"evenement": "stock_bas", "canal": "email", "active": False}
    reponse = client.put(f"{URL}/preferences", {"data": [choix]})
    assert reponse.status_code == 200
    refusees = [ligne for ligne in reponse.json()["data"] if not ligne["active"]]
    assert [(ligne["evenement"], ligne["canal"]) for ligne in refusees] == [("stock_bas", "email")]
    assert refusees[0]["evenement_libelle"]
    sien = client_api(autre_technicien).get(f"{URL}/preferences").json()["data"]
    assert all(ligne["active"] for ligne in sien)


@pytest.mark.parametrize(
    "corps",
    [
        {},
        {"data": "x"},
        {"data": [{"evenement": "nul", "canal": "email", "active": True}]},
        {"data": [{"evenement": "stock_bas", "canal": "pigeon", "active": True}]},
        {"data": [{"evenement": "stock_bas", "canal": "email"}]},
    ],
)
def test_bad_preferences(technicien, corps):
    assert client_api(technicien).put(f"{URL}/preferences", corps).status_code == 400


def test_same_preference_twice(technicien):
    choix = {"evenement": "stock_bas", "canal": "email"}
    corps = {"data": [{**choix, "active": True}, {**choix, "active": False}]}
    reponse = client_api(technicien).put(f"{URL}/preferences", corps)
    assert reponse.status_code == 200
    refusees = [ligne for ligne in reponse.json()["data"] if not ligne["active"]]
    assert len(refusees) == 1


def test_queries(technicien, django_assert_max_num_queries):
    client = client_api(technicien)
    nombres = []
    for ajout in (3, 27):
        for _ in range(ajout):
            annoncer(technicien)
        with django_assert_max_num_queries(5) as contexte:
            client.get(f"{URL}?limit=2")
        nombres.append(len(contexte))
    assert nombres[0] == nombres[1]
