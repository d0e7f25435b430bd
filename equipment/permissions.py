"""Who may do what to an équipement and its meters (permissions.md), as pure predicates over what the user sees."""

from accounts.models import User
from equipment.models import Equipement

# The statut of an intervention under way; the table of their life lives in an app above this one.
EN_COURS = "en_cours"


def peut_creer(user: User) -> bool:
    return user.est_gestion


def peut_modifier(user: User, equipement: Equipement) -> bool:
    """Its description, place, meters and what covers it."""
    return user.est_gestion


def peut_supprimer(user: User, equipement: Equipement) -> bool:
    return user.est_gestion


def peut_intervenir(user: User, equipement: Equipement) -> bool:
    """Move its statut or read its meters: staff, and the technicien whose own intervention on it is under way."""
    if user.est_gestion:
        return True
    return (
        user.est_technicien
        and equipement.interventions.filter(technicien__user=user, statut=EN_COURS).exists()
    )


def peut_voir_montants(user: User) -> bool:
    """What a machine cost is for those who run the operations."""
    return user.est_gestion


def peut_voir_motifs(user: User) -> bool:
    """Why a machine's statut moved, in somebody's words: not for the client."""
    return user.est_gestion or user.est_technicien
