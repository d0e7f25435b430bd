from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from notifications.models import Notification

register = template.Library()


@register.simple_tag
def non_lues(user: User) -> int:
    """How many notifications the user has not read yet; one small query on a partial index, counted up to 100."""
    return Notification.objects.visible_to(user).non_lues().order_by()[:100].count()


@register.simple_tag
def adresse_flux(request: HttpRequest) -> str:
    """Where the stream's own process answers when no proxy brings it under our address; empty when one does."""
    if not settings.FLUX_PORT:
        return ""
    hote = urlsplit(f"//{request.get_host()}").hostname or ""
    hote = f"[{hote}]" if ":" in hote else hote
    return f"{request.scheme}://{hote}:{settings.FLUX_PORT}{reverse('api_flux')}"
