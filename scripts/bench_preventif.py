"""`make bench`, the preventive section: one run of the generator over many plans, some of them due.

    .venv/bin/python scripts/bench_preventif.py                          # throw-away servers, 100,000 plans, 5,000 due
    .venv/bin/python scripts/bench_preventif.py --plans 10000 --dus 500

The run is a process of its own, as the worker's: interventions a second, SQL statements, and its peak memory before and
after. Then the same run again, with nothing left to make, and two at once over plans that fell due meanwhile.
"""

import argparse
import json
import os
import subprocess
import time
from pathlib import Path

import psycopg
from bench import PYTHON, RACINE, gerer
from embarque import services_jetables
from test import REGLAGES

CHARGER = """
import json, sys
from datetime import timedelta
from decimal import Decimal
from django.utils import timezone
from clients.models import Client
from equipment.models import Compteur, Equipement, ReleveCompteur
from planning.models import Gamme, PlanMaintenance
from search.services import differer_index
from django.db import transaction
voulu = json.load(sys.stdin)
jour, maintenant = timezone.localdate(), timezone.now()
gammes = list(Gamme.objects.all())
sites = list(Client.objects.filter(is_active=True, sites__isnull=False).values_list("pk", "sites__pk"))
PlanMaintenance.objects.update(actif=False)
with transaction.atomic():
    differer_index()
    machines = Equipement.objects.bulk_create(
        (Equipement(nom=f"Machine {n}", code_interne=f"BENCH-{n}", type_equipement="banc",
                    client_id=sites[n % len(sites)][0], site_id=sites[n % len(sites)][1])
         for n in range(voulu["plans"] // 5)), batch_size=2000)
    compteurs = Compteur.objects.bulk_create(
        (Compteur(equipement=machine, nom="Heures") for machine in machines[::2]), batch_size=2000)
    ReleveCompteur.objects.bulk_create(
        (ReleveCompteur(compteur=c, valeur=Decimal(100 * n), date_releve=maintenant - timedelta(days=30 * (6 - n)))
         for c in compteurs for n in range(1, 6)), batch_size=2000)
compteur_de = {compteur.equipement_id: compteur for compteur in compteurs}
pas = voulu["plans"] // voulu["dus"]
def plans():
    for n in range(voulu["plans"]):
        machine = machines[n % len(machines)]
        # one in ten follows a meter as well; due today, or on a day that no run of the bench comes to
        compteur = compteur_de.get(machine.pk) if n % 10 == 0 else None
        due = jour if n % pas == 0 else jour + timedelta(days=40 + n % 300)
        yield PlanMaintenance(
            equipement=machine, gamme=gammes[n % len(gammes)], regle=f"FREQ=MONTHLY;INTERVAL={1 + n % 12}",
            compteur=compteur, intervalle_compteur=Decimal(500) if compteur else None,
            prochaine_valeur=Decimal(900) if compteur else None,
            date_depart=due, prochaine_echeance=due, jours_avance=7,
            mode="flottant" if n % 7 == 6 else "fixe", jour_ferme=("garder", "avant", "apres")[n % 3])
PlanMaintenance.objects.bulk_create(plans(), batch_size=2000)
"""

COURIR = """
import json, resource, sys, time
from datetime import timedelta
from django.db import connection
from django.utils import timezone
from planning.services import generer_preventives
voulu = json.load(sys.stdin)
nombre = 0
def compter(executer, sql, params, plusieurs, contexte):
    global nombre
    nombre += 1
    return executer(sql, params, plusieurs, contexte)
connection.ensure_connection()
if voulu.get("a"):
    time.sleep(max(0.0, voulu["a"] - time.time()))
def processeur():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
avant, depart = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
cpu = processeur()
with connection.execute_wrapper(compter):
    bilan = generer_preventives(jour=timezone.localdate() + timedelta(days=voulu["jours"]))
print("BILAN" + json.dumps({
    "creees": bilan.creees, "erreurs": bilan.erreurs, "secondes": time.perf_counter() - depart,
    "cpu": processeur() - cpu, "requetes": nombre, "avant": avant,
    "apres": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""


def courir(env: dict[str, str], jours: int, nombre: int = 1) -> list[dict[str, float]]:
    """`nombre` runs of the generator at once, as of so many days from now."""
    entree = json.dumps({"jours": jours, "a": time.time() + 8 if nombre > 1 else 0})
    commande = [PYTHON, "manage.py", "shell", "-v0", "-c", COURIR]
    lances = [
        subprocess.Popen(
            commande,
            cwd=RACINE,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(nombre)
    ]
    bilans = []
    for lance in lances:
        assert lance.stdin is not None
        lance.stdin.write(entree)
        lance.stdin.close()
        lance.stdin = None
    for lance in lances:
        sortie, fautes = lance.communicate()
        if lance.returncode or "BILAN" not in sortie:
            raise SystemExit(sortie + fautes)
        bilans.append(json.loads(sortie.split("BILAN")[1].splitlines()[0]))
    return bilans


def mesurer(url: str, redis: str, plans: int, dus: int) -> None:
    """Load the plans, run, and print the table."""
    env = {
        **os.environ,
        **REGLAGES,
        "DATABASE_URL": url,
        "REDIS_URL": redis,
        "EMAIL_URL": "dummymail://",
    }
    depart = time.perf_counter()
    gerer("shell", "-v0", "-c", CHARGER, env=env, entree=json.dumps({"plans": plans, "dus": dus}))
    with psycopg.connect(url, autocommit=True) as connexion:
        connexion.execute("VACUUM ANALYZE")
    print(f"\n{plans} plans chargés en {time.perf_counter() - depart:.0f} s, dont {dus} dus.\n")
    print(
        "| Génération préventive | créées | s | CPU s | par seconde | requêtes SQL | mémoire, Mo |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    afficher("une exécution", courir(env, 0))
    afficher("la suivante, rien à faire", courir(env, 0))
    afficher("deux à la fois, 40 jours plus tard", courir(env, 40, 2))
    with psycopg.connect(url) as connexion:
        doubles = connexion.execute(
            "SELECT count(*) - count(DISTINCT (plan_id, date_echeance)),"
            " count(*) FILTER (WHERE intervention_id IS NULL) FROM occurrences_plans"
        ).fetchone()
    if doubles != (0, 0):
        raise SystemExit(f"Des échéances ont été faites deux fois ou pas du tout : {doubles}.")


def afficher(nom: str, bilans: list[dict[str, float]]) -> None:
    if any(bilan["erreurs"] for bilan in bilans):
        raise SystemExit(f"{nom} : des plans en erreur.")
    creees = sum(bilan["creees"] for bilan in bilans)
    secondes = max(bilan["secondes"] for bilan in bilans)
    memoire = " ; ".join(f"{b['avant'] / 1024:.0f} → {b['apres'] / 1024:.0f}" for b in bilans)
    print(
        f"| {nom} | {creees:.0f} | {secondes:.1f} | {sum(b['cpu'] for b in bilans):.1f} | {creees / secondes:.0f} "
        f"| {sum(b['requetes'] for b in bilans):.0f} | {memoire} |",
        flush=True,
    )


def main() -> int:
    analyse = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    analyse.add_argument("--plans", type=int, default=100_000)
    analyse.add_argument("--dus", type=int, default=5_000)
    options = analyse.parse_args()
    os.chdir(Path(RACINE))
    with services_jetables() as urls:
        env = {**os.environ, **REGLAGES, **urls}
        gerer("migrate", "-v0", env=env)
        gerer("demo", env=env)
        mesurer(urls["DATABASE_URL"], urls["REDIS_URL"], options.plans, options.dus)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
