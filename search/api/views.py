"""`/filters`: every list of the product searched in one way, searches that people keep, and the one box."""

from dataclasses import asdict
from functools import cache
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from clients.api.columns import CLIENT, CONTRAT
from clients.api.serializers import ClientSortie, ContratSortie
from erp import filters
from erp.api.listing import ListeApi, page
from erp.api.schema import page_de
from erp.api.views import VueApi
from erp.exceptions import AuthorizationError, ErreurChamp, ValidationError
from erp.filters import ChoixFiltre, Filtres, IdsFiltre, RechercheFiltre, valeurs_de_liste
from erp.models import CleTri
from search import permissions, services
from search.api.serializers import (
    FILTRE,
    CatalogueSortie,
    FiltreEntree,
    FiltreModification,
    FiltreSortie,
    RechercheSortie,
)
from search.catalogue import ENTITES
from search.choices import Entite, Genre
from search.models import FiltreEnregistre
from search.querysets import FiltreQuerySet
from search.recherche import LIMITE_DEFAUT, LIMITE_MAX, LONGUEUR_MAX, chercher
from stock.api.columns import MOUVEMENT, PIECE
from stock.api.serializers import MouvementSortie, PieceSortie

CHEMIN = "/api/v1/filters"


# --- The catalogue and the lists ----------------------------------------------------------------------


class Catalogue(VueApi):
    @extend_schema(responses=CatalogueSortie)
    def get(self, request: RequeteApi) -> Response:
        """The entities that one may list, with their filters, the words of their choices, and their sort keys."""
        listables = permissions.entites_listables(request.user)
        return Response(
            {
                "data": [
                    _decrire(entite, ENTITES[entite].liste(request.user))
                    for entite in Entite
                    if entite in listables
                ]
            }
        )


def _decrire(entite: Entite, liste: ListeApi) -> dict[str, Any]:
    classe: Any = liste.filtres
    return {
        "entite": entite.value,
        "libelle": str(entite.label),
        "url": f"{CHEMIN}/{entite.value}",
        "filtres": _filtres(classe, get_language() or ""),
        "tris": list(liste.tris or ()),
        "colonnes": list(liste.colonnes.noms),
    }


@cache
def _filtres(classe: Any, langue: str) -> list[dict[str, Any]]:
    """A set's filters, in the language under way (`langue` tells one answer from another)."""
    return [
        {
            "nom": nom,
            "libelle": str(getattr(filtre, "_label", None) or nom),
            "genre": _genre(filtre),
            "plusieurs": isinstance(filtre, filters.ListeFiltre),
            "choix": [
                {"valeur": str(valeur), "libelle": str(libelle)}
                for valeur, libelle in filtre.extra.get("choices", ())
            ],
        }
        for nom, filtre in classe.base_filters.items()
    ]


def _genre(filtre: Any) -> str:
    match filtre:
        case ChoixFiltre():
            return "choix"
        case IdsFiltre():
            return "ids"
        case filters.ListeFiltre():
            return "textes"
        case filters.DrapeauFiltre():
            return "drapeau"
        case filters.JourDepuisFiltre() | filters.JourJusquaFiltre():
            return "jour"
        case filters.DepuisFiltre() | filters.JusquaFiltre():
            return "moment"
        case filters.NombreFiltre():
            return "nombre"
        case _:
            return "texte"


class RechercheAvancee(VueApi):
    """The list of one entity, its `entite` given where the route is made."""

    entite: Entite = Entite.INTERVENTIONS

    def get(self, request: RequeteApi) -> Response:
        """Every filter combined: lists (`statut=ouverte,affectee`), ranges (`…_gte`, `…_lte`), `search`, sort keys."""
        if self.entite not in permissions.entites_listables(request.user):
            raise AuthorizationError
        listee = ENTITES[self.entite]
        visibles = listee.visibles(request.user)
        return Response(page(listee.liste(request.user), visibles, request.query_params))


# Rows of which some roles read fewer columns than others.
_PAGES: dict[Entite, Any] = {
    Entite.CLIENTS: page_de("Client", CLIENT, ClientSortie),
    Entite.CONTRATS: page_de("Contrat", CONTRAT, ContratSortie),
    Entite.PIECES: page_de("Piece", PIECE, PieceSortie),
    Entite.MOUVEMENTS: page_de("Mouvement", MOUVEMENT, MouvementSortie),
}


def recherche_avancee(entite: Entite) -> Any:
    """The view of one entity; each has its own class, so that the schema shows its own filters and columns."""
    declaree = ENTITES[entite].declaree

    def get(self: RechercheAvancee, request: RequeteApi) -> Response:
        return RechercheAvancee.get(self, request)

    get.__doc__ = RechercheAvancee.get.__doc__
    if entite in _PAGES:
        get = extend_schema(responses=_PAGES[entite])(get)
    vue: Any = type(
        f"Recherche{entite.name.title()}",
        (RechercheAvancee,),
        {"entite": entite, "liste": declaree, "get": get},
    )
    return vue.as_view()


# --- Saved filters ------------------------------------------------------------------------------------


class _FiltreFiltres(Filtres):
    search = RechercheFiltre("nom")
    entite = ChoixFiltre("entite", Entite.choices)
    partage = filters.DrapeauFiltre("partage")
    user_id = IdsFiltre("user_id")
    created_at_gte = filters.DepuisFiltre("created_at")
    created_at_lte = filters.JusquaFiltre("created_at")


class VueFiltre(VueApi):
    def visibles(self) -> FiltreQuerySet:
        return FiltreEnregistre.objects.visible_to(self.request.user)

    def repondre(self, pk: int) -> Response:
        return self.fiche(FILTRE.fiche(self.visibles(), pk))


class FiltresEnregistres(VueFiltre):
    liste = ListeApi(
        FILTRE,
        _FiltreFiltres,
        {
            "nom": (CleTri("nom"),),
            "entite": ("entite",),
            "created_at": ("created_at",),
            "updated_at": ("updated_at",),
        },
        ("entite", CleTri("nom").asc()),
    )

    @extend_schema(responses=page_de("FiltreEnregistre", FILTRE, FiltreSortie))
    def get(self, request: RequeteApi) -> Response:
        """One's own, and for the staff those that are shared; `?entite=` keeps those of one list."""
        return self.lister(self.visibles())

    @extend_schema(request=FiltreEntree, responses={201: FiltreSortie})
    def post(self, request: RequeteApi) -> Response:
        """Keep a search under a name; responsables may share it."""
        filtre = services.creer_filtre(par=request.user, **self.entree(FiltreEntree))
        ligne = FILTRE.fiche(self.visibles(), filtre.pk)
        return self.creee(ligne, f"{CHEMIN}/enregistres/{filtre.pk}")


class UnFiltreEnregistre(VueFiltre):
    @extend_schema(responses=FiltreSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One of them."""
        return self.repondre(pk)

    @extend_schema(request=FiltreModification, responses=FiltreSortie)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        """Change the named fields of one's own."""
        return self._modifier(pk, self.entree(FiltreModification, partielle=True))

    @extend_schema(request=FiltreModification, responses=FiltreSortie)
    def put(self, request: RequeteApi, pk: int) -> Response:
        """Change one's own; the name is required."""
        return self._modifier(pk, self.entree(FiltreModification))

    def _modifier(self, pk: int, champs: dict[str, Any]) -> Response:
        with self.si_inchangee(self.visibles(), pk):
            services.modifier_filtre(par=self.request.user, filtre_id=pk, **champs)
        return self.repondre(pk)

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Forget one's own."""
        with self.si_inchangee(self.visibles(), pk):
            services.supprimer_filtre(par=request.user, filtre_id=pk)
        return self.vide()


# --- The one box --------------------------------------------------------------------------------------


class Recherche(VueApi):
    @extend_schema(
        parameters=[
            OpenApiParameter(
                "q", {"type": "string", "minLength": 1, "maxLength": LONGUEUR_MAX}, required=True
            ),
            OpenApiParameter(
                "types",
                {"type": "array", "items": {"type": "string", "enum": Genre.values}},
                style="form",
                explode=False,
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": LIMITE_MAX, "default": LIMITE_DEFAUT},
                description=_("Résultats par type."),
            ),
        ],
        responses=RechercheSortie,
    )
    def get(self, request: RequeteApi) -> Response:
        """Everything visible that answers to `q`, by kind, best first, the matches in marked segments of plain text."""
        q, types, limite = _parametres(request.query_params)
        groupes = chercher(request.user, q, types=types, limite=limite)
        return Response(
            {
                "q": q,
                "data": [
                    {
                        "type": groupe.type.value,
                        "libelle": str(groupe.type.label),
                        "suite": groupe.suite,
                        "resultats": [asdict(resultat) for resultat in groupe.resultats],
                    }
                    for groupe in groupes
                ],
            }
        )


def _parametres(params: QueryDict) -> tuple[str, list[str], int]:
    """q, types and limit. Raises ValidationError naming what is unknown or does not fit."""
    erreurs = [
        ErreurChamp(nom[:100], _("Ce filtre n’existe pas."), "FILTRE_INCONNU")
        for nom in params
        if nom not in ("q", "types", "limit")
    ]
    q = params.get("q", "")
    if not q.strip():
        erreurs.append(ErreurChamp("q", _("Dites ce que vous cherchez."), "OBLIGATOIRE"))
    elif len(q) > LONGUEUR_MAX:
        erreurs.append(ErreurChamp("q", _("Au plus %d caractères.") % LONGUEUR_MAX, "TROP_LONG"))
    types = valeurs_de_liste(params, "types")
    erreurs += [
        ErreurChamp(
            "types", _("« %s » n’est pas un type de résultat.") % inconnu[:40], "CHOIX_INVALIDE"
        )
        for inconnu in types
        if inconnu not in Genre.values
    ]
    texte = params.get("limit", str(LIMITE_DEFAUT))
    limite = int(texte) if texte.isascii() and texte.isdigit() and len(texte) < 4 else 0
    if not 1 <= limite <= LIMITE_MAX:
        phrase = _("Donnez un nombre entier de %(min)d à %(max)d.")
        erreurs.append(ErreurChamp("limit", phrase % {"min": 1, "max": LIMITE_MAX}, "HORS_LIMITES"))
    if erreurs:
        raise ValidationError(errors=erreurs)
    return q, types, limite
