"""Published instances of the technician routing and scheduling problem (Pillac, Guéret and Medaglia, 2013)."""

import re
from math import hypot
from pathlib import Path

from planning.optimiseur.modele import Ouvrier, Poids, Probleme, Tache

LIGNE = re.compile(
    r"^\s*(\d+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+\[(.*?)\]\s+\[(.*?)\]\s+\[(.*?)\]"
)
EFFECTIF = re.compile(r"^\s*(\d+)(?:\s+\d+){3}\s*$")


def lire(chemin: Path) -> Probleme:
    """The instance of the file. Raises ValueError when it is none."""
    lignes, effectif = [], 0
    for texte in chemin.read_text(encoding="utf-8").splitlines():
        if trouve := LIGNE.match(texte):
            nombres = [float(n) for n in trouve.groups()[1:6]]
            listes = [[int(n) for n in g.split(",") if n.strip()] for g in trouve.groups()[6:]]
            lignes.append((nombres, listes))
        elif compte := EFFECTIF.match(texte):
            effectif = int(compte[1])
    if not effectif or len(lignes) <= effectif + 1:
        raise ValueError(f"{chemin.name} n'est pas une instance TRSP")
    magasin, techniciens, demandes = lignes[0], lignes[1 : effectif + 1], lignes[effectif + 1 :]
    lieux = [*demandes, *techniciens, magasin]
    points = [(nombres[0], nombres[1]) for nombres, _listes in lieux]
    return Probleme(
        taches=[
            Tache(
                cle=effectif + 1 + i,
                duree=nombres[4],
                fenetres=((nombres[2], nombres[3]),),
                competences=frozenset(competences),
                outils=frozenset(outils),
                pieces=tuple((genre, n) for genre, n in enumerate(pieces) if n),
            )
            for i, (nombres, (competences, outils, pieces)) in enumerate(demandes)
        ],
        ouvriers=[
            Ouvrier(
                cle=i + 1,
                plages=((nombres[2], nombres[3]),),
                retour_max=nombres[3],
                competences=frozenset(competences),
                outils=frozenset(outils),
                pieces=tuple(enumerate(pieces)),
            )
            for i, (nombres, (competences, outils, pieces)) in enumerate(techniciens)
        ],
        trajets=[[hypot(xa - xb, ya - yb) for xb, yb in points] for xa, ya in points],
        poids=Poids(duree=1.0),
        magasin=True,
    )
