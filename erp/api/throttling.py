"""Rate limits: so many requests a minute per user when signed in, per address otherwise, fewer on `/auth`.

One round trip to Redis per request, two for the first of a window. The window is the minute of the clock: its number is
part of the key, so that the increment alone is the decision, however many processes count at once. When Redis is down
requests pass, and it is logged.
"""

import time
from functools import cache
from typing import TYPE_CHECKING, Any

import redis
import structlog
from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    # which reads this class from the settings while it is imported
    from rest_framework.views import APIView

logger = structlog.get_logger(__name__)

FENETRE = 60  # seconds
PREFIXE = "debit"  # of the keys in Redis
_REPOS = 5.0  # seconds without asking a Redis that did not answer


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=0.25,
        socket_connect_timeout=0.25,
        health_check_interval=0,
    )


class _Panne:
    """When Redis last failed: it is not asked again at once by every request."""

    jusqua = 0.0


def adresse(request: Request | HttpRequest) -> str:
    """The caller's address, behind as many proxies as the settings name."""
    transmises = request.META.get("HTTP_X_FORWARDED_FOR", "")
    proxys = settings.AXES_IPWARE_PROXY_COUNT
    if proxys and transmises:
        parties = [partie.strip() for partie in transmises.split(",")]
        return str(parties[-min(proxys, len(parties))])
    return str(request.META.get("REMOTE_ADDR", ""))


def _compter(cle: str) -> int | None:
    """Count one more request of this window; None when Redis cannot be asked."""
    if time.monotonic() < _Panne.jusqua:
        return None
    try:
        compte: Any = _redis().incr(cle)
        if compte == 1:
            _redis().expire(cle, FENETRE + 1)
    except redis.RedisError:
        _Panne.jusqua = time.monotonic() + _REPOS
        logger.warning("debit_sans_redis", exc_info=True)
        return None
    return int(compte)


class DebitThrottle(BaseThrottle):
    """Counts the request; leaves `debit` (limit, remaining, reset) on it for the headers of the answer.

    A view chooses its allowance by its `debit`: "auth" counts by address, whoever is signed in.
    """

    attente = 0.0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        maintenant = time.time()
        fenetre = int(maintenant // FENETRE)
        fin = (fenetre + 1) * FENETRE
        if getattr(view, "debit", "") == "auth":
            nature, qui = "auth", adresse(request)
        elif request.user.is_authenticated:
            nature, qui = "utilisateur", str(request.user.pk)
        else:
            nature, qui = "adresse", adresse(request)
        limite = settings.DEBIT_PAR_MINUTE[nature]
        compte = _compter(f"{PREFIXE}:{nature}:{qui}:{fenetre}")
        request._request.debit = (limite, max(0, limite - (compte or 0)), fin)  # type: ignore[attr-defined]
        self.attente = max(1.0, fin - maintenant)
        return compte is None or compte <= limite

    def wait(self) -> float:
        return self.attente
