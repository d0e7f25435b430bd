"""`/clients` at the HTTP edge."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.api import client_api
from clients.models import Client
from clients.tests.factories import ClientFactory, ContactFactory, ContratFactory, SiteFactory
from equipment.tests.factories import EquipementFactory
from interventions.tests.factories import InterventionFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/clients"


def ids(reponse):
    assert reponse.status_code == 200, reponse.json()
    return {ligne["id"] for ligne in reponse.json()["data"]}


@pytest.fixture
def societe(client_portail, technicien):
    """The company of `client_portail`: the technicien works at one of its two sites, under one of its contracts."""
    client = client_portail.contact.client
    site, ailleurs = SiteFactory.create_batch(2, client=client)
    contrat, brouillon = (
        ContratFactory(client=client),
        ContratFactory(client=client, brouillon=True),
    )
    InterventionFactory(
        affectee=True,
        equipement=EquipementFactory(client=client, site=site),
        contrat=contrat,
        technicien=technicien.technicien,
    )
    return client, site, ailleurs, contrat, brouillon


def test_qui_voit_quoi(
    societe, admin, responsable, technicien, autre_technicien, client_portail, autre_client
):
    client, site, ailleurs, contrat, brouillon = societe
    tous = set(Client.objects.values_list("pk", flat=True))
    un = f"{URL}/{client.pk}"
    for user in (admin, responsable):
        api = client_api(user)
        assert ids(api.get(URL)) == tous
        assert ids(api.get(f"{un}/sites")) == {site.pk, ailleurs.pk}
        assert ids(api.get(f"{un}/contrats")) == {contrat.pk, brouillon.pk}
    api = client_api(client_portail)
    assert ids(api.get(URL)) == {client.pk}
    assert ids(api.get(f"{un}/sites")) == {site.pk, ailleurs.pk}
    assert ids(api.get(f"{un}/contrats")) == {contrat.pk}
    assert api.get(f"{un}/contrats/{brouillon.pk}").status_code == 404
    assert len(ids(api.get(f"{un}/interventions"))) == 1
    api = client_api(technicien)
    assert ids(api.get(URL)) == {client.pk}
    assert ids(api.get(f"{un}/sites")) == {site.pk}
    assert ids(api.get(f"{un}/contrats")) == {contrat.pk}
    for user in (autre_technicien, autre_client):
        api = client_api(user)
        for suite in ("", "/sites", "/contrats", "/contacts", "/equipements", "/interventions"):
            assert api.get(un + suite).status_code == 404, suite
        assert client.pk not in ids(api.get(URL))


def test_ce_que_chacun_lit(societe, responsable, technicien, client_portail):
    client, _site, _ailleurs, contrat, _brouillon = societe
    un = f"{URL}/{client.pk}"
    assert client_api(responsable).get(un).json()["notes_commerciales"]
    for user in (technicien, client_portail):
        api = client_api(user)
        assert "notes_commerciales" not in api.get(un).json()
        assert "notes_commerciales" not in api.get(URL).json()["data"][0]
    montants = {}
    for user in (responsable, technicien, client_portail):
        corps = client_api(user).get(f"{un}/contrats/{contrat.pk}").json()
        (ligne,) = [
            ligne
            for ligne in client_api(user).get(f"{un}/contrats").json()["data"]
            if ligne["id"] == contrat.pk
        ]
        assert ("montant_annuel" in corps) == ("montant_annuel" in ligne)
        montants[user.role] = ("montant_annuel" in corps, "notes" in corps)
    assert montants == {
        "responsable": (True, True),
        "technicien": (False, False),
        "client": (True, False),
    }


def test_creer_lire_modifier_supprimer(responsable):
    api = client_api(responsable)
    reponse = api.post(
        URL, {"nom_entreprise": "Ciments", "telephone": "0522 30 40 50"}, format="json"
    )
    assert reponse.status_code == 201, reponse.json()
    lieu = reponse["Location"]
    assert api.get(lieu).json()["telephone"] == "+212522304050"
    etiquette = api.get(lieu)["ETag"]
    assert (
        api.patch(lieu, {"ville": "Fès"}, format="json", HTTP_IF_MATCH=etiquette).status_code == 200
    )
    assert (
        api.patch(lieu, {"ville": "X"}, format="json", HTTP_IF_MATCH=etiquette).status_code == 412
    )
    site = api.post(
        f"{lieu}/sites", {"nom": "Usine", "latitude": "34.03", "longitude": "-5"}, format="json"
    )
    assert site.status_code == 201, site.json()
    assert (api.delete(lieu).status_code, api.delete(lieu).json()["code"]) == (409, "UTILISE")
    assert api.patch(site["Location"], {"ville": "Fès"}, format="json").json()["ville"] == "Fès"
    assert api.delete(site["Location"]).status_code == 204
    assert api.delete(lieu).status_code == 204
    assert api.get(lieu).status_code == 404


@pytest.mark.parametrize(
    ("champs", "champ", "code"),
    [
        ({"nom_entreprise": ""}, "nom_entreprise", None),
        ({"email": "a@"}, "email", "INVALID_EMAIL"),
        ({"ice": "123"}, "ice", None),
        ({"telephone": "appelez"}, "telephone", None),
        ({"type_client": "x"}, "type_client", None),
    ],
)
def test_une_valeur_fausse_est_un_400_qui_la_nomme(responsable, champs, champ, code):
    reponse = client_api(responsable).post(URL, {"nom_entreprise": "C"} | champs, format="json")
    assert reponse.status_code == 400, reponse.json()
    (erreur,) = reponse.json()["errors"]
    assert erreur["field"] == champ
    assert code in (None, erreur["code"])


def test_un_client_ecrit_comment_le_joindre(societe, client_portail, technicien):
    un = f"{URL}/{societe[0].pk}"
    api = client_api(client_portail)
    assert api.patch(un, {"contact_nom": "Salma"}, format="json").json()["contact_nom"] == "Salma"
    assert api.patch(un, {"niveau_service": "premium"}, format="json").status_code == 403
    assert api.post(URL, {"nom_entreprise": "X"}, format="json").status_code == 403
    assert api.delete(un).status_code == 403
    assert api.post(f"{un}/sites", {"nom": "X"}, format="json").status_code == 403
    le_sien = f"{un}/contacts/{client_portail.contact.pk}"
    assert api.patch(le_sien, {"fonction": "Achats"}, format="json").json()["fonction"] == "Achats"
    collegue = ContactFactory(client=societe[0])
    assert api.patch(f"{un}/contacts/{collegue.pk}", {"nom": "X"}, format="json").status_code == 403
    refus = client_api(technicien).patch(un, {"contact_nom": "X"}, format="json")
    assert refus.status_code == 403


def test_la_vie_d_un_contrat(responsable):
    client = ClientFactory()
    api = client_api(responsable)
    jour = timezone.localdate()
    corps = {
        "numero": "CTR-9",
        "type_contrat": "maintenance_complete",
        "date_debut": jour.isoformat(),
        "date_fin": (jour + timedelta(days=365)).isoformat(),
        "montant_annuel": "120000.00",
        "engagements": [{"priorite": "urgente", "reponse_heures": 1, "resolution_heures": 4}],
    }
    reponse = api.post(f"{URL}/{client.pk}/contrats", corps, format="json")
    assert reponse.status_code == 201, reponse.json()
    lieu = reponse["Location"]
    assert reponse.json()["statut"] == "brouillon"
    assert [e["resolution_heures"] for e in api.get(lieu).json()["engagements"]] == [4]
    refus = api.post(f"{URL}/{client.pk}/contrats", corps, format="json")
    assert (refus.status_code, refus.json()["errors"][0]["field"]) == (400, "numero")
    assert (
        api.patch(f"{lieu}/statut", {"statut": "actif"}, format="json").json()["statut"] == "actif"
    )
    refus = api.patch(f"{lieu}/statut", {"statut": "brouillon"}, format="json")
    assert (refus.status_code, refus.json()["code"]) == (409, "TRANSITION_INTERDITE")
    refus = api.patch(lieu, {"date_fin": "2001-01-01"}, format="json")
    assert (refus.status_code, refus.json()["errors"][0]["field"]) == (400, "date_fin")
    # not to be reached through another client
    ailleurs = lieu.replace(f"/{client.pk}/", f"/{ClientFactory().pk}/")
    for suite, corps in (("", {"notes": "x"}), ("/statut", {"statut": "resilie"})):
        assert api.patch(ailleurs + suite, corps, format="json").status_code == 404
    assert api.delete(ailleurs).status_code == 404
    assert api.delete(lieu).status_code == 204


def test_filtres_et_nombre_de_requetes(responsable, django_assert_max_num_queries):
    api = client_api(responsable)
    ClientFactory(nom_entreprise="Électricité de Fès", ville="Fès")
    ClientFactory.create_batch(2)
    assert len(ids(api.get(f"{URL}?search=electricite&ville=Fès&is_active=true"))) == 1
    assert api.get(f"{URL}?notes_commerciales=x").status_code == 400
    with django_assert_max_num_queries(5):
        assert len(ids(api.get(URL))) == 3
    ClientFactory.create_batch(27)
    with django_assert_max_num_queries(5):
        assert len(ids(api.get(URL))) == 30


def test_le_contrat_dit_ce_qui_en_est_consomme(societe, client_portail):
    client, _site, _ailleurs, contrat, _brouillon = societe
    InterventionFactory(
        cloturee=True,
        equipement=EquipementFactory(client=client),
        contrat=contrat,
        duree_reelle=90,
    )
    corps = client_api(client_portail).get(f"{URL}/{client.pk}/contrats/{contrat.pk}").json()
    assert (corps["interventions_utilisees"], corps["minutes_utilisees"]) == (2, 90)
