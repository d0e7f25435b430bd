"""What documents add to the messages of the outbox: the report, when an intervention is closed."""

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from django.urls import reverse
from django.utils.translation import gettext as _
from typst import TypstError

from documents.rapport import composer_rapport
from erp.exceptions import ERPException
from interventions.models import Intervention
from interventions.permissions import peut_noter
from notifications.complements import Complement, PieceJointe
from notifications.models import Notification

logger = structlog.get_logger(__name__)


def completer_cloture(notification: Notification) -> Complement:
    """For the client: the PDF report, and a link to rate the work while he has not.

    A report that cannot be drawn is logged and linked instead: the message leaves all the same.
    """
    lecteur = notification.user
    _sujet, _deux_points, pk = notification.sujet.partition(":")
    intervention = Intervention.objects.visible_to(lecteur).filter(pk=int(pk)).first()
    if intervention is None or not lecteur.est_client:
        return Complement()
    liens = []
    if peut_noter(lecteur, intervention):
        liens.append((_("Donner mon avis"), reverse("interventions:satisfaction", args=[pk])))
    try:
        rapport = composer_rapport(par=lecteur, intervention_id=intervention.pk)
    except (TypstError, ERPException, BotoCoreError, ClientError, OSError, ValueError):
        logger.exception("rapport_non_joint", notification=notification.pk, intervention=pk)
        liens.append((_("Rapport PDF"), reverse("documents:rapport", args=[pk])))
        return Complement(liens=tuple(liens))
    piece = PieceJointe(rapport.nom_fichier, rapport.contenu, "application/pdf")
    return Complement(liens=tuple(liens), pieces=(piece,))
