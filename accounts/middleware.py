"""Sessions of the pages know where they were last used from."""

import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.sessions_web import APPAREIL
from erp.api.throttling import adresse

#: Seconds between two notes of a session's last use: not a write for each page.
PAS = 600


class SessionSuivie:
    """Notes the last use of a session that the sign-in page opened, every ten minutes at most."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        session = getattr(request, "session", None)
        appareil = session.get(APPAREIL) if session is not None else None
        if session is not None and appareil and time.time() - appareil["vue"] > PAS:
            session[APPAREIL] = {**appareil, "vue": time.time(), "adresse": adresse(request)}
        return self.get_response(request)


def noter_appareil(request: HttpRequest) -> None:
    """Keep in a session just opened from where it was."""
    maintenant = time.time()
    request.session[APPAREIL] = {
        "agent": request.headers.get("User-Agent", "").replace("\x00", "")[:200],
        "adresse": adresse(request),
        "ouverte": maintenant,
        "vue": maintenant,
    }
