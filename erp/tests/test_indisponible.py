"""A deadlock, or a database that is away: 503 through every door, and what was sent is still there to be sent again."""

from html.parser import HTMLParser

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from clients import views
from clients.models import Client as Societe
from erp.erreurs import page_indisponible
from erp.middleware import LangueUtilisateur

pytestmark = pytest.mark.django_db
DONNEES = {
    "nom_entreprise": "Ciments « Atlas » & fils",
    "type_client": "entreprise",
    "niveau_service": "standard",
    "pays": "Maroc",
    "ice": "001234567000089",
    "is_active": "on",
}


class _Champs(HTMLParser):
    """name → value of the hidden fields of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lus: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, balise, attributs):
        attributs = dict(attributs)
        if balise == "input":
            self.lus[attributs["name"]] = attributs["value"]


@pytest.fixture
def en_panne(monkeypatch):
    """The service of the form meets a deadlock once."""
    essais = []

    def creer(**champs):
        essais.append(champs)
        if len(essais) == 1:
            raise OperationalError("deadlock detected")
        return vrai(**champs)

    vrai = views.services.creer_client
    monkeypatch.setattr(views.services, "creer_client", creer)
    return essais


def test_une_page_garde_ce_qui_a_ete_saisi(client, responsable, en_panne):
    client.force_login(responsable)
    adresse = reverse("clients:creer")
    refus = client.post(adresse, DONNEES)
    assert (refus.status_code, refus.get("Retry-After")) == (503, "5")
    page = refus.content.decode()
    assert "rien de ce que vous avez saisi n’est perdu" in page
    champs = _Champs(page).lus
    assert champs == DONNEES
    assert not Societe.objects.exists()
    assert client.post(adresse, champs).status_code == 302
    assert Societe.objects.get().nom_entreprise == DONNEES["nom_entreprise"]


def test_un_mot_de_passe_n_est_pas_recopie(rf):
    demande = rf.post("/connexion/", {"email": "a@b.ma", "password": "tres-secret"})
    page = page_indisponible(demande).content.decode()
    assert "tres-secret" not in page
    assert "Revenez en arrière" in page


def test_ce_qui_casse_avant_la_vue_est_le_meme_503(responsable, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(responsable)

    def appeler(self, request):
        raise OperationalError("the database system is starting up")

    monkeypatch.setattr(LangueUtilisateur, "__call__", appeler)
    page = client.get(reverse("clients:liste"))
    assert page.status_code == 503
    assert "Réessayer" in page.content.decode()
    api = client.get("/api/v1/clients")
    assert (api.status_code, api.json()["code"]) == (503, "SERVICE_INDISPONIBLE")
