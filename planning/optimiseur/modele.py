"""The problem that the optimiser solves: technicians, tasks, a store. Nothing here knows the database.

Times are minutes from the start of the horizon. Places are numbered: the tasks, then each technician's start, then the
store (`Probleme.lieu_depart(k)`, `Probleme.lieu_magasin`); `trajets[a][b]` is the travel between them, in minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tache:
    """One piece of work.

    It starts inside one of `fenetres` (earliest start, latest start). `penalite` is what leaving it out costs, `retard`
    what each minute of start after `echeance` costs, in the objective's minutes. `technicien`: the only one who may.
    """

    cle: int
    duree: float
    fenetres: tuple[tuple[float, float], ...]
    competences: frozenset[int] = frozenset()
    outils: frozenset[int] = frozenset()
    pieces: tuple[tuple[int, float], ...] = ()  # (kind, quantity)
    penalite: float = 100_000.0
    echeance: float | None = None
    retard: float = 0.0
    technicien: int | None = None


@dataclass(frozen=True, slots=True)
class Ouvrier:
    """A technician's day (or each of his days: one Ouvrier a day).

    `plages` are when he works, in order; he leaves home no earlier than the first one's start and is back by
    `retour_max`. Time back after the last one's end is overtime. `fixes` are his tasks that stay where they are.
    """

    cle: int
    plages: tuple[tuple[float, float], ...]
    retour_max: float
    competences: frozenset[int] = frozenset()
    outils: frozenset[int] = frozenset()
    pieces: tuple[tuple[int, float], ...] = ()
    charge: float = 0.0  # minutes he already has, for a fair share


@dataclass(frozen=True, slots=True)
class Poids:
    """What a minute of each costs. The published instances count the duration alone."""

    duree: float = 1.0  # from leaving home to being back
    trajet: float = 0.0
    supplementaire: float = 0.0
    equite: float = (
        0.0  # times load² / 1000, so that the last hour of a full day costs more than the first
    )


@dataclass(frozen=True, slots=True)
class Probleme:
    taches: Sequence[Tache]
    ouvriers: Sequence[Ouvrier]
    trajets: Sequence[Sequence[float]]
    poids: Poids = Poids()
    magasin: bool = False  # whether there is a store to pass by

    def lieu_depart(self, ouvrier: int) -> int:
        return len(self.taches) + ouvrier

    @property
    def lieu_magasin(self) -> int:
        return len(self.taches) + len(self.ouvriers)


@dataclass(frozen=True, slots=True)
class Tournee:
    """One technician's round: the tasks in order, and before which of them he passes by the store (None: never)."""

    ouvrier: int
    ordre: tuple[int, ...]
    magasin: int | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    tournees: tuple[Tournee, ...]
    omises: tuple[int, ...]
    cout: float
    iterations: int = 0
    details: dict[str, float] = field(default_factory=dict)
