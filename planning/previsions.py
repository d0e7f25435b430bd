"""What plans will make, without making it."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from equipment.tendance import Tendance, tendances
from erp.societe import calendrier_societe
from planning.models import PlanMaintenance
from planning.projection import Prevue, prevues, terme_de
from planning.services.generation import plans_dus

PROCHAINES = 6
# Visits further away than this are nobody's business yet.
LOIN = timedelta(days=40 * 366)


def a_generer(visibles: QuerySet[PlanMaintenance], jour: date) -> QuerySet[PlanMaintenance]:
    """The plans that a run on that day makes an intervention for, by the generator's own rule."""
    return visibles.filter(pk__in=plans_dus(jour).order_by().values("pk"))


def a_venir(plan: PlanMaintenance, nombre: int = PROCHAINES) -> list[Prevue]:
    """The next visits of a plan, by its rule, the trend of its meter, or the first of both; none when it is not active.

    Of a floating one, supposing that each is done on its day.
    """
    if not plan.actif:
        return []
    jour = timezone.localdate()
    suite = prevues([terme_de(plan)], jour, jour + LOIN, calendrier_societe(), nombre=nombre)
    return suite[plan.pk]


def prochaines_echeances(plan: PlanMaintenance, nombre: int = PROCHAINES) -> list[date]:
    """The due dates of `a_venir`."""
    return [prevue.jour for prevue in a_venir(plan, nombre)]


def tendance_de(plan: PlanMaintenance) -> Tendance | None:
    """The trend of the plan's meter, if it has one that can be read."""
    if plan.compteur_id is None:
        return None
    return tendances([plan.compteur_id]).get(plan.compteur_id)
