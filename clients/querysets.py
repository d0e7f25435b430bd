from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from clients.choices import StatutContrat

if TYPE_CHECKING:
    from accounts.models import User
    from clients.models import Client, Contact, Contrat, EngagementSLA, Site


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, user: "User") -> Self:
        """Staff: all; technicien: those of his interventions; client: its own company."""
        if user.est_gestion:
            return self
        if user.est_technicien:
            siens = self.model.objects.filter(interventions__technicien__user=user)
            return self.filter(pk__in=siens.values("pk"))
        if user.est_client:
            return self.filter(contacts__user=user)
        return self.none()

    def actifs(self) -> Self:
        return self.filter(is_active=True)


class SiteQuerySet(models.QuerySet["Site"]):
    def visible_to(self, user: "User") -> Self:
        """Staff: all; technicien: those of his interventions; client: its own."""
        if user.est_gestion:
            return self
        if user.est_technicien:
            siens = self.model.objects.filter(interventions__technicien__user=user)
            return self.filter(pk__in=siens.values("pk"))
        if user.est_client:
            return self.filter(client__contacts__user=user)
        return self.none()


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: "User") -> Self:
        """Whoever sees the client sees whom to call there."""
        if user.est_gestion:
            return self
        if user.est_technicien:
            siens = self.model.objects.filter(client__interventions__technicien__user=user)
            return self.filter(pk__in=siens.values("pk"))
        if user.est_client:
            return self.filter(client__contacts__user=user)
        return self.none()


class ContratQuerySet(models.QuerySet["Contrat"]):
    def visible_to(self, user: "User") -> Self:
        """Staff: all; technicien: those of his interventions (amounts are left out); client: its own, drafts apart."""
        if user.est_gestion:
            return self
        if user.est_technicien:
            siens = self.model.objects.filter(interventions__technicien__user=user)
            return self.filter(pk__in=siens.values("pk"))
        if user.est_client:
            return self.filter(client__contacts__user=user).exclude(statut=StatutContrat.BROUILLON)
        return self.none()

    def avec_consommation(self) -> Self:
        """What was done under each contract within its dates, cancelled work apart: `interventions_utilisees`, and
        `minutes_utilisees` (their real duration; None when there is none)."""
        # the reason of a cancellation stays when the intervention is archived, its statut does not
        comptees = Q(
            interventions__motif_annulation="",
            interventions__date_creation__date__gte=F("date_debut"),
            interventions__date_creation__date__lte=F("date_fin"),
        )
        return self.annotate(
            interventions_utilisees=Count("interventions", filter=comptees),
            minutes_utilisees=Sum("interventions__duree_reelle", filter=comptees),
        )

    def en_vigueur(self, jour: date | None = None) -> Self:
        """Active, and the day (today) lies within its dates."""
        jour = jour or timezone.localdate()
        return self.filter(statut=StatutContrat.ACTIF, date_debut__lte=jour, date_fin__gte=jour)


class EngagementQuerySet(models.QuerySet["EngagementSLA"]):
    def visible_to(self, user: "User") -> Self:
        """Visible with its contract."""
        if user.est_gestion:
            return self
        if user.est_technicien:
            siens = self.model.objects.filter(contrat__interventions__technicien__user=user)
            return self.filter(pk__in=siens.values("pk"))
        if user.est_client:
            return self.filter(contrat__client__contacts__user=user).exclude(
                contrat__statut=StatutContrat.BROUILLON
            )
        return self.none()
