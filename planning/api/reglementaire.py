"""`/planning/inspections` and `/planning/reserves`: what inspectors reported, and what is still to be put right."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from erp.api.columns import Colonnes, Enfants, Ligne
from erp.api.fields import IdField, TexteField
from erp.api.listing import ListeApi, page
from erp.api.schema import compose, sortie
from erp.api.views import VueApi
from erp.validation import exiger
from planning.choices import Conclusion
from planning.filters import (
    DELAI,
    TRIS_INSPECTION,
    TRIS_RESERVE,
    InspectionFiltresGestion,
    ReserveFiltresGestion,
    filtres_d_inspection,
    filtres_de_reserve,
)
from planning.models import Inspection, Reserve
from planning.permissions import peut_voir_plans
from planning.services.reglementaire import (
    RESERVES_AU_PLUS,
    enregistrer_inspection,
    lever_reserve,
    reprendre_reserve,
)

CHEMIN = "/api/v1/planning"
INSPECTION = Colonnes(
    Inspection,
    {
        "id": "id",
        "plan_id": "plan_id",
        "gamme_titre": "plan__gamme__titre",
        "texte_legal": "plan__texte_legal",
        "equipement_id": "plan__equipement_id",
        "equipement_nom": "plan__equipement__nom",
        "equipement_code": "plan__equipement__code_interne",
        "client_id": "plan__equipement__client_id",
        "client_nom": "plan__equipement__client__nom_entreprise",
        "site_id": "plan__equipement__site_id",
        "site_nom": "plan__equipement__site__nom",
        "date_visite": "date_visite",
        "organisme": "organisme",
        "inspecteur": "inspecteur",
        "numero_rapport": "numero_rapport",
        "conclusion": "conclusion",
        "observations": "observations",
        "enregistree_par_id": "enregistree_par_id",
        "enregistree_par_nom": "enregistree_par__full_name",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)
INSPECTION_CLIENT = INSPECTION.sans("enregistree_par_id", "enregistree_par_nom")
_SUIVI: dict[str, Any] = {
    "id": "id",
    "numero": "numero",
    "libelle": "libelle",
    "delai": "delai",
    "intervention_id": "intervention_id",
    "intervention_reference": "intervention__reference",
    "intervention_statut": "intervention__statut",
    "levee_le": "levee_le",
    "levee_par_id": "levee_par_id",
    "levee_par_nom": "levee_par__full_name",
    "note": "note",
}
RESERVES = Enfants(Reserve, _SUIVI, parent="inspection_id", ordre=("numero",))
RESERVE = Colonnes(
    Reserve,
    {
        **_SUIVI,
        "inspection_id": "inspection_id",
        "date_visite": "inspection__date_visite",
        "plan_id": "inspection__plan_id",
        "equipement_id": "inspection__plan__equipement_id",
        "equipement_nom": "inspection__plan__equipement__nom",
        "client_id": "inspection__plan__equipement__client_id",
        "client_nom": "inspection__plan__equipement__client__nom_entreprise",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)
InspectionSortie = sortie("Inspection", INSPECTION)
InspectionDetailSortie = compose(
    "InspectionDetail",
    InspectionSortie,
    reserves=sortie("ReserveInspection", RESERVES)(many=True),
)
ReserveSortie = sortie("Reserve", RESERVE)


class ReserveEntree(serializers.Serializer[Any]):
    """What is to be put right, and by when."""

    libelle = serializers.CharField(max_length=500)
    delai = serializers.DateField(required=False, allow_null=True)


class InspectionEntree(serializers.Serializer[Any]):
    """« Conforme » has no reserve, anything else at least one."""

    plan_id = IdField()
    date_visite = serializers.DateField()
    organisme = serializers.CharField(max_length=200)
    inspecteur = TexteField(120)
    numero_rapport = TexteField(80)
    conclusion = serializers.ChoiceField(choices=Conclusion.choices)
    observations = TexteField(5000)
    reserves = serializers.ListField(
        child=ReserveEntree(), required=False, max_length=RESERVES_AU_PLUS
    )


class LeveeEntree(serializers.Serializer[Any]):
    """How it was verified."""

    note = serializers.CharField(max_length=500)


class VueInspection(VueApi):
    def visibles(self) -> QuerySet[Inspection]:
        return Inspection.objects.visible_to(self.request.user)

    def detail(self, pk: int) -> Ligne:
        colonnes = INSPECTION if self.request.user.est_gestion else INSPECTION_CLIENT
        return {**colonnes.fiche(self.visibles(), pk), "reserves": RESERVES.du_parent(pk)}


class Inspections(VueInspection):
    liste = ListeApi(INSPECTION, InspectionFiltresGestion, TRIS_INSPECTION, ("-date_visite", "-pk"))
    codes_de_plus: ClassVar = {"POST": [404]}  # the plan, unknown or not visible

    def get(self, request: RequeteApi) -> Response:
        """The last visit first: all for staff, those of its équipements for a client."""
        user = request.user
        exiger(peut_voir_plans(user))
        colonnes = INSPECTION if user.est_gestion else INSPECTION_CLIENT
        liste = ListeApi(
            colonnes, filtres_d_inspection(user), TRIS_INSPECTION, ("-date_visite", "-pk")
        )
        return Response(page(liste, self.visibles(), request.query_params))

    @extend_schema(request=InspectionEntree, responses={201: InspectionDetailSortie})
    def post(self, request: RequeteApi) -> Response:
        """The report of a visit; each reserve becomes a corrective intervention."""
        donnees = self.entree(InspectionEntree)
        reserves = [(r["libelle"], r.get("delai")) for r in donnees.pop("reserves", ())]
        inspection = enregistrer_inspection(par=request.user, reserves=reserves, **donnees)
        return self.creee(self.detail(inspection.pk), f"{CHEMIN}/inspections/{inspection.pk}")


class UneInspection(VueInspection):
    @extend_schema(responses=InspectionDetailSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One report with its reserves."""
        return self.fiche(self.detail(pk))


class VueReserve(VueApi):
    def visibles(self) -> QuerySet[Reserve]:
        return Reserve.objects.visible_to(self.request.user)


class Reserves(VueReserve):
    liste = ListeApi(RESERVE, ReserveFiltresGestion, TRIS_RESERVE, (DELAI, "pk"))

    def get(self, request: RequeteApi) -> Response:
        """The most pressing first: all for staff, those of its équipements for a client."""
        user = request.user
        exiger(peut_voir_plans(user))
        liste = ListeApi(RESERVE, filtres_de_reserve(user), TRIS_RESERVE, (DELAI, "pk"))
        return Response(page(liste, self.visibles(), request.query_params))


class UneReserve(VueReserve):
    @extend_schema(responses=ReserveSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One reserve, its inspection and its intervention."""
        return self.fiche(RESERVE.fiche(self.visibles(), pk))


class LeverReserve(VueReserve):
    @extend_schema(request=LeveeEntree, responses=ReserveSortie)
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Say that it is lifted, and how that was verified; its intervention is closed before."""
        lever_reserve(par=request.user, reserve_id=pk, **self.entree(LeveeEntree))
        return self.fiche(RESERVE.fiche(self.visibles(), pk))


class ReprendreReserve(VueReserve):
    @extend_schema(request=None, responses=ReserveSortie)
    def post(self, request: RequeteApi, pk: int) -> Response:
        """A new intervention for a reserve whose own was cancelled."""
        reprendre_reserve(par=request.user, reserve_id=pk)
        return self.fiche(RESERVE.fiche(self.visibles(), pk))
