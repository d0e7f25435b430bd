"""The planning board: a page, what it shows of a period, and the work that waits beside it."""

from datetime import timedelta

from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.acces import Requete, connexion_requise
from erp.exceptions import ValidationError
from erp.models import ParametresSociete
from erp.pages import rendre
from erp.validation import exiger, trouver
from interventions.horloge import horloge
from interventions.models import Intervention
from interventions.services import verrouiller_creneau
from interventions.views._json import refus_en_json
from interventions.views.calendrier import ici_et_maintenant, periode_demandee
from planning import permissions
from planning.forms import VerrouForm
from planning.tableau import A_PLANIFIER_MAX, PERIODE_MAX, a_planifier, equipes, tableau

DUREE_USUELLE = 120  # minutes, of a job that says nothing


@connexion_requise
@require_GET
def page(request: Requete) -> HttpResponseBase:
    """The board; `?q=` narrows the work that waits."""
    exiger(permissions.peut_gerer(request.user))
    texte = request.GET.get("q", "")
    attente = a_planifier(request.user, texte)
    lignes = list(attente[: A_PLANIFIER_MAX + 1])
    total = len(lignes) if len(lignes) <= A_PLANIFIER_MAX else attente.order_by().count()
    alerte = timedelta(hours=ParametresSociete.actuels().delai_alerte_heures)
    maintenant = timezone.now()
    return rendre(
        request,
        "planning/tableau.html",
        {
            "attente": [(i, horloge(i, alerte, maintenant)) for i in lignes[:A_PLANIFIER_MAX]],
            "total": total,
            "reste": max(0, total - A_PLANIFIER_MAX),
            "duree_usuelle": DUREE_USUELLE,
            "equipes": equipes(request.user),
            "equipe": request.GET.get("equipe", ""),
            "q": texte,
            **ici_et_maintenant(),
        },
        fragment="attente",
    )


@connexion_requise
@refus_en_json
@require_GET
def donnees(request: Requete) -> HttpResponseBase:
    """`debut` and `fin`, wall times of Casablanca at most 42 days apart; `equipe` narrows the techniciens."""
    exiger(permissions.peut_gerer(request.user))
    debut, fin = periode_demandee(request, PERIODE_MAX)
    return JsonResponse(tableau(request.user, debut, fin, equipe=request.GET.get("equipe", "")))


@connexion_requise
@refus_en_json
@require_POST
def verrouiller(request: Requete, pk: int) -> HttpResponseBase:
    """Lock the slot of this job where it is, or let it be moved again."""
    trouver(Intervention.objects.visible_to(request.user), pk)
    exiger(permissions.peut_planifier(request.user))
    form = VerrouForm(request.POST)
    if not form.is_valid():
        raise ValidationError.champ("verrouille", _("Dites « oui » ou « non »."), "INVALIDE")
    faite = verrouiller_creneau(
        par=request.user,
        intervention_id=pk,
        verrouille=form.cleaned_data["verrouille"] == "oui",
        version=form.cleaned_data["version"],
    )
    return JsonResponse({"version": faite.version, "reference": faite.reference})
