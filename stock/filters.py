"""Filters and sort keys of parts and of the ledger: page, API and export alike."""

from django.db.models import F, Q, QuerySet

from erp.filters import (
    ChoixFiltre,
    DepuisFiltre,
    DrapeauFiltre,
    Filtres,
    IdsFiltre,
    JusquaFiltre,
    RechercheFiltre,
    TextesFiltre,
    Tris,
)
from erp.models import CleTri
from stock.choices import TypeMouvement
from stock.models import PieceDetachee


def _sous_minimum(pieces: QuerySet[PieceDetachee], _nom: str, oui: bool) -> QuerySet[PieceDetachee]:
    manque = Q(stock_actuel__lt=F("stock_minimum"), is_active=True)
    return pieces.filter(manque) if oui else pieces.exclude(manque)


def _compatible(
    pieces: QuerySet[PieceDetachee], _nom: str, types: list[str]
) -> QuerySet[PieceDetachee]:
    """Parts for one of these machine types; a part that names no type fits all."""
    if not types:
        return pieces
    return pieces.filter(Q(types_compatibles__overlap=types) | Q(types_compatibles=[]))


class PieceFiltres(Filtres):
    search = RechercheFiltre("reference", "designation", "emplacement", "fournisseur")
    sous_minimum = DrapeauFiltre(method=_sous_minimum)
    is_active = DrapeauFiltre("is_active")
    fournisseur = TextesFiltre("fournisseur")
    emplacement = TextesFiltre("emplacement")
    type_equipement = TextesFiltre(method=_compatible)
    created_at_gte = DepuisFiltre("created_at")
    created_at_lte = JusquaFiltre("created_at")


PIECES_TRIS: Tris = {
    "designation": (CleTri("designation"),),
    "reference": ("reference",),
    "stock_actuel": ("stock_actuel",),
    "stock_minimum": ("stock_minimum",),
    # the most missing first
    "manque": (F("stock_actuel") - F("stock_minimum"),),
    "emplacement": ("emplacement",),
    "fournisseur": (CleTri("fournisseur"),),
    "created_at": ("created_at",),
}


class MouvementFiltres(Filtres):
    search = RechercheFiltre("piece__reference", "piece__designation", "motif")
    piece_id = IdsFiltre("piece_id")
    user_id = IdsFiltre("user_id")
    type_mouvement = ChoixFiltre("type_mouvement", TypeMouvement.choices)
    date_mouvement_gte = DepuisFiltre("date_mouvement")
    date_mouvement_lte = JusquaFiltre("date_mouvement")


class VehiculeFiltres(Filtres):
    search = RechercheFiltre("piece__reference", "piece__designation", "user__full_name")
    technicien_id = IdsFiltre("user__technicien")
    piece_id = IdsFiltre("piece_id")


VEHICULES_TRIS: Tris = {
    "piece_designation": (CleTri("piece__designation"),),
    "technicien_nom": (CleTri("user__full_name"),),
    "quantite": ("quantite",),
}

MOUVEMENTS_TRIS: Tris = {
    "date_mouvement": ("date_mouvement",),
    "piece_designation": (CleTri("piece__designation"),),
    "type_mouvement": ("type_mouvement",),
    "quantite": ("quantite",),
}
