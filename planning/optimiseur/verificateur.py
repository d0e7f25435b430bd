"""Judges a solution of a published instance. It reads the file and counts by itself: it shares no code with the solver.

A solution is, for each technician's number in the file, the numbers he visits in order; 0 is the store.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TOLERANCE = 1e-4


@dataclass(frozen=True)
class Verdict:
    """`objectif`: the sum over technicians of return minus departure. `fautes`: every rule broken, in words."""

    objectif: float
    fautes: tuple[str, ...]

    @property
    def realisable(self) -> bool:
        return not self.fautes


@dataclass(frozen=True)
class _Ligne:
    x: float
    y: float
    ouvre: float
    ferme: float
    service: float
    competences: frozenset[str]
    outils: frozenset[str]
    pieces: tuple[int, ...]


def _lire(fichier: Path) -> tuple[int, dict[int, _Ligne]]:
    lignes: dict[int, _Ligne] = {}
    effectif = 0
    for texte in fichier.read_text(encoding="utf-8").splitlines():
        if texte.count("[") != 3:
            mots = texte.split()
            if len(mots) == 4 and all(mot.isdigit() for mot in mots):
                effectif = int(mots[0])
            continue
        tete, *crochets = texte.split("[")
        listes = [crochet.split("]")[0].replace(",", " ").split() for crochet in crochets]
        numero, x, y, ouvre, ferme, service = tete.split()
        lignes[int(numero)] = _Ligne(
            float(x),
            float(y),
            float(ouvre),
            float(ferme),
            float(service),
            frozenset(listes[0]),
            frozenset(listes[1]),
            tuple(int(n) for n in listes[2]),
        )
    return effectif, lignes


def verifier(fichier: Path, tournees: Mapping[int, Sequence[int]]) -> Verdict:
    """The verdict on `tournees` for the instance of `fichier`."""
    effectif, lignes = _lire(fichier)
    fautes: list[str] = []
    demandes = set(range(effectif + 1, len(lignes)))
    visites = Counter(n for suite in tournees.values() for n in suite if n != 0)
    fautes += [f"demande {n} jamais servie" for n in sorted(demandes - set(visites))]
    fautes += [f"demande {n} servie {fois} fois" for n, fois in sorted(visites.items()) if fois > 1]
    fautes += [f"{n} n'est pas une demande" for n in sorted(set(visites) - demandes)]
    total = 0.0
    for technicien, suite in tournees.items():
        if not 1 <= technicien <= effectif:
            fautes.append(f"{technicien} n'est pas un technicien")
        elif suite:
            total += _suivre(lignes, technicien, suite, fautes)
    return Verdict(total, tuple(fautes))


def _distance(a: _Ligne, b: _Ligne) -> float:
    return float(((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5)


def _suivre(
    lignes: Mapping[int, _Ligne], technicien: int, suite: Sequence[int], fautes: list[str]
) -> float:
    """Follows one technician hour by hour; his duration."""
    lui = lignes[technicien]
    outils, pieces = set(lui.outils), list(lui.pieces)
    approvisionne = 0
    retour = _derouler(lignes, lui, suite, lui.ouvre)
    for numero in suite:
        if numero == 0:
            approvisionne += 1
            continue
        demande = lignes[numero]
        if not demande.competences <= lui.competences:
            fautes.append(f"technicien {technicien} : compétence manquante pour {numero}")
        if approvisionne:
            continue
        if not demande.outils <= outils:
            fautes.append(f"technicien {technicien} : outil manquant pour {numero}")
        pieces = [reste - besoin for reste, besoin in zip(pieces, demande.pieces, strict=True)]
        if min(pieces) < 0:
            fautes.append(f"technicien {technicien} : pièce manquante pour {numero}")
    if approvisionne > 1:
        fautes.append(f"technicien {technicien} : {approvisionne} passages au magasin")
    if retour is None:
        fautes.append(f"technicien {technicien} : une demande commencée trop tard")
        return 0.0
    if retour > lui.ferme + TOLERANCE:
        fautes.append(f"technicien {technicien} : de retour à {retour:.2f}, après {lui.ferme:.2f}")
    # The latest departure with the same return, by halving: no formula to get wrong.
    tot, tard = lui.ouvre, retour
    for _pas in range(60):
        milieu = (tot + tard) / 2
        essai = _derouler(lignes, lui, suite, milieu)
        if essai is not None and essai <= retour + 1e-9:
            tot = milieu
        else:
            tard = milieu
    return retour - tot


def _derouler(
    lignes: Mapping[int, _Ligne], lui: _Ligne, suite: Sequence[int], depart: float
) -> float | None:
    """When he is back if he leaves at `depart`; None when a request is begun after its window."""
    heure, ici = depart, lui
    for numero in suite:
        la = lignes[numero]
        heure += _distance(ici, la)
        if numero != 0:
            heure = max(heure, la.ouvre)
            if heure > la.ferme + TOLERANCE:
                return None
            heure += la.service
        ici = la
    return heure + _distance(ici, lui)
