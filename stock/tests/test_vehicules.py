"""What rides in the vans: some of the stock, never more than there is."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.tests.api import client_api
from erp.exceptions import AuthorizationError, BusinessRuleError, ValidationError
from interventions.services import consommer_piece
from interventions.tests.factories import InterventionFactory
from stock import services
from stock.models import PieceVehicule
from stock.tests.factories import PieceFactory

pytestmark = pytest.mark.django_db


def charger(par, porteur, piece, quantite):
    return services.charger_vehicule(
        par=par, user_id=porteur.pk, piece_id=piece.pk, quantite=Decimal(quantite)
    )


def contenu(*porteurs):
    lignes = PieceVehicule.objects.filter(user__in=porteurs)
    return {ligne.user: int(ligne.quantite) for ligne in lignes}


@pytest.fixture
def piece(responsable):
    piece = PieceFactory()
    services.enregistrer_mouvement(
        par=responsable, piece_id=piece.pk, type_mouvement="entree", quantite=Decimal(10)
    )
    piece.refresh_from_db()
    return piece


def test_a_van_takes_of_what_the_store_has_left(responsable, technicien, autre_technicien, piece):
    avant = piece.stock_actuel
    charger(responsable, technicien, piece, avant - 3)
    with pytest.raises(BusinessRuleError) as refus:
        charger(responsable, autre_technicien, piece, 4)
    assert refus.value.code == "STOCK_INSUFFISANT"
    charger(responsable, autre_technicien, piece, 3)
    charger(responsable, technicien, piece, 0)
    assert contenu(technicien, autre_technicien) == {autre_technicien: 3}
    piece.refresh_from_db()
    assert piece.stock_actuel == avant


@pytest.mark.parametrize(
    ("champs", "champ"),
    [({"quantite": Decimal(-1)}, "quantite"), ({"piece_id": 999_999}, "piece_id")],
)
def test_what_is_wrong_is_said(responsable, technicien, piece, champs, champ):
    valeurs = {"user_id": technicien.pk, "piece_id": piece.pk, "quantite": Decimal(1), **champs}
    with pytest.raises(ValidationError) as refus:
        services.charger_vehicule(par=responsable, **valeurs)
    assert refus.value.errors[0].field == champ
    with pytest.raises(ValidationError):  # no technicien
        charger(responsable, responsable, piece, 1)


@pytest.mark.parametrize("qui", ["technicien", "client_portail"])
def test_loading_is_for_those_who_run_the_stock(request, qui, technicien, piece):
    with pytest.raises(AuthorizationError):
        charger(request.getfixturevalue(qui), technicien, piece, 1)


def test_what_he_uses_leaves_his_van_first(responsable, technicien, piece):
    charger(responsable, technicien, piece, 3)
    intervention = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    for quantite, reste in ((2, {technicien: 1}), (4, {})):
        consommer_piece(
            par=technicien,
            intervention_id=intervention.pk,
            piece_id=piece.pk,
            quantite=Decimal(quantite),
        )
        assert contenu(technicien) == reste


def test_vans_never_hold_more_than_there_is(responsable, technicien, autre_technicien, piece):
    total = int(piece.stock_actuel)
    charger(responsable, technicien, piece, 6)
    charger(responsable, autre_technicien, piece, 2)
    services.enregistrer_mouvement(
        par=responsable, piece_id=piece.pk, type_mouvement="ajustement", quantite=Decimal(5)
    )
    assert total > 8
    assert contenu(technicien, autre_technicien) == {technicien: 3, autre_technicien: 2}


def test_the_van_of_one_who_left_can_be_emptied_and_no_more(
    client, responsable, technicien, autre_technicien, piece
):
    charger(responsable, technicien, piece, piece.stock_actuel)
    technicien.is_active = False
    technicien.save()
    with pytest.raises(ValidationError):
        charger(responsable, technicien, piece, 1)
    client.force_login(responsable)
    adresse = reverse("stock:vehicule", args=[technicien.pk])
    assert adresse in client.get(piece.get_absolute_url()).content.decode()
    assert piece.designation in client.get(adresse).content.decode()
    assert client.post(adresse, {"piece_id": piece.pk, "quantite": "0"}).status_code == 302
    charger(responsable, autre_technicien, piece, piece.stock_actuel)
    assert contenu(technicien, autre_technicien) == {autre_technicien: piece.stock_actuel}


def test_the_page_and_the_card(client, responsable, technicien, autre_technicien, piece):
    adresse = reverse("stock:vehicule", args=[technicien.pk])
    client.force_login(responsable)
    reponse = client.post(adresse, {"piece_id": piece.pk, "quantite": "2"})
    assert reponse.status_code == 302
    assert contenu(technicien) == {technicien: 2}
    assert client.post(adresse, {"piece_id": piece.pk, "quantite": "5000"}).status_code == 409
    assert piece.designation in client.get(adresse).content.decode()
    texte = client.get(piece.get_absolute_url()).content.decode()
    assert technicien.full_name in texte
    assert client.get(reverse("stock:vehicule", args=[responsable.pk])).status_code == 404
    client.force_login(technicien)
    carte = client.get(adresse, headers={"HX-Request": "true"}).content.decode()
    assert piece.designation in carte
    assert "<form" not in carte
    client.force_login(autre_technicien)
    assert client.get(adresse).status_code == 404


def test_the_api(responsable, technicien, autre_technicien, client_portail, piece):
    adresse = "/api/v1/stock/vehicules"
    entree = {"technicien_id": technicien.technicien.pk, "piece_id": piece.pk, "quantite": "2.00"}
    api = client_api(responsable)
    fait = api.put(adresse, entree, format="json")
    assert fait.status_code == 200, fait.json()
    assert fait.json()["technicien_nom"] == technicien.full_name
    inconnu = api.put(adresse, {**entree, "technicien_id": 999_999}, format="json")
    assert (inconnu.status_code, inconnu.json()["errors"][0]["field"]) == (400, "technicien_id")
    for personne, vues in ((responsable, 1), (technicien, 1), (autre_technicien, 0)):
        assert client_api(personne).get(adresse).json()["pagination"]["total"] == vues
    assert client_api(client_portail).get(adresse).status_code == 403
    assert client_api(technicien).put(adresse, entree, format="json").status_code == 403
    assert api.put(adresse, {**entree, "quantite": "0"}, format="json").status_code == 204
    assert not PieceVehicule.objects.exists()
