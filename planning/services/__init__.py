"""What is planned: the catalogue of gammes and plans."""

from planning.services.catalogue import (
    activer_plan,
    creer_gamme,
    creer_plan,
    modifier_gamme,
    modifier_plan,
    supprimer_gamme,
    supprimer_plan,
)

__all__ = [
    "activer_plan",
    "creer_gamme",
    "creer_plan",
    "modifier_gamme",
    "modifier_plan",
    "supprimer_gamme",
    "supprimer_plan",
]
