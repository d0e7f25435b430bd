"""When the company works, and when each technicien does: what « available » means besides absences and slots."""

from datetime import datetime
from typing import TYPE_CHECKING

from erp.calendrier import Calendrier
from erp.horaires import lire_semaine
from erp.societe import calendrier_societe

if TYPE_CHECKING:
    from technicians.models import Technicien


def societe_ouverte(moment: datetime) -> bool:
    """Whether the moment lies within the opening hours of a working day."""
    return calendrier_societe().ouvert_a(moment)


def calendrier_de(technicien: "Technicien", societe: Calendrier) -> Calendrier:
    """His own hours when he has some, else the company's; closed days and Ramadan are the company's either way."""
    return societe.pour(lire_semaine(technicien.horaires)) if technicien.horaires else societe
