"""The only writers of interventions, by subject; importers name this package."""

from interventions.services.client import demander_annulation, noter_satisfaction
from interventions.services.comptes import consolider_comptes
from interventions.services.creation import NouveauPoint, creer_intervention, supprimer_intervention
from interventions.services.echeance import calculer_date_limite, contrat_couvrant
from interventions.services.edition import ajouter_remarque, modifier_intervention, noter_document
from interventions.services.en_lot import Demande, creer_interventions
from interventions.services.placement import Place, placer, verrouiller_creneau
from interventions.services.terrain import (
    ajouter_controle,
    ajouter_temps,
    consommer_piece,
    repondre_controle,
)
from interventions.services.vie import (
    affecter_technicien,
    archiver_automatiquement,
    changer_statut,
    deplanifier,
    planifier,
)

__all__ = [
    "Demande",
    "NouveauPoint",
    "Place",
    "affecter_technicien",
    "ajouter_controle",
    "ajouter_remarque",
    "ajouter_temps",
    "archiver_automatiquement",
    "calculer_date_limite",
    "changer_statut",
    "consolider_comptes",
    "consommer_piece",
    "contrat_couvrant",
    "creer_intervention",
    "creer_interventions",
    "demander_annulation",
    "deplanifier",
    "modifier_intervention",
    "noter_document",
    "noter_satisfaction",
    "placer",
    "planifier",
    "repondre_controle",
    "supprimer_intervention",
    "verrouiller_creneau",
]
