from datetime import date

import pytest

from notifications.choices import Canal, Evenement
from notifications.models import Notification
from stock import veille
from stock.tests.factories import PieceFactory

pytestmark = pytest.mark.django_db

JOUR = date(2026, 11, 23)


def messages():
    return Notification.objects.filter(
        canal=Canal.IN_APP, type_notification=Evenement.STOCK_BAS
    ).order_by("pk")


def test_parts_under_their_minimum_are_told_once_a_day_in_one_message(responsable, technicien):
    bas = PieceFactory(stock=2, stock_minimum=5)
    PieceFactory(stock=5, stock_minimum=5)
    PieceFactory(stock=0, stock_minimum=5, is_active=False)
    assert veille.signaler_stock_bas(jour=JOUR) == 1
    assert veille.signaler_stock_bas(jour=JOUR) == 1
    (message,) = messages()
    assert message.user == responsable
    assert message.titre == "1 pièce sous son minimum"
    assert message.message == f"{bas} : 2 sur 5"
    veille.signaler_stock_bas(jour=date(2026, 11, 24))
    assert messages().count() == 2


def test_nothing_low_nothing_said(responsable):
    PieceFactory(stock=5)
    assert veille.signaler_stock_bas(jour=JOUR) == 0
    assert not messages().exists()


def test_a_long_list_names_some_and_counts_the_rest(responsable):
    PieceFactory.create_batch(veille.NOMMEES + 3, stock=1, stock_minimum=5)
    veille.signaler_stock_bas(jour=JOUR)
    lignes = messages()[0].message.splitlines()
    assert len(lignes) == veille.NOMMEES + 1
    assert lignes[-1] == "… et 3 autres."
