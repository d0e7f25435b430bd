"""What the clock starts in the planning."""

from celery import shared_task

from planning.services.generation import generer_preventives


@shared_task
def generer_interventions_preventives() -> dict[str, int]:
    """Make the preventive interventions that are due.

    Twice is safe, at once as well: each plan is locked while it is handled, moved on in the same transaction, and the
    database holds one occurrence per plan and date.
    """
    bilan = generer_preventives()
    return {"creees": bilan.creees, "sautees": bilan.sautees, "erreurs": bilan.erreurs}
