"""`/equipements` at the HTTP edge."""

from decimal import Decimal

import pytest

from accounts.tests.api import client_api
from clients.tests.factories import ClientFactory, ContratFactory, SiteFactory
from documents.tests.factories import DocumentFactory
from equipment.models import Equipement
from equipment.tests.factories import CompteurFactory, CouvertureFactory, EquipementFactory
from interventions.tests.factories import InterventionFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/equipements"


def ids(reponse):
    assert reponse.status_code == 200, reponse.json()
    return {ligne["id"] for ligne in reponse.json()["data"]}


@pytest.fixture
def machines(client_portail, autre_client):
    """One machine of each company."""
    return [
        EquipementFactory(client=user.contact.client) for user in (client_portail, autre_client)
    ]


def test_qui_voit_quelles_machines(
    machines, admin, responsable, technicien, client_portail, autre_client
):
    la_sienne, l_autre = machines
    for user in (admin, responsable, technicien):
        assert ids(client_api(user).get(URL)) == {la_sienne.pk, l_autre.pk}
    assert ids(client_api(client_portail).get(URL)) == {la_sienne.pk}
    for chemin in (
        f"{URL}/{l_autre.pk}",
        f"{URL}/{l_autre.pk}/compteurs",
        f"{URL}/{l_autre.pk}/interventions",
        f"{URL}/{l_autre.pk}/documents",
        f"{URL}/par-code/{l_autre.code_interne}",
        f"/api/v1/clients/{l_autre.client_id}/equipements",
    ):
        assert client_api(client_portail).get(chemin).status_code == 404, chemin
        assert client_api(autre_client).get(chemin).status_code == 200, chemin


def test_le_cout_n_est_que_pour_la_gestion(machines, responsable, technicien, client_portail):
    chemin = f"{URL}/{machines[0].pk}"
    for user in (technicien, client_portail):
        assert "cout_acquisition" not in client_api(user).get(chemin).json()
    assert Decimal(client_api(responsable).get(chemin).json()["cout_acquisition"]) == 85000


def test_creer_lire_modifier_supprimer(responsable):
    api = client_api(responsable)
    site = SiteFactory()
    reponse = api.post(
        URL,
        {
            "nom": "Chaudière",
            "code_interne": "CH-1",
            "type_equipement": "Chaudière",
            "client_id": site.client_id,
            "site_id": site.pk,
            "specifications": {"Puissance": "900 kW", "Étages": 2},
            "cout_acquisition": "1500.50",
        },
        format="json",
    )
    assert reponse.status_code == 201, reponse.json()
    lieu = reponse["Location"]
    corps = api.get(lieu).json()
    assert corps["specifications"] == {"Puissance": "900 kW", "Étages": 2}
    assert (corps["client_nom"], corps["site_nom"]) == (site.client.nom_entreprise, site.nom)
    assert corps["statut"] == "operationnel"
    assert api.get(f"{URL}/par-code/CH-1/").json()["id"] == corps["id"]

    etiquette = api.get(lieu)["ETag"]
    reponse = api.patch(lieu, {"nom": "Chaudière 2"}, format="json", HTTP_IF_MATCH=etiquette)
    assert (reponse.status_code, reponse.json()["nom"]) == (200, "Chaudière 2")
    perimee = api.patch(lieu, {"nom": "Chaudière 3"}, format="json", HTTP_IF_MATCH=etiquette)
    assert (perimee.status_code, perimee.json()["code"]) == (412, "VERSION_PERIMEE")
    assert api.delete(lieu).status_code == 204
    assert not Equipement.objects.exists()


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"code_interne": "é"}, "code_interne"),
        ({"client_id": 10**12}, "client_id"),
        ({"client_id": 10**30}, "client_id"),
        ({"client_id": "x"}, "client_id"),
        ({"criticite": "folle"}, "criticite"),
        ({"specifications": {"a": {"b": 1}}}, "specifications"),
        ({"specifications": [1]}, "specifications"),
        ({"cout_acquisition": "-1"}, "cout_acquisition"),
        ({"date_installation": "hier"}, "date_installation"),
    ],
)
def test_une_valeur_fausse_est_un_400_qui_la_nomme(responsable, champs, champ):
    corps = {
        "nom": "Pompe",
        "code_interne": "P-1",
        "type_equipement": "Pompe",
        "client_id": ClientFactory().pk,
    }
    reponse = client_api(responsable).post(URL, corps | champs, format="json")
    assert reponse.status_code == 400, reponse.json()
    assert champ in [erreur["field"].split(".")[0] for erreur in reponse.json()["errors"]]
    assert not Equipement.objects.exists()


def test_qui_ecrit(machines, technicien, client_portail):
    chemin = f"{URL}/{machines[0].pk}"
    for user in (technicien, client_portail):
        api = client_api(user)
        corps = {
            "nom": "X",
            "code_interne": "X",
            "type_equipement": "X",
            "client_id": machines[0].client_id,
        }
        assert api.post(URL, corps, format="json").status_code == 403
        assert api.patch(chemin, {"nom": "X"}, format="json").status_code == 403
        assert api.delete(chemin).status_code == 403
        assert api.patch(f"{chemin}/statut", {"statut": "panne"}, format="json").status_code == 403
        assert api.post(f"{chemin}/compteurs", {"nom": "X"}, format="json").status_code == 403


def test_le_statut_suit_sa_table(machines, responsable, technicien):
    chemin = f"{URL}/{machines[0].pk}/statut"
    reponse = client_api(responsable).patch(chemin, {"statut": "panne"}, format="json")
    assert (reponse.status_code, reponse.json()["statut"]) == (200, "panne")
    reponse = client_api(responsable).patch(chemin, {"statut": "operationnel"}, format="json")
    assert (reponse.status_code, reponse.json()["code"]) == (409, "TRANSITION_INTERDITE")
    InterventionFactory(en_cours=True, equipement=machines[0], technicien=technicien.technicien)
    reponse = client_api(technicien).patch(chemin, {"statut": "maintenance"}, format="json")
    assert (reponse.status_code, reponse.json()["statut"]) == (200, "maintenance")


def test_compteurs_et_releves(machines, responsable, technicien, client_portail):
    chemin = f"{URL}/{machines[0].pk}/compteurs"
    api = client_api(responsable)
    lieu = api.post(chemin, {"nom": "Heures"}, format="json")["Location"]
    assert [c["nom"] for c in api.get(f"{URL}/{machines[0].pk}").json()["compteurs"]] == ["Heures"]
    reponse = api.post(f"{lieu}/releves", {"valeur": "120.5"}, format="json")
    assert reponse.status_code == 201, reponse.json()
    releve = reponse["Location"]
    assert api.get(releve).json()["user_nom"] == responsable.full_name
    assert "user_nom" not in client_api(client_portail).get(releve).json()
    reponse = api.post(f"{lieu}/releves", {"valeur": "100"}, format="json")
    assert (reponse.status_code, reponse.json()["code"]) == (409, "RELEVE_INCOHERENT")
    refus = client_api(technicien).post(f"{lieu}/releves", {"valeur": "130"}, format="json")
    assert refus.status_code == 403
    InterventionFactory(en_cours=True, equipement=machines[0], technicien=technicien.technicien)
    assert (
        client_api(technicien).post(f"{lieu}/releves", {"valeur": "130"}, format="json").status_code
        == 201
    )
    assert client_api(client_portail).get(f"{lieu}/releves").json()["pagination"]["total"] == 2
    # a meter of another machine is not found through this one
    ailleurs = CompteurFactory()
    assert api.get(f"{chemin}/{ailleurs.pk}").status_code == 404
    assert (
        api.post(f"{chemin}/{ailleurs.pk}/releves", {"valeur": 1}, format="json").status_code == 404
    )
    assert api.patch(f"{chemin}/{ailleurs.pk}", {"nom": "X"}, format="json").status_code == 404
    assert api.delete(f"{chemin}/{ailleurs.pk}").status_code == 404
    assert api.delete(releve).status_code == 204
    assert api.patch(lieu, {"unite": "km"}, format="json").json()["unite"] == "km"
    assert api.delete(lieu).status_code == 204


def test_les_interventions_d_une_machine_sont_celles_que_l_on_voit(
    machines, responsable, technicien, autre_technicien, client_portail
):
    la_sienne = InterventionFactory(
        affectee=True, equipement=machines[0], technicien=technicien.technicien
    )
    ouverte = InterventionFactory(equipement=machines[0])
    InterventionFactory(equipement=machines[1])
    chemin = f"{URL}/{machines[0].pk}/interventions"
    for user in (responsable, client_portail):
        assert ids(client_api(user).get(chemin)) == {la_sienne.pk, ouverte.pk}
    assert ids(client_api(technicien).get(chemin)) == {la_sienne.pk}
    assert ids(client_api(autre_technicien).get(chemin)) == set()
    assert ids(client_api(responsable).get(f"{chemin}?statut=ouverte")) == {ouverte.pk}


def test_les_documents_d_une_machine(machines, responsable, client_portail):
    public = DocumentFactory(intervention=None, equipement=machines[0])
    interne = DocumentFactory(intervention=None, equipement=machines[0], interne=True)
    chemin = f"{URL}/{machines[0].pk}/documents"
    assert ids(client_api(responsable).get(chemin)) == {public.pk, interne.pk}
    assert ids(client_api(client_portail).get(chemin)) == {public.pk}


def test_ce_qu_un_contrat_couvre(responsable, client_portail, technicien):
    couverture = CouvertureFactory(contrat=ContratFactory(client=client_portail.contact.client))
    contrat = couverture.contrat
    autre = EquipementFactory(client=contrat.client)
    chemin = f"/api/v1/clients/{contrat.client_id}/contrats/{contrat.pk}/equipements"
    assert ids(client_api(client_portail).get(chemin)) == {couverture.equipement_id}
    assert client_api(technicien).get(chemin).status_code == 404
    corps = {"equipement_ids": [autre.pk]}
    assert client_api(client_portail).put(chemin, corps, format="json").status_code == 403
    assert client_api(responsable).put(chemin, corps, format="json").status_code == 204
    assert ids(client_api(responsable).get(chemin)) == {autre.pk}


def test_filtres_tri_et_recherche(responsable):
    pompe = EquipementFactory(nom="Pompe à eau", statut="panne", criticite="haute")
    EquipementFactory(nom="Élévateur", site=None)
    api = client_api(responsable)
    assert ids(api.get(f"{URL}?search=POMPE+eau")) == {pompe.pk}
    assert ids(api.get(f"{URL}?statut=panne&criticite=haute,critique")) == {pompe.pk}
    noms = [ligne["nom"] for ligne in api.get(f"{URL}?sort=nom").json()["data"]]
    assert noms == ["Élévateur", "Pompe à eau"]
    for requete, champ in (("couleur=rouge", "couleur"), ("sort=couleur", "sort")):
        reponse = api.get(f"{URL}?{requete}")
        assert reponse.status_code == 400
        assert [erreur["field"] for erreur in reponse.json()["errors"]] == [champ]


def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_lignes(
    responsable, django_assert_max_num_queries
):
    api = client_api(responsable)
    EquipementFactory.create_batch(3)
    with django_assert_max_num_queries(5):
        assert len(ids(api.get(URL))) == 3
    EquipementFactory.create_batch(27)
    with django_assert_max_num_queries(5):
        assert len(ids(api.get(URL))) == 30
