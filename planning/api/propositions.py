"""`/planning/propositions`: what the optimiser makes of some days, and applying it."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from erp.api.columns import Colonnes, Enfants, Ligne
from erp.api.fields import EntierField
from erp.api.listing import ListeApi
from erp.api.schema import compose, sortie
from erp.api.views import VueApi
from erp.validation import exiger
from planning.filters import TRIS_PROPOSITION, PropositionFiltres
from planning.models import LigneProposition, PropositionPlanning
from planning.permissions import peut_planifier
from planning.services.optimisation import (
    SECONDES_AU_PLUS,
    appliquer_proposition,
    demander_proposition,
)

CHEMIN = "/api/v1/planning/propositions"
PROPOSITION = Colonnes(
    PropositionPlanning,
    {
        "id": "id",
        "debut": "debut",
        "fin": "fin",
        "secondes": "secondes",
        "etat": "etat",
        "progression": "progression",
        "erreur": "erreur",
        "avant": "avant",
        "apres": "apres",
        "calculee_le": "calculee_le",
        "demandee_par_id": "demandee_par_id",
        "demandee_par_nom": "demandee_par__full_name",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)
LIGNES = Enfants(
    LigneProposition,
    {
        "id": "id",
        "intervention_id": "intervention_id",
        "intervention_reference": "intervention__reference",
        "genre": "genre",
        "technicien_id": "technicien_id",
        "technicien_nom": "technicien__user__full_name",
        "debut": "debut",
        "fin": "fin",
        "ancien_technicien_id": "ancien_technicien_id",
        "ancien_debut": "ancien_debut",
        "ancienne_fin": "ancienne_fin",
        "par_le_magasin": "par_le_magasin",
        "raison": "raison",
        "etat": "etat",
        "message": "message",
    },
    parent="proposition_id",
    ordre=("technicien_id", "debut", "id"),
)
PropositionSortie = sortie("PropositionPlanning", PROPOSITION)
PropositionDetailSortie = compose(
    "PropositionPlanningDetail",
    PropositionSortie,
    lignes=sortie("LigneProposition", LIGNES)(many=True),
)


class PropositionEntree(serializers.Serializer[Any]):
    debut = serializers.DateField()
    fin = serializers.DateField()
    technicien_ids = serializers.ListField(
        child=EntierField(min_value=1), required=False, max_length=200
    )
    secondes = EntierField(min_value=1, max_value=SECONDES_AU_PLUS, required=False)


class ApplicationEntree(serializers.Serializer[Any]):
    """Without `ligne_ids`, every line."""

    ligne_ids = serializers.ListField(
        child=EntierField(min_value=1), required=False, max_length=1000
    )


class VueProposition(VueApi):
    def visibles(self) -> QuerySet[PropositionPlanning]:
        return PropositionPlanning.objects.visible_to(self.request.user)

    def detail(self, pk: int) -> Ligne:
        ligne = PROPOSITION.fiche(self.visibles(), pk)
        return {**ligne, "lignes": LIGNES.du_parent(pk)}


class Propositions(VueProposition):
    liste = ListeApi(PROPOSITION, PropositionFiltres, TRIS_PROPOSITION, ("-created_at", "-pk"))

    def get(self, request: RequeteApi) -> Response:
        """The last ones first."""
        exiger(peut_planifier(request.user))
        return self.lister(self.visibles())

    @extend_schema(request=PropositionEntree, responses={201: PropositionDetailSortie})
    def post(self, request: RequeteApi) -> Response:
        """Ask for one; it is computed in the background, `etat` and `progression` say how far."""
        donnees = self.entree(PropositionEntree)
        proposition = demander_proposition(par=request.user, **donnees)
        return self.creee(self.detail(proposition.pk), f"{CHEMIN}/{proposition.pk}")


class UneProposition(VueProposition):
    @extend_schema(responses=PropositionDetailSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """With its lines: what would move where, and what stays out and why."""
        return self.fiche(self.detail(pk))


class AppliquerProposition(VueProposition):
    @extend_schema(request=ApplicationEntree, responses={200: PropositionDetailSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Make lines the plan; a line that something has overtaken becomes `perimee` and says why."""
        donnees = self.entree(ApplicationEntree)
        appliquer_proposition(
            par=request.user, proposition_id=pk, ligne_ids=donnees.get("ligne_ids")
        )
        return self.fiche(self.detail(pk))
