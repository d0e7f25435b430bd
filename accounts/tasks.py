"""What the clock starts for the accounts."""

from datetime import timedelta

from axes.models import AccessAttempt
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.sessions import purger_sessions

# A lock-out that has passed is of no use any more, the trace of an attack is for some days.
CONSERVATION_ECHECS = max(timedelta(days=30), settings.AXES_COOLOFF_TIME)


@shared_task
def purger_acces() -> dict[str, int]:
    """Delete API sessions that have ended and old failed sign-ins. Twice is safe: the second finds nothing left."""
    maintenant = timezone.now()
    sessions = purger_sessions(maintenant)
    echecs, _par_table = AccessAttempt.objects.filter(
        attempt_time__lt=maintenant - CONSERVATION_ECHECS
    ).delete()
    return {"sessions_api": sessions, "echecs_connexion": echecs}
