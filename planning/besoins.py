"""The parts and tools that planned work needs, and where they are: in the technicien's van, at the store, nowhere."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from planning.models import Gamme, PieceGamme
from stock.models import PieceDetachee, PieceVehicule
from technicians.models import Outil, Technicien

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


def outils_requis(intervention_ids: Iterable[int]) -> dict[int, set[int]]:
    """The tools in service that each intervention needs, by the gammes of the plans that made it. One statement."""
    requis: dict[int, set[int]] = defaultdict(set)
    lignes = Gamme.objects.filter(
        plans__occurrences__intervention__in=list(intervention_ids), outils__is_active=True
    ).values_list("plans__occurrences__intervention", "outils")
    for intervention_id, outil_id in lignes:
        requis[intervention_id].add(outil_id)
    return requis


def outils_a_bord(technicien_ids: Iterable[int]) -> dict[int, set[int]]:
    """The tools in service that ride in the van of each of these techniciens. One statement."""
    portes: dict[int, set[int]] = defaultdict(set)
    lignes = Technicien.objects.filter(pk__in=list(technicien_ids), outils__is_active=True)
    for technicien_id, outil_id in lignes.values_list("pk", "outils"):
        portes[technicien_id].add(outil_id)
    return portes


@dataclass(frozen=True, slots=True)
class OutilsDeVisite:
    """The names of the tools that a visit needs: in the van, to fetch at the store, out of service."""

    a_bord: list[str]
    a_prendre: list[str]
    hors_service: list[str]


def outils_de_la_visite(intervention_id: int, technicien_id: int) -> OutilsDeVisite | None:
    """Where the tools are that the visit of this technicien needs; None when it needs none. One or two statements."""
    requis = list(
        Outil.objects.filter(
            pk__in=Outil.gammes.through.objects.filter(
                gamme__plans__occurrences__intervention=intervention_id
            ).values("outil")
        )
    )
    if not requis:
        return None
    siens = outils_a_bord([technicien_id])[technicien_id]
    return OutilsDeVisite(
        [outil.nom for outil in requis if outil.pk in siens],
        [outil.nom for outil in requis if outil.is_active and outil.pk not in siens],
        [outil.nom for outil in requis if not outil.is_active],
    )


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
