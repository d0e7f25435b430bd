"""When people work: mornings and afternoons of the company's days, in Africa/Casablanca wall time."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from random import Random

from erp.calendrier import CASABLANCA, Calendrier

_CALENDRIER = Calendrier()
_DEMI_JOURNEES = ((time(8, 30), time(12, 30)), (time(14, 0), time(18, 0)))
Periode = tuple[datetime, datetime]


def moment(jour: date, heure: int, minute: int = 0) -> datetime:
    """A wall-clock moment of a day."""
    return datetime.combine(jour, time(heure, minute), CASABLANCA).astimezone(UTC)


@lru_cache(maxsize=8192)
def ouvre(jour: date) -> bool:
    return _CALENDRIER.est_ouvre(jour)


@lru_cache(maxsize=8192)
def demi_journees(jour: date) -> tuple[Periode, ...]:
    """What is worked of a day; nothing of a closed one."""
    if not ouvre(jour):
        return ()
    return tuple(
        (
            datetime.combine(jour, debut, CASABLANCA).astimezone(UTC),
            datetime.combine(jour, fin, CASABLANCA).astimezone(UTC),
        )
        for debut, fin in _DEMI_JOURNEES
    )


def minute(instant: datetime) -> datetime:
    """Nobody notes seconds."""
    return instant.replace(second=0, microsecond=0)


def jour_de(instant: datetime) -> date:
    return instant.astimezone(CASABLANCA).date()


def prochain(instant: datetime) -> datetime:
    """This moment if somebody works then, else the next opening."""
    jour = jour_de(instant)
    while True:
        for debut, fin in demi_journees(jour):
            if instant < fin - timedelta(minutes=10):
                return max(instant, debut)
        jour += timedelta(days=1)


def decouper(debut: datetime, minutes: int) -> list[Periode]:
    """The periods in which so many minutes are worked, from `debut` on, lunch and night left out."""
    reste = timedelta(minutes=minutes)
    periodes: list[Periode] = []
    jour = jour_de(debut)
    while reste > timedelta(0):
        for ouverture, fermeture in demi_journees(jour):
            depart = max(debut, ouverture)
            if depart < fermeture and reste > timedelta(0):
                duree = min(reste, fermeture - depart)
                periodes.append((depart, depart + duree))
                reste -= duree
        jour += timedelta(days=1)
    return periodes


def a_une_heure(rng: Random, jour: date) -> datetime:
    """A moment at which people call: mostly in the morning, now and then in the evening."""
    minutes = int(rng.triangular(7 * 60 + 40, 18 * 60 + 30, 9 * 60 + 20))
    if rng.random() < 0.05:
        minutes = rng.randrange(18 * 60 + 30, 23 * 60)
    return moment(jour, minutes // 60, minutes % 60)


def jours(debut: date, fin: date) -> list[date]:
    """Days of [debut, fin)."""
    return [debut + timedelta(days=n) for n in range((fin - debut).days)]
