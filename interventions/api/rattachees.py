"""The interventions of a client, of a machine: the same list, seen from what stands below."""

from typing import Any, ClassVar

from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from clients.models import Client
from equipment.models import Equipement
from erp.exceptions import IntrouvableError
from interventions.api.views import Interventions, VueIntervention


class _Rattachees(VueIntervention):
    liste = Interventions.liste
    modele: ClassVar[Any]
    cle: ClassVar[str]

    def lister_celles_de(self, request: RequeteApi, pk: int) -> Response:
        if not self.modele.objects.visible_to(request.user).filter(pk=pk).exists():
            raise IntrouvableError
        return self.lister(self.visibles().filter(**{self.cle: pk}))


class DuClient(_Rattachees):
    modele, cle = Client, "client_id"

    def get(self, request: RequeteApi, pk: int) -> Response:
        """The client's interventions, of those that one sees."""
        return self.lister_celles_de(request, pk)


class DeLEquipement(_Rattachees):
    modele, cle = Equipement, "equipement_id"

    def get(self, request: RequeteApi, pk: int) -> Response:
        """The machine's interventions, of those that one sees."""
        return self.lister_celles_de(request, pk)
