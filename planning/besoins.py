"""The parts that planned work needs, and where they are: in the technicien's van, at the store, nowhere."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from planning.models import PieceGamme
from stock.models import PieceDetachee, PieceVehicule

Quantites = dict[int, Decimal]  # by part


def pieces_requises(intervention_ids: Iterable[int]) -> dict[int, Quantites]:
    """What each intervention takes along, by the gammes of the plans that made it. One statement."""
    requises: dict[int, Quantites] = defaultdict(lambda: defaultdict(Decimal))
    lignes = PieceGamme.objects.filter(
        gamme__plans__occurrences__intervention__in=list(intervention_ids)
    ).values_list("gamme__plans__occurrences__intervention", "piece_id", "quantite")
    for intervention_id, piece_id, quantite in lignes:
        requises[intervention_id][piece_id] += quantite
    return requises


def dans_les_vehicules(user_ids: Iterable[int], piece_ids: Iterable[int]) -> dict[int, Quantites]:
    """What each of these accounts' vans holds of these parts. One statement."""
    contenus: dict[int, Quantites] = defaultdict(dict)
    lignes = PieceVehicule.objects.filter(user__in=list(user_ids), piece__in=list(piece_ids))
    for user_id, piece_id, quantite in lignes.values_list("user_id", "piece_id", "quantite"):
        contenus[user_id][piece_id] = quantite
    return contenus


@dataclass(frozen=True, slots=True)
class Besoin:
    """A part that a visit needs, and what of it is missing in the van, then at the store as well."""

    nom: str
    a_prendre: Decimal
    manque: Decimal


def besoins_de_la_visite(intervention_id: int, user_id: int) -> list[Besoin]:
    """Each part that the visit of this technicien (his account) needs. Three statements, one when it needs none."""
    requises = pieces_requises([intervention_id]).get(intervention_id, {})
    if not requises:
        return []
    siens = dans_les_vehicules([user_id], requises).get(user_id, {})
    pieces = (
        PieceDetachee.objects.filter(pk__in=requises)
        .annotate(dehors=Sum("vehicules__quantite", default=Decimal(0)))
        .order_by("designation", "pk")
        .values_list("pk", "designation", "stock_actuel", "dehors")
    )
    besoins = []
    for pk, nom, stock, dehors in pieces:
        a_prendre = max(Decimal(0), requises[pk] - siens.get(pk, Decimal(0)))
        au_magasin = max(Decimal(0), stock - dehors)
        besoins.append(Besoin(nom, a_prendre, max(Decimal(0), a_prendre - au_magasin)))
    return besoins
