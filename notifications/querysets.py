from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from notifications.choices import Canal, StatutEnvoi

if TYPE_CHECKING:
    from accounts.models import User
    from notifications.models import Notification, PreferenceNotification


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: "User") -> Self:
        """Everybody sees his own."""
        return self.filter(user=user) if user.is_active else self.none()

    def dans_l_application(self) -> Self:
        return self.filter(canal=Canal.IN_APP)

    def non_lues(self) -> Self:
        return self.dans_l_application().filter(lu=False)

    def a_envoyer(self, maintenant: datetime) -> Self:
        """E-mails whose turn has come and that no worker is sending."""
        return self.filter(
            Q(reclamee_jusqua__isnull=True) | Q(reclamee_jusqua__lt=maintenant),
            canal=Canal.EMAIL,
            statut_envoi=StatutEnvoi.EN_ATTENTE,
            prochain_essai__lte=maintenant,
        )


class PreferenceQuerySet(models.QuerySet["PreferenceNotification"]):
    def visible_to(self, user: "User") -> Self:
        """Everybody sees his own."""
        return self.filter(user=user) if user.is_active else self.none()
