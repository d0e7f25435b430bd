"""The optimiser's proposals: asked for, then applied; in between they are computed (`planning.services.calcul`)."""

from collections.abc import Iterable
from datetime import date
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from erp.exceptions import (
    AuthorizationError,
    BusinessRuleError,
    ERPException,
    IntrouvableError,
    ValidationError,
)
from interventions.choices import Statut
from interventions.models import Planning
from interventions.services import affecter_technicien, planifier
from planning.choices import EtatLigne, EtatProposition, GenreLigne
from planning.models import LigneProposition, PropositionPlanning
from planning.permissions import peut_planifier
from planning.tasks import calculer
from technicians.models import Technicien

JOURS_AU_PLUS = 7
SECONDES_AU_PLUS = 60


# --- Asking ---------------------------------------------------------------------------------------


@transaction.atomic
def demander_proposition(
    *,
    par: User,
    debut: date,
    fin: date,
    technicien_ids: Iterable[int] = (),
    secondes: int = 10,
) -> PropositionPlanning:
    """Ask for a plan of these days (both included) with these technicians, all of them when none is named.

    It is computed in the background. Raises AuthorizationError, ValidationError.
    """
    if not peut_planifier(par):
        raise AuthorizationError()
    if fin < debut or (fin - debut).days >= JOURS_AU_PLUS:
        raise ValidationError.champ("fin", _("Choisissez un à sept jours."), "PERIODE_INVALIDE")
    if fin < timezone.localdate():
        raise ValidationError.champ("debut", _("Ces jours sont passés."), "PERIODE_INVALIDE")
    if not 1 <= secondes <= SECONDES_AU_PLUS:
        raise ValidationError.champ(
            "secondes",
            _("Entre 1 et %(max)s secondes.") % {"max": SECONDES_AU_PLUS},
            "HORS_BORNES",
        )
    ids = set(technicien_ids)
    techniciens = list(Technicien.objects.visible_to(par).actifs().filter(pk__in=ids))
    if len(techniciens) != len(ids):
        raise ValidationError.champ("techniciens", _("Ce technicien n’existe pas."), "INCONNU")
    proposition = PropositionPlanning(demandee_par=par, debut=debut, fin=fin, secondes=secondes)
    proposition.save(force_insert=True)
    proposition.techniciens.set(techniciens)
    transaction.on_commit(partial(calculer.delay, proposition.pk))
    return proposition


# --- Applying -------------------------------------------------------------------------------------


@transaction.atomic
def appliquer_proposition(
    *, par: User, proposition_id: int, ligne_ids: Iterable[int] | None = None
) -> PropositionPlanning:
    """Make these lines (all of them by default) the plan, through the ordinary services.

    A line whose intervention or slot changed since, or that a rule now refuses, becomes périmée with the reason, and
    the others go on. Raises AuthorizationError, IntrouvableError, BusinessRuleError PROPOSITION_NON_PRETE.
    """
    if not peut_planifier(par):
        raise AuthorizationError()
    proposition = (
        PropositionPlanning.objects.visible_to(par)
        .select_for_update(of=("self",))
        .filter(pk=proposition_id)
        .first()
    )
    if proposition is None:
        raise IntrouvableError()
    if proposition.etat not in (EtatProposition.PRETE, EtatProposition.APPLIQUEE):
        raise BusinessRuleError(
            _("Cette proposition n’est pas prête."), code="PROPOSITION_NON_PRETE"
        )
    lignes = proposition.lignes.filter(
        etat=EtatLigne.PROPOSEE, genre__in=(GenreLigne.NOUVELLE, GenreLigne.DEPLACEE)
    )
    if ligne_ids is not None:
        lignes = lignes.filter(pk__in=list(ligne_ids))
    restantes = list(lignes.select_related("intervention").order_by("intervention_id"))
    # A place may be taken by a job that moves later in the list: it is asked again while something moves.
    while restantes:
        bloquees = []
        for ligne in restantes:
            refus = _appliquer(par, ligne)
            if refus is not None and refus.code == "CRENEAU_OCCUPE":
                bloquees.append((ligne, refus))
            else:
                _noter(ligne, refus)
        if len(bloquees) == len(restantes):
            for ligne, refus in bloquees:
                _noter(ligne, refus)
            break
        restantes = [ligne for ligne, _refus in bloquees]
    proposition.etat = EtatProposition.APPLIQUEE
    proposition.enregistrer("etat")
    return proposition


def _appliquer(par: User, ligne: LigneProposition) -> ERPException | None:
    assert ligne.technicien_id is not None
    assert ligne.debut is not None
    assert ligne.fin is not None
    creneau = Planning.objects.ouverts().filter(intervention=ligne.intervention_id).first()
    if (creneau and creneau.debut) != ligne.ancien_debut or (
        creneau and creneau.technicien_id
    ) != ligne.ancien_technicien_id:
        return BusinessRuleError(_("Son créneau a changé entre-temps."), code="VERSION_PERIMEE")
    if creneau is not None and creneau.verrouille:
        return BusinessRuleError(
            _("Son créneau a été verrouillé entre-temps."), code="CRENEAU_VERROUILLE"
        )
    try:
        with transaction.atomic():
            intervention = ligne.intervention
            if (
                intervention.statut == Statut.AFFECTEE
                and intervention.technicien_id == ligne.technicien_id
            ):
                planifier(
                    par=par,
                    intervention_id=ligne.intervention_id,
                    debut=ligne.debut,
                    fin=ligne.fin,
                    version=ligne.version,
                )
            else:
                affecter_technicien(
                    par=par,
                    intervention_id=ligne.intervention_id,
                    technicien_id=ligne.technicien_id,
                    debut=ligne.debut,
                    fin=ligne.fin,
                    version=ligne.version,
                )
    except ERPException as refus:
        return refus
    return None


def _noter(ligne: LigneProposition, refus: ERPException | None) -> None:
    ligne.etat = EtatLigne.APPLIQUEE if refus is None else EtatLigne.PERIMEE
    ligne.message = "" if refus is None else str(refus.detail)[:500]
    ligne.enregistrer("etat", "message")
