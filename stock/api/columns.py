"""What each role reads of the stock."""

from django.db.models import BooleanField, Case, F, Q, Value, When

from accounts.models import User
from erp.api.columns import Colonnes
from stock.models import MouvementStock, PieceDetachee, PieceVehicule
from stock.permissions import peut_voir_montants

PIECE = Colonnes(
    PieceDetachee,
    {
        "id": "id",
        "reference": "reference",
        "designation": "designation",
        "unite": "unite",
        "prix_unitaire": "prix_unitaire",
        "stock_actuel": "stock_actuel",
        "stock_minimum": "stock_minimum",
        "stock_maximum": "stock_maximum",
        "sous_minimum": Case(
            When(Q(stock_actuel__lt=F("stock_minimum"), is_active=True), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        ),
        "emplacement": "emplacement",
        "fournisseur": "fournisseur",
        "types_compatibles": "types_compatibles",
        "is_active": "is_active",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)
_PIECE_SANS_PRIX = PIECE.sans("prix_unitaire")

MOUVEMENT = Colonnes(
    MouvementStock,
    {
        "id": "id",
        "piece_id": "piece_id",
        "piece_reference": "piece__reference",
        "piece_designation": "piece__designation",
        "unite": "piece__unite",
        "type_mouvement": "type_mouvement",
        "quantite": "quantite",
        "stock_avant": "stock_avant",
        "stock_apres": "stock_apres",
        "prix_unitaire": "prix_unitaire",
        "motif": "motif",
        "user_id": "user_id",
        "user_nom": "user__full_name",
        "date_mouvement": "date_mouvement",
    },
)
VEHICULE = Colonnes(
    PieceVehicule,
    {
        "id": "id",
        "technicien_id": "user__technicien__id",
        "technicien_nom": "user__full_name",
        "piece_id": "piece_id",
        "piece_reference": "piece__reference",
        "piece_designation": "piece__designation",
        "unite": "piece__unite",
        "quantite": "quantite",
        "updated_at": "updated_at",
    },
)
_MOUVEMENT_SANS_PRIX = MOUVEMENT.sans("prix_unitaire")


def piece_pour(user: User) -> Colonnes:
    """The columns of a part that this user may read."""
    return PIECE if peut_voir_montants(user) else _PIECE_SANS_PRIX


def mouvement_pour(user: User) -> Colonnes:
    """The columns of a line of the ledger that this user may read."""
    return MOUVEMENT if peut_voir_montants(user) else _MOUVEMENT_SANS_PRIX
