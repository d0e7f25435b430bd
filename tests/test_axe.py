"""axe-core finds nothing: every page of the resolver, as each role sees it, in both directions, light and dark.

The pages are those of `matrice.txt` that answer 200 to a role on what is its own; what is no document (JSON, a file, a
fragment for htmx) is not looked at. One Chromium and one context per role and language.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as reglages
from django.db import connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Error, Page, expect, sync_playwright

from accounts.models import User
from interventions.tests.factories import CreneauFactory, InterventionFactory
from technicians.tests.factories import TechnicienFactory
from tests.monde import Monde, creer_monde
from tests.test_matrice import PERSONNES, chemin_de, lire_table, routes
from tests.test_parcours import OPTIONS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).resolve().parent.parent / "node_modules" / "axe-core" / "axe.min.js"
ETIQUETTES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# From the top: what a bar that stays covers by half while the page is scrolled is not too small.
ANALYSER = """async ([etiquettes, regles]) => {
  scrollTo(0, 0);
  await new Promise((suite) => requestAnimationFrame(() => requestAnimationFrame(suite)));
  const options = { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } };
  options.runOnly = regles.length ? { type: "rule", values: regles } : { type: "tag", values: etiquettes };
  const { violations } = await axe.run(document, options);
  const mots = (noeud) => noeud.any.map(({ message }) => message).join(" ").slice(0, 160);
  return violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.html.slice(0, 160)} ${mots(n)}`));
}"""


def pages_de(personne: str, monde: Monde) -> Iterator[tuple[str, str]]:
    """(route, path) of what this person is shown."""
    rang = PERSONNES.index(personne)
    genres = {nom: genre for genre, nom, _chemin in routes()}
    for route, (objets, methodes) in sorted(lire_table().items()):
        codes = methodes.get("GET", "").split()
        if genres[route] == "pages" and codes and codes[rang] in ("200", "410"):
            yield route, chemin_de(route, objets, monde.propre)


def montrer(page: Page, chemin: str) -> bool:
    """Go there; whether it is a document, not a file, JSON or a fragment."""
    try:
        page.goto(chemin, wait_until="load")
    except Error as erreur:
        if "ERR_ABORTED" in erreur.message or "Download is starting" in erreur.message:
            return False
        raise
    return page.evaluate("document.contentType === 'text/html' && !!document.documentElement.lang")


@contextmanager
def ouvrir(
    chromium: str, adresse: str, user: User | None, langue: str, **options: Any
) -> Iterator[Page]:
    """A page of this person's, in this language."""
    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        contexte = navigateur.new_context(
            base_url=adresse,
            locale={"fr": "fr-FR", "ar": "ar-MA"}[langue],
            timezone_id="Africa/Casablanca",
            reduced_motion="reduce",
            viewport={"width": 1280, "height": 900},
            **options,
        )
        contexte.set_default_timeout(20_000)
        contexte.add_init_script(path=AXE)
        if user is not None:
            User.objects.filter(pk=user.pk).update(langue=langue)
            lecteur = Client()
            lecteur.force_login(user, backend="accounts.backends.EmailBackend")
            nom = reglages.SESSION_COOKIE_NAME
            contexte.add_cookies(
                [{"name": nom, "value": lecteur.cookies[nom].value, "url": adresse}]
            )
        try:
            yield contexte.new_page()
        finally:
            navigateur.close()
            connections.close_all()


def fautes(page: Page, regles: tuple[str, ...] = ()) -> list[str]:
    return page.evaluate(ANALYSER, [ETIQUETTES, list(regles)])


@pytest.fixture(autouse=True)
def _reglages(settings, monkeypatch):
    settings.DEBIT_PAR_MINUTE = {"utilisateur": 10**6, "adresse": 10**6, "auth": 10**6}
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs a loop beside us


@pytest.mark.parametrize("langue", ["fr", "ar"])
@pytest.mark.parametrize("personne", PERSONNES)
def test_axe_ne_trouve_rien(live_server, chromium, personne, langue):
    monde = creer_monde()
    user = monde.personnes.get(personne)
    trouvees: dict[str, list[str]] = {}
    vues = 0
    with ouvrir(chromium, live_server.url, user, langue) as page:
        for route, chemin in pages_de(personne, monde):
            if not montrer(page, chemin):
                continue
            vues += 1
            if faute := fautes(page):
                trouvees[route] = faute
            sens = page.locator("html").get_attribute("dir")
            assert sens == {"fr": "ltr", "ar": "rtl"}[langue], chemin
            if personne == "responsable" and langue == "fr":
                page.emulate_media(color_scheme="dark")
                page.wait_for_selector("html[data-bs-theme=dark]")
                if faute := fautes(page, ("color-contrast",)):
                    trouvees[f"{route} (sombre)"] = faute
                page.emulate_media(color_scheme="light")
    assert vues, "no page was looked at"
    assert not trouvees, "\n".join(
        f"{route}\n    " + "\n    ".join(liste[:6]) for route, liste in trouvees.items()
    )


@pytest.mark.parametrize("langue", ["fr", "ar"])
def test_axe_ne_trouve_rien_dans_la_galerie_ni_dans_les_erreurs(
    live_server, chromium, settings, langue
):
    settings.ROOT_URLCONF = "tests.routes_dev"
    responsable = creer_monde().personnes["responsable"]
    with ouvrir(chromium, live_server.url, responsable, langue) as page:
        for chemin in (
            "composants",
            *(f"erreurs/{status}" for status in (400, 403, 404, 409, 500, 503)),
        ):
            assert montrer(page, f"/dev/{chemin}/")
            assert not fautes(page), chemin
            page.emulate_media(color_scheme="dark")
            page.wait_for_selector("html[data-bs-theme=dark]")
            assert not fautes(page, ("color-contrast",)), chemin
            page.emulate_media(color_scheme="light")


def test_axe_ne_trouve_rien_quand_les_creneaux_se_chevauchent(live_server, chromium):
    responsable = creer_monde().personnes["responsable"]
    debut = timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0)
    for _rang in range(9):
        technicien = TechnicienFactory()
        CreneauFactory(
            technicien=technicien,
            intervention=InterventionFactory(affectee=True, technicien=technicien),
            debut=debut,
            fin=debut + timedelta(minutes=15),
        )
    with ouvrir(chromium, live_server.url, responsable, "fr") as page:
        assert montrer(page, "/interventions/calendrier/?vue=semaine")
        creneaux = page.locator(".ec-body .ev-lien")
        expect(creneaux.nth(8)).to_be_visible()
        largeurs = creneaux.evaluate_all("(liens) => liens.map((lien) => lien.clientWidth)")
        assert min(largeurs) >= 24  # pixels
        assert not fautes(page)
