from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, F, Q

from erp.models import CleTri

if TYPE_CHECKING:
    from accounts.models import User
    from stock.models import (
        Inventaire,
        LigneInventaire,
        MouvementStock,
        PieceDetachee,
        PieceVehicule,
    )


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


class VehiculeQuerySet(models.QuerySet["PieceVehicule"]):
    def visible_to(self, user: "User") -> Self:
        """All vans to those who run the stock, his own to a technicien."""
        if user.est_gestion:
            return self
        return self.filter(user_id=user.pk) if user.est_technicien else self.none()

    def for_list(self) -> Self:
        return self.select_related("user", "piece").order_by(CleTri("piece__designation"), "pk")


class InventaireQuerySet(models.QuerySet["Inventaire"]):
    def visible_to(self, user: "User") -> Self:
        """Counting is for those who run the stock."""
        return self if user.est_gestion else self.none()

    def for_list(self) -> Self:
        """With how many parts were counted, and how many of them differ."""
        return self.select_related("user").annotate(
            nombre=Count("lignes"),
            nombre_ecarts=Count("lignes", filter=~Q(lignes__quantite=F("lignes__stock_registre"))),
        )


class LigneInventaireQuerySet(models.QuerySet["LigneInventaire"]):
    def visible_to(self, user: "User") -> Self:
        """Visible with the count."""
        return self if user.est_gestion else self.none()
