"""Who may do what to an intervention (permissions.md), as pure predicates: buttons, API and services ask the same ones.

They take an intervention that the user already sees. The conditions of a transition (a reason, a free technicien) are
not permissions: `services.changer_statut` checks them.
"""

from accounts.models import SYSTEME, User
from interventions.choices import TRANSITIONS, Acteur, Statut, Transition
from interventions.models import Intervention


def est_affecte(user: User, intervention: Intervention) -> bool:
    """Whether the user is the technicien that the intervention is assigned to."""
    return (
        user.est_technicien
        and intervention.technicien_id is not None
        and intervention.technicien_id == technicien_id_de(user)
    )


def technicien_id_de(user: User) -> int | None:
    """The technicien that a user is; one small query the first time, kept on the user."""
    technicien = getattr(user, "technicien", None)
    return technicien.pk if technicien is not None else None


def peut_creer(user: User) -> bool:
    """Staff; a client for its own équipement; a technicien for a follow-up on a machine of an own intervention."""
    return user.est_gestion or user.est_client or user.est_technicien


def peut_fixer_priorite(user: User) -> bool:
    """A client may call something urgent; how soon the rest is done is for those who plan."""
    return user.est_gestion or user.est_technicien


def peut_modifier(user: User, intervention: Intervention) -> bool:
    """What was asked for: title, description, priorité, deadline … while it is active."""
    return user.est_gestion and intervention.est_active


def peut_saisir(user: User, intervention: Intervention) -> bool:
    """What the field writes: diagnostic, solution, notes, time, checklist, parts, while it is active."""
    return intervention.est_active and (user.est_gestion or est_affecte(user, intervention))


def peut_affecter(user: User, intervention: Intervention) -> bool:
    """Assign or reassign: before the work has begun."""
    return user.est_gestion and intervention.statut in (Statut.OUVERTE, Statut.AFFECTEE)


def peut_planifier(user: User, intervention: Intervention) -> bool:
    """Give, move or take the slot of an assigned intervention."""
    return user.est_gestion and intervention.statut in (
        Statut.AFFECTEE,
        Statut.EN_COURS,
        Statut.EN_ATTENTE,
    )


def peut_remarquer(user: User, intervention: Intervention) -> bool:
    """Add a remark to the journal, while it is active."""
    return intervention.est_active and (
        user.est_gestion or est_affecte(user, intervention) or user.est_client
    )


def peut_noter(user: User, intervention: Intervention) -> bool:
    """The client, once, once it is closed."""
    return (
        user.est_client
        and intervention.statut == Statut.CLOTUREE
        and intervention.satisfaction_client is None
    )


def peut_demander_annulation(user: User, intervention: Intervention) -> bool:
    """The client, once, while nobody is assigned."""
    return (
        user.est_client
        and intervention.statut == Statut.OUVERTE
        and intervention.annulation_demandee_le is None
    )


def peut_supprimer(user: User, intervention: Intervention) -> bool:
    """Staff, while ouverte; that it has no history beyond its creation is checked by the service."""
    return user.est_gestion and intervention.statut == Statut.OUVERTE


def peut_voir_couts(user: User) -> bool:
    """Costs are the company's own."""
    return user.est_gestion


def peut_transiter(user: User, intervention: Intervention, ligne: Transition) -> bool:
    """Whether the user is among those whom a line of the table names."""
    if user is SYSTEME:
        return Acteur.SYSTEME in ligne.acteurs
    if user.est_gestion:
        return Acteur.GESTION in ligne.acteurs
    return Acteur.TECHNICIEN_AFFECTE in ligne.acteurs and est_affecte(user, intervention)


def transitions_permises(user: User, intervention: Intervention) -> list[Transition]:
    """The lines of the table that start here and that the user may take: exactly his buttons."""
    return [
        ligne
        for ligne in TRANSITIONS
        if ligne.de == intervention.statut and peut_transiter(user, intervention, ligne)
    ]
