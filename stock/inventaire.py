"""Counting the shelves, as pages: type or scan a reference, give what is there, Enter, and the next one."""

from decimal import Decimal
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acces import Requete, connexion_requise
from erp.exceptions import ValidationError
from erp.filters import Tris
from erp.pages import aller, preparer_liste, rendre
from erp.validation import exiger
from stock import permissions, services
from stock.filters import PieceFiltres
from stock.forms import ComptageForm, InventaireForm
from stock.models import Inventaire, PieceDetachee

TRIS: Tris = {"numero": ("pk",)}
PROPOSEES = 6  # parts named while one types


@connexion_requise
@require_http_methods(["GET", "POST"])
def inventaires(request: Requete) -> HttpResponseBase:
    """The counts, newest first; a POST begins one."""
    exiger(permissions.peut_gerer(request.user))
    form = InventaireForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.soumettre(services.ouvrir_inventaire, par=request.user):
        return aller(request, form.resultat.get_absolute_url())
    page = preparer_liste(
        request,
        Inventaire.objects.visible_to(request.user).for_list(),
        tris=TRIS,
        tri="-numero",
    )
    return rendre(
        request,
        "stock/inventaires.html",
        {"liste": page, "form": form},
        fragment="liste",
        status=form.status,
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def inventaire(request: Requete, pk: int) -> HttpResponseBase:
    """What was counted, with the differences; a POST counts one part more."""
    comptage = get_object_or_404(
        Inventaire.objects.visible_to(request.user).select_related("user"), pk=pk
    )
    compte = None
    form = ComptageForm(request.POST or None)
    if request.method == "POST" and form.soumettre(
        services.compter_piece, par=request.user, inventaire_id=pk
    ):
        compte = form.resultat
        # ready for the next one; the way of counting stays
        form = ComptageForm(initial={"un_par_lecture": "un_par_lecture" in request.POST})
    lignes = list(comptage.lignes.visible_to(request.user).select_related("piece"))
    ecarts = [ligne for ligne in lignes if ligne.ecart]
    return rendre(
        request,
        "stock/inventaire.html",
        {
            "inventaire": comptage,
            "form": form,
            "compte": compte,
            "lignes": lignes,
            "ecarts": len(ecarts),
            "valeur": sum((ligne.valeur for ligne in ecarts), Decimal(0)),
            "voir_montants": permissions.peut_voir_montants(request.user),
        },
        fragment="comptage",
        status=form.status,
    )


@connexion_requise
@require_GET
def piece(request: Requete, pk: int) -> HttpResponseBase:
    """What a reference is, while it is being typed: the part that bears it, or those that look like it."""
    comptage = get_object_or_404(Inventaire.objects.visible_to(request.user), pk=pk)
    texte = request.GET.get("reference", "").replace("\x00", "").strip()[:60]
    visibles = PieceDetachee.objects.visible_to(request.user)
    exacte = services.piece_de_reference(visibles, texte)
    proches: Any = []
    if exacte is None and len(texte) >= 2:
        params = request.GET.copy()
        params.clear()
        params["search"] = texte
        try:
            proches = PieceFiltres.appliquer(visibles, params).order_by("reference")[:PROPOSEES]
        except ValidationError:
            proches = []
    return rendre(
        request,
        "stock/inventaire_piece.html",
        {
            "inventaire": comptage,
            "piece": exacte,
            "proches": proches,
            "texte": texte,
            "deja": comptage.lignes.filter(piece=exacte).first() if exacte is not None else None,
        },
        fragment="reponse",
    )


@connexion_requise
@require_POST
def retirer(request: Requete, pk: int) -> HttpResponseBase:
    comptage = services.retirer_ligne(par=request.user, ligne_id=pk)
    return aller(request, comptage.get_absolute_url(), _("La ligne est retirée."))


@connexion_requise
@require_POST
def valider(request: Requete, pk: int) -> HttpResponseBase:
    comptage = services.valider_inventaire(par=request.user, inventaire_id=pk)
    return aller(
        request,
        comptage.get_absolute_url(),
        _("L’inventaire est validé : le registre suit ce qui a été compté."),
    )


@connexion_requise
@require_POST
def abandonner(request: Requete, pk: int) -> HttpResponseBase:
    services.abandonner_inventaire(par=request.user, inventaire_id=pk)
    return aller(request, reverse("stock:inventaires"), _("L’inventaire est abandonné."))
