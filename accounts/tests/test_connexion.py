"""Signing in and out, the lock-out, and choosing a password by e-mail."""

import re

import pytest
from axes.utils import reset
from django.conf import settings
from django.urls import reverse

from accounts.services import lien_mot_de_passe
from accounts.tests.factories import MOT_DE_PASSE, UserFactory
from notifications.models import Notification

pytestmark = pytest.mark.django_db
CONNEXION = reverse("accounts:connexion")


@pytest.fixture(autouse=True)
def _sans_blocage(db):
    reset()
    yield
    reset()


def entrer(client, identifiant, mot_de_passe=MOT_DE_PASSE, **plus):
    return client.post(CONNEXION, {"username": identifiant, "password": mot_de_passe, **plus})


def test_everybody_comes_in_by_email(client, admin, responsable, technicien, client_portail):
    for personne in (admin, responsable, technicien, client_portail):
        reponse = entrer(client, personne.email.upper())
        assert reponse.status_code == 302
        assert reponse["Location"] == reverse("dashboard:accueil")
        client.logout()


def test_a_stranger_is_sent_to_sign_in_and_back(client, responsable):
    liste = reverse("interventions:liste")
    reponse = client.get(f"{liste}?statut=ouverte")
    assert reponse["Location"] == f"{CONNEXION}?next=/interventions/%3Fstatut%3Douverte"
    assert entrer(client, responsable.email, next=f"{liste}?statut=ouverte")["Location"].startswith(
        liste
    )


def test_a_fragment_sends_the_whole_window_to_sign_in(client):
    reponse = client.get(
        reverse("interventions:liste"),
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/interventions/?page=2"},
    )
    assert reponse["HX-Redirect"] == f"{CONNEXION}?next=/interventions/%3Fpage%3D2"


def test_nobody_is_sent_to_another_site(client, responsable):
    reponse = entrer(client, responsable.email, next="https://ailleurs.example/")
    assert reponse["Location"] == reverse("dashboard:accueil")


@pytest.mark.parametrize("mot_de_passe", ["faux", ""])
def test_a_wrong_password_keeps_the_address(client, responsable, mot_de_passe):
    reponse = entrer(client, responsable.email, mot_de_passe)
    assert reponse.status_code == 422
    assert responsable.email in reponse.content.decode()


def test_an_unknown_address_and_an_inactive_account_read_alike(client, responsable):
    inactif = UserFactory(inactif=True)
    textes = [
        list(entrer(client, adresse).context["form"].non_field_errors())
        for adresse in ("personne@example.com", inactif.email)
    ]
    assert textes[0]
    assert textes[0] == textes[1]


def test_too_many_failures_shut_the_account_and_say_for_how_long(client, responsable):
    for _essai in range(settings.AXES_FAILURE_LIMIT):
        entrer(client, responsable.email, "faux")
    reponse = entrer(client, responsable.email)
    assert reponse.status_code == 429
    assert "15 minutes" in reponse.content.decode()
    assert 880 <= int(reponse["Retry-After"]) <= 900
    autre = UserFactory()
    assert entrer(client, autre.email).status_code == 302


def test_signing_out_takes_a_post(client, responsable):
    client.force_login(responsable)
    assert client.get(reverse("accounts:deconnexion")).status_code == 405
    assert client.post(reverse("accounts:deconnexion"))["Location"] == CONNEXION
    assert client.get(reverse("dashboard:accueil")).status_code == 302


def test_the_demo_accounts_are_never_shown_in_production(client, db):
    assert "responsable123" not in client.get(CONNEXION).content.decode()


def test_a_forgotten_password_answers_the_same_for_everybody(client, responsable):
    url = reverse("accounts:mot_de_passe_oublie")
    connu = client.post(url, {"email": responsable.email}).content.decode()
    inconnu = client.post(url, {"email": "personne@example.com"}).content.decode()
    jeton = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    connu, inconnu = jeton.sub("", connu), jeton.sub("", inconnu)
    assert connu.replace(responsable.email, "") == inconnu.replace("personne@example.com", "")
    assert Notification.objects.filter(user=responsable, canal="email").count() == 1


def test_a_malformed_address_is_said_beside_the_field(client, db):
    reponse = client.post(reverse("accounts:mot_de_passe_oublie"), {"email": "pas une adresse"})
    assert reponse.status_code == 422
    assert "pas une adresse" in reponse.content.decode()


def test_the_link_of_the_mail_sets_a_password_once(client, responsable):
    lien = lien_mot_de_passe(responsable)
    assert client.get(lien).status_code == 200
    differents = {"nouveau_mot_de_passe": "Un-Nouveau-Passe-9", "confirmation": "Un-Autre-Passe-9"}
    assert client.post(lien, differents).status_code == 422
    faible = {"nouveau_mot_de_passe": "court", "confirmation": "court"}
    reponse = client.post(lien, faible)
    assert reponse.status_code == 422
    assert reponse.context["form"].errors["nouveau_mot_de_passe"]
    bon = {"nouveau_mot_de_passe": "Un-Nouveau-Passe-9", "confirmation": "Un-Nouveau-Passe-9"}
    assert client.post(lien, bon)["Location"] == CONNEXION
    assert client.get(lien).status_code == 410
    assert entrer(client, responsable.email, "Un-Nouveau-Passe-9").status_code == 302


@pytest.mark.parametrize("lien", ["/mot-de-passe/xx/yy/", "/mot-de-passe/MQ/faux-jeton/"])
def test_a_wrong_link_says_how_to_get_another(client, db, lien):
    reponse = client.get(lien)
    assert reponse.status_code == 410
    assert reverse("accounts:mot_de_passe_oublie") in reponse.content.decode()
