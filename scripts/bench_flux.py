"""`make bench`, the stream's section: 200 open streams beside normal traffic, and that traffic without them.

    .venv/bin/python scripts/bench_flux.py                        # throw-away servers, a demo company
    .venv/bin/python scripts/bench_flux.py --flux 500 --secondes 30

Gunicorn and the stream's process on one machine with this one. Traffic is six connections that list, read, write and
load pages without pause. It runs alone, then with the streams open; how late an event comes is counted from before the
write that caused it is sent, until a reader has it. Every stream must hear of each write that its reader may see, once.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import threading
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

from bench import EN_TETES, PYTHON, RACINE, attendre, demander, gerer, nouvelle
from embarque import services_jetables
from processus import arreter, lancer
from serveurs import port_libre
from test import REGLAGES

CHEMIN = "/api/v1/notifications/stream"
CONNEXIONS = 6
ECRITURE = 5  # one request in so many creates an intervention
# people with a stream: those of GESTION see every intervention, the others (techniciens, clients) their own
PERSONNES, GESTION = 50, 25

PREPARER = """
import json, sys
from django.test import Client
from accounts.sessions import ouvrir_session
from accounts.services import creer_utilisateur
from accounts.models import User
from equipment.models import Equipement
voulu = json.load(sys.stdin)
admin = User.objects.get(email="admin@mif.ma")
def personne(role, n):
    return creer_utilisateur(par=admin, username=f"flux-{role}-{n}", email=f"flux-{role}-{n}@mif.ma",
        full_name=f"Flux {role} {n}", role=role)
gestion = [personne("responsable", n) for n in range(voulu["gestion"])]
terrain = User.objects.filter(role__in=("technicien", "client"), is_active=True)
terrain = list(terrain[:voulu["personnes"] - len(gestion)])
gestion += [personne("responsable", n) for n in range(len(gestion), voulu["personnes"] - len(terrain))]
page = Client()
page.force_login(gestion[0], backend="accounts.backends.EmailBackend")
print("PRET" + json.dumps({
    "gestion": [ouvrir_session(user=p).access_token for p in gestion],
    "terrain": [ouvrir_session(user=p).access_token for p in terrain],
    "cookie": page.cookies["sessionid"].value,
    "equipements": list(Equipement.objects.exclude(statut="retire").values_list("pk", flat=True)[:500]),
}))
"""


@dataclass
class Trafic:
    """What the ordinary requests took, in seconds by kind, and the writes: id → when it was asked for."""

    latences: dict[str, list[float]] = field(default_factory=dict)
    erreurs: int = 0
    ecrites: dict[int, float] = field(default_factory=dict)
    verrou: threading.Lock = field(default_factory=threading.Lock)

    def noter(self, genre: str, depart: float, statut: int) -> None:
        with self.verrou:
            self.latences.setdefault(genre, []).append(time.perf_counter() - depart)
            self.erreurs += statut >= 400


def circuler(port: int, monde: dict[str, Any], secondes: float) -> Trafic:
    """Ordinary use for so long."""
    trafic, fin = Trafic(), time.perf_counter() + secondes
    api = {**EN_TETES, "Authorization": f"Bearer {monde['gestion'][0]}"}
    page = {"Cookie": f"sessionid={monde['cookie']}"}
    lectures = [
        ("API : liste", "/api/v1/interventions?statut=ouverte,affectee", api),
        ("HTML : interventions", "/interventions/?statut=ouverte,affectee", page),
        ("API : détail", None, api),
        ("HTML : planning", "/planning/", page),
    ]

    def courir(rang: int) -> None:
        connexion = HTTPConnection("127.0.0.1", port, timeout=60)
        connus = [1]
        numero = rang
        while time.perf_counter() < fin:
            numero += 1
            depart = time.perf_counter()
            if numero % ECRITURE == 0:
                corps = nouvelle(monde["equipements"][numero % len(monde["equipements"])])
                statut, recu = demander(connexion, "POST", "/api/v1/interventions", api, corps)
                trafic.noter("API : création", depart, statut)
                if statut == 201:
                    connus.append(json.loads(recu)["id"])
                    trafic.ecrites[connus[-1]] = depart
                continue
            genre, chemin, en_tetes = lectures[numero % len(lectures)]
            chemin = chemin or f"/api/v1/interventions/{connus[numero % len(connus)]}"
            statut, _recu = demander(connexion, "GET", chemin, en_tetes)
            trafic.noter(genre, depart, statut)

    fils = [threading.Thread(target=courir, args=(rang,)) for rang in range(CONNEXIONS)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    return trafic


class Lecteurs:
    """The open streams, read in a thread of their own; `recues`: (stream, intervention) → when."""

    def __init__(self, port: int, jetons: list[str], nombre: int, gestion: int) -> None:
        self.port, self.jetons, self.nombre, self.gestion = port, jetons, nombre, gestion
        self.recues: dict[tuple[int, int], float] = {}
        self.doubles = self.coupes = 0
        self.ouverture = 0.0
        self._prets, self._fin = threading.Event(), asyncio.Event()
        self._boucle = asyncio.new_event_loop()
        self._fil = threading.Thread(target=self._boucle.run_until_complete, args=(self._vivre(),))

    def ouvrir(self) -> None:
        self._fil.start()
        if not self._prets.wait(120):
            raise SystemExit("Les flux ne se sont pas ouverts.")

    def fermer(self) -> None:
        self._boucle.call_soon_threadsafe(self._fin.set)
        self._fil.join()

    async def _vivre(self) -> None:
        depart = time.perf_counter()
        taches = []
        for rang in range(self.nombre):
            lecture, ecriture = await asyncio.open_connection("127.0.0.1", self.port)
            jeton = self.jetons[rang % len(self.jetons)]
            ecriture.write(
                f"GET {CHEMIN} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {jeton}\r\n\r\n".encode()
            )
            await lecture.readuntil(b"data: ")
            taches.append(asyncio.create_task(self._suivre(rang, lecture, ecriture)))
        self.ouverture = time.perf_counter() - depart
        self._prets.set()
        await self._fin.wait()
        for tache in taches:
            tache.cancel()
        await asyncio.gather(*taches, return_exceptions=True)

    async def _suivre(
        self, rang: int, lecture: asyncio.StreamReader, ecriture: asyncio.StreamWriter
    ) -> None:
        try:
            while True:
                await lecture.readuntil(b"data: ")
                contenu = json.loads(await lecture.readuntil(b"\n"))
                for fait in contenu["evenements"]:
                    if fait["objet"] == "intervention" and fait["action"] == "creation":
                        self.doubles += (rang, fait["id"]) in self.recues
                        self.recues[rang, fait["id"]] = time.perf_counter()
        except (asyncio.IncompleteReadError, OSError):
            self.coupes += 1
        finally:
            ecriture.close()

    @property
    def de_gestion(self) -> list[int]:
        return [rang for rang in range(self.nombre) if rang % len(self.jetons) < self.gestion]


def memoire(pid: int) -> float:
    """Resident, in MB."""
    with open(f"/proc/{pid}/status") as etat:
        return next(int(ligne.split()[1]) for ligne in etat if ligne.startswith("VmRSS")) / 1024


def figures(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as reponse:
        lignes = [ligne.split() for ligne in reponse.read().decode().splitlines()]
    return {mots[0]: float(mots[1]) for mots in lignes if len(mots) == 2}


def ms(valeurs: list[float]) -> str:
    if len(valeurs) < 2:
        return "–"
    p95 = statistics.quantiles(valeurs, n=20)[-1]
    return f"{statistics.median(valeurs) * 1000:.0f} / {p95 * 1000:.0f}"


def moyenne(lues: dict[str, float], nom: str) -> float:
    """The mean of one of the process's histograms, in milliseconds."""
    racine = f"erp_flux_{nom}_secondes"
    return 1000 * lues[f"{racine}_sum"] / max(1.0, lues[f"{racine}_count"])


def mesurer(env: dict[str, str], options: argparse.Namespace) -> None:
    gerer("migrate", "-v0", env=env)
    gerer("demo", env=env)
    gerer("collectstatic", "--noinput", "-v0", env=env)
    entree = json.dumps({"gestion": GESTION, "personnes": PERSONNES})
    monde = json.loads(
        gerer("shell", "-v0", "-c", PREPARER, env=env, entree=entree).split("PRET")[1]
    )
    web, flux = port_libre(), port_libre()
    adresse = f"127.0.0.1:{web}"
    serveurs = [
        lancer(
            [PYTHON, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "-b", adresse, "erp.wsgi"],
            env={**env, "GUNICORN_LOG_LEVEL": "warning"},
            cwd=RACINE,
        ),
        lancer([PYTHON, "manage.py", "servir_flux", "--port", str(flux)], env=env, cwd=RACINE),
    ]
    try:
        for port in (web, flux):
            attendre(port)
        circuler(web, monde, 3)  # caches, connections, prepared statements
        seul = circuler(web, monde, options.secondes)
        vide = memoire(serveurs[1].pid)
        jetons = [*monde["gestion"], *monde["terrain"]]
        lecteurs = Lecteurs(flux, jetons, options.flux, len(monde["gestion"]))
        lecteurs.ouvrir()
        ensemble = circuler(web, monde, options.secondes)
        attendus = [(rang, pk) for rang in lecteurs.de_gestion for pk in ensemble.ecrites]
        limite = time.perf_counter() + 20
        while time.perf_counter() < limite and not lecteurs.recues.keys() >= set(attendus):
            time.sleep(0.05)
        plein, lues = memoire(serveurs[1].pid), figures(flux)
        lecteurs.fermer()
    finally:
        for serveur in serveurs:
            with suppress(ProcessLookupError):
                arreter(serveur, signal.SIGTERM, 10)
    manques = len(set(attendus) - lecteurs.recues.keys())
    retards = [
        quand - ensemble.ecrites[pk]
        for (_r, pk), quand in lecteurs.recues.items()
        if pk in ensemble.ecrites
    ]
    creees = len(ensemble.ecrites)
    print(
        f"\n{options.flux} flux de {len(jetons)} personnes ouverts en {lecteurs.ouverture:.1f} s ; {creees} créations "
        f"({creees / options.secondes:.0f} par seconde), {len(retards)} annonces : médiane / p95 {ms(retards)} ms, "
        f"la plus tardive {max(retards, default=0) * 1000:.0f} ms, l’écriture comprise.\n"
        f"Manquées {manques}, en double {lecteurs.doubles}, flux coupés {lecteurs.coupes}, "
        f"requêtes en erreur {seul.erreurs} sans les flux, {ensemble.erreurs} avec.\n"
        f"Processus du flux : {vide:.0f} Mo, {plein:.0f} Mo avec les flux ; d’après son /metrics "
        f"{lues['erp_flux_ouverts']:.0f} ouverts, {lues['erp_flux_messages_total']:.0f} messages, en moyenne "
        f"{moyenne(lues, 'retard'):.0f} ms de l’écriture à la file, "
        f"{moyenne(lues, 'attente'):.1f} ms de la file à l’envoi.\n"
    )
    print("| Trafic, médiane / p95 en ms | sans flux | avec | requêtes sans | avec |")
    print("| --- | --- | --- | --- | --- |")
    for genre, valeurs in seul.latences.items():
        autres = ensemble.latences.get(genre, [])
        print(f"| {genre} | {ms(valeurs)} | {ms(autres)} | {len(valeurs)} | {len(autres)} |")
    if manques or lecteurs.doubles or lecteurs.coupes or seul.erreurs or ensemble.erreurs:
        raise SystemExit(
            "Des annonces manquent, des flux ont été coupés, ou des requêtes ont échoué."
        )


def main() -> int:
    analyse = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    analyse.add_argument("--flux", type=int, default=200)
    analyse.add_argument("--secondes", type=float, default=15)
    options = analyse.parse_args()
    os.chdir(RACINE)
    with services_jetables() as urls:
        mesurer(
            {
                **os.environ,
                **REGLAGES,
                **urls,
                "WEB_CONCURRENCY": "2",
                "CONN_MAX_AGE": "300",
                "DEBIT_UTILISATEUR": "100000000",
                "DEBIT_ADRESSE": "100000000",
                "DEBIT_AUTH": "100000000",
                "EMAIL_URL": "dummymail://",
            },
            options,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
