"""Absences that wait for a decision, and the planned work that each would meet."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from technicians.choices import StatutAbsence
from technicians.models import Disponibilite


def a_decider(user: User) -> QuerySet[Disponibilite]:
    """What was asked for and is not over, the nearest first."""
    return (
        Disponibilite.objects.visible_to(user)
        .filter(statut=StatutAbsence.DEMANDEE, fin__gte=timezone.now())
        .select_related("technicien__user")
        .order_by("debut", "pk")
    )


def creneaux_touches(user: User, absences: Sequence[Disponibilite]) -> dict[int, list[Any]]:
    """Open slots within each absence, by its id. One statement, none without absences."""
    trouves: dict[int, list[Any]] = {absence.pk: [] for absence in absences}
    if not absences:
        return trouves
    planning: Any = apps.get_model("interventions.Planning")  # stands above this app
    creneaux = (
        planning.objects.visible_to(user)
        .ouverts()
        .filter(technicien__in={absence.technicien_id for absence in absences})
        .touchant(min(a.debut for a in absences), max(a.fin for a in absences))
        .select_related("intervention__client")
        .order_by("debut")
    )
    for creneau in creneaux:
        for absence in absences:
            if (
                creneau.technicien_id == absence.technicien_id
                and creneau.debut < absence.fin
                and creneau.fin > absence.debut
            ):
                trouves[absence.pk].append(creneau)
    return trouves
