"""The storage and the table side by side: files of no document, documents without their file, files that changed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.core.files.storage import Storage, default_storage
from django.utils import timezone

from documents.models import Document
from documents.stockage import FichierManquantError, acces, lire
from documents.vignettes import DOSSIER, nom_de_vignette

logger = structlog.get_logger(__name__)

# A file is stored before its row: a younger one may be an upload under way.
AGE_MINIMUM = timedelta(hours=24)


def ranger() -> dict[str, int]:
    """Delete the files that no document names (an upload that failed, an owner that was deleted), thumbnails included.

    Documents without their file are logged, never deleted: a backup may hold it. Twice is safe: the second finds
    nothing left. Raises StockageIndisponibleError.
    """
    with acces(""):
        stockes = set(_fichiers(default_storage))
    # read after the storage: a document whose file was listed is there by now, or its file is young
    connus = set(Document.objects.values_list("fichier", flat=True))
    manquants = connus - stockes
    if manquants:
        logger.error(
            "documents_sans_fichier", nombre=len(manquants), fichiers=sorted(manquants)[:20]
        )
    orphelins = stockes - connus - {nom_de_vignette(nom) for nom in connus}
    supprimes = sum(_effacer(nom) for nom in sorted(orphelins))
    if supprimes:
        logger.info("fichiers_orphelins_supprimes", nombre=supprimes)
    return {"orphelins": supprimes, "manquants": len(manquants)}


def _effacer(nom: str) -> bool:
    limite = timezone.now() - AGE_MINIMUM
    with acces(nom):
        if default_storage.get_modified_time(nom) > limite:
            return False
        default_storage.delete(nom)
    return True


def _fichiers(stockage: Storage, dossier: str = "") -> Iterator[str]:
    """Every file of the folders that we write: years, months, thumbnails. What else lies there is not ours."""
    try:
        dossiers, fichiers = stockage.listdir(dossier)
    except FileNotFoundError:  # before the first upload
        return
    prefixe = f"{dossier}/" if dossier else ""
    if dossier:
        yield from (f"{prefixe}{nom}" for nom in fichiers if nom)
    for nom in dossiers:
        if dossier or nom == DOSSIER or (nom.isdigit() and len(nom) == 4):
            yield from _fichiers(stockage, f"{prefixe}{nom}")


@dataclass(frozen=True, slots=True)
class Defaut:
    """A document whose file is not the one that was uploaded: `manquant` or `altere`."""

    document: Document
    genre: str


def verifier() -> Iterator[Defaut]:
    """Read every file, block by block, against its size and SHA-256; yields what differs.

    For after a restore: database and storage are saved apart. Raises StockageIndisponibleError.
    """
    for document in Document.objects.order_by("pk").iterator():
        empreinte = hashlib.sha256()
        nom = str(document.fichier.name)
        taille = 0
        try:
            blocs = lire(document.fichier.storage, nom)
        except FichierManquantError:
            yield Defaut(document, "manquant")
            continue
        with acces(nom):
            for bloc in blocs:
                empreinte.update(bloc)
                taille += len(bloc)
        if taille != document.taille or empreinte.hexdigest() != document.checksum:
            yield Defaut(document, "altere")
