"""What a figure is: its value, its unit, what it was before, and the lists behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

Valeur = int | float | Decimal | None


class Unite(StrEnum):
    NOMBRE = "nombre"
    POURCENT = "pourcent"  # 0 to 100
    MINUTES = "minutes"
    MAD = "mad"
    NOTE = "note"  # 1 to 5


@dataclass(frozen=True, slots=True)
class Lien:
    """The list behind a number: with these parameters it shows exactly `nombre` rows, for whoever asked.

    `liste` is the URL name of the page; the API has the same parameters.
    """

    nombre: int
    params: Mapping[str, str]
    liste: str = "interventions:liste"


@dataclass(frozen=True, slots=True)
class Indicateur:
    """One figure. `valeur` is None when there is nothing to judge by, never 0 instead.

    `sur` is the population it is computed over, `dont` the part that wants looking at. `hausse` says what a rise means:
    1 good, -1 bad, 0 neither.
    """

    cle: str
    valeur: Valeur
    unite: Unite
    precedent: Valeur = None
    sur: Lien | None = None
    dont: Lien | None = None
    hausse: int = 0


@dataclass(frozen=True, slots=True)
class Ligne:
    """One row of a breakdown: `cle` is a choice, a day or an id, `valeurs` and `liens` are by column."""

    cle: str
    libelle: str
    valeurs: Mapping[str, Valeur]
    liens: Mapping[str, Lien] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repartition:
    """Figures by statut, by week, by client …; `colonnes` are the columns in order, with their units."""

    cle: str
    colonnes: Mapping[str, Unite]
    lignes: list[Ligne]


def part(combien: float | Decimal | None, sur: float | Decimal | None) -> float | None:
    """Percentage to one decimal; None over nothing."""
    if not sur:
        return None
    return round(100 * float(combien or 0) / float(sur), 1)


def moyenne(somme: float | Decimal | None, nombre: int) -> float | None:
    """Mean to two decimals; None over nothing."""
    if not nombre or somme is None:
        return None
    return round(float(somme) / nombre, 2)
