"""The office at work in a real Chromium: a dispatcher with the telephone at his ear, a manager, an administrator.

The keys and clicks of a call are counted and printed, and so is the time at which the hand of a person would have made
them: `scripts/test.py tests/test_parcours_repartiteur.py -s`.
"""

import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright

from accounts.models import User
from accounts.tests.factories import UserFactory
from clients.tests.factories import ContratFactory, SiteFactory
from equipment.tests.factories import CouvertureFactory, EquipementFactory
from interventions.choices import Statut
from interventions.models import HistoriqueIntervention, Intervention, Planning
from interventions.tests.factories import InterventionFactory, TempsFactory
from technicians.choices import StatutAbsence
from technicians.tests.factories import DisponibiliteFactory, TechnicienFactory
from tests.test_parcours import OPTIONS, entrer

expect.set_options(timeout=15_000)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FRAPPE = 60  # milliseconds between two keys: somebody who types well
REFLEXION = 500  # and before a gesture of another kind: looking, then reaching
SECONDES = 15  # what taking a call may cost


@pytest.fixture(autouse=True)
def _sans_limite_de_debit(settings):
    settings.DEBIT_PAR_MINUTE = {"utilisateur": 10**6, "adresse": 10**6, "auth": 10**6}


@pytest.fixture
def ouvrir(live_server, monkeypatch, chromium) -> Iterator:
    """Opens a window of so many pixels; whatever happens in it, nothing leaves the host and no script fails."""
    # playwright runs a loop of its own beside us
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    ailleurs: list[str] = []
    erreurs: list[str] = []
    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)

        def fenetre(largeur: int = 1440, hauteur: int = 900) -> Page:
            contexte = navigateur.new_context(
                base_url=live_server.url,
                locale="fr-FR",
                timezone_id="Africa/Casablanca",
                viewport={"width": largeur, "height": hauteur},
            )
            contexte.set_default_timeout(15_000)
            page = contexte.new_page()
            page.on(
                "request",
                lambda r: None if r.url.startswith(live_server.url) else ailleurs.append(r.url),
            )
            page.on("pageerror", lambda erreur: erreurs.append(str(erreur)))
            return page

        yield fenetre
        navigateur.close()
        connections.close_all()  # those that the test opened beside playwright's loop
    assert not [url for url in ailleurs if not url.startswith(("data:", "blob:"))]
    assert not erreurs


class Main:
    """A person's hands: keys at their speed, a moment before each other gesture, and both counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.touches, self.clics, self.depart = page, 0, 0, monotonic()

    def taper(self, texte: str) -> None:
        for lettre in texte:
            self.touche(lettre)

    def touche(self, nom: str) -> None:
        if len(nom) == 1:
            self.page.keyboard.type(nom)
        else:
            self.page.keyboard.press(nom)
        self.page.wait_for_timeout(FRAPPE)
        self.touches += 1

    def reflechir(self) -> None:
        self.page.wait_for_timeout(REFLEXION)

    def cliquer(self, cible) -> None:
        self.reflechir()
        cible.click()
        self.clics += 1

    def bilan(self, quoi: str) -> float:
        secondes = monotonic() - self.depart
        sys.stdout.write(
            f"\n{quoi} : {self.touches} touches, {self.clics} clics, {secondes:.1f} s\n"
        )
        return secondes


def compter(page: Page, quoi: str, main: Main) -> None:
    assert main.bilan(quoi) < SECONDES, f"{quoi} prend trop de temps"


@pytest.fixture
def parc(client_portail):
    """A machine under contract among its like, with a visit behind it."""
    societe = client_portail.contact.client
    societe.telephone = "+212522000000"
    societe.save(update_fields=["telephone"])
    site = SiteFactory(client=societe, nom="Usine de Tanger", latitude=35.7, longitude=-5.9)
    machine = EquipementFactory(
        client=societe, site=site, nom="Groupe froid GF-3", code_interne="GF-003"
    )
    CouvertureFactory(
        equipement=machine, contrat=ContratFactory(client=societe, numero="CTR-FROID")
    )
    EquipementFactory.create_batch(12, nom="Groupe froid de secours")
    InterventionFactory(equipement=machine, cloturee=True, titre="Appoint de fluide")
    return machine


# --- The dispatcher ----------------------------------------------------------------------------------


def test_un_appel_en_moins_de_quinze_secondes(ouvrir, responsable, parc):
    """Keyboard alone, from another page: the machine by its code, what is said, created."""
    page = ouvrir()
    entrer(page, responsable)
    page.goto("/interventions/")
    page.evaluate("document.fonts.ready")
    main = Main(page)
    main.touche("n")
    main.taper("gf003")
    main.touche("Enter")
    description = page.locator("dialog textarea[name=description]")
    expect(description).to_be_focused()
    apercu = page.locator("#apercu")
    expect(apercu).to_contain_text("CTR-FROID")
    expect(apercu).to_contain_text("Appoint de fluide")
    main.reflechir()
    main.taper("Ne refroidit plus depuis ce matin, alarme haute pression.")
    main.touche("Control+Enter")
    page.wait_for_url(re.compile(r"/interventions/\d+/$"))
    compter(page, "Un appel, au clavier seul", main)
    creee = Intervention.objects.order_by("-pk")[0]
    assert (creee.equipement, creee.statut, creee.priorite) == (parc, Statut.OUVERTE, "normale")
    assert creee.description.startswith("Ne refroidit plus depuis ce matin,")
    assert creee.contrat.numero == "CTR-FROID"


def test_un_appel_urgent_affecte_et_planifie(ouvrir, responsable, technicien, parc):
    """The same with a priorité, somebody and a time, before the caller has hung up."""
    page = ouvrir()
    entrer(page, responsable)
    main = Main(page)
    main.touche("n")
    main.taper("gf-003")
    main.touche("Enter")
    expect(page.locator("#apercu")).to_contain_text("CTR-FROID")
    main.reflechir()
    main.taper("Arrêt complet, denrées en danger.")
    dialogue = page.locator("dialog[open]")
    main.cliquer(dialogue.locator("label", has_text="Urgente"))
    expect(page.locator(".echeance-prevue")).to_contain_text("dans")
    main.cliquer(dialogue.locator("summary", has_text="Affecter tout de suite"))
    main.cliquer(dialogue.locator("[data-heure]").first)
    main.cliquer(dialogue.locator("label.candidat", has_text=technicien.full_name))
    main.touche("Control+Enter")
    page.wait_for_url(re.compile(r"/interventions/\d+/$"))
    compter(page, "Un appel, affecté et planifié", main)
    creee = Intervention.objects.order_by("-pk")[0]
    assert (creee.statut, creee.technicien) == (Statut.AFFECTEE, technicien.technicien)
    assert Planning.objects.filter(intervention=creee, ouvert=True).exists()


def test_l_appel_concerne_ce_qui_est_deja_ouvert(ouvrir, responsable, parc):
    """What was typed becomes a remark there; nothing is typed twice."""
    ouverte = InterventionFactory(equipement=parc)
    page = ouvrir()
    entrer(page, responsable)
    page.keyboard.press("n")
    page.keyboard.type("GF-003\n", delay=FRAPPE)
    expect(page.locator(".deja-ouvertes")).to_contain_text(ouverte.reference)
    expect(page.locator("dialog textarea[name=description]")).to_be_focused()
    page.keyboard.type("Rappelle : le bruit a empiré.")
    page.get_by_role("button", name="Y ajouter cet appel en remarque").click()
    page.wait_for_url(re.compile(rf"/interventions/{ouverte.pk}/"))
    expect(page.locator("#journal")).to_contain_text("Rappelle : le bruit a empiré.")
    assert HistoriqueIntervention.objects.filter(action="remarque").count() == 1
    assert not Intervention.objects.exclude(pk=ouverte.pk).exclude(statut=Statut.CLOTUREE).exists()


def test_rien_de_ce_qui_est_tape_ne_se_perd(ouvrir, responsable, parc):
    """A refusal, a dialog closed by mistake and a double click: the words stay, and one intervention is made."""
    page = ouvrir()
    entrer(page, responsable)
    page.keyboard.press("n")
    page.keyboard.type("gf003\n", delay=20)
    page.keyboard.type("Cou")  # at once: the answer may not be here yet
    description = page.locator("dialog textarea[name=description]")
    expect(description).to_be_focused()
    page.keyboard.type("rt")
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog .erreur-champ")).to_contain_text("10")
    expect(description).to_have_value("Court")
    expect(page.locator("dialog select[name=equipement_id]")).to_have_value(str(parc.pk))
    description.fill("Fuite de fluide au raccord.")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("n")
    page.keyboard.type("gf003\n", delay=20)
    expect(description).to_be_focused()
    expect(description).to_have_value("Fuite de fluide au raccord.")
    page.get_by_role("button", name="Créer l’intervention").dblclick()
    page.wait_for_url(re.compile(r"/interventions/\d+/$"))
    assert Intervention.objects.filter(statut=Statut.OUVERTE).count() == 1


def test_une_intervention_en_retard_change_de_main(ouvrir, responsable, technicien, parc):
    """From the overdue ones: reassigned in two clicks, a slot, and on to the next in the list."""
    collegue = TechnicienFactory(user__full_name="Nora Technicien")
    passee = timezone.now() - timedelta(hours=3)
    retards = [
        InterventionFactory(
            equipement=parc,
            affectee=True,
            technicien=technicien.technicien,
            titre=f"En retard {n}",
            date_limite=passee - timedelta(hours=n),
        )
        for n in range(2)
    ]
    page = ouvrir()
    entrer(page, responsable)
    page.goto("/interventions/?en_retard=true&sort=-date_limite")
    page.locator("#liste").get_by_role("link", name="En retard 0").click()
    expect(page.locator(".horloge-retard .horloge-mots")).to_contain_text("En retard de 3")
    expect(page.locator("a[href^='tel:']").first).to_be_visible()
    main = Main(page)
    main.cliquer(page.get_by_role("link", name="Réaffecter"))
    main.cliquer(page.get_by_role("button", name=f"Affecter à {collegue.user.full_name}"))
    expect(page.locator(".alert-success")).to_contain_text(collegue.user.full_name)
    main.bilan("Réaffecter")
    assert main.clics == 2
    page.keyboard.press("p")
    demain = timezone.localtime() + timedelta(days=1)
    page.locator("dialog [name=debut]").fill(f"{demain:%Y-%m-%dT09:00}")
    page.locator("dialog [name=debut]").blur()
    expect(page.locator("dialog [name=fin]")).not_to_have_value("")
    page.get_by_role("button", name="Enregistrer le créneau").click()
    expect(page.locator(".alert-success")).to_contain_text("Créneau")
    retards[0].refresh_from_db()
    assert retards[0].technicien == collegue
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text("En retard 1")
    page.get_by_role("navigation", name="Fil d’Ariane").get_by_role(
        "link", name="Interventions"
    ).click()
    expect(page).to_have_url(re.compile(r"en_retard=true"))


def test_au_telephone_depuis_la_rue(ouvrir, responsable, parc):
    """The same form on a phone: a page, nothing wider than the screen."""
    page = ouvrir(390, 844)
    entrer(page, responsable)
    page.locator("a[data-raccourci=n]").click()
    page.wait_for_url(re.compile(r"/interventions/nouvelle/$"))
    saisie = page.locator("select[name=equipement_id] + .ts-wrapper input")
    saisie.click()
    saisie.press_sequentially("groupe froid gf", delay=FRAPPE)
    page.locator(".ts-dropdown .option", has_text="GF-003").first.click()
    expect(page.locator("#apercu")).to_contain_text("CTR-FROID")
    page.get_by_label("Description").fill("Porte de la chambre froide bloquée.")
    page.get_by_role("button", name="Créer l’intervention").click()
    page.wait_for_url(re.compile(r"/interventions/\d+/$"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


# --- The manager -------------------------------------------------------------------------------------


def test_le_responsable_du_chiffre_au_cout(ouvrir, responsable, technicien, parc):
    """A figure of the dashboard leads to its list, the list to an intervention, that one to its time and cost."""
    finie = InterventionFactory(
        equipement=parc,
        cloturee=True,
        technicien=technicien.technicien,
        titre="Compresseur remplacé",
        cout_main_oeuvre="450.00",
        cout_pieces="1250.50",
    )
    TempsFactory(intervention=finie, technicien=technicien.technicien)
    InterventionFactory(equipement=parc, titre="Personne encore")
    page = ouvrir()
    entrer(page, responsable)
    page.goto("/")
    attente = page.get_by_role("region", name="Ce qui attend")
    attente.locator("a[href*='statut=ouverte']").first.click()
    expect(page.locator("#liste")).to_contain_text("Personne encore")
    expect(page.locator("#liste")).not_to_contain_text("Compresseur remplacé")
    page.go_back()
    expect(page.locator("#indicateurs")).to_be_visible()
    page.goto(f"/interventions/?statut=cloturee&equipement_id={parc.pk}")
    page.locator("#liste").get_by_role("link", name="Compresseur remplacé").click()
    couts = page.locator(".card", has=page.get_by_role("heading", name="Coûts"))
    expect(couts).to_contain_text(re.compile(r"1\s700,50\sMAD"))
    page.get_by_role("link", name="Groupe froid GF-3").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Groupe froid GF-3")


def test_le_responsable_accepte_une_absence(ouvrir, responsable, technicien):
    demande = DisponibiliteFactory(technicien=technicien.technicien, demandee=True)
    page = ouvrir()
    entrer(page, responsable)
    page.goto(f"/techniciens/{technicien.technicien.pk}/")
    page.get_by_role("button", name="Accepter").first.click()
    confirmation = page.locator("#confirmation[open] [data-confirmation-oui]")
    if confirmation.count():
        confirmation.click()
    expect(page.locator(".alert-success")).to_be_visible()
    demande.refresh_from_db()
    assert demande.statut == StatutAbsence.ACCEPTEE
    # and nobody is sent out meanwhile
    intervention = InterventionFactory()
    local = timezone.localtime(demande.debut)
    page.goto(
        f"/interventions/{intervention.pk}/affecter/?debut={local:%Y-%m-%dT%H:%M}"
        f"&fin={timezone.localtime(demande.fin):%Y-%m-%dT%H:%M}"
    )
    expect(page.locator("label.candidat.empeche", has_text=technicien.full_name)).to_be_visible()


# --- The administrator -------------------------------------------------------------------------------


def test_l_administrateur_tient_les_comptes(ouvrir, admin, mailoutbox):
    """Invite, change the role, deactivate: each once, each said."""
    page = ouvrir()
    entrer(page, admin)
    page.goto("/utilisateurs/nouveau/")
    page.get_by_label("Nom complet").fill("Samira Nouvelle")
    page.get_by_label("Adresse e-mail").fill("samira@example.com")
    identifiant = page.locator("main [name=username]")
    if identifiant.count():
        identifiant.fill("samira")
    page.locator("main [name=role]").first.wait_for(state="attached")
    _role(page, "responsable")
    page.locator("main form.formulaire button[type=submit]").click()
    expect(page.locator(".alert-success").first).to_be_visible()
    samira = User.objects.get(email="samira@example.com")
    assert samira.role == "responsable"
    page.goto(f"/utilisateurs/{samira.pk}/modifier/")
    _role(page, "admin")
    page.locator("main form.formulaire button[type=submit]").click()
    expect(page.locator(".alert-success").first).to_be_visible()
    samira.refresh_from_db()
    assert samira.role == "admin"
    page.goto(f"/utilisateurs/{samira.pk}/")
    page.get_by_role("button", name="Désactiver").click()
    confirmation = page.locator("#confirmation[open] [data-confirmation-oui]")
    if confirmation.count():
        confirmation.click()
    expect(page.get_by_role("button", name=re.compile("activer$", re.I)).first).to_be_visible()
    expect(page.get_by_role("button", name="Désactiver")).to_have_count(0)
    samira.refresh_from_db()
    assert not samira.is_active


def test_l_administrateur_rouvre_un_compte_verrouille(ouvrir, admin, live_server):
    """Too many wrong passwords shut somebody out; the administrator lets him in again."""
    employe = UserFactory(responsable=True, full_name="Hamid Distrait")
    page = ouvrir()
    page.goto("/connexion/")
    for _essai in range(12):
        page.get_by_label("Adresse e-mail").fill(employe.email)
        page.get_by_label("Mot de passe", exact=True).fill("pas le bon")
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_load_state("load")
        if page.get_by_label("Adresse e-mail").count() == 0:
            break
    bureau = ouvrir()
    entrer(bureau, admin)
    bureau.goto(f"/utilisateurs/{employe.pk}/")
    bureau.get_by_role("button", name=re.compile("Déverrouiller")).click()
    confirmation = bureau.locator("#confirmation[open] [data-confirmation-oui]")
    if confirmation.count():
        confirmation.click()
    expect(bureau.locator(".alert-success").first).to_be_visible()
    entrer(page, employe)


def _role(page: Page, role: str) -> None:
    """Whatever way the form offers the roles."""
    champ = page.locator("main [name=role]")
    if champ.first.evaluate("e => e.tagName") == "SELECT":
        champ.select_option(role)
    else:
        page.locator(f"main label:has([name=role][value={role}])").click()
