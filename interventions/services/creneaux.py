"""Who can take a job at a time, and the slot that holds it. Callers own the intervention's row lock.

Lock order: intervention, then technicien. Declaring an absence takes the technicien's lock too, so that a slot and an
absence decided at the same moment see each other.
"""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from erp.exceptions import BusinessRuleError, ValidationError
from interventions.models import Intervention, Planning
from interventions.services._commun import conflits_en_clair
from technicians.models import Technicien


def verifier_periode(debut: datetime | None, fin: datetime | None) -> bool:
    """Whether a slot is given. Raises ValidationError for half a slot or one that ends before it begins."""
    if debut is None and fin is None:
        return False
    if debut is None or fin is None:
        manquant = "debut" if debut is None else "fin"
        raise ValidationError.champ(
            manquant, _("Donnez le début et la fin du créneau, ou aucun des deux.")
        )
    if fin <= debut:
        raise ValidationError.champ("fin", _("La fin doit suivre le début."), "PERIODE_INVALIDE")
    return True


def technicien_pour(
    intervention: Intervention, technicien_id: int, debut: datetime | None, fin: datetime | None
) -> Technicien:
    """The technicien, locked, if he can take this job (in the slot, when one is given).

    Raises ValidationError when there is none such, BusinessRuleError TECHNICIEN_INACTIF, COMPETENCE_MANQUANTE,
    TECHNICIEN_INDISPONIBLE or CRENEAU_OCCUPE when he cannot.
    """
    technicien = (
        Technicien.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user")
        .filter(pk=technicien_id)
        .first()
    )
    if technicien is None:
        raise ValidationError.champ("technicien_id", _("Ce technicien n’existe pas."), "INCONNU")
    if not technicien.user.is_active:
        raise BusinessRuleError(
            _("%(nom)s n’est plus en activité.") % {"nom": technicien.user.full_name},
            code="TECHNICIEN_INACTIF",
        )
    verifier_competences(intervention, technicien, debut)
    if debut is not None and fin is not None:
        verifier_libre(intervention, technicien, debut, fin)
    return technicien


def verifier_competences(
    intervention: Intervention, technicien: Technicien, debut: datetime | None = None
) -> None:
    """Raises BusinessRuleError COMPETENCE_MANQUANTE, naming what he lacks on the day of the job."""
    jour = timezone.localdate(debut) if debut is not None else timezone.localdate()
    detenues = technicien.competences_detenues.valides(jour).values("competence")
    manquantes = intervention.competences_requises.exclude(pk__in=detenues).values_list(
        "nom", flat=True
    )
    if noms := ", ".join(manquantes):
        raise BusinessRuleError(
            _("%(nom)s n’a pas la compétence requise (ou elle a expiré) : %(competences)s.")
            % {"nom": technicien.user.full_name, "competences": noms},
            code="COMPETENCE_MANQUANTE",
        )


def verifier_libre(
    intervention: Intervention, technicien: Technicien, debut: datetime, fin: datetime
) -> None:
    """Raises BusinessRuleError when he is away (TECHNICIEN_INDISPONIBLE) or elsewhere (CRENEAU_OCCUPE) meanwhile."""
    absence = technicien.disponibilites.acceptees().touchant(debut, fin).first()
    if absence is not None:
        raise BusinessRuleError(
            _("%(nom)s est absent (%(type)s) du %(debut)s au %(fin)s.")
            % {
                "nom": technicien.user.full_name,
                "type": absence.get_type_display().lower(),
                "debut": _moment(absence.debut),
                "fin": _moment(absence.fin),
            },
            code="TECHNICIEN_INDISPONIBLE",
        )
    autre = (
        Planning.objects.ouverts()
        .filter(technicien=technicien)
        .touchant(debut, fin)
        .exclude(Q(intervention=intervention))
        .select_related("intervention")
        .first()
    )
    if autre is not None:
        raise BusinessRuleError(
            _("%(nom)s est déjà sur %(reference)s du %(debut)s au %(fin)s.")
            % {
                "nom": technicien.user.full_name,
                "reference": autre.intervention.reference,
                "debut": _moment(autre.debut),
                "fin": _moment(autre.fin),
            },
            code="CRENEAU_OCCUPE",
        )


def creneau_ouvert(intervention: Intervention) -> Planning | None:
    """The open slot, locked."""
    return (
        Planning.objects.ouverts()
        .filter(intervention=intervention)
        .select_for_update(of=("self",))
        .first()
    )


def poser_creneau(
    intervention: Intervention,
    technicien: Technicien,
    debut: datetime,
    fin: datetime,
    *,
    confirme: bool = False,
    notes: str = "",
) -> Planning:
    """Give the intervention its slot, or move the open one; the reminder is due again.

    Raises BusinessRuleError CRENEAU_VERROUILLE when a locked one would move.
    """
    creneau = creneau_ouvert(intervention) or Planning(intervention=intervention)
    if (creneau.technicien_id, creneau.debut, creneau.fin) != (technicien.pk, debut, fin):
        exiger_deverrouille(creneau)
    creneau.technicien = technicien
    creneau.debut, creneau.fin = debut, fin
    creneau.confirme, creneau.notes = confirme, notes
    creneau.rappel_envoye = False
    with conflits_en_clair():
        if creneau._state.adding:
            creneau.save(force_insert=True)
        else:
            creneau.enregistrer("technicien", "debut", "fin", "confirme", "notes", "rappel_envoye")
    return creneau


def exiger_deverrouille(creneau: Planning | None) -> None:
    """Raises BusinessRuleError CRENEAU_VERROUILLE."""
    if creneau is not None and creneau.verrouille:
        raise BusinessRuleError(
            _("Le créneau de %(reference)s est verrouillé : déverrouillez-le d’abord.")
            % {"reference": creneau.intervention.reference},
            code="CRENEAU_VERROUILLE",
        )


def liberer_creneau(intervention: Intervention) -> bool:
    """Free the open slot; whether there was one."""
    return Planning.objects.ouverts().filter(intervention=intervention).update(ouvert=False) > 0


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
