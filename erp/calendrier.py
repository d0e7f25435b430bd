"""The company's working time: pure functions over a `Calendrier`, in Africa/Casablanca wall time.

The zone changes its offset during Ramadan, so every step converts through the tz database.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

CASABLANCA = ZoneInfo("Africa/Casablanca")


@lru_cache(maxsize=64)
def jours_feries(annee: int) -> frozenset[date]:
    """Public holidays of Morocco in a year. Lunar days are estimates until they are announced."""
    return frozenset(holidays.country_holidays("MA", years=annee))


@dataclass(frozen=True, slots=True)
class Calendrier:
    """Opening hours of a working day, and which days of the week (0 = Monday) are worked."""

    ouverture: time = time(8, 30)
    fermeture: time = time(18, 0)
    jours: frozenset[int] = field(default_factory=lambda: frozenset(range(5)))

    def est_ouvre(self, jour: date) -> bool:
        """Whether the day is worked: a day of the week that is, and no public holiday."""
        return jour.weekday() in self.jours and jour not in jours_feries(jour.year)

    def plage(self, jour: date) -> tuple[datetime, datetime]:
        """Opening and closing of a day, in UTC."""
        debut = datetime.combine(jour, self.ouverture, CASABLANCA)
        fin = datetime.combine(jour, self.fermeture, CASABLANCA)
        return debut.astimezone(UTC), fin.astimezone(UTC)


def ajouter_heures_ouvrees(depart: datetime, heures: float, calendrier: Calendrier) -> datetime:
    """The moment at which `heures` hours of working time have passed since `depart`.

    Time outside the opening hours, closed days and public holidays do not count. Raises ValueError when the
    calendar has no working day at all.
    """
    if not calendrier.jours or calendrier.fermeture <= calendrier.ouverture:
        raise ValueError(
            "a calendar needs at least one working day and a closing time after its opening"
        )
    reste = timedelta(hours=heures)
    moment = depart.astimezone(UTC)
    jour = depart.astimezone(CASABLANCA).date()
    while True:
        if calendrier.est_ouvre(jour):
            ouverture, fermeture = calendrier.plage(jour)
            debut = max(moment, ouverture)
            if debut < fermeture:
                if reste <= fermeture - debut:
                    return debut + reste
                reste -= fermeture - debut
        jour += timedelta(days=1)
