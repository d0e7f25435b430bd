"""What the clock watches over the stock."""

from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.choices import Role
from accounts.models import User
from notifications.choices import Evenement
from notifications.services import notifier_une_fois
from stock.models import PieceDetachee

# Parts that the message names; the list behind its link has them all.
NOMMEES = 20


def signaler_stock_bas(*, jour: date | None = None) -> int:
    """Tell the responsables, once a day in one message, which parts are under their minimum; returns how many are."""
    jour = jour or timezone.localdate()
    basses = PieceDetachee.objects.sous_minimum()
    nombre = basses.count()
    if not nombre:
        return 0
    pieces = list(basses.order_by("reference")[:NOMMEES])
    notifier_une_fois(
        destinataires=User.objects.actifs().avec_role(Role.RESPONSABLE),
        evenement=Evenement.STOCK_BAS,
        titre=lambda: (
            ngettext(
                "%(nombre)d pièce sous son minimum", "%(nombre)d pièces sous leur minimum", nombre
            )
            % {"nombre": nombre}
        ),
        message=lambda: _liste(pieces, nombre),
        lien=reverse("stock:liste"),
        sujet=f"stock:{jour:%Y%m%d}",
    )
    return nombre


def _liste(pieces: list[PieceDetachee], nombre: int) -> str:
    lignes = [
        _("%(piece)s : %(stock)s sur %(minimum)s")
        % {
            "piece": piece,
            "stock": number_format(piece.stock_actuel.normalize(), use_l10n=True),
            "minimum": number_format(piece.stock_minimum.normalize(), use_l10n=True),
        }
        for piece in pieces
    ]
    if nombre > len(pieces):
        lignes.append(_("… et %(nombre)d autres.") % {"nombre": nombre - len(pieces)})
    return "\n".join(lignes)
