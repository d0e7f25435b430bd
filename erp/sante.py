"""Whether the product lives (`/health`), whether it can work (`/health/ready`), and its figures (`/metrics`)."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis
import structlog
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    generate_latest,
    multiprocess,
)

from erp import battement, metriques

logger = structlog.get_logger(__name__)

DELAI = 1.0  # seconds


class Defaillance(Exception):
    """What is wrong with a part, in words for the operator; no address, no password."""


def _base_de_donnees() -> None:
    try:
        with connection.cursor() as curseur:
            curseur.execute("SELECT 1")
    except DatabaseError as erreur:
        raise Defaillance(f"no answer ({type(erreur).__name__})") from erreur


def _courtier() -> None:
    try:
        with redis.Redis.from_url(
            settings.CELERY_BROKER_URL, socket_connect_timeout=DELAI, socket_timeout=DELAI
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError) as erreur:
        raise Defaillance(f"no answer ({type(erreur).__name__})") from erreur


def _stockage() -> None:
    """A folder must be writable (made on the first upload: its nearest parent stands in); a bucket must answer."""
    if not isinstance(default_storage, FileSystemStorage):
        seau: Any = default_storage
        try:
            # asking for an object would take a bucket that is not there for one that lacks the object
            seau.bucket.meta.client.head_bucket(Bucket=seau.bucket_name)
        except (OSError, BotoCoreError, ClientError) as erreur:
            raise Defaillance(f"no answer ({type(erreur).__name__})") from erreur
        return
    dossier = Path(default_storage.location)
    while not dossier.exists():
        dossier = dossier.parent
    if not os.access(dossier, os.W_OK | os.X_OK):
        raise Defaillance("not writable")


def _ouvrier() -> None:
    try:
        age = battement.age()
    except redis.RedisError as erreur:
        raise Defaillance("unknown without the cache") from erreur
    if age is None:
        raise Defaillance("no heartbeat")
    if age > battement.AGE_MAX:
        raise Defaillance(f"last heartbeat {age:.0f} s ago")


PARTIES: dict[str, Callable[[], None]] = {
    "database": _base_de_donnees,
    "broker": _courtier,
    "storage": _stockage,
    "worker": _ouvrier,
}


@never_cache
@require_safe
def vivant(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse(_reponse("ok"))


@never_cache
@require_safe
def pret(request: HttpRequest) -> JsonResponse:
    """Every part that the product needs, asked now; 503 with those that fail in `failed`."""
    parties = {}
    for nom, verifier in PARTIES.items():
        try:
            verifier()
        except Defaillance as erreur:
            parties[nom] = str(erreur)
            logger.warning("pas_pret", partie=nom, raison=str(erreur), cause=repr(erreur.__cause__))
        else:
            parties[nom] = "ok"
    en_panne = [nom for nom, etat in parties.items() if etat != "ok"]
    corps = _reponse("unavailable" if en_panne else "ok") | {"parts": parties, "failed": en_panne}
    return JsonResponse(corps, status=503 if en_panne else 200)


def _reponse(statut: str) -> dict[str, object]:
    horodatage = timezone.now().isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"status": statut, "timestamp": horodatage, "version": settings.VERSION}


@never_cache
@require_safe
def mesures(request: HttpRequest) -> HttpResponse:
    """Prometheus text: the processes' figures, then the trade's. Without the database the former alone.

    For the monitoring inside the network: the reverse proxy does not pass it on.
    """
    processus = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # several web processes add up their files
        processus = CollectorRegistry()
        multiprocess.MultiProcessCollector(processus)  # type: ignore[no-untyped-call]
    corps = generate_latest(processus)
    try:
        corps += generate_latest(metriques.REGISTRE)
    except (DatabaseError, redis.RedisError) as erreur:
        logger.warning("mesures_incompletes", erreur=repr(erreur))
    return HttpResponse(corps, content_type=CONTENT_TYPE_LATEST)
