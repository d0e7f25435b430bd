from django.db import models
from django.utils.translation import gettext_lazy as _


class NiveauCompetence(models.TextChoices):
    DEBUTANT = "debutant", _("Débutant")
    INTERMEDIAIRE = "intermediaire", _("Intermédiaire")
    AVANCE = "avance", _("Avancé")
    EXPERT = "expert", _("Expert")


class TypeAbsence(models.TextChoices):
    CONGE = "conge", _("Congé")
    FORMATION = "formation", _("Formation")
    MALADIE = "maladie", _("Maladie")
    INDISPONIBLE = "indisponible", _("Indisponible")


class StatutAbsence(models.TextChoices):
    DEMANDEE = "demandee", _("Demandée")
    ACCEPTEE = "acceptee", _("Acceptée")
    REFUSEE = "refusee", _("Refusée")


class EtatTechnicien(models.TextChoices):
    """Where a technicien stands at a moment: derived, never stored."""

    DISPONIBLE = "disponible", _("Disponible")
    OCCUPE = "occupe", _("En intervention")
    ABSENT = "absent", _("Absent")
    HORS_HORAIRES = "hors_horaires", _("Hors horaires")
    INACTIF = "inactif", _("Inactif")
