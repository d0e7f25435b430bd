"""`/techniciens/outils`: the catalogue of tools, and what rides in each van."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from erp.api.listing import ListeApi
from erp.api.schema import donnees_de
from erp.api.views import VueApi
from erp.filters import Tris
from erp.models import CleTri
from erp.validation import exiger, trouver
from technicians import permissions, services
from technicians.api.serializers import (
    OUTIL,
    PORTES,
    OutilEntree,
    OutilSortie,
    OutilsPortesEntree,
)
from technicians.filters import OutilFiltres
from technicians.models import Outil, Technicien

CHEMIN = "/api/v1/techniciens/outils"
TRIS: Tris = {"nom": (CleTri("nom"),)}
PortesSortie = donnees_de("OutilPorte", PORTES)


class VueOutil(VueApi):
    def visibles(self) -> QuerySet[Outil]:
        return Outil.objects.visible_to(self.request.user)


class Outils(VueOutil):
    liste = ListeApi(OUTIL, OutilFiltres, TRIS, TRIS["nom"])

    def get(self, request: RequeteApi) -> Response:
        """The catalogue of tools."""
        exiger(permissions.peut_voir_fiche(request.user))
        return self.lister(self.visibles())

    @extend_schema(operation_id="outils_create", request=OutilEntree, responses={201: OutilSortie})
    def post(self, request: RequeteApi) -> Response:
        """A new tool of the catalogue."""
        cree = services.creer_outil(par=request.user, **self.entree(OutilEntree))
        return self.creee(OUTIL.fiche(self.visibles(), cree.pk), f"{CHEMIN}/{cree.pk}")


class UnOutil(VueOutil):
    @extend_schema(operation_id="outils_retrieve", responses=OutilSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One tool."""
        return self.fiche(OUTIL.fiche(self.visibles(), pk))

    @extend_schema(operation_id="outils_partial_update", request=OutilEntree, responses=OutilSortie)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        """Change the named fields."""
        return self._modifier(pk, self.entree(OutilEntree, partielle=True))

    @extend_schema(operation_id="outils_update", request=OutilEntree, responses=OutilSortie)
    def put(self, request: RequeteApi, pk: int) -> Response:
        """Change its name, and whether it is in service."""
        return self._modifier(pk, self.entree(OutilEntree))

    def _modifier(self, pk: int, champs: dict[str, Any]) -> Response:
        with self.si_inchangee(self.visibles(), pk):
            services.modifier_outil(par=self.request.user, outil_id=pk, **champs)
        return self.fiche(OUTIL.fiche(self.visibles(), pk))

    @extend_schema(operation_id="outils_destroy", responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Delete a tool that no van holds and no gamme needs."""
        with self.si_inchangee(self.visibles(), pk):
            services.supprimer_outil(par=request.user, outil_id=pk)
        return self.vide()


class OutilsPortes(VueApi):
    @extend_schema(operation_id="techniciens_outils_portes", responses=PortesSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """The tools that ride in a technicien's van."""
        technicien = trouver(Technicien.objects.visible_to(request.user), pk)
        exiger(permissions.peut_voir_fiche(request.user))
        return Response({"data": PORTES.du_parent(technicien.pk)})

    @extend_schema(
        operation_id="techniciens_outils_equiper",
        request=OutilsPortesEntree,
        responses=PortesSortie,
    )
    def put(self, request: RequeteApi, pk: int) -> Response:
        """Say which tools ride in it: these, and no other."""
        donnees = self.entree(OutilsPortesEntree)
        services.equiper(par=request.user, technicien_id=pk, **donnees)
        return Response({"data": PORTES.du_parent(pk)})
