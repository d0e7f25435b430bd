"""The vocabulary of interventions, and the one table of their life: buttons, API schema, documentation and the
database's own guard derive from `TRANSITIONS`."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.choices import Priorite as Priorite


class TypeIntervention(models.TextChoices):
    CORRECTIVE = "corrective", _("Corrective")
    PREVENTIVE = "preventive", _("Préventive")
    AMELIORATIVE = "ameliorative", _("Améliorative")
    DIAGNOSTIC = "diagnostic", _("Diagnostic")


class Statut(models.TextChoices):
    OUVERTE = "ouverte", _("Ouverte")
    AFFECTEE = "affectee", _("Affectée")
    EN_COURS = "en_cours", _("En cours")
    EN_ATTENTE = "en_attente", _("En attente")
    CLOTUREE = "cloturee", _("Clôturée")
    ANNULEE = "annulee", _("Annulée")
    ARCHIVEE = "archivee", _("Archivée")


STATUTS_ACTIFS = (Statut.OUVERTE, Statut.AFFECTEE, Statut.EN_COURS, Statut.EN_ATTENTE)
STATUTS_CLOS = (Statut.CLOTUREE, Statut.ANNULEE, Statut.ARCHIVEE)


class MotifAttente(models.TextChoices):
    PIECES = "pieces", _("Pièces")
    CLIENT = "client", _("Client")
    ACCES = "acces", _("Accès au site")
    AUTRE = "autre", _("Autre")


# While the wait is the client's (its decision, its gate), the SLA clock stands still.
MOTIFS_DU_CLIENT = (MotifAttente.CLIENT, MotifAttente.ACCES)

# Time to resolve when no contract promises one (domain.md, life of an intervention).
DELAIS_PAR_PRIORITE: dict[str, timedelta] = {
    Priorite.URGENTE: timedelta(hours=2),
    Priorite.HAUTE: timedelta(hours=24),
    Priorite.NORMALE: timedelta(hours=72),
    Priorite.BASSE: timedelta(days=7),
}
RANGS_PRIORITE = {priorite.value: rang for rang, priorite in enumerate(Priorite)}


class ActionJournal(models.TextChoices):
    """What a line of the journal tells."""

    CREATION = "creation", _("Création")
    MODIFICATION = "modification", _("Modification")
    AFFECTATION = "affectation", _("Affectation")
    REAFFECTATION = "reaffectation", _("Réaffectation")
    DESAFFECTATION = "desaffectation", _("Retrait de l’affectation")
    PLANIFICATION = "planification", _("Planification")
    DEPLANIFICATION = "deplanification", _("Retrait du planning")
    DEMARRAGE = "demarrage", _("Démarrage")
    MISE_EN_ATTENTE = "mise_en_attente", _("Mise en attente")
    REPRISE = "reprise", _("Reprise")
    CLOTURE = "cloture", _("Clôture")
    ANNULATION = "annulation", _("Annulation")
    ARCHIVAGE = "archivage", _("Archivage")
    REMARQUE = "remarque", _("Remarque")
    PIECE = "piece", _("Pièce")
    TEMPS = "temps", _("Temps passé")
    CONTROLE = "controle", _("Point de contrôle")
    SATISFACTION = "satisfaction", _("Satisfaction du client")
    DEMANDE_ANNULATION = "demande_annulation", _("Demande d’annulation")
    DOCUMENT = "document", _("Document")


class TypeTemps(models.TextChoices):
    TRAVAIL = "travail", _("Travail")
    DEPLACEMENT = "deplacement", _("Déplacement")


class ResultatControle(models.TextChoices):
    OK = "ok", _("Conforme")
    NON_CONFORME = "non_conforme", _("Non conforme")
    NON_APPLICABLE = "non_applicable", _("Non applicable")


class Acteur(models.TextChoices):
    """Who may make a transition."""

    GESTION = "gestion", _("Responsable ou administrateur")
    TECHNICIEN_AFFECTE = "technicien_affecte", _("Technicien affecté")
    SYSTEME = "systeme", _("Tâche planifiée")


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table: who may make it, what must be given with it, how a button shows it."""

    de: Statut
    vers: Statut
    action: ActionJournal
    libelle: str | Promise
    acteurs: frozenset[Acteur]
    exige: tuple[str, ...] = ()
    accepte: tuple[str, ...] = ("remarque",)
    icone: str = "chevron-right"
    style: str = "secondary"


_GESTION = frozenset({Acteur.GESTION})
_TERRAIN = frozenset({Acteur.GESTION, Acteur.TECHNICIEN_AFFECTE})
_ARCHIVAGE = frozenset({Acteur.GESTION, Acteur.SYSTEME})

TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        Statut.OUVERTE,
        Statut.AFFECTEE,
        ActionJournal.AFFECTATION,
        _("Affecter"),
        _GESTION,
        exige=("technicien_id",),
        accepte=("remarque", "debut", "fin"),
        icone="user-plus",
        style="primary",
    ),
    Transition(
        Statut.AFFECTEE,
        Statut.OUVERTE,
        ActionJournal.DESAFFECTATION,
        _("Retirer l’affectation"),
        _GESTION,
        icone="x",
    ),
    Transition(
        Statut.AFFECTEE,
        Statut.EN_COURS,
        ActionJournal.DEMARRAGE,
        _("Démarrer"),
        _TERRAIN,
        icone="player-play",
        style="primary",
    ),
    Transition(
        Statut.EN_COURS,
        Statut.EN_ATTENTE,
        ActionJournal.MISE_EN_ATTENTE,
        _("Mettre en attente"),
        _TERRAIN,
        exige=("motif_attente",),
        icone="player-pause",
        style="warning",
    ),
    Transition(
        Statut.EN_ATTENTE,
        Statut.EN_COURS,
        ActionJournal.REPRISE,
        _("Reprendre"),
        _TERRAIN,
        icone="player-play",
        style="primary",
    ),
    Transition(
        Statut.EN_COURS,
        Statut.CLOTUREE,
        ActionJournal.CLOTURE,
        _("Clôturer"),
        _TERRAIN,
        exige=("solution",),
        accepte=("remarque", "diagnostic", "notes_techniques", "toujours_en_panne"),
        icone="check",
        style="success",
    ),
    *(
        Transition(
            statut,
            Statut.ANNULEE,
            ActionJournal.ANNULATION,
            _("Annuler l’intervention"),
            _GESTION,
            exige=("motif_annulation",),
            icone="ban",
            style="danger",
        )
        for statut in STATUTS_ACTIFS
    ),
    *(
        Transition(
            statut,
            Statut.ARCHIVEE,
            ActionJournal.ARCHIVAGE,
            _("Archiver"),
            _ARCHIVAGE,
            icone="archive",
        )
        for statut in (Statut.CLOTUREE, Statut.ANNULEE)
    ),
)


def transition(de: str, vers: str) -> Transition | None:
    """The line of the table from one statut to another; None when there is none."""
    return next((ligne for ligne in TRANSITIONS if ligne.de == de and ligne.vers == vers), None)
