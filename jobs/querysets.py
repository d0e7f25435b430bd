from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from jobs.choices import EN_VIE, StatutTravail

if TYPE_CHECKING:
    from accounts.models import User
    from jobs.models import Travail


class TravailQuerySet(models.QuerySet["Travail"]):
    def visible_to(self, user: "User") -> Self:
        """One's own, and only those started in the role one still has: what was computed for another is gone."""
        return self.filter(user=user, role=user.role) if user.is_active else self.none()

    def en_vie(self) -> Self:
        """Waiting or running."""
        return self.filter(statut__in=EN_VIE)

    def abandonnes(self, maintenant: datetime) -> Self:
        """Running, says the row, but nobody has renewed the claim: the worker is gone."""
        return self.filter(statut=StatutTravail.EN_COURS, bail__lt=maintenant)

    def perimes(self, maintenant: datetime) -> Self:
        """Whose files may go."""
        return self.filter(expire_le__lt=maintenant).exclude(Q(fichier="") & Q(source=""))
