"""What the clock starts for the figures."""

from celery import shared_task

from dashboard import bilan


@shared_task
def envoyer_bilans() -> int:
    """Last week's figures to the responsables. Twice is safe, at once too: each hears of a week once."""
    return bilan.envoyer_bilans()
