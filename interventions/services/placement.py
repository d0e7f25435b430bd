"""Where a job stands on a board: its technicien and its slot, put there in one go."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from erp.exceptions import AuthorizationError, BusinessRuleError, ValidationError
from interventions.choices import ActionJournal, Statut
from interventions.models import Intervention
from interventions.services._commun import enregistrer, journaliser, verrouiller
from interventions.services.creneaux import creneau_ouvert, verifier_periode
from interventions.services.vie import (
    affecter_technicien,
    changer_statut,
    deplanifier,
    planifier,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Who does it, and when; without a slot `debut` and `fin` are None, unassigned all three."""

    technicien_id: int | None
    debut: datetime | None
    fin: datetime | None


@transaction.atomic
def placer(
    *,
    par: User,
    intervention_id: int,
    place: Place,
    version: int | None = None,
) -> tuple[Intervention, Place]:
    """Assign, plan, move, unplan or unassign, whatever leads to this place; also answers the place it left.

    To put it back there undoes the move. Raises what `affecter_technicien`, `planifier`, `deplanifier` and
    `changer_statut` raise, BusinessRuleError DEJA_COMMENCEE when a job under way would change hands.
    """
    if not par.est_gestion:
        raise AuthorizationError()
    if verifier_periode(place.debut, place.fin) and place.technicien_id is None:
        raise ValidationError.champ("technicien_id", _("Un créneau demande un technicien."))
    intervention = verrouiller(intervention_id, par, version)
    creneau = creneau_ouvert(intervention)
    avant = Place(
        intervention.technicien_id,
        creneau.debut if creneau else None,
        creneau.fin if creneau else None,
    )
    if place == avant:
        return intervention, avant
    if place.technicien_id is None:
        return (
            changer_statut(par=par, intervention_id=intervention_id, vers=Statut.OUVERTE),
            avant,
        )
    if (
        place.debut is None and avant.debut is not None
    ):  # first: where it goes, its old slot may be taken
        intervention = deplanifier(par=par, intervention_id=intervention_id)
    if place.technicien_id != avant.technicien_id:
        intervention = _confier(intervention, place, par=par)
    elif place.debut is not None and place.fin is not None:
        return (
            planifier(
                par=par,
                intervention_id=intervention_id,
                debut=place.debut,
                fin=place.fin,
                notes=creneau.notes if creneau else "",
            ),
            avant,
        )
    return intervention, avant


@transaction.atomic
def verrouiller_creneau(
    *, par: User, intervention_id: int, verrouille: bool, version: int | None = None
) -> Intervention:
    """Lock the open slot where it is, or let it be moved again.

    Raises BusinessRuleError NON_PLANIFIEE when there is none.
    """
    if not par.est_gestion:
        raise AuthorizationError()
    intervention = verrouiller(intervention_id, par, version)
    creneau = creneau_ouvert(intervention)
    if creneau is None:
        raise BusinessRuleError(_("Cette intervention n’est pas planifiée."), code="NON_PLANIFIEE")
    if creneau.verrouille != verrouille:
        creneau.verrouille = verrouille
        creneau.enregistrer("verrouille")
        enregistrer(intervention)
        journaliser(
            intervention,
            ActionJournal.MODIFICATION,
            par=par,
            donnees={"creneau_verrouille": [not verrouille, verrouille]},
        )
    return intervention


def _confier(intervention: Intervention, place: Place, *, par: User) -> Intervention:
    if intervention.statut in (Statut.EN_COURS, Statut.EN_ATTENTE):
        raise BusinessRuleError(
            _("%(reference)s est commencée : elle ne change plus de technicien.")
            % {"reference": intervention.reference},
            code="DEJA_COMMENCEE",
        )
    assert place.technicien_id is not None
    return affecter_technicien(
        par=par,
        intervention_id=intervention.pk,
        technicien_id=place.technicien_id,
        debut=place.debut,
        fin=place.fin,
    )
