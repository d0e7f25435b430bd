"""The only writer of parts and of the stock ledger. `stock_actuel` itself is written by the ledger's trigger."""

from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from erp.exceptions import BusinessRuleError, ValidationError
from erp.validation import ecrire, effacer, exiger, trouver
from stock import notifications, permissions
from stock.choices import TypeMouvement
from stock.models import MouvementStock, PieceDetachee

REGLES: dict[str, tuple[str, str | Promise]] = {
    "piece_stock_positif": ("STOCK_INSUFFISANT", gettext_lazy("Le stock ne suffit pas.")),
}


class ChampsPiece(TypedDict, total=False):
    reference: str
    designation: str
    unite: str
    prix_unitaire: Decimal
    stock_minimum: Decimal
    stock_maximum: Decimal | None
    emplacement: str
    fournisseur: str
    types_compatibles: list[str]
    is_active: bool


@transaction.atomic
def creer_piece(
    *, par: User, stock_initial: Decimal = Decimal(0), **champs: Unpack[ChampsPiece]
) -> PieceDetachee:
    """A new part; what is already on the shelf comes in as its first movement."""
    exiger(permissions.peut_gerer(par))
    if stock_initial < 0:
        raise ValidationError.champ("stock_initial", _("Le stock ne peut pas être négatif."))
    piece = ecrire(PieceDetachee(), champs)
    if stock_initial:
        _mouvoir(
            par,
            piece,
            TypeMouvement.ENTREE,
            stock_initial,
            motif=_("Stock initial"),
            prix_unitaire=None,
            champ="stock_initial",
        )
    return piece


@transaction.atomic
def modifier_piece(*, par: User, piece_id: int, **champs: Unpack[ChampsPiece]) -> PieceDetachee:
    """Change the named fields; the stock itself moves through `enregistrer_mouvement`."""
    piece = trouver(PieceDetachee.objects.visible_to(par), piece_id, verrou=True)
    exiger(permissions.peut_gerer(par))
    return ecrire(piece, champs)


@transaction.atomic
def supprimer_piece(*, par: User, piece_id: int) -> None:
    """Delete a part that never moved and that no gamme names; else BusinessRuleError UTILISE: make it inactive."""
    piece = trouver(PieceDetachee.objects.visible_to(par), piece_id, verrou=True)
    exiger(permissions.peut_gerer(par))
    effacer(
        piece, _("Cette pièce a des mouvements ou figure dans une gamme : désactivez-la plutôt.")
    )


@transaction.atomic
def enregistrer_mouvement(
    *,
    par: User,
    piece_id: int,
    type_mouvement: str,
    quantite: Decimal,
    motif: str = "",
    prix_unitaire: Decimal | None = None,
) -> MouvementStock:
    """Move stock by hand. `quantite` is what moves, in the part's unit; for an ajustement it is the stock counted.

    Raises ValidationError for a quantity that is not positive, BusinessRuleError STOCK_INSUFFISANT when less is left
    than what goes out, STOCK_INCHANGE when the count agrees with the ledger and nothing is to be written.
    """
    piece = trouver(PieceDetachee.objects.visible_to(par), piece_id, verrou=True)
    exiger(permissions.peut_gerer(par))
    return _mouvoir(par, piece, type_mouvement, quantite, motif=motif, prix_unitaire=prix_unitaire)


def mouvement_intervention(
    *,
    par: User,
    piece_id: int,
    type_mouvement: str,
    quantite: Decimal,
    motif: str,
    prix_unitaire: Decimal | None = None,
) -> MouvementStock:
    """A sortie or a retour for a job. For `interventions.services` alone, which has authorised the user, locked the
    intervention first and owns the transaction.

    Raises ValidationError on `piece_id` for an unknown part, else as `enregistrer_mouvement`.
    """
    if type_mouvement not in (TypeMouvement.SORTIE, TypeMouvement.RETOUR):
        raise ValidationError.champ(
            "type_mouvement",
            _("Une intervention prend des pièces ou en rapporte."),
            "CHOIX_INVALIDE",
        )
    piece = (
        PieceDetachee.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk=piece_id)
        .first()
    )
    if piece is None:
        raise ValidationError.champ("piece_id", _("Cette pièce n’existe pas."), "INCONNU")
    return _mouvoir(par, piece, type_mouvement, quantite, motif=motif, prix_unitaire=prix_unitaire)


def _mouvoir(
    par: User,
    piece: PieceDetachee,
    type_mouvement: str,
    quantite: Decimal,
    *,
    motif: str,
    prix_unitaire: Decimal | None,
    champ: str = "quantite",
) -> MouvementStock:
    """Write one line of the ledger for a part whose row is locked; tell the responsables when it falls too low."""
    if type_mouvement not in TypeMouvement.values:
        raise ValidationError.champ(
            "type_mouvement", _("Ce type de mouvement n’existe pas."), "CHOIX_INVALIDE"
        )
    if (
        not quantite.is_finite()
        or quantite < 0
        or (quantite == 0 and type_mouvement != TypeMouvement.AJUSTEMENT)
    ):
        raise ValidationError.champ(
            champ, _("La quantité doit être supérieure à zéro."), "QUANTITE_INVALIDE"
        )
    avant = piece.stock_actuel
    if type_mouvement == TypeMouvement.AJUSTEMENT:
        apres = quantite
        if apres == avant:
            raise BusinessRuleError(
                _("Le stock compté est celui du registre : rien à ajuster."), code="STOCK_INCHANGE"
            )
    else:
        apres = avant - quantite if type_mouvement == TypeMouvement.SORTIE else avant + quantite
    if apres < 0:
        raise BusinessRuleError(
            _("Stock insuffisant : il reste %(stock)s %(unite)s de « %(piece)s ».")
            % {
                "stock": f"{avant.normalize():f}",
                "unite": piece.unite,
                "piece": piece.designation,
            },
            code="STOCK_INSUFFISANT",
        )
    mouvement = ecrire(
        MouvementStock(piece=piece, user_id=par.pk),
        {
            "type_mouvement": type_mouvement,
            "quantite": abs(apres - avant),
            "stock_avant": avant,
            "stock_apres": apres,
            "prix_unitaire": piece.prix_unitaire if prix_unitaire is None else prix_unitaire,
            "motif": motif,
        },
        regles=REGLES,
    )
    # the trigger of the ledger has just written the same value
    piece.stock_actuel = mouvement.stock_apres
    if piece.is_active and avant >= piece.stock_minimum > piece.stock_actuel:
        notifications.stock_bas(piece)
    return mouvement
