"""Conditions that figures are made of: the dashboard counts by them and the lists filter by them."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q

from interventions.choices import TypeIntervention
from interventions.models import Intervention

# A machine that fails again this soon after its repair had not been repaired.
DELAI_RECIDIVE = timedelta(days=30)

# The reason stays when a cancelled intervention is archived; its statut does not.
NON_ANNULEE = Q(motif_annulation="")
PANNE = Q(type_intervention=TypeIntervention.CORRECTIVE) & NON_ANNULEE

# Finished work that had a deadline. What waited for the client had its deadline moved when it went on.
ECHEANCE_JUGEE = Q(date_fin__isnull=False, date_limite__isnull=False)
ECHEANCE_TENUE = ECHEANCE_JUGEE & Q(date_fin__lte=F("date_limite"))
ECHEANCE_MANQUEE = ECHEANCE_JUGEE & Q(date_fin__gt=F("date_limite"))


def recidive() -> Exists:
    """Whether a finished intervention was followed by a failure of the same équipement within `DELAI_RECIDIVE`."""
    suivantes = Intervention.objects.filter(
        PANNE,
        equipement=OuterRef("equipement"),
        date_creation__gt=OuterRef("date_fin"),
        date_creation__lte=OuterRef("date_fin") + DELAI_RECIDIVE,
    )
    return Exists(suivantes)
