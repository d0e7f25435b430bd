"""How a file leaves: streamed, after the permission check of the caller, whole or by ranges (RFC 9110, section 14)."""

import re
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from documents.models import Document
from documents.rapport import Rapport
from documents.stockage import exiger, lire

_PLAGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})$")
# Shown in the browser; anything else is downloaded.
EN_LIGNE = {"image/jpeg", "image/png", "image/webp", "application/pdf"}
# A file never runs: neither on its own, nor as the script, style or frame of another site.
_POLITIQUE = "default-src 'none'; sandbox"


def servir(request: HttpRequest, document: Document) -> HttpResponseBase:
    """The file of a document that the caller has found visible; 304, 206 or 416 as the request's headers ask.

    Raises FichierManquantError, StockageIndisponibleError.
    """
    etiquette = f'"{document.checksum}"'
    if _connue(request, etiquette):
        return _avec_en_tetes(HttpResponse(status=304), document)
    plage = _plage(request.headers.get("Range", ""), document.taille)
    if request.headers.get("If-Range") not in (None, etiquette):
        plage = None
    if plage is not None and not plage:
        reponse = HttpResponse(status=416)
        reponse["Content-Range"] = f"bytes */{document.taille}"
        return reponse
    stockage, nom = document.fichier.storage, str(document.fichier.name)
    sortie: HttpResponseBase
    if request.method == "HEAD":
        exiger(stockage, nom)
        sortie = HttpResponse(status=206 if plage else 200)
    else:
        sortie = StreamingHttpResponse(lire(stockage, nom, plage), status=206 if plage else 200)
    if plage:
        sortie["Content-Range"] = f"bytes {plage[0]}-{plage[1]}/{document.taille}"
    sortie["Content-Length"] = str(plage[1] - plage[0] + 1 if plage else document.taille)
    return _avec_en_tetes(sortie, document)


def servir_image(request: HttpRequest, document: Document, contenu: bytes) -> HttpResponse:
    """The thumbnail of a document; it changes only with the file."""
    etiquette = f'"v-{document.checksum}"'
    connue = _connue(request, etiquette)
    reponse = HttpResponse(status=304) if connue else HttpResponse(contenu)
    reponse["Content-Type"] = "image/jpeg"
    _proteger(reponse, etiquette)
    return reponse


def servir_rapport(request: HttpRequest, rapport: Rapport) -> HttpResponse:
    """The PDF of an intervention, shown in the browser; 304 while what it tells of is the same."""
    etiquette = f'"{rapport.empreinte}"'
    connue = _connue(request, etiquette)
    reponse = HttpResponse(status=304) if connue else HttpResponse(rapport.contenu)
    reponse["Content-Type"] = "application/pdf"
    reponse["Content-Disposition"] = _disposition("inline", rapport.nom_fichier)
    _proteger(reponse, etiquette)
    return reponse


def _connue(request: HttpRequest, etiquette: str) -> bool:
    connues = request.headers.get("If-None-Match", "")
    return any(
        tag.strip().removeprefix("W/") in (etiquette, "*") for tag in connues.split(",") if tag
    )


def _avec_en_tetes(reponse: HttpResponseBase, document: Document) -> HttpResponseBase:
    disposition = "inline" if document.mime_type in EN_LIGNE else "attachment"
    reponse["Content-Type"] = document.mime_type
    reponse["Content-Disposition"] = _disposition(disposition, document.nom_fichier)
    reponse["Accept-Ranges"] = "bytes"
    _proteger(reponse, f'"{document.checksum}"')
    return reponse


def _disposition(genre: str, nom: str) -> str:
    return f"{genre}; filename*=UTF-8''{quote(nom, safe='')}"


def _proteger(reponse: HttpResponseBase, etiquette: str) -> None:
    reponse["ETag"] = etiquette
    reponse["Cache-Control"] = "private, max-age=0, must-revalidate"
    reponse["X-Content-Type-Options"] = "nosniff"
    reponse["Content-Security-Policy"] = _POLITIQUE
    reponse["Cross-Origin-Resource-Policy"] = "same-origin"


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
