from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import (
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from planning.choices import EtatProposition

if TYPE_CHECKING:
    from accounts.models import User
    from planning.models import (
        AbonnementCalendrier,
        Gamme,
        Inspection,
        LigneProposition,
        OccurrencePlan,
        PlanMaintenance,
        PropositionPlanning,
        Reserve,
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

    def reglementaires(self) -> Self:
        """Inspections that a legal text demands."""
        return self.filter(reglementaire=True)

    def avec_registre(self) -> Self:
        """What the register shows of each: its last visit, what is owed, and how many reserves are open.

        `echeance_legale` is the first due date that no closed visit and no later report answers for, else the next one:
        once its intervention is made a plan already counts towards the following date.
        """
        inspections: Any = self.model._meta.get_field("inspections").related_model
        occurrences: Any = self.model._meta.get_field("occurrences").related_model
        derniere = inspections.objects.filter(plan=OuterRef("pk")).order_by("-date_visite")
        dues = (
            occurrences.objects.filter(plan=OuterRef("pk"), intervention__date_cloture__isnull=True)
            .exclude(
                Exists(
                    inspections.objects.filter(
                        plan=OuterRef("plan"),
                        date_visite__gte=ExpressionWrapper(
                            OuterRef("date_echeance") - OuterRef("plan__jours_avance"),
                            output_field=models.DateField(),
                        ),
                    )
                )
            )
            .order_by("date_echeance")
        )
        return self.annotate(
            derniere_visite=Subquery(derniere.values("date_visite")[:1]),
            derniere_conclusion=Subquery(derniere.values("conclusion")[:1]),
            dernier_organisme=Subquery(derniere.values("organisme")[:1]),
            echeance_legale=Coalesce(
                Subquery(dues.values("date_echeance")[:1]), F("prochaine_echeance")
            ),
            reserves_ouvertes=Count(
                "inspections__reserves", filter=Q(inspections__reserves__levee_le__isnull=True)
            ),
        )


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

    def a_regarder(self, user: "User") -> Self:
        """What this person asked for, since yesterday, and has not applied: it waits for him."""
        maintenant = timezone.now()
        return self.filter(
            demandee_par_id=user.pk,
            etat=EtatProposition.PRETE,
            fin__gte=timezone.localdate(maintenant),
            calculee_le__gte=maintenant - timedelta(days=1),
        )


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


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def visible_to(self, user: "User") -> Self:
        """Staff: all; client: those of its équipements."""
        if user.est_gestion:
            return self
        if user.est_client:
            return self.filter(plan__equipement__client__contacts__user=user)
        return self.none()


class ReserveQuerySet(models.QuerySet["Reserve"]):
    def visible_to(self, user: "User") -> Self:
        """With the inspection."""
        if user.est_gestion:
            return self
        if user.est_client:
            return self.filter(inspection__plan__equipement__client__contacts__user=user)
        return self.none()
