"""Who may do what to a file (permissions.md), as pure predicates over an owner or a file that the user sees."""

from accounts.models import User
from documents.models import Document
from interventions.choices import STATUTS_ACTIFS, Statut


def peut_deposer(user: User) -> bool:
    """Staff anywhere; a technicien and a client on what is their own (the service looks it up)."""
    return user.est_gestion or user.est_technicien or user.est_client


def peut_rendre_interne(user: User) -> bool:
    """Only the company hides a file from the client."""
    return user.est_gestion or user.est_technicien


def peut_supprimer(user: User, document: Document) -> bool:
    """Staff; a technicien what he uploaded, until the intervention is closed; a client while it is ouverte."""
    if user.est_gestion:
        return True
    if document.uploaded_by_id != user.pk or document.intervention is None:
        return False
    if user.est_technicien:
        return document.intervention.statut in STATUTS_ACTIFS
    return user.est_client and document.intervention.statut == Statut.OUVERTE
