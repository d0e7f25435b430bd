"""Rounds by ruin and recreate, recombined by set partitioning.

Slack induction by string removals (Christiaens and Vanden Berghe, Transportation Science 54(2), 2020) under simulated
annealing: neighbouring pieces of rounds are taken out and put back at their cheapest place. The rounds met are kept,
and from time to time HiGHS chooses the best set of them (as Pillac, Guéret and Medaglia do, Optimization Letters 7(7),
2013). Several searches run side by side.
"""

import multiprocessing
import random
from collections.abc import Callable
from dataclasses import dataclass
from math import log
from time import monotonic

import highspy

from planning.optimiseur.evaluation import Evaluateur, Ordre
from planning.optimiseur.modele import Probleme, Solution

RETIREES = 10  # tasks taken out at a time, on average
LONGUEUR = 8  # of a string, at most
OUBLI = 0.01  # how often a place is overlooked
DEPART, ARRIVEE = 12.0, 0.15  # temperatures, in the objective's unit
COLONNES = 12_000  # rounds that a recombination chooses from
MEMOIRE = 60_000  # remembered costs per technician

Cle = tuple[int, frozenset[int]]
Suivi = Callable[[float, float], None]  # share done, best cost so far


@dataclass
class Etat:
    """Rounds by technician, and what is in none."""

    ordres: list[Ordre]
    omises: list[int]
    cout: float


class Recherche:
    """One search: one random generator, one memory of costs, one pool of rounds."""

    def __init__(self, probleme: Probleme, graine: int) -> None:
        self.probleme = probleme
        self.calcul = Evaluateur(probleme)
        self.alea = random.Random(graine)  # noqa: S311 - no secret
        self.reserve: dict[Cle, tuple[float, float, Ordre]] = {}
        self.iterations = 0
        nombre = len(probleme.taches)
        milieu = [(t.fenetres[0][0] + t.fenetres[-1][1]) / 2 for t in probleme.taches]
        # Near in place, and a little in time.
        self.voisines = []
        for i, trajets in enumerate(probleme.trajets[:nombre]):
            loin = [
                -1.0 if j == i else trajets[j] + 0.25 * abs(milieu[i] - milieu[j])
                for j in range(nombre)
            ]
            self.voisines.append(sorted(range(nombre), key=loin.__getitem__))
        self._tris: list[Callable[[int], float]] = [
            lambda t: self.alea.random(),
            lambda t: sum(b - a for a, b in probleme.taches[t].fenetres),
            lambda t: probleme.taches[t].fenetres[0][0],
            lambda t: float(sum(ligne[t] for ligne in self.calcul.faisables)),
        ]
        self._poids_tris = (4, 3, 2, 2)
        self.courant = self._depart()
        self.meilleur = self.courant

    def _depart(self) -> Etat:
        nombre = len(self.probleme.taches)
        etat = Etat([()] * len(self.probleme.ouvriers), list(range(nombre)), 0.0)
        return self._remettre(etat.ordres, etat.omises)

    # --- Ruin and recreate -----------------------------------------------------------------------

    def _oter(self) -> tuple[list[Ordre], list[int]]:
        """Strings of neighbouring rounds taken out."""
        alea, etat = self.alea, self.courant
        ordres = list(etat.ordres)
        ou = {t: k for k, ordre in enumerate(ordres) for t in ordre}
        if not ou:
            return ordres, list(etat.omises)
        moyenne = sum(map(len, ordres)) / max(1, sum(1 for o in ordres if o))
        longueur = min(float(LONGUEUR), moyenne)
        chaines = int(alea.uniform(1, 4 * RETIREES / (1 + longueur)))
        if etat.omises and alea.random() < 0.5:
            graine = alea.choice(etat.omises)
        else:
            graine = alea.randrange(len(self.probleme.taches))
        otees = list(etat.omises)
        touchees: set[int] = set()
        for t in self.voisines[graine]:
            k = ou.get(t)
            if k is None or k in touchees:
                continue
            ordre = ordres[k]
            taille = int(alea.uniform(1, min(longueur, len(ordre)) + 1))
            rang = ordre.index(t)
            garde = 0
            if taille < len(ordre) and alea.random() < 0.5:
                while taille + garde < len(ordre) and alea.random() > 0.5:
                    garde += 1  # a split string: some in the middle stay
            etendue = taille + garde
            debut = alea.randint(max(0, rang - etendue + 1), min(rang, len(ordre) - etendue))
            milieu = alea.randint(0, taille) if garde else 0
            reste = (
                *ordre[:debut],
                *ordre[debut + milieu : debut + milieu + garde],
                *ordre[debut + etendue :],
            )
            if t in reste and garde:
                reste = tuple(x for x in reste if x != t)
            gardees = set(reste)
            otees.extend(x for x in ordre if x not in gardees)
            ordres[k] = reste
            touchees.add(k)
            if len(touchees) >= chaines:
                break
        return ordres, otees

    def _remettre(self, ordres: list[Ordre], otees: list[int]) -> Etat:
        """Each task back at its cheapest place, if it has one that costs less than leaving it out."""
        alea, calcul = self.alea, self.calcul
        tri = alea.choices(self._tris, self._poids_tris)[0]
        otees.sort(key=tri)
        inserer, hasard = calcul.inserer, alea.random
        rangs = range(len(ordres))
        omises: list[int] = []
        for t in otees:
            ajout = self.probleme.taches[t].penalite
            choix = None
            for k in rangs:
                place = inserer(k, ordres[k], t)
                if place is not None and place[0] < ajout and hasard() >= OUBLI:
                    ajout, choix = place[0], (k, place[1])
            if choix is None:
                omises.append(t)
            else:
                ordres[choix[0]] = choix[1]
        return self._peser(ordres, omises)

    def _peser(self, ordres: list[Ordre], omises: list[int]) -> Etat:
        total = sum(self.probleme.taches[t].penalite for t in omises)
        for k, ordre in enumerate(ordres):
            if ordre:
                cout = self.calcul.cout(k, ordre)
                # What is left of a round that fitted fits when travel obeys the triangle inequality; if not, it is out.
                if cout is None:
                    ordres[k] = ()
                    omises = [*omises, *ordre]
                    total += sum(self.probleme.taches[t].penalite for t in ordre)
                else:
                    total += cout[0]
        return Etat(ordres, omises, total)

    # --- Annealing -------------------------------------------------------------------------------

    def chercher(
        self, part: Callable[[], float], jusqua: float, suivi: Suivi | None = None
    ) -> None:
        """Goes on until `part()`, the share of the whole budget that is spent, reaches `jusqua`."""
        hasard = self.alea.random
        fait = part()
        while fait < jusqua:
            chaleur = DEPART * (ARRIVEE / DEPART) ** fait
            for _ in range(20):
                self.iterations += 1
                ordres, otees = self._oter()
                essai = self._remettre(ordres, otees)
                if essai.cout < self.courant.cout - chaleur * log(hasard() or 1e-12):
                    self._retenir(essai)
                    self.courant = essai
                    if essai.cout < self.meilleur.cout - 1e-9:
                        self.meilleur = essai
            self.calcul.oublier(MEMOIRE)
            fait = part()
            if suivi is not None:
                suivi(fait, self.meilleur.cout)

    def _retenir(self, etat: Etat) -> None:
        """The rounds of a state, for the recombination, with the best total they were seen in."""
        reserve, courants = self.reserve, self.courant.ordres
        for k, ordre in enumerate(etat.ordres):
            if not ordre or (ordre is courants[k] and etat.cout >= self.courant.cout):
                continue
            cle = k, frozenset(ordre)
            cout = self.calcul.cout(k, ordre)
            assert cout is not None
            connu = reserve.get(cle)
            if connu is None:
                reserve[cle] = cout[0], etat.cout, ordre
            else:
                reserve[cle] = (
                    (cout[0], min(etat.cout, connu[1]), ordre)
                    if cout[0] < connu[0]
                    else (connu[0], min(etat.cout, connu[1]), connu[2])
                )

    def recombiner(self, secondes: float) -> None:
        choisi = recombiner(self.probleme, self.reserve, self.meilleur, secondes)
        if choisi is not None:
            ordres: list[Ordre] = [()] * len(self.probleme.ouvriers)
            for k, ordre in choisi:
                ordres[k] = ordre
            faites = {t for ordre in ordres for t in ordre}
            omises = [t for t in range(len(self.probleme.taches)) if t not in faites]
            etat = self._remettre(ordres, omises)
            if etat.cout < self.meilleur.cout - 1e-9:
                self.meilleur = self.courant = etat


def recombiner(
    probleme: Probleme,
    reserve: dict[Cle, tuple[float, float, Ordre]],
    meilleur: Etat,
    secondes: float,
) -> list[tuple[int, Ordre]] | None:
    """The cheapest set of known rounds, each technician and each task at most once; None when none was found."""
    retenues = sorted(reserve.items(), key=lambda c: c[1][1])[:COLONNES]
    connues = {cle for cle, _valeur in retenues}
    for k, ordre in enumerate(meilleur.ordres):
        if ordre and (cle := (k, frozenset(ordre))) not in connues and cle in reserve:
            retenues.append((cle, reserve[cle]))
    if not retenues:
        return None
    nombre, ouvriers = len(probleme.taches), len(probleme.ouvriers)
    couts: list[float] = []
    debuts: list[int] = []
    indices: list[int] = []
    for (k, faites), (cout, _vu, _ordre) in retenues:
        couts.append(cout)
        debuts.append(len(indices))
        indices += [*faites, nombre + k]
    for t in range(nombre):  # left out
        couts.append(probleme.taches[t].penalite)
        debuts.append(len(indices))
        indices.append(t)
    colonnes = len(couts)
    modele = highspy.HighsLp()
    modele.num_col_, modele.num_row_ = colonnes, nombre + ouvriers
    modele.col_cost_ = couts
    modele.col_lower_, modele.col_upper_ = [0.0] * colonnes, [1.0] * colonnes
    modele.row_lower_ = [1.0] * nombre + [0.0] * ouvriers
    modele.row_upper_ = [1.0] * (nombre + ouvriers)
    modele.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    modele.a_matrix_.start_ = [*debuts, len(indices)]
    modele.a_matrix_.index_ = indices
    modele.a_matrix_.value_ = [1.0] * len(indices)
    modele.integrality_ = [highspy.HighsVarType.kInteger] * colonnes
    highs = highspy.Highs()
    for option, valeur in (
        ("output_flag", False),
        ("time_limit", max(0.1, secondes)),
        ("threads", 1),
        ("mip_rel_gap", 1e-6),
    ):
        highs.setOptionValue(option, valeur)
    highs.passModel(modele)
    depart = highspy.HighsSolution()
    presentes = {(k, frozenset(o)) for k, o in enumerate(meilleur.ordres) if o}
    omises = set(meilleur.omises)
    depart.col_value = [float(cle in presentes) for cle, _valeur in retenues] + [
        float(t in omises) for t in range(nombre)
    ]
    highs.setSolution(depart)
    highs.run()
    if highs.getInfo().primal_solution_status != 2:  # kSolutionStatusFeasible
        return None
    valeurs = list(highs.getSolution().col_value)
    return [
        (cle[0], valeur[2]) for (cle, valeur), x in zip(retenues, valeurs, strict=False) if x > 0.5
    ]


# --- The whole run -----------------------------------------------------------------------------------

ETAPES = (0.35, 0.6, 0.8)  # shares of the budget after which rounds are recombined


def _chercher(
    probleme: Probleme,
    graine: int,
    secondes: float,
    iterations: int | None,
    suivi: Suivi | None = None,
) -> tuple[list[Ordre], list[int], float, int, dict[Cle, tuple[float, float, Ordre]]]:
    debut = monotonic()
    recherche = Recherche(probleme, graine)

    def part() -> float:
        if iterations is not None:
            return recherche.iterations / iterations
        return (monotonic() - debut) / secondes

    for etape in ETAPES:
        recherche.chercher(part, etape, suivi)
        recherche.recombiner(0.05 * secondes)
    recherche.chercher(part, 1.0, suivi)
    triees = sorted(recherche.reserve.items(), key=lambda c: c[1][1])[:COLONNES]
    fin = recherche.meilleur
    return fin.ordres, fin.omises, fin.cout, recherche.iterations, dict(triees)


def resoudre(
    probleme: Probleme,
    *,
    secondes: float,
    graine: int = 1,
    processus: int = 2,
    iterations: int | None = None,
    suivi: Suivi | None = None,
) -> Solution:
    """The best rounds found in `secondes` of wall time (or in `iterations`, which makes the answer repeatable).

    `suivi` hears of the progress of a search alone (`processus=1`).
    """
    final = 0.08 * secondes
    arguments = [
        (probleme, graine + i, max(0.2, secondes - final - 0.6), iterations)
        for i in range(processus)
    ]
    if processus == 1:
        resultats = [_chercher(*arguments[0], suivi)]
    else:
        with multiprocessing.get_context("fork").Pool(processus) as equipe:
            resultats = equipe.starmap(_chercher, arguments)
    reserve: dict[Cle, tuple[float, float, Ordre]] = {}
    for *_reste, connues in resultats:
        for cle, valeur in connues.items():
            if cle not in reserve or valeur[0] < reserve[cle][0]:
                reserve[cle] = valeur
    ordres, omises, cout, _iterations, _connues = min(resultats, key=lambda r: r[2])
    fin = Recherche(probleme, graine)
    fin.meilleur = fin.courant = Etat(list(ordres), list(omises), cout)
    fin.reserve = reserve
    if len(resultats) > 1:
        fin.recombiner(final)
    return Solution(
        tournees=tuple(
            fin.calcul.tournee(k, ordre) for k, ordre in enumerate(fin.meilleur.ordres) if ordre
        ),
        omises=tuple(fin.meilleur.omises),
        cout=fin.meilleur.cout,
        iterations=sum(r[3] for r in resultats),
    )
