"""Django's own middleware for the pages only, and the two of ours.

The API authenticates by bearer token on every request: a session, a form token or a message queue would cost it time
and mean nothing. Each class below is Django's, with one question asked first.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.gzip import GZipMiddleware
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxMiddleware
from django_structlog.middlewares import RequestMiddleware

from erp.api.throttling import adresse
from erp.erreurs import indisponible, page_indisponible
from erp.exceptions import ERPException

COMPRESSION_MIN = 1024  # bytes
SANS_PAGE = ("/api/", "/health", "/metrics")


# Paths that let their holder in (choose a password, read a calendar): the log keeps what for, not the secret.
SECRETS = re.compile(r"^(\S+ /(?:mot-de-passe|calendrier|invitation)/)[^?]+")


class JournalRequetes(RequestMiddleware):
    """One line when a request ends (one when it begins, at DEBUG), without the secrets of its path."""

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        structlog.contextvars.bind_contextvars(user_agent=request.META.get("HTTP_USER_AGENT"))
        super().handle_response(request, response)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return SECRETS.sub(r"\1…", RequestMiddleware.format_request(request))


class _HorsApi:
    """Skips the middleware for paths that are not pages."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(SANS_PAGE):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]  # the sibling class in the MRO


class AdresseAppelant:
    """The caller's address in every line of the log: the one that the rate limits count by, behind the same proxies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        structlog.contextvars.bind_contextvars(ip=adresse(request))
        return self.get_response(request)


class SessionPages(_HorsApi, SessionMiddleware):
    """Sessions, for pages."""


class CsrfPages(_HorsApi, CsrfViewMiddleware):
    """Form tokens, for pages."""


class AuthentificationPages(_HorsApi, AuthenticationMiddleware):
    """`request.user` from the session, for pages."""


class MessagesPages(_HorsApi, MessageMiddleware):
    """Flash messages, for pages."""


class HtmxPages(_HorsApi, HtmxMiddleware):
    """`request.htmx`, for pages."""


class PolitiqueContenu(_HorsApi, CSPMiddleware):
    """Content-Security-Policy, for pages.

    The admin's framework evaluates expressions in its templates (Alpine) and styles from scripts: it gets a policy of
    its own, still without a foreign host. A page may reach the event stream on its own port where the settings name
    one.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path_info.startswith("/admin/"):
            response._csp_update = {  # type: ignore[attr-defined]  # what csp.decorators.csp_update sets
                "script-src": ["'unsafe-inline'", "'unsafe-eval'"],
                "style-src": ["'unsafe-inline'"],
            }
        elif settings.FLUX_PORT:
            hote = urlsplit(f"//{request.get_host()}").hostname
            response._csp_update = {  # type: ignore[attr-defined]
                "connect-src": [f"{request.scheme}://{hote}:{settings.FLUX_PORT}"]
            }
        return super().process_response(request, response)


class CompressionApi(GZipMiddleware):
    """gzip for whoever asks, for JSON of the API above a kilobyte.

    Not for pages: a form token and what a request reflects would stand in one compressed body (BREACH). The API
    carries its secret in a header that no foreign page can make a browser send. Files and event streams pass untouched.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if (
            response.streaming
            or not request.path_info.startswith("/api/")
            or not response.get("Content-Type", "").startswith(
                ("application/json", "application/vnd.oai")
            )
            or len(getattr(response, "content", b"")) < COMPRESSION_MIN
        ):
            return response
        return super().process_response(request, response)


class LanguePages(LocaleMiddleware):
    """The language asked for: cookie, then Accept-Language, for pages and API alike."""


class LangueUtilisateur:
    """A signed-in user reads the pages in his own language, whatever his browser asks for; the log says who he is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            translation.activate(user.langue)
            request.LANGUAGE_CODE = user.langue
            structlog.contextvars.bind_contextvars(user_id=user.pk)
        return self.get_response(request)


class ErreursMetier:
    """A refusal that a page did not show beside its form becomes a message on the page the user came from.

    Nothing is swallowed: a fragment gets the sentence with its status, a plain GET a full page with its status.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if request.path_info.startswith(SANS_PAGE):
            return None
        if isinstance(exception, (OperationalError, InterfaceError)):
            indisponible(exception)
            return page_indisponible(request)
        if not isinstance(exception, ERPException):
            return None
        contexte = {"erreur": exception}
        if getattr(request, "htmx", False):
            reponse = render(
                request, "composants/alerte_erreur.html", contexte, status=exception.status
            )
            reponse["HX-Retarget"] = "#alertes"
            reponse["HX-Reswap"] = "innerHTML"
            return reponse
        retour = request.headers.get("Referer", "")
        if request.method == "POST" and url_has_allowed_host_and_scheme(
            retour, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            messages.error(request, str(exception))
            for erreur in exception.errors:
                messages.error(request, str(erreur.message))
            return HttpResponseRedirect(retour)
        return render(request, "erreur.html", contexte, status=exception.status)
