from django.db import models
from django.utils.translation import gettext_lazy as _


class EtatProposition(models.TextChoices):
    DEMANDEE = "demandee", _("Demandée")
    EN_CALCUL = "en_calcul", _("En calcul")
    PRETE = "prete", _("Prête")
    APPLIQUEE = "appliquee", _("Appliquée")
    ECHEC = "echec", _("Échec")


class GenreLigne(models.TextChoices):
    NOUVELLE = "nouvelle", _("À planifier")
    DEPLACEE = "deplacee", _("À déplacer")
    INCHANGEE = "inchangee", _("Inchangée")
    OMISE = "omise", _("Laissée de côté")


class EtatLigne(models.TextChoices):
    PROPOSEE = "proposee", _("Proposée")
    APPLIQUEE = "appliquee", _("Appliquée")
    PERIMEE = "perimee", _("Périmée")


class RaisonOmission(models.TextChoices):
    COMPETENCE = "competence", _("Aucun technicien choisi n’a les compétences requises.")
    HORAIRES = "horaires", _("Ne tient dans les horaires d’aucun technicien.")
    TEMPS = "temps", _("Plus de temps : le reste est plus urgent ou mieux placé.")


class JourFerme(models.TextChoices):
    GARDER = "garder", _("Garder la date")
    AVANT = "avant", _("Avancer au jour ouvré précédent")
    APRES = "apres", _("Repousser au jour ouvré suivant")


class EtatVisite(models.TextChoices):
    """Where a visit of a plan stands, in the view of the year."""

    FAITE = "faite", _("Faite")
    ANNULEE = "annulee", _("Annulée")
    EN_RETARD = "en_retard", _("En retard")
    PLANIFIEE = "planifiee", _("Planifiée")
    CREEE = "creee", _("Créée, à planifier")
    A_VENIR = "a_venir", _("À venir")
    ESTIMEE = "estimee", _("Estimée d’après le compteur")


class Conclusion(models.TextChoices):
    CONFORME = "conforme", _("Conforme")
    AVEC_RESERVES = "avec_reserves", _("Conforme avec réserves")
    NON_CONFORME = "non_conforme", _("Non conforme")


class ModeEcheance(models.TextChoices):
    FIXE = "fixe", _("Fixe (comptée depuis l’échéance)")
    FLOTTANT = "flottant", _("Flottante (comptée depuis la réalisation)")
