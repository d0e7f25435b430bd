"""The lock-out after repeated failures (django-axes): an account from an address, until time or an admin clears it."""

import math
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from axes.helpers import get_client_ip_address
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User


def identifiant(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """The name under which failures are counted: one spelling, or each way to write it would have its own.

    Named by AXES_USERNAME_CALLABLE.
    """
    nom = (credentials or {}).get("username") or request.POST.get("username")
    return None if nom is None else str(nom).strip().lower()


def secondes_restantes(request: HttpRequest, nom: str) -> int:
    """Seconds until this account may be tried again from this address, at least 1."""
    essais = _essais(
        username=identifiant(request, {"username": nom}), ip_address=get_client_ip_address(request)
    ).order_by("attempt_time")
    echecs = list(essais.values_list("failures_since_start", "attempt_time"))
    reste, fin = sum(nombre for nombre, _moment in echecs), timezone.now()
    for nombre, moment in echecs:
        if reste < settings.AXES_FAILURE_LIMIT:
            break
        reste, fin = reste - nombre, moment + settings.AXES_COOLOFF_TIME
    return max(1, math.ceil((fin - timezone.now()).total_seconds()))


def bloque(user: User) -> bool:
    """Whether this account is locked out from some address."""
    par_adresse: Counter[str | None] = Counter()
    for adresse, nombre in _essais(username__in=_noms(user)).values_list(
        "ip_address", "failures_since_start"
    ):
        par_adresse[adresse] += nombre
    return any(nombre >= settings.AXES_FAILURE_LIMIT for nombre in par_adresse.values())


def oublier_echecs(user: User) -> int:
    """Forget the failed sign-ins of this account, from wherever; how many rows."""
    return int(AccessAttempt.objects.filter(username__in=_noms(user)).delete()[0])


def _essais(**filtres: Any) -> Any:
    seuil: datetime = timezone.now() - _duree()
    return AccessAttempt.objects.filter(attempt_time__gte=seuil, **filtres)


def _duree() -> timedelta:
    duree: timedelta = settings.AXES_COOLOFF_TIME
    return duree


def _noms(user: User) -> set[str]:
    """He signs in by either."""
    return {user.email.lower(), user.username.lower()}
