from django.db import models
from django.utils.translation import gettext_lazy as _


class StatutTravail(models.TextChoices):
    EN_ATTENTE = "en_attente", _("En file d’attente")
    EN_COURS = "en_cours", _("En cours")
    TERMINE = "termine", _("Terminé")
    ECHEC = "echec", _("Interrompu")


EN_VIE = (StatutTravail.EN_ATTENTE, StatutTravail.EN_COURS)
