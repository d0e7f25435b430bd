"""The list of parts: its columns, its views, what it may be filtered by beforehand."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from erp.affichage import Lecture, adresse, html, icone, lien_de_ligne, mad, pastille, quantite
from erp.pages import OUI, Colonne, Critere, Onglet
from stock import permissions
from stock.models import PieceDetachee

ONGLETS = (
    Onglet(_("Toutes"), {}),
    Onglet(_("Sous le minimum"), {"sous_minimum": "true"}, "alert-triangle"),
    Onglet(_("Inactives"), {"is_active": "false"}),
)
SOUS_MINIMUM = Critere("sous_minimum", _("Sous le minimum"), OUI)


def _piece(p: PieceDetachee, _c: Lecture) -> str:
    return html(
        '{}<small class="chiffres">{}</small>',
        lien_de_ligne("stock:detail", p.pk, p.designation),
        p.reference,
    )


def _stock(p: PieceDetachee, _c: Lecture) -> str:
    return html("<strong>{}</strong> {}", quantite(p.stock_actuel), p.unite)


def _maximum(p: PieceDetachee, _c: Lecture) -> str:
    return quantite(p.stock_maximum) if p.stock_maximum is not None else ""


def _etat(p: PieceDetachee, _c: Lecture) -> str:
    if not p.is_active:
        return pastille(gettext("Inactive"), "gris", "ban")
    if p.stock_actuel == 0 and p.stock_minimum:
        return pastille(gettext("Rupture"), "rouge-plein", "alert-triangle")
    if p.sous_minimum:
        return pastille(gettext("À commander"), "orange", "alert-circle")
    return pastille(gettext("Suffisant"), "vert", "check")


def _mouvement(p: PieceDetachee, _c: Lecture) -> str:
    return html(
        '<a class="btn btn-sm au-dessus" href="{}" data-dialogue aria-label="{}">{}{}</a>',
        adresse("stock:mouvement", p.pk),
        gettext("Mouvement de %(nom)s") % {"nom": p.designation},
        icone("arrows-exchange"),
        gettext("Mouvement"),
    )


COLONNES = (
    Colonne("piece", _("Pièce"), "designation", fixe=True, case="carte-titre", cellule=_piece),
    Colonne(
        "emplacement",
        _("Emplacement"),
        "emplacement",
        mot=_("Emplacement"),
        cellule=lambda p, _c: p.emplacement,
    ),
    Colonne(
        "stock",
        _("Stock"),
        "stock_actuel",
        "nombre",
        case="nombre",
        mot=_("Stock"),
        cellule=_stock,
    ),
    Colonne(
        "minimum",
        _("Minimum"),
        "stock_minimum",
        "nombre",
        case="nombre",
        mot=_("Minimum"),
        cellule=lambda p, _c: quantite(p.stock_minimum),
    ),
    Colonne(
        "maximum",
        _("Maximum"),
        "",
        "nombre",
        defaut=False,
        case="nombre carte-absent",
        cellule=_maximum,
    ),
    Colonne("etat", _("État"), "manque", cellule=_etat),
    Colonne(
        "prix",
        _("Prix unitaire"),
        "",
        "nombre",
        case="nombre carte-absent",
        cellule=lambda p, _c: mad(p.prix_unitaire),
    ),
    Colonne(
        "fournisseur",
        _("Fournisseur"),
        "fournisseur",
        case="carte-absent",
        cellule=lambda p, _c: p.fournisseur,
    ),
    Colonne("actions", _("Mouvement"), "", "text-end", case="text-end", cellule=_mouvement),
)


def colonnes(user: User) -> list[Colonne]:
    """What the list may show; prices are for those who may read them."""
    absentes = set() if permissions.peut_voir_montants(user) else {"prix"}
    if not permissions.peut_gerer(user):
        absentes.add("actions")
    return [colonne for colonne in COLONNES if colonne.nom not in absentes]
