"""What moves an intervention along: each is a form of its own, shown in a dialog or in a page."""

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.acces import Requete, connexion_requise
from erp.exceptions import AuthorizationError, BusinessRuleError
from erp.pages import aller
from erp.validation import exiger
from interventions import permissions, services
from interventions.candidats import Besoin, candidats
from interventions.choices import Statut, Transition, transition
from interventions.forms import (
    AffectationForm,
    DemandeAnnulationForm,
    PlanificationForm,
    RemarqueForm,
    SatisfactionForm,
    TransitionForm,
)
from interventions.models import Intervention, Planning
from interventions.views._commun import creneau_demande, la_fiche, rendre_action


@connexion_requise
@require_http_methods(["GET", "POST"])
def statut(request: Requete, pk: int) -> HttpResponseBase:
    """One line of the table, named by `vers`: GET shows what it asks for, POST makes it."""
    intervention = la_fiche(request.user, pk)
    ligne = _ligne(request, intervention)
    if ligne.vers == Statut.AFFECTEE:
        return aller(request, reverse("interventions:affecter", args=[pk]))
    form = TransitionForm(request.POST or None, ligne=ligne, intervention=intervention)
    if request.method == "POST" and form.soumettre(
        services.changer_statut, par=request.user, intervention_id=pk
    ):
        message = _("%(reference)s : %(statut)s.") % {
            "reference": intervention.reference,
            "statut": form.resultat.get_statut_display().lower(),
        }
        return aller(request, intervention.get_absolute_url(), message)
    return rendre_action(
        request, "interventions/transition.html", intervention, form, {"ligne": ligne}
    )


def _ligne(request: Requete, intervention: Intervention) -> Transition:
    """Raises BusinessRuleError when no such line starts here (any more), AuthorizationError when it is not his."""
    vers = request.POST.get("vers") or request.GET.get("vers", "")
    ligne = transition(intervention.statut, vers)
    if ligne is None:
        raise BusinessRuleError(
            _("L’intervention est maintenant « %(statut)s » : rechargez la page.")
            % {"statut": intervention.get_statut_display()},
            code="TRANSITION_INTERDITE",
        )
    if not permissions.peut_transiter(request.user, intervention, ligne):
        raise AuthorizationError
    return ligne


@connexion_requise
@require_http_methods(["GET", "POST"])
def affecter(request: Requete, pk: int) -> HttpResponseBase:
    """Everybody who could take it, and why the others cannot, for the slot that is asked for."""
    intervention = la_fiche(request.user, pk)
    exiger(permissions.peut_affecter(request.user, intervention))
    if request.method == "POST":
        donnees = request.POST.copy()
        if donnees.get("choix"):  # the button beside a name: chosen and sent in one
            donnees["technicien_id"] = str(donnees["choix"])
        form = AffectationForm(donnees, user=request.user)
        if form.soumettre(services.affecter_technicien, par=request.user, intervention_id=pk):
            message = _("Affectée à %(nom)s.") % {"nom": form.resultat.technicien}
            return aller(request, intervention.get_absolute_url(), message)
    else:
        initial = {"version": intervention.version, "technicien_id": intervention.technicien_id}
        form = AffectationForm(user=request.user, initial=initial | request.GET.dict())
    debut, fin = creneau_demande(request.POST if request.method == "POST" else request.GET)
    return rendre_action(
        request,
        "interventions/affecter.html",
        intervention,
        form,
        {
            "candidats": candidats(request.user, Besoin.de(intervention), debut, fin),
            "choisi": str(form["technicien_id"].value() or ""),
            "duree": intervention.duree_estimee or 120,
        },
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def planifier(request: Requete, pk: int) -> HttpResponseBase:
    """Give it its slot, or move it."""
    intervention = la_fiche(request.user, pk)
    exiger(permissions.peut_planifier(request.user, intervention))
    creneau = Planning.objects.visible_to(request.user).ouverts().filter(intervention=pk).first()
    initial: dict[str, Any] = {"version": intervention.version}
    if creneau is not None:
        initial |= {
            "debut": creneau.debut,
            "fin": creneau.fin,
            "confirme": creneau.confirme,
            "notes": creneau.notes,
        }
    form = PlanificationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.soumettre(
        services.planifier, par=request.user, intervention_id=pk
    ):
        return aller(request, intervention.get_absolute_url(), _("Créneau enregistré."))
    return rendre_action(
        request,
        "interventions/planifier.html",
        intervention,
        form,
        {"creneau": creneau, "duree": intervention.duree_estimee or 120},
    )


@connexion_requise
@require_POST
def deplanifier(request: Requete, pk: int) -> HttpResponseBase:
    """Free the slot; the technicien keeps the job."""
    intervention = services.deplanifier(par=request.user, intervention_id=pk)
    return aller(request, intervention.get_absolute_url(), _("Créneau libéré."))


@connexion_requise
@require_http_methods(["GET", "POST"])
def remarque(request: Requete, pk: int) -> HttpResponseBase:
    """A word in the journal."""
    intervention = la_fiche(request.user, pk)
    exiger(permissions.peut_remarquer(request.user, intervention))
    form = RemarqueForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.soumettre(
        services.ajouter_remarque, par=request.user, intervention_id=pk
    ):
        return aller(request, intervention.get_absolute_url(), _("Remarque ajoutée au journal."))
    return rendre_action(request, "interventions/remarque.html", intervention, form)


@connexion_requise
@require_http_methods(["GET", "POST"])
def satisfaction(request: Requete, pk: int) -> HttpResponseBase:
    """The client's mark, once."""
    intervention = la_fiche(request.user, pk)
    exiger(permissions.peut_noter(request.user, intervention))
    form = SatisfactionForm(request.POST or None)
    if request.method == "POST" and form.soumettre(
        services.noter_satisfaction, par=request.user, intervention_id=pk
    ):
        return aller(request, intervention.get_absolute_url(), _("Merci de votre avis."))
    return rendre_action(request, "interventions/satisfaction.html", intervention, form)


@connexion_requise
@require_http_methods(["GET", "POST"])
def demander_annulation(request: Requete, pk: int) -> HttpResponseBase:
    """A client asks; a responsable decides."""
    intervention = la_fiche(request.user, pk)
    exiger(permissions.peut_demander_annulation(request.user, intervention))
    form = DemandeAnnulationForm(request.POST or None)
    if request.method == "POST" and form.soumettre(
        services.demander_annulation, par=request.user, intervention_id=pk
    ):
        message = _("Demande envoyée : nous vous répondons vite.")
        return aller(request, intervention.get_absolute_url(), message)
    return rendre_action(request, "interventions/demander_annulation.html", intervention, form)


@connexion_requise
@require_POST
def supprimer(request: Requete, pk: int) -> HttpResponseBase:
    """Take away one that was opened by mistake."""
    intervention = la_fiche(request.user, pk)
    services.supprimer_intervention(par=request.user, intervention_id=pk)
    message = _("%(reference)s est supprimée.") % {"reference": intervention.reference}
    return aller(request, reverse("interventions:liste"), message)
