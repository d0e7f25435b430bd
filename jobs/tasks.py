"""What the clock does for jobs; the jobs themselves are tasks of the apps that know them."""

from celery import shared_task

from jobs import services
from jobs.groupees import executer_lot


@shared_task(ignore_result=True)
def surveiller_travaux() -> dict[str, int]:
    """End the jobs of dead workers, send the forgotten ones again. Twice is safe: see `services.surveiller`."""
    return services.surveiller()


@shared_task
def purger_travaux() -> dict[str, int]:
    """Delete files over a week old and rows over a month old. Twice is safe: the second finds nothing left."""
    return services.purger()


@shared_task(ignore_result=True)
def appliquer_lot(travail_id: int) -> None:
    """Do an action to many rows. Twice is safe: the second finds the job claimed or done."""
    services.executer(travail_id, executer_lot)
