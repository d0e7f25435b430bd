"""Bearer tokens: who is calling, as the database knows him now."""

import time
from functools import lru_cache
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User
from accounts.sessions import ID_MAX, JetonAcces, JetonRefuse, lire
from erp.enonces import preparee

# Two rows by their keys: the account, all but its password, and the session that the token names.
_COLONNES = (
    "id",
    "created_at",
    "updated_at",
    "last_login",
    "username",
    "email",
    "full_name",
    "role",
    "is_active",
    "langue",
)
_QUI = """
    SELECT u.id, u.created_at, u.updated_at, u.last_login, u.username, u.email, u.full_name, u.role,
           u.is_active, u.langue
      FROM users u JOIN sessions_api s ON s.user_id = u.id
     WHERE u.id = %s::bigint AND s.id = %s::bigint AND u.is_active AND s.revoquee_le IS NULL
"""


class RequeteApi(Request):
    """A request of somebody who is signed in."""

    user: User
    auth: Any


@lru_cache(maxsize=1024)
def _signe(brut: str) -> JetonAcces:
    """A token whose signature is right: it stays so, and a client shows the same one for a quarter of an hour."""
    return lire(JetonAcces, brut)


class JetonAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`. The account is read on each request, so that a deactivated user, another role or a
    closed session takes effect at once; a token only says which account and which session to read."""

    def authenticate(self, request: Request) -> tuple[User, JetonAcces] | None:
        genre, _espace, brut = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not genre:
            return None
        try:
            return self._qui(genre, brut.strip())
        except JetonRefuse as refus:
            # DRF forgets the caller on its own exception only
            raise AuthenticationFailed(refus.detail, refus.code) from refus

    def _qui(self, genre: str, brut: str) -> tuple[User, JetonAcces]:
        if genre.lower() != "bearer" or not brut or not brut.isascii():
            raise JetonRefuse
        jeton = _signe(brut)
        if jeton["exp"] <= time.time():
            jeton = lire(JetonAcces, brut)  # which says so
        user_id, session_id = jeton.get("user_id"), jeton.get("session")
        # a boolean is an int to Python
        if not all(type(pk) is int and 0 < pk <= ID_MAX for pk in (user_id, session_id)):
            raise JetonRefuse
        lignes = preparee(_QUI, (user_id, session_id))
        if not lignes:
            raise JetonRefuse
        user = User.from_db("default", _COLONNES, lignes[0])
        structlog.contextvars.bind_contextvars(user_id=user.pk)
        return user, jeton

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionDePage(BaseAuthentication):
    """The session of the pages, for the one thing that they ask of the API themselves: the event stream, read only.

    Another site's page is refused: its origin has another host name.
    """

    def authenticate(self, request: Request) -> tuple[User, SessionBase] | None:
        cle = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        origine = request.META.get("HTTP_ORIGIN")
        if not cle or (origine and not meme_hote(origine, request.get_host())):
            return None
        demande = HttpRequest()
        demande.session = import_module(settings.SESSION_ENGINE).SessionStore(cle)
        user = get_user(demande)
        if not isinstance(user, User):
            return None
        structlog.contextvars.bind_contextvars(user_id=user.pk)
        return user, demande.session

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def meme_hote(origine: str, hote: str) -> bool:
    """Whether a page of this origin comes from this host, whatever the port: cookies know no ports."""
    try:
        return urlsplit(origine).hostname == urlsplit(f"//{hote}").hostname
    except ValueError:
        return False


class SessionDansLeSchema(OpenApiAuthenticationExtension):
    """How the schema names it."""

    target_class = "accounts.api.authentication.SessionDePage"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class JetonDansLeSchema(OpenApiAuthenticationExtension):
    """How the schema names it."""

    target_class = "accounts.api.authentication.JetonAuthentication"
    name = "jeton"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
