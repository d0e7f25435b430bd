"""The way through the product: one table of entries, each with the roles that see it."""

from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ADMIN, RESPONSABLE, TECHNICIEN, CLIENT = "admin", "responsable", "technicien", "client"
GESTION = frozenset({ADMIN, RESPONSABLE})
PERSONNEL = GESTION | {TECHNICIEN}
TOUS = PERSONNEL | {CLIENT}


@dataclass(frozen=True, slots=True)
class Entree:
    """One link: its words, which may differ for a role, its icon, its URL name, who sees it, and the key that leads
    there after `g`."""

    libelle: str | Promise
    icone: str
    url: str
    roles: frozenset[str]
    autrement: tuple[tuple[str, str | Promise], ...] = ()
    touche: str = ""

    def pour(self, role: str) -> str | Promise:
        return dict(self.autrement).get(role, self.libelle)


@dataclass(frozen=True, slots=True)
class Lien:
    """An entry as one role reads it, in one language."""

    libelle: str
    icone: str
    url: str
    touche: str


@dataclass(frozen=True, slots=True)
class Groupe:
    titre: str
    liens: tuple[Lien, ...]


NAVIGATION: tuple[tuple[str | Promise, tuple[Entree, ...]], ...] = (
    (
        "",
        (
            Entree(
                _("Tableau de bord"),
                "layout-dashboard",
                "dashboard:accueil",
                TOUS,
                ((CLIENT, _("Accueil")),),
                touche="a",
            ),
        ),
    ),
    (
        _("Activité"),
        (
            Entree(
                _("Interventions"),
                "tool",
                "interventions:liste",
                TOUS,
                ((CLIENT, _("Mes demandes")), (TECHNICIEN, _("Mes interventions"))),
                touche="i",
            ),
            Entree(_("Planning"), "calendar-week", "planning:tableau", GESTION, touche="p"),
            Entree(
                _("Plans de maintenance"), "calendar-event", "planning:plans", GESTION | {CLIENT}
            ),
            Entree(_("Année des plans"), "calendar", "planning:annee", GESTION | {CLIENT}),
            Entree(_("Charge et pièces"), "gauge", "planning:charge", GESTION),
            Entree(_("Gammes"), "list-check", "planning:gammes", GESTION),
            Entree(
                _("Registre réglementaire"), "certificate", "planning:registre", GESTION | {CLIENT}
            ),
            Entree(_("Optimiser le planning"), "wand", "planning:optimisation", GESTION),
            Entree(_("Saisies hors ligne"), "device-mobile", "sync:liste", GESTION),
            Entree(
                _("Documents"),
                "file-text",
                "documents:liste",
                TOUS,
                ((CLIENT, _("Mes documents")),),
                touche="d",
            ),
        ),
    ),
    (
        _("Parc"),
        (
            Entree(
                _("Équipements"),
                "engine",
                "equipment:liste",
                TOUS,
                ((CLIENT, _("Mes équipements")),),
                touche="e",
            ),
            Entree(
                _("Clients"),
                "building",
                "clients:liste",
                TOUS,
                ((CLIENT, _("Mon entreprise")),),
                touche="c",
            ),
            Entree(
                _("Contrats"),
                "file-certificate",
                "clients:contrats",
                GESTION | {CLIENT},
                ((CLIENT, _("Mes contrats")),),
                touche="o",
            ),
        ),
    ),
    (
        _("Moyens"),
        (
            Entree(_("Techniciens"), "users", "technicians:liste", PERSONNEL, touche="t"),
            Entree(_("Stock"), "package", "stock:liste", PERSONNEL, touche="s"),
        ),
    ),
    (
        _("Administration"),
        (
            Entree(_("Utilisateurs"), "user-cog", "accounts:liste", GESTION, touche="u"),
            Entree(_("Exports et imports"), "arrows-exchange", "transfers:accueil", GESTION),
            Entree(_("Réglages"), "settings", "admin:index", frozenset({ADMIN})),
        ),
    ),
)

NOUVEAU: tuple[Entree, ...] = (
    Entree(
        _("Intervention"),
        "tool",
        "interventions:creer",
        TOUS,
        ((CLIENT, _("Demande d’intervention")),),
    ),
    Entree(_("Équipement"), "engine", "equipment:creer", GESTION),
    Entree(_("Client"), "building", "clients:creer", GESTION),
    Entree(_("Contrat"), "file-certificate", "clients:contrat_creer", GESTION),
    Entree(_("Pièce détachée"), "package", "stock:creer", GESTION),
    Entree(_("Technicien"), "users", "technicians:creer", GESTION),
    Entree(_("Utilisateur"), "user-plus", "accounts:creer", frozenset({ADMIN})),
)


def _liens(entrees: tuple[Entree, ...], role: str) -> tuple[Lien, ...]:
    return tuple(
        Lien(str(entree.pour(role)), entree.icone, reverse(entree.url), entree.touche)
        for entree in entrees
        if role in entree.roles
    )


@lru_cache(maxsize=64)
def navigation(role: str, langue: str) -> tuple[Groupe, ...]:
    """The groups of links that a role sees, in the language in force (part of the cache's key)."""
    groupes = (Groupe(str(titre), _liens(entrees, role)) for titre, entrees in NAVIGATION)
    return tuple(groupe for groupe in groupes if groupe.liens)


@lru_cache(maxsize=64)
def nouveau(role: str, langue: str) -> tuple[Lien, ...]:
    """What a role may create, the first one being what the key `n` opens."""
    return _liens(NOUVEAU, role)
