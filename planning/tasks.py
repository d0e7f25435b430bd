"""What the clock starts in the planning."""

from celery import shared_task

from planning.services.calcul import abandonner_propositions_perdues, calculer_proposition
from planning.services.generation import generer_preventives


@shared_task
def generer_interventions_preventives() -> dict[str, int]:
    """Make the preventive interventions that are due.

    Twice is safe, at once as well: each plan is locked while it is handled, moved on in the same transaction, and the
    database holds one occurrence per plan and date.
    """
    bilan = generer_preventives()
    return {"creees": bilan.creees, "sautees": bilan.sautees, "erreurs": bilan.erreurs}


@shared_task(soft_time_limit=300)
def calculer(proposition_id: int) -> bool:
    """Compute a proposal of the optimiser.

    Twice is safe: the row is claimed by a conditional UPDATE, so a second run finds nothing to do.
    """
    return calculer_proposition(proposition_id)


@shared_task
def abandonner_les_propositions_perdues() -> int:
    """Tell those who wait for a proposal whose worker died. Twice is safe: an UPDATE of what is stuck."""
    return abandonner_propositions_perdues()
