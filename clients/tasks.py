"""What the clock starts for the contracts."""

from celery import shared_task

from clients import veille


@shared_task
def surveiller_contrats() -> dict[str, int]:
    """Ends, renewals, warnings. Twice is safe: a contract is locked and moved on, a warning is told once per term."""
    reconduits, expires = veille.terminer_les_contrats()
    return {
        "reconduits": reconduits,
        "expires": expires,
        "prevenus": veille.prevenir_des_fins(),
    }
