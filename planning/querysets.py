from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import ExpressionWrapper, F, Value
from django.db.models.functions import Cast

if TYPE_CHECKING:
    from accounts.models import User
    from planning.models import (
        AbonnementCalendrier,
        Gamme,
        LigneProposition,
        OccurrencePlan,
        PlanMaintenance,
        PropositionPlanning,
    )


class GammeQuerySet(models.QuerySet["Gamme"]):
    def visible_to(self, user: "User") -> Self:
        """Those who plan."""
        return self if user.est_gestion else self.none()


class PlanQuerySet(models.QuerySet["PlanMaintenance"]):
    def visible_to(self, user: "User") -> Self:
        """Staff: all; client: the plans of its équipements."""
        if user.est_gestion:
            return self
        if user.est_client:
            return self.filter(equipement__client__contacts__user=user)
        return self.none()

    def dus(self, jour: date) -> Self:
        """Active plans whose next date, less their days of advance, has come."""
        horizon = ExpressionWrapper(
            Cast(Value(jour), models.DateField()) + F("jours_avance"),
            output_field=models.DateField(),
        )
        return self.filter(actif=True, prochaine_echeance__lte=horizon)

    def for_list(self) -> Self:
        return self.select_related("equipement__client", "gamme")


class OccurrenceQuerySet(models.QuerySet["OccurrencePlan"]):
    def visible_to(self, user: "User") -> Self:
        """With the plan."""
        if user.est_gestion:
            return self
        if user.est_client:
            return self.filter(plan__equipement__client__contacts__user=user)
        return self.none()


class PropositionQuerySet(models.QuerySet["PropositionPlanning"]):
    def visible_to(self, user: "User") -> Self:
        """Those who plan."""
        return self if user.est_gestion else self.none()


class LigneQuerySet(models.QuerySet["LigneProposition"]):
    def visible_to(self, user: "User") -> Self:
        """With the proposal."""
        return self if user.est_gestion else self.none()

    def for_list(self) -> Self:
        return self.select_related(
            "intervention__equipement",
            "intervention__client",
            "intervention__site",
            "technicien__user",
            "ancien_technicien__user",
        )


class AbonnementQuerySet(models.QuerySet["AbonnementCalendrier"]):
    def visible_to(self, user: "User") -> Self:
        """One's own; nobody reads another's address, not even an administrator."""
        return self.filter(user=user) if user.pk else self.none()

    def valides(self) -> Self:
        """Neither revoked nor of an account that was closed."""
        return self.filter(revoque_le__isnull=True, user__is_active=True)
