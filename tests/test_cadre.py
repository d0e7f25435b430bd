"""The frame of every page under a keyboard, in Chromium: shortcuts, dialogs, menu, theme, and where the focus goes."""

import re

import pytest
from playwright.sync_api import expect

from interventions.tests.factories import InterventionFactory
from tests.test_axe import ouvrir

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _reglages(settings, monkeypatch):
    settings.DEBIT_PAR_MINUTE = {"utilisateur": 10**6, "adresse": 10**6, "auth": 10**6}
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs a loop beside us


def test_tout_au_clavier(live_server, chromium, responsable):
    InterventionFactory.create_batch(30)
    with ouvrir(chromium, live_server.url, responsable, "fr") as page:
        page.goto("/")

        # The first Tab offers to skip the menu.
        page.keyboard.press("Tab")
        expect(page.locator(".saut")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#contenu")).to_be_focused()

        # The help opens, holds the focus, closes, and gives it back.
        page.locator("main a").first.focus()
        page.keyboard.press("?")
        expect(page.locator("#aide")).to_be_visible()
        assert page.evaluate("document.activeElement.closest('#aide') !== null")
        page.keyboard.press("n")
        expect(page.locator("#aide")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#aide")).to_be_hidden()
        expect(page.locator("main a").first).to_be_focused()

        # g then a letter goes there; / searches, and there letters are letters.
        page.keyboard.press("g")
        page.keyboard.press("i")
        expect(page).to_have_url(re.compile(r"/interventions/$"))
        page.keyboard.press("/")
        expect(page.locator("#recherche")).to_be_focused()
        page.keyboard.type("?n")
        expect(page.locator("#recherche")).to_have_value("?n")

        # Sorting and filtering swap the list: the focus stays on what was used.
        page.locator("#recherche").fill("")
        tri = page.locator("#liste th a").first
        mots = tri.inner_text()
        tri.focus()
        with page.expect_response(re.compile("sort=")):
            page.keyboard.press("Enter")
        expect(page.locator("#liste th a").filter(has_text=mots).first).to_be_focused()
        # The next page: the rows have gone, the list itself has the focus, and its extent is said.
        page.locator("#liste .pagination a[rel=next]").focus()
        with page.expect_response(re.compile("page=2")):
            page.keyboard.press("Enter")
        expect(page.locator("#liste")).to_be_focused()
        expect(page.locator("#annonce")).to_contain_text("26")

        # Keys alone can be turned off.
        page.keyboard.press("?")
        page.locator("[data-raccourcis]").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        expect(page.locator("#aide")).to_be_hidden()


def test_le_dialogue_prend_le_focus_et_le_rend(live_server, chromium, responsable):
    intervention = InterventionFactory()
    with ouvrir(chromium, live_server.url, responsable, "fr") as page:
        page.goto(intervention.get_absolute_url())
        lien = page.locator("main a[data-dialogue]:visible").first
        lien.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#dialogue")).to_be_visible()
        page.wait_for_selector("#dialogue :focus")
        page.keyboard.press("Escape")
        expect(page.locator("#dialogue")).to_be_hidden()
        expect(lien).to_be_focused()


def test_le_menu_d_un_telephone_retient_le_focus(live_server, chromium, responsable):
    with ouvrir(chromium, live_server.url, responsable, "fr") as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto("/")
        page.get_by_role("button", name="Ouvrir le menu").press("Enter")
        expect(page.locator("#menu a").first).to_be_focused()
        page.keyboard.press("Shift+Tab")
        assert not page.evaluate("!!document.activeElement.closest('main, header')")
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Ouvrir le menu")).to_be_focused()


def test_le_theme_suit_la_personne(live_server, chromium, responsable):
    with ouvrir(chromium, live_server.url, responsable, "fr") as page:
        page.goto("/")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
        with page.expect_response(re.compile("/profil/affichage/")) as reponse:
            page.locator("header [data-theme-bascule]:visible").click()
        assert reponse.value.status == 302
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    with ouvrir(chromium, live_server.url, responsable, "fr") as page:
        page.goto("/")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        page.goto("/profil/")
        page.get_by_text("Comme l’appareil").click()
        page.locator("form", has_text="Thème").get_by_role("button", name="Enregistrer").click()
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
