"""The only writer of parts and of the stock ledger. `stock_actuel` itself is written by the ledger's trigger."""

from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import Role
from accounts.models import User
from erp.exceptions import BusinessRuleError, ValidationError
from erp.validation import choisir, ecrire, effacer, exiger, trouver
from stock import notifications, permissions
from stock.choices import StatutInventaire, TypeMouvement
from stock.models import (
    Inventaire,
    LigneInventaire,
    MouvementStock,
    PieceDetachee,
    PieceVehicule,
)

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
        piece, _("Cette pièce a des mouvements ou figure dans une gamme : désactivez-la plutôt.")
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
    mouvement = _mouvoir(
        par, piece, type_mouvement, quantite, motif=motif, prix_unitaire=prix_unitaire
    )
    _suivre_le_stock(piece)
    return mouvement


def mouvement_intervention(
    *,
    par: User,
    piece_id: int,
    type_mouvement: str,
    quantite: Decimal,
    motif: str,
    prix_unitaire: Decimal | None = None,
    porteur_id: int | None = None,
) -> MouvementStock:
    """A sortie or a retour for a job. For `interventions.services` alone, which has authorised the user, locked the
    intervention first and owns the transaction. What `porteur_id` (the technicien's account) takes out leaves his van
    first; what comes back goes to the store.

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
    mouvement = _mouvoir(
        par, piece, type_mouvement, quantite, motif=motif, prix_unitaire=prix_unitaire
    )
    if type_mouvement == TypeMouvement.SORTIE and porteur_id is not None:
        ligne = piece.vehicules.filter(user_id=porteur_id).first()
        if ligne is not None:
            _garder(ligne, ligne.quantite - quantite)
    _suivre_le_stock(piece)
    return mouvement


# --- Vans --------------------------------------------------------------------------------------------


@transaction.atomic
def charger_vehicule(
    *, par: User, user_id: int, piece_id: int, quantite: Decimal
) -> PieceVehicule | None:
    """Say how much of a part rides in a technicien's van from now on; none of it for zero. Nothing leaves the stock.

    The van of one whose account is closed can only be emptied. Raises ValidationError, BusinessRuleError
    STOCK_INSUFFISANT for more than the store has left.
    """
    exiger(permissions.peut_gerer(par))
    if not quantite.is_finite() or quantite < 0:
        raise ValidationError.champ(
            "quantite", _("La quantité ne peut pas être négative."), "QUANTITE_INVALIDE"
        )
    porteurs = User.objects.visible_to(par).filter(role=Role.TECHNICIEN)
    if quantite:
        porteurs = porteurs.filter(is_active=True)
    porteur = choisir(porteurs, "user_id", user_id)
    choisir(PieceDetachee.objects.visible_to(par), "piece_id", piece_id)
    piece = PieceDetachee.objects.select_for_update(no_key=True, of=("self",)).get(pk=piece_id)
    ailleurs = piece.vehicules.exclude(user=porteur).aggregate(
        total=Sum("quantite", default=Decimal(0))
    )["total"]
    if quantite > piece.stock_actuel - ailleurs:
        raise BusinessRuleError(
            _("Il n’y a que %(reste)s %(unite)s de « %(piece)s » hors des autres véhicules.")
            % {
                "reste": f"{(piece.stock_actuel - ailleurs).normalize():f}",
                "unite": piece.unite,
                "piece": piece.designation,
            },
            code="STOCK_INSUFFISANT",
        )
    ligne = piece.vehicules.filter(user=porteur).first()
    return _garder(ligne or PieceVehicule(user=porteur, piece=piece), quantite)


def _garder(ligne: PieceVehicule, quantite: Decimal) -> PieceVehicule | None:
    """Write what is left in a van; a line of nothing is no line."""
    if quantite > 0:
        return ecrire(ligne, {"quantite": quantite})
    if ligne.pk is not None:
        ligne.delete()
    return None


def _suivre_le_stock(piece: PieceDetachee) -> None:
    """Vans never hold more than there is: what left beyond the store's share left them, the fullest first."""
    lignes = list(piece.vehicules.order_by("-quantite", "pk"))
    exces = sum((ligne.quantite for ligne in lignes), Decimal(0)) - piece.stock_actuel
    for ligne in lignes:
        if exces <= 0:
            break
        retire = min(exces, ligne.quantite)
        _garder(ligne, ligne.quantite - retire)
        exces -= retire


# --- Counting ----------------------------------------------------------------------------------------


@transaction.atomic
def ouvrir_inventaire(*, par: User, libelle: str = "") -> Inventaire:
    """Begin a count."""
    exiger(permissions.peut_gerer(par))
    return ecrire(Inventaire(user_id=par.pk), {"libelle": libelle.strip()})


@transaction.atomic
def compter_piece(
    *, par: User, inventaire_id: int, reference: str, quantite: Decimal, ajouter: bool = False
) -> LigneInventaire:
    """Note how much of a part is on the shelf, in its unit; counted again, it replaces, or with `ajouter` adds.

    Raises ValidationError INCONNU for a reference that no part bears, BusinessRuleError INVENTAIRE_CLOS.
    """
    inventaire = _inventaire_ouvert(par, inventaire_id)
    piece = piece_de_reference(PieceDetachee.objects.visible_to(par), reference)
    if piece is None:
        raise ValidationError.champ(
            "reference", _("Aucune pièce ne porte cette référence."), "INCONNU"
        )
    # the part's row orders the count and the movements: the ledger is read as it stands
    piece = PieceDetachee.objects.select_for_update(no_key=True, of=("self",)).get(pk=piece.pk)
    ligne = inventaire.lignes.filter(piece=piece).first()
    if ligne is not None and ajouter:
        return ecrire(ligne, {"quantite": ligne.quantite + quantite})
    valeurs = {"quantite": quantite, "stock_registre": piece.stock_actuel}
    return ecrire(ligne or LigneInventaire(inventaire=inventaire, piece=piece), valeurs)


@transaction.atomic
def retirer_ligne(*, par: User, ligne_id: int) -> Inventaire:
    """Take a counted part out of a count under way. Raises BusinessRuleError INVENTAIRE_CLOS."""
    ligne = trouver(LigneInventaire.objects.visible_to(par), ligne_id)
    inventaire = _inventaire_ouvert(par, ligne.inventaire_id)
    ligne.delete()
    return inventaire


@transaction.atomic
def valider_inventaire(*, par: User, inventaire_id: int) -> Inventaire:
    """Write one ajustement for each part that differs, all of them or none; the count is closed.

    What differs is what was counted less what the ledger said then, so that a part taken between the count and its
    validation is not given back. Raises BusinessRuleError INVENTAIRE_VIDE, INVENTAIRE_CLOS, or INVENTAIRE_DEPASSE for
    a part of which so much was taken since that the difference would leave less than nothing.
    """
    inventaire = _inventaire_ouvert(par, inventaire_id)
    lignes = {ligne.piece_id: ligne for ligne in inventaire.lignes.all()}
    if not lignes:
        raise BusinessRuleError(
            _("Rien n’est encore compté dans cet inventaire."), code="INVENTAIRE_VIDE"
        )
    pieces = PieceDetachee.objects.select_for_update(no_key=True, of=("self",))
    for piece in pieces.filter(pk__in=lignes).order_by("pk"):
        ligne = lignes[piece.pk]
        if not ligne.ecart:
            continue
        apres = piece.stock_actuel + ligne.ecart
        if apres < 0:
            raise BusinessRuleError(
                _("Recomptez « %(piece)s » : des pièces en sont sorties depuis le comptage.")
                % {"piece": piece.designation},
                code="INVENTAIRE_DEPASSE",
            )
        ligne.mouvement = _mouvoir(
            par,
            piece,
            TypeMouvement.AJUSTEMENT,
            apres,
            motif=str(inventaire),
            prix_unitaire=None,
        )
        _suivre_le_stock(piece)
        ligne.enregistrer("mouvement")
    inventaire.statut = StatutInventaire.VALIDE
    inventaire.date_validation = timezone.now()
    inventaire.enregistrer("statut", "date_validation")
    return inventaire


@transaction.atomic
def abandonner_inventaire(*, par: User, inventaire_id: int) -> None:
    """Forget a count under way; the ledger never heard of it. Raises BusinessRuleError INVENTAIRE_CLOS."""
    _inventaire_ouvert(par, inventaire_id).delete()


def piece_de_reference(pieces: QuerySet[PieceDetachee], reference: str) -> PieceDetachee | None:
    """The part that bears the reference, as it is written or but for case."""
    texte = reference.strip()
    trouvees = list(pieces.filter(reference__iexact=texte)[:5]) if texte else []
    exactes = [piece for piece in trouvees if piece.reference == texte]
    return next(iter(exactes or trouvees), None)


def _inventaire_ouvert(par: User, inventaire_id: int) -> Inventaire:
    inventaire: Inventaire = trouver(Inventaire.objects.visible_to(par), inventaire_id, verrou=True)
    exiger(permissions.peut_gerer(par))
    if not inventaire.en_cours:
        raise BusinessRuleError(
            _("Cet inventaire est validé : il ne change plus."), code="INVENTAIRE_CLOS"
        )
    return inventaire


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
                _("Le stock compté est celui du registre : rien à ajuster."), code="STOCK_INCHANGE"
            )
    else:
        apres = avant - quantite if type_mouvement == TypeMouvement.SORTIE else avant + quantite
    if apres < 0:
        raise BusinessRuleError(
            _("Stock insuffisant : il reste %(stock)s %(unite)s de « %(piece)s ».")
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
