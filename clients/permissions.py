"""Who may do what to clients, their people, sites and contracts (permissions.md), as pure predicates."""

from accounts.models import SYSTEME, User
from clients.models import Client, Contact, Contrat, Site

# What a client keeps up to date about its own company.
COORDONNEES = frozenset(
    {"contact_nom", "contact_fonction", "email", "telephone", "telephone_mobile"}
)


def peut_creer(user: User) -> bool:
    return user.est_gestion


def peut_modifier(user: User, client: Client) -> bool:
    return user.est_gestion


def peut_modifier_coordonnees(user: User, client: Client) -> bool:
    """How to reach the company: a client user writes it for his own, the only one he sees."""
    return user.est_gestion or user.est_client


def peut_supprimer(user: User, client: Client) -> bool:
    return user.est_gestion


def peut_modifier_contact(user: User, contact: Contact) -> bool:
    """A person at the client's; a client user writes his own entry."""
    return user.est_gestion or (user.est_client and contact.user_id == user.pk)


def peut_ouvrir_portail(user: User) -> bool:
    """Giving a contact an account is creating a user."""
    return user.est_admin or user is SYSTEME


def peut_modifier_site(user: User, site: Site) -> bool:
    return user.est_gestion


def peut_modifier_contrat(user: User, contrat: Contrat) -> bool:
    return user.est_gestion


def peut_voir_montants(user: User) -> bool:
    """What a contract costs is between the company and the client."""
    return user.est_gestion or user.est_client


def peut_voir_notes_commerciales(user: User) -> bool:
    """Never the client, and a technicien has no use for them."""
    return user.est_gestion
