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


def peut_s_abonner(user: User, technicien_user_id: int | None) -> bool:
    """Read slots in a calendar program: everybody's and anyone's for who plans, his own for a technicien."""
    return user.est_gestion or (
        user.est_technicien and technicien_user_id is not None and technicien_user_id == user.pk
    )
