from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The four roles of permissions.md; a role that is not named in a rule sees and may nothing."""

    ADMIN = "admin", _("Administrateur")
    RESPONSABLE = "responsable", _("Responsable")
    TECHNICIEN = "technicien", _("Technicien")
    CLIENT = "client", _("Client")


class Langue(models.TextChoices):
    FRANCAIS = "fr", "Français"
    ANGLAIS = "en", "English"
    ARABE = "ar", "العربية"


class Densite(models.TextChoices):
    """How close the rows of lists stand."""

    CONFORTABLE = "confortable", _("Confortable")
    COMPACTE = "compacte", _("Compacte")


class Theme(models.TextChoices):
    """`auto` follows the device."""

    AUTO = "auto", _("Comme l’appareil")
    CLAIR = "clair", _("Clair")
    SOMBRE = "sombre", _("Sombre")
