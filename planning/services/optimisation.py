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
from interventions.services import affecter_technicien, deplanifier, planifier
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
    the others go on; one whose place is only held by a line left aside stays proposée. Raises AuthorizationError,
    IntrouvableError, BusinessRuleError PROPOSITION_NON_PRETE.
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
    # A place may be taken by a job that moves later in the list: it is asked again while something moves. What then
    # stands still are jobs that change places with one another.
    while restantes:
        bloquees = []
        for ligne in restantes:
            refus = _appliquer(par, ligne)
            if refus is not None and refus.code == "CRENEAU_OCCUPE":
                bloquees.append((ligne, refus))
            else:
                _noter(ligne, refus)
        if len(bloquees) == len(restantes):
            _echanger(par, bloquees)
            break
        restantes = [ligne for ligne, _refus in bloquees]
    proposition.etat = EtatProposition.APPLIQUEE
    proposition.enregistrer("etat")
    return proposition


def _echanger(par: User, bloquees: list[tuple[LigneProposition, ERPException]]) -> None:
    """Jobs that stand in one another's way: all leave their slots, then all take the new ones, or as many as can."""
    refus: list[tuple[LigneProposition, ERPException]] = []
    lignes = [ligne for ligne, _refus in bloquees]
    while lignes:
        refuses = _ensemble(par, lignes)
        if not refuses:
            break
        # put back as it was: those for whom there is no place stay, the others try again without them
        refus += refuses
        restent = {ligne.pk for ligne, _refus in refuses}
        lignes = [ligne for ligne in lignes if ligne.pk not in restent]
    for ligne in lignes:
        _noter(ligne, None)
    choisies = [ligne.pk for ligne, _refus in bloquees]
    for ligne, pourquoi in refus:
        if pourquoi.code == "CRENEAU_OCCUPE" and _attend_une_autre(ligne, choisies):
            ligne.message = str(pourquoi.detail)[:500]
            ligne.enregistrer("message")
        else:
            _noter(ligne, pourquoi)


def _attend_une_autre(ligne: LigneProposition, choisies: list[int]) -> bool:
    """Whether a line that was not chosen still holds the place: nothing changed, it only has to be applied as well."""
    return (
        LigneProposition.objects.filter(
            proposition=ligne.proposition_id,
            etat=EtatLigne.PROPOSEE,
            genre=GenreLigne.DEPLACEE,
            ancien_technicien=ligne.technicien_id,
            ancien_debut__lt=ligne.fin,
            ancienne_fin__gt=ligne.debut,
        )
        .exclude(pk__in=choisies)
        .exists()
    )


def _ensemble(
    par: User, lignes: list[LigneProposition]
) -> list[tuple[LigneProposition, ERPException]]:
    """All of these lines or none; answers those that were refused."""
    refuses: list[tuple[LigneProposition, ERPException]] = []
    try:
        with transaction.atomic():
            versions: dict[int, int] = {}
            for ligne in lignes:
                if ligne.ancien_debut is not None:
                    libre = deplanifier(
                        par=par, intervention_id=ligne.intervention_id, version=ligne.version
                    )
                    versions[ligne.pk] = libre.version
            for ligne in lignes:
                try:
                    with transaction.atomic():
                        _poser(par, ligne, versions.get(ligne.pk, ligne.version))
                except ERPException as refus:
                    refuses.append((ligne, refus))
            if refuses:
                raise _Defaire
    except _Defaire:
        pass
    except ERPException as refus:  # one of them changed since it was looked at: none is moved
        return [(ligne, refus) for ligne in lignes]
    return refuses


class _Defaire(Exception):
    """Takes back what was tried."""


def _appliquer(par: User, ligne: LigneProposition) -> ERPException | None:
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
            _poser(par, ligne, ligne.version)
    except ERPException as refus:
        return refus
    return None


def _poser(par: User, ligne: LigneProposition, version: int) -> None:
    """Give the job of this line its technicien and slot, through the ordinary services."""
    assert ligne.technicien_id is not None
    assert ligne.debut is not None
    assert ligne.fin is not None
    intervention = ligne.intervention
    if intervention.statut == Statut.AFFECTEE and intervention.technicien_id == ligne.technicien_id:
        planifier(
            par=par,
            intervention_id=intervention.pk,
            debut=ligne.debut,
            fin=ligne.fin,
            version=version,
        )
    else:
        affecter_technicien(
            par=par,
            intervention_id=intervention.pk,
            technicien_id=ligne.technicien_id,
            debut=ligne.debut,
            fin=ligne.fin,
            version=version,
        )


def _noter(ligne: LigneProposition, refus: ERPException | None) -> None:
    ligne.etat = EtatLigne.APPLIQUEE if refus is None else EtatLigne.PERIMEE
    ligne.message = "" if refus is None else str(refus.detail)[:500]
    ligne.enregistrer("etat", "message")
