"""Role × route × own or foreign: every route of the resolver against the table of `matrice.txt`.

A line of the table is a route, the objects in its path, a method, then the answers: to admin, responsable, technicien
and client on what is their own, to a stranger, and after the bar to technicien and client on what is another's. Writes
are sent with an empty body: 400, 409, 422 or 302 mean that the role was let in and only the content was missing.

A route that the table does not name fails, and so does a line that no route answers to. Lines were read against
permissions.md one by one; a change of the table is a change of the rules.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from accounts.sessions import ouvrir_session
from tests.monde import Monde, creer_monde

TABLE = Path(__file__).with_name("matrice.txt")
PERSONNES = ("admin", "responsable", "technicien", "client", "inconnu")
METHODES = {"pages": ("GET", "POST"), "api": ("GET", "POST", "PUT", "PATCH", "DELETE")}

# Paths that answer everybody alike, or belong to a package with tests of its own (the admin has test_admin).
A_PART = {
    "schema",
    "docs",
    "redoc",
    "inconnue",
    "health",
    "health_ready",
    "metrics",
    "?",
}


class Annulee(Exception):
    """Rolls one request back."""


def routes() -> Iterator[tuple[str, str, str]]:
    """(kind, name, pattern) of every route but the admin's and those of A_PART."""
    yield from _parcourir(get_resolver(), "", "")


def _parcourir(resolveur: URLResolver, espace: str, chemin: str) -> Iterator[tuple[str, str, str]]:
    for motif in resolveur.url_patterns:
        complet = chemin + str(motif.pattern)
        if isinstance(motif, URLResolver):
            if motif.namespace != "admin":
                yield from _parcourir(
                    motif, f"{espace}{motif.namespace}:" if motif.namespace else espace, complet
                )
        elif isinstance(motif, URLPattern) and (motif.name or "?") not in A_PART:
            genre = "api" if complet.startswith("api/") else "pages"
            yield genre, espace + str(motif.name), complet


def lire_table() -> dict[str, tuple[str, dict[str, str]]]:
    """route → (objects of its path, method → answers)."""
    table: dict[str, tuple[str, dict[str, str]]] = {}
    for ligne in TABLE.read_text(encoding="utf-8").splitlines():
        if not ligne.strip() or ligne.startswith("#"):
            continue
        route, objets, methode, *reponses = ligne.split()
        table.setdefault(route, (objets, {}))[1][methode] = " ".join(reponses)
    return table


def chemin_de(route: str, objets: str, biens: dict[str, Any]) -> str:
    """`pk=intervention,enfant=temps` as the URL of those objects; a value in quotes stands for itself."""
    params: dict[str, Any] = {}
    for morceau in objets.split(",") if objets != "-" else []:
        nom, _egal, genre = morceau.partition("=")
        if genre.startswith("'"):
            params[nom] = genre.strip("'")
        elif "." in genre:
            objet, attribut = genre.split(".")
            params[nom] = getattr(biens[objet], attribut)
        else:
            params[nom] = biens[genre].pk
    return reverse(route, kwargs=params)


def demander(genre: str, methode: str, chemin: str, user: User | None) -> int:
    """The status of one request of this person; what it wrote is undone."""
    navigateur = Client(raise_request_exception=False)
    en_tetes = {}
    if user is not None and genre == "api":
        en_tetes["Authorization"] = f"Bearer {ouvrir_session(user=user).access_token}"
    elif user is not None:
        navigateur.force_login(user, backend="accounts.backends.EmailBackend")
    corps = "{}" if methode in ("POST", "PUT", "PATCH") and genre == "api" else ""
    type_contenu = "application/json" if genre == "api" else "application/x-www-form-urlencoded"
    statut = 0
    try:
        with transaction.atomic():
            reponse = navigateur.generic(methode, chemin, corps, type_contenu, headers=en_tetes)
            statut = reponse.status_code
            _fermer(reponse)
            raise Annulee
    except Annulee:
        return statut


def _fermer(reponse: Any) -> None:
    """Close a streamed file, but not the test's connection with it."""
    request_finished.disconnect(close_old_connections)
    reponse.close()
    request_finished.connect(close_old_connections)


def mesurer(genre: str, route: str, objets: str, methode: str, monde: Monde) -> str:
    """The answers to this method, as the table writes them."""
    propre = chemin_de(route, objets, monde.propre)
    codes = [
        demander(genre, methode, propre, monde.personnes.get(personne)) for personne in PERSONNES
    ]
    etranger = chemin_de(route, objets, monde.etranger)
    if etranger == propre:
        return " ".join(map(str, codes))
    autres = [
        demander(genre, methode, etranger, monde.personnes[personne])
        for personne in ("technicien", "client")
    ]
    return f"{' '.join(map(str, codes))} | {' '.join(map(str, autres))}"


@pytest.fixture(autouse=True)
def _sans_limite_de_debit(settings: Any) -> None:
    settings.DEBIT_PAR_MINUTE = {"utilisateur": 10**6, "adresse": 10**6, "auth": 10**6}


def test_la_table_nomme_chaque_route_et_rien_d_autre():
    existantes = {nom for _genre, nom, _chemin in routes()}
    assert existantes == set(lire_table())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("genre", "route"), sorted({(genre, nom) for genre, nom, _chemin in routes()})
)
def test_route(genre, route):
    objets, attendu = lire_table()[route]
    monde = creer_monde()
    mesure = {}
    for methode in METHODES[genre]:
        codes = mesurer(genre, route, objets, methode, monde)
        assert "500" not in codes.split(), (route, methode, codes)
        if set(codes.replace("|", "").split()) - {"405", "401", "302"} or methode in attendu:
            mesure[methode] = codes
    assert mesure == attendu
