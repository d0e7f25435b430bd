"""What plans will make, without making it."""

from datetime import date

from django.db.models import QuerySet

from planning.choices import ModeEcheance
from planning.models import PlanMaintenance
from planning.recurrence import echeances_apres
from planning.services.generation import plans_dus

PROCHAINES = 6


def a_generer(visibles: QuerySet[PlanMaintenance], jour: date) -> QuerySet[PlanMaintenance]:
    """The plans that a run on that day makes an intervention for, by the generator's own rule."""
    return visibles.filter(pk__in=plans_dus(jour).order_by().values("pk"))


def prochaines_echeances(plan: PlanMaintenance, nombre: int = PROCHAINES) -> list[date]:
    """The next days that an active plan is due; of a floating one, supposing that each is done on its day."""
    premiere = plan.prochaine_echeance
    if premiere is None or not plan.actif:
        return []
    if not plan.regle or nombre < 2:
        return [premiere]
    depart = premiere if plan.mode == ModeEcheance.FLOTTANT else plan.date_depart
    return [premiere, *echeances_apres(plan.regle, depart, premiere, nombre - 1)]
