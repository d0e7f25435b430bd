"""The spare parts that the demo keeps in stock: `pieces.csv`, prices in MAD."""

import csv
from pathlib import Path
from typing import NamedTuple


class FichePiece(NamedTuple):
    reference: str
    designation: str
    unite: str
    prix: int
    minimum: int
    maximum: int
    emplacement: str
    fournisseur: str
    #: kinds of machine it fits, empty for all
    types: tuple[str, ...]
    #: below its minimum today: the last count found fewer, and the order has not come yet
    manquante: bool


def _lire() -> tuple[FichePiece, ...]:
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as fichier:
        return tuple(
            FichePiece(
                reference=ligne["reference"],
                designation=ligne["designation"],
                unite=ligne["unite"],
                prix=int(ligne["prix"]),
                minimum=int(ligne["minimum"]),
                maximum=int(ligne["maximum"]),
                emplacement=ligne["emplacement"],
                fournisseur=ligne["fournisseur"],
                types=tuple(filter(None, ligne["types"].split("|"))),
                manquante=ligne["manquante"] == "oui",
            )
            for ligne in csv.DictReader(fichier, delimiter=";")
        )


PIECES = _lire()
