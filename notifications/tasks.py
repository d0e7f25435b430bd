"""The outbox at work. The row says everything; a task carries its id and may come late, twice, or never."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
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
def distribuer_courriels(notification_ids: list[int]) -> None:
    """Hand out the e-mails of one event, each in a task of its own. Twice is safe: whoever claims a row sends it."""
    for pk in notification_ids:
        envoyer_courriel.delay(pk)


def publier(notification_ids: list[int]) -> None:
    """Ask for these e-mails to be sent now: one message to the broker, whatever their number, for somebody is waiting.

    With the broker away nothing is lost nor raised: the sweep finds them.
    """
    try:
        if len(notification_ids) == 1:
            envoyer_courriel.delay(notification_ids[0])
        else:
            distribuer_courriels.delay(notification_ids)
    except OperationalError as erreur:
        logger.warning("courriels_non_publies", nombre=len(notification_ids), erreur=str(erreur))
