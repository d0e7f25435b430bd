"""When the company works: what « available » means besides absences and slots."""

from datetime import datetime

from erp.calendrier import CASABLANCA, Calendrier
from erp.models import ParametresSociete


def calendrier_societe() -> Calendrier:
    """The company's opening hours."""
    parametres = ParametresSociete.actuels()
    return Calendrier(
        ouverture=parametres.heure_ouverture,
        fermeture=parametres.heure_fermeture,
        jours=frozenset(parametres.jours_ouvres or range(5)),
    )


def societe_ouverte(moment: datetime) -> bool:
    """Whether the moment lies within the opening hours of a working day."""
    calendrier = calendrier_societe()
    jour = moment.astimezone(CASABLANCA).date()
    ouverture, fermeture = calendrier.plage(jour)
    return calendrier.est_ouvre(jour) and ouverture <= moment < fermeture
