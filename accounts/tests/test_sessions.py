"""Where one is signed in, on the pages and by the API: seen, closed, and closed for good; and the lock-out."""

import logging
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services, sessions
from accounts.models import SessionApi, SessionWeb
from accounts.templatetags.appareils import appareil
from accounts.tests.api import client_api
from accounts.tests.factories import MOT_DE_PASSE
from erp.exceptions import AuthorizationError, IntrouvableError

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def entrer(user, agent=FIREFOX, mot_de_passe=MOT_DE_PASSE):
    navigateur = Client(headers={"User-Agent": agent})
    reponse = navigateur.post(
        reverse("accounts:connexion"), {"username": user.email, "password": mot_de_passe}
    )
    navigateur.reponse = reponse
    return navigateur


def est_entre(navigateur):
    return navigateur.get(reverse("accounts:profil")).status_code == 200


@pytest.mark.parametrize("role", ["admin", "responsable", "technicien", "client_portail"])
def test_each_sees_and_closes_his_own(role, request):
    user = request.getfixturevalue(role)
    ici, ailleurs = entrer(user), entrer(user, "Mozilla/5.0 (iPhone) Safari/604.1")
    sessions.ouvrir_session(user=user, agent="GMAO-Android/1.4")
    page = ici.get(reverse("accounts:profil")).content.decode()
    for texte in ("Firefox, Linux", "Safari, iPhone", "GMAO-Android/1.4", "127.0.0.1"):
        assert texte in page
    assert page.count("Cette session") == 1
    assert ici.session.session_key not in page
    autre = SessionWeb.objects.get(pk=ailleurs.session.session_key)
    fermer = reverse("accounts:fermer_session", args=["web", autre.empreinte])
    assert ici.post(fermer).status_code == 302
    assert not est_entre(ailleurs)
    mobile = SessionApi.objects.get()
    ici.post(reverse("accounts:fermer_session", args=["api", mobile.pk]))
    mobile.refresh_from_db()
    assert mobile.revoquee_le is not None
    assert est_entre(ici)


def test_another_s_session_is_not_there(admin, responsable):
    siens = entrer(responsable)
    marque = SessionWeb.objects.get(user=responsable).empreinte
    with pytest.raises(IntrouvableError):
        sessions.fermer_session_web(par=admin, marque=marque)
    intrus = entrer(admin)
    for genre, nom in (
        ("web", marque),
        ("api", "1"),
        ("api", "x"),
        ("rien", "1"),
        ("api", "9" * 30),
    ):
        url = reverse("accounts:fermer_session", args=[genre, nom])
        assert intrus.post(url).status_code == 404
    assert est_entre(siens)


def test_all_the_others_at_once(responsable, technicien):
    ici, ailleurs, temoin = entrer(responsable), entrer(responsable), entrer(technicien)
    sessions.ouvrir_session(user=responsable)
    ici.post(reverse("accounts:fermer_les_autres"))
    assert est_entre(ici)
    assert est_entre(temoin)
    assert not est_entre(ailleurs)
    assert not SessionApi.objects.ouvertes(timezone.now()).exists()


def test_all_the_others_by_the_api(responsable):
    page = entrer(responsable)
    autre, ici = client_api(responsable), client_api(responsable)
    assert ici.delete("/api/v1/auth/sessions").status_code == 204
    assert not est_entre(page)
    assert autre.get("/api/v1/auth/me").status_code == 401
    lignes = ici.get("/api/v1/auth/sessions").json()["data"]
    assert [ligne["courante"] for ligne in lignes] == [True]


def test_a_new_password_ends_the_others(responsable):
    ici, ailleurs = entrer(responsable), entrer(responsable)
    api = client_api(responsable)
    nouveau = "Une phrase assez longue 42"
    reponse = ici.post(
        reverse("accounts:mot_de_passe"),
        {
            "ancien_mot_de_passe": MOT_DE_PASSE,
            "nouveau_mot_de_passe": nouveau,
            "confirmation": nouveau,
        },
    )
    assert reponse.status_code == 302
    assert est_entre(ici)
    assert not est_entre(ailleurs)
    assert api.get("/api/v1/auth/me").status_code == 401
    assert SessionWeb.objects.filter(user=responsable).count() == 1


def test_the_last_use_is_noted_now_and_then(responsable, time_machine_depart):
    navigateur = entrer(responsable)
    debut = SessionWeb.objects.get(user=responsable).utilisee_le
    est_entre(navigateur)
    assert SessionWeb.objects.get(user=responsable).utilisee_le == debut
    session = navigateur.session
    session["appareil"] = {**session["appareil"], "vue": debut.timestamp() - 3600}
    session.save()
    est_entre(navigateur)
    assert SessionWeb.objects.get(user=responsable).utilisee_le >= debut


@pytest.fixture
def time_machine_depart():
    return timezone.now()


@pytest.mark.parametrize("suite", ["\\000", "\\351", "'", "A"])
def test_a_cookie_that_is_no_key_of_ours_opens_nothing(responsable, suite):
    entre = Client()
    entre.force_login(responsable)
    cookie = f'{settings.SESSION_COOKIE_NAME}="{entre.session.session_key}{suite}"'
    assert Client().get(reverse("interventions:liste"), HTTP_COOKIE=cookie).status_code == 302
    assert Client().get("/api/v1/notifications/stream", HTTP_COOKIE=cookie).status_code == 401


def test_expired_ones_are_forgotten(responsable):
    entrer(responsable)
    sessions.purger_sessions(timezone.now())
    assert SessionWeb.objects.filter(user=responsable).exists()
    sessions.purger_sessions(timezone.now() + timedelta(days=15))
    assert not SessionWeb.objects.filter(user=responsable).exists()


@pytest.mark.parametrize(
    ("agent", "mots"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537.36 Edg/130", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/130 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.5", "curl/8.5"),
    ],
)
def test_a_device_in_words(agent, mots):
    assert appareil(agent) == mots


# --- The lock-out ----------------------------------------------------------------------------------


@pytest.fixture
def bloque(responsable, settings):
    settings.AXES_FAILURE_LIMIT = 3
    for adresse in (responsable.email, responsable.email.upper(), f" {responsable.email} "):
        reponse = Client().post(
            reverse("accounts:connexion"), {"username": adresse, "password": "non"}
        )
    assert reponse.status_code == 429  # each spelling counts for the same account
    return responsable


def test_it_ends_when_the_answer_says(bloque):
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=10))
    for _ in range(2):  # a try meanwhile does not prolong it
        reponse = entrer(bloque).reponse
        assert reponse.status_code == 429
        assert 295 <= int(reponse["Retry-After"]) <= 300
        assert "5 minutes" in reponse.content.decode()
    api = Client().post(
        "/api/v1/auth/token",
        {"email": bloque.email, "password": MOT_DE_PASSE},
        content_type="application/json",
    )
    assert api.status_code == 429
    assert 295 <= int(api["Retry-After"]) <= 300
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert est_entre(entrer(bloque))


def test_an_admin_ends_it(bloque, admin, client):
    client.force_login(admin)
    fiche = reverse("accounts:detail", args=[bloque.pk])
    assert "Connexion bloquée" in client.get(fiche).content.decode()
    client.post(reverse("accounts:deverrouiller", args=[bloque.pk]))
    assert "Connexion bloquée" not in client.get(fiche).content.decode()
    assert est_entre(entrer(bloque))


def test_an_admin_ends_it_by_the_api(bloque, admin):
    url = f"/api/v1/users/{bloque.pk}/deverrouiller"
    assert client_api(bloque).post(url).status_code == 403
    assert client_api(admin).post(url).status_code == 204
    assert est_entre(entrer(bloque))


def test_nobody_else_ends_it(bloque):
    with pytest.raises(AuthorizationError):
        services.deverrouiller(par=bloque, user_id=bloque.pk)


# --- The log ---------------------------------------------------------------------------------------


def test_the_log_does_not_keep_the_link_that_lets_in(client, responsable, caplog):
    lien = services.lien_mot_de_passe(responsable)
    with caplog.at_level(logging.INFO):
        client.get(lien)
        client.get("/profil/mot-de-passe/")
    assert "/mot-de-passe/…" in caplog.text
    assert "/profil/mot-de-passe/" in caplog.text
    for secret in lien.strip("/").split("/")[1:]:
        assert secret not in caplog.text.replace(f"{responsable.pk}", "") or len(secret) < 5
