from datetime import timedelta
from uuid import uuid4

import pytest
from axes.models import AccessAttempt
from django.utils import timezone

from accounts.models import SessionApi
from accounts.tasks import CONSERVATION_ECHECS, purger_acces

pytestmark = pytest.mark.django_db


def test_ended_sessions_and_old_failures_go(responsable):
    maintenant = timezone.now()
    for delai in (-60, 30):
        SessionApi.objects.create(
            user=responsable,
            jeton=uuid4(),
            utilisee_le=maintenant,
            expire_le=maintenant + timedelta(days=delai),
        )
    for nom in ("vieux", "recent"):
        AccessAttempt.objects.create(username=nom, failures_since_start=3)
    AccessAttempt.objects.filter(username="vieux").update(
        attempt_time=maintenant - CONSERVATION_ECHECS - timedelta(days=1)
    )
    assert purger_acces() == {"sessions_api": 1, "echecs_connexion": 1}
    assert purger_acces() == {"sessions_api": 0, "echecs_connexion": 0}
    assert AccessAttempt.objects.get().username == "recent"
    assert SessionApi.objects.get().expire_le > maintenant
