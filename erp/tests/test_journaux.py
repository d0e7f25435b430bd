"""Every log line says which request it belongs to and who asked, in the tasks that follow as well."""

import io
import json
import logging
from logging.config import DictConfigurator

import pytest
import structlog
from django.urls import reverse

from erp.tests.serveurs import attendre, courtier, ouvrier
from notifications.tasks import envoyer_courriel
from notifications.tests.factories import NotificationFactory


@pytest.fixture
def journal(settings):
    """What the product would write, formatted as in production."""
    configurateur = DictConfigurator(settings.LOGGING)
    sortie = io.StringIO()
    poignee = logging.StreamHandler(sortie)
    poignee.setFormatter(
        configurateur.configure_formatter(configurateur.config["formatters"]["json"])
    )
    racine = logging.getLogger()
    niveau = racine.level
    racine.addHandler(poignee)
    racine.setLevel(logging.INFO)
    yield lambda: [json.loads(ligne) for ligne in sortie.getvalue().splitlines()]
    racine.removeHandler(poignee)
    racine.setLevel(niveau)


def test_a_page_s_one_line_says_which_request_and_who(client, responsable, journal):
    client.force_login(responsable)
    client.get(reverse("notifications:liste"), headers={"User-Agent": "Essai/1"})
    (fin,) = journal()
    assert (fin["event"], fin["code"], fin["user_agent"]) == ("request_finished", 200, "Essai/1")
    assert fin["request_id"]
    assert fin["user_id"] == responsable.pk


def test_a_plain_logging_line_carries_them_too(journal):
    with structlog.contextvars.bound_contextvars(request_id="r-1", user_id=7):
        logging.getLogger("une.bibliotheque").warning("attention à %s", "ceci")
    (ligne,) = journal()
    assert (ligne["request_id"], ligne["user_id"]) == ("r-1", 7)
    assert ligne["event"] == "attention à ceci"
    assert ligne["level"] == "warning"


def test_an_error_comes_with_its_trace_and_none_of_its_values(journal):
    mot_de_passe = "sésame"
    try:
        assert mot_de_passe
        raise ZeroDivisionError("rien")
    except ZeroDivisionError:
        structlog.get_logger("essai").exception("panne")
    (ligne,) = journal()
    assert ligne["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert ligne["exception"][0]["frames"]
    assert "sésame" not in json.dumps(ligne, ensure_ascii=False)


@pytest.mark.django_db(transaction=True)
def test_the_task_of_a_request_logs_under_its_id_and_user():
    courriel = NotificationFactory(email=True)
    with courtier() as valkey, ouvrier(valkey, "memorymail://") as travailleur:
        with structlog.contextvars.bound_contextvars(request_id="r-42", user_id=7):
            envoyer_courriel.delay(courriel.pk)

        def lignes():
            return [ligne for ligne in travailleur.lignes() if ligne.get("request_id") == "r-42"]

        attendre(
            lambda: any(ligne["event"] == "task_succeeded" for ligne in lignes()), "the task ended"
        )
        evenements = {ligne["event"]: ligne for ligne in lignes()}
    assert {"task_started", "courriel", "task_succeeded"} <= evenements.keys()
    assert all(ligne["user_id"] == 7 and ligne["task_id"] for ligne in evenements.values())
    assert evenements["courriel"]["issue"] == "envoyee"
