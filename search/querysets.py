from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from search.choices import ENTITES_DU_TECHNICIEN

if TYPE_CHECKING:
    from accounts.models import User
    from search.models import FiltreEnregistre


class FiltreQuerySet(models.QuerySet["FiltreEnregistre"]):
    def visible_to(self, user: "User") -> Self:
        """One's own; for the staff, those shared of the entities that they may list."""
        if not user.is_active or user.pk is None:
            return self.none()
        if user.est_gestion:
            return self.filter(Q(user=user) | Q(partage=True))
        if user.est_technicien:
            return self.filter(Q(user=user) | Q(partage=True, entite__in=ENTITES_DU_TECHNICIEN))
        return self.filter(user=user)
