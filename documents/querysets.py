from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from clients.models import Contrat
from equipment.models import Equipement
from interventions.models import Intervention

if TYPE_CHECKING:
    from accounts.models import User
    from documents.models import Document


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: "User") -> Self:
        """Staff: all; technicien: those of his jobs and their machines; client: its own, internal ones apart."""
        if user.est_gestion:
            return self
        if user.est_technicien:
            siennes = Intervention.objects.visible_to(user)
            return self.filter(
                Q(intervention__in=siennes)
                | Q(equipement__in=Equipement.objects.filter(pk__in=siennes.values("equipement")))
            )
        if user.est_client:
            return self.filter(
                Q(intervention__in=Intervention.objects.visible_to(user))
                | Q(equipement__in=Equipement.objects.visible_to(user))
                | Q(contrat__in=Contrat.objects.visible_to(user))
                | Q(client__contacts__user=user),
                interne=False,
            )
        return self.none()

    def for_list(self) -> Self:
        """What a row of a list shows, in one query."""
        return self.select_related("uploaded_by", "intervention", "equipement", "client", "contrat")
