"""Parts and the stock ledger, as pages."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from erp.exceptions import AuthorizationError
from erp.pages import LISTE, Critere, aller, est_fragment, preparer_liste, rendre
from erp.validation import exiger
from stock import groupees, permissions, services
from stock.choices import TypeMouvement
from stock.filters import MOUVEMENTS_TRIS, PIECES_TRIS, MouvementFiltres, PieceFiltres
from stock.forms import MouvementForm, PieceForm
from stock.liste import ONGLETS, SOUS_MINIMUM, colonnes
from stock.models import PieceDetachee
from stock.vehicules import au_magasin


@connexion_requise
@require_GET
def liste(request: Requete) -> HttpResponseBase:
    """Parts, those furthest under their minimum first."""
    user = request.user
    exiger(permissions.peut_voir(user))
    visibles = PieceDetachee.objects.visible_to(user)
    page = preparer_liste(
        request,
        visibles,
        tris=PIECES_TRIS,
        tri="manque",
        filtres=PieceFiltres,
        criteres=(
            SOUS_MINIMUM,
            Critere("emplacement", _("Emplacement"), LISTE, _valeurs(visibles, "emplacement")),
            Critere("fournisseur", _("Fournisseur"), LISTE, _valeurs(visibles, "fournisseur")),
        ),
        onglets=ONGLETS,
        nom="pieces",
        selection=groupees.LOT.selection(user),
        colonnes=colonnes(user),
    )
    return rendre(
        request,
        "stock/liste.html",
        {
            "liste": page,
            "peut_gerer": permissions.peut_gerer(user),
            "voir_montants": permissions.peut_voir_montants(user),
            "bilan": None if est_fragment(request) else _bilan(user),
        },
        fragment="liste",
    )


def _bilan(user: User) -> dict[str, Any]:
    """What is on the shelves: how many parts are under their minimum, and what all of it is worth (MAD)."""
    pieces = PieceDetachee.objects.visible_to(user)
    valeur = Sum(F("stock_actuel") * F("prix_unitaire"), default=Decimal(0))
    bilan = pieces.aggregate(
        manquent=Count("pk", filter=Q(stock_actuel__lt=F("stock_minimum"), is_active=True)),
        **({"valeur": valeur} if permissions.peut_voir_montants(user) else {}),
    )
    return {"valeur": None, **bilan}


def _valeurs(pieces: Any, champ: str) -> list[tuple[str, str]]:
    """What the parts have in a text column, for a filter."""
    connues = pieces.exclude(**{champ: ""}).order_by(champ).values_list(champ, flat=True)
    return [(valeur, valeur) for valeur in connues.distinct()]


@connexion_requise
@require_GET
def detail(request: Requete, pk: int) -> HttpResponseBase:
    """The part and its ledger, newest first."""
    user = request.user
    piece = get_object_or_404(PieceDetachee.objects.visible_to(user), pk=pk)
    registre = preparer_liste(
        request,
        piece.mouvements.visible_to(user).select_related("user"),
        tris=MOUVEMENTS_TRIS,
        tri="-date_mouvement",
        filtres=MouvementFiltres,
    )
    lignes, magasin = au_magasin(piece, user)
    return rendre(
        request,
        "stock/detail.html",
        {
            "piece": piece,
            "vehicules": lignes,
            "magasin": magasin,
            "liste": registre,
            "peut_gerer": permissions.peut_gerer(user),
            "voir_montants": permissions.peut_voir_montants(user),
            "valeur": piece.stock_actuel * piece.prix_unitaire,
            "manque": max(piece.stock_minimum - piece.stock_actuel, Decimal(0)),
        },
        fragment="liste",
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def creer(request: Requete) -> HttpResponseBase:
    exiger(permissions.peut_gerer(request.user))
    form = PieceForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.soumettre(services.creer_piece, par=request.user):
        return aller(request, form.resultat.get_absolute_url(), _("La pièce est créée."))
    return _formulaire(
        request,
        form,
        titre=_("Nouvelle pièce détachée"),
        miettes=[(_("Stock"), reverse("stock:liste"))],
        bouton=_("Créer la pièce"),
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def modifier(request: Requete, pk: int) -> HttpResponseBase:
    piece = _a_gerer(request, pk)
    form = PieceForm(request.POST or None, user=request.user, instance=piece)
    if request.method == "POST" and form.soumettre(
        services.modifier_piece, par=request.user, piece_id=pk
    ):
        return aller(request, piece.get_absolute_url(), _("La pièce est modifiée."))
    return _formulaire(
        request,
        form,
        titre=_("Modifier %(nom)s") % {"nom": piece.designation},
        miettes=_miettes(piece),
        bouton=_("Enregistrer"),
    )


@connexion_requise
@require_POST
def supprimer(request: Requete, pk: int) -> HttpResponseBase:
    services.supprimer_piece(par=request.user, piece_id=pk)
    return aller(request, reverse("stock:liste"), _("La pièce est supprimée."))


@connexion_requise
@require_http_methods(["GET", "POST"])
def mouvement(request: Requete, pk: int) -> HttpResponseBase:
    """An entry, an exit, a return or a count by hand; `?type_mouvement=` chooses which beforehand."""
    piece = _a_gerer(request, pk)
    choisi = request.GET.get("type_mouvement", "")
    if choisi not in TypeMouvement.values:
        choisi = TypeMouvement.ENTREE
    form = MouvementForm(request.POST or None, initial={"type_mouvement": choisi})
    if request.method == "POST" and form.soumettre(
        services.enregistrer_mouvement, par=request.user, piece_id=pk
    ):
        return aller(
            request,
            piece.get_absolute_url(),
            _("Mouvement enregistré. Stock : %(stock)s.")
            % {"stock": f"{form.resultat.stock_apres.normalize():f}"},
        )
    return _formulaire(
        request,
        form,
        titre=_("Mouvement de stock"),
        miettes=_miettes(piece),
        bouton=_("Enregistrer le mouvement"),
        intro=_("%(piece)s. Stock : %(stock)s (%(unite)s).")
        % {
            "piece": piece.designation,
            "stock": f"{piece.stock_actuel.normalize():f}",
            "unite": piece.unite,
        },
    )


def _a_gerer(request: Requete, pk: int) -> PieceDetachee:
    piece = get_object_or_404(PieceDetachee.objects.visible_to(request.user), pk=pk)
    if not permissions.peut_gerer(request.user):
        raise AuthorizationError
    return piece


def _miettes(piece: PieceDetachee) -> list[tuple[str, str]]:
    return [
        (_("Stock"), reverse("stock:liste")),
        (piece.designation, piece.get_absolute_url()),
    ]


def _formulaire(
    request: Requete,
    form: Any,
    *,
    titre: str,
    miettes: list[tuple[str, str]],
    bouton: str,
    intro: str = "",
) -> HttpResponseBase:
    return rendre(
        request,
        "formulaire.html",
        {
            "form": form,
            "titre": titre,
            "miettes": miettes,
            "bouton": bouton,
            "retour": miettes[-1][1],
            "intro": intro,
        },
        fragment="formulaire",
        status=form.status,
    )
