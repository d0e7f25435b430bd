"""The first view of the interventions list, as production serves it: its weight on the wire, where it asks, what moves.

gunicorn runs beside the test on the same database, with the static files collected, hashed and compressed; Chromium
says what it received, with an empty cache.
"""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests
from django.conf import settings as reglages
from django.db import connection

from erp.tests.serveurs import attendre, port_libre
from interventions.tests.factories import InterventionFactory
from tests.test_axe import ouvrir

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

POIDS_MAX = 300_000  # bytes received, headers included
DECALAGES = """() => new Promise((rendre) => {
  let somme = 0;
  const sources = [];
  new PerformanceObserver((liste) => {
    for (const d of liste.getEntries()) {
      somme += d.value;
      sources.push(...d.sources.map(({ node }) => node?.outerHTML?.slice(0, 120)));
    }
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => rendre({ somme, sources }), 500);
})"""


@pytest.fixture
def en_production(tmp_path) -> Iterator[str]:
    """The address of the product, served as `make run` and the containers serve it."""
    base = connection.settings_dict
    port = port_libre()
    env = {
        **os.environ,
        "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**base),
        "STATIC_ROOT": str(tmp_path),
        "WEB_CONCURRENCY": "1",
        "GUNICORN_LOG_LEVEL": "warning",
    }
    commande = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(commande, cwd=reglages.BASE_DIR, env=env, check=True)
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
    serveur = subprocess.Popen(
        [*gunicorn, "-b", f"127.0.0.1:{port}", "erp.wsgi"], cwd=reglages.BASE_DIR, env=env
    )
    adresse = f"http://127.0.0.1:{port}"

    def repond() -> bool:
        try:
            return requests.get(f"{adresse}/health", timeout=30).ok
        except requests.RequestException:
            return False

    try:
        attendre(repond, "gunicorn answers")
        yield adresse
    finally:
        serveur.terminate()
        serveur.wait(20)


def test_la_liste_est_legere_ne_sort_pas_et_ne_bouge_pas(
    en_production, chromium, responsable, monkeypatch, record_property
):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs a loop beside us
    InterventionFactory.create_batch(60)
    for largeur, hauteur in ((1440, 900), (390, 844)):
        with ouvrir(chromium, en_production, responsable, "fr") as page:
            page.set_viewport_size({"width": largeur, "height": hauteur})
            recus: dict[str, float] = {}
            adresses: dict[str, str] = {}
            reseau = page.context.new_cdp_session(page)
            reseau.send("Network.enable")
            reseau.on(
                "Network.requestWillBeSent",
                lambda e, a=adresses: a.update({e["requestId"]: e["request"]["url"]}),
            )
            reseau.on(
                "Network.loadingFinished",
                lambda e, r=recus, a=adresses: r.update(
                    {a[e["requestId"]]: e["encodedDataLength"]}
                ),
            )
            page.goto("/interventions/", wait_until="load")
            decalages = page.evaluate(DECALAGES)

            detail = "\n".join(
                f"{octets:>9.0f}  {url.removeprefix(en_production)}"
                for url, octets in sorted(recus.items(), key=lambda couple: -couple[1])
            )
            poids = sum(recus.values())
            record_property(f"octets_{largeur}", poids)
            sys.stdout.write(f"\n{largeur} px : {poids:.0f} octets\n{detail}\n")
            assert poids < POIDS_MAX, detail
            ailleurs = [
                url
                for url in adresses.values()
                if not url.startswith((en_production, "data:", "blob:"))
            ]
            assert not ailleurs
            assert decalages["somme"] == 0, decalages["sources"]
