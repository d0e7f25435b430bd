from typing import Any

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from clients.models import Contrat
from equipment.models import Equipement
from erp.filters import RechercheFiltre
from erp.pages import aller, rendre, repondre_recherche
from erp.validation import exiger
from interventions import services
from interventions.choices import Priorite
from interventions.forms import CreationForm, ModificationForm, equipements_demandables
from interventions.models import Intervention
from interventions.permissions import peut_creer, peut_modifier
from interventions.views._commun import la_fiche, rendre_action

RESULTATS = 20
OUVERTES = 3  # jobs already open on the machine, the newest first
RECHERCHE = RechercheFiltre("nom", "code_interne", "numero_serie", "client__nom_entreprise")


@connexion_requise
@require_GET
def chercher_equipement(request: Requete) -> HttpResponseBase:
    """`?q=` over name, code, serial number and client: JSON for a select in which one types."""
    trouves = RECHERCHE.filter(
        equipements_demandables(request.user), request.GET.get("q", "")[:200]
    )
    return repondre_recherche(
        (
            equipement.pk,
            f"{equipement.nom} ({equipement.code_interne})",
            " · ".join(
                part
                for part in (
                    str(equipement.client),
                    equipement.site.nom if equipement.site else "",
                    equipement.numero_serie,
                )
                if part
            ),
        )
        for equipement in trouves.select_related("client", "site").order_by("nom", "pk")[:RESULTATS]
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def creer(request: Requete) -> HttpResponseBase:
    """A phone call becomes an intervention; `?equipement_id=` comes from the page of a machine."""
    user = request.user
    exiger(peut_creer(user))
    if request.method == "POST":
        form = CreationForm(request.POST, user=user)
        if form.soumettre(services.creer_intervention, par=user):
            message = _("Intervention %(reference)s créée.") % {
                "reference": form.resultat.reference
            }
            return aller(request, form.resultat.get_absolute_url(), message)
    else:
        form = CreationForm(user=user, initial=request.GET.dict())
    donnees = request.POST if request.method == "POST" else request.GET
    contexte = {"form": form, **_apercu(user, donnees)}
    return rendre(
        request, "interventions/creer.html", contexte, fragment="formulaire", status=form.status
    )


@connexion_requise
@require_GET
def apercu(request: Requete) -> HttpResponseBase:
    """What is known once the machine is chosen: its contract, the deadline, and what is already open on it."""
    exiger(peut_creer(request.user))
    contexte = {
        "form": CreationForm(user=request.user, initial=request.GET.dict()),
        **_apercu(request.user, request.GET),
    }
    return rendre(request, "interventions/creer.html", contexte, fragment="apercu")


def _apercu(user: User, donnees: QueryDict) -> dict[str, Any]:
    choisi = donnees.get("equipement_id", "")
    if not (choisi.isascii() and choisi.isdigit() and len(choisi) < 19):
        return {"machine": None}
    machine = equipements_demandables(user).select_related("site").filter(pk=choisi).first()
    if machine is None:
        return {"machine": None}
    contrat = services.contrat_couvrant(machine)
    priorite = donnees.get("priorite", Priorite.NORMALE)
    if donnees.get("urgence"):
        priorite = Priorite.URGENTE
    ouvertes = Intervention.objects.visible_to(user).actives().filter(equipement=machine)
    return {
        "machine": machine,
        "contrat_machine": contrat if _voit(user, contrat) else None,
        "sans_contrat": contrat is None and not user.est_technicien,
        "limite": services.calculer_date_limite(
            priorite=priorite, depart=timezone.now(), contrat=contrat
        ),
        "ouvertes": list(ouvertes.select_related("technicien__user")[:OUVERTES]),
        "sous_garantie": _sous_garantie(machine),
    }


def _voit(user: User, contrat: Contrat | None) -> bool:
    return contrat is not None and Contrat.objects.visible_to(user).filter(pk=contrat.pk).exists()


def _sous_garantie(machine: Equipement) -> bool:
    return (
        machine.date_fin_garantie is not None and machine.date_fin_garantie >= timezone.localdate()
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def modifier(request: Requete, pk: int) -> HttpResponseBase:
    """Change what was asked for; only the fields that were changed are sent."""
    intervention = la_fiche(request.user, pk)
    exiger(peut_modifier(request.user, intervention))
    form = ModificationForm(request.POST or None, user=request.user, intervention=intervention)
    if request.method == "POST" and form.soumettre(
        services.modifier_intervention, par=request.user, intervention_id=pk
    ):
        return aller(request, intervention.get_absolute_url(), _("Modifications enregistrées."))
    return rendre_action(request, "interventions/modifier.html", intervention, form)
