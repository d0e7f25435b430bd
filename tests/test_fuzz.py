"""The schema against the product: requests that it allows and requests that it forbids, by each role and by nobody.

All checks of schemathesis are on: no 5xx, no status, header or body that the schema does not describe, no bad body
taken, no good one refused, nothing done for somebody who is not signed in. Each request is undone before the next; the
seed is fixed, so that a failure comes back.

    scripts/test.py tests/test_fuzz.py        # the summary is printed
    FUZZ_EXEMPLES=200 nice -n 15 scripts/test.py tests/test_fuzz.py
"""

import logging
import os
import sys
import traceback
from collections import Counter
from contextlib import suppress
from itertools import islice
from typing import Any

import pytest
import schemathesis
from django.core.signals import got_request_exception, request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.drivers import CoverageGenerator
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.generation.overrides import Override

from accounts.sessions import ouvrir_session
from accounts.tests.factories import empreinte
from tests.monde import Monde, creer_monde

pytestmark = [
    pytest.mark.charge,
    pytest.mark.django_db,
]

EXEMPLES = int(
    os.environ.get("FUZZ_EXEMPLES", "1")
)  # random requests of each operation, kind and role
COUVERTURE = (
    EXEMPLES * 3
)  # of those that schemathesis lists one by one: each bound, each missing field …
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# An event stream that does not end, and a route that answers 200 with the refusal inside: they have tests of their own.
A_PART = {"GET /api/v1/notifications/stream", "POST /api/v1/sync/documents"}
TRANCHES = 4  # of the operations, for runs side by side
GRAINE = int(os.environ.get("FUZZ_GRAINE", "20260127"))
# A body can be right in itself and still name what does not exist, or say two things that do not go together:
# 400 there is an answer of the schema. 412 and 415 are those of a header that was drawn at random.
REFUS_ADMIS = [
    "2xx",
    "3xx",
    "400",
    "401",
    "403",
    "404",
    "409",
    "412",
    "413",
    "415",
    "416",
    "422",
    "429",
]
REFUS_ATTENDUS = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422"]

# The kind of object that the `id` of a path is one of, by the word before it.
GENRES = {
    "clients": "client",
    "contacts": "contact",
    "sites": "site",
    "contrats": "contrat",
    "equipements": "equipement",
    "compteurs": "compteur",
    "releves": "releve",
    "interventions": "intervention",
    "historique": "journal",
    "pieces": "piece_utilisee",
    "temps": "temps",
    "controles": "controle",
    "techniciens": "technicien",
    "competences": "competence",
    "outils": "outil",
    "disponibilites": "absence",
    "planning": "creneau",
    "plans": "plan",
    "gammes": "gamme",
    "mouvements": "mouvement",
    "documents": "document",
    "notifications": "notification",
    "users": "user",
}
CHAMPS = {
    "equipement_id": "equipement",
    "client_id": "client",
    "site_id": "site",
    "contrat_id": "contrat",
    "technicien_id": "technicien",
    "intervention_id": "intervention",
    "piece_id": "piece",
    "gamme_id": "gamme",
    "compteur_id": "compteur",
    "competence_id": "competence",
    "parent_id": "equipement",
}


class Annulee(Exception):
    """Rolls one request back."""


@pytest.fixture(autouse=True)
def _vite_et_sans_bruit(settings: Any) -> Any:
    settings.DEBIT_PAR_MINUTE = {"utilisateur": 10**9, "adresse": 10**9, "auth": 10**9}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    empreinte.cache_clear()  # what was hashed the slow way, and afterwards what was not
    logging.disable(logging.CRITICAL)
    # the requests share the test's connection, which they may not close
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    empreinte.cache_clear()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    logging.disable(logging.NOTSET)


def charger() -> Any:
    config = SchemathesisConfig()
    schema = schemathesis.openapi.from_dict(
        SchemaGenerator().get_schema(request=None, public=True), config=config
    )
    verifications = schema.config.checks
    verifications.positive_data_acceptance.expected_statuses = REFUS_ADMIS
    verifications.negative_data_rejection.expected_statuses = REFUS_ATTENDUS
    schema.app = get_wsgi_application()
    return schema


class Essai:
    """A walk through operations; each request that is made up is sent by everybody."""

    def __init__(self, monde: Monde) -> None:
        self.monde = monde
        # the client in process does not inflate what it is sent
        telle_quelle = {"Accept-Encoding": "identity"}
        self.en_tetes: dict[str, dict[str, str]] = {"inconnu": telle_quelle}
        for role, user in monde.personnes.items():
            jeton = ouvrir_session(user=user).access_token
            self.en_tetes[role] = {**telle_quelle, "Authorization": f"Bearer {jeton}"}
        self.reponses: dict[str, Counter[int]] = {role: Counter() for role in self.en_tetes}
        self.operations = 0
        self.fautes: dict[str, str] = {}
        self.traces: list[str] = []

    def note_exception(self, **_signal: Any) -> None:
        self.traces.append("".join(traceback.format_exception(*sys.exc_info())[-6:]))

    def parcourir(self, operation: Any) -> None:
        self.operations += 1
        for mode in MODES:
            self._au_hasard(operation, mode)
        for case in self._un_par_un(operation):
            self.demander(case)

    def _au_hasard(self, operation: Any, mode: GenerationMode) -> None:
        @seed(GRAINE)
        @settings(
            max_examples=EXEMPLES,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def essai(case: Any) -> None:
            self.demander(case)

        # where nothing can be sent that the schema forbids, nothing is
        with suppress(Unsatisfiable):
            essai()

    def _un_par_un(self, operation: Any) -> Any:
        """What schemathesis lists by itself: each bound, each missing field; evenly thinned to the budget."""
        cas = CoverageGenerator(
            operation=operation,
            generation_modes=list(MODES),
            generation_config=operation.schema.config.generation_for(
                operation=operation, phase="coverage"
            ),
            auth_storage=None,
            override=Override(),
            feedback=FeedbackSources(),
        )
        tous = list(islice(cas, COUVERTURE * 10))
        return tous[:: max(1, len(tous) // COUVERTURE)]

    def demander(self, case: Any) -> None:
        """Send it as each role, check the answers, undo what was written."""
        self.viser(case)
        for role, en_tetes in self.en_tetes.items():
            try:
                with transaction.atomic():
                    reponse = case.call(headers=en_tetes)
                    self.reponses[role][reponse.status_code] += 1
                    case.validate_response(
                        reponse, headers=en_tetes, transport_kwargs={"headers": en_tetes}
                    )
                    raise Annulee
            except Annulee:
                continue
            except FailureGroup as fautes:
                self.retenir(role, case, fautes)

    def retenir(self, role: str, case: Any, fautes: FailureGroup) -> None:
        """The first of its kind for each operation is enough to look for the cause."""
        trace = self.traces[-1] if self.traces else ""
        for faute in fautes.exceptions:
            nom = f"{case.operation.label} : {faute.title}"
            self.fautes.setdefault(nom, f"{role}\n{str(fautes)[:2500]}\n{trace}")
        self.traces.clear()

    def viser(self, case: Any) -> None:
        """Point it at what exists, one's own or another's, so that more than 404 is met."""
        if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
            return
        biens = self.monde.propre if len(str(case.path_parameters)) % 3 else self.monde.etranger
        mots = case.path.split("/")
        for rang, mot in enumerate(mots):
            nom = mot.strip("{}")
            if mot.startswith("{") and nom != "code":
                genre = GENRES.get(mots[rang - 1])
                if genre == "piece_utilisee" and mots[rang - 2] == "stock":
                    genre = "piece"
                if genre:
                    case.path_parameters[nom] = biens[genre].pk
            elif nom == "code":
                case.path_parameters[nom] = biens["equipement"].code_interne
        if isinstance(case.body, dict):
            for champ in CHAMPS.keys() & case.body.keys():
                if case.body[champ] is not None:
                    case.body[champ] = biens[CHAMPS[champ]].pk


@pytest.mark.parametrize("tranche", range(TRANCHES))
def test_le_schema_tient(tranche: int, capsys: Any) -> None:
    essai = Essai(creer_monde())
    got_request_exception.connect(essai.note_exception)
    operations = [resultat.ok() for resultat in charger().get_all_operations()]
    try:
        for operation in operations[tranche::TRANCHES]:
            if operation.label not in A_PART:
                essai.parcourir(operation)
    finally:
        got_request_exception.disconnect(essai.note_exception)
    with capsys.disabled():
        for role, comptes in essai.reponses.items():
            codes = ", ".join(f"{code} × {n}" for code, n in sorted(comptes.items()))
            sys.stdout.write(
                f"\nfuzz {tranche + 1}/{TRANCHES}, {role} : {essai.operations} opérations, "
                f"{comptes.total()} requêtes : {codes}"
            )
        sys.stdout.write("\n")
    assert not essai.fautes, "\n\n".join(f"{nom}\n{quoi}" for nom, quoi in essai.fautes.items())
