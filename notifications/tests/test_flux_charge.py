"""Two hundred streams open at once: how late an event comes, and what the process weighs."""

import asyncio
import json
import statistics
import sys
import time
from contextlib import suppress

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from accounts.sessions import ouvrir_session
from accounts.tests.factories import UserFactory
from interventions.tests.factories import InterventionFactory
from notifications import flux
from notifications.tests.flux import CHEMIN, serveur_de_flux
from technicians.tests.factories import TechnicienFactory

pytestmark = [pytest.mark.charge, pytest.mark.django_db(transaction=True)]

FLUX, TOURS = 200, 20


def test_two_hundred_streams(capsys):
    gestion = [UserFactory(responsable=True) for _ in range(10)]
    techniciens = [TechnicienFactory() for _ in range(40)]
    intervention = InterventionFactory(technicien=techniciens[0], statut="affectee")
    personnes = [*gestion, *(technicien.user for technicien in techniciens)]
    jetons = [ouvrir_session(user=personne).access_token for personne in personnes]

    def publier():
        flux.publier(
            genre="planning", action="deplace", objet="intervention", objet_ids=[intervention.pk]
        )
        flux.publier(
            genre="essai", action="pour_tous", destinataires=[personne.pk for personne in personnes]
        )

    async def mesurer(port):
        recues: list[float] = []

        async def ouvrir(jeton):
            lecture, ecriture = await asyncio.open_connection("127.0.0.1", port)
            entete = (
                f"GET {CHEMIN} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {jeton}\r\n\r\n"
            )
            ecriture.write(entete.encode())
            await lecture.readuntil(b"data: ")
            return lecture, ecriture

        async def suivre(lecture):
            while True:
                await lecture.readuntil(b"data: ")
                contenu = json.loads(await lecture.readuntil(b"\n"))
                recues.extend(
                    time.perf_counter() for e in contenu["evenements"] if e["type"] == "essai"
                )

        debut = time.perf_counter()
        ouverts = [await ouvrir(jetons[rang % len(jetons)]) for rang in range(FLUX)]
        ouverture = time.perf_counter() - debut
        suivis = [asyncio.create_task(suivre(lecture)) for lecture, _ecriture in ouverts]
        retards = []
        for tour in range(1, TOURS + 1):
            depart = time.perf_counter()
            await sync_to_async(publier)()
            while len(recues) < tour * FLUX:
                assert time.perf_counter() - depart < 20, (tour, len(recues))
                await asyncio.sleep(0.005)
            retards += [moment - depart for moment in recues[-FLUX:]]
        for suivi in suivis:
            suivi.cancel()
            with suppress(asyncio.CancelledError):
                await suivi
        for _lecture, ecriture in ouverts:
            ecriture.close()
        await sync_to_async(connections.close_all)()
        return ouverture, retards

    with serveur_de_flux() as serveur:
        vide = serveur.memoire()
        ouverture, retards = asyncio.run(mesurer(serveur.port))
        plein = serveur.memoire()
    p95 = statistics.quantiles(retards, n=20)[-1]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{FLUX} streams ({len(personnes)} people) open in {ouverture:.1f} s; {TOURS} events, with their commit: "
            f"median {statistics.median(retards) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, "
            f"worst {max(retards) * 1000:.0f} ms; memory {vide // 1024} MB, {plein // 1024} MB with them\n"
        )
    assert len(retards) == FLUX * TOURS
    assert p95 < 1
