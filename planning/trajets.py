"""How long it takes to drive from one place to another.

No map is asked: the great circle, lengthened by what roads add, at the speed of a van in and between Moroccan towns. It
serves to compare two rounds, not to promise an hour of arrival.
"""

from decimal import Decimal
from math import asin, cos, radians, sin, sqrt

DETOUR = 1.3  # roads are longer than the great circle
VITESSE = 45.0  # km/h
INCONNU = 30.0  # minutes, when one of the places has no position
RAYON = 6371.0  # km, the Earth's

Position = tuple[float, float] | None


def position(latitude: Decimal | None, longitude: Decimal | None) -> Position:
    if latitude is None or longitude is None:
        return None
    return float(latitude), float(longitude)


def minutes(de: Position, a: Position) -> float:
    """Minutes of driving; `INCONNU` when a place has no position.

    The distance is by the haversine formula (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984).
    """
    if de is None or a is None:
        return INCONNU
    lat1, lon1, lat2, lon2 = map(radians, (*de, *a))
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * RAYON * asin(sqrt(min(1.0, h))) * DETOUR / VITESSE * 60
