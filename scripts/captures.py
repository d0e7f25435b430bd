"""`make screenshots`: every page of the demo company at 1440 and 390 pixels, in Chromium.

    .venv/bin/python scripts/captures.py                   # throw-away servers and a fresh demo company
    .venv/bin/python scripts/captures.py --adresse http://localhost:8000

All pages go to `var/captures/`; the few that the README shows are copied to `docs/images/`.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import attendre
from embarque import services_jetables
from playwright.sync_api import Browser, Page, sync_playwright
from processus import ErreurDemarrage, arreter, lancer
from serveurs import port_libre
from test import REGLAGES

RACINE = Path(__file__).resolve().parent.parent
TAILLES = {"1440": (1440, 900), "390": (390, 844)}
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


@dataclass(frozen=True)
class Vue:
    """One page: who looks at it, its address, and for a page of one thing the link of the list that leads there."""

    nom: str
    qui: str
    chemin: str
    lien: str = ""  # a pattern of the address that leads there
    readme: bool = False


VUES = (
    Vue("connexion", "", "/connexion/"),
    Vue("tableau-de-bord", "responsable", "/", readme=True),
    Vue("interventions", "responsable", "/interventions/", readme=True),
    Vue(
        "intervention",
        "responsable",
        "/interventions/?statut=en_cours",
        r"^/interventions/\d+/$",
        True,
    ),
    Vue("intervention-nouvelle", "responsable", "/interventions/nouvelle/"),
    Vue("equipements", "responsable", "/equipements/"),
    Vue("equipement", "responsable", "/equipements/", r"^/equipements/\d+/$"),
    Vue("clients", "responsable", "/clients/"),
    Vue("client", "responsable", "/clients/", r"^/clients/\d+/$"),
    Vue("contrats", "responsable", "/clients/contrats/"),
    Vue("contrat", "responsable", "/clients/contrats/", r"^/clients/contrats/\d+/$"),
    Vue("techniciens", "responsable", "/techniciens/"),
    Vue("technicien", "responsable", "/techniciens/", r"^/techniciens/\d+/$"),
    Vue("stock", "responsable", "/stock/"),
    Vue("piece", "responsable", "/stock/", r"^/stock/\d+/$"),
    Vue("plans", "responsable", "/plans/"),
    Vue("gammes", "responsable", "/gammes/"),
    Vue("notifications", "responsable", "/notifications/"),
    Vue("preferences", "responsable", "/notifications/preferences/"),
    Vue("profil", "responsable", "/profil/"),
    Vue("utilisateurs", "admin", "/utilisateurs/"),
    Vue("administration", "admin", "/admin/"),
    Vue("technicien-journee", "technicien", "/"),
    Vue("technicien-interventions", "technicien", "/interventions/"),
    Vue(
        "technicien-intervention",
        "technicien",
        "/interventions/?statut=en_cours,affectee",
        r"^/interventions/\d+/$",
        readme=True,
    ),
    Vue("portail", "client", "/", readme=True),
    Vue("portail-demandes", "client", "/interventions/"),
    Vue("portail-demande", "client", "/interventions/nouvelle/"),
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
    """The product on throw-away servers with the demo company; its address."""
    with services_jetables() as urls:
        env = {**os.environ, **REGLAGES, **urls, "EMAIL_URL": "dummymail://", "DEBUG": "true"}
        for commande in (
            ["migrate", "-v0"],
            ["demo", "--si-vide"],
            ["collectstatic", "--noinput", "-v0"],
        ):
            subprocess.run(
                [sys.executable, "manage.py", *commande], cwd=RACINE, env=env, check=True
            )
        port = port_libre()
        serveur = lancer(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "-c",
                "deploy/gunicorn.conf.py",
                "-b",
                f"127.0.0.1:{port}",
                "erp.wsgi",
            ],
            env={**env, "GUNICORN_LOG_LEVEL": "warning"},
            cwd=RACINE,
        )
        try:
            attendre(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            arreter(serveur, signal.SIGTERM, 10)


def entrer(page: Page, adresse: str, qui: str) -> None:
    page.goto(f"{adresse}/connexion/")
    page.fill("input[name=username]", f"{qui}@mif.ma")
    page.fill("input[name=password]", f"{qui}123")
    page.click("main button[type=submit], form button[type=submit]")
    page.wait_for_load_state("networkidle")


def photographier(navigateur: Browser, adresse: str, dossier: Path) -> None:
    for taille, (largeur, hauteur) in TAILLES.items():
        pages: dict[str, Page] = {}
        for vue in VUES:
            if vue.qui not in pages:
                contexte = navigateur.new_context(
                    viewport={"width": largeur, "height": hauteur},
                    locale="fr-FR",
                    timezone_id="Africa/Casablanca",
                )
                pages[vue.qui] = contexte.new_page()
                if vue.qui:
                    entrer(pages[vue.qui], adresse, vue.qui)
            page = pages[vue.qui]
            page.goto(adresse + vue.chemin)
            if vue.lien:
                liens = page.locator("main a[href]").evaluate_all(
                    "as => as.map(a => a.getAttribute('href'))"
                )
                page.goto(adresse + next(lien for lien in liens if re.match(vue.lien, lien)))
            page.wait_for_load_state("networkidle")
            image = dossier / f"{vue.nom}-{taille}.png"
            page.screenshot(path=image, full_page=not vue.readme)
            print(image.relative_to(RACINE))
            if vue.readme and (taille == "390") == vue.qui.startswith(("technicien", "client")):
                shutil.copy(image, RACINE / "docs" / "images" / f"{vue.nom}.png")


def main() -> int:
    analyse = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    analyse.add_argument(
        "--adresse", default="", help="un produit déjà lancé, avec la société de démonstration"
    )
    options = analyse.parse_args()
    dossier = RACINE / "var" / "captures"
    dossier.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(executable_path=chromium(), args=list(OPTIONS))
        try:
            if options.adresse:
                photographier(navigateur, options.adresse.rstrip("/"), dossier)
            else:
                with produit() as adresse:
                    photographier(navigateur, adresse, dossier)
        except ErreurDemarrage as erreur:
            print(erreur, file=sys.stderr)
            return 1
        finally:
            navigateur.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
