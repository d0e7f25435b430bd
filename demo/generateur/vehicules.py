"""What the technicians carry: some of the parts that the gammes call for, in each van."""

from decimal import Decimal

from stock.models import PieceDetachee, PieceVehicule
from technicians.models import Technicien

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
