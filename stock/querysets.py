from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F

if TYPE_CHECKING:
    from accounts.models import User
    from stock.models import MouvementStock, PieceDetachee


class PieceQuerySet(models.QuerySet["PieceDetachee"]):
    def visible_to(self, user: "User") -> Self:
        """Staff and techniciens see the stock, clients do not."""
        return self if user.est_gestion or user.est_technicien else self.none()

    def sous_minimum(self) -> Self:
        return self.filter(stock_actuel__lt=F("stock_minimum"), is_active=True)


class MouvementQuerySet(models.QuerySet["MouvementStock"]):
    def visible_to(self, user: "User") -> Self:
        """Staff and techniciens see the ledger, clients do not."""
        return self if user.est_gestion or user.est_technicien else self.none()

    def for_list(self) -> Self:
        return self.select_related("piece", "user")
