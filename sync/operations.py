"""What each type of operation does, through the service of its app. A handler runs in a savepoint of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import User
from equipment.api.serializers import ReleveEntree, StatutEquipementEntree
from equipment.models import Equipement
from equipment.permissions import peut_intervenir
from equipment.services import changer_statut_equipement, enregistrer_releve
from erp.api.fields import TexteField
from erp.exceptions import BusinessRuleError, ValidationError
from erp.validation import CARACTERE_INTERDIT, caractere_interdit, exiger, trouver
from interventions import services as interventions
from interventions.api.serializers import (
    DemandeAnnulationEntree,
    InterventionEntree,
    PieceUtiliseeEntree,
    RemarqueEntree,
    ReponseEntree,
    SatisfactionEntree,
    StatutEntree,
    TempsEntree,
)
from interventions.models import Intervention, PointControle
from interventions.permissions import est_affecte, peut_remarquer
from notifications.services import lire
from sync.choices import EtatOperation, TypeOperation
from sync.fusion import conflit, fusionner
from technicians.api.serializers import AbsenceEntree
from technicians.services import demander_absence

TEXTES = ("diagnostic", "solution", "notes_techniques")
# A remark holds 2,000 characters; a longer text that lost is written in several.
MORCEAU = 1800
# Within this the device was as good as online: the hour of the journal says enough.
RETARD = timedelta(minutes=5)


class Demande(NamedTuple):
    """One operation, its shape checked; `voulu` is still as it came."""

    type: str
    cible: int | None
    heure: datetime | None
    vu: Mapping[str, Any]
    voulu: Mapping[str, Any]


@dataclass
class Issue:
    """What became of it: what was written, and the values that were not."""

    entite: str = ""
    pk: int = 0
    fusionnee: bool = False
    conflits: list[dict[str, Any]] = field(default_factory=list)

    @property
    def etat(self) -> EtatOperation:
        if self.conflits:
            return EtatOperation.CONFLIT
        return EtatOperation.FUSIONNEE if self.fusionnee else EtatOperation.APPLIQUEE


class ChampsEntree(serializers.Serializer[Any]):
    diagnostic = TexteField(5000)
    solution = TexteField(5000)
    notes_techniques = TexteField(5000)


class ControleEntree(ReponseEntree):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "partial": True})


class NotificationEntree(serializers.Serializer[Any]):
    lu = serializers.BooleanField(required=False)


def executer(par: User, demande: Demande) -> Issue:
    """Do it. Raises what the services raise, ValidationError for a shape that is not the type's."""
    connue = TYPES.get(demande.type)
    if connue is None:
        raise ValidationError.champ(
            "type", _("Ce type d’opération n’est pas connu."), "TYPE_INCONNU"
        )
    forme, agir, avec_cible = connue
    if avec_cible and demande.cible is None:
        raise ValidationError.champ("cible", _("Ce champ est obligatoire."), "OBLIGATOIRE")
    # a field that this version does not know would be dropped in silence
    inconnus = sorted(demande.voulu.keys() - forme().fields.keys())
    if inconnus:
        raise ValidationError.champ(
            f"voulu.{inconnus[0]}"[:100], _("Ce champ ne se modifie pas."), "INATTENDU"
        )
    for champ, valeur in demande.voulu.items():
        interdit = caractere_interdit(valeur) if isinstance(valeur, str) else ""
        if interdit:
            raise ValidationError.champ(
                champ, CARACTERE_INTERDIT % {"code": f"U+{ord(interdit):04X}"}, "CARACTERE_INTERDIT"
            )
    lu = forme(data=dict(demande.voulu))
    lu.is_valid(raise_exception=True)
    return agir(par, demande, dict(lu.validated_data))


# --- Interventions ---------------------------------------------------------------------------


def _verrouillee(par: User, demande: Demande) -> Intervention:
    return trouver(Intervention.objects.visible_to(par), demande.cible or 0, verrou=True)


def _textes(par: User, demande: Demande, voulu: dict[str, Any]) -> Issue:
    intervention = _verrouillee(par, demande)
    fusion = fusionner(
        demande.vu,
        voulu,
        {champ: getattr(intervention, champ) for champ in (*TEXTES, "version")},
        _deja_change(),
    )
    # without fields it only asks whether he may: a conflict tells him what is there
    interventions.modifier_intervention(par=par, intervention_id=intervention.pk, **fusion.ecrire)
    garder_au_journal(par, intervention, fusion.conflits)
    return Issue("interventions", intervention.pk, fusion.autres, fusion.conflits)


def _statut(par: User, demande: Demande, voulu: dict[str, Any]) -> Issue:
    intervention = _verrouillee(par, demande)
    exiger(par.est_gestion or est_affecte(par, intervention))
    ancien, vers = intervention.statut, voulu.pop("statut")
    textes = {champ: voulu.pop(champ) for champ in TEXTES if champ in voulu}
    vu_textes = {champ: demande.vu.get(champ) for champ in textes}
    actuels = {champ: getattr(intervention, champ) for champ in textes}
    fusion = fusionner(vu_textes, textes, actuels, _deja_change())
    issue = Issue("interventions", intervention.pk, ancien != demande.vu.get("statut", ancien))
    issue.conflits = fusion.conflits
    dite = _heure_dite(voulu.get("remarque", ""), demande.heure)
    if ancien == vers:
        _deja_la(par, intervention, voulu, fusion.ecrire, issue)
    else:
        try:
            interventions.changer_statut(
                par=par,
                intervention_id=intervention.pk,
                vers=vers,
                **{**voulu, **fusion.ecrire, "remarque": dite},
            )
        except BusinessRuleError as refus:
            if refus.code != "TRANSITION_INTERDITE" or not issue.fusionnee:
                raise
            # somebody moved it meanwhile to where this cannot follow
            intervention.refresh_from_db()
            raison = str(refus.detail)
            issue.conflits = [
                conflit("statut", demande.vu.get("statut"), vers, ancien, raison),
                *issue.conflits,
            ]
            _garder_le_reste(par, intervention, voulu, fusion.ecrire, issue, raison)
    garder_au_journal(par, intervention, issue.conflits)
    return issue


def _deja_la(
    par: User,
    intervention: Intervention,
    voulu: dict[str, Any],
    textes: dict[str, Any],
    issue: Issue,
) -> None:
    """It is where it was to go, by somebody else's hand: what was typed with it finds its place or is kept."""
    issue.fusionnee = True
    raison = _("L’intervention avait déjà ce statut.")
    if voulu.get("motif_attente") == intervention.motif_attente:
        voulu.pop("motif_attente", None)
    _garder_le_reste(par, intervention, voulu, textes, issue, raison)


def _garder_le_reste(
    par: User,
    intervention: Intervention,
    voulu: dict[str, Any],
    textes: dict[str, Any],
    issue: Issue,
    raison: str,
) -> None:
    """Texts that nobody else wrote are written while it is active; what cannot be written becomes a conflict."""
    if intervention.est_active:
        interventions.modifier_intervention(par=par, intervention_id=intervention.pk, **textes)
        remarque = voulu.pop("remarque", "").strip()
        if remarque:
            interventions.ajouter_remarque(
                par=par,
                intervention_id=intervention.pk,
                remarque=remarque,
                interne=voulu.pop("interne", False),
            )
    else:
        voulu = {**voulu, **textes}
    voulu.pop("interne", None)
    for champ, valeur in voulu.items():
        if valeur in (None, "", False):
            continue
        if isinstance(valeur, datetime):
            valeur = valeur.isoformat()
        issue.conflits.append(
            conflit(champ, None, valeur, getattr(intervention, champ, None), raison)
        )


def _heure_dite(remarque: str, heure: datetime | None) -> str:
    """The remark, with the hour on the device when the change comes late: the journal's own is that of the server."""
    if heure is None or timezone.now() - heure < RETARD:
        return remarque
    dite = _("Saisi hors ligne le %(quand)s, heure de l’appareil.") % {
        "quand": date_format(timezone.localtime(heure), "SHORT_DATETIME_FORMAT")
    }
    return f"{remarque}\n{dite}".strip() if len(remarque) < MORCEAU else remarque


def garder_au_journal(
    par: User, intervention: Intervention, conflits: list[dict[str, Any]]
) -> None:
    """Texts that did not win are written as internal remarks, whole, so that they are read where the job is read.

    A closed one takes no remark: there the operation itself keeps them, and staff see it on the intervention's page.
    """
    if not peut_remarquer(par, intervention):
        return
    for perdu in conflits:
        texte = perdu["voulu"]
        if not isinstance(texte, str) or not texte.strip():
            continue
        for debut in range(0, len(texte), MORCEAU):
            interventions.ajouter_remarque(
                par=par,
                intervention_id=intervention.pk,
                remarque=_("Saisie hors ligne non retenue (%(champ)s) : %(texte)s")
                % {"champ": perdu["champ"], "texte": texte[debut : debut + MORCEAU]},
                interne=True,
            )


def _remarque(par: User, demande: Demande, voulu: dict[str, Any]) -> Issue:
    ligne = interventions.ajouter_remarque(par=par, intervention_id=demande.cible or 0, **voulu)
    return Issue("historique", ligne.pk)


def _temps(par: User, demande: Demande, voulu: dict[str, Any]) -> Issue:
    entree = interventions.ajouter_temps(par=par, intervention_id=demande.cible or 0, **voulu)
    return Issue("temps", entree.pk)


def _piece(par: User, demande: Demande, voulu: dict[str, Any]) -> Issue:
    ligne = interventions.consommer_piece(par=par, intervention_id=demande.cible or 0, **voulu)
    return Issue("pieces_utilisees", ligne.pk)


def _controle(par: User, demande: Demande, voulu: dict[str, Any]) -> Issue:
    trouve = trouver(PointControle.objects.visible_to(par), demande.cible or 0)
    intervention = trouver(
        Intervention.objects.visible_to(par), trouve.intervention_id, verrou=True
    )
    interventions.modifier_intervention(par=par, intervention_id=intervention.pk)  # may he?
    point = trouver(intervention.controles.all(), trouve.pk)
    actuel = {champ: getattr(point, champ) for champ in ("resultat", "valeur_mesuree", "note")}
    fusion = fusionner(demande.vu, voulu, actuel, _deja_change())
    if fusion.ecrire:
        ecrit = {**actuel, **fusion.ecrire}
        ecrit["note"] = ecrit["note"] or ""
        interventions.repondre_controle(
            par=par, intervention_id=intervention.pk, controle_id=point.pk, **ecrit
        )
    for perdu in fusion.conflits:
        perdu["point"] = point.libelle
    garder_au_journal(
        par,
        intervention,
        [{**perdu, "champ": f"{point.libelle}, {perdu['champ']}"} for perdu in fusion.conflits],
    )
    return Issue("controles", point.pk, fusion.autres, fusion.conflits)


def _signalement(par: User, demande: Demande, voulu: dict[str, Any]) -> Issue:
    points = [interventions.NouveauPoint(**point) for point in voulu.pop("controles", ())]
    creee = interventions.creer_intervention(par=par, controles=points, **voulu)
    return Issue("interventions", creee.pk)


def _satisfaction(par: User, demande: Demande, voulu: dict[str, Any]) -> Issue:
    pk = demande.cible or 0
    interventions.noter_satisfaction(par=par, intervention_id=pk, **voulu)
    return Issue("interventions", pk)


def _annulation(par: User, demande: Demande, voulu: dict[str, Any]) -> Issue:
    pk = demande.cible or 0
    interventions.demander_annulation(par=par, intervention_id=pk, **voulu)
    return Issue("interventions", pk)


# --- The rest --------------------------------------------------------------------------------


def _releve(par: User, demande: Demande, voulu: dict[str, Any]) -> Issue:
    if demande.heure is not None:
        voulu.setdefault("date_releve", demande.heure)
    releve = enregistrer_releve(par=par, compteur_id=demande.cible or 0, **voulu)
    return Issue("releves", releve.pk)


def _statut_equipement(par: User, demande: Demande, voulu: dict[str, Any]) -> Issue:
    equipement = trouver(Equipement.objects.visible_to(par), demande.cible or 0, verrou=True)
    exiger(peut_intervenir(par, equipement))
    fusion = fusionner(
        demande.vu if "statut" in demande.vu else {"statut": equipement.statut},
        {"statut": voulu["statut"]},
        {"statut": equipement.statut},
        _deja_change(),
    )
    if fusion.ecrire:
        changer_statut_equipement(
            par=par,
            equipement_id=equipement.pk,
            vers=voulu["statut"],
            motif=voulu.get("motif", ""),
        )
    return Issue("equipements", equipement.pk, fusion.autres, fusion.conflits)


def _notification(par: User, demande: Demande, voulu: dict[str, Any]) -> Issue:
    if not voulu.get("lu", True):
        raise ValidationError.champ("voulu.lu", _("Une notification lue le reste."), "INATTENDU")
    return Issue("notifications", lire(par=par, notification_id=demande.cible or 0).pk)


def _absence(par: User, demande: Demande, voulu: dict[str, Any]) -> Issue:
    return Issue("absences", demander_absence(par=par, **voulu).pk)


def _deja_change() -> str:
    return _("Cette valeur a changé sur le serveur depuis que l’appareil l’a lue.")


_Agir = Callable[[User, Demande, dict[str, Any]], Issue]
# type → the shape of `voulu`, what is done, whether `cible` is needed
TYPES: Mapping[str, tuple[Callable[..., Any], _Agir, bool]] = {
    TypeOperation.INTERVENTION: (ChampsEntree, _textes, True),
    TypeOperation.STATUT: (StatutEntree, _statut, True),
    TypeOperation.REMARQUE: (RemarqueEntree, _remarque, True),
    TypeOperation.TEMPS: (TempsEntree, _temps, True),
    TypeOperation.PIECE: (PieceUtiliseeEntree, _piece, True),
    TypeOperation.CONTROLE: (ControleEntree, _controle, True),
    TypeOperation.RELEVE: (ReleveEntree, _releve, True),
    TypeOperation.STATUT_EQUIPEMENT: (StatutEquipementEntree, _statut_equipement, True),
    TypeOperation.SIGNALEMENT: (InterventionEntree, _signalement, False),
    TypeOperation.NOTIFICATION: (NotificationEntree, _notification, True),
    TypeOperation.ABSENCE: (AbsenceEntree, _absence, False),
    TypeOperation.SATISFACTION: (SatisfactionEntree, _satisfaction, True),
    TypeOperation.ANNULATION: (DemandeAnnulationEntree, _annulation, True),
}


def intervention_visee(demande: Demande) -> int | None:
    """The intervention that an operation is about, whoever sent it: for the staff who read what was refused."""
    if demande.cible is None:
        return None
    match demande.type:
        case TypeOperation.CONTROLE:
            points = PointControle.objects.filter(pk=demande.cible)
            return points.values_list("intervention_id", flat=True).first()
        case (
            TypeOperation.INTERVENTION
            | TypeOperation.STATUT
            | TypeOperation.REMARQUE
            | TypeOperation.TEMPS
            | TypeOperation.PIECE
            | TypeOperation.DOCUMENT
            | TypeOperation.SATISFACTION
            | TypeOperation.ANNULATION
        ):
            existantes = Intervention.objects.filter(pk=demande.cible)
            return existantes.values_list("pk", flat=True).first()
    return None
