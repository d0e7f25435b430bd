"""Thumbnails of photos, drawn the first time that somebody looks and kept beside the files, as private as they are."""

from pathlib import PurePath

from django.core.files.base import ContentFile

from documents.images import ILLISIBLE, reduire
from documents.models import Document
from documents.stockage import acces, contenu
from erp.exceptions import IntrouvableError

DOSSIER = "vignettes"
COTE = 320  # pixels


def nom_de_vignette(nom_fichier: str) -> str:
    """Where the thumbnail of a stored file lies; the file's own random name is in it, so it is nobody else's."""
    return f"{DOSSIER}/{PurePath(nom_fichier).stem}.jpg"


def vignette(document: Document) -> bytes:
    """A small JPEG of a photo that the caller has found visible.

    Raises IntrouvableError for what is no picture, FichierManquantError, StockageIndisponibleError. Two at once draw
    it twice, the same.
    """
    if not document.est_image:
        raise IntrouvableError
    stockage, nom = document.fichier.storage, str(document.fichier.name)
    petite = nom_de_vignette(nom)
    with acces(petite):
        connue = stockage.exists(petite)
    if connue:
        return contenu(stockage, petite)
    octets = contenu(stockage, nom)
    try:
        dessin = reduire(octets, cote=COTE)
    except ILLISIBLE as erreur:
        raise IntrouvableError from erreur
    with acces(petite):
        garde = stockage.save(petite, ContentFile(dessin))
        if garde != petite:  # another request was first
            stockage.delete(garde)
    return dessin
