"""The lists under the hand, in a real Chromium: looks and views remembered, rows ticked by mouse and keyboard, axe."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from interventions.models import Intervention
from interventions.tests.factories import InterventionFactory
from search.models import FiltreEnregistre
from tests.test_axe import fautes, ouvrir

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LISTE = "/interventions/"


@pytest.fixture(autouse=True)
def _reglages(settings, monkeypatch):
    settings.DEBIT_PAR_MINUTE = {"utilisateur": 10**6, "adresse": 10**6, "auth": 10**6}
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs a loop beside us


def _cases(page: Page):
    return page.locator('#liste input[name="ids"]')


def _barre(page: Page):
    return page.locator("#barre-lot")


def test_colonnes_densite_et_vues(live_server, chromium, responsable):
    InterventionFactory.create_batch(4, priorite="haute")
    InterventionFactory.create_batch(2, priorite="basse")
    with ouvrir(chromium, live_server.url, responsable, "fr") as page:
        page.goto(f"{LISTE}?priorite=haute")
        page.locator("#bouton-affichage").click()
        assert fautes(page) == []
        page.get_by_label("Site", exact=True).check()
        page.get_by_label("Compacte").check()
        page.get_by_role("button", name="Appliquer").click()
        expect(page.get_by_role("columnheader", name="Site")).to_be_visible()
        expect(page.locator(".liste-compacte")).to_be_visible()
        # the list is where it was, and the focus is back on the button of the menu
        expect(page).to_have_url(re.compile(r"\?priorite=haute$"))
        expect(page.locator("#bouton-affichage")).to_be_focused()
        page.goto("/equipements/")
        expect(
            page.get_by_text("Aucun équipement").or_(page.locator(".liste-compacte"))
        ).to_be_visible()

        # a view of what is shown: chosen by clicks, kept by a dialog, found again in the menu
        page.goto(LISTE)
        page.get_by_role("button", name="Filtres").click()
        page.locator("label", has=page.locator('input[name="priorite"][value="basse"]')).click()
        expect(_cases(page)).to_have_count(2)
        page.locator("#bouton-vues").click()
        page.get_by_role("link", name="Enregistrer cette vue").click()
        expect(page.get_by_label("Nom de la vue")).to_be_focused()
        assert fautes(page) == []
        page.keyboard.type("Les moins pressées")
        page.keyboard.press("Enter")
        expect(page.locator("#bouton-vues")).to_contain_text("Les moins pressées")
        vue = FiltreEnregistre.objects.get()
        assert vue.parametres["priorite"] == ["basse"]
        assert "site" in vue.parametres["colonnes"][0]
        # leaving its filter leaves the view; the menu brings it back
        page.get_by_role("link", name=re.compile("Retirer le filtre Priorité")).click()
        expect(_cases(page)).to_have_count(6)
        expect(page.locator("#bouton-vues")).not_to_contain_text("Les moins pressées")
        page.locator("#bouton-vues").click()
        page.get_by_role("link", name="Les moins pressées").click()
        expect(_cases(page)).to_have_count(2)
        page.go_back()
        expect(_cases(page)).to_have_count(6)
    preferences = User.objects.get(pk=responsable.pk).preferences
    assert preferences["densite"] == "compacte"
    assert "site" in preferences["colonnes"]["interventions"]


@pytest.mark.parametrize(("langue", "largeur"), [("fr", 1440), ("ar", 390)])
def test_cocher_voir_appliquer(live_server, chromium, responsable, langue, largeur):
    InterventionFactory.create_batch(26)
    close = InterventionFactory(cloturee=True, titre="Déjà faite")
    with ouvrir(chromium, live_server.url, responsable, langue) as page:
        page.set_viewport_size({"width": largeur, "height": 900})
        page.goto(LISTE)
        expect(_barre(page)).to_be_hidden()
        _cases(page).nth(1).click()
        _cases(page).nth(4).click(modifiers=["Shift"])
        expect(_barre(page)).to_be_visible()
        expect(_barre(page).locator("[data-lot-nombre]")).to_contain_text("4")
        assert fautes(page) == []
        # by the keyboard: x on the row that has the focus, Escape for none
        page.locator("#liste .lien-ligne").nth(6).focus()
        page.keyboard.press("x")
        expect(_barre(page).locator("[data-lot-nombre]")).to_contain_text("5")
        page.keyboard.press("Escape")
        expect(_barre(page)).to_be_hidden()
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")

        # the page, then all of the filter
        if largeur > 767:
            page.locator("[data-cocher-tout]").check()
        else:
            for n in range(25):
                _cases(page).nth(n).check()
        page.locator('#barre-lot [name="tout"]').check()
        expect(_barre(page).locator("[data-lot-nombre]")).to_contain_text("27")
        page.locator('#barre-lot button[value="annuler"]').click()
        page.locator("textarea[name=motif_annulation]").fill("Le chantier est arrêté par le client")
        assert fautes(page) == []
        page.locator("main button[type=submit]").click()
        expect(page.locator(".indicateur-valeur").first).to_have_text("26")
        expect(page.locator(".indicateur-valeur").nth(1)).to_have_text("1")
        assert fautes(page) == []
        assert not Intervention.objects.filter(statut="annulee").exists()
        page.go_back()
        expect(page.locator("textarea[name=motif_annulation]")).to_be_visible()
        page.go_forward()
        page.locator("main .lot-confirmer button[type=submit]").click()
        expect(page).to_have_url(re.compile(rf"{LISTE}(\?.*)?$"))
    assert Intervention.objects.filter(statut="annulee").count() == 26
    close.refresh_from_db()
    assert close.statut == "cloturee"


def test_l_ordre_des_colonnes_et_des_lignes_reste(live_server, chromium, responsable):
    InterventionFactory(titre="B – fuite")
    InterventionFactory(titre="A – bruit")
    with ouvrir(chromium, live_server.url, responsable, "fr") as page:
        page.goto(LISTE)
        tetes = page.locator("#liste thead th")
        expect(tetes).to_have_text(
            ["", "Intervention", "Équipement", "Statut", "Priorité", "Technicien", "Échéance", "Créée"]
        )  # fmt: skip
        page.locator("#bouton-affichage").click()
        avancer = page.get_by_role("button", name="Avancer Priorité")
        for _fois in range(3):  # past « Statut », « Site » which is hidden, and « Équipement »
            avancer.click()
        expect(page.get_by_role("button", name="Reculer Priorité")).to_be_focused()
        assert fautes(page) == []
        page.get_by_role("button", name="Appliquer").click()
        suite = ["Équipement", "Statut", "Technicien", "Échéance", "Créée"]
        rangees = ["", "Intervention", "Priorité", *suite]
        expect(tetes).to_have_text(rangees)
        # the cells follow their headings, on a swapped list and on a new page alike
        with page.expect_response(lambda reponse: "/affichage/" in reponse.url) as memoire:
            page.get_by_role("link", name="Intervention", exact=True).last.click()
        assert memoire.value.status == 204
        premiere = page.locator("#liste tbody tr").first
        expect(premiere.locator("td").nth(1)).to_contain_text("A – bruit")
        expect(premiere.locator("td").nth(2)).to_have_text("Normale")
        page.goto(LISTE)
        expect(tetes).to_have_text(rangees)
        expect(premiere.locator("td").nth(1)).to_contain_text("A – bruit")
        expect(premiere.locator("td").nth(2)).to_have_text("Normale")
