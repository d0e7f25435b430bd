"""Every error of the API in the one envelope: {detail, code, errors, timestamp, request_id}.

Whatever a view raises is translated to an `ErreurApi`, an APIException, and handed to DRF's own handler, which also
rolls back. Input never causes a 500: what the database refuses because of a value is a 400 or a 409.
"""

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from django.core.exceptions import (
    BadRequest,
    ObjectDoesNotExist,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.signals import got_request_exception
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import exception_handler as handler_de_drf

from erp.api.renderers import en_json
from erp.erreurs import ATTENTE, indisponible, page_indisponible
from erp.exceptions import (
    AuthorizationError,
    ERPException,
    ErreurChamp,
    IntrouvableError,
    ValidationError,
)
from erp.validation import CODES, traduire

logger = structlog.get_logger(__name__)

PREFIXE = "/api/"

# Values, not faults of ours: what a view may raise because of what was sent, or because the moment is bad.
REFUS: tuple[type[Exception], ...] = (
    ERPException,
    drf.APIException,
    DjangoValidationError,
    DjangoPermissionDenied,
    Http404,
    ObjectDoesNotExist,
    IntegrityError,
    DataError,
    SuspiciousOperation,
    BadRequest,
    MultiPartParserError,
    UnreadablePostError,
)

# DRF's exceptions in our words: code and sentence. None keeps the sentence that was raised with it.
_DE_DRF: tuple[tuple[type[drf.APIException], str, str | Promise | None], ...] = (
    (drf.ParseError, "CORPS_ILLISIBLE", None),
    (drf.AuthenticationFailed, "AUTHENTIFICATION_REFUSEE", None),
    (drf.NotAuthenticated, "NON_AUTHENTIFIE", _("Connectez-vous pour continuer.")),
    (drf.PermissionDenied, AuthorizationError.code, AuthorizationError.detail),
    (drf.NotFound, IntrouvableError.code, IntrouvableError.detail),
    (drf.MethodNotAllowed, "METHODE_NON_PERMISE", _("Cette méthode n’est pas admise ici.")),
    (
        drf.NotAcceptable,
        "FORMAT_NON_DISPONIBLE",
        _("Cette ressource n’existe pas dans le format demandé."),
    ),
    (
        drf.UnsupportedMediaType,
        "TYPE_DE_CONTENU_REFUSE",
        _("Ce type de contenu n’est pas accepté ici."),
    ),
    (drf.Throttled, "TROP_DE_REQUETES", _("Trop de requêtes : réessayez dans quelques instants.")),
)


def enveloppe(
    code: str, detail: str | Promise, errors: list[ErreurChamp] | None = None
) -> dict[str, Any]:
    """The body of every error."""
    return {
        "detail": str(detail),
        "code": code,
        "errors": [
            {"field": erreur.field, "message": str(erreur.message), "code": erreur.code}
            for erreur in errors or ()
        ],
        "timestamp": datetime.now(UTC).replace(microsecond=0),
        "request_id": identifiant_requete(),
    }


def identifiant_requete() -> str:
    """The id that the logs and the answer of this request share."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))[:100]


class ErreurApi(drf.APIException):
    """An error that already has its status, code and envelope."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str | Promise,
        errors: list[ErreurChamp] | None = None,
        wait: float | None = None,
    ) -> None:
        self.status_code = status
        self.corps = enveloppe(code, detail, errors)
        self.detail = self.corps  # what DRF answers with
        if wait is not None:
            self.wait = wait

    def __str__(self) -> str:
        return str(self.corps["detail"])


class CleReutilisee(ERPException):
    """An `Idempotency-Key` used again with another body."""

    status = 422
    code = "CLE_REUTILISEE"
    detail = _("Cette clé d’idempotence a déjà servi pour une autre demande.")


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER: translate, delegate."""
    erreur = traduction(exc)
    if erreur is None:
        request = context["request"]
        logger.exception("api_erreur_interne", exc_info=exc)
        # what Django would have sent: error trackers and the test client listen to it
        got_request_exception.send(sender=None, request=getattr(request, "_request", request))
        erreur = ErreurApi(
            500, "ERREUR_INTERNE", _("Une erreur interne est survenue. Elle a été consignée.")
        )
    reponse = handler_de_drf(erreur, dict(context))
    if reponse is not None and erreur.status_code == 401:
        reponse["WWW-Authenticate"] = 'Bearer realm="api"'
    return reponse


def traduction(exc: Exception) -> ErreurApi | None:
    """The error that the caller is told, None for one that is a fault of ours."""
    match exc:
        case ErreurApi():
            return exc
        case ERPException():
            return ErreurApi(exc.status, exc.code, exc.detail, exc.errors)
        case drf.ValidationError():
            return _refus(ValidationError(errors=list(a_plat(exc.detail))))
        case drf.APIException():
            return _de_drf(exc)
        case DjangoValidationError():
            return _refus(traduire(exc))
        case Http404() | ObjectDoesNotExist():
            return _refus(IntrouvableError())
        case DjangoPermissionDenied():
            return _refus(AuthorizationError())
        case RequestDataTooBig() | TooManyFieldsSent() | TooManyFilesSent():
            return ErreurApi(413, "CORPS_TROP_GRAND", _("Le corps de la requête est trop grand."))
        case SuspiciousOperation() | BadRequest() | MultiPartParserError() | UnreadablePostError():
            return ErreurApi(400, "REQUETE_ILLISIBLE", _("La requête n’a pas pu être lue."))
        case DataError():
            return ErreurApi(
                400, "VALEUR_HORS_LIMITES", _("Une valeur dépasse ce qui peut être enregistré.")
            )
        case IntegrityError():
            logger.warning("api_contrainte_sans_phrase", exc_info=exc)
            return ErreurApi(
                409, "CONFLIT", _("Ces valeurs entrent en conflit avec ce qui est déjà enregistré.")
            )
        case OperationalError() | InterfaceError():
            refus = indisponible(exc)
            return ErreurApi(refus.status, refus.code, refus.detail, wait=ATTENTE)
        case _:
            return None


def _refus(exc: ERPException) -> ErreurApi:
    return ErreurApi(exc.status, exc.code, exc.detail, exc.errors)


def _de_drf(exc: drf.APIException) -> ErreurApi:
    for classe, code, phrase in _DE_DRF:
        if isinstance(exc, classe):
            precis = exc.get_codes()
            if isinstance(precis, str) and precis.isupper():
                code = precis
            return ErreurApi(
                exc.status_code, code, phrase or str(exc.detail), wait=getattr(exc, "wait", None)
            )
    return ErreurApi(exc.status_code, "ERREUR", str(exc.detail))


def a_plat(detail: Any, champ: str = "") -> Iterator[ErreurChamp]:
    """DRF's nested errors as a flat list; a field inside another is `parent.0.enfant`."""
    if isinstance(detail, Mapping):
        for nom, interieur in detail.items():
            prochain = champ if nom == "non_field_errors" else f"{champ}.{nom}".strip(".")
            yield from a_plat(interieur, prochain)
    elif isinstance(detail, list):
        for rang, interieur in enumerate(detail):
            compose = isinstance(interieur, (list, Mapping))
            yield from a_plat(interieur, f"{champ}.{rang}".strip(".") if compose else champ)
    else:
        code = getattr(detail, "code", "") or "invalid"
        yield ErreurChamp(champ, str(detail), CODES.get(code, code.upper()))


# --- Outside DRF: what Django itself answers ------------------------------------------------------


def _reponse(erreur: ErreurApi) -> HttpResponse:
    reponse = HttpResponse(en_json(erreur.corps), "application/json", erreur.status_code)
    reponse["Cache-Control"] = "no-store"
    return reponse


def mauvaise_requete(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400."""
    if not request.path_info.startswith(PREFIXE):
        return defaults.bad_request(request, exception)
    return _reponse(
        traduction(exception)
        or ErreurApi(400, "REQUETE_ILLISIBLE", _("La requête n’a pas pu être lue."))
    )


def erreur_interne(request: HttpRequest) -> HttpResponse:
    """handler500; what the middleware met before any view, a database that is away, is a 503 here too."""
    exception = sys.exc_info()[1]
    absente = isinstance(exception, (OperationalError, InterfaceError))
    if not request.path_info.startswith(PREFIXE):
        if absente:
            return page_indisponible(request)
        return defaults.server_error(request)
    if exception is not None and absente:
        refus = indisponible(exception)
        return _reponse(ErreurApi(refus.status, refus.code, refus.detail))
    return _reponse(
        ErreurApi(
            500, "ERREUR_INTERNE", _("Une erreur interne est survenue. Elle a été consignée.")
        )
    )
