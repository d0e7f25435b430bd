"""`manage.py resoudre_trsp DOSSIER --secondes 30`: the optimiser held against published instances."""

import csv
import sys
from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from planning.optimiseur import trsp
from planning.optimiseur.modele import Probleme, Solution
from planning.optimiseur.solveur import resoudre
from planning.optimiseur.verificateur import verifier

COLONNES = ("instance", "objectif", "meilleur_connu", "ecart", "realisable", "secondes")


class Command(BaseCommand):
    help = "Résout les instances TRSP d'un dossier ; écrit un CSV sur la sortie standard."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dossier", type=Path, metavar="DOSSIER")
        parser.add_argument("--secondes", type=float, default=30.0, help="par instance (30)")
        parser.add_argument("--graine", type=int, default=1)
        parser.add_argument("--processus", type=int, default=2)
        parser.add_argument("--instances", default="*", help="motif des noms (*)")

    def handle(self, *args: Any, **options: Any) -> None:
        dossier: Path = options["dossier"]
        fichiers = sorted(dossier.glob(f"{options['instances']}.txt"))
        if not fichiers:
            raise CommandError(f"Aucune instance (*.txt) dans {dossier}.")
        connus = _meilleurs(dossier / "best_known.csv")
        sortie = csv.writer(self.stdout, lineterminator="\n")
        sortie.writerow(COLONNES)
        for fichier in fichiers:
            debut = monotonic()
            try:
                probleme = trsp.lire(fichier)
            except ValueError as refus:
                raise CommandError(str(refus)) from refus
            solution = resoudre(
                probleme,
                secondes=options["secondes"],
                graine=options["graine"],
                processus=options["processus"],
            )
            duree = monotonic() - debut
            verdict = verifier(fichier, suites(probleme, solution))
            for faute in verdict.fautes:
                print(f"{fichier.stem} : {faute}", file=sys.stderr)
            connu = connus.get(fichier.stem)
            ecart = f"{verdict.objectif / connu - 1:.4f}" if connu else ""
            sortie.writerow(
                [
                    fichier.stem,
                    f"{verdict.objectif:.3f}",
                    "" if connu is None else f"{connu:.3f}",
                    ecart,
                    "oui" if verdict.realisable else "non",
                    f"{duree:.1f}",
                ]
            )
            self.stdout.flush()


def suites(probleme: Probleme, solution: Solution) -> dict[int, list[int]]:
    """The solution in the numbers of the file; 0 is the stop at the store."""
    sortie = {}
    for tournee in solution.tournees:
        suite = [probleme.taches[t].cle for t in tournee.ordre]
        if tournee.magasin is not None:
            suite.insert(tournee.magasin, 0)
        sortie[probleme.ouvriers[tournee.ouvrier].cle] = suite
    return sortie


def _meilleurs(fichier: Path) -> dict[str, float]:
    """Best known objectives by instance: the second column of `best_known.csv`, when there is one."""
    if not fichier.exists():
        return {}
    with fichier.open(encoding="utf-8", newline="") as flux:
        lignes = list(csv.reader(flux))
    return {ligne[0]: float(ligne[1]) for ligne in lignes[1:] if len(ligne) > 1 and ligne[1]}
