"""Regulatory inspections: what the inspector reported, and each of his reserves until it is lifted."""

import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from erp.exceptions import AuthorizationError, BusinessRuleError, ValidationError
from erp.societe import calendrier_societe
from erp.validation import ecrire, trouver
from interventions.choices import Priorite, TypeIntervention
from interventions.models import Intervention
from interventions.services import creer_intervention
from planning.choices import Conclusion
from planning.models import Inspection, PlanMaintenance, Reserve
from planning.permissions import peut_gerer
from planning.services.catalogue import DEPART_MAX, DEPART_MIN

RESERVES_AU_PLUS = 100
DELAI_USUEL = timedelta(days=30)


@transaction.atomic
def enregistrer_inspection(
    *,
    par: User,
    plan_id: int,
    date_visite: date,
    organisme: str,
    conclusion: str,
    inspecteur: str = "",
    numero_rapport: str = "",
    observations: str = "",
    reserves: Sequence[tuple[str, date | None]] = (),
) -> Inspection:
    """The report of a visit; each reserve (what, by when) becomes a corrective intervention on the machine.

    « Conforme » has no reserve, anything else at least one; the organisme is one that the plan names, when it
    names any. Raises AuthorizationError, IntrouvableError, BusinessRuleError PLAN_NON_REGLEMENTAIRE, ValidationError.
    """
    plan = trouver(PlanMaintenance.objects.visible_to(par), plan_id, verrou=True)
    if not peut_gerer(par):
        raise AuthorizationError()
    if not plan.reglementaire:
        raise BusinessRuleError(
            _("Ce plan n’est pas un contrôle réglementaire."), code="PLAN_NON_REGLEMENTAIRE"
        )
    if date_visite > timezone.localdate():
        raise ValidationError.champ(
            "date_visite", _("La visite n’a pas encore eu lieu."), "DATE_FUTURE"
        )
    # a year of two digits: a report is not taken back
    jours = [("date_visite", date_visite), *(("reserves", delai) for _libelle, delai in reserves)]
    for champ, dit in jours:
        if dit is not None and not DEPART_MIN <= dit <= DEPART_MAX:
            raise ValidationError.champ(
                champ, _("Donnez une date entre 2000 et 2100."), "HORS_LIMITES"
            )
    organisme = _habilite(plan, organisme)
    if (conclusion == Conclusion.CONFORME) == bool(reserves):
        message = (
            _("Un contrôle conforme n’a pas de réserve.")
            if reserves
            else _("Dites au moins une réserve.")
        )
        raise ValidationError.champ("reserves", message, "RESERVES")
    if len(reserves) > RESERVES_AU_PLUS:
        raise ValidationError.champ(
            "reserves", _("%(max)s réserves au plus.") % {"max": RESERVES_AU_PLUS}, "HORS_BORNES"
        )
    inspection = ecrire(
        Inspection(plan=plan, enregistree_par=par),
        {
            "date_visite": date_visite,
            "organisme": organisme,
            "inspecteur": inspecteur,
            "numero_rapport": numero_rapport,
            "conclusion": conclusion,
            "observations": observations,
        },
    )
    for numero, (libelle, delai) in enumerate(reserves, start=1):
        _ouvrir(par, inspection, numero, libelle, delai)
    return inspection


def organismes_habilites(plan: PlanMaintenance) -> list[str]:
    """Who may inspect: what the plan names, separated by semicolons. Nobody named, anybody may."""
    return [nom for nom in (" ".join(mot.split()) for mot in plan.organisme.split(";")) if nom]


def _habilite(plan: PlanMaintenance, organisme: str) -> str:
    """The organisme as the plan writes it, whatever the case and the accents of the report. Raises ValidationError."""
    habilites = organismes_habilites(plan)
    if not habilites or not organisme.strip():
        return organisme
    for nom in habilites:
        if _cle(nom) == _cle(organisme):
            return nom
    raise ValidationError.champ(
        "organisme",
        _("N’est pas habilité pour ce contrôle. Le plan nomme : %(noms)s.")
        % {"noms": ", ".join(habilites)},
        "ORGANISME_NON_HABILITE",
    )


def _cle(nom: str) -> str:
    plat = unicodedata.normalize("NFKD", " ".join(nom.split()))
    return "".join(c for c in plat if not unicodedata.combining(c)).casefold()


def _ouvrir(
    par: User, inspection: Inspection, numero: int, libelle: str, delai: date | None
) -> Reserve:
    return ecrire(
        Reserve(
            inspection=inspection,
            numero=numero,
            intervention=_corriger(par, inspection, numero, libelle, delai),
        ),
        {"libelle": libelle, "delai": delai},
    )


def _corriger(
    par: User, inspection: Inspection, numero: int, libelle: str, delai: date | None
) -> Intervention:
    """A reserve's intervention, due by the end of the day that the report gives, a month from now by default."""
    plan = inspection.plan
    limite = delai or timezone.localdate() + DELAI_USUEL
    grave = inspection.conclusion == Conclusion.NON_CONFORME
    description = _(
        "Réserve n° %(numero)s du contrôle réglementaire du %(jour)s (%(texte)s) : %(libelle)s"
    ) % {
        "numero": numero,
        "jour": inspection.date_visite.strftime("%d/%m/%Y"),
        "texte": plan.texte_legal,
        "libelle": libelle,
    }
    return creer_intervention(
        par=par,
        equipement_id=plan.equipement_id,
        type_intervention=TypeIntervention.CORRECTIVE,
        titre=_("Lever la réserve n° %(numero)s : %(libelle)s")
        % {"numero": numero, "libelle": libelle[:120]},
        description=description[:2000],
        priorite=Priorite.HAUTE if grave else Priorite.NORMALE,
        date_limite=calendrier_societe().plage(max(limite, timezone.localdate()))[1],
    )


@transaction.atomic
def lever_reserve(*, par: User, reserve_id: int, note: str) -> Reserve:
    """The reserve is no more: its intervention is done, and `note` says how it was verified.

    Raises AuthorizationError, IntrouvableError, BusinessRuleError RESERVE_EN_COURS, RESERVE_ANNULEE or RESERVE_LEVEE.
    """
    reserve = _ouverte(par, reserve_id)
    if reserve.sans_suite:
        raise BusinessRuleError(
            _("%(reference)s a été annulée : reprenez d’abord la réserve.")
            % {"reference": reserve.intervention.reference},
            code="RESERVE_ANNULEE",
        )
    if reserve.intervention.date_cloture is None:
        raise BusinessRuleError(
            _("Clôturez d’abord %(reference)s.") % {"reference": reserve.intervention.reference},
            code="RESERVE_EN_COURS",
        )
    return ecrire(reserve, {"levee_le": timezone.localdate(), "levee_par": par, "note": note})


@transaction.atomic
def reprendre_reserve(*, par: User, reserve_id: int) -> Reserve:
    """A new intervention for a reserve whose own was cancelled: it stays open until the work is done.

    Raises AuthorizationError, IntrouvableError, BusinessRuleError RESERVE_LEVEE or RESERVE_SUIVIE.
    """
    reserve = _ouverte(par, reserve_id)
    if not reserve.sans_suite:
        raise BusinessRuleError(
            _("%(reference)s suit déjà cette réserve.")
            % {"reference": reserve.intervention.reference},
            code="RESERVE_SUIVIE",
        )
    reserve.intervention = _corriger(
        par, reserve.inspection, reserve.numero, reserve.libelle, reserve.delai
    )
    reserve.enregistrer("intervention")
    return reserve


def _ouverte(par: User, reserve_id: int) -> Reserve:
    """The reserve, locked. Raises AuthorizationError, IntrouvableError, BusinessRuleError RESERVE_LEVEE."""
    reserve = trouver(Reserve.objects.visible_to(par), reserve_id, verrou=True)
    if not peut_gerer(par):
        raise AuthorizationError()
    if reserve.levee_le is not None:
        raise BusinessRuleError(_("Cette réserve est déjà levée."), code="RESERVE_LEVEE")
    return reserve
