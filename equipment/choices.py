from django.db import models
from django.utils.translation import gettext_lazy as _


class StatutEquipement(models.TextChoices):
    OPERATIONNEL = "operationnel", _("Opérationnel")
    MAINTENANCE = "maintenance", _("En maintenance")
    PANNE = "panne", _("En panne")
    RETIRE = "retire", _("Retiré")


class Criticite(models.TextChoices):
    CRITIQUE = "critique", _("Critique")
    HAUTE = "haute", _("Haute")
    NORMALE = "normale", _("Normale")
    BASSE = "basse", _("Basse")


# From each statut, those it may move to.
MOUVEMENTS_STATUT: dict[StatutEquipement, frozenset[StatutEquipement]] = {
    StatutEquipement.OPERATIONNEL: frozenset(
        {StatutEquipement.MAINTENANCE, StatutEquipement.PANNE, StatutEquipement.RETIRE}
    ),
    StatutEquipement.PANNE: frozenset({StatutEquipement.MAINTENANCE, StatutEquipement.RETIRE}),
    StatutEquipement.MAINTENANCE: frozenset(
        {StatutEquipement.OPERATIONNEL, StatutEquipement.RETIRE}
    ),
    StatutEquipement.RETIRE: frozenset(),
}
