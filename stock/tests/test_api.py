"""`/stock` at the HTTP edge."""

from decimal import Decimal

import pytest

from accounts.tests.api import client_api
from stock.models import PieceDetachee
from stock.tests.factories import PieceFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/stock"


def lignes(reponse):
    assert reponse.status_code == 200, reponse.json()
    return reponse.json()["data"]


def test_ferme_aux_clients(client_portail, responsable, technicien):
    piece = PieceFactory()
    mouvement = piece.mouvements.get()
    chemins = (
        "pieces",
        f"pieces/{piece.pk}",
        f"pieces/{piece.pk}/mouvements",
        "mouvements",
        f"mouvements/{mouvement.pk}",
        "sous-minimum",
    )
    for chemin in chemins:
        assert client_api(client_portail).get(f"{URL}/{chemin}").status_code == 403, chemin
        assert client_api().get(f"{URL}/{chemin}").status_code == 401, chemin
        for user in (responsable, technicien):
            assert client_api(user).get(f"{URL}/{chemin}").status_code == 200, chemin


def test_un_technicien_lit_sans_les_prix_et_n_ecrit_pas(technicien, responsable):
    piece = PieceFactory()
    for chemin in ("pieces", "mouvements"):
        (ligne,) = lignes(client_api(technicien).get(f"{URL}/{chemin}"))
        assert "prix_unitaire" not in ligne
        (ligne,) = lignes(client_api(responsable).get(f"{URL}/{chemin}"))
        assert "prix_unitaire" in ligne
    api = client_api(technicien)
    mouvement = {"type_mouvement": "entree", "quantite": "1"}
    assert (
        api.post(f"{URL}/pieces", {"reference": "R", "designation": "D"}, format="json").status_code
        == 403
    )
    un = f"{URL}/pieces/{piece.pk}"
    assert api.patch(un, {"designation": "X"}, format="json").status_code == 403
    assert api.delete(un).status_code == 403
    assert api.post(f"{un}/mouvements", mouvement, format="json").status_code == 403
    refus = api.post(f"{URL}/mouvements", mouvement | {"piece_id": piece.pk}, format="json")
    assert refus.status_code == 403


def test_creer_mouvoir_compter_supprimer(responsable):
    api = client_api(responsable)
    corps = {
        "reference": "R-1",
        "designation": "Roulement",
        "prix_unitaire": "120.50",
        "stock_minimum": "5",
        "stock_initial": "6",
        "types_compatibles": ["Pompe"],
    }
    reponse = api.post(f"{URL}/pieces", corps, format="json")
    assert reponse.status_code == 201, reponse.json()
    lieu, pk = reponse["Location"], reponse.json()["id"]
    assert (reponse.json()["types_compatibles"], reponse.json()["sous_minimum"]) == (
        ["Pompe"],
        False,
    )
    sortie = {"type_mouvement": "sortie", "quantite": "2", "piece_id": pk, "motif": "Essai"}
    reponse = api.post(f"{URL}/mouvements", sortie, format="json")
    assert reponse.status_code == 201, reponse.json()
    assert api.get(reponse["Location"]).json()["motif"] == "Essai"
    assert Decimal(api.get(lieu).json()["stock_actuel"]) == 4
    assert [ligne["id"] for ligne in lignes(api.get(f"{URL}/sous-minimum"))] == [pk]
    assert len(lignes(api.get(f"{lieu}/mouvements?type_mouvement=sortie"))) == 1
    reponse = api.post(f"{URL}/mouvements", sortie | {"quantite": "4.01"}, format="json")
    assert (reponse.status_code, reponse.json()["code"]) == (409, "STOCK_INSUFFISANT")
    reponse = api.post(
        f"{lieu}/mouvements", {"type_mouvement": "ajustement", "quantite": "9"}, format="json"
    )
    assert (reponse.status_code, Decimal(reponse.json()["stock_apres"])) == (201, 9)
    assert lignes(api.get(f"{URL}/sous-minimum")) == []
    assert (api.delete(lieu).status_code, api.delete(lieu).json()["code"]) == (409, "UTILISE")
    assert api.patch(lieu, {"is_active": False}, format="json").json()["is_active"] is False
    refus = api.patch(lieu, {"stock_actuel": "99"}, format="json")
    assert refus.status_code == 400
    assert refus.json()["errors"][0]["code"] == "CHAMP_INCONNU"
    assert PieceDetachee.objects.get().stock_actuel == 9


@pytest.mark.parametrize(
    "champs",
    [
        {"quantite": "0"},
        {"quantite": "-1"},
        {"quantite": "beaucoup"},
        {"quantite": "NaN"},
        {"quantite": "1e30"},
        {"type_mouvement": "vol"},
        {"piece_id": 10**12},
        {"piece_id": None},
    ],
)
def test_un_mouvement_impossible_est_un_400(responsable, champs):
    piece = PieceFactory()
    corps = {"type_mouvement": "sortie", "quantite": "1", "piece_id": piece.pk} | champs
    reponse = client_api(responsable).post(f"{URL}/mouvements", corps, format="json")
    assert reponse.status_code == 400, reponse.json()
    assert [erreur["field"] for erreur in reponse.json()["errors"]] == list(champs)
    piece.refresh_from_db()
    assert piece.stock_actuel == 10


def test_recherche_tri_et_requetes(responsable, django_assert_max_num_queries):
    api = client_api(responsable)
    for designation in ("Écrou", "Vis", "Courroie"):
        PieceFactory(designation=designation)
    assert [p["designation"] for p in lignes(api.get(f"{URL}/pieces"))] == [
        "Courroie",
        "Écrou",
        "Vis",
    ]
    assert [p["designation"] for p in lignes(api.get(f"{URL}/pieces?search=ecrou"))] == ["Écrou"]
    assert api.get(f"{URL}/pieces?sort=prix_unitaire").status_code == 400
    for chemin in ("pieces", "mouvements"):
        with django_assert_max_num_queries(5):
            assert len(lignes(api.get(f"{URL}/{chemin}"))) == 3
    PieceFactory.create_batch(27)
    for chemin in ("pieces", "mouvements"):
        with django_assert_max_num_queries(5):
            assert len(lignes(api.get(f"{URL}/{chemin}"))) == 30
