"""`make bench`: what a request costs, on a large company, in processor time.

    .venv/bin/python scripts/bench.py                       # throw-away servers, 200,000 interventions
    .venv/bin/python scripts/bench.py --interventions 20000 --requetes 200
    .venv/bin/python scripts/bench.py --seulement HTML      # the kinds of request whose name holds this
    DATABASE_URL=… REDIS_URL=… .venv/bin/python scripts/bench.py --deja-charge

For each kind of request: processor milliseconds of the server's processes and of PostgreSQL's (user and system, from
/proc, so other work on the machine hardly moves them), SQL queries, bytes of the answer, and requests a second with
eight connections from this same machine. The figures are medians of three interleaved rounds.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import psycopg
from embarque import services_jetables
from processus import arreter, lancer
from serveurs import port_libre
from test import REGLAGES

RACINE = Path(__file__).resolve().parent.parent
CONNEXIONS, TOURS = 8, 3
PYTHON = sys.executable
EN_TETES = {"Content-Type": "application/json", "Accept": "application/json"}


@dataclass
class Mesure:
    """One kind of request and what its rounds cost."""

    nom: str
    faire: Callable[
        [HTTPConnection, int], tuple[int, int]
    ]  # (connection, number) -> (status, bytes)
    sql: str
    rapport: float = 1.0  # of the number of requests: slow kinds are asked less often
    app: list[float] = field(default_factory=list)
    base: list[float] = field(default_factory=list)
    debit: list[float] = field(default_factory=list)
    octets: int = 0
    requetes_sql: int = 0


def processeur(pids: list[int]) -> float:
    """Seconds of processor time of these processes, all threads, to the nanosecond that the kernel counts."""
    total = 0
    for pid in pids:
        for tache in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(tache.read_text().split()[0])
            except (FileNotFoundError, ProcessLookupError):
                continue
    return total / 1e9


def enfants(parent: int) -> list[int]:
    """The process and all that descend from it."""
    pere: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            champs = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pere.setdefault(int(champs[1]), []).append(int(stat.parent.name))
    trouves, a_voir = [parent], [parent]
    while a_voir:
        for pid in pere.get(a_voir.pop(), []):
            trouves.append(pid)
            a_voir.append(pid)
    return trouves


def postmaster(url: str) -> int:
    """The process that PostgreSQL's backends descend from (the server runs on this machine)."""
    with psycopg.connect(url, autocommit=True) as connexion:
        backend = connexion.execute("SELECT pg_backend_pid()").fetchone()
        assert backend is not None
        statut = Path(f"/proc/{backend[0]}/stat").read_text()
        return int(statut.rsplit(")", 1)[1].split()[1])


def demander(
    connexion: HTTPConnection,
    methode: str,
    chemin: str,
    en_tetes: dict[str, str],
    corps: object = None,
) -> tuple[int, bytes]:
    connexion.request(methode, chemin, json.dumps(corps) if corps is not None else None, en_tetes)
    reponse = connexion.getresponse()
    return reponse.status, reponse.read()


def tourner(mesure: Mesure, port: int, nombre: int, serveur: int, base: int) -> None:
    """One round: `nombre` requests over CONNEXIONS threads; appends its costs to the measure."""
    restant = iter(range(nombre))
    verrou = threading.Lock()
    fautes: list[int] = []

    def courir() -> None:
        connexion = HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with verrou:
                numero = next(restant, None)
            if numero is None:
                return
            statut, octets = mesure.faire(connexion, numero)
            mesure.octets = max(mesure.octets, octets)
            if statut >= 400:
                fautes.append(statut)

    app, sgbd = enfants(serveur), enfants(base)
    avant_app, avant_base, depart = processeur(app), processeur(sgbd), time.perf_counter()
    fils = [threading.Thread(target=courir) for _ in range(CONNEXIONS)]
    for f in fils:
        f.start()
    for f in fils:
        f.join()
    duree = time.perf_counter() - depart
    if fautes:
        raise SystemExit(
            f"{mesure.nom} : {len(fautes)} réponses en erreur, la première {fautes[0]}."
        )
    mesure.app.append((processeur(app) - avant_app) * 1000 / nombre)
    mesure.base.append((processeur(sgbd) - avant_base) * 1000 / nombre)
    mesure.debit.append(nombre / duree)


def attendre(port: int) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("Le serveur n’a pas répondu.")


COMPTER = """
import json, sys
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from accounts.models import User
demandes = json.load(sys.stdin)
page = Client(HTTP_HOST="localhost")
page.force_login(User.objects.get(email="responsable@mif.ma"), backend="accounts.backends.EmailBackend")
sortie = []
for methode, chemin, corps, en_tetes in demandes:
    http = {
        "HTTP_" + nom.upper().replace("-", "_"): valeur
        for nom, valeur in en_tetes.items()
        if nom != "Content-Type"
    }
    for _ in range(2 if methode == "GET" else 1):  # the first one also fills caches
        with CaptureQueriesContext(connection) as requetes:
            page.generic(methode, chemin, json.dumps(corps) if corps else "", "application/json", **http)
    sortie.append(len(requetes))
print("REQUETES" + json.dumps(sortie))
"""


def gerer(*arguments: str, env: dict[str, str], entree: str | None = None) -> str:
    """Run a management command; its output, or the end with its errors."""
    resultat = subprocess.run(
        [PYTHON, "manage.py", *arguments],
        cwd=RACINE,
        env=env,
        input=entree,
        capture_output=True,
        text=True,
    )
    if resultat.returncode:
        raise SystemExit(resultat.stdout + resultat.stderr)
    return resultat.stdout


def jeton(port: int, email: str, mot_de_passe: str) -> dict[str, str]:
    connexion = HTTPConnection("127.0.0.1", port, timeout=30)
    statut, corps = demander(
        connexion,
        "POST",
        "/api/v1/auth/token",
        EN_TETES,
        {"email": email, "password": mot_de_passe},
    )
    if statut != 200:
        raise SystemExit(f"/auth/token a répondu {statut} : {corps.decode()}")
    return {**EN_TETES, "Authorization": f"Bearer {json.loads(corps)['access_token']}"}


def session(env: dict[str, str]) -> dict[str, str]:
    """The cookie of a signed-in responsable, made by Django itself: the bench measures lists, not sign-in."""
    cle = gerer(
        "shell",
        "-v0",
        "-c",
        "from django.test import Client; from accounts.models import User; c = Client();"
        "c.force_login(User.objects.get(email='responsable@mif.ma'), backend='accounts.backends.EmailBackend');"
        "print('COOKIE' + c.cookies['sessionid'].value)",
        env=env,
    )
    return {"Cookie": f"sessionid={cle.split('COOKIE')[1].strip()}"}


def mesures(
    url: str, port: int, env: dict[str, str]
) -> tuple[list[Mesure], Callable[[], list[list[object]]]]:
    """The kinds of request, and what gives one of each for counting its queries."""
    api, page = jeton(port, "responsable@mif.ma", "responsable123"), session(env)
    with psycopg.connect(url, autocommit=True) as connexion:
        lire = connexion.execute
        equipements = [
            ligne[0]
            for ligne in lire("SELECT id FROM equipements WHERE statut <> 'retire' ORDER BY id")
        ]
        details = [
            ligne[0] for ligne in lire("SELECT id FROM interventions ORDER BY random() LIMIT 2000")
        ]
        reference = next(
            lire("SELECT reference FROM interventions ORDER BY id OFFSET 1000 LIMIT 1")
        )[0]
        # started and paused again and again: the same row lock, table, journal row and notifications each time;
        # an earlier run may have left them paused
        etat: dict[int, str] = dict(
            lire(
                "SELECT DISTINCT ON (i.technicien_id) i.id, i.statut"
                " FROM interventions i JOIN techniciens t ON t.id = i.technicien_id"
                " JOIN users u ON u.id = t.user_id"
                " WHERE i.statut IN ('en_cours', 'en_attente') AND u.is_active"
                " ORDER BY i.technicien_id, i.statut = 'en_cours' DESC, i.id"
            ).fetchall()
        )
    if not etat:
        raise SystemExit("Aucune intervention en cours ni en attente : chargez une société neuve.")
    libres, verrou = list(etat), threading.Condition()
    une = libres[0]

    def lister(
        chemin: str, en_tetes: dict[str, str]
    ) -> Callable[[HTTPConnection, int], tuple[int, int]]:
        def faire(connexion: HTTPConnection, _numero: int) -> tuple[int, int]:
            statut, corps = demander(connexion, "GET", chemin, en_tetes)
            return statut, len(corps)

        return faire

    def detail(connexion: HTTPConnection, numero: int) -> tuple[int, int]:
        pk = details[numero % len(details)]
        statut, corps = demander(connexion, "GET", f"/api/v1/interventions/{pk}", api)
        return statut, len(corps)

    def creer(connexion: HTTPConnection, numero: int) -> tuple[int, int]:
        statut, corps = demander(
            connexion,
            "POST",
            "/api/v1/interventions",
            api,
            nouvelle(equipements[numero % len(equipements)]),
        )
        return statut, len(corps)

    def suivant(pk: int) -> dict[str, str]:
        if etat[pk] == "en_cours":
            return {"statut": "en_attente", "motif_attente": "pieces"}
        return {"statut": "en_cours"}

    def transiter(connexion: HTTPConnection, _numero: int) -> tuple[int, int]:
        with verrou:
            while not libres:
                verrou.wait()
            pk = libres.pop()
        voulu = suivant(pk)
        statut, corps = demander(
            connexion, "PATCH", f"/api/v1/interventions/{pk}/statut", api, voulu
        )
        with verrou:
            etat[pk] = voulu["statut"]
            libres.append(pk)
            verrou.notify()
        return statut, len(corps)

    filtree, toutes = (
        "/api/v1/interventions?statut=cloturee&priorite=haute",
        "/api/v1/interventions",
    )
    html = "/interventions/?statut=cloturee&priorite=haute&taille=50"
    chiffres = "/api/v1/dashboard?periode=30j"
    terrain = jeton(port, "technicien@mif.ma", "technicien123")
    boite = "/api/v1/filters/recherche?q="
    recherches = [
        ("Recherche : mot fréquent", f"{boite}fuite", api),
        ("Recherche : faute de frappe", f"{boite}compreseur", api),
        ("Recherche : référence", f"{boite}{reference}", api),
        ("Recherche : technicien", f"{boite}fuite%20pompe", terrain),
    ]
    liste = [
        Mesure("API : liste filtrée", lister(filtree, api), filtree),
        Mesure("API : liste sans filtre", lister(toutes, api), toutes),
        Mesure("API : détail", detail, f"/api/v1/interventions/{details[0]}"),
        Mesure("API : création", creer, "/api/v1/interventions"),
        Mesure("API : transition", transiter, f"/api/v1/interventions/{une}/statut"),
        Mesure("HTML : liste de 50", lister(html, page), html, rapport=0.5),
        Mesure("API : tableau de bord", lister(chiffres, api), chiffres, rapport=0.05),
        *(Mesure(nom, lister(chemin, qui), chemin, rapport=0.5) for nom, chemin, qui in recherches),
    ]

    def compter() -> list[list[object]]:
        """The same ones, as they may be asked once the rounds are over."""
        demandes: list[list[object]] = [
            ["GET", filtree, None, api],
            ["GET", toutes, None, api],
            ["GET", liste[2].sql, None, api],
            ["POST", liste[3].sql, nouvelle(equipements[0]), api],
            ["PATCH", liste[4].sql, suivant(une), api],
            ["GET", html, None, {}],
            ["GET", chiffres, None, api],
        ]
        return demandes + [["GET", chemin, None, qui] for _nom, chemin, qui in recherches]

    return liste, compter


def nouvelle(equipement: int) -> dict[str, object]:
    return {
        "equipement_id": equipement,
        "type_intervention": "corrective",
        "priorite": "haute",
        "description": "Maintenance corrective urgente",
    }


def mesurer(url: str, redis: str, options: argparse.Namespace) -> None:
    env = {
        **os.environ,
        **REGLAGES,
        "DATABASE_URL": url,
        "REDIS_URL": redis,
        "WEB_CONCURRENCY": "2",
        "CONN_MAX_AGE": "300",
        "DEBIT_UTILISATEUR": "100000000",
        "DEBIT_ADRESSE": "100000000",
        "DEBIT_AUTH": "100000000",
        "EMAIL_URL": "dummymail://",
    }
    if not options.deja_charge:
        depart = time.perf_counter()
        gerer("migrate", "-v0", env=env)
        gerer("demo", "--interventions", str(options.interventions), env=env)
        print(
            f"Société de {options.interventions} interventions chargée en {time.perf_counter() - depart:.0f} s."
        )
    with psycopg.connect(url, autocommit=True) as connexion:
        connexion.execute("VACUUM ANALYZE")
    gerer("collectstatic", "--noinput", "-v0", env=env)
    port = port_libre()
    serveur = lancer(
        [
            PYTHON,
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
        base = postmaster(url)
        toutes, compter = mesures(url, port, env)
        liste = [m for m in toutes if options.seulement.lower() in m.nom.lower()]
        if not liste:
            raise SystemExit(f"Aucune mesure ne s’appelle ainsi : {options.seulement}.")
        for mesure in liste:  # once for nothing: connections, caches, prepared statements
            tourner(mesure, port, 32, serveur.pid, base)
            for serie in (mesure.app, mesure.base, mesure.debit):
                serie.clear()
        for _ in range(TOURS):
            for mesure in liste:
                tourner(
                    mesure, port, max(16, int(options.requetes * mesure.rapport)), serveur.pid, base
                )
    finally:
        arreter(serveur, signal.SIGTERM, 10)
    demandes = [d for m, d in zip(toutes, compter(), strict=True) if m in liste]
    comptes = gerer("shell", "-v0", "-c", COMPTER, env=env, entree=json.dumps(demandes))
    for mesure, nombre in zip(liste, json.loads(comptes.split("REQUETES")[1]), strict=True):
        mesure.requetes_sql = nombre
    afficher(liste, options)


def afficher(liste: list[Mesure], options: argparse.Namespace) -> None:
    print(
        f"\nMédianes de {TOURS} tours de {options.requetes} requêtes, {CONNEXIONS} connexions, 2 processus gunicorn.\n"
    )
    print("| | CPU ms (application + PostgreSQL) | requêtes SQL | octets | requêtes/s |")
    print("| --- | --- | --- | --- | --- |")
    for m in liste:
        app, base = statistics.median(m.app), statistics.median(m.base)
        print(
            f"| {m.nom} | {app + base:.1f} ({app:.1f} + {base:.1f}) | {m.requetes_sql} "
            f"| {m.octets} | {statistics.median(m.debit):.0f} |"
        )


def main() -> int:
    analyse = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    analyse.add_argument("--interventions", type=int, default=200_000)
    analyse.add_argument(
        "--requetes", type=int, default=400, help="par tour et par genre de requête"
    )
    analyse.add_argument(
        "--seulement", default="", help="les genres de requête dont le nom contient ce mot"
    )
    analyse.add_argument(
        "--deja-charge", action="store_true", help="DATABASE_URL tient déjà la grande société"
    )
    options = analyse.parse_args()
    os.chdir(RACINE)
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        mesurer(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], options)
    else:
        with services_jetables() as urls:
            mesurer(urls["DATABASE_URL"], urls["REDIS_URL"], options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
