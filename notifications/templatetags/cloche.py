from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.db.models import IntegerField, Subquery
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from erp.enonces import Requete
from notifications.models import Notification

register = template.Library()


class _Nombre(Subquery):
    """How many rows a query gives."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) lignes)"
    output_field = IntegerField()


# asked for by every page; beyond 99 the bell says « 99+ »
_NON_LUES: Requete[Any] = Requete(
    lambda user: (
        User.objects.filter(pk=user.pk)
        .only("pk")
        .annotate(
            nombre=_Nombre(
                Notification.objects.visible_to(user).non_lues().order_by().values("pk")[:100]
            )
        )
    )
)


@register.simple_tag
def non_lues(user: User) -> int:
    """How many notifications the user has not read yet; one small query on a partial index, counted up to 100."""
    return next((int(soi.nombre) for soi in _NON_LUES(user)), 0)


@register.simple_tag
def adresse_flux(request: HttpRequest) -> str:
    """Where the stream's own process answers when no proxy brings it under our address; empty when one does."""
    if not settings.FLUX_PORT:
        return ""
    hote = urlsplit(f"//{request.get_host()}").hostname or ""
    hote = f"[{hote}]" if ":" in hote else hote
    return f"{request.scheme}://{hote}:{settings.FLUX_PORT}{reverse('api_flux')}"
