"""The documents of one thing: the list of those that one sees, and one more."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from clients.models import Client, Contrat
from documents import services
from documents.api.serializers import DepotSousEntree
from documents.api.views import DOCUMENT, Documents
from documents.models import Document
from equipment.models import Equipement
from erp.api.schema import sortie
from erp.api.views import RequeteApi, VueApi
from erp.exceptions import IntrouvableError
from interventions.models import Intervention


class _Rattaches(VueApi):
    liste = Documents.liste
    parser_classes = (MultiPartParser,)
    modele: ClassVar[Any]
    cle: ClassVar[str]

    def visibles(self, request: RequeteApi) -> QuerySet[Any]:
        visibles: QuerySet[Any] = self.modele.objects.visible_to(request.user)
        return visibles

    def exiger_visible(self, request: RequeteApi, pk: int) -> None:
        if not self.visibles(request).filter(pk=pk).exists():
            raise IntrouvableError

    def lister_ceux_de(self, request: RequeteApi, pk: int) -> Response:
        self.exiger_visible(request, pk)
        return self.lister(Document.objects.visible_to(request.user).filter(**{self.cle: pk}))

    def deposer(self, request: RequeteApi, pk: int) -> Response:
        self.exiger_visible(request, pk)
        donnees = self.entree(DepotSousEntree) | {self.cle: pk}
        document = services.deposer_document(
            par=request.user, fichier=donnees.pop("file"), **donnees
        )
        fiche = DOCUMENT.fiche(Document.objects.visible_to(request.user), document.pk)
        return self.creee(fiche, f"/api/v1/documents/{document.pk}")


_DEPOT = extend_schema(
    request={"multipart/form-data": DepotSousEntree}, responses={201: sortie("Document", DOCUMENT)}
)


class DeLEquipement(_Rattaches):
    modele, cle = Equipement, "equipement_id"

    def get(self, request: RequeteApi, pk: int) -> Response:
        """The machine's documents, of those that one sees."""
        return self.lister_ceux_de(request, pk)

    @_DEPOT
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Attach a file to the machine."""
        return self.deposer(request, pk)


class DeLIntervention(_Rattaches):
    modele, cle = Intervention, "intervention_id"

    def get(self, request: RequeteApi, pk: int) -> Response:
        """The intervention's documents, of those that one sees."""
        return self.lister_ceux_de(request, pk)

    @_DEPOT
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Attach a file to the intervention."""
        return self.deposer(request, pk)


class DuClient(_Rattaches):
    modele, cle = Client, "client_id"

    def get(self, request: RequeteApi, pk: int) -> Response:
        """The company's documents, of those that one sees."""
        return self.lister_ceux_de(request, pk)

    @_DEPOT
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Attach a file to the company."""
        return self.deposer(request, pk)


class DuContrat(_Rattaches):
    modele, cle = Contrat, "contrat_id"

    def visibles(self, request: RequeteApi) -> QuerySet[Any]:
        client_id: int = self.kwargs["pk"]
        return super().visibles(request).filter(client_id=client_id)

    def get(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """The contract's documents, of those that one sees."""
        return self.lister_ceux_de(request, enfant)

    @_DEPOT
    def post(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Attach a file to the contract."""
        return self.deposer(request, enfant)
