"""`/sync`: what changed for a phone that was offline, and what it did meanwhile."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from erp.api.views import RequeteApi, VueApi
from erp.exceptions import ErreurChamp, ValidationError
from sync import services
from sync.api.serializers import (
    EnvoiEntree,
    EnvoiSortie,
    FichierEntree,
    LectureEntree,
    LectureSortie,
    ResultatSortie,
)
from sync.delta import lire_changements

EXEMPLE_ENVOI: dict[str, Any] = {
    "operations": [
        {
            "uuid": "0b1f8c52-5f0e-4a3b-9f43-6d6a2f6a1c01",
            "type": "statut",
            "cible": 42,
            "heure_appareil": "2026-03-02T09:05:00Z",
            "vu": {"statut": "affectee"},
            "voulu": {"statut": "en_cours"},
        },
        {
            "uuid": "0b1f8c52-5f0e-4a3b-9f43-6d6a2f6a1c02",
            "type": "intervention",
            "cible": 42,
            "heure_appareil": "2026-03-02T09:40:00Z",
            "vu": {"diagnostic": ""},
            "voulu": {"diagnostic": "Roulement grippé côté accouplement"},
        },
    ]
}


class Sync(VueApi):
    @extend_schema(parameters=[LectureEntree], responses={200: LectureSortie})
    def get(self, request: RequeteApi) -> Response:
        """What changed for the caller since the cursor `depuis`: rows to write, ids to forget, the next cursor.

        Without a cursor, everything that the device may hold, from the first page on (`complet`).
        """
        inconnus = sorted(request.query_params.keys() - {"depuis", "limit"})
        if inconnus:
            raise ValidationError(
                errors=[
                    ErreurChamp(nom, _("Ce paramètre n’existe pas."), "INCONNU") for nom in inconnus
                ]
            )
        lu = LectureEntree(data=request.query_params)
        lu.is_valid(raise_exception=True)
        params = lu.validated_data
        return Response(
            lire_changements(
                par=request.user, depuis=params.get("depuis", ""), limite=params["limit"]
            )
        )

    @extend_schema(
        request=EnvoiEntree,
        responses={200: EnvoiSortie},
        examples=[OpenApiExample("Un matin", EXEMPLE_ENVOI, request_only=True)],
    )
    def post(self, request: RequeteApi) -> Response:
        """Apply what was done offline, in order, each operation once ever; one answer per operation."""
        # not `entree`: what it refuses of a whole body for one character of one text is refused here per operation
        lu = EnvoiEntree(data=request.data)
        lu.is_valid(raise_exception=True)
        operations = lu.validated_data["operations"]
        resultats = services.appliquer_operations(par=request.user, operations=operations)
        return Response({"resultats": resultats, "heure_serveur": timezone.now()})


class SyncDocuments(VueApi):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": FichierEntree},
        responses={200: ResultatSortie},
    )
    def post(self, request: RequeteApi) -> Response:
        """A photo or document taken offline, attached once ever by its UUID, however often it is sent."""
        donnees = self.entree(FichierEntree)
        return Response(
            services.deposer_fichier(par=request.user, fichier=donnees.pop("file"), **donnees)
        )
