"""Addresses for calendar programs: one's own list, a new one told once, and what a program reads there."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.acces import Requete, connexion_requise
from erp.exceptions import IntrouvableError
from erp.pages import aller, rendre
from erp.validation import exiger
from planning.forms import AbonnementForm
from planning.models import AbonnementCalendrier
from planning.services.calendriers import creer_abonnement, lire_calendrier, revoquer_abonnement


@connexion_requise
@require_http_methods(["GET", "POST"])
def calendriers(request: Requete) -> HttpResponseBase:
    """One's addresses; a new one is shown once, right after it is made."""
    exiger(not request.user.est_client)
    form = AbonnementForm(request.POST or None, user=request.user)
    adresse = ""
    if request.method == "POST" and form.soumettre(creer_abonnement, par=request.user):
        _abonnement, jeton = form.resultat
        adresse = f"{settings.SITE_URL}{reverse('planning:ics', args=[jeton])}"
        form = AbonnementForm(user=request.user)
    contexte = {
        "form": form,
        "adresse": adresse,
        "abonnements": AbonnementCalendrier.objects.visible_to(request.user)
        .valides()
        .select_related("technicien__user"),
    }
    return rendre(request, "planning/calendriers.html", contexte, status=form.status)


@connexion_requise
@require_POST
def calendrier_revoquer(request: Requete, pk: int) -> HttpResponseBase:
    revoquer_abonnement(par=request.user, abonnement_id=pk)
    return aller(request, reverse("planning:calendriers"), _("L’adresse ne répond plus."))


@require_safe
def ics(request: HttpRequest, jeton: str) -> HttpResponse:
    """The calendar of a secret address: the token is the right to read it, nobody signs in."""
    try:
        corps = lire_calendrier(jeton)
    except IntrouvableError:
        return HttpResponse(status=404)
    reponse = HttpResponse(corps, content_type="text/calendar; charset=utf-8")
    reponse["Content-Disposition"] = 'inline; filename="planning.ics"'
    reponse["Cache-Control"] = "private, no-cache"
    reponse["X-Robots-Tag"] = "noindex"
    return reponse
