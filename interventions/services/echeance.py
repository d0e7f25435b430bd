"""When an intervention must be done: what its contract promises, else what its priorité means."""

from datetime import datetime, timedelta

from clients.choices import Couverture
from clients.models import Contrat, EngagementSLA
from equipment.models import Equipement
from erp.calendrier import Calendrier, ajouter_heures_ouvrees
from erp.models import ParametresSociete
from interventions.choices import DELAIS_PAR_PRIORITE


def contrat_couvrant(equipement: Equipement) -> Contrat | None:
    """The contract in force that covers the équipement; the database allows one at most."""
    return Contrat.objects.en_vigueur().filter(couvertures__equipement=equipement).first()


def calendrier_societe() -> Calendrier:
    """The company's opening hours."""
    parametres = ParametresSociete.actuels()
    return Calendrier(
        ouverture=parametres.heure_ouverture,
        fermeture=parametres.heure_fermeture,
        jours=frozenset(parametres.jours_ouvres or range(5)),
    )


def calculer_date_limite(
    *, priorite: str, depart: datetime, contrat: Contrat | None
) -> datetime | None:
    """`depart` plus the resolution time.

    A contract's promise counts around the clock or in working hours, as its `couverture` says; without one for this
    priorité the delay of `DELAIS_PAR_PRIORITE` runs around the clock, and a programmée has no deadline.
    """
    if contrat is not None:
        engagement = EngagementSLA.objects.filter(contrat=contrat, priorite=priorite).first()
        if engagement is not None:
            if contrat.couverture == Couverture.OUVREE:
                return ajouter_heures_ouvrees(
                    depart, engagement.resolution_heures, calendrier_societe()
                )
            return depart + timedelta(hours=engagement.resolution_heures)
    delai = DELAIS_PAR_PRIORITE.get(priorite)
    return depart + delai if delai is not None else None
