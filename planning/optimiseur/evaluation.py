"""What a round costs: one forward pass, remembered.

`Evaluateur.cout(k, ordre)` is None when technician k cannot do these tasks in this order; else the cost, with the best
moment for a stop at the store. He leaves as late as possible without coming back later (the forward time slack of
Savelsbergh, "The vehicle routing problem with time windows: minimizing route duration", ORSA J. Computing 4(2), 1992).
"""

from itertools import pairwise
from math import inf

from planning.optimiseur.modele import Probleme, Tache, Tournee

EPS = 1e-6
Ordre = tuple[int, ...]
Cout = tuple[float, int | None]


class Evaluateur:
    """Costs of rounds and of insertions, each computed once."""

    def __init__(self, probleme: Probleme) -> None:
        self.probleme = probleme
        taches, ouvriers = probleme.taches, probleme.ouvriers
        self.trajets = [list(ligne) for ligne in probleme.trajets]
        self._stock = [dict(ouvrier.pieces) for ouvrier in ouvriers]
        self.faisables = [
            [
                (tache.technicien is None or tache.technicien == k)
                and tache.competences <= ouvrier.competences
                and (probleme.magasin or self._a_bord(k, tache))
                for tache in taches
            ]
            for k, ouvrier in enumerate(ouvriers)
        ]
        self._outille = [
            [tache.outils <= ouvrier.outils for tache in taches] for ouvrier in ouvriers
        ]
        # Whether b can follow a at all: a as early as it can be, straight to b.
        self.suit = [
            [
                i != j
                and a.fenetres[0][0] + a.duree + self.trajets[i][j] <= b.fenetres[-1][1] + EPS
                for j, b in enumerate(taches)
            ]
            for i, a in enumerate(taches)
        ]
        self._couts: list[dict[Ordre, Cout | None]] = [{} for _ in ouvriers]
        self._insertions: list[dict[tuple[Ordre, int], tuple[float, Ordre] | None]] = [
            {} for _ in ouvriers
        ]

    def _a_bord(self, k: int, tache: Tache) -> bool:
        return tache.outils <= self.probleme.ouvriers[k].outils and all(
            self._stock[k].get(genre, 0) >= nombre for genre, nombre in tache.pieces
        )

    def cout(self, k: int, ordre: Ordre) -> Cout | None:
        if not ordre:
            return 0.0, None
        memoire = self._couts[k]
        try:
            return memoire[ordre]
        except KeyError:
            valeur = memoire[ordre] = self._calculer(k, ordre)
            return valeur

    def _manque(self, k: int, ordre: Ordre) -> int:
        """Before which task of the order he must have been at the store; its length when he need not go."""
        outille, reste = self._outille[k], None
        for rang, t in enumerate(ordre):
            if not outille[t]:
                return rang
            pieces = self.probleme.taches[t].pieces
            if pieces:
                if reste is None:
                    reste = dict(self._stock[k])
                for genre, nombre in pieces:
                    apres = reste.get(genre, 0) - nombre
                    if apres < -EPS:
                        return rang
                    reste[genre] = apres
        return len(ordre)

    def _calculer(self, k: int, ordre: Ordre) -> Cout | None:
        limite = self._manque(k, ordre)
        if limite == len(ordre):
            cout = self._parcourir(k, ordre, -1)
            return None if cout is None else (cout, None)
        if not self.probleme.magasin:
            return None
        meilleur: Cout | None = None
        for rang in range(limite + 1):
            cout = self._parcourir(k, ordre, rang)
            if cout is not None and (meilleur is None or cout < meilleur[0]):
                meilleur = cout, rang
        return meilleur

    def _parcourir(
        self, k: int, ordre: Ordre, magasin: int, debuts: list[float] | None = None
    ) -> float | None:
        """Cost of the order with the store before the task of rank `magasin` (-1: never); None when it does not fit.

        `debuts` receives when each task is begun, by who leaves as early as he may.
        """
        probleme = self.probleme
        taches, trajets, poids = probleme.taches, self.trajets, probleme.poids
        ouvrier = probleme.ouvriers[k]
        plages = ouvrier.plages
        ici = depart = len(taches) + k
        debut = heure = plages[0][0]
        route = attentes = retards = travail = 0.0
        marge = inf
        simple = len(plages) == 1
        for rang, t in enumerate(ordre):
            if rang == magasin:
                trajet = trajets[ici][probleme.lieu_magasin]
                route += trajet
                heure += trajet
                ici = probleme.lieu_magasin
            tache = taches[t]
            trajet = trajets[ici][t]
            route += trajet
            arrivee = heure + trajet
            for tot, tard in tache.fenetres:
                if arrivee > tard + EPS:
                    continue
                commence = tot if arrivee < tot else arrivee
                if not simple:
                    for ouvre, ferme in plages:
                        if commence < ouvre:
                            commence = ouvre
                        if commence + tache.duree <= ferme + EPS:
                            break
                    else:
                        if commence < plages[-1][0]:
                            continue
                    if commence > tard + EPS:
                        continue
                break
            else:
                return None
            attentes += commence - arrivee
            reserve = attentes + tard - commence
            if reserve < marge:
                marge = reserve
            if tache.echeance is not None and commence > tache.echeance:
                retards += tache.retard * (commence - tache.echeance)
            if debuts is not None:
                debuts.append(commence)
            heure = commence + tache.duree
            travail += tache.duree
            ici = t
        trajet = trajets[ici][depart]
        route += trajet
        heure += trajet
        if heure > ouvrier.retour_max + EPS:
            return None
        decale = attentes if attentes < marge else marge
        cout = poids.duree * (heure - debut - decale) + poids.trajet * route + retards
        if poids.supplementaire and heure > plages[-1][1]:
            cout += poids.supplementaire * (heure - plages[-1][1])
        if poids.equite:
            charge = ouvrier.charge + travail
            cout += poids.equite * (charge * charge - ouvrier.charge * ouvrier.charge) / 1000
        return cout

    def inserer(self, k: int, ordre: Ordre, t: int) -> tuple[float, Ordre] | None:
        """The least that t adds to the round, and the order then; None when it has no place in it."""
        if not self.faisables[k][t]:
            return None
        memoire = self._insertions[k]
        cle = ordre, t
        try:
            return memoire[cle]
        except KeyError:
            pass
        base = self.cout(k, ordre)
        meilleur: tuple[float, Ordre] | None = None
        if base is not None:
            suit = self.suit
            suit_t = suit[t]
            avant = 0
            # Every task before t must be able to come before it, every one after to come after.
            while avant < len(ordre) and not suit_t[ordre[avant]]:
                avant += 1
            for rang in range(avant, len(ordre) + 1):
                if rang and not suit[ordre[rang - 1]][t]:
                    break
                essai = (*ordre[:rang], t, *ordre[rang:])
                cout = self.cout(k, essai)
                if cout is not None and (meilleur is None or cout[0] - base[0] < meilleur[0]):
                    meilleur = cout[0] - base[0], essai
        memoire[cle] = meilleur
        return meilleur

    def oublier(self, plus_de: int) -> None:
        """Bounds the memory."""
        for memoire in self._insertions:
            if len(memoire) > plus_de:
                memoire.clear()
        for couts in self._couts:
            if len(couts) > plus_de:
                couts.clear()

    def debuts(self, tournee: Tournee) -> list[float]:
        """When each task of the round is begun."""
        debuts: list[float] = []
        magasin = -1 if tournee.magasin is None else tournee.magasin
        self._parcourir(tournee.ouvrier, tournee.ordre, magasin, debuts)
        return debuts

    def route(self, tournee: Tournee) -> float:
        """Minutes of travel of the round, the way home included."""
        probleme, depart = self.probleme, self.probleme.lieu_depart(tournee.ouvrier)
        lieux = [depart, *tournee.ordre, depart]
        if tournee.magasin is not None:
            lieux.insert(tournee.magasin + 1, probleme.lieu_magasin)
        return sum(self.trajets[a][b] for a, b in pairwise(lieux))

    def tournee(self, k: int, ordre: Ordre) -> Tournee:
        cout = self.cout(k, ordre)
        return Tournee(k, ordre, cout[1] if cout else None)
