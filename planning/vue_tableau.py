"""The planning board: a page, what it shows of a period, and the work that waits beside it."""

from datetime import timedelta

from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.acces import Requete, connexion_requise
from erp.models import ParametresSociete
from erp.pages import rendre
from erp.validation import exiger
from interventions.horloge import horloge
from interventions.views._json import refus_en_json
from interventions.views.calendrier import ici_et_maintenant, periode_demandee
from planning import permissions
from planning.tableau import A_PLANIFIER_MAX, PERIODE_MAX, a_planifier, tableau

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
            "q": texte,
            **ici_et_maintenant(),
        },
        fragment="attente",
    )


@connexion_requise
@refus_en_json
@require_GET
def donnees(request: Requete) -> HttpResponseBase:
    """`debut` and `fin`, wall times of Casablanca at most 42 days apart."""
    exiger(permissions.peut_gerer(request.user))
    debut, fin = periode_demandee(request, PERIODE_MAX)
    return JsonResponse(tableau(request.user, debut, fin))
