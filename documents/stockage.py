"""The private storage, a folder or an S3-compatible bucket: what it says when it fails, and reading by pieces.

django-storages downloads a whole object before its first byte is read; a file leaves here in blocks of `BLOC` instead,
whatever its size and wherever it lies.
"""

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
_ABSENT = {"404", "NoSuchKey", "NotFound"}


class StockageIndisponibleError(ERPException):
    """The storage does not answer: the same demand may succeed in a moment."""

    status = 503
    code = "STOCKAGE_INDISPONIBLE"
    detail = _("Le stockage des documents ne répond pas. Réessayez dans quelques instants.")


class FichierManquantError(ERPException):
    """The row is there, its file is not: somebody must restore it (`manage.py verifier_documents`)."""

    status = 404
    code = "FICHIER_MANQUANT"
    detail = _("Le fichier de ce document manque dans le stockage ; prévenez l’administrateur.")


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
    """The bytes from `debut` to `fin` (included) of an open file, one block at a time; closes it when done."""

    def __init__(self, fichier: IO[bytes], reste: int) -> None:
        self._fichier, self._reste = fichier, reste

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


def lire(stockage: Storage, nom: str, *, debut: int, fin: int) -> Blocs:
    """Bytes `debut` to `fin` (included) of a stored file, never held in memory as a whole.

    It is opened before this returns: FichierManquantError and StockageIndisponibleError are raised here, while there
    is still an answer to change. Whoever does not read to the end closes the result.
    """
    with acces(nom):
        if isinstance(stockage, S3Storage):
            return Blocs(_corps_s3(stockage, nom, debut, fin), fin - debut + 1)
        fichier: Any = stockage.open(nom, "rb")
        fichier.seek(debut)
        return Blocs(fichier, fin - debut + 1)


def _corps_s3(stockage: S3Storage, nom: str, debut: int, fin: int) -> Any:
    cle = stockage._normalize_name(nom)
    plage = {"Range": f"bytes={debut}-{fin}"} if fin >= debut else {}
    return stockage.bucket.Object(cle).get(**plage)["Body"]
