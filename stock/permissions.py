"""Who may do what to the stock (permissions.md), as pure predicates."""

from accounts.models import User


def peut_voir(user: User) -> bool:
    return user.est_gestion or user.est_technicien


def peut_gerer(user: User) -> bool:
    """Create and change parts, and move stock by hand. A technicien takes parts through his intervention."""
    return user.est_gestion


def peut_voir_montants(user: User) -> bool:
    """Prices are not for techniciens."""
    return user.est_gestion
