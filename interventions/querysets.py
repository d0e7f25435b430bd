from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone

from interventions.choices import MOTIFS_DU_CLIENT, STATUTS_ACTIFS, ActionJournal, Statut

if TYPE_CHECKING:
    from accounts.models import User
    from interventions.models import (
        CompteStatut,
        HistoriqueIntervention,
        Intervention,
        InterventionPiece,
        Planning,
        PointControle,
        TempsPasse,
    )


class InterventionQuerySet(models.QuerySet["Intervention"]):
    def visible_to(self, user: "User") -> Self:
        """Staff: all; technicien: those assigned to him; client: those of its company."""
        if user.est_gestion:
            return self
        if user.est_technicien:
            return self.filter(technicien__user=user)
        if user.est_client:
            return self.filter(client__contacts__user=user)
        return self.none()

    def actives(self) -> Self:
        """Not closed, cancelled or archived."""
        return self.filter(statut__in=STATUTS_ACTIFS)

    def a_affecter(self) -> Self:
        return self.filter(statut=Statut.OUVERTE)

    def horloge_en_marche(self) -> Self:
        """Those whose deadline is running: active, and not waiting for the client."""
        return self.actives().exclude(statut=Statut.EN_ATTENTE, motif_attente__in=MOTIFS_DU_CLIENT)

    def en_retard(self, maintenant: datetime | None = None) -> Self:
        """Past their deadline while its clock runs."""
        return self.horloge_en_marche().filter(date_limite__lt=maintenant or timezone.now())

    def echeance_entre(self, debut: datetime, fin: datetime) -> Self:
        """Running, with a deadline in [debut, fin)."""
        return self.horloge_en_marche().filter(date_limite__gte=debut, date_limite__lt=fin)

    def for_list(self) -> Self:
        """What a row of a list shows, in one query."""
        return self.select_related("equipement", "client", "technicien__user")

    def for_detail(self) -> Self:
        return self.select_related(
            "equipement", "client", "site", "contrat", "technicien__user", "created_by"
        )


class HistoriqueQuerySet(models.QuerySet["HistoriqueIntervention"]):
    def visible_to(self, user: "User") -> Self:
        """With the intervention; a client sees no internal remark (see `pour_client` for the words of a line)."""
        if user.est_gestion:
            return self
        if user.est_technicien:
            return self.filter(intervention__technicien__user=user)
        if user.est_client:
            return (
                self.filter(intervention__client__contacts__user=user)
                .exclude(interne=True, action__in=[ActionJournal.REMARQUE, ActionJournal.DOCUMENT])
                .exclude(
                    action__in=[
                        ActionJournal.PIECE,
                        ActionJournal.TEMPS,
                        ActionJournal.MODIFICATION,
                    ]
                )
            )
        return self.none()

    def for_list(self) -> Self:
        return self.select_related("user")


class InterventionPieceQuerySet(models.QuerySet["InterventionPiece"]):
    def visible_to(self, user: "User") -> Self:
        """With the intervention, for those who see the stock."""
        if user.est_gestion:
            return self
        if user.est_technicien:
            return self.filter(intervention__technicien__user=user)
        return self.none()


class TempsPasseQuerySet(models.QuerySet["TempsPasse"]):
    def visible_to(self, user: "User") -> Self:
        """With the intervention, for those who work on it."""
        if user.est_gestion:
            return self
        if user.est_technicien:
            return self.filter(intervention__technicien__user=user)
        return self.none()


class PointControleQuerySet(models.QuerySet["PointControle"]):
    def visible_to(self, user: "User") -> Self:
        """With the intervention."""
        if user.est_gestion:
            return self
        if user.est_technicien:
            return self.filter(intervention__technicien__user=user)
        if user.est_client:
            return self.filter(intervention__client__contacts__user=user)
        return self.none()

    def obligatoires_sans_reponse(self) -> Self:
        return self.filter(obligatoire=True, resultat="")


class PlanningQuerySet(models.QuerySet["Planning"]):
    def visible_to(self, user: "User") -> Self:
        """Staff: all; technicien: his own; client: the dates of its interventions."""
        if user.est_gestion:
            return self
        if user.est_technicien:
            return self.filter(technicien__user=user)
        if user.est_client:
            return self.filter(intervention__client__contacts__user=user)
        return self.none()

    def ouverts(self) -> Self:
        return self.filter(ouvert=True)

    def touchant(self, debut: datetime, fin: datetime) -> Self:
        """Slots that share a moment with [debut, fin)."""
        return self.filter(Q(debut__lt=fin) & Q(fin__gt=debut))

    def for_list(self) -> Self:
        return self.select_related(
            "technicien__user",
            "intervention__equipement",
            "intervention__client",
            "intervention__site",
        )


class CompteStatutQuerySet(models.QuerySet["CompteStatut"]):
    def total(self, statuts: Collection[str] = ()) -> int:
        """How many interventions there are of these statuts, of all when none is named: exact, and without counting."""
        lignes = self.filter(statut__in=statuts) if statuts else self
        return int(lignes.aggregate(total=Sum("nombre"))["total"] or 0)
