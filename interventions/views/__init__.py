"""The pages of interventions, by what people do on them."""

from interventions.views.actions import (
    affecter,
    demander_annulation,
    deplanifier,
    planifier,
    remarque,
    satisfaction,
    statut,
    supprimer,
)
from interventions.views.calendrier import calendrier, evenements, placer
from interventions.views.creation import apercu, chercher_equipement, creer, modifier
from interventions.views.fiche import detail
from interventions.views.kanban import deplacer, kanban
from interventions.views.liste import liste
from interventions.views.terrain import (
    chercher_piece,
    controle,
    controle_ajouter,
    piece,
    saisir,
    temps,
)

__all__ = [
    "affecter",
    "apercu",
    "calendrier",
    "chercher_equipement",
    "chercher_piece",
    "controle",
    "controle_ajouter",
    "creer",
    "demander_annulation",
    "deplacer",
    "deplanifier",
    "detail",
    "evenements",
    "kanban",
    "liste",
    "modifier",
    "piece",
    "placer",
    "planifier",
    "remarque",
    "saisir",
    "satisfaction",
    "statut",
    "supprimer",
    "temps",
]
