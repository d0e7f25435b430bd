"""The register of regulatory inspections, printable for the inspector: what is due, what was found, what is lifted."""

from typing import Any

from django.db.models import F, Prefetch, QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from clients.models import Client
from erp.models import CleTri, ParametresSociete
from erp.pages import LISTE, Critere, Liste, Onglet, aller, preparer_liste, rendre
from erp.validation import exiger, trouver
from interventions.models import Intervention
from planning.filters import TRIS_REGISTRE, RegistreFiltres
from planning.forms import InspectionForm, LeveeForm
from planning.models import Inspection, PlanMaintenance, Reserve
from planning.permissions import peut_gerer, peut_voir_plans
from planning.services.reglementaire import (
    enregistrer_inspection,
    lever_reserve,
    organismes_habilites,
    reprendre_reserve,
)

ONGLETS = (
    Onglet(gettext_lazy("Tous"), {}),
    Onglet(gettext_lazy("En retard"), {"en_retard": "true"}),
    Onglet(gettext_lazy("Réserves ouvertes"), {"avec_reserves": "true"}),
)


IMPRIMES_AU_PLUS = 500


@connexion_requise
@require_GET
def registre(request: Requete) -> HttpResponseBase:
    """Every regulatory inspection, the next due first."""
    user = request.user
    exiger(peut_voir_plans(user))
    criteres = []
    if peut_gerer(user):
        clients = Client.objects.visible_to(user)
        criteres.append(Critere("client_id", _("Client"), LISTE, clients))
    liste = _liste(request, par_page=100, criteres=criteres)
    contexte = {"liste": liste, "jour": timezone.localdate(), "gestion": peut_gerer(user)}
    return rendre(request, "planning/registre.html", contexte, fragment="liste")


def _liste(request: Requete, **facon: Any) -> Liste[PlanMaintenance]:
    return preparer_liste(
        request,
        PlanMaintenance.objects.visible_to(request.user)
        .reglementaires()
        .for_list()
        .select_related("equipement__site", "compteur")
        .avec_registre(),
        filtres=RegistreFiltres,
        tris=TRIS_REGISTRE,
        tri="echeance",
        onglets=ONGLETS,
        **facon,
    )


@connexion_requise
@require_GET
def imprimer(request: Requete) -> HttpResponseBase:
    """The register on paper, as the list is filtered: each inspection with every visit and every reserve."""
    user = request.user
    exiger(peut_voir_plans(user))
    choisis = RegistreFiltres.appliquer(
        PlanMaintenance.objects.visible_to(user).reglementaires().avec_registre(),
        RegistreFiltres.connus(request.GET),
    )
    plans = list(
        choisis.select_related("gamme", "compteur", "equipement__client", "equipement__site")
        .prefetch_related(Prefetch("inspections", queryset=_inspections(user)))
        .order_by(
            CleTri("equipement__client__nom_entreprise"),
            CleTri("equipement__nom"),
            "equipement_id",
            F("echeance_legale").asc(nulls_last=True),
            "pk",
        )[: IMPRIMES_AU_PLUS + 1]
    )
    jour = timezone.localdate()
    reserves = [r for plan in plans for i in plan.inspections.all() for r in i.reserves.all()]
    contexte = {
        "plans": plans[:IMPRIMES_AU_PLUS],
        "coupe": IMPRIMES_AU_PLUS if len(plans) > IMPRIMES_AU_PLUS else 0,
        "jour": jour,
        "societe": ParametresSociete.actuels(),
        "en_retard": sum(
            plan.actif and plan.echeance_legale is not None and plan.echeance_legale < jour
            for plan in plans
        ),
        "ouvertes": sum(r.levee_le is None for r in reserves),
        "depassees": sum(r.en_retard(jour) for r in reserves),
    }
    return rendre(request, "planning/registre_imprime.html", contexte)


def _inspections(user: User) -> QuerySet[Inspection]:
    """The visits, the last one first, with their reserves; a job that `user` does not see stays unnamed."""
    reserves = (
        Reserve.objects.visible_to(user)
        .select_related("levee_par")
        .prefetch_related(Prefetch("intervention", queryset=Intervention.objects.visible_to(user)))
        .order_by("numero")
    )
    return (
        Inspection.objects.visible_to(user)
        .select_related("enregistree_par")
        .prefetch_related(Prefetch("reserves", queryset=reserves))
        .order_by("-date_visite", "-pk")
    )


@connexion_requise
@require_GET
def registre_plan(request: Requete, pk: int) -> HttpResponseBase:
    """One inspection through the years, with its reserves."""
    user = request.user
    plan = trouver(
        PlanMaintenance.objects.visible_to(user)
        .reglementaires()
        .select_related("equipement__client", "equipement__site", "gamme", "compteur")
        .avec_registre(),
        pk,
    )
    contexte: dict[str, Any] = {
        "plan": plan,
        "jour": timezone.localdate(),
        "gestion": peut_gerer(user),
        "inspections": _inspections(user).filter(plan=plan),
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
    initial = {"date_visite": timezone.localdate()}
    form = InspectionForm(
        request.POST or None, initial=initial, organismes=organismes_habilites(plan)
    )
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


@connexion_requise
@require_POST
def reserve_reprendre(request: Requete, pk: int) -> HttpResponseBase:
    """A new intervention for a reserve whose own was cancelled."""
    reserve = reprendre_reserve(par=request.user, reserve_id=pk)
    return aller(request, reserve.inspection.plan.url_registre, _("Réserve reprise."))
