"""When the company works: what « available » means besides absences and slots."""

from datetime import datetime

from erp.societe import calendrier_societe


def societe_ouverte(moment: datetime) -> bool:
    """Whether the moment lies within the opening hours of a working day."""
    return calendrier_societe().ouvert_a(moment)
