"""The file that a job made, as an answer; whoever asks has been let in."""

from pathlib import PurePath
from urllib.parse import quote

from django.http import FileResponse

from jobs.models import Travail

MIMES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def servir(travail: Travail) -> FileResponse:
    """Its bytes, to be saved under its name."""
    nom = travail.nom_fichier
    genre = MIMES.get(PurePath(nom).suffix, "application/octet-stream")
    reponse = FileResponse(travail.fichier.open("rb"), content_type=genre)
    reponse["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(nom, safe='')}"
    reponse["Cache-Control"] = "private, no-store"
    reponse["X-Content-Type-Options"] = "nosniff"
    return reponse
