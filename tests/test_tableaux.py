"""Where one drags, in a real Chromium: the kanban, the calendar, the planning board; by mouse and by keyboard."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright

from erp.tests.serveurs import attendre
from interventions.choices import Statut
from interventions.models import Planning
from interventions.tests.factories import CreneauFactory, InterventionFactory
from notifications.tests.flux import serveur_de_flux
from planning.services.calcul import calculer_proposition
from planning.services.optimisation import demander_proposition
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


def cadre(page: Page, element) -> dict[str, float]:
    """Where it is, once it has stopped moving: what is read again is drawn again."""
    avant = None
    for _essai in range(50):
        bloc = page.locator(".ec-event", has=element)
        bloc = bloc if bloc.count() else element
        ici = bloc.bounding_box() if bloc.count() else None
        if ici is not None and ici == avant:
            return ici
        avant = ici
        page.wait_for_timeout(100)
    raise AssertionError("it never stands still")


def glisser(page: Page, depart, arrivee: tuple[float, float], prise=(0.5, 0.5)) -> None:
    """A real drag with the mouse, in small steps."""
    boite = cadre(page, depart)
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
    page.keyboard.press("Escape")
    expect(choix).to_have_count(0)
    expect(page.locator(f"#deplacer-{intervention.pk}")).to_be_focused()
    page.keyboard.press("Enter")
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
    boite = cadre(page, evenement)
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


# --- The planning board ----------------------------------------------------------------------------

JOUR = "/planning/?vue=jour&date=2027-02-02"


@pytest.fixture
def equipe(db):
    """Three techniciens, in the order of the board."""
    return [
        TechnicienFactory(user__full_name=nom)
        for nom in ("Ahmed Alami", "Brahim Bennis", "Chadia Chraibi")
    ]


def du_tableau(page: Page, creneau):
    return page.locator(f"[data-creneau='{creneau.intervention_id}']")


def ligne(page: Page, rang: int) -> float:
    """The height at which a technicien's line runs."""
    boite = page.locator(".ligne-nom").nth(rang).bounding_box()
    return boite["y"] + boite["height"] + 10


def place_de(intervention):
    creneau = Planning.objects.ouverts().filter(intervention=intervention).first()
    return creneau and (creneau.technicien, creneau.debut, creneau.fin)


def pose(technicien, debut: str, fin: str, **champs):
    return CreneauFactory(
        intervention=InterventionFactory(affectee=True, technicien=technicien, **champs),
        debut=a(debut),
        fin=a(fin),
    )


def attendre_place(page: Page, intervention, attendue) -> None:
    limite = 50
    while place_de(intervention) != attendue and limite:
        page.wait_for_timeout(100)
        limite -= 1
    assert place_de(intervention) == attendue


def test_work_is_dragged_onto_a_technicien_moved_stretched_and_undone(ouvrir, responsable, equipe):
    ahmed, brahim, _chadia = equipe
    repere = pose(ahmed, "09:00", "11:00")
    attend = InterventionFactory(duree_estimee=120, titre="Compresseur en défaut")
    page = ouvrir()
    entrer(page, responsable)
    page.goto(JOUR)
    fixe = du_tableau(page, repere)
    expect(fixe).to_contain_text("09:00")
    deux_heures = cadre(page, fixe)
    heure = deux_heures["width"] / 2
    neuf = deux_heures["x"]

    # From the side onto Brahim, at ten.
    carte = page.locator(f"#attente-{attend.pk}")
    depart = carte.bounding_box()
    page.mouse.move(depart["x"] + 40, depart["y"] + 12)
    page.mouse.down()
    page.mouse.move(neuf + heure, ligne(page, 1), steps=8)
    expect(page.locator("#repere")).to_contain_text("Brahim Bennis")
    page.mouse.move(neuf + heure + 4, ligne(page, 1), steps=4)
    page.mouse.up()
    expect(page.locator("#avis")).to_contain_text("planifiée")
    expect(carte).to_have_count(0)
    attendre_place(page, attend, (brahim, a("10:00"), a("12:00")))

    # One hour later on the same line.
    evenement = page.locator(f"[data-creneau='{attend.pk}']")
    boite = cadre(page, evenement)
    milieu = boite["y"] + boite["height"] / 2
    glisser(page, evenement, (boite["x"] + boite["width"] / 2 + heure, milieu))
    attendre_place(page, attend, (brahim, a("11:00"), a("13:00")))

    # Half an hour longer, by its end.
    expect(evenement).to_contain_text("11:00")
    boite = cadre(page, evenement)
    page.mouse.move(boite["x"] + boite["width"] / 2, milieu)
    page.mouse.move(boite["x"] + boite["width"] - 2, milieu)
    page.mouse.down()
    page.mouse.move(boite["x"] + boite["width"] + heure / 2 - 6, milieu, steps=8)
    page.mouse.up()
    attendre_place(page, attend, (brahim, a("11:00"), a("13:30")))

    # Onto Ahmed, who is taken then: it springs back and says by what.
    boite = cadre(page, evenement)
    glisser(page, evenement, (boite["x"] + boite["width"] / 2 - 2 * heure, ligne(page, 0)))
    expect(page.locator("#avis")).to_contain_text(repere.intervention.reference)
    assert place_de(attend) == (brahim, a("11:00"), a("13:30"))

    # Undone, one by one, until it waits again.
    for attendue in (
        (brahim, a("11:00"), a("13:00")),
        (brahim, a("10:00"), a("12:00")),
        None,
    ):
        expect(page.locator("#defaire")).to_be_enabled()
        page.locator("#defaire").click()
        attendre_place(page, attend, attendue)
    expect(page.locator("#defaire")).to_be_disabled()
    expect(carte).to_be_visible()
    attend.refresh_from_db()
    assert attend.statut == Statut.OUVERTE


def test_a_slot_dropped_on_what_waits_is_unplanned(ouvrir, responsable, equipe):
    creneau = pose(equipe[0], "09:00", "11:00")
    page = ouvrir()
    entrer(page, responsable)
    page.goto(JOUR)
    evenement = du_tableau(page, creneau)
    expect(evenement).to_be_visible()
    cible = page.locator("#titre-attente").bounding_box()
    glisser(page, evenement, (cible["x"] + 60, cible["y"] + 10))
    expect(page.locator(f"#attente-{creneau.intervention_id}")).to_be_visible()
    attendre_place(page, creneau.intervention, None)


def test_everything_by_keyboard(ouvrir, responsable, equipe):
    ahmed, brahim, chadia = equipe
    creneau = pose(ahmed, "09:00", "11:00")
    DisponibiliteFactory(technicien=chadia, debut=a("00:00"), fin=a("23:00"))
    objet = creneau.intervention
    page = ouvrir()
    entrer(page, responsable)
    page.goto(JOUR)
    evenement = du_tableau(page, creneau)
    evenement.focus()
    for touches, attendue in (
        (("ArrowRight",), (ahmed, a("09:15"), a("11:15"))),
        (("ArrowDown",), (brahim, a("09:15"), a("11:15"))),
        (("Shift+ArrowRight",), (brahim, a("09:15"), a("11:30"))),
        (("ArrowLeft",), (brahim, a("09:00"), a("11:15"))),
    ):
        for touche in touches:
            page.keyboard.press(touche)
        attendre_place(page, objet, attendue)
        expect(evenement).to_contain_text(f"{timezone.localtime(attendue[1]):%H:%M}")
        expect(evenement).to_be_focused()
    page.keyboard.press("ArrowDown")  # she is away
    expect(page.locator("#avis")).to_contain_text("absent")
    assert place_de(objet) == (brahim, a("09:00"), a("11:15"))
    expect(evenement).to_be_focused()
    page.keyboard.press("Control+z")
    attendre_place(page, objet, (brahim, a("09:15"), a("11:30")))

    evenement.focus()
    page.keyboard.press("Delete")
    expect(page.locator(f"#attente-{objet.pk} a").first).to_be_focused()
    attendre_place(page, objet, None)

    # « Planifier… » is the form, with who is free; it comes back to the board.
    page.locator(f"#attente-{objet.pk} .attente-actions a").first.focus()
    page.keyboard.press("Enter")
    dialogue = page.locator("dialog[open]")
    for champ, heure in (("debut", "15:00"), ("fin", "16:00")):
        with page.expect_response(re.compile("/affecter/")):  # who is free then
            dialogue.locator(f"input[name={champ}]").fill(f"2027-02-02T{heure}")
    dialogue.locator("label.candidat", has_text="Ahmed Alami").click()
    dialogue.locator("button[type=submit]").last.click()
    attendre_place(page, objet, (ahmed, a("15:00"), a("16:00")))
    expect(page).to_have_url(re.compile("/planning/"))
    expect(du_tableau(page, creneau)).to_contain_text("15:00")

    du_tableau(page, creneau).focus()
    page.keyboard.press("Enter")
    choix = page.get_by_role("menuitem")
    expect(choix).to_have_count(6)
    expect(choix.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(choix.nth(1)).to_be_focused()
    page.keyboard.press("Escape")  # closed, and back on the slot
    expect(choix).to_have_count(0)
    expect(du_tableau(page, creneau)).to_be_focused()
    page.keyboard.press("Enter")
    choix.filter(has_text="Retirer du planning").click()
    attendre_place(page, objet, None)


def test_two_dispatchers_see_each_other_and_do_not_undo_each_other(
    ouvrir, responsable, admin, equipe, settings
):
    ahmed, brahim, _chadia = equipe
    creneau = pose(ahmed, "09:00", "11:00")
    objet = creneau.intervention
    with serveur_de_flux(FLUX_PORT="1") as serveur:
        settings.FLUX_PORT = serveur.port
        une, autre = ouvrir(), ouvrir()
        for page, personne in ((une, responsable), (autre, admin)):
            entrer(page, personne)
            page.goto(JOUR)
            expect(du_tableau(page, creneau)).to_contain_text("09:00")
        attendre(lambda: serveur.sante()["flux"] == 2, "both boards listen")

        du_tableau(une, creneau).focus()
        une.keyboard.press("ArrowRight")
        attendre_place(une, objet, (ahmed, a("09:15"), a("11:15")))
        expect(du_tableau(autre, creneau)).to_contain_text("09:15", timeout=5000)

        # The other one moves it on; what the first would undo is not there any more, and he is told.
        du_tableau(autre, creneau).focus()
        autre.keyboard.press("ArrowDown")
        attendre_place(autre, objet, (brahim, a("09:15"), a("11:15")))
        une.locator("#defaire").click()
        expect(une.locator("#avis")).to_contain_text("modifié")
        assert place_de(objet) == (brahim, a("09:15"), a("11:15"))

        # Unplanned by one, it waits beside the other's board.
        du_tableau(autre, creneau).focus()
        autre.keyboard.press("Delete")
        expect(une.locator(f"#attente-{objet.pk}")).to_be_visible(timeout=5000)


def test_two_moves_of_one_slot_at_once(ouvrir, responsable, admin, equipe):
    """Both boards show it at nine, no stream tells them: the second to arrive is refused, and reads again."""
    ahmed, brahim, _chadia = equipe
    creneau = pose(ahmed, "09:00", "11:00")
    une, autre = ouvrir(), ouvrir()
    for page, personne in ((une, responsable), (autre, admin)):
        entrer(page, personne)
        page.goto(JOUR)
        expect(du_tableau(page, creneau)).to_contain_text("09:00")
        du_tableau(page, creneau).focus()
    une.keyboard.press("ArrowDown")
    autre.keyboard.press("ArrowRight")
    for page in (une, autre):
        expect(page.locator("#avis")).to_contain_text(re.compile("planifiée|modifié"))
    avis = sorted(page.locator("#avis").inner_text() for page in (une, autre))
    assert [("planifiée" in texte, "modifié" in texte) for texte in avis] in (
        [(True, False), (False, True)],
        [(False, True), (True, False)],
    )
    premiere = "planifiée" in une.locator("#avis").inner_text()
    place = (brahim, a("09:00"), a("11:00")) if premiere else (ahmed, a("09:15"), a("11:15"))
    assert place_de(creneau.intervention) == place
    for page in (une, autre):
        expect(du_tableau(page, creneau)).to_contain_text("09:00" if premiere else "09:15")
    attendre(lambda: abs(_hauteur(une, creneau) - _hauteur(autre, creneau)) < 3, "the same line")


def _hauteur(page: Page, creneau) -> float:
    return cadre(page, du_tableau(page, creneau))["y"]


# --- Suggestions, locks, proposals ------------------------------------------------------------------


def test_who_to_send_from_what_waits_and_from_a_slot(ouvrir, responsable, equipe):
    ahmed, _brahim, _chadia = equipe
    attend = InterventionFactory(duree_estimee=60)
    creneau = pose(ahmed, "09:00", "11:00")
    page = ouvrir()
    entrer(page, responsable)
    page.goto(JOUR)
    page.get_by_role("link", name=f"Qui envoyer ? {attend.reference}").press("Enter")
    dialogue = page.locator("dialog[open]")
    expect(dialogue).to_contain_text("points")
    dialogue.get_by_role("button", name="Envoyer Brahim Bennis").click()
    expect(page.locator(f"#attente-{attend.pk}")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/planning/\?vue=jour"))
    assert place_de(attend)[0].user.full_name == "Brahim Bennis"

    du_tableau(page, creneau).press("Enter")
    page.get_by_role("menuitem", name="Qui envoyer ?").press("Enter")
    expect(dialogue).to_contain_text("Pour l’instant confiée à Ahmed Alami")
    dialogue.get_by_role("button", name="Envoyer Chadia Chraibi").press("Enter")
    expect(dialogue).to_have_count(0)
    expect(page.locator("dialog[open]")).to_have_count(0)
    attendre(
        lambda: place_de(creneau.intervention)[0].user.full_name == "Chadia Chraibi", "she has it"
    )


def test_a_locked_slot_stays(ouvrir, responsable, equipe):
    ahmed, _brahim, _chadia = equipe
    creneau = pose(ahmed, "09:00", "11:00")
    la = (ahmed, a("09:00"), a("11:00"))
    page = ouvrir()
    entrer(page, responsable)
    page.goto(JOUR)
    evenement = du_tableau(page, creneau)
    evenement.press("Enter")
    page.get_by_role("menuitem", name="Verrouiller").press("Enter")
    expect(evenement).to_contain_text("Verrouillé")
    creneau.refresh_from_db()
    assert creneau.verrouille

    for geste in ("ArrowRight", "Delete"):
        evenement.press(geste)
        expect(page.locator("#avis")).to_contain_text("est verrouillé")
        page.evaluate("document.getElementById('avis').textContent = ''")
    boite = cadre(page, evenement)
    glisser(page, evenement, (boite["x"] + boite["width"] + 40, boite["y"] + 10))
    assert place_de(creneau.intervention) == la

    cadre(page, evenement)
    evenement.press("Enter")
    expect(page.get_by_role("menuitem")).to_have_count(2)
    page.get_by_role("menuitem", name="Déverrouiller").press("Enter")
    expect(evenement).not_to_contain_text("Verrouillé")
    evenement.press("ArrowRight")
    attendre_place(page, creneau.intervention, (ahmed, a("09:15"), a("11:15")))


def test_a_week_fits_the_width_and_hides_the_night(ouvrir, responsable, equipe):
    pose(equipe[0], "09:00", "11:00")
    page = ouvrir()
    entrer(page, responsable)
    large = "e => e.scrollWidth - e.clientWidth"
    for vue in ("semaine", "jour"):
        page.goto(f"/planning/?vue={vue}&date=2027-02-02")
        expect(page.locator(".ev-creneau")).to_be_visible()
        principal = page.locator(".ec-main")
        attendre(lambda board=principal: board.evaluate(large) <= 0, f"{vue}: no scroll")
    expect(page.locator(".ec-slot").first).to_have_text("08:00")


def test_a_proposal_is_asked_for_what_the_board_shows(ouvrir, responsable, equipe, settings):
    """With the badge when it is ready, and back to the board once it is applied."""
    demain = timezone.localdate() + timedelta(days=7 - timezone.localdate().weekday())
    attend = InterventionFactory(duree_estimee=60, date_limite=None)
    with serveur_de_flux(FLUX_PORT="1") as serveur:
        settings.FLUX_PORT = serveur.port
        page = ouvrir()
        entrer(page, responsable)
        page.goto(f"/planning/?vue=jour&date={demain:%Y-%m-%d}")
        expect(page.locator(".ligne-nom")).to_have_count(3)
        expect(page.locator(".pastille-nombre")).to_be_hidden()
        attendre(lambda: serveur.sante()["flux"] == 1, "the board listens")
        proposition = demander_proposition(par=responsable, debut=demain, fin=demain, secondes=1)
        calculer_proposition(proposition.pk, iterations=20)
        expect(page.locator(".pastille-nombre")).to_contain_text("1", timeout=5000)
    page.get_by_role("link", name="Proposer un planning").click()
    expect(page.locator("input[name=debut]")).to_have_value(f"{demain:%Y-%m-%d}")
    expect(page.locator("input[name=fin]")).to_have_value(f"{demain:%Y-%m-%d}")
    page.goto(proposition.get_absolute_url())
    page.get_by_role("button", name="Appliquer ce qui est coché").click()
    expect(page).to_have_url(re.compile(f"vue=jour&date={demain:%Y-%m-%d}"))
    expect(page.locator(f"[data-creneau='{attend.pk}']")).to_be_visible()
