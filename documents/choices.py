from django.db import models
from django.utils.translation import gettext_lazy as _


class TypeDocument(models.TextChoices):
    PHOTO = "photo", _("Photo")
    RAPPORT = "rapport", _("Rapport")
    MANUEL = "manuel", _("Manuel")
    CERTIFICAT = "certificat", _("Certificat")
    FACTURE = "facture", _("Facture")
    AUTRE = "autre", _("Autre")
