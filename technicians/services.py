"""The only writer of techniciens, their skills and their absences.

A technicien's row is locked before anything about his time is decided, here and by `interventions.services`: an absence
and a slot that are given at the same moment see each other.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypedDict, Unpack

from django.db import transaction
from django.db.models import Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import Langue, Role
from accounts.models import User
from accounts.services import ouvrir_compte
from erp.exceptions import BusinessRuleError, IntrouvableError, ValidationError
from erp.models import CleTri
from erp.validation import choisir, ecrire, effacer, exiger, trouver
from technicians import notifications, permissions
from technicians.choices import NiveauCompetence, StatutAbsence
from technicians.models import (
    Competence,
    Disponibilite,
    Outil,
    Technicien,
    TechnicienCompetence,
)

if TYPE_CHECKING:
    from django.db.models import Model

REGLES_ABSENCE: dict[str, tuple[str, str | Promise]] = {
    "disponibilite_sans_chevauchement": (
        "ABSENCE_CHEVAUCHANTE",
        gettext_lazy("Ce technicien a déjà une absence à ces dates."),
    ),
}


class ChampsTechnicien(TypedDict, total=False):
    matricule: str
    specialite: str
    equipe: str
    zone_geographique: str
    telephone: str
    date_embauche: date | None
    latitude: Decimal | None
    longitude: Decimal | None
    heures_hebdomadaires: int
    horaires: str
    cout_horaire: Decimal
    notes_privees: str


class ChampsCompetence(TypedDict, total=False):
    nom: str
    description: str


class ChampsOutil(TypedDict, total=False):
    nom: str
    is_active: bool


class AbsenceEnregistree(NamedTuple):
    """An absence, and the open planning slots that it now overlaps: to be moved or given to somebody else."""

    absence: Disponibilite
    creneaux_en_conflit: "list[Model]"


@transaction.atomic
def creer_technicien(
    *,
    par: User,
    user_id: int | None = None,
    email: str = "",
    full_name: str = "",
    username: str = "",
    langue: str = Langue.FRANCAIS,
    mot_de_passe: str | None = None,
    invitation: bool = True,
    competences: Iterable[int] = (),
    **champs: Unpack[ChampsTechnicien],
) -> Technicien:
    """A technicien, with the account `user_id` (of role technicien, nobody's yet) or a new one at `email`.

    A new account without a password is sent an invitation. `competences` are ids; details through
    `attribuer_competence`.
    """
    exiger(permissions.peut_gerer(par))
    if user_id is not None:
        libres = User.objects.visible_to(par).filter(role=Role.TECHNICIEN, technicien__isnull=True)
        user = choisir(libres, "user_id", user_id)
    else:
        user = ouvrir_compte(
            email=email,
            full_name=full_name,
            role=Role.TECHNICIEN,
            username=username,
            langue=langue,
            mot_de_passe=mot_de_passe,
            invitation=invitation and mot_de_passe is None,
        )
    technicien = ecrire(Technicien(user=user), champs)
    for competence_id in dict.fromkeys(competences):
        competence = choisir(Competence.objects.visible_to(par), "competences", competence_id)
        ecrire(TechnicienCompetence(technicien=technicien, competence=competence), {})
    notifications.horaires_ont_change(technicien)
    return technicien


@transaction.atomic
def modifier_technicien(
    *, par: User, technicien_id: int, **champs: Unpack[ChampsTechnicien]
) -> Technicien:
    """Change the named fields; name and address are those of the account (`accounts.services`)."""
    technicien = _verrouiller(par, technicien_id)
    exiger(permissions.peut_gerer(par))
    horaires = technicien.horaires
    ecrire(technicien, champs)
    if technicien.horaires != horaires:
        notifications.horaires_ont_change(technicien)
    return technicien


@transaction.atomic
def supprimer_technicien(*, par: User, technicien_id: int) -> None:
    """Delete one who never worked; else BusinessRuleError UTILISE: deactivate his account instead."""
    technicien = _verrouiller(par, technicien_id)
    exiger(permissions.peut_gerer(par))
    effacer(technicien, _("Ce technicien a des interventions : désactivez plutôt son compte."))


@transaction.atomic
def creer_competence(*, par: User, **champs: Unpack[ChampsCompetence]) -> Competence:
    exiger(permissions.peut_gerer(par))
    return ecrire(Competence(), champs)


@transaction.atomic
def modifier_competence(
    *, par: User, competence_id: int, **champs: Unpack[ChampsCompetence]
) -> Competence:
    competence = trouver(Competence.objects.visible_to(par), competence_id, verrou=True)
    exiger(permissions.peut_gerer(par))
    return ecrire(competence, champs)


@transaction.atomic
def supprimer_competence(*, par: User, competence_id: int) -> None:
    """Delete a skill that nobody holds and nothing requires; else BusinessRuleError UTILISE."""
    competence = trouver(Competence.objects.visible_to(par), competence_id, verrou=True)
    exiger(permissions.peut_gerer(par))
    if competence.interventions.exists() or competence.gammes.exists():
        raise BusinessRuleError(
            _("Des interventions ou des gammes exigent cette compétence."), code="UTILISE"
        )
    effacer(
        competence, _("Des techniciens ont cette compétence : retirez-la d’abord de leurs fiches.")
    )


@transaction.atomic
def attribuer_competence(
    *,
    par: User,
    technicien_id: int,
    competence_id: int,
    niveau: str = NiveauCompetence.INTERMEDIAIRE,
    certifie: bool = False,
    date_acquisition: date | None = None,
    date_expiration: date | None = None,
) -> TechnicienCompetence:
    """Say that a technicien holds a skill, or how well and until when from now on. It counts through its last day."""
    technicien = _verrouiller(par, technicien_id)
    exiger(permissions.peut_gerer(par))
    competence = choisir(Competence.objects.visible_to(par), "competence_id", competence_id)
    detenue = technicien.competences_detenues.filter(competence=competence).first()
    return ecrire(
        detenue or TechnicienCompetence(technicien=technicien, competence=competence),
        {
            "niveau": niveau,
            "certifie": certifie,
            "date_acquisition": date_acquisition,
            "date_expiration": date_expiration,
        },
    )


@transaction.atomic
def retirer_competence(*, par: User, technicien_id: int, competence_id: int) -> None:
    technicien = _verrouiller(par, technicien_id)
    exiger(permissions.peut_gerer(par))
    detenue = technicien.competences_detenues.filter(competence_id=competence_id).first()
    if detenue is None:
        raise IntrouvableError
    detenue.delete()


@transaction.atomic
def creer_outil(*, par: User, **champs: Unpack[ChampsOutil]) -> Outil:
    """A tool of the catalogue. No two names differ by accents or case only (ValidationError DEJA_UTILISE)."""
    exiger(permissions.peut_gerer(par))
    return _ecrire_outil(Outil(), champs)


@transaction.atomic
def modifier_outil(*, par: User, outil_id: int, **champs: Unpack[ChampsOutil]) -> Outil:
    """Change the named fields; one that is not in service any more stays where it was named, and counts nowhere."""
    outil = trouver(Outil.objects.visible_to(par), outil_id, verrou=True)
    exiger(permissions.peut_gerer(par))
    return _ecrire_outil(outil, champs)


@transaction.atomic
def supprimer_outil(*, par: User, outil_id: int) -> None:
    """Delete a tool that no van holds and no gamme needs; else BusinessRuleError UTILISE: take it out of service."""
    outil = trouver(Outil.objects.visible_to(par), outil_id, verrou=True)
    exiger(permissions.peut_gerer(par))
    message = _("Des véhicules ou des gammes ont cet outil : mettez-le plutôt hors service.")
    if outil.porteurs.exists() or outil.gammes.exists():
        raise BusinessRuleError(message, code="UTILISE")
    effacer(outil, message)


@transaction.atomic
def equiper(*, par: User, technicien_id: int, outils: Iterable[int]) -> Technicien:
    """Say which tools (ids) ride in the technicien's van from now on: these, and no other."""
    technicien = _verrouiller(par, technicien_id)
    exiger(permissions.peut_gerer(par))
    technicien.outils.set(choisir_outils(par, outils))
    return technicien


def choisir_outils(par: User, outils: Iterable[int]) -> list[Outil]:
    """The tools of these ids; ValidationError INCONNU on `outils` when one is not seen."""
    voulus = set(outils)
    connus = list(Outil.objects.visible_to(par).filter(pk__in=voulus))
    if len(connus) < len(voulus):
        raise ValidationError.champ("outils", _("Cet élément n’existe pas."), "INCONNU")
    return connus


def _ecrire_outil(outil: Outil, champs: ChampsOutil) -> Outil:
    if "nom" in champs:
        autres = Outil.objects.exclude(pk=outil.pk).alias(cle=CleTri("nom"))
        if autres.filter(cle=CleTri(Value(champs["nom"]))).exists():
            raise ValidationError.champ("nom", _("Un outil porte déjà ce nom."), "DEJA_UTILISE")
    return ecrire(outil, champs)


@transaction.atomic
def declarer_absence(
    *, par: User, technicien_id: int, type: str, debut: datetime, fin: datetime, motif: str = ""
) -> AbsenceEnregistree:
    """An accepted absence over [debut, fin). Open slots it overlaps stand: they are returned, to be dealt with.

    Raises BusinessRuleError ABSENCE_CHEVAUCHANTE when he has another absence, asked for or accepted, in that time.
    """
    technicien = _verrouiller(par, technicien_id)
    exiger(permissions.peut_gerer(par))
    absence = _poser(technicien, type, debut, fin, motif, StatutAbsence.ACCEPTEE)
    notifications.absence_a_change(technicien, "declaree")
    return AbsenceEnregistree(absence, _creneaux_touches(absence))


@transaction.atomic
def demander_absence(
    *, par: User, type: str, debut: datetime, fin: datetime, motif: str = ""
) -> Disponibilite:
    """A technicien asks for an absence of his own; the responsables hear of it. Same refusals as `declarer_absence`."""
    technicien = (
        Technicien.objects.select_for_update(no_key=True, of=("self",))
        .filter(user_id=par.pk)
        .first()
    )
    exiger(technicien is not None and permissions.peut_demander_absence(par, technicien))
    assert technicien is not None
    absence = _poser(technicien, type, debut, fin, motif, StatutAbsence.DEMANDEE)
    notifications.absence_demandee(absence)
    notifications.absence_a_change(technicien, "demandee")
    return absence


@transaction.atomic
def decider_absence(
    *, par: User, absence_id: int, accepter: bool, motif: str = ""
) -> AbsenceEnregistree:
    """Accept or refuse what was asked for; the technicien hears of it, with the reason that was given (`motif`).

    Raises BusinessRuleError ABSENCE_DECIDEE.
    """
    absence = _absence(par, absence_id)
    exiger(permissions.peut_gerer(par))
    if absence.statut != StatutAbsence.DEMANDEE:
        raise BusinessRuleError(_("Cette absence a déjà été décidée."), code="ABSENCE_DECIDEE")
    absence.statut = StatutAbsence.ACCEPTEE if accepter else StatutAbsence.REFUSEE
    absence.enregistrer("statut")
    notifications.absence_decidee(absence, par, motif.strip())
    notifications.absence_a_change(absence.technicien, absence.statut)
    return AbsenceEnregistree(absence, _creneaux_touches(absence) if accepter else [])


@transaction.atomic
def modifier_absence(
    *, par: User, absence_id: int, type: str, debut: datetime, fin: datetime, motif: str = ""
) -> AbsenceEnregistree:
    """Change an absence that was not refused. Same refusals as `declarer_absence`."""
    absence = _absence(par, absence_id)
    exiger(permissions.peut_gerer(par))
    if absence.statut == StatutAbsence.REFUSEE:
        raise BusinessRuleError(
            _("Cette absence a été refusée : déclarez-en une autre."), code="ABSENCE_DECIDEE"
        )
    _verifier(absence.technicien, debut, fin, sauf=absence)
    ecrire(
        absence, {"type": type, "debut": debut, "fin": fin, "motif": motif}, regles=REGLES_ABSENCE
    )
    notifications.absence_a_change(absence.technicien, "modifiee")
    return AbsenceEnregistree(absence, _creneaux_touches(absence))


@transaction.atomic
def supprimer_absence(*, par: User, absence_id: int) -> None:
    """Take an absence back: staff any, a technicien his own while it is only asked for."""
    absence = _absence(par, absence_id)
    exiger(permissions.peut_supprimer_absence(par, absence))
    absence.delete()
    notifications.absence_a_change(absence.technicien, "retiree")


def _verrouiller(par: User, technicien_id: int) -> Technicien:
    return trouver(
        Technicien.objects.visible_to(par).select_related("user"), technicien_id, verrou=True
    )


def _absence(par: User, absence_id: int) -> Disponibilite:
    """The absence, after its technicien's row was locked."""
    absence = trouver(Disponibilite.objects.visible_to(par), absence_id)
    technicien = _verrouiller(par, absence.technicien_id)
    absence = trouver(Disponibilite.objects.visible_to(par), absence_id, verrou=True)
    absence.technicien = technicien
    return absence


def _poser(
    technicien: Technicien,
    type_: str,
    debut: datetime,
    fin: datetime,
    motif: str,
    statut: StatutAbsence,
) -> Disponibilite:
    _verifier(technicien, debut, fin)
    return ecrire(
        Disponibilite(technicien=technicien, statut=statut),
        {"type": type_, "debut": debut, "fin": fin, "motif": motif},
        regles=REGLES_ABSENCE,
    )


def _verifier(
    technicien: Technicien, debut: datetime, fin: datetime, *, sauf: Disponibilite | None = None
) -> None:
    if fin <= debut:
        raise ValidationError.champ("fin", _("La fin doit suivre le début."), "PERIODE_INVALIDE")
    autres = technicien.disponibilites.exclude(statut=StatutAbsence.REFUSEE).touchant(debut, fin)
    if sauf is not None:
        autres = autres.exclude(pk=sauf.pk)
    autre = autres.first()
    if autre is not None:
        raise BusinessRuleError(
            _("%(nom)s a déjà une absence (%(type)s) du %(debut)s au %(fin)s.")
            % {
                "nom": technicien.user.full_name,
                "type": autre.get_type_display().lower(),
                "debut": date_format(timezone.localtime(autre.debut), "SHORT_DATETIME_FORMAT"),
                "fin": date_format(timezone.localtime(autre.fin), "SHORT_DATETIME_FORMAT"),
            },
            code="ABSENCE_CHEVAUCHANTE",
        )


def _creneaux_touches(absence: Disponibilite) -> "list[Model]":
    """Open slots of the technicien in the time of an absence that counts (their table stands above this app)."""
    if absence.statut != StatutAbsence.ACCEPTEE:
        return []
    creneaux = absence.technicien.creneaux.filter(
        ouvert=True, debut__lt=absence.fin, fin__gt=absence.debut
    )
    return list(creneaux.select_related("intervention").order_by("debut"))
