from typing import TYPE_CHECKING, Self

from django.db import models

from jobs.models import Travail

if TYPE_CHECKING:
    from accounts.models import User
    from transfers.models import LigneImport


class LigneImportQuerySet(models.QuerySet["LigneImport"]):
    def visible_to(self, user: "User") -> Self:
        """With the import that it belongs to."""
        return self.filter(travail__in=Travail.objects.visible_to(user))
