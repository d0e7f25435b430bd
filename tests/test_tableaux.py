"""Where one drags, in a real Chromium: the kanban, the calendar, the planning board; by mouse and by keyboard."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright

from interventions.choices import Statut
from interventions.models import Planning
from interventions.tests.factories import CreneauFactory, InterventionFactory
from technicians.tests.factories import DisponibiliteFactory, TechnicienFactory
from tests.test_parcours import OPTIONS, entrer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A Tuesday far from any holiday.
MARDI = datetime(2027, 2, 2)


@pytest.fixture(autouse=True)
def _reglages(settings, monkeypatch):
    settings.DEBIT_PAR_MINUTE = {"utilisateur": 10**6, "adresse": 10**6, "auth": 10**6}
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def ouvrir(live_server, chromium):
    """`ouvrir()` is a page of a browser of its own; errors in any of them fail the test."""
    erreurs: list[str] = []
    with sync_playwright() as playwright:
        navigateurs = []

        def nouvelle(largeur: int = 1440) -> Page:
            navigateur = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
            navigateurs.append(navigateur)
            contexte = navigateur.new_context(
                base_url=live_server.url,
                locale="fr-FR",
                timezone_id="Africa/Casablanca",
                reduced_motion="reduce",
                viewport={"width": largeur, "height": 900},
            )
            contexte.set_default_timeout(15_000)
            page = contexte.new_page()
            page.on("pageerror", lambda erreur: erreurs.append(str(erreur)))
            page.on(
                "console",
                lambda m: erreurs.append(m.text) if "Content Security Policy" in m.text else None,
            )
            return page

        yield nouvelle
        for navigateur in navigateurs:
            navigateur.close()
        connections.close_all()
    assert not erreurs


def a(heure: str, jour: datetime = MARDI) -> datetime:
    h, m = map(int, heure.split(":"))
    return timezone.make_aware(jour.replace(hour=h, minute=m))


def glisser(page: Page, depart, arrivee: tuple[float, float], prise=(0.5, 0.5)) -> None:
    """A real drag with the mouse, in small steps."""
    boite = depart.bounding_box()
    page.mouse.move(boite["x"] + boite["width"] * prise[0], boite["y"] + boite["height"] * prise[1])
    page.mouse.down()
    page.mouse.move(*arrivee, steps=12)
    page.mouse.up()


# --- Kanban ----------------------------------------------------------------------------------------


def colonne(page: Page, statut: str):
    return page.locator(f".kanban-colonne[data-statut={statut}]")


def test_a_card_is_dragged_through_its_life(ouvrir, responsable):
    intervention = InterventionFactory(affectee=True, titre="Pompe P-12 bloquée")
    page = ouvrir()
    entrer(page, responsable)
    page.goto("/interventions/kanban/")
    carte = page.locator(f"#carte-{intervention.pk}")

    carte.drag_to(colonne(page, "en_cours"))
    expect(colonne(page, "en_cours").locator(".kanban-carte")).to_have_count(1)
    expect(colonne(page, "en_cours").locator(".kanban-nombre")).to_have_text("1")
    expect(page.locator("#alertes")).to_contain_text("en cours")
    intervention.refresh_from_db()
    assert intervention.statut == Statut.EN_COURS

    # To wait takes a reason: the form of the transition, in a dialog, and back on the board.
    carte.drag_to(colonne(page, "en_attente"))
    page.get_by_label("Pièces").or_(page.locator("select[name=motif_attente]")).first.wait_for()
    if page.locator("select[name=motif_attente]").count():
        page.locator("select[name=motif_attente]").select_option("pieces")
    else:
        page.locator("label", has_text="Pièces").click()
    page.locator("dialog[open] button[type=submit]").last.click()
    expect(colonne(page, "en_attente").locator(".kanban-carte")).to_have_count(1)
    expect(page).to_have_url(re.compile("/interventions/kanban/"))

    # What the table does not know springs back, with the reason.
    carte.drag_to(colonne(page, "cloturee"))
    expect(page.locator("#avis")).to_contain_text("ne peut pas passer à « Clôturée »")
    expect(colonne(page, "en_attente").locator(".kanban-carte")).to_have_count(1)
    intervention.refresh_from_db()
    assert intervention.statut == Statut.EN_ATTENTE


def test_a_card_is_moved_by_keyboard_and_another_window_sees_it(ouvrir, responsable, technicien):
    intervention = InterventionFactory(affectee=True, technicien=technicien.technicien)
    page = ouvrir()
    entrer(page, technicien)
    page.goto("/interventions/kanban/")
    page.locator(f"#deplacer-{intervention.pk}").focus()
    page.keyboard.press("Enter")
    choix = page.get_by_role("menuitem")
    expect(choix).to_have_count(1)
    expect(choix.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(colonne(page, "en_cours").locator(".kanban-carte")).to_have_count(1)
    expect(page.locator(f"#carte-{intervention.pk} .kanban-lien")).to_be_focused()


# --- Calendar --------------------------------------------------------------------------------------


def test_a_slot_is_moved_on_the_calendar(ouvrir, responsable):
    creneau = CreneauFactory(debut=a("09:00"), fin=a("11:00"))
    page = ouvrir()
    entrer(page, responsable)
    page.goto("/interventions/calendrier/?vue=semaine&date=2027-02-02")
    evenement = page.locator(".ev-creneau")
    expect(evenement).to_contain_text("09:00")
    boite = evenement.bounding_box()
    glisser(
        page,
        evenement,
        (boite["x"] + boite["width"] / 2, boite["y"] + boite["height"] + 2),
        prise=(0.5, 0.05),
    )
    expect(page.locator("#avis")).to_contain_text("Créneau déplacé")
    creneau.refresh_from_db()
    assert (creneau.debut, creneau.fin - creneau.debut) == (a("11:00"), timedelta(hours=2))
    page.locator(".ec-button", has_text="Mois").click()
    expect(page).to_have_url(re.compile("vue=mois"))
    page.reload()
    expect(page.locator(".ec-month-view .ev-creneau")).to_contain_text("11:00")
