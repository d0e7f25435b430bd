"""The private storage as an S3 bucket, against a server that speaks the protocol and checks signatures (nanio).

`-m s3` runs these alone.
"""

import hashlib
import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.tests.api import client_api
from documents import menage, services
from documents.models import Document
from documents.stockage import BLOC, lire
from documents.tests.factories import CONTENU, DocumentFactory
from documents.tests.test_documents import photo
from documents.vignettes import nom_de_vignette
from equipment.tests.factories import EquipementFactory
from erp.tests.serveurs import attendre, port_libre
from interventions.tests.factories import InterventionFactory

pytestmark = [pytest.mark.s3, pytest.mark.django_db]

CLE, SECRET, SEAU = "essai", "essai-secret-0123456789", "documents"


class Serveur:
    """A store of one's own, which a test may stop."""

    def __init__(self, dossier: Path) -> None:
        self._dossier = dossier
        self._port = port_libre()
        self.url = f"http://127.0.0.1:{self._port}"
        self._processus: subprocess.Popen[bytes] | None = None

    def demarrer(self) -> None:
        self._processus = subprocess.Popen(
            [
                *(sys.executable, "-m", "nanio", "serve", "--host", "127.0.0.1"),
                *("--port", str(self._port), "--data-dir", str(self._dossier)),
                *("--log-level", "error", "--no-access-log"),
            ],
            env={**os.environ, "NANIO_ACCESS_KEY": CLE, "NANIO_SECRET_KEY": SECRET},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        attendre(self._repond, "the store answers")

    def _repond(self) -> bool:
        try:
            client(self.url).list_buckets()
        except (BotoCoreError, ClientError):
            return False
        return True

    def arreter(self) -> None:
        if self._processus is not None:
            self._processus.terminate()
            self._processus.wait()
            self._processus = None


def client(url: str, secret: str = SECRET):
    return boto3.client(
        "s3",
        endpoint_url=url,
        aws_access_key_id=CLE,
        aws_secret_access_key=secret,
        region_name="us-east-1",
        config=Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 1}),
    )


def reglages(url: str) -> dict[str, dict[str, object]]:
    """The OPTIONS that the settings make of the environment, in a process that has it."""
    sortie = subprocess.run(
        [
            sys.executable,
            "-c",
            "import json; from django.conf import settings\n"
            "options = settings.STORAGES['default']['OPTIONS']\n"
            "config = options.pop('client_config')._user_provided_options\n"
            "print(json.dumps([options, config]))",
        ],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "erp.settings",
            "DEBUG": "true",
            "S3_BUCKET": SEAU,
            "S3_ENDPOINT_URL": url,
            "S3_ACCESS_KEY": CLE,
            "S3_SECRET_KEY": SECRET,
            "S3_REGION": "us-east-1",
        },
        check=True,
        capture_output=True,
    ).stdout
    options, configuration = json.loads(sortie)
    return {**options, "client_config": Config(**configuration)}


@pytest.fixture(scope="module")
def serveur(tmp_path_factory):
    serveur = Serveur(tmp_path_factory.mktemp("s3"))
    serveur.demarrer()
    client(serveur.url).create_bucket(Bucket=SEAU)
    yield serveur
    serveur.arreter()


@pytest.fixture(scope="module")
def options(serveur):
    return reglages(serveur.url)


@pytest.fixture(autouse=True)
def seau(serveur, options, settings):
    """The product on this store; the bucket is empty at the start of each test."""
    s3 = client(serveur.url)
    for objet in s3.list_objects_v2(Bucket=SEAU).get("Contents", []):
        s3.delete_object(Bucket=SEAU, Key=objet["Key"])
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": dict(options)},
    }
    return s3


def cles(s3) -> set[str]:
    return {objet["Key"] for objet in s3.list_objects_v2(Bucket=SEAU).get("Contents", [])}


def test_the_server_checks_who_asks(serveur):
    with pytest.raises(ClientError):
        client(serveur.url, "another-secret").list_objects_v2(Bucket=SEAU)


def test_upload_range_delete(seau, responsable, django_capture_on_commit_callbacks):
    intervention = InterventionFactory()
    api = client_api(responsable)
    reponse = api.post(
        f"/api/v1/interventions/{intervention.pk}/documents",
        {"file": SimpleUploadedFile("panne.jpg", photo(position=True)), "type_document": "photo"},
        format="multipart",
    )
    assert reponse.status_code == 201, reponse.content
    document = Document.objects.get(pk=reponse.json()["id"])
    assert cles(seau) == {document.fichier.name}
    chemin = f"/api/v1/documents/{document.pk}/fichier"
    entier = api.get(chemin)
    octets = b"".join(entier.streaming_content)
    assert hashlib.sha256(octets).hexdigest() == document.checksum
    partie = api.get(chemin, HTTP_RANGE="bytes=5-14")
    assert (partie.status_code, b"".join(partie.streaming_content)) == (206, octets[5:15])
    assert api.head(chemin)["Content-Length"] == str(len(octets))
    assert api.get(f"/api/v1/documents/{document.pk}/vignette")["Content-Type"] == "image/jpeg"
    assert cles(seau) == {document.fichier.name, nom_de_vignette(document.fichier.name)}
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(f"/api/v1/documents/{document.pk}").status_code == 204
    assert cles(seau) == set()


def test_only_who_sees_it(client_portail, autre_client):
    equipement = EquipementFactory(client=client_portail.contact.client)
    document = DocumentFactory(intervention=None, equipement=equipement)
    chemin = f"/api/v1/documents/{document.pk}/fichier"
    sien = client_api(client_portail).get(chemin)
    assert b"".join(sien.streaming_content) == CONTENU
    assert client_api(autre_client).get(chemin).status_code == 404


def test_nobody_reads_the_bucket_without_a_signature(serveur):
    document = DocumentFactory()
    anonyme = boto3.client(
        "s3",
        endpoint_url=serveur.url,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED),
    )
    with pytest.raises(ClientError):
        anonyme.get_object(Bucket=SEAU, Key=document.fichier.name)


def test_a_missing_object_is_told(seau, responsable, client):
    document = DocumentFactory()
    seau.delete_object(Bucket=SEAU, Key=document.fichier.name)
    reponse = client_api(responsable).get(f"/api/v1/documents/{document.pk}/fichier")
    assert (reponse.status_code, reponse.json()["code"]) == (404, "FICHIER_MANQUANT")
    client.force_login(responsable, backend="accounts.backends.EmailBackend")
    page = client.get(reverse("documents:fichier", args=[document.pk]))
    assert page.status_code == 404
    assert "manque dans le stockage" in page.content.decode()


def test_a_large_file_is_never_held_whole(seau):
    taille = 40 * 1024 * 1024
    nom = default_storage.save("gros", ContentFile(os.urandom(1024) * (taille // 1024)))
    tracemalloc.start()
    lus = sum(map(len, lire(default_storage, nom)))
    _actuel, pic = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lus == taille
    assert pic < 40 * BLOC


def test_the_nightly_round_and_the_check(seau, monkeypatch):
    document, altere, absent = DocumentFactory(), DocumentFactory(), DocumentFactory()
    seau.put_object(Bucket=SEAU, Key=altere.fichier.name, Body=b"autre chose")
    seau.delete_object(Bucket=SEAU, Key=absent.fichier.name)
    seau.put_object(Bucket=SEAU, Key="2026/01/orphelin.pdf", Body=b"x")
    monkeypatch.setattr(menage, "AGE_MINIMUM", menage.AGE_MINIMUM * 0)
    assert menage.ranger() == {"orphelins": 1, "manquants": 1}
    assert cles(seau) == {document.fichier.name, altere.fichier.name}
    with pytest.raises(CommandError, match="2"):
        call_command("verifier_documents")


def test_a_store_that_is_gone_is_a_503(seau, serveur, responsable, client):
    document = DocumentFactory()
    intervention = document.intervention
    serveur.arreter()
    try:
        api = client_api(responsable)
        lu = api.get(f"/api/v1/documents/{document.pk}/fichier")
        assert (lu.status_code, lu.json()["code"]) == (503, "STOCKAGE_INDISPONIBLE")
        depose = api.post(
            f"/api/v1/interventions/{intervention.pk}/documents",
            {"file": SimpleUploadedFile("a.pdf", CONTENU)},
            format="multipart",
        )
        assert (depose.status_code, depose.json()["code"]) == (503, "STOCKAGE_INDISPONIBLE")
        assert Document.objects.count() == 1
        assert "storage" in client.get("/health/ready").json()["failed"]
        services.supprimer_document(par=responsable, document_id=document.pk)
    finally:
        serveur.demarrer()


def test_a_bucket_that_is_not_there_is_not_ready(client, settings, options):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {**options, "bucket_name": "ailleurs"},
        },
    }
    assert "storage" in client.get("/health/ready").json()["failed"]
