"""The main job, in a real Chromium and over the mobile API: a call, an assignment, the work, the client who sees it."""

import re

import pytest
import requests
from django.db import connections
from playwright.sync_api import Page, expect, sync_playwright

from accounts.tests.factories import MOT_DE_PASSE
from equipment.tests.factories import EquipementFactory
from interventions.models import Intervention
from notifications.models import Notification

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(autouse=True)
def _sans_limite_de_debit(settings):
    settings.DEBIT_PAR_MINUTE = {"utilisateur": 10**6, "adresse": 10**6, "auth": 10**6}


@pytest.fixture
def page(live_server, monkeypatch, chromium):
    monkeypatch.setenv(
        "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
    )  # playwright runs a loop of its own beside us
    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        contexte = navigateur.new_context(
            base_url=live_server.url, locale="fr-FR", timezone_id="Africa/Casablanca"
        )
        contexte.set_default_timeout(15_000)
        page = contexte.new_page()
        ailleurs: list[str] = []
        erreurs: list[str] = []
        page.on(
            "request",
            lambda r: None if r.url.startswith(live_server.url) else ailleurs.append(r.url),
        )
        page.on("pageerror", lambda erreur: erreurs.append(str(erreur)))
        page.on(
            "console",
            lambda m: erreurs.append(m.text) if "Content Security Policy" in m.text else None,
        )
        yield page
        navigateur.close()
        connections.close_all()  # those that the test opened beside playwright's loop
    assert not [url for url in ailleurs if not url.startswith(("data:", "blob:"))]
    assert not erreurs


def entrer(page: Page, user) -> None:
    page.context.clear_cookies()
    page.goto("/connexion/")
    page.get_by_label("Adresse e-mail").fill(user.email)
    page.get_by_label("Mot de passe", exact=True).fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).not_to_have_url(re.compile("connexion"))


def choisir(page: Page, champ: str, texte: str) -> None:
    """Type in a select and take the first answer."""
    saisie = page.locator(f"select[name={champ}] + .ts-wrapper input")
    saisie.click()
    saisie.press_sequentially(texte, delay=20)
    page.locator(".ts-dropdown .option", has_text=texte).first.click()


class Mobile:
    """The technicien's phone: a bearer token and JSON."""

    def __init__(self, base: str, email: str) -> None:
        self.base = f"{base}/api/v1"
        self.session = requests.Session()
        jeton = self.session.post(
            f"{self.base}/auth/token", json={"email": email, "password": MOT_DE_PASSE}, timeout=10
        )
        self.session.headers["Authorization"] = f"Bearer {jeton.json()['access_token']}"

    def statut(self, pk: int, statut: str, **champs: str) -> requests.Response:
        return self.session.patch(
            f"{self.base}/interventions/{pk}/statut", json={"statut": statut, **champs}, timeout=10
        )

    def lire(self, chemin: str) -> requests.Response:
        return self.session.get(f"{self.base}/{chemin}", timeout=10)


def test_de_l_appel_a_la_cloture(
    page, live_server, responsable, technicien, autre_technicien, client_portail, autre_client
):
    EquipementFactory(
        client=client_portail.contact.client, nom="Groupe froid GF-3", code_interne="GF-003"
    )

    # The phone rings: the responsable opens an intervention.
    entrer(page, responsable)
    page.keyboard.press("n")
    expect(page.locator("#dialogue select[name=equipement_id] + .ts-wrapper")).to_be_visible()
    choisir(page, "equipement_id", "GF-003")
    expect(page.locator("#apercu")).to_contain_text("Groupe froid GF-3")
    page.locator("label", has_text="Haute").click()
    page.get_by_role("button", name="Créer l’intervention").click()
    expect(
        page.locator(".erreur-champ")
    ).to_be_visible()  # the description is missing; what was typed is kept
    expect(page.locator("input[name=priorite]:checked")).to_have_value("haute")
    page.get_by_label("Description").fill("Le groupe froid s’arrête après dix minutes.")
    page.get_by_role("button", name="Créer l’intervention").click()
    expect(page.get_by_text("Le groupe froid s’arrête")).to_be_visible()
    intervention = Intervention.objects.get()

    # Assign it, with a slot.
    page.get_by_role("link", name="Affecter").first.click()
    page.locator("label.candidat", has_text=technicien.full_name).click()
    page.locator("dialog[open], form.formulaire").get_by_role(
        "button", name="Affecter", exact=True
    ).click()
    expect(page.locator("main")).to_contain_text("Affectée")
    intervention.refresh_from_db()
    assert intervention.technicien == technicien.technicien

    # The technicien works through it on his phone.
    mobile = Mobile(live_server.url, technicien.email)
    assert [ligne["id"] for ligne in mobile.lire("interventions").json()["data"]] == [
        intervention.pk
    ]
    assert mobile.statut(intervention.pk, "en_cours").status_code == 200
    assert mobile.statut(intervention.pk, "en_attente").status_code == 400
    assert mobile.statut(intervention.pk, "en_attente", motif_attente="pieces").status_code == 200
    assert mobile.statut(intervention.pk, "en_cours").status_code == 200
    assert mobile.statut(intervention.pk, "ouverte").status_code == 409
    close = mobile.statut(
        intervention.pk,
        "cloturee",
        diagnostic="Pressostat déréglé.",
        solution="Pressostat remplacé.",
    )
    assert close.status_code == 200, close.text
    etranger = Mobile(live_server.url, autre_technicien.email)
    assert etranger.lire(f"interventions/{intervention.pk}").status_code == 404
    assert etranger.statut(intervention.pk, "en_cours").status_code == 404

    # The office reads the journal; the client has been told, sees it and rates it; nobody else's client does.
    page.goto(intervention.get_absolute_url())
    for etape in ("Création", "Affectation", "Démarrage", "Mise en attente", "Reprise", "Clôture"):
        expect(page.locator("main")).to_contain_text(etape)
    courriels = Notification.objects.filter(user=client_portail, canal="email")
    assert {courriel.type_notification for courriel in courriels} >= {
        "intervention_creee",
        "intervention_affectee",
        "intervention_demarree",
        "intervention_cloturee",
    }
    entrer(page, client_portail)
    page.goto(intervention.get_absolute_url())
    expect(page.locator("main")).to_contain_text("Pressostat remplacé.")
    entrer(page, autre_client)
    assert page.goto(intervention.get_absolute_url()).status == 404
