"""`/api/v1/documents`: upload, list, what is known of a file, its bytes, its removal."""

from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from documents import services
from documents.api.serializers import DepotEntree
from documents.fichiers import TYPES_ADMIS
from documents.filters import TRIS, DocumentFiltres
from documents.models import Document
from documents.rapport import composer_rapport
from documents.reponses import servir, servir_image, servir_rapport
from documents.vignettes import vignette
from erp.api.columns import Colonnes
from erp.api.listing import ListeApi
from erp.api.schema import ErreurSerializer, page_de, sortie
from erp.api.views import RequeteApi, VueApi
from erp.exceptions import IntrouvableError

DOCUMENT = Colonnes(
    Document,
    {
        "id": "id",
        "nom_fichier": "nom_fichier",
        "type_document": "type_document",
        "taille": "taille",
        "mime_type": "mime_type",
        "checksum": "checksum",
        "interne": "interne",
        "intervention_id": "intervention_id",
        "equipement_id": "equipement_id",
        "client_id": "client_id",
        "contrat_id": "contrat_id",
        "uploaded_by_id": "uploaded_by_id",
        "uploaded_by_nom": "uploaded_by__full_name",
        "date_upload": "date_upload",
        "updated_at": "updated_at",
    },
)


class Documents(VueApi):
    liste = ListeApi(
        colonnes=DOCUMENT, filtres=DocumentFiltres, tris=TRIS, tri_defaut=("-date_upload", "-id")
    )
    parser_classes = (MultiPartParser,)

    @extend_schema(responses={200: page_de("Document", DOCUMENT)})
    def get(self, request: RequeteApi) -> Response:
        return self.lister(Document.objects.visible_to(request.user))

    @extend_schema(
        request={"multipart/form-data": DepotEntree}, responses={201: sortie("Document", DOCUMENT)}
    )
    def post(self, request: RequeteApi) -> Response:
        donnees = self.entree(DepotEntree)
        document = services.deposer_document(
            par=request.user, fichier=donnees.pop("file"), **donnees
        )
        fiche = DOCUMENT.fiche(Document.objects.visible_to(request.user), document.pk)
        return self.creee(fiche, f"/api/v1/documents/{document.pk}")


class UnDocument(VueApi):
    @extend_schema(responses={200: sortie("Document", DOCUMENT)})
    def get(self, request: RequeteApi, pk: int) -> Response:
        return self.fiche(DOCUMENT.fiche(Document.objects.visible_to(request.user), pk))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        with self.si_inchangee(Document.objects.visible_to(request.user), pk):
            services.supprimer_document(par=request.user, document_id=pk)
        return self.vide()


def _visible(request: RequeteApi, pk: int) -> Document:
    document = Document.objects.visible_to(request.user).filter(pk=pk).first()
    if document is None:
        raise IntrouvableError
    return document


_OCTETS = OpenApiTypes.BINARY
_CONDITION = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description=_("L’ETag déjà reçu : 304 s’il vaut."),
)


class Fichier(VueApi):
    @extend_schema(
        parameters=[
            _CONDITION,
            OpenApiParameter(
                "Range",
                str,
                OpenApiParameter.HEADER,
                description=_("Une plage d’octets, comme « bytes=0-1023 »."),
            ),
        ],
        responses={
            **{(200, genre): _OCTETS for genre in TYPES_ADMIS},
            **{(206, genre): _OCTETS for genre in TYPES_ADMIS},
            304: None,
            416: None,
        },
    )
    def get(self, request: RequeteApi, pk: int) -> HttpResponseBase:
        """The bytes of the document, whole or by ranges."""
        return servir(request._request, _visible(request, pk))


class Vignette(VueApi):
    @extend_schema(parameters=[_CONDITION], responses={(200, "image/jpeg"): _OCTETS, 304: None})
    def get(self, request: RequeteApi, pk: int) -> HttpResponseBase:
        """A small JPEG of a photo; 404 for what is no picture."""
        document = _visible(request, pk)
        return servir_image(request._request, document, vignette(document))


class RapportPdf(VueApi):
    @extend_schema(
        parameters=[_CONDITION],
        responses={(200, "application/pdf"): _OCTETS, 304: None, 409: ErreurSerializer},
    )
    def get(self, request: RequeteApi, pk: int) -> HttpResponseBase:
        """The report of the intervention as PDF, in the language of `Accept-Language`, else in the reader's own."""
        langue = request.user.langue
        if "Accept-Language" in request.headers:
            langue = get_language() or langue
        with translation.override(langue):
            rapport = composer_rapport(par=request.user, intervention_id=pk)
        return servir_rapport(request._request, rapport)
