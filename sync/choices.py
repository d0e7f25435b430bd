from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TypeOperation(TextChoices):
    """What a device may have done while it was offline; each is one service of an app."""

    INTERVENTION = "intervention", _("Texte d’une intervention")
    STATUT = "statut", _("Changement de statut")
    REMARQUE = "remarque", _("Remarque")
    TEMPS = "temps", _("Temps passé")
    PIECE = "piece", _("Pièce prise ou rendue")
    CONTROLE = "controle", _("Point de contrôle")
    RELEVE = "releve", _("Relevé de compteur")
    STATUT_EQUIPEMENT = "statut_equipement", _("Statut d’un équipement")
    SIGNALEMENT = "signalement", _("Signalement")
    DOCUMENT = "document", _("Photo ou document")
    NOTIFICATION = "notification", _("Notification lue")
    ABSENCE = "absence", _("Demande d’absence")
    SATISFACTION = "satisfaction", _("Avis du client")
    ANNULATION = "annulation", _("Demande d’annulation")


class EtatOperation(TextChoices):
    APPLIQUEE = "appliquee", _("Appliquée")
    FUSIONNEE = "fusionnee", _("Fusionnée")
    CONFLIT = "conflit", _("En conflit")
    REFUSEE = "refusee", _("Refusée")


# What a person has to look at: something that was typed did not find its place.
ETATS_A_VOIR = (EtatOperation.CONFLIT, EtatOperation.REFUSEE)
