from django.db import models
from django.utils.translation import gettext_lazy as _


class SortLigne(models.TextChoices):
    """What becomes of a row of a file."""

    CREE = "cree", _("Créée")
    MODIFIE = "modifie", _("Modifiée")
    INCHANGE = "inchange", _("Inchangée")
    REFUSE = "refuse", _("Refusée")


class ModeImport(models.TextChoices):
    LIGNES = "lignes", _("Ligne à ligne : les lignes refusées sont laissées de côté")
    TOUT = "tout", _("Tout ou rien : une seule ligne refusée, et rien n’est importé")
