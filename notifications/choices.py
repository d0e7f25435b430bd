from django.db import models
from django.utils.translation import gettext_lazy as _


class Canal(models.TextChoices):
    IN_APP = "in_app", _("Dans l’application")
    EMAIL = "email", _("E-mail")
    PUSH = "push", _("Notification mobile")


class StatutEnvoi(models.TextChoices):
    EN_ATTENTE = "en_attente", _("En attente")
    ENVOYEE = "envoyee", _("Envoyée")
    ECHEC = "echec", _("Échec")
    IGNOREE = "ignoree", _("Ignorée")


class Evenement(models.TextChoices):
    """What people are told of; each user may turn a channel off, event by event."""

    INTERVENTION_CREEE = "intervention_creee", _("Intervention créée")
    DEMANDE_PORTAIL = "demande_portail", _("Demande d’un client")
    INTERVENTION_AFFECTEE = "intervention_affectee", _("Intervention affectée")
    INTERVENTION_DESAFFECTEE = "intervention_desaffectee", _("Affectation retirée")
    INTERVENTION_PLANIFIEE = "intervention_planifiee", _("Intervention planifiée ou déplacée")
    INTERVENTION_DEMARREE = "intervention_demarree", _("Intervention commencée")
    INTERVENTION_EN_ATTENTE = "intervention_en_attente", _("Intervention en attente")
    INTERVENTION_CLOTUREE = "intervention_cloturee", _("Intervention clôturée")
    INTERVENTION_ANNULEE = "intervention_annulee", _("Intervention annulée")
    ANNULATION_DEMANDEE = "annulation_demandee", _("Annulation demandée par le client")
    ECHEANCE_PROCHE = "echeance_proche", _("Échéance proche")
    INTERVENTION_EN_RETARD = "intervention_en_retard", _("Intervention en retard")
    RAPPEL_PLANNING = "rappel_planning", _("Rappel du planning")
    ABSENCE_DEMANDEE = "absence_demandee", _("Absence demandée")
    STOCK_BAS = "stock_bas", _("Stock sous le minimum")
    CONTRAT_EXPIRE = "contrat_expire", _("Contrat bientôt expiré")
    CONTRAT_CONSOMME = "contrat_consomme", _("Contrat bientôt consommé")
    COMPETENCE_EXPIRE = "competence_expire", _("Habilitation bientôt expirée")
    DOCUMENT_AJOUTE = "document_ajoute", _("Document ajouté")
    BILAN_HEBDOMADAIRE = "bilan_hebdomadaire", _("Bilan de la semaine")
    TRAVAIL_TERMINE = "travail_termine", _("Export ou import terminé")
    COMPTE = "compte", _("Compte et mot de passe")


_POUR_TOUS = frozenset(
    {Evenement.INTERVENTION_PLANIFIEE, Evenement.DOCUMENT_AJOUTE, Evenement.TRAVAIL_TERMINE}
)
_DE_LA_GESTION = _POUR_TOUS | {
    Evenement.INTERVENTION_CREEE,
    Evenement.DEMANDE_PORTAIL,
    Evenement.INTERVENTION_DEMARREE,
    Evenement.INTERVENTION_EN_ATTENTE,
    Evenement.INTERVENTION_CLOTUREE,
    Evenement.ANNULATION_DEMANDEE,
    Evenement.ECHEANCE_PROCHE,
    Evenement.INTERVENTION_EN_RETARD,
    Evenement.ABSENCE_DEMANDEE,
    Evenement.STOCK_BAS,
    Evenement.CONTRAT_EXPIRE,
    Evenement.CONTRAT_CONSOMME,
    Evenement.COMPETENCE_EXPIRE,
    Evenement.BILAN_HEBDOMADAIRE,
}
# What a role may ever be told of: the page of the preferences asks no more. A message about the account always goes.
EVENEMENTS_DU_ROLE: dict[str, frozenset[Evenement]] = {
    "admin": _DE_LA_GESTION,
    "responsable": _DE_LA_GESTION,
    "technicien": _POUR_TOUS
    | {
        Evenement.INTERVENTION_AFFECTEE,
        Evenement.INTERVENTION_DESAFFECTEE,
        Evenement.INTERVENTION_ANNULEE,
        Evenement.ECHEANCE_PROCHE,
        Evenement.RAPPEL_PLANNING,
        Evenement.ABSENCE_DEMANDEE,
        Evenement.COMPETENCE_EXPIRE,
    },
    "client": _POUR_TOUS
    | {
        Evenement.INTERVENTION_CREEE,
        Evenement.INTERVENTION_AFFECTEE,
        Evenement.INTERVENTION_DEMARREE,
        Evenement.INTERVENTION_EN_ATTENTE,
        Evenement.INTERVENTION_CLOTUREE,
        Evenement.INTERVENTION_ANNULEE,
    },
}
