"""What plans will make, without making it."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from equipment.choices import StatutEquipement
from planning.choices import ModeEcheance
from planning.models import PlanMaintenance
from planning.recurrence import echeances_apres

PROCHAINES = 6


def a_generer(visibles: QuerySet[PlanMaintenance], jour: date) -> QuerySet[PlanMaintenance]:
    """The plans that the next run makes an intervention for: due within their days of advance, machine in service."""
    plans: Any = visibles
    resultat: QuerySet[PlanMaintenance] = plans.dus(jour).exclude(
        equipement__statut=StatutEquipement.RETIRE
    )
    return resultat


def prochaines_echeances(plan: PlanMaintenance, nombre: int = PROCHAINES) -> list[date]:
    """The next days that an active plan is due; of a floating one, supposing that each is done on its day."""
    premiere = plan.prochaine_echeance
    if premiere is None or not plan.actif:
        return []
    if not plan.regle or nombre < 2:
        return [premiere]
    depart = premiere if plan.mode == ModeEcheance.FLOTTANT else plan.date_depart
    return [premiere, *echeances_apres(plan.regle, depart, premiere, nombre - 1)]
