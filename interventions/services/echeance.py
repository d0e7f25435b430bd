"""When an intervention must be done: what its contract promises, else what its priorité means."""

from datetime import datetime, timedelta

from django.utils import timezone

from clients.choices import Couverture
from clients.models import Contrat, EngagementSLA
from equipment.models import Equipement
from erp.calendrier import ajouter_heures_ouvrees
from erp.enonces import Requete
from erp.societe import calendrier_societe
from interventions.choices import DELAIS_PAR_PRIORITE

_COUVRANTS = Requete(
    lambda equipement_id, jour: (
        Contrat.objects.en_vigueur(jour).filter(couvertures__equipement=equipement_id).order_by()
    )
)
# one at most
_ENGAGEMENTS = Requete(
    lambda contrat_id, priorite: EngagementSLA.objects.filter(
        contrat=contrat_id, priorite=priorite
    ).order_by()
)


def contrat_couvrant(equipement: Equipement) -> Contrat | None:
    """The contract in force that covers the équipement; the database allows one at most."""
    couvrants = _COUVRANTS(equipement.pk, timezone.localdate())
    return couvrants[0] if couvrants else None


def calculer_date_limite(
    *, priorite: str, depart: datetime, contrat: Contrat | None
) -> datetime | None:
    """`depart` plus the resolution time.

    A contract's promise counts around the clock or in working hours, as its `couverture` says; without one for this
    priorité the delay of `DELAIS_PAR_PRIORITE` runs around the clock, and a programmée has no deadline.
    """
    if contrat is not None:
        for engagement in _ENGAGEMENTS(contrat.pk, priorite):
            if contrat.couverture == Couverture.OUVREE:
                return ajouter_heures_ouvrees(
                    depart, engagement.resolution_heures, calendrier_societe()
                )
            return depart + timedelta(hours=engagement.resolution_heures)
    delai = DELAIS_PAR_PRIORITE.get(priorite)
    return depart + delai if delai is not None else None
