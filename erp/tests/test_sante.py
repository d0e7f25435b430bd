import os
import time
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.core.files.storage import FileSystemStorage
from django.db import ConnectionHandler, connection
from django.utils import timezone

from erp import battement, sante
from erp.tasks import battre
from erp.tests.serveurs import Valkey, attendre, courtier, ouvrier, port_libre
from interventions.tests.factories import InterventionFactory
from notifications.tests.factories import NotificationFactory


@pytest.fixture
def valkey(tmp_path, settings):
    """A broker and cache of one's own, to stop."""
    valkey = Valkey(tmp_path)
    valkey.demarrer()
    settings.CELERY_BROKER_URL = valkey.url
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": valkey.url}}
    yield valkey
    caches["default"].close()
    valkey.arreter()


def test_alive_asks_nothing_of_the_others(client, settings, valkey):
    valkey.arreter()
    for chemin in ("/health", "/health/"):
        reponse = client.get(chemin)
        assert reponse.status_code == 200
        corps = reponse.json()
        assert corps["status"] == "ok"
        assert corps["version"] == settings.VERSION
        assert corps["timestamp"].endswith("Z")
        assert "no-store" in reponse["Cache-Control"]


@pytest.mark.django_db
def test_ready_when_every_part_is(client, valkey):
    battre()
    reponse = client.get("/health/ready")
    assert (reponse.status_code, reponse.json()["status"]) == (200, "ok")
    assert reponse.json()["parts"] == dict.fromkeys(
        ("database", "broker", "storage", "worker"), "ok"
    )


@pytest.mark.django_db
def test_without_the_broker_it_is_named_and_the_answer_quick(client, valkey):
    battre()
    valkey.arreter()
    depart = time.monotonic()
    reponse = client.get("/health/ready")
    assert time.monotonic() - depart < 5
    assert reponse.status_code == 503
    assert reponse.json()["failed"] == ["broker", "worker"]
    assert str(valkey.port) not in reponse.content.decode()
    valkey.demarrer()
    battre()
    assert client.get("/health/ready").status_code == 200


@pytest.mark.django_db
def test_without_a_worker_it_is_named(client, valkey):
    assert client.get("/health/ready").json()["failed"] == ["worker"]
    caches["default"].set(battement.CLE, time.time() - battement.AGE_MAX - 1)
    reponse = client.get("/health/ready")
    assert reponse.json()["failed"] == ["worker"]
    assert "ago" in reponse.json()["parts"]["worker"]


@pytest.mark.django_db
def test_without_the_database_it_is_named(client, valkey, monkeypatch):
    battre()
    port = port_libre()
    ailleurs = ConnectionHandler({"default": {**connection.settings_dict, "PORT": port}})
    monkeypatch.setattr(sante, "connection", ailleurs["default"])
    reponse = client.get("/health/ready")
    assert reponse.status_code == 503
    assert reponse.json()["failed"] == ["database"]
    assert str(port) not in reponse.content.decode()


@pytest.mark.django_db
def test_a_storage_that_cannot_be_written_is_named(client, valkey, monkeypatch):
    battre()
    permis = os.access
    monkeypatch.setattr(
        os, "access", lambda chemin, mode: not mode & os.W_OK and permis(chemin, mode)
    )
    assert client.get("/health/ready").json()["failed"] == ["storage"]


def test_the_folder_need_not_exist_before_the_first_upload(tmp_path, monkeypatch):
    monkeypatch.setattr(sante, "default_storage", FileSystemStorage(tmp_path / "a" / "b"))
    sante._stockage()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_starts_shows_it_at_once(client, settings):
    with courtier() as valkey:
        settings.CELERY_BROKER_URL = valkey.url
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": valkey.url}}
        assert client.get("/health/ready").json()["failed"] == ["worker"]
        with ouvrier(valkey, "memorymail://"):
            attendre(lambda: client.get("/health/ready").status_code == 200, "the product is ready")
        caches["default"].close()


# --- figures ---------------------------------------------------------------------------------------


def mesures(client):
    reponse = client.get("/metrics")
    assert reponse.status_code == 200
    assert reponse["Content-Type"].startswith("text/plain")
    lignes = [
        ligne.rpartition(" ")
        for ligne in reponse.content.decode().splitlines()
        if ligne and not ligne.startswith("#")
    ]
    return {nom: float(valeur) for nom, _espace, valeur in lignes}


@pytest.mark.django_db
def test_the_figures_of_the_trade(client, valkey):
    battre()
    ancien = NotificationFactory(email=True)
    type(ancien).objects.filter(pk=ancien.pk).update(
        created_at=timezone.now() - timedelta(minutes=10)
    )
    NotificationFactory(email=True)
    NotificationFactory(email=True, statut_envoi="echec")
    NotificationFactory()
    InterventionFactory(date_limite=timezone.now() - timedelta(hours=1))
    InterventionFactory(date_limite=timezone.now() + timedelta(hours=1))
    figures = mesures(client)
    assert figures["erp_courriels_en_attente"] == 2
    assert 600 <= figures["erp_courriels_attente_age_secondes"] < 660
    assert figures["erp_interventions_en_retard"] == 1
    assert figures["erp_interventions_a_affecter"] == 2
    assert figures["erp_ouvrier_battement_age_secondes"] < 60
    assert any(nom.startswith("django_http_requests_total_by_method") for nom in figures)


@pytest.mark.django_db
def test_without_the_cache_the_processes_still_show_theirs(client, valkey):
    valkey.arreter()
    figures = mesures(client)
    assert any(nom.startswith("django_http") for nom in figures)
    assert "erp_ouvrier_battement_age_secondes" not in figures
