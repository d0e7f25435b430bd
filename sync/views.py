"""What devices sent and could not be put in its place, for those who decide what becomes of it."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.acces import Requete, connexion_requise
from erp.pages import aller, preparer_liste, rendre
from erp.validation import exiger
from interventions.models import Intervention, InterventionPiece, PointControle, TempsPasse
from sync import services
from sync.choices import EtatOperation
from sync.models import OperationSync

_TONS: dict[str, str] = {EtatOperation.CONFLIT: "orange", EtatOperation.REFUSEE: "rouge"}
TRIS = {"date": ("created_at", "id")}


@connexion_requise
@require_GET
def liste(request: Requete) -> HttpResponseBase:
    """Newest first, those that nobody has looked at; all of them with `?toutes=true`. For staff."""
    exiger(request.user.est_gestion)
    operations = OperationSync.objects.visible_to(request.user).for_list()
    toutes = request.GET.get("toutes") == "true"
    if not toutes:
        operations = operations.a_voir()
    page = preparer_liste(request, operations, tris=TRIS, tri="-date")
    return rendre(
        request,
        "sync/liste.html",
        {"liste": page, "lignes": [_ligne(op) for op in page.objets], "toutes": toutes},
        fragment="liste",
    )


@connexion_requise
@require_GET
def cadre(request: Requete, pk: int) -> HttpResponseBase:
    """Those of one intervention, which its page loads; nothing when there are none."""
    intervention = get_object_or_404(Intervention.objects.visible_to(request.user), pk=pk)
    operations = (
        OperationSync.objects.visible_to(request.user)
        .filter(intervention=intervention)
        .a_voir()
        .for_list()
    )
    contexte = {
        "lignes": [_ligne(operation) for operation in operations[:50]],
        "peut_marquer": request.user.est_gestion,
        "retour": intervention.get_absolute_url(),
    }
    return render(request, "sync/cadre.html", contexte)


@connexion_requise
@require_POST
def vue(request: Requete, pk: int) -> HttpResponseBase:
    """It was looked at: back to the intervention, or to the list."""
    operation = services.marquer_vue(par=request.user, operation_id=pk)
    vers = reverse("sync:liste")
    if request.POST.get("retour") == "intervention" and operation.intervention is not None:
        vers = operation.intervention.get_absolute_url()
    return aller(request, vers, _("Saisie marquée comme vue."))


def _nom(champ: str) -> str:
    """What a device calls `motif_attente`, or `Pression, resultat` of a check, in the words of the pages."""
    avant, virgule, cle = champ.rpartition(", ")
    if cle == "remarque":
        return avant + virgule + _("Remarque")
    for modele in (Intervention, PointControle, TempsPasse, InterventionPiece):
        try:
            mots = modele._meta.get_field(cle).verbose_name  # type: ignore[union-attr]
        except FieldDoesNotExist:
            continue
        return avant + virgule + str(capfirst(mots))
    return champ


def _ligne(operation: OperationSync) -> dict[str, Any]:
    """One operation as it is read: why, the conflicts, else every value that was typed."""
    resultat, demande = operation.resultat, operation.demande
    conflits = resultat.get("conflits") or []
    erreur = resultat.get("erreur") or {}
    saisies = [] if conflits else list((demande.get("voulu") or {}).items())
    return {
        "operation": operation,
        "ton": _TONS.get(operation.etat, "vert"),
        "raison": erreur.get("detail", ""),
        "erreurs": erreur.get("errors") or [],
        "conflits": [{**conflit, "champ": _nom(conflit["champ"])} for conflit in conflits],
        "saisies": [(_nom(champ), valeur) for champ, valeur in saisies if valeur not in (None, "")],
    }
