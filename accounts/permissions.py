"""Who may do what to accounts (permissions.md), as pure predicates."""

from accounts.models import SYSTEME, User


def peut_lister(user: User) -> bool:
    """See the accounts of others."""
    return user.est_gestion


def peut_gerer(user: User) -> bool:
    """Create, change, deactivate, delete accounts; the clock may too, for the commands that open the first ones."""
    return user.est_admin or user is SYSTEME
