"""The bell in two browsers at once, on the stream's own port, and on the web server's answer when that one is gone."""

import pytest
from django.db import connections
from playwright.sync_api import expect, sync_playwright

from erp.tests.serveurs import attendre
from notifications import services
from notifications.models import Notification
from notifications.tests.flux import serveur_de_flux
from notifications.tests.test_flux import dire
from tests.test_parcours import OPTIONS, entrer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_bell_of_two_people(
    live_server, monkeypatch, chromium, settings, responsable, technicien
):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with serveur_de_flux(FLUX_PORT="1") as serveur, sync_playwright() as playwright:
        settings.FLUX_PORT = serveur.port
        navigateur = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        pages, refus = [], []
        for personne in (responsable, technicien):
            contexte = navigateur.new_context(base_url=live_server.url, locale="fr-FR")
            page = contexte.new_page()
            page.on(
                "console",
                lambda m: refus.append(m.text) if "Content Security Policy" in m.text else None,
            )
            entrer(page, personne)
            page.goto("/profil/")
            page.evaluate(
                "window.recus = []; document.addEventListener('gmao:flux', (e) => recus.push(e.detail))"
            )
            pages.append(page)
        du_responsable, du_technicien = pages
        attendre(lambda: serveur.sante()["flux"] == 2, "both pages listen")
        second = du_responsable.context.new_page()  # another window shares the connection
        second.goto("/profil/")

        dire(responsable, titre="Une panne à Tanger")
        for page in (du_responsable, second):
            expect(page.locator(".cloche-nombre")).to_contain_text("1", timeout=2_000)
            expect(page.locator("#annonce")).to_contain_text("Une panne à Tanger")
        assert serveur.sante()["flux"] == 2
        assert [e["titre"] for e in du_responsable.evaluate("recus")] == ["Une panne à Tanger"]
        expect(du_technicien.locator(".cloche-nombre")).to_have_count(0)
        assert du_technicien.evaluate("recus") == []

        services.tout_lire(par=responsable)
        expect(du_responsable.locator(".cloche-nombre")).to_have_count(0)

        # Its process gone, the pages read the web server's answer; nothing is missed.
        serveur.processus.kill()
        serveur.processus.wait()
        dire(technicien, titre="Pendant l’absence")
        expect(du_technicien.locator(".cloche-nombre")).to_contain_text("1", timeout=30_000)
        assert [e["titre"] for e in du_technicien.evaluate("recus")] == ["Pendant l’absence"]
        assert Notification.objects.filter(user=technicien, canal="in_app").count() == 1
        navigateur.close()
        connections.close_all()
    assert not refus
