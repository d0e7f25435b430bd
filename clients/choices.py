from django.db import models
from django.utils.translation import gettext_lazy as _


class TypeClient(models.TextChoices):
    ENTREPRISE = "entreprise", _("Entreprise")
    COLLECTIVITE = "collectivite", _("Collectivité")
    ASSOCIATION = "association", _("Association")
    PARTICULIER = "particulier", _("Particulier")


class NiveauService(models.TextChoices):
    PREMIUM = "premium", _("Premium")
    STANDARD = "standard", _("Standard")
    BASIQUE = "basique", _("Basique")


class TypeContrat(models.TextChoices):
    MAINTENANCE_PREVENTIVE = "maintenance_preventive", _("Maintenance préventive")
    MAINTENANCE_CORRECTIVE = "maintenance_corrective", _("Maintenance corrective")
    MAINTENANCE_COMPLETE = "maintenance_complete", _("Maintenance complète")
    SUPPORT_TECHNIQUE = "support_technique", _("Support technique")
    CONTRAT_CADRE = "contrat_cadre", _("Contrat-cadre")


class StatutContrat(models.TextChoices):
    BROUILLON = "brouillon", _("Brouillon")
    ACTIF = "actif", _("Actif")
    SUSPENDU = "suspendu", _("Suspendu")
    EXPIRE = "expire", _("Expiré")
    RESILIE = "resilie", _("Résilié")


# From each statut, those it may move to.
MOUVEMENTS_CONTRAT: dict[StatutContrat, frozenset[StatutContrat]] = {
    StatutContrat.BROUILLON: frozenset({StatutContrat.ACTIF, StatutContrat.RESILIE}),
    StatutContrat.ACTIF: frozenset(
        {StatutContrat.SUSPENDU, StatutContrat.EXPIRE, StatutContrat.RESILIE}
    ),
    StatutContrat.SUSPENDU: frozenset(
        {StatutContrat.ACTIF, StatutContrat.EXPIRE, StatutContrat.RESILIE}
    ),
    StatutContrat.EXPIRE: frozenset({StatutContrat.ACTIF, StatutContrat.RESILIE}),
    StatutContrat.RESILIE: frozenset(),
}


class Couverture(models.TextChoices):
    CONTINUE = "24_7", _("24 h/24, 7 j/7")
    OUVREE = "heures_ouvrees", _("Heures ouvrées")


class Priorite(models.TextChoices):
    """How soon an intervention must be done; promised per contract, so it lives with the contracts."""

    URGENTE = "urgente", _("Urgente")
    HAUTE = "haute", _("Haute")
    NORMALE = "normale", _("Normale")
    BASSE = "basse", _("Basse")
    PROGRAMMEE = "programmee", _("Programmée")
