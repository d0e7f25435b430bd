import pytest

from stock.models import MouvementStock, PieceDetachee
from stock.tests.factories import PieceFactory

pytestmark = pytest.mark.django_db


def test_le_stock_est_pour_la_maison(
    admin, responsable, technicien, autre_technicien, client_portail, autre_client
):
    pieces = set(PieceFactory.create_batch(2))
    for user in (admin, responsable, technicien, autre_technicien):
        assert set(PieceDetachee.objects.visible_to(user)) == pieces
        assert MouvementStock.objects.visible_to(user).count() == 2
    for user in (client_portail, autre_client):
        assert not PieceDetachee.objects.visible_to(user).exists()
        assert not MouvementStock.objects.visible_to(user).exists()
    technicien.is_active = False
    assert not PieceDetachee.objects.visible_to(technicien).exists()


def test_sous_le_minimum():
    sous = PieceFactory(stock=1, stock_minimum=2)
    PieceFactory(stock=2, stock_minimum=2)
    PieceFactory(stock=1, stock_minimum=2, is_active=False)
    assert set(PieceDetachee.objects.sous_minimum()) == {sous}
