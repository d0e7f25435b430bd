"""`/stock`: parts, the ledger, parts under their minimum. Closed to clients."""

from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from accounts.models import User
from erp.api.listing import ListeApi
from erp.api.schema import page_de
from erp.api.views import VueApi
from erp.exceptions import IntrouvableError, ValidationError
from erp.models import CleTri
from erp.validation import choisir, exiger
from stock import services
from stock.api.columns import MOUVEMENT, PIECE, VEHICULE, mouvement_pour, piece_pour
from stock.api.serializers import (
    MouvementDePieceEntree,
    MouvementEntree,
    MouvementSortie,
    PieceEntree,
    PieceNouvelle,
    PieceSortie,
    VehiculeEntree,
    VehiculeSortie,
)
from stock.filters import (
    MOUVEMENTS_TRIS,
    PIECES_TRIS,
    VEHICULES_TRIS,
    MouvementFiltres,
    PieceFiltres,
    VehiculeFiltres,
)
from stock.models import MouvementStock, PieceDetachee, PieceVehicule
from stock.permissions import peut_gerer, peut_voir
from stock.querysets import PieceQuerySet

CHEMIN = "/api/v1/stock"


class VueStock(VueApi):
    """What the views of the stock share; a client is refused at the door."""

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        user: Any = request.user  # signed in, as the line above made sure
        exiger(peut_voir(user))

    def pieces(self) -> PieceQuerySet:
        return PieceDetachee.objects.visible_to(self.request.user)

    def mouvements(self) -> QuerySet[MouvementStock]:
        return MouvementStock.objects.visible_to(self.request.user)

    def mouvement(self, pk: int) -> Response:
        ligne = mouvement_pour(self.request.user).fiche(self.mouvements(), pk)
        return self.creee(ligne, f"{CHEMIN}/mouvements/{pk}")


class Pieces(VueStock):
    liste = ListeApi(PIECE, PieceFiltres, PIECES_TRIS, (CleTri("designation").asc(),))

    @extend_schema(responses=page_de("Piece", PIECE, PieceSortie))
    def get(self, request: RequeteApi) -> Response:
        """The parts."""
        return self.lister(self.pieces(), piece_pour(request.user))

    @extend_schema(request=PieceNouvelle, responses={201: PieceSortie})
    def post(self, request: RequeteApi) -> Response:
        """Create a part; what is on the shelf comes in as its first movement."""
        piece = services.creer_piece(par=request.user, **self.entree(PieceNouvelle))
        ligne = piece_pour(request.user).fiche(self.pieces(), piece.pk)
        return self.creee(ligne, f"{CHEMIN}/pieces/{piece.pk}")


class UnePiece(VueStock):
    @extend_schema(responses=PieceSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One part."""
        return self.fiche(piece_pour(request.user).fiche(self.pieces(), pk))

    @extend_schema(request=PieceEntree, responses=PieceSortie)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        """Change the named fields; the stock itself moves through movements."""
        return self._modifier(request, pk, self.entree(PieceEntree, partielle=True))

    @extend_schema(request=PieceEntree, responses=PieceSortie)
    def put(self, request: RequeteApi, pk: int) -> Response:
        """Change the part; what is required to create one is required here too."""
        return self._modifier(request, pk, self.entree(PieceEntree))

    def _modifier(self, request: RequeteApi, pk: int, champs: dict[str, Any]) -> Response:
        with self.si_inchangee(self.pieces(), pk):
            services.modifier_piece(par=request.user, piece_id=pk, **champs)
        return self.fiche(piece_pour(request.user).fiche(self.pieces(), pk))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Delete a part that never moved; make any other inactive."""
        with self.si_inchangee(self.pieces(), pk):
            services.supprimer_piece(par=request.user, piece_id=pk)
        return self.vide()


class SousMinimum(VueStock):
    liste = ListeApi(
        PIECE, PieceFiltres, PIECES_TRIS, ((F("stock_actuel") - F("stock_minimum")).asc(),)
    )

    @extend_schema(responses=page_de("Piece", PIECE, PieceSortie))
    def get(self, request: RequeteApi) -> Response:
        """Active parts of which less is left than their minimum, the most missing first."""
        return self.lister(self.pieces().sous_minimum(), piece_pour(request.user))


class Mouvements(VueStock):
    liste = ListeApi(MOUVEMENT, MouvementFiltres, MOUVEMENTS_TRIS, ("-pk",))

    @extend_schema(responses=page_de("Mouvement", MOUVEMENT, MouvementSortie))
    def get(self, request: RequeteApi) -> Response:
        """The ledger, newest first."""
        return self.lister(self.mouvements(), mouvement_pour(request.user))

    @extend_schema(request=MouvementEntree, responses={201: MouvementSortie})
    def post(self, request: RequeteApi) -> Response:
        """Move stock by hand (responsables); a technicien takes parts through his intervention."""
        donnees = self.entree(MouvementEntree)
        choisir(self.pieces(), "piece_id", donnees["piece_id"])
        mouvement = services.enregistrer_mouvement(par=request.user, **donnees)
        return self.mouvement(mouvement.pk)


class UnMouvement(VueStock):
    @extend_schema(responses=MouvementSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One line of the ledger."""
        return self.fiche(mouvement_pour(request.user).fiche(self.mouvements(), pk))


class MouvementsDePiece(VueStock):
    liste = ListeApi(MOUVEMENT, MouvementFiltres, MOUVEMENTS_TRIS, ("-pk",))

    @extend_schema(responses=page_de("Mouvement", MOUVEMENT, MouvementSortie))
    def get(self, request: RequeteApi, pk: int) -> Response:
        """The movements of one part, newest first."""
        if not self.pieces().filter(pk=pk).exists():
            raise IntrouvableError
        return self.lister(self.mouvements().filter(piece_id=pk), mouvement_pour(request.user))

    @extend_schema(request=MouvementDePieceEntree, responses={201: MouvementSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Move the stock of one part by hand (responsables)."""
        donnees = self.entree(MouvementDePieceEntree)
        mouvement = services.enregistrer_mouvement(par=request.user, piece_id=pk, **donnees)
        return self.mouvement(mouvement.pk)


class Vehicules(VueStock):
    liste = ListeApi(
        VEHICULE,
        VehiculeFiltres,
        VEHICULES_TRIS,
        (CleTri("user__full_name").asc(), CleTri("piece__designation").asc()),
    )

    def lignes(self) -> QuerySet[PieceVehicule]:
        return PieceVehicule.objects.visible_to(self.request.user)

    def get(self, request: RequeteApi) -> Response:
        """What rides in the vans: all of them for those who run the stock, his own for a technicien."""
        return self.lister(self.lignes())

    @extend_schema(request=VehiculeEntree, responses={200: VehiculeSortie, 204: None})
    def put(self, request: RequeteApi) -> Response:
        """Say how much of a part is in a technicien's van from now on; nothing (204) when it is none."""
        exiger(peut_gerer(request.user))
        donnees = self.entree(VehiculeEntree)
        porteurs = User.objects.visible_to(request.user).filter(
            technicien=donnees.pop("technicien_id")
        )
        porteur = porteurs.first()
        if porteur is None:
            raise ValidationError.champ(
                "technicien_id", _("Ce technicien n’existe pas."), "INCONNU"
            )
        ligne = services.charger_vehicule(par=request.user, user_id=porteur.pk, **donnees)
        if ligne is None:
            return self.vide()
        return self.fiche(VEHICULE.fiche(self.lignes(), ligne.pk))
