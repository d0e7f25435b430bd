"""The two messages about an account that carry a link to choose a password.

They go by e-mail alone: whoever reads a notification inside the application is already in, and nobody may turn off the
way back to his own account.
"""

from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Courriel
from erp.models import ParametresSociete
from notifications.choices import Canal, Evenement
from notifications.models import Notification
from notifications.tasks import publier


def ecrire(user: User, courriel: Courriel, lien: str) -> None:
    """Put one in the outbox, in the reader's language; it leaves after the caller's commit."""
    with translation.override(user.langue):
        titre, message = _textes(user, courriel)
    ligne = Notification.objects.create(
        user=user,
        type_notification=Evenement.COMPTE,
        titre=titre,
        message=message,
        lien=lien,
        sujet=f"user:{user.pk}",
        canal=Canal.EMAIL,
        prochain_essai=timezone.now(),
    )
    transaction.on_commit(partial(publier, ligne.pk))


def _textes(user: User, courriel: Courriel) -> tuple[str, str]:
    jours = settings.PASSWORD_RESET_TIMEOUT // 86_400
    if courriel == Courriel.INVITATION:
        return (
            _("Votre compte %(societe)s") % {"societe": ParametresSociete.actuels().nom},
            _(
                "Un compte vous a été ouvert ; votre identifiant est %(email)s. "
                "Suivez le lien ci-dessous pour choisir votre mot de passe. Il sert une fois, pendant %(jours)d jours."
            )
            % {"email": user.email, "jours": jours},
        )
    return (
        _("Choisir un nouveau mot de passe"),
        _(
            "Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour ce compte. "
            "Suivez le lien ci-dessous pour le choisir ; il sert une fois, pendant %(jours)d jours. "
            "Si ce n’était pas vous, ignorez ce message : rien n’a changé."
        )
        % {"jours": jours},
    )
