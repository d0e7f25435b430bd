"""Parts from a file. Their stock moves through the ledger: a file gives it once, when the part is new."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from erp.exceptions import ValidationError
from erp.imports import Champ, Import, Valeurs, liste, montant, oui_non
from stock import permissions, services
from stock.models import PieceDetachee


def _trouver(par: User, valeurs: Valeurs) -> PieceDetachee | None:
    return PieceDetachee.objects.visible_to(par).filter(reference=valeurs["reference"]).first()


def _resoudre(par: User, valeurs: Valeurs, piece: PieceDetachee | None) -> Valeurs:
    if piece is None and "designation" not in valeurs:
        raise ValidationError.champ("designation", _("Ce champ est obligatoire."), "OBLIGATOIRE")
    return valeurs


PIECES = Import(
    nom="pieces",
    titre=gettext_lazy("Pièces détachées"),
    regle=gettext_lazy(
        "Une pièce est reconnue à sa référence. Le stock n’est lu que pour une pièce nouvelle : ensuite, "
        "il bouge par le registre."
    ),
    champs=(
        Champ(
            "reference",
            gettext_lazy("Référence"),
            "JNT-40x52",
            autres=("ref", "part number"),
            obligatoire=True,
        ),
        Champ(
            "designation",
            gettext_lazy("Désignation"),
            "Joint à lèvre 40 × 52",
            autres=("nom", "description", "name"),
        ),
        Champ("unite", gettext_lazy("Unité"), "pièce", autres=("unit",)),
        Champ(
            "prix_unitaire",
            gettext_lazy("Prix unitaire (MAD)"),
            "38,50",
            montant,
            autres=("prix", "price", "unit price"),
        ),
        Champ(
            "stock_initial",
            gettext_lazy("Stock initial"),
            "12",
            montant,
            autres=("stock", "quantité", "quantity"),
        ),
        Champ(
            "stock_minimum",
            gettext_lazy("Stock minimum"),
            "4",
            montant,
            autres=("minimum", "min", "minimum stock"),
        ),
        Champ(
            "stock_maximum",
            gettext_lazy("Stock maximum"),
            "40",
            montant,
            autres=("maximum", "max", "maximum stock"),
        ),
        Champ("emplacement", gettext_lazy("Emplacement"), "A-03-2", autres=("bin", "location")),
        Champ("fournisseur", gettext_lazy("Fournisseur"), "SKF Maroc", autres=("supplier",)),
        Champ(
            "types_compatibles",
            gettext_lazy("Types d’équipement compatibles"),
            "Pompe, Réducteur",
            liste,
            autres=("types", "compatible types"),
        ),
        Champ("is_active", gettext_lazy("Active"), "oui", oui_non, autres=("actif",)),
    ),
    permis=permissions.peut_gerer,
    cle=lambda valeurs: valeurs["reference"],
    trouver=_trouver,
    resoudre=_resoudre,
    creer=lambda par, valeurs: services.creer_piece(par=par, **valeurs),
    modifier=lambda par, piece, valeurs: services.modifier_piece(
        par=par, piece_id=piece.pk, **valeurs
    ),
    a_la_creation=frozenset({"stock_initial"}),
    second={
        "reference": "GRA-EP2-400",
        "designation": "Cartouche de graisse EP2, 400 g",
        "unite": "cartouche",
        "prix_unitaire": "65,00",
        "stock_initial": "24",
        "stock_minimum": "10",
        "stock_maximum": "60",
        "emplacement": "A-02-8",
        "fournisseur": "Lubrifiants du Maghreb",
        "is_active": "oui",
    },
)
