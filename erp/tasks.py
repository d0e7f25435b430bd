"""What the clock starts in the platform."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
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
    """Delete expired idempotency keys; sessions are `accounts`'. Twice is safe: the second finds nothing left."""
    limite = timezone.now() - DUREE_CLE
    cles, _par_table = CleIdempotence.objects.filter(created_at__lt=limite).delete()
    return {"cles_idempotence": cles}
