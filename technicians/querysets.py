from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from technicians.choices import EtatTechnicien, StatutAbsence
from technicians.presence import societe_ouverte

if TYPE_CHECKING:
    from accounts.models import User
    from technicians.models import (
        Competence,
        Disponibilite,
        Outil,
        Technicien,
        TechnicienCompetence,
    )


# Statuts of interventions, whose table stands above this app.
EN_COURS = "en_cours"
EN_CHARGE = ("affectee", EN_COURS, "en_attente")


class TechnicienQuerySet(models.QuerySet["Technicien"]):
    def visible_to(self, user: "User") -> Self:
        """Staff and techniciens: all; client: those on its own interventions (it is shown their names only)."""
        if user.est_gestion or user.est_technicien:
            return self
        if user.est_client:
            siens = self.model.objects.filter(interventions__client__contacts__user=user)
            return self.filter(pk__in=siens.values("pk"))
        return self.none()

    def actifs(self) -> Self:
        return self.filter(user__is_active=True)

    def possedant(self, competences: Iterable[int], le: date | None = None) -> Self:
        """Holders of every one of these skills, none of them expired on that day (today by default)."""
        jour = le or timezone.localdate()
        resultat = self
        lie: Any = self.model._meta.get_field("competences_detenues").related_model
        detenue = lie.objects.filter(technicien=OuterRef("pk"))
        for competence in competences:
            resultat = resultat.filter(Exists(detenue.filter(competence=competence).valides(jour)))
        return resultat

    def presents(self, debut: datetime, fin: datetime) -> Self:
        """Those with no accepted absence that touches the period."""
        absents = Q(disponibilites__statut=StatutAbsence.ACCEPTEE) & Q(
            disponibilites__debut__lt=fin, disponibilites__fin__gt=debut
        )
        return self.exclude(pk__in=self.model.objects.filter(absents).values("pk"))

    def sans_creneau(self, debut: datetime, fin: datetime) -> Self:
        """Those with no open planning slot that touches the period."""
        occupes = self.model.objects.filter(
            creneaux__ouvert=True, creneaux__debut__lt=fin, creneaux__fin__gt=debut
        )
        return self.exclude(pk__in=occupes.values("pk"))

    def avec_etat(self, maintenant: datetime | None = None) -> Self:
        """`etat` (EtatTechnicien) at a moment, from the absences, the open slots, the work under way and the opening
        hours: the first of these that speaks decides."""
        maintenant = maintenant or timezone.now()
        absence = self._des("disponibilites").acceptees()
        creneau = self._des("creneaux").filter(ouvert=True)
        en_ce_moment = Q(debut__lte=maintenant, fin__gt=maintenant)
        repos = (
            EtatTechnicien.DISPONIBLE
            if societe_ouverte(maintenant)
            else EtatTechnicien.HORS_HORAIRES
        )
        return self.annotate(
            etat=Case(
                When(user__is_active=False, then=Value(EtatTechnicien.INACTIF)),
                When(Exists(absence.filter(en_ce_moment)), then=Value(EtatTechnicien.ABSENT)),
                When(
                    Exists(self._des("interventions").filter(statut=EN_COURS)),
                    then=Value(EtatTechnicien.OCCUPE),
                ),
                When(Exists(creneau.filter(en_ce_moment)), then=Value(EtatTechnicien.OCCUPE)),
                default=Value(repos),
                output_field=models.CharField(),
            )
        )

    def avec_charge(self) -> Self:
        """`charge`: how many interventions he has to do, is doing or waits with."""
        siennes = self._des("interventions").filter(statut__in=EN_CHARGE).order_by()
        combien = siennes.values("technicien").annotate(combien=Count("pk")).values("combien")
        return self.annotate(charge=Coalesce(Subquery(combien), 0))

    def _des(self, relation: str) -> Any:
        """The rows that point at the technicien of the outer query, from a table that may stand above this app."""
        lie: Any = self.model._meta.get_field(relation).related_model
        return lie._default_manager.filter(technicien=OuterRef("pk"))

    def for_list(self) -> Self:
        """What a row of a list shows: the person, and the skills that count today."""
        detenues: Any = self.model._meta.get_field("competences_detenues").related_model
        valides = (
            detenues.objects.valides().select_related("competence").order_by("competence__nom")
        )
        return self.select_related("user").prefetch_related(
            Prefetch("competences_detenues", queryset=valides, to_attr="competences_valides")
        )


class CompetenceQuerySet(models.QuerySet["Competence"]):
    def visible_to(self, user: "User") -> Self:
        """The catalogue of skills concerns those who plan and those who hold them."""
        return self if user.est_gestion or user.est_technicien else self.none()


class OutilQuerySet(models.QuerySet["Outil"]):
    def visible_to(self, user: "User") -> Self:
        """Like the skills: those who plan, and those who carry them."""
        return self if user.est_gestion or user.est_technicien else self.none()

    def en_service(self) -> Self:
        return self.filter(is_active=True)


class TechnicienCompetenceQuerySet(models.QuerySet["TechnicienCompetence"]):
    def visible_to(self, user: "User") -> Self:
        return self if user.est_gestion or user.est_technicien else self.none()

    def valides(self, le: date | None = None) -> Self:
        """Not expired on that day (today by default)."""
        jour = le or timezone.localdate()
        return self.filter(Q(date_expiration__isnull=True) | Q(date_expiration__gte=jour))


class DisponibiliteQuerySet(models.QuerySet["Disponibilite"]):
    def visible_to(self, user: "User") -> Self:
        """Staff: all; technicien: his own."""
        if user.est_gestion:
            return self
        if user.est_technicien:
            return self.filter(technicien__user=user)
        return self.none()

    def acceptees(self) -> Self:
        return self.filter(statut=StatutAbsence.ACCEPTEE)

    def touchant(self, debut: datetime, fin: datetime) -> Self:
        """Periods that share a moment with [debut, fin)."""
        return self.filter(debut__lt=fin, fin__gt=debut)
