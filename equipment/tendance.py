"""How fast a meter counts, and when it will reach a value: read from its last readings, pure but for `tendances`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from statistics import median

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from equipment.models import ReleveCompteur

#: The trend is that of so many readings at most, the last ones.
RELEVES_LUS = 12
#: Under so many readings, or over fewer days, nothing is predicted.
RELEVES_MINIMUM = 3
JOURS_MINIMUM = 7
#: Older readings than that, before the last one, are of another life of the machine.
JOURS_LUS = timedelta(days=366)
#: A date further away than this is no prediction.
HORIZON = timedelta(days=10 * 366)


@dataclass(frozen=True, slots=True)
class Tendance:
    """What a meter counts a day, and the reading from which this goes on."""

    par_jour: Decimal
    releve_le: datetime
    valeur: Decimal
    releves: int

    def jours_pour(self, unites: Decimal) -> float:
        """Days that so many units take."""
        return float(unites / self.par_jour)

    def atteinte(self, valeur: Decimal) -> date | None:
        """The day on which the meter should reach a value; None when that is further than ten years away."""
        jours = self.jours_pour(max(valeur - self.valeur, Decimal(0)))
        if jours > HORIZON.days:
            return None
        return timezone.localdate(self.releve_le + timedelta(days=jours))


def tendance(releves: Sequence[tuple[datetime, Decimal, bool]]) -> Tendance | None:
    """The trend of readings (moment, value, first of a replaced meter), newest first.

    The median of the slopes between every two of them (Theil 1950; Sen, « Estimates of the regression coefficient based
    on Kendall's tau », JASA 63, 1968): a mistyped reading, or a week's standstill, does not move it as it moves a line
    of least squares. Only the meter now in place counts, nothing before its replacement: its last `RELEVES_LUS`
    readings within a year of the newest. None with fewer than `RELEVES_MINIMUM` of them, with less than `JOURS_MINIMUM`
    days between the first and the last, or when the meter does not advance.
    """
    suite: list[tuple[datetime, Decimal]] = []
    for moment, valeur, remplacement in releves[:RELEVES_LUS]:
        if suite and suite[0][0] - moment > JOURS_LUS:
            break
        suite.append((moment, valeur))
        if remplacement:
            break
    if len(suite) < RELEVES_MINIMUM or suite[0][0] - suite[-1][0] < timedelta(days=JOURS_MINIMUM):
        return None
    pentes = [
        (tard[1] - tot[1]) * 86400 / Decimal((tard[0] - tot[0]).total_seconds())
        for tard, tot in combinations(suite, 2)
        if tard[0] > tot[0]
    ]
    pente = median(pentes)
    if pente <= 0:
        return None
    return Tendance(par_jour=pente, releve_le=suite[0][0], valeur=suite[0][1], releves=len(suite))


def tendances(compteur_ids: Iterable[int]) -> dict[int, Tendance]:
    """The trend of each of these meters that has one: one statement."""
    ids = set(compteur_ids)
    if not ids:
        return {}
    rang = Window(
        RowNumber(), partition_by="compteur", order_by=[F("date_releve").desc(), F("pk").desc()]
    )
    lus = (
        ReleveCompteur.objects.filter(compteur__in=ids)
        .annotate(rang=rang)
        .filter(rang__lte=RELEVES_LUS)
        .order_by("compteur_id", "-date_releve", "-pk")
        .values_list("compteur_id", "date_releve", "valeur", "remplacement")
    )
    series: dict[int, list[tuple[datetime, Decimal, bool]]] = {}
    for compteur_id, moment, valeur, remplacement in lus.iterator():
        series.setdefault(compteur_id, []).append((moment, valeur, remplacement))
    trouvees = {pk: tendance(serie) for pk, serie in series.items()}
    return {pk: lue for pk, lue in trouvees.items() if lue is not None}
