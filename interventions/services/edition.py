"""Changing what was asked for, what the field writes while the work goes on, and remarks."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from erp.exceptions import AuthorizationError, BusinessRuleError, ErreurChamp, ValidationError
from interventions import notifications
from interventions.choices import MOTIFS_DU_CLIENT, ActionJournal, Priorite
from interventions.models import HistoriqueIntervention, Intervention
from interventions.permissions import peut_modifier, peut_remarquer, peut_saisir
from interventions.services._commun import enregistrer, exiger_texte, journaliser, verrouiller
from interventions.services.champs import (
    competences_de,
    contrat_du_client,
    site_du_client,
    verifier_champs,
)
from interventions.services.creneaux import verifier_competences
from interventions.services.echeance import calculer_date_limite

CHAMPS_DEMANDE = frozenset(
    {
        "titre",
        "description",
        "type_intervention",
        "priorite",
        "urgence",
        "date_limite",
        "duree_estimee",
        "cout_estime",
        "site_id",
        "contrat_id",
        "competences",
    }
)
CHAMPS_TERRAIN = frozenset({"diagnostic", "solution", "notes_techniques"})


@transaction.atomic
def modifier_intervention(
    *, par: User, intervention_id: int, version: int | None = None, **champs: Any
) -> Intervention:
    """Write the named fields only; what changed is journalled with its value before and after.

    Staff change the request (`CHAMPS_DEMANDE`), staff and the assigned technicien what the field writes
    (`CHAMPS_TERRAIN`). A new priorité or contract moves the deadline, unless one is given. Raises IntrouvableError,
    StaleVersionError, AuthorizationError, ValidationError, BusinessRuleError INTERVENTION_CLOSE or
    COMPETENCE_MANQUANTE.
    """
    intervention = verrouiller(intervention_id, par, version)
    inconnus = set(champs) - CHAMPS_DEMANDE - CHAMPS_TERRAIN
    if inconnus:
        raise ValidationError(
            errors=[
                ErreurChamp(champ, _("Ce champ ne se modifie pas."), "INATTENDU")
                for champ in sorted(inconnus)
            ]
        )
    _autoriser(par, intervention, set(champs))
    competences = champs.pop("competences", None)
    if "site_id" in champs:
        site = site_du_client(par, intervention.equipement, champs["site_id"])
        champs["site_id"] = site.pk if site else None
    if champs.get("contrat_id") not in (None, intervention.contrat_id):
        contrat = contrat_du_client(par, intervention.equipement, champs["contrat_id"])
        champs["contrat_id"] = contrat.pk if contrat else None
    for champ in ("titre", "description", *CHAMPS_TERRAIN):
        if champ in champs:
            champs[champ] = str(champs[champ] or "").strip()
    _accorder_urgence(intervention, champs)
    avant = {champ: getattr(intervention, champ) for champ in champs}
    for champ, valeur in champs.items():
        setattr(intervention, champ, valeur)
    _valider(intervention, champs)
    if {"priorite", "contrat_id"} & champs.keys() and "date_limite" not in champs:
        avant["date_limite"] = intervention.date_limite
        intervention.date_limite = calculer_date_limite(
            priorite=intervention.priorite,
            depart=intervention.date_creation,
            contrat=intervention.contrat,
        )
        if intervention.date_limite is not None:
            intervention.date_limite += _attente_du_client(intervention)
    changes = {
        champ: [_json(ancien), _json(getattr(intervention, champ))]
        for champ, ancien in avant.items()
        if ancien != getattr(intervention, champ)
    }
    if competences is not None:
        changes |= _changer_competences(intervention, competences)
    if not changes:
        return intervention
    enregistrer(intervention, *(champ.removesuffix("_id") for champ in avant))
    journaliser(intervention, ActionJournal.MODIFICATION, par=par, donnees=changes)
    return intervention


def _attente_du_client(intervention: Intervention) -> timedelta:
    """How long the clock has stood still for the client's sake, in the waits that are over; the journal tells."""
    total, depuis = timedelta(0), None
    lignes = intervention.historique.filter(
        action__in=(ActionJournal.MISE_EN_ATTENTE, ActionJournal.REPRISE)
    ).order_by("pk")
    for action, quand, donnees in lignes.values_list("action", "horodatage", "donnees"):
        if action == ActionJournal.REPRISE:
            total += quand - depuis if depuis is not None else timedelta(0)
            depuis = None
        elif donnees.get("motif_attente", [None, ""])[1] in MOTIFS_DU_CLIENT:
            depuis = quand
    return total


def _autoriser(par: User, intervention: Intervention, champs: set[str]) -> None:
    if not intervention.est_active:
        raise BusinessRuleError(
            _("L’intervention est close : elle ne change plus."), code="INTERVENTION_CLOSE"
        )
    if champs & CHAMPS_DEMANDE and not peut_modifier(par, intervention):
        raise AuthorizationError()
    if not peut_saisir(par, intervention):
        raise AuthorizationError()


def _accorder_urgence(intervention: Intervention, champs: dict[str, Any]) -> None:
    """An urgence is urgente; an intervention that is given a lower priorité is no urgence any more."""
    if champs.get("urgence"):
        champs["priorite"] = Priorite.URGENTE
    elif "priorite" in champs and champs["priorite"] != Priorite.URGENTE and intervention.urgence:
        champs["urgence"] = False


def _valider(intervention: Intervention, champs: dict[str, Any]) -> None:
    verifier_champs(
        type_intervention=intervention.type_intervention,
        priorite=intervention.priorite,
        titre=intervention.titre,
        description=intervention.description,
        duree_estimee=intervention.duree_estimee,
        cout_estime=intervention.cout_estime,
    )
    erreurs = [
        ErreurChamp(champ, _("Ce texte est trop long."), "TROP_LONG")
        for champ in CHAMPS_TERRAIN & champs.keys()
        if len(champs[champ]) > 5000
    ]
    if not intervention.titre:
        erreurs.append(ErreurChamp("titre", _("Ce champ est obligatoire."), "OBLIGATOIRE"))
    if erreurs:
        raise ValidationError(errors=erreurs)


def _changer_competences(intervention: Intervention, ids: list[int]) -> dict[str, list[list[str]]]:
    nouvelles = competences_de(ids)
    anciennes = sorted(intervention.competences_requises.values_list("nom", flat=True))
    noms = sorted(competence.nom for competence in nouvelles)
    if noms == anciennes:
        return {}
    intervention.competences_requises.set(nouvelles)
    if intervention.technicien is not None:
        verifier_competences(intervention, intervention.technicien)
    return {"competences": [anciennes, noms]}


def _json(valeur: Any) -> Any:
    if isinstance(valeur, datetime):
        return valeur.isoformat()
    if isinstance(valeur, Decimal):
        return str(valeur)
    return valeur


@transaction.atomic
def ajouter_remarque(
    *, par: User, intervention_id: int, remarque: str, interne: bool = False
) -> HistoriqueIntervention:
    """A word in the journal; an internal one is not the client's to read, nor to write."""
    intervention = verrouiller(intervention_id, par)
    if not peut_remarquer(par, intervention):
        if not intervention.est_active:
            raise BusinessRuleError(
                _("L’intervention est close : elle ne change plus."), code="INTERVENTION_CLOSE"
            )
        raise AuthorizationError()
    texte = exiger_texte("remarque", remarque, 2000)
    return journaliser(
        intervention,
        ActionJournal.REMARQUE,
        par=par,
        remarque=texte,
        interne=interne and not par.est_client,
    )


@transaction.atomic
def noter_document(
    *, par: User, intervention_id: int, nom: str, interne: bool, ajout: bool = True
) -> None:
    """A line in the journal for a file that was attached or taken away, closed interventions included.

    Called by the services of documents, which authorise; the others on the intervention are told of a new file.
    """
    intervention = verrouiller(intervention_id, par)
    enregistrer(intervention)
    journaliser(
        intervention,
        ActionJournal.DOCUMENT,
        par=par,
        remarque=nom,
        interne=interne,
        donnees={"document": [None, nom] if ajout else [nom, None]},
    )
    if ajout:
        notifications.annoncer_document(intervention, nom, interne=interne, par=par)
