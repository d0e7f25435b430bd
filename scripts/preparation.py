"""Bring the database and the static files up to date before the product starts; one process for all.

Run by `make run`, which sets PYTHONPATH and all that the settings read. Says one line for what it really does.
"""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command, get_commands
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def migrer() -> None:
    executeur = MigrationExecutor(connection)
    a_faire = executeur.migration_plan(executeur.loader.graph.leaf_nodes())
    if a_faire:
        print(f"base de données : {len(a_faire)} migration(s)", flush=True)
        call_command("migrate", interactive=False, verbosity=0)


def charger_la_societe() -> None:
    call_command("installer_taches", verbosity=0)
    if settings.DEBUG and "demo" in get_commands():
        call_command("demo", si_vide=True)


def _fichiers_statiques() -> Iterator[str]:
    for finder in get_finders():
        for chemin, stockage in finder.list([]):
            etat = Path(stockage.path(chemin)).stat()
            yield f"{chemin} {etat.st_size} {etat.st_mtime_ns}"


def rassembler_les_fichiers_statiques() -> None:
    """collectstatic, only when a source has changed: hashing them all takes a while."""
    cible = Path(settings.STATIC_ROOT)
    marque = cible / ".empreinte"
    attendue = hashlib.sha256("\n".join(sorted(_fichiers_statiques())).encode()).hexdigest()
    if marque.is_file() and marque.read_text() == attendue:
        return
    print("fichiers statiques", flush=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    marque.write_text(attendue)


def annoncer_les_comptes() -> None:
    """The demo's accounts that this database really has; `make run` shows them with the address."""
    if not settings.DEBUG:
        return
    from erp.demo_comptes import COMPTES

    presents = set(get_user_model()._default_manager.values_list("email", flat=True))
    for compte in COMPTES:
        if compte.email in presents:
            print(f"compte {compte.email:<22} {compte.mot_de_passe:<16} {compte.role}", flush=True)


def main() -> int:
    try:
        django.setup()
        rassembler_les_fichiers_statiques()
        migrer()
        charger_la_societe()
        annoncer_les_comptes()
    except ImproperlyConfigured as erreur:
        print(f"Réglages refusés : {erreur}", file=sys.stderr)
    except DatabaseError as erreur:
        print(f"La base de données a refusé la mise à jour : {erreur}".strip(), file=sys.stderr)
    except CommandError as erreur:
        print(erreur, file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
