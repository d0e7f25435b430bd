"""Who is told what about the stock."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import User
from notifications.choices import Evenement
from notifications.services import notifier
from stock.models import PieceDetachee


def stock_bas(piece: PieceDetachee) -> None:
    """The responsables, when a movement takes a part below its minimum."""
    notifier(
        destinataires=User.objects.actifs().avec_role(Role.RESPONSABLE),
        evenement=Evenement.STOCK_BAS,
        titre=lambda: _("Stock bas : %(piece)s") % {"piece": piece.designation},
        message=lambda: (
            _("%(reference)s : il reste %(stock)s %(unite)s, le minimum est %(minimum)s.")
            % {
                "reference": piece.reference,
                "stock": number_format(piece.stock_actuel.normalize(), use_l10n=True),
                "unite": piece.unite,
                "minimum": number_format(piece.stock_minimum.normalize(), use_l10n=True),
            }
        ),
        lien=piece.get_absolute_url(),
        sujet=f"piece:{piece.pk}",
    )
