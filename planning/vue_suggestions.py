"""Who should go, and whether a visit is ready: what the intervention's page shows of the planning."""

from datetime import datetime
from urllib.parse import urlsplit

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from erp.pages import aller, rendre
from erp.validation import exiger, trouver
from interventions.models import Intervention, Planning
from interventions.services import Place, placer
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
    if request.method == "POST" and form.soumettre(_envoyer, par=request.user, intervention_id=pk):
        return aller(request, _retour(request, intervention), _("Intervention planifiée."))
    classes = suggerer(request.user, intervention)
    contexte = {
        "intervention": intervention,
        "creneau": Planning.objects.visible_to(request.user)
        .ouverts()
        .filter(intervention=intervention)
        .select_related("technicien__user")
        .first(),
        "form": form,
        "suggestions": [s for s in classes if not s.empechement],
        "empeches": [s for s in classes if s.empechement],
    }
    return rendre(
        request, "planning/suggestions.html", contexte, fragment="formulaire", status=form.status
    )


def _retour(request: Requete, intervention: Intervention) -> str:
    """The intervention's page, but the absences when it was from there that somebody else was looked for."""
    ici = urlsplit(request.headers.get("HX-Current-URL", "")).path
    des_absences = ici.startswith(reverse("technicians:liste"))
    return ici if des_absences else intervention.get_absolute_url()


def _envoyer(
    *,
    par: User,
    intervention_id: int,
    technicien_id: int,
    debut: datetime,
    fin: datetime,
    version: int,
) -> Intervention:
    """Whatever leads there: to assign, to plan, to move, to give to somebody else."""
    place = Place(technicien_id, debut, fin)
    return placer(par=par, intervention_id=intervention_id, place=place, version=version)[0]


@connexion_requise
@require_GET
def depart(request: Requete, pk: int) -> HttpResponseBase:
    """Whether the planned visit is ready to go; for those who go and those who plan."""
    intervention = trouver(Intervention.objects.visible_to(request.user).select_related("site"), pk)
    exiger(not request.user.est_client)
    points = verifier_depart(request.user, intervention)
    return rendre(request, "planning/depart.html", {"points": points})
