from django.db import models
from django.utils.translation import gettext_lazy as _


class TypeMouvement(models.TextChoices):
    ENTREE = "entree", _("Entrée")
    SORTIE = "sortie", _("Sortie")
    AJUSTEMENT = "ajustement", _("Ajustement")
    RETOUR = "retour", _("Retour")


class StatutInventaire(models.TextChoices):
    EN_COURS = "en_cours", _("En cours")
    VALIDE = "valide", _("Validé")
