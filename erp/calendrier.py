"""Working time: one engine for deadlines, the planning and preventive dates; pure, in Africa/Casablanca wall time.

A `Calendrier` is a week of hours, others in dated periods (Ramadan), closed days and absences. It answers in UTC.
The zone changes its offset during Ramadan: each wall time is converted through the tz database, on its own date.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays

from erp.horaires import Semaine, lire_semaine

CASABLANCA = ZoneInfo("Africa/Casablanca")
SEMAINE_USUELLE = lire_semaine("lun-ven 08:30-18:00")
Intervalle = tuple[datetime, datetime]  # UTC, the end excluded

# A calendar that has not opened by then never does.
HORIZON = timedelta(days=10 * 366)


@lru_cache(maxsize=64)
def jours_feries_publies(annee: int) -> dict[date, str]:
    """Public holidays of Morocco in a year by the package, with their French names. Lunar days are estimates."""
    return dict(holidays.country_holidays("MA", years=annee, language="fr").items())


@lru_cache(maxsize=64)
def jours_feries(annee: int) -> frozenset[date]:
    """The dates of `jours_feries_publies`."""
    return frozenset(jours_feries_publies(annee))


@lru_cache(maxsize=64)
def ramadan_estime(annee: int) -> tuple[tuple[date, date], ...]:
    """The months of Ramadan that end in a year: the thirty days before each estimated Aïd al-Fitr."""
    fetes = sorted(
        jour for jour, nom in jours_feries_publies(annee).items() if "rupture" in nom.lower()
    )
    premiers = [
        jour for veille, jour in pairwise([date.min, *fetes]) if jour - veille > timedelta(2)
    ]
    return tuple((jour - timedelta(days=30), jour - timedelta(days=1)) for jour in premiers)


@dataclass(frozen=True, slots=True)
class Regime:
    """Other hours between two dates, both included."""

    debut: date
    fin: date
    semaine: Semaine


class Calendrier:
    """When somebody works, or a place is open.

    `feries`: dates closed besides the package's, `ouvres`: dates that the package closes and the company does not.
    `chome`: whether public holidays close it at all. `absences`: UTC intervals taken out.
    """

    __slots__ = ("_jours", "absences", "chome", "feries", "ouvres", "regimes", "semaine")

    def __init__(
        self,
        semaine: Semaine = SEMAINE_USUELLE,
        *,
        regimes: Sequence[Regime] = (),
        feries: Iterable[date] = (),
        ouvres: Iterable[date] = (),
        chome: bool = True,
        absences: Iterable[Intervalle] = (),
    ) -> None:
        self.semaine = semaine
        self.regimes = tuple(regimes)
        self.feries = frozenset(feries)
        self.ouvres = frozenset(ouvres)
        self.chome = chome
        self.absences = tuple(fondre(absences))
        self._jours: dict[date, tuple[Intervalle, ...]] = {}

    # --- Days --------------------------------------------------------------------------------------

    def est_ferie(self, jour: date) -> bool:
        """Whether the day is a public holiday, by the company's table first, else by the package."""
        return jour not in self.ouvres and (jour in self.feries or jour in jours_feries(jour.year))

    @property
    def jours(self) -> frozenset[int]:
        """Days of the week that are worked, 0 for Monday."""
        return frozenset(jour for jour, plages in enumerate(self.semaine) if plages)

    def semaine_du(self, jour: date) -> Semaine:
        for regime in self.regimes:
            if regime.debut <= jour <= regime.fin:
                return regime.semaine
        return self.semaine

    def est_ouvre(self, jour: date) -> bool:
        """Whether the day has working hours, absences left aside."""
        return bool(self._ouvertures(jour))

    def plage(self, jour: date) -> Intervalle:
        """First opening and last closing of a day; the usual hours of a week day when it is closed."""
        plages = self._ouvertures(jour)
        if not plages:
            ouverts = [p for p in self.semaine_du(jour) if p] or [((0, 24 * 60),)]
            plages = tuple(_utc(jour, *plage) for plage in ouverts[0])
        return plages[0][0], plages[-1][1]

    def _ouvertures(self, jour: date) -> tuple[Intervalle, ...]:
        """The day's hours in UTC, computed once."""
        connues = self._jours.get(jour)
        if connues is None:
            if self.chome and self.est_ferie(jour):
                connues = ()
            else:
                # Hours that the clock jumps over are none; those around the jump may then touch.
                connues = tuple(
                    fondre(_utc(jour, *p) for p in self.semaine_du(jour)[jour.weekday()])
                )
            self._jours[jour] = connues
        return connues

    # --- Time --------------------------------------------------------------------------------------

    def plages(self, de: datetime, a: datetime) -> list[Intervalle]:
        """The working intervals between two moments, absences taken out."""
        return [
            (max(debut, de), min(fin, a))
            for debut, fin in self._suite(de, a)
            if fin > de and debut < a
        ]

    def _suite(self, de: datetime, a: datetime) -> Iterator[Intervalle]:
        """Working intervals that touch [de, a), in order."""
        de = de.astimezone(UTC)
        jour = de.astimezone(CASABLANCA).date()
        rang = max(0, bisect_right(self.absences, (de, de)) - 1) if self.absences else 0
        while True:
            minuit = _utc(jour, 0, 0)[0]
            if minuit >= a:
                return
            for debut, fin in self._ouvertures(jour):
                if fin <= de:
                    continue
                while rang < len(self.absences) and self.absences[rang][1] <= debut:
                    rang += 1
                for absent, present in self.absences[rang:]:
                    if absent >= fin:
                        break
                    if absent > max(debut, de):
                        yield debut, absent
                    debut = max(debut, present)
                if debut < fin:
                    yield debut, fin
            jour += timedelta(days=1)

    def ouvert_a(self, moment: datetime) -> bool:
        return any(
            debut <= moment < fin
            for debut, fin in self.plages(moment, moment + timedelta(minutes=1))
        )

    def duree(self, de: datetime, a: datetime) -> timedelta:
        """Working time between two moments; nothing when the second is before the first."""
        return sum((fin - debut for debut, fin in self.plages(de, a)), timedelta())

    def ajouter(self, depart: datetime, duree: timedelta) -> datetime:
        """The moment at which `duree` of working time has passed since `depart`.

        Nothing to add is `depart` itself. Raises ValueError when ten years do not hold as much.
        """
        depart = depart.astimezone(UTC)
        reste = duree
        if reste <= timedelta():
            return depart
        for ouvre, fin in self._suite(depart, depart + HORIZON):
            debut = max(ouvre, depart)
            if reste <= fin - debut:
                return debut + reste
            reste -= fin - debut
        raise ValueError("a calendar that opens too little")

    def prochain(self, moment: datetime) -> datetime:
        """The moment itself when it is worked, else the next opening. Raises ValueError when there is none."""
        moment = moment.astimezone(UTC)
        for debut, _fin in self._suite(moment, moment + HORIZON):
            return max(debut, moment)
        raise ValueError("a calendar that never opens")

    def sans(self, absences: Iterable[Intervalle]) -> "Calendrier":
        """The same, these intervals taken out too."""
        return Calendrier(
            self.semaine,
            regimes=self.regimes,
            feries=self.feries,
            ouvres=self.ouvres,
            chome=self.chome,
            absences=[*self.absences, *absences],
        )

    def pour(self, semaine: Semaine) -> "Calendrier":
        """The same closed days, with a week of one's own; the company's Ramadan hours still shorten it."""
        return Calendrier(
            semaine,
            regimes=[
                Regime(
                    regime.debut,
                    regime.fin,
                    tuple(
                        tuple(_communes(siennes, autres))
                        for siennes, autres in zip(semaine, regime.semaine, strict=True)
                    ),
                )
                for regime in self.regimes
            ],
            feries=self.feries,
            ouvres=self.ouvres,
            chome=self.chome,
            absences=self.absences,
        )


def minuit(jour: date) -> datetime:
    """The first moment of the day in Casablanca, in UTC: hours added to it are hours that pass, clock change or not."""
    return _instant(jour, 0)


def _utc(jour: date, debut: int, fin: int) -> Intervalle:
    return _instant(jour, debut), _instant(jour, fin)


def _instant(jour: date, minutes: int) -> datetime:
    """The first instant of the day at which its clock reads so many minutes past midnight, or more.

    An hour that is read twice begins the first time; one that the clock jumps over, where the jump ends.
    """
    if minutes == 24 * 60:
        jour, minutes = jour + timedelta(days=1), 0
    for lus in range(minutes, 24 * 60):
        local = datetime(jour.year, jour.month, jour.day, lus // 60, lus % 60, tzinfo=CASABLANCA)
        instant = local.astimezone(UTC)
        if instant.astimezone(CASABLANCA).replace(tzinfo=None) == local.replace(tzinfo=None):
            return instant
    return _instant(jour, 24 * 60)


def _communes(
    siennes: Sequence[tuple[int, int]], autres: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    for debut, fin in siennes:
        for ouvre, ferme in autres:
            if max(debut, ouvre) < min(fin, ferme):
                yield max(debut, ouvre), min(fin, ferme)


def fondre(intervalles: Iterable[Intervalle]) -> list[Intervalle]:
    """Sorted intervals in UTC, those that touch made one, empty ones left out."""
    sortie: list[Intervalle] = []
    for debut, fin in sorted((d.astimezone(UTC), f.astimezone(UTC)) for d, f in intervalles):
        if debut >= fin:
            continue
        if sortie and debut <= sortie[-1][1]:
            sortie[-1] = sortie[-1][0], max(fin, sortie[-1][1])
        else:
            sortie.append((debut, fin))
    return sortie


def croiser(une: Sequence[Intervalle], autre: Sequence[Intervalle]) -> list[Intervalle]:
    """What two sorted sequences of intervals have in common: a technicien's hours within a site's."""
    sortie = []
    i = j = 0
    while i < len(une) and j < len(autre):
        debut, fin = max(une[i][0], autre[j][0]), min(une[i][1], autre[j][1])
        if debut < fin:
            sortie.append((debut, fin))
        if une[i][1] <= autre[j][1]:
            i += 1
        else:
            j += 1
    return sortie


def ajouter_heures_ouvrees(depart: datetime, heures: float, calendrier: Calendrier) -> datetime:
    """`Calendrier.ajouter` in hours."""
    return calendrier.ajouter(depart, timedelta(hours=heures))
