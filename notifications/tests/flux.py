"""The event stream in a process of its own, and readers of it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any
from urllib.request import urlopen

from django.conf import settings
from django.db import connection

from accounts.models import User
from accounts.sessions import ouvrir_session
from erp.tests.serveurs import attendre, port_libre

CHEMIN = "/api/v1/notifications/stream"


class Serveur:
    """The process, on the test's database."""

    def __init__(self, **env: str) -> None:
        base = connection.settings_dict
        self.port = port_libre()
        self.ecoutes: list[Ecoute] = []
        self._env = {
            **os.environ,
            "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**base),
            "DEBIT_UTILISATEUR": "100000",
            "DEBIT_ADRESSE": "100000",
            "LOG_FORMAT": "json",
            **env,
        }
        self.demarrer()

    def demarrer(self) -> None:
        self.processus = subprocess.Popen(
            [sys.executable, "manage.py", "servir_flux", "--port", str(self.port)],
            cwd=settings.BASE_DIR,
            env=self._env,
            stdout=subprocess.DEVNULL,
        )
        attendre(self._repond, "the stream's process answers")

    def _repond(self) -> bool:
        assert self.processus.poll() is None, "the stream's process ended"
        try:
            return self.sante()["status"] == "ok"
        except OSError:
            return False

    def sante(self) -> dict[str, Any]:
        with urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as reponse:
            return json.load(reponse)

    def memoire(self) -> int:
        """Resident, in kB."""
        with open(f"/proc/{self.processus.pid}/status") as etat:
            return next(int(ligne.split()[1]) for ligne in etat if ligne.startswith("VmRSS"))

    def arreter(self) -> int:
        """Ask it to stop, and wait; its exit code."""
        self.processus.terminate()
        return self.processus.wait(20)


@contextmanager
def serveur_de_flux(**env: str) -> Iterator[Serveur]:
    serveur = Serveur(**env)
    try:
        yield serveur
    finally:
        for ecoute in serveur.ecoutes:
            ecoute.couper()
        if serveur.processus.poll() is None:
            serveur.processus.kill()
            serveur.processus.wait()


class Ecoute:
    """One open stream: what it received so far."""

    def __init__(self, serveur: Serveur, user: User | None = None, **en_tetes: str) -> None:
        if user is not None:
            en_tetes["Authorization"] = f"Bearer {ouvrir_session(user=user).access_token}"
        self._prise = socket.create_connection(("127.0.0.1", serveur.port), 10)
        lignes = [f"GET {CHEMIN} HTTP/1.1", f"Host: 127.0.0.1:{serveur.port}"]
        lignes += [f"{nom.replace('_', '-')}: {valeur}" for nom, valeur in en_tetes.items()]
        self._prise.sendall(("\r\n".join(lignes) + "\r\n\r\n").encode())
        self._prise.settimeout(60)
        serveur.ecoutes.append(self)
        self.brut = b""
        self.finie = False
        self._fil = Thread(target=self._lire, daemon=True)
        self._fil.start()
        attendre(lambda: b"\r\n\r\n" in self.brut or self.finie, "the answer begins")

    def _lire(self) -> None:
        try:
            while morceau := self._prise.recv(65536):
                self.brut += morceau
        except OSError:
            pass
        self.finie = True

    @property
    def statut(self) -> int:
        return int(self.brut.split(b" ", 2)[1])

    @property
    def en_tetes(self) -> dict[str, str]:
        lignes = self.brut.split(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        return {
            nom.lower(): valeur for nom, _, valeur in (ligne.partition(": ") for ligne in lignes)
        }

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The contents of its messages; each message is one chunk of the answer."""
        return [
            json.loads(ligne[6:]) for ligne in self.brut.split(b"\n") if ligne.startswith(b"data: ")
        ]

    @property
    def evenements(self) -> list[dict[str, Any]]:
        return [e for message in self.messages for e in message["evenements"]]

    @property
    def dernier_id(self) -> str:
        ids = [ligne[4:] for ligne in self.brut.split(b"\n") if ligne.startswith(b"id: ")]
        return ids[-1].decode().strip()

    def attendre(self, nombre: int) -> None:
        """Until so many events have come."""
        attendre(lambda: len(self.evenements) >= nombre, f"{nombre} events have come", 15)

    def attendre_la_fin(self) -> None:
        attendre(lambda: self.finie, "the stream was closed", 15)

    def couper(self) -> None:
        with suppress(OSError):  # closed by the other side, or already by us
            self._prise.shutdown(socket.SHUT_RDWR)
        self._prise.close()
        self._fil.join(10)
