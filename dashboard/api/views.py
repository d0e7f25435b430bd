"""`/dashboard`: the figures of the dashboard's page, by the same functions."""

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from dashboard.api.serializers import (
    TableauSortie,
    UnIndicateurSortie,
    en_donnees,
    un_indicateur,
)
from dashboard.demande import lire_demande
from dashboard.indicateurs import INDICATEURS, tableau
from dashboard.periodes import DEFAUT, Genre
from erp.api.listing import vides
from erp.api.views import VueApi
from erp.exceptions import IntrouvableError, ValidationError

_IDS = {"type": "array", "items": {"type": "integer", "minimum": 1}}
_PARAMETRES = [
    OpenApiParameter(
        "periode", {"type": "string", "enum": list(Genre.values), "default": DEFAUT.value}
    ),
    OpenApiParameter("debut", {"type": "string", "format": "date"}),
    OpenApiParameter("fin", {"type": "string", "format": "date"}),
    *(
        OpenApiParameter(nom, _IDS, style="form", explode=False)
        for nom in ("client_id", "site_id", "technicien_id")
    ),
]


def _donnes(request: RequeteApi) -> QueryDict:
    """The parameters; raises ValidationError for one without a value."""
    sans_valeur = vides(request.query_params)
    if sans_valeur:
        raise ValidationError(errors=sans_valeur)
    return request.query_params


class Indicateurs(VueApi):
    @extend_schema(parameters=_PARAMETRES, responses=TableauSortie)
    def get(self, request: RequeteApi) -> Response:
        """Every figure that the reader may know, over what he sees; `debut` and `fin` are days, both included."""
        demande = lire_demande(request.user, _donnes(request))
        return Response(en_donnees(tableau(demande)))


class UnIndicateur(VueApi):
    @extend_schema(
        parameters=[
            OpenApiParameter("cle", {"type": "string", "enum": list(INDICATEURS)}, "path"),
            *_PARAMETRES,
        ],
        responses=UnIndicateurSortie,
    )
    def get(self, request: RequeteApi, cle: str) -> Response:
        """One figure; 404 for one that there is not, or not for the reader."""
        lu = tableau(lire_demande(request.user, _donnes(request)))
        if cle not in lu.indicateurs:
            raise IntrouvableError()
        return Response(un_indicateur(lu, cle))
