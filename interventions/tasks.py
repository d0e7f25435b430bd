"""What the clock starts for the interventions."""

from celery import shared_task

from interventions import services
from interventions.services import veille


@shared_task
def rappeler_planning() -> int:
    """Tomorrow's planning. Twice is safe: a slot is claimed (`rappel_envoye`) with the message that tells of it."""
    return veille.rappeler_planning()


@shared_task
def surveiller_echeances() -> dict[str, int]:
    """Deadlines, delays, escalation. Twice is safe: each is claimed on the row with the messages that tell of it."""
    return {
        "echeances": veille.alerter_echeances(),
        "retards": veille.alerter_retards(),
        "escalades": veille.escalader_retards(),
    }


@shared_task
def archiver_interventions() -> dict[str, int]:
    """The archive. Twice is safe: the statut is checked on the locked row, and archivee is terminal."""
    archivees, refusees = veille.archiver_anciennes()
    return {"archivees": archivees, "refusees": refusees}


@shared_task
def surveiller_consommation() -> int:
    """What contracts have used. Twice is safe: each threshold of a contract's term is told once."""
    return veille.alerter_consommation()


@shared_task
def consolider_comptes() -> int:
    """The numbers per statut, rolled up. Twice is safe: what a run deletes it writes as one sum, in one transaction."""
    return services.consolider_comptes()
