"""What the outbox forgets."""

from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db.models import Q
from django.utils import timezone

from notifications import flux
from notifications.choices import Canal, StatutEnvoi
from notifications.models import EvenementFlux, Notification

CONSERVATION = relativedelta(months=6)


def purger(*, maintenant: datetime | None = None, taille: int = 5000) -> int:
    """Delete what was read, or sent, more than `CONSERVATION` ago; an unread one stays. Returns how many went."""
    limite = (maintenant or timezone.now()) - CONSERVATION
    perimees = Notification.objects.filter(
        Q(canal=Canal.IN_APP, lu=True, date_lu__lt=limite)
        | Q(created_at__lt=limite)
        & ~Q(canal=Canal.IN_APP)
        & ~Q(statut_envoi=StatutEnvoi.EN_ATTENTE)
    )
    total = 0
    while lot := list(perimees.values_list("pk", flat=True)[:taille]):
        total += Notification.objects.filter(pk__in=lot).delete()[0]
    return total


def purger_flux(*, maintenant: datetime | None = None) -> int:
    """Delete the events that no stream can be resumed from any more; returns how many went."""
    limite = (maintenant or timezone.now()) - flux.CONSERVATION
    return EvenementFlux.objects.filter(created_at__lt=limite).delete()[0]
