"""What is planned: the catalogue of gammes and plans, and the interventions that plans make."""

from planning.services.catalogue import (
    activer_plan,
    creer_gamme,
    creer_plan,
    modifier_gamme,
    modifier_plan,
    supprimer_gamme,
    supprimer_plan,
)
from planning.services.generation import Bilan, generer_preventives

__all__ = [
    "Bilan",
    "activer_plan",
    "creer_gamme",
    "creer_plan",
    "generer_preventives",
    "modifier_gamme",
    "modifier_plan",
    "supprimer_gamme",
    "supprimer_plan",
]
