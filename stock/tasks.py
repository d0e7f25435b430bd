"""What the clock starts for the stock."""

from celery import shared_task

from stock import veille


@shared_task
def surveiller_stock() -> int:
    """Parts under their minimum. Twice is safe: the message of a day is written once."""
    return veille.signaler_stock_bas()
