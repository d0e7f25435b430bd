"""Who should go, and whether a visit is ready: what the intervention's page shows of the planning."""

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.acces import Requete, connexion_requise
from erp.pages import aller, rendre
from erp.validation import exiger, trouver
from interventions.models import Intervention
from interventions.services import affecter_technicien
from planning.forms import SuggestionForm
from planning.permissions import peut_planifier
from planning.preparation import verifier_depart
from planning.suggestions import suggerer


@connexion_requise
@require_http_methods(["GET", "POST"])
def suggestions(request: Requete, pk: int) -> HttpResponseBase:
    """The techniciens ranked; a POST gives the job and the slot to the one who is chosen."""
    visibles = Intervention.objects.visible_to(request.user).select_related(
        "site", "client", "equipement", "technicien"
    )
    intervention = trouver(visibles, pk)
    exiger(peut_planifier(request.user))
    form = SuggestionForm(request.POST or None)
    if request.method == "POST" and form.soumettre(
        affecter_technicien, par=request.user, intervention_id=pk
    ):
        return aller(request, intervention.get_absolute_url(), _("Intervention affectée."))
    classes = suggerer(request.user, intervention)
    contexte = {
        "intervention": intervention,
        "form": form,
        "suggestions": [s for s in classes if not s.empechement],
        "empeches": [s for s in classes if s.empechement],
    }
    return rendre(
        request, "planning/suggestions.html", contexte, fragment="formulaire", status=form.status
    )


@connexion_requise
@require_GET
def depart(request: Requete, pk: int) -> HttpResponseBase:
    """Whether the planned visit is ready to go; for those who go and those who plan."""
    intervention = trouver(Intervention.objects.visible_to(request.user).select_related("site"), pk)
    exiger(not request.user.est_client)
    points = verifier_depart(request.user, intervention)
    return rendre(request, "planning/depart.html", {"points": points})
