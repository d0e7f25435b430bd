"""The file that a job made, as an answer; whoever asks has been let in."""

from pathlib import PurePath

from django.http import FileResponse

from erp.exports import MIMES, a_enregistrer
from jobs.models import Travail


def servir(travail: Travail) -> FileResponse:
    """Its bytes, to be saved under its name."""
    nom = travail.nom_fichier
    genre = MIMES.get(PurePath(nom).suffix[1:], "application/octet-stream")
    return a_enregistrer(FileResponse(travail.fichier.open("rb"), content_type=genre), nom)
