"""What the technicians carry: some of the parts and of the tools that the gammes call for, in each van."""

from decimal import Decimal

from demo.donnees.outils import HORS_SERVICE, OUTILS
from planning.models import Gamme
from stock.models import PieceDetachee, PieceVehicule
from technicians.models import Outil, Technicien

PAR_VEHICULE = 3
PART = 8  # a van takes at most one in so many of what there is


def charger_les_vehicules() -> None:
    """Each van some kinds of parts, in turn; most stays at the store."""
    pieces = list(
        PieceDetachee.objects.filter(gammes__isnull=False, is_active=True, stock_actuel__gte=PART)
        .distinct()
        .order_by("reference")
    )
    techniciens = Technicien.objects.order_by("matricule")
    portees: dict[int, Decimal] = {}
    lignes = []
    for rang, technicien in enumerate(techniciens if pieces else ()):
        for piece in {pieces[(rang + k) % len(pieces)] for k in range(PAR_VEHICULE)}:
            quantite = piece.stock_actuel // PART
            if portees.get(piece.pk, Decimal(0)) + quantite > piece.stock_actuel / 2:
                continue
            portees[piece.pk] = portees.get(piece.pk, Decimal(0)) + quantite
            lignes.append(PieceVehicule(user=technicien.user, piece=piece, quantite=quantite))
    PieceVehicule.objects.bulk_create(lignes)


def charger_les_outils() -> None:
    """The tools of each trade: its gammes need them, and those who know the trade carry all but the dear ones."""
    catalogue = {
        nom: Outil.objects.create(nom=nom, is_active=nom not in HORS_SERVICE)
        for nom in sorted({nom for metier in OUTILS.values() for nom in metier})
    }
    for gamme in Gamme.objects.prefetch_related("competences"):
        siens = {nom for metier in gamme.competences.all() for nom in OUTILS.get(metier.nom, {})}
        gamme.outils.set(catalogue[nom] for nom in siens if nom not in HORS_SERVICE)
    for technicien in Technicien.objects.prefetch_related("competences"):
        portes = {
            nom
            for metier in technicien.competences.all()
            for nom, porte in OUTILS.get(metier.nom, {}).items()
            if porte
        }
        technicien.outils.set(catalogue[nom] for nom in portes)
