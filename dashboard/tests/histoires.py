"""A company small enough to count by hand, over November 2026, seen on Monday the 23rd at noon in Casablanca."""

from datetime import datetime

from erp.calendrier import CASABLANCA
from interventions.tests.factories import InterventionFactory

MAINTENANT = datetime(2026, 11, 23, 12, tzinfo=CASABLANCA)


def le(jour, heure=0, minute=0, mois=11):
    return datetime(2026, mois, jour, heure, minute, tzinfo=CASABLANCA)


def finie(creee, debut, fin, **champs):
    """A closed one, from its three moments."""
    champs = {"date_affectation": creee, "date_cloture": fin, **champs}
    return InterventionFactory(
        cloturee=True, date_creation=creee, date_debut=debut, date_fin=fin, **champs
    )
