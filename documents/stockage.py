"""The private storage, a folder or an S3-compatible bucket: what it says when it fails, and reading by pieces.

django-storages downloads a whole object before its first byte is read; a file leaves here in blocks of `BLOC` instead,
whatever its size and wherever it lies.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import Storage
from django.utils.translation import gettext_lazy as _
from storages.backends.s3 import S3Storage

from erp.exceptions import ERPException

logger = structlog.get_logger(__name__)

BLOC = 64 * 1024  # bytes
_ABSENT = {"404", "NoSuchKey", "NotFound", "InvalidRange"}


class StockageIndisponibleError(ERPException):
    """The storage does not answer: the same demand may succeed in a moment."""

    status = 503
    code = "STOCKAGE_INDISPONIBLE"
    detail = _("Le stockage des documents ne répond pas. Réessayez dans quelques instants.")


class FichierManquantError(ERPException):
    """The row is there, its file is not: somebody must restore it (`manage.py verifier_documents`)."""

    status = 404
    code = "FICHIER_MANQUANT"
    detail = _("Le fichier de ce document manque dans le stockage ; prévenez l’administrateur.")


@contextmanager
def acces(nom: str) -> Iterator[None]:
    """Around whatever touches the storage: its failures become ours. `nom` is that of the file, for the log.

    Raises FichierManquantError, StockageIndisponibleError.
    """
    try:
        yield
    except FileNotFoundError as erreur:
        logger.error("document_manquant", fichier=nom)
        raise FichierManquantError from erreur
    except ClientError as erreur:
        if str(erreur.response.get("Error", {}).get("Code")) in _ABSENT:
            logger.error("document_manquant", fichier=nom)
            raise FichierManquantError from erreur
        logger.error("stockage_en_panne", fichier=nom, erreur=repr(erreur))
        raise StockageIndisponibleError from erreur
    except (BotoCoreError, OSError) as erreur:
        logger.error("stockage_en_panne", fichier=nom, erreur=repr(erreur))
        raise StockageIndisponibleError from erreur


class Blocs:
    """The next `reste` bytes of an open file (all there are, without), one block at a time; closes it when done."""

    def __init__(self, fichier: IO[bytes], reste: int | None) -> None:
        self._fichier, self._reste = fichier, sys.maxsize if reste is None else reste

    def __iter__(self) -> "Blocs":
        return self

    def __next__(self) -> bytes:
        bloc = self._fichier.read(min(BLOC, self._reste)) if self._reste > 0 else b""
        if not bloc:
            self.close()
            raise StopIteration
        self._reste -= len(bloc)
        return bloc

    def close(self) -> None:
        self._fichier.close()


def lire(stockage: Storage, nom: str, plage: tuple[int, int] | None = None) -> Blocs:
    """A stored file, whole or from the first to the last byte (included) of `plage`, never held in memory as a whole.

    It is opened before this returns: FichierManquantError and StockageIndisponibleError are raised here, while there
    is still an answer to change. Whoever does not read to the end closes the result.
    """
    reste = None if plage is None else plage[1] - plage[0] + 1
    with acces(nom):
        if isinstance(stockage, S3Storage):
            return Blocs(_corps_s3(stockage, nom, plage), reste)
        fichier: Any = stockage.open(nom, "rb")
        if plage is not None:
            fichier.seek(plage[0])
        return Blocs(fichier, reste)


def _corps_s3(stockage: S3Storage, nom: str, plage: tuple[int, int] | None) -> Any:
    options = {} if plage is None else {"Range": f"bytes={plage[0]}-{plage[1]}"}
    return stockage.bucket.Object(stockage._normalize_name(nom)).get(**options)["Body"]


def exiger(stockage: Storage, nom: str) -> None:
    """That the file is there, without reading it. Raises FichierManquantError, StockageIndisponibleError."""
    with acces(nom):
        if not stockage.exists(nom):
            raise FileNotFoundError(nom)


def contenu(stockage: Storage, nom: str) -> bytes:
    """A whole file, for what must have it whole: an uploaded picture, a thumbnail.

    Raises FichierManquantError, StockageIndisponibleError.
    """
    with acces(nom):
        return b"".join(lire(stockage, nom))
