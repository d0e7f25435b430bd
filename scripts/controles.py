"""Everything that can be checked without running a test: `make check`.

All steps run, each prints one line; a failing one shows what it said, and is named again at the end.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from embarque import services_jetables
from processus import ErreurDemarrage

RACINE = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
OUTILS = Path(PYTHON).parent

#: A machine of production as the settings want it; no value is a real one.
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "pour-le-seul-controle-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "gmao.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://gmao.example.com",
    "SITE_URL": "https://gmao.example.com",
    "DEFAULT_FROM_EMAIL": "gmao@example.com",
    "EMAIL_URL": "smtp+tls://gmao:secret@smtp.example.com:587",
    "HTTPS": "true",
}
DEVELOPPEMENT = {"DEBUG": "true"}
#: Variables that docker-compose.yml insists on.
COMPOSE = {
    **PRODUCTION,
    "POSTGRES_PASSWORD": "secret",
    "REDIS_PASSWORD": "secret",
}


@dataclass(frozen=True)
class Controle:
    nom: str
    commande: Sequence[str]
    env: Mapping[str, str] = field(default_factory=lambda: DEVELOPPEMENT)
    #: Whether having something to say is failing, whatever the exit code.
    silencieux: bool = False


def controles() -> list[Controle]:
    outil = {nom: str(OUTILS / nom) for nom in ("ruff", "djlint", "lint-imports", "mypy")}
    liste = [
        Controle("style (ruff)", [outil["ruff"], "check", "--quiet"]),
        Controle("mise en forme (ruff format)", [outil["ruff"], "format", "--check", "--quiet"]),
        Controle("gabarits (djlint)", [outil["djlint"], "--lint", "--quiet", *gabarits()]),
        Controle("couches (import-linter)", [outil["lint-imports"], "--no-logo"]),
        Controle("types (mypy)", [outil["mypy"], "--no-error-summary"]),
        Controle(
            "migrations à jour",
            [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
        ),
        Controle(
            "réglages de production (check --deploy)",
            [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
            PRODUCTION,
        ),
        Controle("traductions", [PYTHON, "scripts/traductions.py", "verifier"]),
    ]
    if compose := commande_compose():
        commande = [*compose, "config", "--quiet"]
        liste.append(Controle("docker-compose.yml", commande, COMPOSE, silencieux=True))
    else:
        print("– docker-compose.yml : pas contrôlé, Docker Compose manque ici")
    return liste


def gabarits() -> list[str]:
    dossiers = [RACINE / "templates", *RACINE.glob("*/templates")]
    return [str(dossier.relative_to(RACINE)) for dossier in dossiers if dossier.is_dir()]


def commande_compose() -> list[str] | None:
    """Docker Compose as a plugin or as a program, when this machine has one."""
    for commande in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(commande[0]):
            essai = subprocess.run([*commande, "version"], capture_output=True, check=False)
            if essai.returncode == 0:
                return commande
    return None


def executer(controle: Controle, serveurs: Mapping[str, str]) -> bool:
    depart = time.monotonic()
    resultat = subprocess.run(
        controle.commande,
        cwd=RACINE,
        env={**os.environ, **controle.env, **serveurs},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    sortie = resultat.stdout.strip()
    bon = resultat.returncode == 0 and not (controle.silencieux and sortie)
    duree = time.monotonic() - depart
    print(f"{'✓' if bon else '✗'} {controle.nom} ({duree:.1f} s)", flush=True)
    if not bon:
        print("".join(f"    {ligne}\n" for ligne in sortie.splitlines()), flush=True)
    return bon


def main() -> int:
    try:
        # makemigrations reads the history of a real database.
        with services_jetables() as serveurs:
            rates = [c.nom for c in controles() if not executer(c, serveurs)]
    except ErreurDemarrage as erreur:
        print(erreur, file=sys.stderr)
        return 1
    if rates:
        print(f"{len(rates)} contrôle(s) en échec : {', '.join(rates)}")
        return 1
    print("Tous les contrôles passent.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
