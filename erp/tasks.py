"""What the clock starts in the platform."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.contrib.sessions.models import Session
from django.utils import timezone

from erp import battement
from erp.models import DUREE_CLE, CleIdempotence


@shared_task(ignore_result=True)
def battre() -> None:
    """Show that a worker lives. Twice is safe: the later time stands."""
    battement.battre()


@worker_ready.connect
def _premier_battement(**kwargs: Any) -> None:
    """A worker that has just started need not wait for the clock to be known."""
    battre.apply_async(expires=battement.PERIODE)


@shared_task
def faire_le_menage() -> dict[str, int]:
    """Delete expired web sessions and idempotency keys. Twice is safe: the second finds nothing left."""
    maintenant = timezone.now()
    sessions, _par_table = Session.objects.filter(expire_date__lt=maintenant).delete()
    cles, _par_table = CleIdempotence.objects.filter(created_at__lt=maintenant - DUREE_CLE).delete()
    return {"sessions": sessions, "cles_idempotence": cles}
