"""The outbox at work. The row says everything; a task carries its id and may come late, twice, or never."""

import time
from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from notifications import envoi, menage
from notifications.models import Notification

logger = structlog.get_logger(__name__)

# Rows that one sweep hands out. Its messages lapse with the next sweep, so the queue holds one batch at most.
LOT = 1000
PERIODE = timedelta(minutes=1)
# A row's own task, published after its commit, gets this long before the sweep publishes another.
AVANCE = timedelta(seconds=20)
# What `distribuer_nouveaux` looks through; what is older is the sweep's.
RECENTS = timedelta(minutes=1)
# Seconds: how long one message waits for others to go with it, and that for the clocks of two machines.
DELAI, MARGE = 1.0, 0.5


# A worker that hangs is stopped before its claim lapses: two never send the same row.
@shared_task(
    ignore_result=True,
    soft_time_limit=settings.ENVOI_BAIL_SECONDES * 0.8,
    time_limit=settings.ENVOI_BAIL_SECONDES,
)
def envoyer_courriel(notification_id: int) -> None:
    """Send one e-mail. Twice is safe: the second finds the row claimed, sent, or not yet due, and leaves it."""
    envoi.envoyer(notification_id)


@shared_task(ignore_result=True)
def relancer_envois() -> int:
    """Hand out what is due and was missed: broker down at the commit, worker killed, a try that failed.

    Twice is safe: a row handed out twice is sent once, by whoever claims it. Returns how many were handed out.
    """
    abandonnees = envoi.abandonner_les_epuisees()
    maintenant = timezone.now()
    with transaction.atomic():
        # a row that a worker is claiming right now is not waited for
        dues = list(
            Notification.objects.a_envoyer(maintenant)
            .filter(created_at__lt=maintenant - AVANCE)
            .order_by("prochain_essai")
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)[:LOT]
        )
    for pk in dues:
        envoyer_courriel.apply_async((pk,), expires=PERIODE.total_seconds())
    if dues or abandonnees:
        logger.info("relance_des_envois", relancees=len(dues), abandonnees=abandonnees)
    return len(dues)


@shared_task
def purger_notifications() -> int:
    """Delete what was read or sent over six months ago, and what the streams told two days ago.

    Twice is safe: the second finds nothing left. Returns how many notifications went.
    """
    menage.purger_flux()
    return menage.purger()


@shared_task(ignore_result=True)
def distribuer_nouveaux() -> int:
    """Hand out the e-mails written since a moment ago, each in a task of its own. Returns how many.

    Twice is safe: a row is handed out once a minute at most, and sent once, by whoever claims it.
    """
    maintenant = timezone.now()
    dus = (
        Notification.objects.a_envoyer(maintenant)
        .filter(created_at__gte=maintenant - RECENTS, tentatives=0)
        .order_by("pk")
        .values_list("pk", "created_at")[:LOT]
    )
    nouveaux = [
        pk
        for pk, moment in dus
        if cache.add(f"courriel_distribue:{pk}:{moment.timestamp()}", 1, RECENTS.seconds)
    ]
    for pk in nouveaux:
        envoyer_courriel.delay(pk)
    return len(nouveaux)


class _Sonnette:
    """Until when (monotonic clock) a message of this process is on its way that whatever is written now goes with."""

    jusqua = 0.0


def sonner() -> None:
    """Ask, after a commit, for the new e-mails to be handed out within some two seconds.

    One message to the broker a second and process, however many events: it takes along all that is committed until it
    is read. With the broker away nothing is lost nor raised: the sweep finds them.
    """
    maintenant = time.monotonic()
    if maintenant < _Sonnette.jusqua:
        return
    try:
        distribuer_nouveaux.apply_async(countdown=DELAI + MARGE)
    except OperationalError as erreur:
        logger.warning("courriels_non_publies", erreur=str(erreur))
    else:
        _Sonnette.jusqua = maintenant + DELAI


def publier(notification_id: int) -> None:
    """Ask for this e-mail to be sent now, for somebody is waiting for it; otherwise as `sonner`."""
    try:
        envoyer_courriel.delay(notification_id)
    except OperationalError as erreur:
        logger.warning("courriels_non_publies", erreur=str(erreur))
