"""`/planning` as each of the five people meets it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.api import client_api
from equipment.tests.factories import CompteurFactory, EquipementFactory
from interventions.models import Planning
from interventions.tests.factories import CreneauFactory, InterventionFactory
from planning.models import Gamme, PlanMaintenance
from planning.tests.factories import GammeFactory, PlanFactory
from stock.tests.factories import PieceFactory
from technicians.tests.factories import CompetenceFactory, OutilFactory

pytestmark = pytest.mark.django_db
RACINE = "/api/v1/planning"


def ids(reponse):
    assert reponse.status_code == 200, reponse.content
    return {ligne["id"] for ligne in reponse.json()["data"]}


@pytest.fixture
def demain():
    return (timezone.now() + timedelta(days=1)).replace(microsecond=0)


# --- Slots -------------------------------------------------------------------------------------


def test_les_creneaux_de_chacun(
    admin, responsable, technicien, autre_technicien, client_portail, autre_client
):
    sien = CreneauFactory(
        intervention__technicien=technicien.technicien,
        intervention__equipement__client=client_portail.contact.client,
        notes="Badge à prendre au poste de garde",
    )
    ailleurs = CreneauFactory()
    attendus = {
        admin: {sien.pk, ailleurs.pk},
        responsable: {sien.pk, ailleurs.pk},
        technicien: {sien.pk},
        autre_technicien: set(),
        client_portail: {sien.pk},
        autre_client: set(),
    }
    for user, attendu in attendus.items():
        api = client_api(user)
        assert ids(api.get(RACINE)) == attendu
        assert api.get(f"{RACINE}/{ailleurs.pk}").status_code == (
            200 if ailleurs.pk in attendu else 404
        )
    assert "notes" not in client_api(client_portail).get(f"{RACINE}/{sien.pk}").json()
    assert client_api(technicien).get(f"{RACINE}/{sien.pk}").json()["notes"].startswith("Badge")


def test_le_planning_d_un_technicien(responsable, technicien, autre_technicien, client_portail):
    sien = CreneauFactory(
        intervention__technicien=technicien.technicien,
        intervention__equipement__client=client_portail.contact.client,
    )
    CreneauFactory()
    url = f"/api/v1/techniciens/{technicien.technicien.pk}/planning"
    for user in (responsable, technicien):
        assert ids(client_api(user).get(url)) == {sien.pk}
    for user in (autre_technicien, client_portail):
        assert client_api(user).get(url).status_code == 403


def test_les_creneaux_d_une_periode(responsable, demain):
    premier = CreneauFactory(debut=demain)
    second = CreneauFactory(debut=demain + timedelta(days=3))
    api = client_api(responsable)
    periode = {
        "date_debut_gte": (demain + timedelta(hours=1)).isoformat(),
        "date_debut_lte": (demain + timedelta(days=1)).isoformat(),
    }
    assert ids(api.get(RACINE, periode)) == {premier.pk}
    assert ids(api.get(RACINE, {"technicien_id": second.technicien_id})) == {second.pk}
    assert api.get(RACINE, {"couleur": "bleu"}).status_code == 400


def test_poser_deplacer_liberer(responsable, technicien, autre_technicien, demain):
    intervention = InterventionFactory(affectee=True, technicien=technicien.technicien)
    donnees = {
        "intervention_id": intervention.pk,
        "debut": demain.isoformat(),
        "fin": (demain + timedelta(hours=2)).isoformat(),
    }
    assert client_api(technicien).post(RACINE, donnees, format="json").status_code == 403
    assert client_api(autre_technicien).post(RACINE, donnees, format="json").status_code == 404
    api = client_api(responsable)
    reponse = api.post(RACINE, donnees, format="json")
    assert reponse.status_code == 201
    url = f"{RACINE}/{reponse.json()['id']}"
    assert reponse["Location"] == url
    autre = CreneauFactory(
        intervention__technicien=technicien.technicien, debut=demain + timedelta(days=1)
    )
    occupe = {"debut": autre.debut.isoformat(), "fin": autre.fin.isoformat()}
    refus = api.put(url, occupe, format="json")
    assert (refus.status_code, refus.json()["code"]) == (409, "CRENEAU_OCCUPE")
    plus_tard = {
        "debut": (demain + timedelta(hours=5)).isoformat(),
        "fin": (demain + timedelta(hours=6)).isoformat(),
    }
    assert api.put(url, plus_tard, format="json").status_code == 200
    assert client_api(technicien).delete(url).status_code == 403
    assert api.delete(url).status_code == 204
    assert list(Planning.objects.ouverts()) == [autre]
    assert api.delete(url).status_code == 404


# --- Plans -------------------------------------------------------------------------------------


def test_les_plans_de_chacun(responsable, technicien, client_portail, autre_client):
    plan = PlanFactory(
        equipement__client=client_portail.contact.client, technicien=technicien.technicien
    )
    ailleurs = PlanFactory()
    url = f"{RACINE}/plans"
    assert ids(client_api(responsable).get(url)) == {plan.pk, ailleurs.pk}
    assert ids(client_api(client_portail).get(url)) == {plan.pk}
    assert ids(client_api(autre_client).get(url)) == set()
    assert client_api(technicien).get(url).status_code == 403
    assert client_api(technicien).get(f"{url}/{plan.pk}").status_code == 404
    assert client_api(client_portail).get(f"{url}/{ailleurs.pk}").status_code == 404
    detail = client_api(client_portail).get(f"{url}/{plan.pk}").json()
    assert not {"technicien_id", "technicien_nom", "jours_avance"} & set(detail)
    assert detail["prochaines_echeances"][0] == plan.prochaine_echeance.isoformat()
    interdit = client_api(client_portail).get(url, {"technicien_id": "1"})
    assert interdit.status_code == 400


def test_creer_modifier_supprimer_un_plan(responsable, client_portail):
    equipement, gamme = EquipementFactory(), GammeFactory()
    compteur = CompteurFactory(equipement=equipement)
    donnees = {
        "equipement_id": equipement.pk,
        "gamme_id": gamme.pk,
        "regle": "FREQ=MONTHLY;INTERVAL=6",
        "compteur_id": compteur.pk,
        "intervalle_compteur": "500",
        "date_depart": "2027-03-01",
    }
    api, url = client_api(responsable), f"{RACINE}/plans"
    assert client_api(client_portail).post(url, donnees, format="json").status_code == 403
    reponse = api.post(url, donnees, format="json")
    assert reponse.status_code == 201
    assert reponse.json()["prochaines_echeances"][:2] == ["2027-03-01", "2027-09-01"]
    un = reponse["Location"]
    assert api.patch(un, {"actif": False}, format="json").json()["prochaines_echeances"] == []
    faute = api.patch(un, {"regle": "FREQ=JAMAIS"}, format="json")
    assert (faute.status_code, faute.json()["errors"][0]["code"]) == (400, "REGLE_INVALIDE")
    etranger = api.patch(un, {"compteur_id": CompteurFactory().pk}, format="json")
    assert etranger.json()["errors"][0]["field"] == "compteur_id"
    assert api.put(un, {"actif": True}, format="json").status_code == 400
    assert api.delete(un).status_code == 204
    assert not PlanMaintenance.objects.exists()


@pytest.mark.parametrize(
    ("nom", "fabrique"), [("plans", PlanFactory), ("gammes", GammeFactory), ("", CreneauFactory)]
)
def test_autant_de_requetes_pour_trente_lignes(responsable, nom, fabrique):
    api = client_api(responsable)
    url = f"{RACINE}/{nom}".rstrip("/")

    def compter():
        with CaptureQueriesContext(connection) as requetes:
            assert api.get(url).status_code == 200
        return len(requetes)

    fabrique.create_batch(3)
    avec_trois = compter()
    fabrique.create_batch(27)
    assert compter() == avec_trois
    assert avec_trois <= 5


# --- Gammes ------------------------------------------------------------------------------------


def test_une_gamme_et_ses_lignes(responsable, technicien, client_portail):
    piece, soudure, palan = PieceFactory(), CompetenceFactory(), OutilFactory()
    donnees = {
        "titre": "Visite annuelle",
        "description": "Contrôler, nettoyer, graisser.",
        "points": [{"libelle": "Pression", "unite": "bar"}, {"libelle": "Bruit"}],
        "pieces": [{"piece_id": piece.pk, "quantite": "2"}],
        "competences": [soudure.pk],
        "outils": [palan.pk],
    }
    api, url = client_api(responsable), f"{RACINE}/gammes"
    for user in (technicien, client_portail):
        assert client_api(user).post(url, donnees, format="json").status_code == 403
        assert client_api(user).get(url).status_code == 403
    reponse = api.post(url, donnees, format="json")
    assert reponse.status_code == 201
    un = reponse["Location"]
    assert [p["libelle"] for p in reponse.json()["points"]] == ["Pression", "Bruit"]
    assert [c["id"] for c in reponse.json()["competences"]] == [soudure.pk]
    assert [o["id"] for o in reponse.json()["outils"]] == [palan.pk]
    assert client_api(technicien).get(un).status_code == 404
    change = api.patch(un, {"pieces": [], "duree_estimee": 45}, format="json").json()
    assert (change["pieces"], change["duree_estimee"]) == ([], 45)
    assert len(change["points"]) == 2
    assert ids(api.get(url, {"competence_id": soudure.pk})) == {change["id"]}
    court = api.patch(un, {"description": "court"}, format="json")
    assert court.json()["errors"][0]["field"] == "description"
    assert api.delete(un).status_code == 204
    assert not Gamme.objects.exists()


def test_une_gamme_en_service_ne_se_supprime_pas(responsable):
    plan = PlanFactory()
    refus = client_api(responsable).delete(f"{RACINE}/gammes/{plan.gamme_id}")
    assert (refus.status_code, refus.json()["code"]) == (409, "UTILISE")
