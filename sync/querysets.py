from typing import TYPE_CHECKING, Self

from django.db import models

from sync.choices import ETATS_A_VOIR

if TYPE_CHECKING:
    from accounts.models import User
    from sync.models import EtatSync, OperationSync


class EtatSyncQuerySet(models.QuerySet["EtatSync"]):
    def visible_to(self, user: "User") -> Self:
        """Everybody has his own devices."""
        return self.filter(user=user) if user.is_active else self.none()


class OperationSyncQuerySet(models.QuerySet["OperationSync"]):
    def visible_to(self, user: "User") -> Self:
        """Staff: all; everybody else what he sent himself."""
        if user.est_gestion:
            return self
        return self.filter(user=user) if user.is_active else self.none()

    def a_voir(self) -> Self:
        """Conflicts and refusals that nobody has looked at yet."""
        return self.filter(etat__in=ETATS_A_VOIR, traitee_le__isnull=True)

    def for_list(self) -> Self:
        return self.select_related("user", "intervention", "traitee_par")
