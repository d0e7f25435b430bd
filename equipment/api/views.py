"""`/equipements`, their meters, and what a contract covers."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from clients.models import Client, Contrat
from equipment import services
from equipment.api.columns import (
    COMPTEUR,
    COMPTEURS,
    LISTE,
    RELEVE,
    equipement_pour,
    releve_pour,
)
from equipment.api.serializers import (
    CompteurEntree,
    CompteurSortie,
    CouvertureEntree,
    EquipementDetailSortie,
    EquipementEntree,
    ReleveEntree,
    ReleveSortie,
    StatutEquipementEntree,
)
from equipment.filters import TRIS, EquipementFiltres
from equipment.models import Compteur, CouvertureContrat, Equipement, ReleveCompteur
from erp.api.columns import Ligne
from erp.api.listing import ListeApi
from erp.api.schema import page_de
from erp.api.views import VueApi
from erp.exceptions import IntrouvableError
from erp.filters import DepuisFiltre, Filtres, JusquaFiltre

CHEMIN = "/api/v1/equipements"


class ReleveFiltres(Filtres):
    date_releve_gte = DepuisFiltre("date_releve")
    date_releve_lte = JusquaFiltre("date_releve")


EQUIPEMENTS = ListeApi(LISTE, EquipementFiltres, TRIS, ("code_interne",))


class VueEquipement(VueApi):
    """What the views of one machine share."""

    def visibles(self) -> QuerySet[Equipement]:
        return Equipement.objects.visible_to(self.request.user)

    def exiger_visible(self, pk: int) -> None:
        if not self.visibles().filter(pk=pk).exists():
            raise IntrouvableError

    def detail(self, pk: int) -> Ligne:
        ligne = equipement_pour(self.request.user).fiche(self.visibles(), pk)
        return {**ligne, "compteurs": COMPTEURS.du_parent(pk)}


class Equipements(VueEquipement):
    liste = EQUIPEMENTS

    def get(self, request: RequeteApi) -> Response:
        """The machines that one sees: all, for a client its own."""
        return self.lister(self.visibles())

    @extend_schema(request=EquipementEntree, responses={201: EquipementDetailSortie})
    def post(self, request: RequeteApi) -> Response:
        """Create a machine; its site and its assembly are of the same client."""
        equipement = services.creer_equipement(
            par=request.user,
            **self.entree(EquipementEntree),
        )
        return self.creee(self.detail(equipement.pk), f"{CHEMIN}/{equipement.pk}")


class UnEquipement(VueEquipement):
    @extend_schema(responses=EquipementDetailSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One machine with its meters."""
        return self.fiche(self.detail(pk))

    @extend_schema(request=EquipementEntree, responses=EquipementDetailSortie)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        """Change the named fields; the statut has its own route."""
        return self._modifier(request, pk, self.entree(EquipementEntree, partielle=True))

    @extend_schema(request=EquipementEntree, responses=EquipementDetailSortie)
    def put(self, request: RequeteApi, pk: int) -> Response:
        """Change the machine; what is required to create one is required here too."""
        return self._modifier(request, pk, self.entree(EquipementEntree))

    def _modifier(self, request: RequeteApi, pk: int, champs: dict[str, Any]) -> Response:
        with self.si_inchangee(self.visibles(), pk):
            services.modifier_equipement(par=request.user, equipement_id=pk, **champs)
        return self.fiche(self.detail(pk))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Delete a machine that never had an intervention; retire any other."""
        with self.si_inchangee(self.visibles(), pk):
            services.supprimer_equipement(par=request.user, equipement_id=pk)
        return self.vide()


class ParCode(VueEquipement):
    @extend_schema(responses=EquipementDetailSortie)
    def get(self, request: RequeteApi, code: str) -> Response:
        """What a scanned QR label leads to."""
        pk = self.visibles().filter(code_interne=code).values_list("pk", flat=True).first()
        if pk is None:
            raise IntrouvableError
        return self.fiche(self.detail(pk))


class Statut(VueEquipement):
    @extend_schema(request=StatutEquipementEntree, responses=EquipementDetailSortie)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        """Move the statut along its table; any other move is a 409 TRANSITION_INTERDITE.

        A technicien may while an own intervention on the machine is under way.
        """
        donnees = self.entree(StatutEquipementEntree)
        with self.si_inchangee(self.visibles(), pk):
            services.changer_statut_equipement(
                par=request.user,
                equipement_id=pk,
                vers=donnees["statut"],
                motif=donnees.get("motif", ""),
            )
        return self.fiche(self.detail(pk))


class DuClient(VueApi):
    liste = EQUIPEMENTS

    def get(self, request: RequeteApi, pk: int) -> Response:
        """The client's machines."""
        if not Client.objects.visible_to(request.user).filter(pk=pk).exists():
            raise IntrouvableError
        return self.lister(Equipement.objects.visible_to(request.user).filter(client_id=pk))


class DuContrat(VueApi):
    """The machines that a contract covers."""

    liste = EQUIPEMENTS

    def couverts(self, pk: int, enfant: int) -> QuerySet[Equipement]:
        user = self.request.user
        if not Contrat.objects.visible_to(user).filter(pk=enfant, client_id=pk).exists():
            raise IntrouvableError
        couvertures = CouvertureContrat.objects.visible_to(user).filter(contrat_id=enfant)
        return Equipement.objects.visible_to(user).filter(pk__in=couvertures.values("equipement"))

    def get(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """List."""
        return self.lister(self.couverts(pk, enfant))

    @extend_schema(request=CouvertureEntree, responses={204: None})
    def put(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Make the contract cover exactly these machines of its client."""
        ids = self.entree(CouvertureEntree)["equipement_ids"]
        self.couverts(pk, enfant)
        services.couvrir_equipements(par=request.user, contrat_id=enfant, equipement_ids=ids)
        return self.vide()


# --- Meters ---------------------------------------------------------------------------------------


class VueCompteur(VueEquipement):
    def compteurs(self, pk: int) -> QuerySet[Compteur]:
        self.exiger_visible(pk)
        return Compteur.objects.visible_to(self.request.user).filter(equipement_id=pk)

    def exiger_compteur(self, pk: int, enfant: int) -> None:
        if not self.compteurs(pk).filter(pk=enfant).exists():
            raise IntrouvableError


class Compteurs(VueCompteur):
    liste = ListeApi(COMPTEUR, tri_defaut=("nom",))

    def get(self, request: RequeteApi, pk: int) -> Response:
        """The machine's meters."""
        return self.lister(self.compteurs(pk))

    @extend_schema(request=CompteurEntree, responses={201: CompteurSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Add a meter."""
        compteur = services.creer_compteur(
            par=request.user,
            equipement_id=pk,
            **self.entree(CompteurEntree),
        )
        ligne = COMPTEUR.fiche(self.compteurs(pk), compteur.pk)
        return self.creee(ligne, f"{CHEMIN}/{pk}/compteurs/{compteur.pk}")


class UnCompteur(VueCompteur):
    @extend_schema(responses=CompteurSortie)
    def get(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """One meter."""
        return self.fiche(COMPTEUR.fiche(self.compteurs(pk), enfant))

    @extend_schema(request=CompteurEntree, responses=CompteurSortie)
    def patch(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Change the named fields."""
        champs = self.entree(CompteurEntree, partielle=True)
        with self.si_inchangee(self.compteurs(pk), enfant):
            self.exiger_compteur(pk, enfant)
            services.modifier_compteur(par=request.user, compteur_id=enfant, **champs)
        return self.fiche(COMPTEUR.fiche(self.compteurs(pk), enfant))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Delete a meter with its readings, unless a preventive plan counts on it."""
        with self.si_inchangee(self.compteurs(pk), enfant):
            self.exiger_compteur(pk, enfant)
            services.supprimer_compteur(par=request.user, compteur_id=enfant)
        return self.vide()


class VueReleve(VueCompteur):
    def releves(self, pk: int, enfant: int) -> QuerySet[ReleveCompteur]:
        self.exiger_compteur(pk, enfant)
        return ReleveCompteur.objects.visible_to(self.request.user).filter(compteur_id=enfant)


class Releves(VueReleve):
    liste = ListeApi(RELEVE, ReleveFiltres, {"date_releve": ("date_releve",)}, ("-date_releve",))

    @extend_schema(responses=page_de("Releve", RELEVE, ReleveSortie))
    def get(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """The readings of a meter, newest first."""
        return self.lister(self.releves(pk, enfant), releve_pour(request.user))

    @extend_schema(request=ReleveEntree, responses={201: ReleveSortie})
    def post(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Add a reading: lower than the one before it is a 409, unless the meter was replaced."""
        donnees = self.entree(ReleveEntree)
        self.exiger_compteur(pk, enfant)
        releve = services.enregistrer_releve(par=request.user, compteur_id=enfant, **donnees)
        ligne = releve_pour(request.user).fiche(self.releves(pk, enfant), releve.pk)
        return self.creee(ligne, f"{CHEMIN}/{pk}/compteurs/{enfant}/releves/{releve.pk}")


class UnReleve(VueReleve):
    @extend_schema(responses=ReleveSortie)
    def get(self, request: RequeteApi, pk: int, enfant: int, releve: int) -> Response:
        """One reading."""
        return self.fiche(releve_pour(request.user).fiche(self.releves(pk, enfant), releve))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int, enfant: int, releve: int) -> Response:
        """Take back a mistaken reading (responsables)."""
        releve_pour(request.user).fiche(self.releves(pk, enfant), releve)
        services.supprimer_releve(par=request.user, releve_id=releve)
        return self.vide()
