"""Who may do what to gammes and preventive plans (permissions.md), as pure predicates."""

from accounts.models import User


def peut_gerer(user: User) -> bool:
    """Write gammes and plans, see every gamme."""
    return user.est_gestion


def peut_voir_plans(user: User) -> bool:
    """Staff all plans, a client those of its machines."""
    return user.est_gestion or user.est_client


def peut_planifier(user: User) -> bool:
    """Move slots, see who could take a job, ask the optimiser and apply what it proposes."""
    return user.est_gestion
