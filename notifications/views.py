"""Everybody's own messages, and what he wants to hear of."""

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acces import Requete, connexion_requise
from erp.pages import aller, preparer_liste, rendre
from notifications import services
from notifications.choices import EVENEMENTS_DU_ROLE, Canal, Evenement
from notifications.models import Notification

TRIS = {"date": ("created_at", "id")}


@connexion_requise
@require_GET
def liste(request: Requete) -> HttpResponseBase:
    """Newest first; `?non_lues=true` keeps those not read yet."""
    siennes = Notification.objects.visible_to(request.user).dans_l_application()
    if request.GET.get("non_lues") == "true":
        siennes = siennes.filter(lu=False)
    page = preparer_liste(request, siennes, tris=TRIS, tri="-date")
    return rendre(
        request,
        "notifications/liste.html",
        {"liste": page, "non_lues_seulement": request.GET.get("non_lues") == "true"},
        fragment="liste",
    )


@connexion_requise
@require_POST
def lire(request: Requete, pk: int) -> HttpResponseBase:
    """Mark it as read and go where it leads."""
    notification = services.lire(par=request.user, notification_id=pk)
    return aller(request, notification.lien or reverse("notifications:liste"))


@connexion_requise
@require_POST
def tout_lire(request: Requete) -> HttpResponseBase:
    services.tout_lire(par=request.user)
    return aller(
        request,
        reverse("notifications:liste"),
        _("Toutes vos notifications sont marquées comme lues."),
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def preferences(request: Requete) -> HttpResponseBase:
    """One box per channel and event that may reach this role; a box left empty is a refusal."""
    siens = EVENEMENTS_DU_ROLE[request.user.role]
    actuelles = {
        cle: active for cle, active in services.preferences(request.user).items() if cle[0] in siens
    }
    if request.method == "POST":
        coches = set(request.POST.getlist("choix"))
        services.regler_preferences(
            par=request.user, choix={cle: f"{cle[0]}:{cle[1]}" in coches for cle in actuelles}
        )
        return aller(
            request, reverse("notifications:preferences"), _("Vos préférences sont enregistrées.")
        )
    canaux = [canal for canal in Canal if any(cle[1] == canal for cle in actuelles)]
    lignes = [
        (evenement, [(canal, actuelles[evenement, canal]) for canal in canaux])
        for evenement in Evenement
        if evenement in siens
    ]
    return rendre(request, "notifications/preferences.html", {"lignes": lignes, "canaux": canaux})
