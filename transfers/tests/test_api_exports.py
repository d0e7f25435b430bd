"""`/exports`: the same rows as the list of the same person, at once or as a job, and nobody else's."""

import csv
import io
from uuid import uuid4

import pytest

from accounts.tests.api import client_api
from clients.tests.factories import ClientFactory
from equipment.tests.factories import EquipementFactory
from interventions.tests.factories import InterventionFactory
from jobs.choices import StatutTravail
from jobs.models import Travail
from jobs.tests.factories import TravailFactory
from notifications.models import Notification
from transfers import tasks
from transfers.api import views

pytestmark = pytest.mark.django_db
URL = "/api/v1/exports"


def lignes(reponse):
    assert reponse.status_code == 200
    texte = b"".join(reponse.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(texte), delimiter=";"))


def demander(user, **corps):
    corps = {"entite": "clients", "format": "csv", **corps}
    return client_api(user).post(URL, corps, format="json")


@pytest.fixture
def envoyes(monkeypatch):
    partis = []
    monkeypatch.setattr(
        "jobs.services.current_app.send_task", lambda nom, args, **_opts: partis.append((nom, args))
    )
    return partis


class TestDemander:
    def test_a_short_one_is_done_in_the_answer(self, responsable, envoyes):
        for ville in ("Safi", "Rabat", "Safi"):
            ClientFactory(ville=ville)
        reponse = demander(
            responsable,
            filtres={"ville": "Safi", "is_active": True},
            colonnes=["nom_entreprise", "ville"],
            sort="-nom_entreprise",
        )
        assert reponse.status_code == 201
        lu = reponse.json()
        assert (lu["statut"], lu["lignes"], lu["telechargeable"]) == ("termine", 2, True)
        assert (lu["entite"], lu["format"]) == ("clients", "csv")
        assert reponse["Location"] == f"{URL}/{lu['id']}"
        entete, *donnees = lignes(client_api(responsable).get(f"{URL}/{lu['id']}/fichier"))
        assert len(entete) == 2
        assert [ville for _nom, ville in donnees] == ["Safi", "Safi"]
        noms = [nom for nom, _ville in donnees]
        assert noms == sorted(noms, reverse=True)
        assert not envoyes
        assert not Notification.objects.filter(user=responsable).exists()

    def test_a_long_one_is_a_job(
        self, responsable, envoyes, monkeypatch, django_capture_on_commit_callbacks
    ):
        ClientFactory.create_batch(3)
        monkeypatch.setattr(views, "EN_DIRECT_MAX", 2)
        with django_capture_on_commit_callbacks(execute=True):
            lu = demander(responsable, format="xlsx").json()
        assert (lu["statut"], lu["telechargeable"]) == ("en_attente", False)
        assert envoyes == [("transfers.tasks.exporter", (lu["id"],))]
        api = client_api(responsable)
        refus = api.get(f"{URL}/{lu['id']}/fichier")
        assert (refus.status_code, refus.json()["code"]) == (409, "EXPORT_EN_COURS")
        tasks.exporter(lu["id"])
        lu = api.get(f"{URL}/{lu['id']}").json()
        assert (lu["statut"], lu["lignes"], lu["telechargeable"]) == ("termine", 3, True)
        fichier = api.get(f"{URL}/{lu['id']}/fichier")
        assert b"".join(fichier.streaming_content)[:2] == b"PK"

    def test_asked_twice_with_a_key_it_is_one(self, responsable):
        corps = {"entite": "clients", "format": "csv"}
        cle = {"Idempotency-Key": str(uuid4())}
        api = client_api(responsable)
        premiere, seconde = (
            api.post(URL, corps, format="json", headers=cle).json() for _fois in range(2)
        )
        assert premiere["id"] == seconde["id"]
        assert premiere["telechargeable"]
        assert Travail.objects.count() == 1

    @pytest.mark.parametrize(
        ("corps", "champ"),
        [
            ({"entite": "factures"}, "entite"),
            ({"format": "pdf"}, "format"),
            ({"filtres": {"couleur": "bleu"}}, "filtres.couleur"),
            ({"filtres": {"type_client": ["martien"]}}, "filtres.type_client"),
            ({"filtres": {"ville": {"a": 1}}}, "filtres.ville"),
            ({"filtres": {"sort": "ville"}}, "filtres.sort"),
            ({"filtres": {"page": "2"}}, "filtres.page"),
            ({"sort": "couleur"}, "sort"),
            ({"colonnes": ["mot_de_passe"]}, "colonnes"),
            ({"autre": 1}, "autre"),
        ],
    )
    def test_what_does_not_fit_is_named(self, responsable, corps, champ):
        reponse = demander(responsable, **corps)
        assert reponse.status_code == 400
        assert champ in {faute["field"] for faute in reponse.json()["errors"]}
        assert not Travail.objects.exists()

    def test_not_a_list_that_one_does_not_have(self, client_portail):
        assert demander(client_portail, entite="pieces").status_code == 403


class TestPortee:
    def test_each_his_own_rows(self, technicien, autre_technicien, client_portail):
        machine = EquipementFactory(client=client_portail.contact.client)
        sienne = InterventionFactory(
            affectee=True, equipement=machine, technicien=technicien.technicien
        )
        InterventionFactory(affectee=True, technicien=autre_technicien.technicien)
        for user in (technicien, client_portail):
            lu = demander(user, entite="interventions", colonnes=["reference"]).json()
            _entete, *donnees = lignes(client_api(user).get(f"{URL}/{lu['id']}/fichier"))
            assert donnees == [[sienne.reference]]

    def test_nobody_else_s_exports(self, responsable, admin):
        pk = demander(responsable).json()["id"]
        TravailFactory(user=responsable)  # an import is no export
        assert [e["id"] for e in client_api(responsable).get(URL).json()["data"]] == [pk]
        api = client_api(admin)
        assert api.get(URL).json()["data"] == []
        assert api.get(f"{URL}/{pk}").status_code == 404
        assert api.get(f"{URL}/{pk}/fichier").status_code == 404

    def test_the_catalogue_is_one_s_own(self, responsable, client_portail):
        noms = {e["entite"] for e in client_api(responsable).get(f"{URL}/catalogue").json()["data"]}
        siens = client_api(client_portail).get(f"{URL}/catalogue").json()["data"]
        assert "pieces" in noms
        assert "pieces" not in {e["entite"] for e in siens}
        for exportable in siens:
            for url in exportable["urls"].values():
                assert client_api(client_portail).get(url).status_code == 200, url


class TestImmediat:
    def test_the_rows_of_the_list(self, responsable):
        ClientFactory(ville="Safi", nom_entreprise="Conserveries")
        ClientFactory(ville="Rabat")
        url = f"{URL}/fichiers/clients.csv?ville=Safi&colonnes=nom_entreprise"
        _entete, *donnees = lignes(client_api(responsable).get(url))
        assert donnees == [["Conserveries"]]

    def test_what_does_not_fit_is_named(self, responsable):
        api = client_api(responsable)
        for question, champ in (("couleur=bleu", "couleur"), ("sort=couleur", "sort")):
            reponse = api.get(f"{URL}/fichiers/clients.csv?{question}")
            assert reponse.status_code == 400
            assert [faute["field"] for faute in reponse.json()["errors"]] == [champ]
        for nom in ("clients.pdf", "factures.csv", "clients"):
            assert api.get(f"{URL}/fichiers/{nom}").status_code == 404

    def test_a_long_one_is_asked_for_as_a_job(self, responsable, monkeypatch):
        ClientFactory.create_batch(2)
        monkeypatch.setattr("transfers.exports.EN_DIRECT_MAX", 1)
        reponse = client_api(responsable).get(f"{URL}/fichiers/clients.csv")
        assert (reponse.status_code, reponse.json()["code"]) == (409, "EXPORT_TROP_LONG")


def test_a_file_that_is_gone_says_why(responsable):
    api = client_api(responsable)
    for statut, code in (
        (StatutTravail.TERMINE, "FICHIER_EXPIRE"),
        (StatutTravail.ECHEC, "EXPORT_INTERROMPU"),
    ):
        travail = TravailFactory(user=responsable, export=True, statut=statut)
        reponse = api.get(f"{URL}/{travail.pk}/fichier")
        assert (reponse.status_code, reponse.json()["code"]) == (409, code)
