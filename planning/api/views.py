"""`/planning`: slots of a period, preventive plans and the gammes they are made from."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from erp.api.columns import Ligne, un
from erp.api.listing import ListeApi, page
from erp.api.views import VueApi
from erp.validation import exiger, trouver
from interventions.models import Planning
from interventions.querysets import PlanningQuerySet
from interventions.services import deplanifier, planifier, verrouiller_creneau
from planning import permissions, services
from planning.api.serializers import (
    COMPETENCES_GAMME,
    CRENEAU,
    GAMME,
    OUTILS_GAMME,
    PIECES,
    PLAN,
    POINTS,
    CreneauEntree,
    CreneauModification,
    CreneauSortie,
    GammeDetailSortie,
    GammeEntree,
    PlanDetailSortie,
    PlanEntree,
    PlanModification,
    VerrouEntree,
    creneau_pour,
    plan_pour,
)
from planning.filters import (
    ECHEANCE,
    TRIS_CRENEAU,
    TRIS_GAMME,
    TRIS_PLAN,
    CreneauFiltresGestion,
    GammeFiltres,
    PlanFiltresGestion,
    filtres_de_creneau,
    filtres_de_plan,
)
from planning.models import Gamme, PlanMaintenance
from planning.previsions import prochaines_echeances, tendance_de
from planning.projection import echeance_estimee
from technicians.models import Technicien
from technicians.permissions import peut_voir_emploi_du_temps

CHEMIN = "/api/v1/planning"
CENTIEME = Decimal("0.01")


# --- Slots -----------------------------------------------------------------------------------


class VueCreneau(VueApi):
    def visibles(self) -> PlanningQuerySet:
        return Planning.objects.visible_to(self.request.user)

    def page_de_creneaux(self, visibles: QuerySet[Planning]) -> Response:
        user = self.request.user
        liste = ListeApi(creneau_pour(user), filtres_de_creneau(user), TRIS_CRENEAU, ("debut",))
        return Response(page(liste, visibles, self.request.query_params))

    def creneau_de(self, intervention_id: int) -> Ligne:
        """The open slot that a service has just written."""
        ouverts = self.visibles().ouverts().filter(intervention_id=intervention_id)
        return un(creneau_pour(self.request.user).de(ouverts))


class Creneaux(VueCreneau):
    liste = ListeApi(CRENEAU, CreneauFiltresGestion, TRIS_CRENEAU, ("debut",))
    codes_de_plus: ClassVar = {"POST": [404]}  # the intervention, unknown or not visible

    def get(self, request: RequeteApi) -> Response:
        """The slots that one sees; `date_debut_gte` and `date_debut_lte` keep those that touch a period."""
        return self.page_de_creneaux(self.visibles())

    @extend_schema(request=CreneauEntree, responses={201: CreneauSortie})
    def post(self, request: RequeteApi) -> Response:
        """Give an assigned intervention its slot, or move the one it has."""
        donnees = self.entree(CreneauEntree)
        planifier(par=request.user, **donnees)
        creneau = self.creneau_de(donnees["intervention_id"])
        return self.creee(creneau, f"{CHEMIN}/{creneau['id']}")


class UnCreneau(VueCreneau):
    @extend_schema(responses=CreneauSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One slot."""
        return self.fiche(creneau_pour(request.user).fiche(self.visibles(), pk))

    @extend_schema(request=CreneauModification, responses=CreneauSortie)
    def put(self, request: RequeteApi, pk: int) -> Response:
        """Move an open slot; what is left out of `confirme` and `notes` stays as it is."""
        donnees = self.entree(CreneauModification)
        ouvert = trouver(self.visibles().ouverts(), pk)
        restent = {"confirme": ouvert.confirme, "notes": ouvert.notes}
        with self.si_inchangee(self.visibles(), pk):
            planifier(
                par=request.user,
                intervention_id=ouvert.intervention_id,
                **{**restent, **donnees},
            )
        return self.fiche(self.creneau_de(ouvert.intervention_id))

    @extend_schema(request=VerrouEntree, responses=CreneauSortie)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        """Lock an open slot where it is, or let it be moved again."""
        donnees = self.entree(VerrouEntree)
        ouvert = trouver(self.visibles().ouverts(), pk)
        with self.si_inchangee(self.visibles(), pk):
            verrouiller_creneau(par=request.user, intervention_id=ouvert.intervention_id, **donnees)
        return self.fiche(self.creneau_de(ouvert.intervention_id))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Free an open slot; the intervention stays assigned."""
        ouvert = trouver(self.visibles().ouverts(), pk)
        with self.si_inchangee(self.visibles(), pk):
            deplanifier(par=request.user, intervention_id=ouvert.intervention_id)
        return self.vide()


class CreneauxDuTechnicien(VueCreneau):
    liste = Creneaux.liste

    def get(self, request: RequeteApi, pk: int) -> Response:
        """The slots of one technicien: for staff, and for himself."""
        technicien = trouver(Technicien.objects.visible_to(request.user), pk)
        exiger(peut_voir_emploi_du_temps(request.user, technicien))
        return self.page_de_creneaux(self.visibles().filter(technicien=technicien))


# --- Plans -----------------------------------------------------------------------------------


class VuePlan(VueApi):
    def visibles(self) -> QuerySet[PlanMaintenance]:
        return PlanMaintenance.objects.visible_to(self.request.user)

    def detail(self, pk: int) -> Ligne:
        """The plan and when it is due next."""
        plan = trouver(self.visibles(), pk)
        ligne = plan_pour(self.request.user).fiche(self.visibles(), pk)
        tendance = tendance_de(plan)
        return {
            **ligne,
            "prochaines_echeances": prochaines_echeances(plan),
            "compteur_par_jour": tendance and tendance.par_jour.quantize(CENTIEME),
            "compteur_echeance": echeance_estimee(plan, tendance, timezone.localdate()),
        }


class Plans(VuePlan):
    liste = ListeApi(PLAN, PlanFiltresGestion, TRIS_PLAN, (ECHEANCE,))

    def get(self, request: RequeteApi) -> Response:
        """Preventive plans, the next due first: all for staff, those of its équipements for a client."""
        user = request.user
        exiger(permissions.peut_voir_plans(user))
        liste = ListeApi(plan_pour(user), filtres_de_plan(user), TRIS_PLAN, (ECHEANCE,))
        return Response(page(liste, self.visibles(), request.query_params))

    @extend_schema(request=PlanEntree, responses={201: PlanDetailSortie})
    def post(self, request: RequeteApi) -> Response:
        """A plan of a machine: by a calendar rule, by a meter, or by whichever comes first."""
        plan = services.creer_plan(par=request.user, **self.entree(PlanEntree))
        return self.creee(self.detail(plan.pk), f"{CHEMIN}/plans/{plan.pk}")


class UnPlan(VuePlan):
    @extend_schema(responses=PlanDetailSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One plan with its next dates."""
        return self.fiche(self.detail(pk))

    @extend_schema(request=PlanModification, responses=PlanDetailSortie)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        """Change the named fields; `actif` switches it on and off."""
        return self._modifier(pk, self.entree(PlanModification, partielle=True))

    @extend_schema(request=PlanModification, responses=PlanDetailSortie)
    def put(self, request: RequeteApi, pk: int) -> Response:
        """Change the plan; what is required for a new one is required here too."""
        return self._modifier(pk, self.entree(PlanModification))

    def _modifier(self, pk: int, champs: dict[str, Any]) -> Response:
        with self.si_inchangee(self.visibles(), pk):
            services.modifier_plan(par=self.request.user, plan_id=pk, **champs)
        return self.fiche(self.detail(pk))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Delete a plan that has made no intervention; switch any other off."""
        with self.si_inchangee(self.visibles(), pk):
            services.supprimer_plan(par=request.user, plan_id=pk)
        return self.vide()


# --- Gammes ----------------------------------------------------------------------------------


class VueGamme(VueApi):
    def visibles(self) -> QuerySet[Gamme]:
        return Gamme.objects.visible_to(self.request.user)

    def detail(self, pk: int) -> Ligne:
        """The gamme with its checklist, parts, skills and tools."""
        return {
            **GAMME.fiche(self.visibles(), pk),
            "points": POINTS.du_parent(pk),
            "pieces": PIECES.du_parent(pk),
            "competences": COMPETENCES_GAMME.du_parent(pk),
            "outils": OUTILS_GAMME.du_parent(pk),
        }


class Gammes(VueGamme):
    liste = ListeApi(GAMME, GammeFiltres, TRIS_GAMME, TRIS_GAMME["titre"])

    def get(self, request: RequeteApi) -> Response:
        """The reusable work orders."""
        exiger(permissions.peut_gerer(request.user))
        return self.lister(self.visibles())

    @extend_schema(request=GammeEntree, responses={201: GammeDetailSortie})
    def post(self, request: RequeteApi) -> Response:
        """A work order with its checklist, the parts it expects, the skills and tools it requires."""
        gamme = services.creer_gamme(par=request.user, **self.entree(GammeEntree))
        return self.creee(self.detail(gamme.pk), f"{CHEMIN}/gammes/{gamme.pk}")


class UneGamme(VueGamme):
    @extend_schema(responses=GammeDetailSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One work order with all its lines."""
        return self.fiche(self.detail(pk))

    @extend_schema(request=GammeEntree, responses=GammeDetailSortie)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        """Change the named fields; a list that is sent replaces the one there was."""
        return self._modifier(pk, self.entree(GammeEntree, partielle=True))

    @extend_schema(request=GammeEntree, responses=GammeDetailSortie)
    def put(self, request: RequeteApi, pk: int) -> Response:
        """Change the gamme; what is required for a new one is required here too."""
        return self._modifier(pk, self.entree(GammeEntree))

    def _modifier(self, pk: int, champs: dict[str, Any]) -> Response:
        with self.si_inchangee(self.visibles(), pk):
            services.modifier_gamme(par=self.request.user, gamme_id=pk, **champs)
        return self.fiche(self.detail(pk))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Delete a gamme that no plan uses; make any other inactive."""
        with self.si_inchangee(self.visibles(), pk):
            services.supprimer_gamme(par=request.user, gamme_id=pk)
        return self.vide()
