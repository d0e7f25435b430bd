"""The register of regulatory inspections, printable for the inspector: what is due, what was found, what is lifted."""

from typing import Any

from django.db.models import F, Prefetch
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.acces import Requete, connexion_requise
from clients.models import Client
from erp.pages import LISTE, Critere, Onglet, aller, preparer_liste, rendre
from erp.validation import exiger, trouver
from interventions.models import Intervention
from planning.filters import TRIS_PLAN, RegistreFiltres
from planning.forms import InspectionForm, LeveeForm
from planning.models import PlanMaintenance, Reserve
from planning.permissions import peut_gerer, peut_voir_plans
from planning.services.reglementaire import enregistrer_inspection, lever_reserve

ONGLETS = (
    Onglet(gettext_lazy("Tous"), {}),
    Onglet(gettext_lazy("En retard"), {"en_retard": "true"}),
    Onglet(gettext_lazy("Réserves ouvertes"), {"avec_reserves": "true"}),
)


@connexion_requise
@require_GET
def registre(request: Requete) -> HttpResponseBase:
    """Every regulatory inspection, the next due first."""
    user = request.user
    exiger(peut_voir_plans(user))
    visibles = PlanMaintenance.objects.visible_to(user).reglementaires()
    criteres = []
    if peut_gerer(user):
        clients = Client.objects.visible_to(user)
        criteres.append(Critere("client_id", _("Client"), LISTE, clients))
    liste = preparer_liste(
        request,
        visibles.for_list().select_related("equipement__site").avec_registre(),
        filtres=RegistreFiltres,
        tris=TRIS_PLAN,
        tri="echeance",
        criteres=criteres,
        onglets=ONGLETS,
        par_page=100,
    )
    contexte = {"liste": liste, "jour": timezone.localdate(), "gestion": peut_gerer(user)}
    return rendre(request, "planning/registre.html", contexte, fragment="liste")


@connexion_requise
@require_GET
def registre_plan(request: Requete, pk: int) -> HttpResponseBase:
    """One inspection through the years, with its reserves."""
    user = request.user
    plan = trouver(
        PlanMaintenance.objects.visible_to(user)
        .reglementaires()
        .select_related("equipement__client", "equipement__site", "gamme"),
        pk,
    )
    reserves = (
        Reserve.objects.visible_to(user)
        .select_related("levee_par")
        .prefetch_related(Prefetch("intervention", queryset=Intervention.objects.visible_to(user)))
        .order_by("numero")
    )
    contexte: dict[str, Any] = {
        "plan": plan,
        "jour": timezone.localdate(),
        "gestion": peut_gerer(user),
        "inspections": plan.inspections.visible_to(user)
        .select_related("enregistree_par")
        .prefetch_related(Prefetch("reserves", queryset=reserves))
        .order_by(F("date_visite").desc()),
    }
    return rendre(request, "planning/registre_plan.html", contexte)


@connexion_requise
@require_http_methods(["GET", "POST"])
def inspection_creer(request: Requete, pk: int) -> HttpResponseBase:
    """Record the report of a visit."""
    plan = trouver(
        PlanMaintenance.objects.visible_to(request.user)
        .reglementaires()
        .select_related("equipement", "gamme"),
        pk,
    )
    exiger(peut_gerer(request.user))
    initial = {"date_visite": timezone.localdate(), "organisme": plan.organisme}
    form = InspectionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.soumettre(
        enregistrer_inspection, par=request.user, plan_id=pk
    ):
        return aller(request, plan.url_registre, _("Rapport enregistré."))
    return rendre(
        request,
        "planning/inspection.html",
        {"form": form, "plan": plan},
        fragment="formulaire",
        status=form.status,
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def reserve_lever(request: Requete, pk: int) -> HttpResponseBase:
    """Say that a reserve is lifted, and how that was verified."""
    reserve = trouver(
        Reserve.objects.visible_to(request.user).select_related("inspection__plan"), pk
    )
    exiger(peut_gerer(request.user))
    form = LeveeForm(request.POST or None)
    if request.method == "POST" and form.soumettre(lever_reserve, par=request.user, reserve_id=pk):
        return aller(request, reserve.inspection.plan.url_registre, _("Réserve levée."))
    return rendre(
        request,
        "planning/levee.html",
        {"form": form, "reserve": reserve},
        fragment="formulaire",
        status=form.status,
    )
