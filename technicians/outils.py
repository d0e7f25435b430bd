"""Pages of the tools: the catalogue, and what rides in a technicien's van."""

from django.db.models import Count
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acces import Requete, connexion_requise
from erp.filters import Tris
from erp.models import CleTri
from erp.pages import Onglet, aller, preparer_liste, rendre
from erp.validation import exiger, trouver
from technicians import permissions, services
from technicians.filters import OutilFiltres
from technicians.forms import EquipementVehiculeForm, OutilForm
from technicians.models import Outil, Technicien

TRIS: Tris = {"nom": (CleTri("nom"),), "porteurs": ("porteurs_nombre",)}
ONGLETS = (
    Onglet(gettext_lazy("Tous"), {}),
    Onglet(gettext_lazy("En service"), {"is_active": "true"}),
    Onglet(gettext_lazy("Hors service"), {"is_active": "false"}),
)


@connexion_requise
@require_GET
def catalogue(request: Requete) -> HttpResponseBase:
    """The tools, and how many vans hold each."""
    exiger(permissions.peut_voir_fiche(request.user))
    visibles = Outil.objects.visible_to(request.user).annotate(porteurs_nombre=Count("porteurs"))
    page = preparer_liste(
        request, visibles, filtres=OutilFiltres, tris=TRIS, tri="nom", onglets=ONGLETS
    )
    contexte = {"liste": page, "gestion": permissions.peut_gerer(request.user)}
    return rendre(request, "technicians/outils.html", contexte, fragment="liste")


@connexion_requise
@require_http_methods(["GET", "POST"])
def creer(request: Requete) -> HttpResponseBase:
    exiger(permissions.peut_gerer(request.user))
    form = OutilForm(request.POST or None)
    if request.method == "POST" and form.soumettre(services.creer_outil, par=request.user):
        return aller(request, reverse("technicians:outils"), _("L’outil est ajouté."))
    return rendre(
        request, "technicians/outil.html", {"form": form}, fragment="formulaire", status=form.status
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def modifier(request: Requete, pk: int) -> HttpResponseBase:
    actuel = trouver(Outil.objects.visible_to(request.user), pk)
    exiger(permissions.peut_gerer(request.user))
    initial = {"nom": actuel.nom, "is_active": actuel.is_active}
    form = OutilForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.soumettre(
        services.modifier_outil, par=request.user, outil_id=pk
    ):
        return aller(request, reverse("technicians:outils"), _("L’outil est à jour."))
    return rendre(
        request,
        "technicians/outil.html",
        {"form": form, "outil": actuel},
        fragment="formulaire",
        status=form.status,
    )


@connexion_requise
@require_POST
def supprimer(request: Requete, pk: int) -> HttpResponseBase:
    services.supprimer_outil(par=request.user, outil_id=pk)
    return aller(request, reverse("technicians:outils"), _("L’outil est supprimé."))


@connexion_requise
@require_http_methods(["GET", "POST"])
def equiper(request: Requete, pk: int) -> HttpResponseBase:
    """Say which tools ride in his van."""
    user = request.user
    technicien = trouver(Technicien.objects.visible_to(user).select_related("user"), pk)
    exiger(permissions.peut_gerer(user))
    # A multiple choice that is left empty is not sent at all.
    donnees = request.POST if request.method == "POST" else None
    form = EquipementVehiculeForm(donnees, user=user, technicien=technicien)
    if donnees is not None and form.soumettre(services.equiper, par=user, technicien_id=pk):
        return aller(request, technicien.get_absolute_url(), _("Ses outils sont à jour."))
    contexte = {"form": form, "technicien": technicien}
    return rendre(
        request, "technicians/equiper.html", contexte, fragment="formulaire", status=form.status
    )
