"""`/exports`: a list with its filters as a file, at once while it is short, else as a job that one follows."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from accounts.models import User
from erp.api.listing import ListeApi
from erp.api.schema import ErreurSerializer, page_de, sortie
from erp.api.views import VueApi
from erp.exceptions import ErreurChamp, IntrouvableError, ValidationError
from erp.exports import FORMATS, MIMES, Export
from erp.validation import trouver
from jobs.models import Travail
from jobs.reponses import servir
from jobs.services import executer
from transfers.api.serializers import EXPORT, CatalogueSortie, ExportEntree
from transfers.catalogue import EXPORTS, export_pour
from transfers.exports import (
    EN_DIRECT_MAX,
    TACHE,
    demander_export,
    executer_export,
    exiger_fichier,
    exiger_parametres,
    repondre,
)
from transfers.filters import EXPORTS_DEMANDES_TRIS, ExportDemandeFiltres

CHEMIN = "/api/v1/exports"
_FICHIERS = {(200, mime): OpenApiTypes.BINARY for mime in MIMES.values()}


def _demandes(user: User) -> QuerySet[Travail]:
    return Travail.objects.visible_to(user).filter(tache=TACHE)


class Catalogue(VueApi):
    @extend_schema(responses=CatalogueSortie)
    def get(self, request: RequeteApi) -> Response:
        """What one may export: columns, filters, sort keys, and the address of each format's file."""
        user = request.user
        permis = [export for export in EXPORTS.values() if export.permis(user)]
        return Response({"data": [_decrire(user, export) for export in permis]})


def _decrire(user: User, export: Export) -> dict[str, Any]:
    filtres, tris = export.filtres(user)
    return {
        "entite": export.nom,
        "libelle": str(export.titre),
        "colonnes": [{"nom": nom, "titre": titre} for nom, titre in export.choisissables(user)],
        "filtres": list(filtres.base_filters),
        "tris": list(tris),
        "urls": {format_: f"{CHEMIN}/fichiers/{export.nom}.{format_}" for format_ in FORMATS},
    }


class Exports(VueApi):
    liste = ListeApi(
        colonnes=EXPORT,
        filtres=ExportDemandeFiltres,
        tris=EXPORTS_DEMANDES_TRIS,
        tri_defaut=("-created_at", "-id"),
    )

    @extend_schema(responses={200: page_de("Export", EXPORT)})
    def get(self, request: RequeteApi) -> Response:
        """One's own, newest first."""
        return self.lister(_demandes(request.user))

    @extend_schema(request=ExportEntree, responses={201: sortie("Export", EXPORT)})
    def post(self, request: RequeteApi) -> Response:
        """Ask for an export. A short one is done when the answer comes; a long one is a job in the background."""
        demande = self.entree(ExportEntree)
        par, nom = request.user, demande["entite"]
        params = _params(demande)
        export = export_pour(par, nom)
        try:
            exiger_parametres(par, nom, params)
        except ValidationError as refus:
            raise ValidationError(errors=[_du_corps(faute) for faute in refus.errors]) from refus
        court = export.compter(par, params, EN_DIRECT_MAX) <= EN_DIRECT_MAX
        travail = demander_export(
            par=par, nom=nom, format_=demande["format"], params=params, publier=not court
        )
        if court:
            executer(travail.pk, executer_export, annoncer=False)
        return self.creee(EXPORT.fiche(_demandes(par), travail.pk), f"{CHEMIN}/{travail.pk}")


def _params(demande: dict[str, Any]) -> QueryDict:
    """The body as the parameters of the list. Raises ValidationError for a value that is no text, number or list."""
    params = QueryDict(mutable=True)
    fautes = []
    for nom, valeur in demande.get("filtres", {}).items():
        if nom in ("sort", "colonnes"):
            phrase = _("Ce n’est pas un filtre : donnez-le à côté de « filtres ».")
            fautes.append(ErreurChamp(f"filtres.{nom}", phrase, "INCONNU"))
        valeurs = valeur if isinstance(valeur, list) else [valeur]
        if not all(isinstance(v, str | int | float) for v in valeurs):
            phrase = _("Donnez un texte, un nombre, un booléen ou une liste de ceux-ci.")
            fautes.append(ErreurChamp(f"filtres.{nom}", phrase, "INVALIDE"))
        params.setlist(nom, [_texte(v) for v in valeurs])
    if fautes:
        raise ValidationError(errors=fautes)
    if demande.get("sort"):
        params["sort"] = demande["sort"]
    if demande.get("colonnes"):
        params.setlist("colonnes", demande["colonnes"])
    return params


def _du_corps(faute: ErreurChamp) -> ErreurChamp:
    """A fault of a parameter, under the name that it has in the body."""
    if faute.field == "sort":
        return faute
    return ErreurChamp(f"filtres.{faute.field}", faute.message, faute.code)


def _texte(valeur: Any) -> str:
    return str(valeur).lower() if isinstance(valeur, bool) else str(valeur)


class UnExport(VueApi):
    @extend_schema(responses={200: sortie("Export", EXPORT)})
    def get(self, request: RequeteApi, pk: int) -> Response:
        """How far it is."""
        return self.fiche(EXPORT.fiche(_demandes(request.user), pk))


class FichierDeLExport(VueApi):
    @extend_schema(responses={**_FICHIERS, 409: ErreurSerializer})
    def get(self, request: RequeteApi, pk: int) -> HttpResponseBase:
        """The file that it made, until it expires."""
        return servir(exiger_fichier(trouver(_demandes(request.user), pk)))


class FichierImmediat(VueApi):
    @extend_schema(
        parameters=[
            OpenApiParameter(
                "nom",
                {"type": "string", "enum": [f"{e}.{f}" for e in EXPORTS for f in FORMATS]},
                "path",
            ),
            OpenApiParameter(
                "colonnes",
                {"type": "array", "items": {"type": "string"}},
                style="form",
                explode=False,
            ),
            OpenApiParameter("sort", str),
            OpenApiParameter(
                "filtres",
                {"type": "object", "additionalProperties": {"type": "string"}},
                style="form",
                explode=True,
            ),
        ],
        responses={**_FICHIERS, 409: ErreurSerializer},
    )
    def get(self, request: RequeteApi, nom: str) -> HttpResponseBase:
        """The file at once, streamed, for a list of up to 5 000 rows; its parameters are the list's."""
        entite, _point, format_ = nom.partition(".")
        if format_ not in FORMATS:
            raise IntrouvableError
        exiger_parametres(request.user, entite, request.query_params)
        return repondre(request.user, entite, format_, request.query_params)
