"""What of a part leaves as a table."""

from django.utils.translation import gettext_lazy as _

from erp.exports import Export
from stock import permissions
from stock.api.columns import piece_pour
from stock.filters import PIECES_TRIS, PieceFiltres
from stock.models import PieceDetachee

PIECES = Export(
    nom="pieces",
    titre=_("Pièces détachées"),
    visibles=lambda user: PieceDetachee.objects.visible_to(user),
    colonnes=piece_pour,
    filtres=lambda user: (PieceFiltres, PIECES_TRIS),
    tri="manque",
    champs={
        "reference": "",
        "designation": "",
        "unite": "",
        "prix_unitaire": _("Prix unitaire (MAD)"),
        "stock_actuel": "",
        "stock_minimum": "",
        "stock_maximum": "",
        "sous_minimum": _("Sous le minimum"),
        "emplacement": "",
        "fournisseur": "",
        "types_compatibles": "",
        "is_active": "",
    },
    permis=permissions.peut_voir,
)
