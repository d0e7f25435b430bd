from typing import TYPE_CHECKING, Self

from django.db import models

from equipment.choices import StatutEquipement

if TYPE_CHECKING:
    from accounts.models import User
    from equipment.models import (
        Compteur,
        CouvertureContrat,
        Equipement,
        HistoriqueEquipement,
        ReleveCompteur,
    )


class EquipementQuerySet(models.QuerySet["Equipement"]):
    def visible_to(self, user: "User") -> Self:
        """Staff and techniciens: all; client: those of its company."""
        if user.est_gestion or user.est_technicien:
            return self
        if user.est_client:
            return self.filter(client__contacts__user=user)
        return self.none()

    def en_service(self) -> Self:
        """All but the retired ones."""
        return self.exclude(statut=StatutEquipement.RETIRE)

    def for_list(self) -> Self:
        return self.select_related("client", "site")

    def for_detail(self) -> Self:
        return self.select_related("client", "site", "parent")


class CouvertureQuerySet(models.QuerySet["CouvertureContrat"]):
    def visible_to(self, user: "User") -> Self:
        """A client sees what its contracts cover; techniciens see no contract through a machine."""
        if user.est_gestion:
            return self
        if user.est_client:
            return self.filter(equipement__client__contacts__user=user)
        return self.none()


class CompteurQuerySet(models.QuerySet["Compteur"]):
    def visible_to(self, user: "User") -> Self:
        """Visible with the équipement."""
        if user.est_gestion or user.est_technicien:
            return self
        if user.est_client:
            return self.filter(equipement__client__contacts__user=user)
        return self.none()


class ReleveQuerySet(models.QuerySet["ReleveCompteur"]):
    def visible_to(self, user: "User") -> Self:
        """Visible with the équipement."""
        if user.est_gestion or user.est_technicien:
            return self
        if user.est_client:
            return self.filter(compteur__equipement__client__contacts__user=user)
        return self.none()


class HistoriqueEquipementQuerySet(models.QuerySet["HistoriqueEquipement"]):
    def visible_to(self, user: "User") -> Self:
        """Visible with the équipement; who reads the reasons is said by `permissions`."""
        if user.est_gestion or user.est_technicien:
            return self
        if user.est_client:
            return self.filter(equipement__client__contacts__user=user)
        return self.none()
