"""What the office does to several parts at once; each is one ordinary service per part."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from erp.forms import Formulaire
from erp.groupees import Action, Lot, traiter
from erp.templatetags.pages import quantite
from jobs.groupees import differer
from stock import services
from stock.filters import PIECES_TRIS, PieceFiltres
from stock.models import PieceDetachee
from stock.permissions import peut_gerer


class _MinimumForm(Formulaire):
    stock_minimum = forms.DecimalField(
        label=_("Nouveau minimum"), min_value=0, max_digits=12, decimal_places=2
    )

    def __init__(self, data: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)


class _EmplacementForm(Formulaire):
    emplacement = forms.CharField(label=_("Nouvel emplacement"), max_length=100)

    def __init__(self, data: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)


def _minimum(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    return services.modifier_piece(par=par, piece_id=pk, stock_minimum=valeurs["stock_minimum"])


def _emplacement(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    return services.modifier_piece(par=par, piece_id=pk, emplacement=valeurs["emplacement"])


def _activer(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    return services.modifier_piece(par=par, piece_id=pk, is_active=True)


def _desactiver(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    return services.modifier_piece(par=par, piece_id=pk, is_active=False)


def _etat(piece: PieceDetachee) -> str:
    return gettext("Active") if piece.is_active else gettext("Inactive")


LOT = Lot(
    page="stock:liste",
    route="stock:lot",
    titre=_("Stock"),
    visibles=lambda user: PieceDetachee.objects.visible_to(user),
    lire=lambda pieces: pieces,
    filtres=PieceFiltres,
    tris=PIECES_TRIS,
    tri="manque",
    nommer=lambda piece: f"{piece.reference} – {piece.designation}",
    permis=peut_gerer,
    actions=(
        Action(
            "minimum",
            _("Minimum"),
            _("Changer le minimum"),
            "gauge",
            _minimum,
            lambda piece: quantite(piece.stock_minimum),
            _MinimumForm,
        ),
        Action(
            "emplacement",
            _("Emplacement"),
            _("Changer l’emplacement"),
            "map-pin",
            _emplacement,
            lambda piece: piece.emplacement or "—",
            _EmplacementForm,
        ),
        Action("activer", _("Activer"), _("Activer des pièces"), "check", _activer, _etat),
        Action(
            "desactiver",
            _("Désactiver"),
            _("Désactiver des pièces"),
            "ban",
            _desactiver,
            _etat,
            danger=True,
        ),
    ),
)


@connexion_requise
@require_http_methods(["GET", "POST"])
def lot(request: Requete) -> HttpResponseBase:
    """One action on the ticked parts, or on all that the list's filter keeps."""
    return traiter(request, LOT, differer=differer)
