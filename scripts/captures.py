"""`make screenshots`: every page of the demo company at 1440 and 390 pixels, in French and Arabic, in Chromium.

    .venv/bin/python scripts/captures.py                                  # all: half an hour
    .venv/bin/python scripts/captures.py --pages 'interventions' --langues fr --largeurs 390
    DATABASE_URL=… REDIS_URL=… .venv/bin/python scripts/captures.py --adresse http://localhost:8000

The pages are those of tests/matrice.txt that a person is shown on what is his own: all of the responsable's, and of the
others' what they see in another way. Images go to `var/captures/<langue>/<largeur>/`, with `index.html` to look through
them; the few that the README shows go to `docs/images/`.
"""

import argparse
import html
import importlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import attendre
from embarque import services_jetables
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from processus import ErreurDemarrage, arreter, lancer
from serveurs import port_libre
from test import REGLAGES

RACINE = Path(__file__).resolve().parent.parent
CIBLE = RACINE / "var" / "captures"
TAILLES = {"1440": (1440, 900), "390": (390, 844)}
LANGUES = {"fr": "fr-FR", "ar": "ar-MA", "en": "en-GB"}
PERSONNES = ("inconnu", "admin", "responsable", "technicien", "client")
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A page as high as this says enough.
HAUTEUR_MAX = 6000  # pixels

# Routes that a role sees much as the responsable does: not taken again for admin.
ADMIN_SEUL = re.compile(r"^accounts:|^search:segments|^jobs:")


@dataclass(frozen=True)
class Vue:
    """One image: its name, who looks, the address, and what is done to the page before it is taken."""

    nom: str
    qui: str
    chemin: str
    geste: Callable[[Page], object] | None = None
    sombre: bool = False
    hauteur_fenetre: bool = False  # the window, not the whole page


@dataclass(frozen=True)
class Vitrine:
    """An image of the README: taken from this view, at this width and in this language."""

    fichier: str
    vue: str
    taille: str = "1440"
    langue: str = "fr"


VITRINE = (
    Vitrine("tableau-de-bord", "responsable-dashboard-accueil"),
    Vitrine("interventions", "responsable-interventions-liste"),
    Vitrine("intervention", "responsable-interventions-detail"),
    Vitrine("planning", "responsable-planning-tableau"),
    Vitrine("kanban", "responsable-interventions-kanban"),
    Vitrine("technicien-intervention", "technicien-interventions-detail", "390"),
    Vitrine("portail", "client-dashboard-accueil", "390"),
    Vitrine("arabe", "responsable-dashboard-accueil", langue="ar"),
)


def chromium() -> str:
    for chemin in CHROMIUM:
        if Path(chemin).exists():
            return chemin
    raise SystemExit(
        "Chromium est nécessaire : installez-le (Debian, Ubuntu : apt install chromium)."
    )


@contextmanager
def produit() -> Iterator[str]:
    """The product on throw-away servers with the demo company; its address. The environment names its database."""
    with services_jetables() as urls:
        os.environ.update(REGLAGES, **urls, EMAIL_URL="dummymail://", DEBUG="true")
        for commande in (
            ["migrate", "-v0"],
            ["demo", "--si-vide"],
            ["collectstatic", "--noinput", "-v0"],
        ):
            subprocess.run([sys.executable, "manage.py", *commande], cwd=RACINE, check=True)
        port = port_libre()
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
        serveur = lancer(
            [*gunicorn, "-b", f"127.0.0.1:{port}", "erp.wsgi"],
            env={**os.environ, "GUNICORN_LOG_LEVEL": "warning"},
            cwd=RACINE,
        )
        try:
            attendre(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            arreter(serveur, signal.SIGTERM, 10)


# --- Which pages ---------------------------------------------------------------------------------


def biens_de(user: Any) -> dict[str, Any]:
    """Of each kind, the object of this person's that has most to show."""
    from django.db.models import Count, QuerySet

    from accounts.models import User
    from clients.models import Client, Contact, Contrat, Site
    from documents.models import Document
    from equipment.models import Compteur, Equipement
    from interventions.models import Intervention
    from planning.models import Gamme, PlanMaintenance
    from search.models import FiltreEnregistre
    from stock.models import PieceDetachee
    from technicians.models import Competence, Disponibilite, Outil, Technicien

    def riche(modele: Any, relation: str = "", **ou: Any) -> Any:
        objets: QuerySet[Any] = modele.objects.visible_to(user)
        choix = objets.filter(**ou) if ou and objets.filter(**ou).exists() else objets
        if relation:
            choix = choix.annotate(nombre=Count(relation)).order_by("-nombre", "pk")
        return choix.first()

    return {
        "user": User.objects.get(email="technicien@mif.ma") if user.est_gestion else user,
        "client": riche(Client, "equipements"),
        "contact": riche(Contact),
        "contrat": riche(Contrat, "interventions", statut="actif"),
        "site": riche(Site, "equipements"),
        "equipement": riche(Equipement, "interventions", compteurs__isnull=False),
        "compteur": riche(Compteur, "releves"),
        "intervention": riche(Intervention, "historique", statut__in=("en_cours", "affectee")),
        "document": riche(Document),
        "technicien": riche(Technicien, "interventions"),
        "competence": riche(Competence),
        "outil": riche(Outil),
        "absence": riche(Disponibilite, statut="demandee"),
        "gamme": riche(Gamme),
        "piece": riche(PieceDetachee, "mouvements"),
        "plan": riche(PlanMaintenance, "occurrences"),
        "filtre": riche(FiltreEnregistre),
    }


def vues_de_la_matrice(personne: str) -> Iterator[Vue]:
    """The pages that the table of rights lets this person see, on his own objects."""
    from accounts.models import User

    matrice = importlib.import_module("tests.test_matrice")
    biens = {}
    if personne != "inconnu":
        biens = biens_de(User.objects.get(email=f"{personne}@mif.ma"))
    genres = {nom: genre for genre, nom, _chemin in matrice.routes()}
    for route, (objets, methodes) in sorted(matrice.lire_table().items()):
        codes = methodes.get("GET", "").split()
        if genres.get(route) != "pages" or not codes:
            continue
        if codes[matrice.PERSONNES.index(personne)] not in ("200", "410"):
            continue
        if personne == "admin" and not ADMIN_SEUL.match(route):
            continue
        noms = [m.partition("=")[2].partition(".")[0] for m in objets.split(",") if "=" in m]
        if any(not nom.startswith("'") and biens.get(nom) is None for nom in noms):
            print(f"– {personne} n’a rien à montrer : {route}")
            continue
        yield Vue(
            f"{personne}-{route.replace(':', '-')}",
            personne,
            matrice.chemin_de(route, objets, biens),
        )


def vues_en_plus() -> Iterator[Vue]:
    """What no address alone shows: menus, dialogs, the dark theme, errors."""

    def ouvrir(selecteur: str) -> Callable[[Page], object]:
        return lambda page: page.locator(selecteur).first.click()

    yield Vue(
        "tete-menu",
        "responsable",
        "/",
        ouvrir("[data-menu-ouvrir]:visible, .barre-profil"),
        hauteur_fenetre=True,
    )
    yield Vue(
        "tete-aide", "responsable", "/", lambda page: page.keyboard.press("?"), hauteur_fenetre=True
    )
    yield Vue("tete-recherche", "responsable", "/", chercher, hauteur_fenetre=True)
    yield Vue("composants", "responsable", "/dev/composants/")
    yield Vue("liste-vide", "responsable", "/interventions/?search=introuvable")
    for status in (403, 404, 500, 502):
        yield Vue(f"erreur-{status}", "responsable", f"/dev/erreurs/{status}/")
    yield Vue(
        "sombre-dialogue",
        "responsable",
        "/clients/1/",
        ouvrir("main a[data-dialogue]"),
        sombre=True,
        hauteur_fenetre=True,
    )
    for chemin in ("/", "/interventions/", "/interventions/nouvelle/", "/dev/composants/"):
        nom = chemin.strip("/").replace("/", "-") or "accueil"
        yield Vue(f"sombre-{nom}", "responsable", chemin, sombre=True)


def chercher(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("compresseur")
    page.wait_for_selector("#suggestions:not([hidden]) [role=option]")


# --- Taking them ---------------------------------------------------------------------------------


def entrer(page: Page, adresse: str, qui: str) -> None:
    page.goto(f"{adresse}/connexion/")
    page.fill("input[name=username]", f"{qui}@mif.ma")
    page.fill("input[name=password]", f"{qui}123")
    page.click("main button[type=submit], form button[type=submit]")
    page.wait_for_load_state("load")


def montrer(page: Page, adresse: str, vue: Vue) -> bool:
    """Go there; whether it is a page, not a file or a fragment."""
    page.emulate_media(color_scheme="dark" if vue.sombre else "light", reduced_motion="reduce")
    try:
        reponse = page.goto(adresse + vue.chemin, wait_until="load")
    except Error as erreur:
        if "ERR_ABORTED" in erreur.message or "Download is starting" in erreur.message:
            return False
        raise
    if reponse is None or reponse.status not in (200, 410):
        return False  # a rule or a right of this very object: the table speaks of the kind
    if not page.evaluate("document.contentType === 'text/html' && !!document.documentElement.lang"):
        return False
    with suppress(PlaywrightTimeout):  # a page that follows events is never quite idle
        page.wait_for_load_state("networkidle", timeout=3000)
    expect(page.locator(".htmx-request")).to_have_count(0)
    if vue.geste:
        vue.geste(page)
    return True


def photographier(
    navigateur: Browser, adresse: str, langue: str, taille: str, vues: Sequence[Vue]
) -> Iterator[tuple[Vue, Path]]:
    largeur, hauteur = TAILLES[taille]
    dossier = CIBLE / langue / taille
    dossier.mkdir(parents=True, exist_ok=True)
    contextes: dict[str, BrowserContext] = {}
    for vue in vues:
        if vue.qui not in contextes:
            contextes[vue.qui] = contexte = navigateur.new_context(
                viewport={"width": largeur, "height": hauteur},
                locale=LANGUES[langue],
                timezone_id="Africa/Casablanca",
                has_touch=taille == "390",
            )
            contexte.set_default_timeout(20_000)
            page = contexte.new_page()
            if vue.qui != "inconnu":
                entrer(page, adresse, vue.qui)
        page = contextes[vue.qui].pages[0]
        if not montrer(page, adresse, vue):
            continue
        image = dossier / f"{vue.nom}.png"
        if vue.hauteur_fenetre:
            page.screenshot(path=image)
        else:
            total = page.evaluate("document.documentElement.scrollHeight")
            page.screenshot(
                path=image,
                full_page=True,
                clip={"x": 0, "y": 0, "width": largeur, "height": min(total, HAUTEUR_MAX)},
            )
        debord = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if debord > 0:
            print(f"! {langue} {taille} {vue.nom} : la page déborde de {debord} px")
        yield vue, image
    for contexte in contextes.values():
        contexte.close()


def en_vitrine(vue: Vue, image: Path, langue: str, taille: str) -> None:
    """The README's copy of an image, the window's height of it, in 128 colours."""
    for vitrine in VITRINE:
        if (vitrine.vue, vitrine.taille, vitrine.langue) == (vue.nom, taille, langue):
            with Image.open(image) as ouverte:
                haut = ouverte.convert("RGB").crop(
                    (0, 0, ouverte.width, min(ouverte.height, TAILLES[taille][1]))
                )
                reduite = haut.quantize(128, dither=Image.Dither.NONE)
                reduite.save(RACINE / "docs" / "images" / f"{vitrine.fichier}.png", optimize=True)


def ecrire_index(images: Sequence[tuple[str, str, Vue, Path]]) -> None:
    """One page with every image, to look through them."""
    lignes = ["<!DOCTYPE html><meta charset=utf-8><title>Captures</title>"]
    lignes.append(
        "<style>body{font:14px sans-serif;background:#ddd}figure{display:inline-block;margin:8px;"
        "vertical-align:top}img{border:1px solid #888;max-width:46vw}</style>"
    )
    for langue in LANGUES:
        for taille in TAILLES:
            choisies = [(vue, image) for lg, t, vue, image in images if (lg, t) == (langue, taille)]
            if choisies:
                lignes.append(f"<h2>{langue} · {taille} px · {len(choisies)}</h2>")
            for vue, image in choisies:
                adresse = image.relative_to(CIBLE).as_posix()
                lignes.append(
                    f"<figure><figcaption>{html.escape(vue.nom)}<br><small>{html.escape(vue.chemin)}</small></figcaption>"
                    f'<a href="{adresse}"><img loading="lazy" src="{adresse}" alt=""></a></figure>'
                )
    (CIBLE / "index.html").write_text("\n".join(lignes), encoding="utf-8")


def tout_prendre(adresse: str, options: argparse.Namespace) -> int:
    sys.path.insert(0, str(RACINE))
    os.environ["DJANGO_SETTINGS_MODULE"] = "erp.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright runs a loop beside us
    import django

    django.setup()
    from accounts.models import User

    motif = re.compile(options.pages)
    vues = [vue for personne in PERSONNES for vue in vues_de_la_matrice(personne)]
    vues = [vue for vue in (*vues, *vues_en_plus()) if motif.search(vue.nom)]
    images = []
    with sync_playwright() as playwright:
        for langue in options.langues.split(","):
            User.objects.filter(email__endswith="@mif.ma").update(langue=langue)
            # the fields of dates speak the browser's language
            navigateur = playwright.chromium.launch(
                executable_path=chromium(),
                args=[*OPTIONS, f"--lang={LANGUES[langue]}"],
                env={**os.environ, "LANGUAGE": langue},
            )
            for taille in options.largeurs.split(","):
                for vue, image in photographier(navigateur, adresse, langue, taille, vues):
                    images.append((langue, taille, vue, image))
                    en_vitrine(vue, image, langue, taille)
            navigateur.close()
        User.objects.filter(email__endswith="@mif.ma").update(langue="fr")
    ecrire_index(images)
    print(f"{len(images)} captures : {(CIBLE / 'index.html').relative_to(RACINE)}")
    return 0


def main() -> int:
    analyse = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    analyse.add_argument(
        "--adresse", default="", help="un produit déjà lancé ; DATABASE_URL est celle de sa base"
    )
    analyse.add_argument("--pages", default="", help="expression régulière : ces vues seulement")
    analyse.add_argument("--langues", default="fr,ar")
    analyse.add_argument("--largeurs", default="1440,390")
    options = analyse.parse_args()
    if options.adresse:
        return tout_prendre(options.adresse.rstrip("/"), options)
    try:
        with produit() as adresse:
            return tout_prendre(adresse, options)
    except ErreurDemarrage as erreur:
        print(erreur, file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
