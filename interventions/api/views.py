"""`/interventions`: each action validates, calls its service and answers with the intervention."""

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from accounts.models import User
from erp.api.columns import Colonnes, Ligne
from erp.api.listing import PARAMETRES, ListeApi
from erp.api.schema import page_de
from erp.api.views import VueApi
from erp.exceptions import IntrouvableError
from erp.filters import valeurs_de_liste
from interventions import services
from interventions.api.columns import (
    COMPETENCES,
    CONTROLES,
    JOURNAL,
    LISTE,
    PIECES,
    TEMPS,
    intervention_pour,
    journal_pour,
    ligne_ouverte,
    pieces_pour,
)
from interventions.api.serializers import (
    AffectationEntree,
    ControleSortie,
    DemandeAnnulationEntree,
    InterventionDetailSortie,
    InterventionEntree,
    InterventionModification,
    InterventionSortie,
    LigneJournalSortie,
    PieceUtiliseeEntree,
    PieceUtiliseeSortie,
    PlanificationEntree,
    PointEntree,
    RemarqueEntree,
    ReponseEntree,
    SatisfactionEntree,
    StatutEntree,
    TempsEntree,
    TempsSortie,
)
from interventions.api.transitions import TABLE
from interventions.filters import (
    HISTORIQUE_TRIS,
    TRI_DEFAUT,
    TRIS,
    HistoriqueFiltres,
    InterventionFiltres,
)
from interventions.models import (
    CompteStatut,
    HistoriqueIntervention,
    Intervention,
    InterventionPiece,
    PointControle,
    TempsPasse,
)
from interventions.permissions import transitions_permises

CHEMIN = "/api/v1/interventions"


class VueIntervention(VueApi):
    """What the actions on one intervention share."""

    def visibles(self) -> QuerySet[Intervention]:
        return Intervention.objects.visible_to(self.request.user)

    def exiger_visible(self, pk: int) -> None:
        if not self.visibles().filter(pk=pk).exists():
            raise IntrouvableError

    def ligne(self, pk: int) -> Ligne:
        """The intervention that a service has just written, whoever may see it from now on."""
        return intervention_pour(self.request.user).lignes([pk])[0]

    def repondre(self, intervention: Intervention) -> Response:
        return self.fiche(self.ligne(intervention.pk))


class Interventions(VueIntervention):
    liste = ListeApi(LISTE, InterventionFiltres, TRIS, TRI_DEFAUT)

    def get(self, request: RequeteApi) -> Response:
        """The interventions that one sees: all, those assigned to oneself, those of one's company."""
        tout_voir = request.user.est_gestion
        return self.lister(self.visibles(), total_connu=_total if tout_voir else None)

    @extend_schema(request=InterventionEntree, responses={201: InterventionSortie})
    def post(self, request: RequeteApi) -> Response:
        """Open an intervention. A client may call it urgent; priorité, deadline and planning are for those who plan."""
        donnees = self.entree(InterventionEntree)
        points = [services.NouveauPoint(**point) for point in donnees.pop("controles", ())]
        intervention = services.creer_intervention(par=request.user, controles=points, **donnees)
        ligne = ligne_ouverte(request.user, intervention)
        return self.creee(ligne, f"{CHEMIN}/{intervention.pk}")


def _total(params: QueryDict) -> int | None:
    """The total of a list that is filtered by statut at most: triggers keep it."""
    if params.keys() - {*PARAMETRES, "statut"}:
        return None
    return CompteStatut.objects.total(valeurs_de_liste(params, "statut"))


class UneIntervention(VueIntervention):
    @extend_schema(responses=InterventionDetailSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One intervention with its required skills, its journal and the transitions that one may make now."""
        ligne = intervention_pour(request.user).fiche(self.visibles(), pk)
        return self.fiche(
            {
                **ligne,
                "competences": COMPETENCES.du_parent(pk),
                "transitions": _transitions(request.user, ligne),
                "historique": journal_pour(request.user).du_parent(pk),
            }
        )

    @extend_schema(request=InterventionModification, responses=InterventionSortie)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        """Change the named fields: the request (responsables), diagnostic, solution and notes (technicien too)."""
        return self._modifier(request, pk, self.entree(InterventionModification, partielle=True))

    @extend_schema(request=InterventionModification, responses=InterventionSortie)
    def put(self, request: RequeteApi, pk: int) -> Response:
        """Change the request; what is required to open one is required here too."""
        return self._modifier(request, pk, self.entree(InterventionModification))

    def _modifier(self, request: RequeteApi, pk: int, champs: dict[str, Any]) -> Response:
        intervention = services.modifier_intervention(
            par=request.user, intervention_id=pk, version=self.version_attendue(), **champs
        )
        return self.repondre(intervention)

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Delete one that was opened by mistake and has no history yet; cancel any other."""
        with self.si_inchangee(self.visibles(), pk):
            services.supprimer_intervention(par=request.user, intervention_id=pk)
        return self.vide()


def _transitions(user: User, ligne: Ligne) -> list[dict[str, Any]]:
    intervention = Intervention(
        pk=ligne["id"], statut=ligne["statut"], technicien_id=ligne["technicien_id"]
    )
    return [
        {
            "statut": permise.vers,
            "libelle": str(permise.libelle),
            "exige": list(permise.exige),
            "accepte": list(permise.accepte),
        }
        for permise in transitions_permises(user, intervention)
    ]


class Statut(VueIntervention):
    @extend_schema(request=StatutEntree, responses=InterventionSortie, description=TABLE)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        donnees = self.entree(StatutEntree)
        intervention = services.changer_statut(
            par=request.user,
            intervention_id=pk,
            vers=donnees.pop("statut"),
            version=self.version_attendue(),
            **donnees,
        )
        return self.repondre(intervention)


class Affecter(VueIntervention):
    """Assign a technicien, or give the job to another one; with a slot when one is given."""

    @extend_schema(request=AffectationEntree, responses={200: InterventionSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        intervention = services.affecter_technicien(
            par=request.user,
            intervention_id=pk,
            version=self.version_attendue(),
            **self.entree(AffectationEntree),
        )
        return self.repondre(intervention)


class Planifier(VueIntervention):
    @extend_schema(request=PlanificationEntree, responses={200: InterventionSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Give the assigned technicien a slot for it, or move the slot."""
        services.planifier(
            par=request.user,
            intervention_id=pk,
            version=self.version_attendue(),
            **self.entree(PlanificationEntree),
        )
        return self.fiche(self.ligne(pk))

    @extend_schema(responses={200: InterventionSortie})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Take the slot away; the technicien stays."""
        services.deplanifier(par=request.user, intervention_id=pk, version=self.version_attendue())
        return self.fiche(self.ligne(pk))


class Satisfaction(VueIntervention):
    """The client's mark, once, when the work is closed."""

    @extend_schema(request=SatisfactionEntree, responses={200: InterventionSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        intervention = services.noter_satisfaction(
            par=request.user, intervention_id=pk, **self.entree(SatisfactionEntree)
        )
        return self.repondre(intervention)


class DemandeAnnulation(VueIntervention):
    """The client asks that its request be cancelled, while nobody is assigned; a responsable decides."""

    @extend_schema(request=DemandeAnnulationEntree, responses={200: InterventionSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        intervention = services.demander_annulation(
            par=request.user, intervention_id=pk, **self.entree(DemandeAnnulationEntree)
        )
        return self.repondre(intervention)


# --- What belongs to an intervention ---------------------------------------------------------


class VueEnfants(VueIntervention):
    """The children of one intervention: those of an invisible one are a 404."""

    modele: ClassVar[Any]
    nom: ClassVar[str]

    def enfants(self, pk: int) -> QuerySet[Any]:
        self.exiger_visible(pk)
        visibles: QuerySet[Any] = self.modele.objects.visible_to(self.request.user)
        return visibles.filter(intervention_id=pk)

    def colonnes(self) -> Colonnes:
        assert self.liste is not None
        return self.liste.colonnes

    def creer(self, pk: int, enfant: Model) -> Response:
        return self.creee(
            self.colonnes().lignes([enfant.pk])[0], f"{CHEMIN}/{pk}/{self.nom}/{enfant.pk}"
        )


class Historique(VueEnfants):
    modele, nom = HistoriqueIntervention, "historique"
    liste = ListeApi(JOURNAL, HistoriqueFiltres, HISTORIQUE_TRIS, ("-horodatage", "-pk"))

    def colonnes(self) -> Colonnes:
        return journal_pour(self.request.user)

    @extend_schema(responses=page_de("LigneJournal", JOURNAL))
    def get(self, request: RequeteApi, pk: int) -> Response:
        """The journal, newest first."""
        return self.lister(self.enfants(pk), self.colonnes())

    @extend_schema(request=RemarqueEntree, responses={201: LigneJournalSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Add a remark; the client does not read an internal one."""
        ligne = services.ajouter_remarque(
            par=request.user, intervention_id=pk, **self.entree(RemarqueEntree)
        )
        return self.creer(pk, ligne)


class Pieces(VueEnfants):
    modele, nom = InterventionPiece, "pieces"
    liste = ListeApi(PIECES, tri_defaut=("pk",))

    def colonnes(self) -> Colonnes:
        return pieces_pour(self.request.user)

    @extend_schema(responses=page_de("PieceUtilisee", PIECES, PieceUtiliseeSortie))
    def get(self, request: RequeteApi, pk: int) -> Response:
        """The parts used (quantite > 0) and brought back (< 0)."""
        return self.lister(self.enfants(pk), self.colonnes())

    @extend_schema(request=PieceUtiliseeEntree, responses={201: PieceUtiliseeSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Take a part from the stock for the job, or bring one back."""
        ligne = services.consommer_piece(
            par=request.user, intervention_id=pk, **self.entree(PieceUtiliseeEntree)
        )
        return self.creer(pk, ligne)


class Temps(VueEnfants):
    modele, nom = TempsPasse, "temps"
    liste = ListeApi(TEMPS, tri_defaut=("debut", "pk"))

    @extend_schema(responses=page_de("Temps", TEMPS))
    def get(self, request: RequeteApi, pk: int) -> Response:
        """Time spent, work and travel."""
        return self.lister(self.enfants(pk))

    @extend_schema(request=TempsEntree, responses={201: TempsSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Enter time; it is never changed afterwards."""
        entree = services.ajouter_temps(
            par=request.user, intervention_id=pk, **self.entree(TempsEntree)
        )
        return self.creer(pk, entree)


class Controles(VueEnfants):
    modele, nom = PointControle, "controles"
    liste = ListeApi(CONTROLES, tri_defaut=("ordre", "pk"))

    @extend_schema(responses=page_de("Controle", CONTROLES))
    def get(self, request: RequeteApi, pk: int) -> Response:
        """The checklist, in order."""
        return self.lister(self.enfants(pk))

    @extend_schema(request=PointEntree, responses={201: ControleSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Add an item at the end (responsables)."""
        point = services.ajouter_controle(
            par=request.user, intervention_id=pk, **self.entree(PointEntree)
        )
        return self.creer(pk, point)


class UneLigne(VueEnfants):
    """One child, read only."""

    def get(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        return self.fiche(self.colonnes().fiche(self.enfants(pk), enfant))


@extend_schema(responses=LigneJournalSortie)
class UneLigneDuJournal(UneLigne):
    modele, nom = HistoriqueIntervention, "historique"

    def colonnes(self) -> Colonnes:
        return journal_pour(self.request.user)


@extend_schema(responses=PieceUtiliseeSortie)
class UnePiece(UneLigne):
    modele, nom = InterventionPiece, "pieces"

    def colonnes(self) -> Colonnes:
        return pieces_pour(self.request.user)


@extend_schema(responses=TempsSortie)
class UnTemps(UneLigne):
    modele, nom = TempsPasse, "temps"

    def colonnes(self) -> Colonnes:
        return TEMPS


class UnControle(UneLigne):
    modele, nom = PointControle, "controles"

    def colonnes(self) -> Colonnes:
        return CONTROLES

    @extend_schema(responses=ControleSortie)
    def get(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """One item of the checklist."""
        return super().get(request, pk, enfant)

    @extend_schema(request=ReponseEntree, responses=ControleSortie)
    def patch(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Answer it, or change the answer while the job is active."""
        donnees = self.entree(ReponseEntree)
        with self.si_inchangee(self.enfants(pk), enfant):
            services.repondre_controle(
                par=request.user, intervention_id=pk, controle_id=enfant, **donnees
            )
        return self.fiche(CONTROLES.lignes([enfant])[0])
