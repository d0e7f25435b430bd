"""The lines of the journal as the page of an intervention tells them, in the words that each reader may have."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from equipment.choices import StatutEquipement
from erp.templatetags.pages import TONS, duree
from interventions.choices import (
    TRANSITIONS,
    ActionJournal,
    MotifAttente,
    Priorite,
    ResultatControle,
    TypeIntervention,
    TypeTemps,
)
from interventions.models import HistoriqueIntervention, Intervention
from stock.choices import TypeMouvement

_ICONES: dict[str, tuple[str, str]] = {
    ActionJournal.CREATION: ("plus", "bleu"),
    ActionJournal.MODIFICATION: ("pencil", "gris"),
    ActionJournal.REAFFECTATION: ("user-check", "violet"),
    ActionJournal.PLANIFICATION: ("calendar-event", "violet"),
    ActionJournal.DEPLANIFICATION: ("calendar", "gris"),
    ActionJournal.REMARQUE: ("message", "gris"),
    ActionJournal.PIECE: ("package", "gris"),
    ActionJournal.TEMPS: ("clock", "gris"),
    ActionJournal.CONTROLE: ("checklist", "gris"),
    ActionJournal.SATISFACTION: ("star", "vert"),
    ActionJournal.DEMANDE_ANNULATION: ("hourglass", "orange"),
    ActionJournal.DOCUMENT: ("file-text", "gris"),
    **{ligne.action: (ligne.icone, TONS[("statut", ligne.vers)][0]) for ligne in TRANSITIONS},
}

# Values of a changed field that have words of their own.
_VALEURS: dict[str, dict[Any, Any]] = {
    "priorite": dict(Priorite.choices),
    "type_intervention": dict(TypeIntervention.choices),
    "motif_attente": dict(MotifAttente.choices),
    "statut_equipement": dict(StatutEquipement.choices),
    "resultat": dict(ResultatControle.choices),
    "type": {**dict(TypeTemps.choices), **dict(TypeMouvement.choices)},
}
# Ids and moments that would say nothing, or that the line already says.
_TUS = frozenset({"site_id", "contrat_id", "note"})
# What a client may read besides the action itself.
_DU_CLIENT = frozenset({"creneau", "technicien", "motif_attente", "motif_annulation", "resultat"})


@dataclass(frozen=True, slots=True)
class LigneJournal:
    """One line: `changements` are (what, before, after), before being "" when there was none."""

    icone: str
    ton: str
    action: str
    auteur: str
    quand: datetime
    remarque: str
    interne: bool
    changements: list[tuple[str, str, str]] = field(default_factory=list)


def lignes(historique: Iterable[HistoriqueIntervention], lecteur: User) -> list[LigneJournal]:
    """What `lecteur` may read of these lines, which he already sees."""
    sortie = []
    for ligne in historique:
        icone, ton = _ICONES.get(ligne.action, ("dots", "gris"))
        cachee = ligne.interne and lecteur.est_client
        sortie.append(
            LigneJournal(
                icone=icone,
                ton=ton,
                action=ligne.get_action_display(),
                auteur=ligne.user.full_name if ligne.user is not None else _("Système"),
                quand=ligne.horodatage,
                remarque="" if cachee else ligne.remarque,
                interne=ligne.interne,
                changements=list(_changements(ligne.donnees, lecteur)),
            )
        )
    return sortie


def _changements(donnees: dict[str, Any], lecteur: User) -> Iterable[tuple[str, str, str]]:
    for champ, valeur in donnees.items():
        if champ in _TUS or (lecteur.est_client and champ not in _DU_CLIENT):
            continue
        if champ == "toujours_en_panne":
            if valeur:
                yield _("L’équipement reste en panne"), "", _("oui")
            continue
        if isinstance(valeur, list) and len(valeur) == 2:
            yield _libelle(champ), _en_mots(champ, valeur[0]), _en_mots(champ, valeur[1])
        else:
            yield _libelle(champ), "", _en_mots(champ, valeur)


def _libelle(champ: str) -> str:
    autres = {
        "creneau": _("créneau"),
        "creneau_verrouille": _("créneau verrouillé"),
        "technicien": _("technicien"),
        "competences": _("compétences requises"),
        "piece": _("pièce"),
        "quantite": _("quantité"),
        "type": _("type"),
        "minutes": _("durée"),
        "point": _("point"),
        "ajout": _("point ajouté"),
        "resultat": _("résultat"),
        "document": _("document"),
        "pieces_retournees": _("pièces rendues au stock"),
        "statut_equipement": _("statut de l’équipement"),
    }
    if champ in autres:
        return autres[champ]
    noms = {f.name: str(f.verbose_name) for f in Intervention._meta.fields}
    return noms.get(champ, champ)


def _en_mots(champ: str, valeur: Any) -> str:
    if valeur in (None, "", []):
        return ""
    if champ == "creneau":
        debut, fin = (_moment(borne) for borne in valeur)
        return f"{debut} – {fin}"
    if champ in _VALEURS:
        return str(_VALEURS[champ].get(valeur, valeur))
    if champ in ("minutes", "duree_estimee", "duree_reelle"):
        return duree(valeur)
    if isinstance(valeur, bool):
        return _("oui") if valeur else _("non")
    if isinstance(valeur, dict):
        return ", ".join(f"{cle} × {nombre}" for cle, nombre in valeur.items())
    if isinstance(valeur, list):
        return ", ".join(str(element) for element in valeur)
    if champ.startswith("date_"):
        return _moment(valeur)
    return str(valeur)


def _moment(texte: str) -> str:
    quand = parse_datetime(texte)
    return date_format(timezone.localtime(quand), "SHORT_DATETIME_FORMAT") if quand else texte
