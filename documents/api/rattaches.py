"""The documents of a machine, of an intervention: the same list, seen from what they are attached to."""

from typing import Any, ClassVar

from rest_framework.response import Response

from documents.api.views import Documents
from documents.models import Document
from equipment.models import Equipement
from erp.api.views import RequeteApi, VueApi
from erp.exceptions import IntrouvableError
from interventions.models import Intervention


class _Rattaches(VueApi):
    liste = Documents.liste
    modele: ClassVar[Any]
    cle: ClassVar[str]

    def lister_ceux_de(self, request: RequeteApi, pk: int) -> Response:
        if not self.modele.objects.visible_to(request.user).filter(pk=pk).exists():
            raise IntrouvableError
        return self.lister(Document.objects.visible_to(request.user).filter(**{self.cle: pk}))


class DeLEquipement(_Rattaches):
    modele, cle = Equipement, "equipement_id"

    def get(self, request: RequeteApi, pk: int) -> Response:
        """The machine's documents, of those that one sees."""
        return self.lister_ceux_de(request, pk)


class DeLIntervention(_Rattaches):
    modele, cle = Intervention, "intervention_id"

    def get(self, request: RequeteApi, pk: int) -> Response:
        """The intervention's documents, of those that one sees."""
        return self.lister_ceux_de(request, pk)
