"""What the clock starts for the techniciens."""

from celery import shared_task

from technicians import veille


@shared_task
def surveiller_competences() -> int:
    """Skills about to expire. Twice is safe: each threshold of an expiry date is told once."""
    return veille.signaler_expirations()
