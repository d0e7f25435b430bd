"""How a file leaves: streamed, after the permission check of the caller, whole or by ranges (RFC 9110, section 14)."""

import re
from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from documents.models import Document

BLOC = 64 * 1024  # bytes
_PLAGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})$")
# Shown in the browser; anything else is downloaded.
EN_LIGNE = {"image/jpeg", "image/png", "image/webp", "application/pdf"}


def servir(request: HttpRequest, document: Document) -> HttpResponseBase:
    """The file of a document that the caller has found visible; 304, 206 or 416 as the request's headers ask."""
    etiquette = f'"{document.checksum}"'
    if request.headers.get("If-None-Match") == etiquette:
        return _avec_en_tetes(HttpResponse(status=304), document)
    plage = _plage(request.headers.get("Range", ""), document.taille)
    if request.headers.get("If-Range") not in (None, etiquette):
        plage = None
    if plage is not None and not plage:
        reponse = HttpResponse(status=416)
        reponse["Content-Range"] = f"bytes */{document.taille}"
        return reponse
    if plage is None:
        return _avec_en_tetes(FileResponse(document.fichier.open("rb")), document)
    debut, fin = plage
    partielle = StreamingHttpResponse(_lire(document.fichier.open("rb"), debut, fin), status=206)
    partielle["Content-Range"] = f"bytes {debut}-{fin}/{document.taille}"
    partielle["Content-Length"] = str(fin - debut + 1)
    return _avec_en_tetes(partielle, document)


def _avec_en_tetes(reponse: HttpResponseBase, document: Document) -> HttpResponseBase:
    disposition = "inline" if document.mime_type in EN_LIGNE else "attachment"
    reponse["Content-Type"] = document.mime_type
    reponse["Content-Disposition"] = (
        f"{disposition}; filename*=UTF-8''{quote(document.nom_fichier)}"
    )
    reponse["ETag"] = f'"{document.checksum}"'
    reponse["Accept-Ranges"] = "bytes"
    reponse["Cache-Control"] = "private, max-age=0, must-revalidate"
    reponse["X-Content-Type-Options"] = "nosniff"
    reponse["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return reponse


def _plage(en_tete: str, taille: int) -> tuple[int, int] | tuple[()] | None:
    """First and last byte asked for; () when they lie outside the file, None when no single range is asked for."""
    demande = _PLAGE.match(en_tete)
    if demande is None or demande.group(0) == "bytes=-":
        return None
    premier, dernier = demande.groups()
    if not premier:
        debut, fin = max(0, taille - int(dernier)), taille - 1
    else:
        debut, fin = int(premier), min(int(dernier), taille - 1) if dernier else taille - 1
    return (debut, fin) if debut <= fin and debut < taille else ()


def _lire(fichier: IO[bytes], debut: int, fin: int) -> Iterator[bytes]:
    with fichier:
        fichier.seek(debut)
        reste = fin - debut + 1
        while reste > 0 and (bloc := fichier.read(min(BLOC, reste))):
            reste -= len(bloc)
            yield bloc
