"""The periods that figures are asked for: whole days of Casablanca, both ends included."""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from erp.calendrier import minuit


class Genre(models.TextChoices):
    """How a period is named; each but the last ends today."""

    MOIS = "mois", _("Ce mois")
    TRENTE_JOURS = "30j", _("30 jours")
    QUATRE_VINGT_DIX_JOURS = "90j", _("90 jours")
    ANNEE = "annee", _("Cette année")
    LIBRE = "libre", _("Du … au …")


DEFAUT = Genre.TRENTE_JOURS
JOURS_MAX = 3660


@dataclass(frozen=True, slots=True)
class Periode:
    """From the first moment of `premier` to the last of `dernier`."""

    genre: Genre
    premier: date
    dernier: date

    @property
    def depuis(self) -> datetime:
        return minuit(self.premier)

    @property
    def jusqua(self) -> datetime:
        """The first moment after it."""
        return minuit(self.dernier + timedelta(days=1))

    @property
    def jours(self) -> int:
        return (self.dernier - self.premier).days + 1

    def precedente(self) -> "Periode":
        """What it is compared with: the same days of the month or the year before, else as many days just before."""
        if self.genre == Genre.MOIS:
            return Periode(self.genre, _mois_avant(self.premier), _mois_avant(self.dernier))
        if self.genre == Genre.ANNEE:
            return Periode(self.genre, _an_avant(self.premier), _an_avant(self.dernier))
        duree = timedelta(days=self.jours)
        return Periode(self.genre, self.premier - duree, self.dernier - duree)


def periode(genre: Genre, aujourdhui: date) -> Periode:
    """The period of that name that ends on `aujourdhui`; a free one has its two days given instead."""
    return Periode(genre, _PREMIERS[genre](aujourdhui), aujourdhui)


_PREMIERS: dict[Genre, Callable[[date], date]] = {
    Genre.MOIS: lambda jour: jour.replace(day=1),
    Genre.TRENTE_JOURS: lambda jour: jour - timedelta(days=29),
    Genre.QUATRE_VINGT_DIX_JOURS: lambda jour: jour - timedelta(days=89),
    Genre.ANNEE: lambda jour: jour.replace(month=1, day=1),
    Genre.LIBRE: lambda jour: jour - timedelta(days=29),
}


def _mois_avant(jour: date) -> date:
    fin = jour.replace(day=1) - timedelta(days=1)
    return fin.replace(day=min(jour.day, fin.day))


def _an_avant(jour: date) -> date:
    dernier = calendar.monthrange(jour.year - 1, jour.month)[1]
    return jour.replace(year=jour.year - 1, day=min(jour.day, dernier))
