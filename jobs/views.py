"""The jobs that one asked for: how far each is, and what it made."""

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.acces import Requete, connexion_requise
from erp.filters import Tris
from erp.pages import aller, preparer_liste, rendre
from jobs import services
from jobs.choices import StatutTravail
from jobs.models import Travail
from jobs.reponses import servir

TRIS: Tris = {"created_at": ("created_at",), "titre": ("titre",), "statut": ("statut",)}


@connexion_requise
@require_GET
def liste(request: Requete) -> HttpResponseBase:
    """One's own, newest first."""
    page = preparer_liste(
        request, Travail.objects.visible_to(request.user), tris=TRIS, tri="-created_at"
    )
    return rendre(request, "jobs/liste.html", {"liste": page}, fragment="liste")


@connexion_requise
@require_GET
def detail(request: Requete, pk: int) -> HttpResponseBase:
    """How far it is, read again every two seconds while it runs; then what it made, or its own page."""
    travail = get_object_or_404(Travail.objects.visible_to(request.user), pk=pk)
    if request.htmx and travail.page and travail.statut == StatutTravail.TERMINE:
        return HttpResponseClientRedirect(travail.page)
    return rendre(request, "jobs/detail.html", {"travail": travail}, fragment="avancement")


@connexion_requise
@require_safe
def fichier(request: Requete, pk: int) -> HttpResponseBase:
    """The file that a job made, for whoever asked for it, until it expires."""
    travail = get_object_or_404(Travail.objects.visible_to(request.user), pk=pk)
    if not travail.telechargeable:
        raise Http404
    return servir(travail)


@connexion_requise
@require_POST
def relancer(request: Requete, pk: int) -> HttpResponseBase:
    travail = services.relancer_travail(par=request.user, travail_id=pk)
    return aller(request, travail.get_absolute_url(), _("Le travail est relancé."))
