"""Pages of accounts: those of others, and one's own."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import services
from accounts.models import User
from accounts.tests.factories import MOT_DE_PASSE, UserFactory

HTMX = {"HX-Request": "true"}
BUDGET = 12


@pytest.fixture
def ouvrir(client):
    """`ouvrir(user, url)`: the answer to somebody who is signed in."""

    def _ouvrir(user, url, **kwargs):
        client.force_login(user)
        return client.get(url, **kwargs)

    return _ouvrir


@pytest.fixture
def envoyer(client):
    def _envoyer(user, url, donnees=None, **kwargs):
        client.force_login(user)
        return client.post(url, donnees or {}, **kwargs)

    return _envoyer


@pytest.fixture
def requetes(ouvrir, client):
    """`requetes(user, url)`: how many queries a page makes."""

    def _requetes(user, url):
        ouvrir(user, url)  # signing in, and what is asked once per process, is not the page's
        with CaptureQueriesContext(connection) as prises:
            assert client.get(url).status_code == 200
        return len(prises)

    return _requetes


def texte(reponse):
    return reponse.content.decode()


def test_la_liste_montre_a_chacun_les_siens(ouvrir, admin, responsable, technicien):
    url = reverse("accounts:liste")
    for user in (admin, responsable):
        page = texte(ouvrir(user, url))
        assert technicien.full_name in page
        assert admin.full_name in page
    assert reverse("accounts:creer") not in texte(ouvrir(responsable, url))
    page = texte(ouvrir(technicien, url))
    assert technicien.email in page
    assert admin.full_name not in page
    assert ouvrir(technicien, admin.get_absolute_url()).status_code == 404
    assert ouvrir(technicien, technicien.get_absolute_url()).status_code == 200


def test_autant_de_requetes_pour_3_lignes_que_pour_30(requetes, admin):
    UserFactory.create_batch(3)
    url = reverse("accounts:liste") + "?taille=50"
    peu = requetes(admin, url)
    UserFactory.create_batch(27)
    assert requetes(admin, url) == peu <= BUDGET


def test_inviter_ou_donner_un_mot_de_passe(envoyer, client, admin):
    url = reverse("accounts:creer")
    valeurs = {
        "full_name": "Hind Alami",
        "email": "hind@example.com",
        "role": "responsable",
        "langue": "fr",
    }
    refus = envoyer(admin, url, valeurs, headers=HTMX)
    assert refus.status_code == 422
    assert "Hind Alami" in texte(refus)
    assert envoyer(admin, url, {**valeurs, "invitation": "on"}).status_code == 302
    assert not User.objects.get(email="hind@example.com").has_usable_password()
    envoyer(admin, url, {**valeurs, "email": "ali@example.com", "mot_de_passe": MOT_DE_PASSE})
    assert User.objects.get(email="ali@example.com").check_password(MOT_DE_PASSE)


def test_l_invitation_se_suit_et_se_renvoie(ouvrir, envoyer, client, admin, settings):
    compte = UserFactory(full_name="Hind Alami", last_login=None)
    fiche = compte.get_absolute_url()
    assert "jamais connectée" in texte(ouvrir(admin, fiche))
    envoyer(admin, reverse("accounts:inviter", args=[compte.pk]))
    page = texte(ouvrir(admin, fiche))
    assert "Invitation envoyée" in page
    assert "Renvoyer l’invitation" in page
    assert "Invité" in texte(ouvrir(admin, reverse("accounts:liste")))
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "périmé" in texte(ouvrir(admin, fiche))
    client.logout()
    lien = services.lien_mot_de_passe(compte)
    assert client.get(lien).status_code == 410
    settings.PASSWORD_RESET_TIMEOUT = 3600
    choisi = {"nouveau_mot_de_passe": MOT_DE_PASSE, "confirmation": MOT_DE_PASSE}
    assert client.post(lien, choisi).status_code == 302
    assert client.get(lien).status_code == 410
    compte.refresh_from_db()
    assert compte.check_password(MOT_DE_PASSE)


@pytest.mark.parametrize(
    "nom", ["accounts:modifier", "accounts:activer", "accounts:inviter", "accounts:supprimer"]
)
def test_gerer_est_a_l_administrateur(envoyer, responsable, nom):
    autre = UserFactory()
    assert envoyer(responsable, reverse(nom, args=[autre.pk])).status_code == 403
    assert envoyer(responsable, reverse("accounts:creer")).status_code == 403


def test_desactiver_et_reactiver(envoyer, admin):
    compte = UserFactory()
    url = reverse("accounts:activer", args=[compte.pk])
    envoyer(admin, url, {"actif": "non"})
    compte.refresh_from_db()
    assert not compte.is_active
    envoyer(admin, url, {"actif": "oui"})
    compte.refresh_from_db()
    assert compte.is_active
    envoyer(admin, reverse("accounts:activer", args=[admin.pk]), {"actif": "non"})
    admin.refresh_from_db()
    assert admin.is_active


def test_modifier_un_role(envoyer, admin, technicien):
    compte = UserFactory()
    url = reverse("accounts:modifier", args=[compte.pk])
    valeurs = {
        "full_name": compte.full_name,
        "email": compte.email,
        "username": compte.username,
        "role": "admin",
        "langue": "en",
    }
    envoyer(admin, url, valeurs)
    compte.refresh_from_db()
    assert (compte.role, compte.langue) == ("admin", "en")
    refus = envoyer(
        admin,
        reverse("accounts:modifier", args=[technicien.pk]),
        {**valeurs, "email": technicien.email, "username": technicien.username},
    )
    assert refus.status_code == 409


@pytest.mark.parametrize("qui", ["admin", "responsable", "technicien", "client_portail"])
def test_chacun_tient_son_profil(request, ouvrir, envoyer, qui):
    user = request.getfixturevalue(qui)
    assert ouvrir(user, reverse("accounts:profil")).status_code == 200
    envoyer(user, reverse("accounts:profil"), {"full_name": "Nouveau nom", "langue": "fr"})
    user.refresh_from_db()
    assert user.full_name == "Nouveau nom"


def test_changer_son_mot_de_passe_garde_la_session(client, responsable):
    client.force_login(responsable)
    url = reverse("accounts:mot_de_passe")
    valeurs = {
        "ancien_mot_de_passe": "faux",
        "nouveau_mot_de_passe": "Une-autre-phrase-9",
        "confirmation": "Une-autre-phrase-9",
    }
    assert client.post(url, valeurs).status_code == 422
    assert client.post(url, {**valeurs, "ancien_mot_de_passe": MOT_DE_PASSE}).status_code == 302
    responsable.refresh_from_db()
    assert responsable.check_password("Une-autre-phrase-9")
    assert client.get(reverse("accounts:profil")).status_code == 200
