from django.db import models
from django.utils.translation import gettext_lazy as _


class ModeEcheance(models.TextChoices):
    FIXE = "fixe", _("Fixe (comptée depuis l’échéance)")
    FLOTTANT = "flottant", _("Flottante (comptée depuis la réalisation)")
