"""`/auth` and `/users` at the HTTP edge."""

import time
from datetime import timedelta

import jwt
import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.utils import timezone

from accounts.choices import Role
from accounts.models import SessionApi, User
from accounts.sessions import fermer_sessions, ouvrir_session, purger_sessions
from accounts.tests.api import client_api
from accounts.tests.factories import MOT_DE_PASSE, UserFactory

pytestmark = pytest.mark.django_db
AUTH = "/api/v1/auth"
USERS = "/api/v1/users"


def jetons(user, client=None):
    client = client or client_api()
    corps = {"email": user.email, "password": MOT_DE_PASSE}
    return client.post(f"{AUTH}/token", corps, format="json").json()


def porteur(jeton):
    client = client_api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {jeton}")
    return client


class TestConnexion:
    @pytest.mark.parametrize("format", ["json", "multipart"])
    def test_token_by_email_as_json_or_form(self, technicien, format):
        reponse = client_api().post(
            f"{AUTH}/token",
            {"email": technicien.email.upper(), "password": MOT_DE_PASSE},
            format=format,
        )
        assert reponse.status_code == 200
        assert reponse["Cache-Control"] == "no-store"
        corps = reponse.json()
        assert corps["token_type"] == "bearer"
        assert corps["expires_in"] == 15 * 60
        assert corps.keys() == {"access_token", "token_type", "refresh_token", "expires_in"}

    def test_token_as_urlencoded_form(self, technicien):
        reponse = client_api().post(
            f"{AUTH}/token",
            f"email={technicien.email}&password={MOT_DE_PASSE}",
            content_type="application/x-www-form-urlencoded",
        )
        assert reponse.status_code == 200

    def test_login_by_username(self, technicien):
        corps = {"username": technicien.username, "password": MOT_DE_PASSE}
        reponse = client_api().post(f"{AUTH}/login", corps)
        assert reponse.status_code == 200

    def test_claims(self, technicien):
        brut = jetons(technicien)["access_token"]
        lu = jwt.decode(brut, settings.SIMPLE_JWT["SIGNING_KEY"], algorithms=["HS256"])
        assert lu["sub"] == technicien.email
        assert lu["user_id"] == technicien.pk
        assert lu["role"] == "technicien"
        assert lu["exp"] - lu["iat"] == 15 * 60

    def test_signing_in_is_dated(self, technicien):
        jetons(technicien)
        technicien.refresh_from_db()
        assert technicien.last_login is not None

    @pytest.mark.parametrize("mot_de_passe", ["faux-mot-de-passe", ""])
    def test_wrong_password(self, technicien, mot_de_passe):
        corps = {"email": technicien.email, "password": mot_de_passe}
        reponse = client_api().post(f"{AUTH}/token", corps)
        assert reponse.status_code == (401 if mot_de_passe else 400)
        if mot_de_passe:
            assert reponse.json()["code"] == "IDENTIFIANTS_INVALIDES"
            assert reponse["WWW-Authenticate"].startswith("Bearer")

    def test_unknown_and_inactive_accounts_are_told_apart_by_nobody(self, technicien):
        inactif = UserFactory(technicien=True, is_active=False)
        reponses = [
            client_api().post(f"{AUTH}/token", {"email": email, "password": MOT_DE_PASSE}).json()
            for email in ("personne@example.com", inactif.email)
        ]
        for reponse in reponses:
            reponse.pop("timestamp")
            reponse.pop("request_id")
        assert reponses[0] == reponses[1]

    def test_lock_out_by_account_and_address(self, technicien, settings):
        settings.DEBIT_PAR_MINUTE = {**settings.DEBIT_PAR_MINUTE, "auth": 1000}
        client = client_api()
        faux = {"email": technicien.email, "password": "faux-mot-de-passe"}
        for numero in range(settings.AXES_FAILURE_LIMIT):
            # another spelling is the same account
            faux["email"] = technicien.email.upper() if numero % 2 else technicien.email
            dernier = client.post(f"{AUTH}/token", faux)
        assert dernier.status_code == 429
        bon = {"email": technicien.email, "password": MOT_DE_PASSE}
        bloque = client.post(f"{AUTH}/token", bon)
        assert bloque.status_code == 429
        assert bloque.json()["code"] == "CONNEXION_BLOQUEE"
        assert int(bloque["Retry-After"]) > 0
        # somebody else at the same address, and the same account from elsewhere, are let in
        assert client_api().post(f"{AUTH}/token", bon).status_code == 200

    def test_success_clears_the_failures(self, technicien, settings):
        settings.DEBIT_PAR_MINUTE = {**settings.DEBIT_PAR_MINUTE, "auth": 1000}
        client = client_api()
        for _ in range(2):
            for _ in range(settings.AXES_FAILURE_LIMIT - 1):
                client.post(f"{AUTH}/token", {"email": technicien.email, "password": "faux"})
            assert jetons(technicien, client)["access_token"]


class TestJetons:
    def test_deactivated_user_is_out_at_once(self, technicien):
        client = client_api(technicien)
        assert client.get(f"{AUTH}/me").status_code == 200
        User.objects.filter(pk=technicien.pk).update(is_active=False)
        assert client.get(f"{AUTH}/me").status_code == 401

    def test_changed_role_takes_effect_at_once(self, responsable, technicien):
        client = client_api(responsable)
        assert client.get(USERS).json()["pagination"]["total"] == 2
        User.objects.filter(pk=responsable.pk).update(role=Role.CLIENT)
        assert client.get(USERS).json()["pagination"]["total"] == 1

    @pytest.mark.parametrize(
        "en_tete",
        ["Bearer", "Bearer x", "Basic dTpw", "Bearer é", "Bearer a.b.c", "bearer " + "x" * 5000],
    )
    def test_malformed_header(self, en_tete):
        client = client_api()
        client.credentials(HTTP_AUTHORIZATION=en_tete)
        reponse = client.get(f"{AUTH}/me")
        assert reponse.status_code == 401
        assert reponse.json()["code"] == "JETON_INVALIDE"

    def test_no_token(self):
        reponse = client_api().get(f"{AUTH}/me")
        assert reponse.status_code == 401
        assert reponse.json()["code"] == "NON_AUTHENTIFIE"
        assert reponse["WWW-Authenticate"].startswith("Bearer")

    def test_expired_token(self, technicien):
        client = client_api(technicien)
        with time_machine.travel(timezone.now() + timedelta(minutes=16)):
            reponse = client.get(f"{AUTH}/me")
        assert reponse.status_code == 401
        assert reponse.json()["code"] == "JETON_EXPIRE"

    @pytest.mark.parametrize(
        "revendications",
        [
            {"user_id": "1"},
            {"user_id": 2**70},
            {"user_id": True},
            {"session": None},
            {"session": -1},
            {"token_type": "refresh"},
        ],
    )
    def test_forged_claims_with_the_right_key(self, technicien, revendications):
        maintenant = int(time.time())
        bon = {
            "token_type": "access",
            "exp": maintenant + 60,
            "iat": maintenant,
            "jti": "x",
            "user_id": technicien.pk,
            "session": 1,
        }
        cle = settings.SIMPLE_JWT["SIGNING_KEY"]
        jeton = jwt.encode({**bon, **revendications}, cle, algorithm="HS256")
        assert porteur(jeton).get(f"{AUTH}/me").status_code == 401

    def test_unsigned_token(self, technicien):
        jeton = jwt.encode({"user_id": technicien.pk, "session": 1}, "", algorithm="none")
        assert porteur(jeton).get(f"{AUTH}/me").status_code == 401

    def test_rotation(self, technicien):
        premier = jetons(technicien)
        client = client_api()
        second = client.post(f"{AUTH}/refresh", {"refresh_token": premier["refresh_token"]})
        assert second.status_code == 200
        assert second.json()["refresh_token"] != premier["refresh_token"]
        assert porteur(second.json()["access_token"]).get(f"{AUTH}/me").status_code == 200

    def test_a_spent_token_closes_its_family(self, technicien):
        premier, autre = jetons(technicien), jetons(technicien)
        client = client_api()
        second = client.post(f"{AUTH}/refresh", {"refresh_token": premier["refresh_token"]}).json()
        vole = client.post(f"{AUTH}/refresh", {"refresh_token": premier["refresh_token"]})
        assert vole.status_code == 401
        assert vole.json()["code"] == "JETON_REUTILISE"
        apres = client.post(f"{AUTH}/refresh", {"refresh_token": second["refresh_token"]})
        assert apres.status_code == 401
        assert porteur(second["access_token"]).get(f"{AUTH}/me").status_code == 401
        # the other sign-in of the same person stands
        assert porteur(autre["access_token"]).get(f"{AUTH}/me").status_code == 200

    def test_an_access_token_refreshes_nothing(self, technicien):
        acces = jetons(technicien)["access_token"]
        reponse = client_api().post(f"{AUTH}/refresh", {"refresh_token": acces})
        assert reponse.status_code == 401

    @pytest.mark.parametrize("valeur", ["", "x", "a.b.c", 3, None, ["x"]])
    def test_malformed_refresh_token(self, valeur):
        reponse = client_api().post(f"{AUTH}/refresh", {"refresh_token": valeur}, format="json")
        assert reponse.status_code in (400, 401)

    def test_logout(self, technicien):
        siens = jetons(technicien)
        client = porteur(siens["access_token"])
        assert client.post(f"{AUTH}/logout").status_code == 204
        assert client.get(f"{AUTH}/me").status_code == 401
        reponse = client_api().post(f"{AUTH}/refresh", {"refresh_token": siens["refresh_token"]})
        assert reponse.status_code == 401

    def test_sessions_are_listed_and_closed(self, technicien, autre_technicien):
        client, autre = client_api(technicien), client_api(technicien)
        etrangere = ouvrir_session(user=autre_technicien)
        lignes = client.get(f"{AUTH}/sessions").json()["data"]
        assert len(lignes) == 2
        assert sum(ligne["courante"] for ligne in lignes) == 1
        sienne = next(ligne["id"] for ligne in lignes if not ligne["courante"])
        assert client.delete(f"{AUTH}/sessions/{sienne}").status_code == 204
        assert autre.get(f"{AUTH}/me").status_code == 401
        celle_de_l_autre = SessionApi.objects.get(user=autre_technicien).pk
        assert client.delete(f"{AUTH}/sessions/{celle_de_l_autre}").status_code == 404
        assert porteur(etrangere.access_token).get(f"{AUTH}/me").status_code == 200

    def test_old_sessions_are_forgotten(self, technicien):
        ouvrir_session(user=technicien)
        fermer_sessions(technicien)
        ouvrir_session(user=technicien)
        assert purger_sessions(timezone.now()) == 0
        assert purger_sessions(timezone.now() + timedelta(days=32)) == 1


class TestMotDePasse:
    NOUVEAU = "Un-autre-mot-de-passe-7"

    def test_change_ends_every_session(self, technicien):
        client = client_api(technicien)
        corps = {"ancien_mot_de_passe": MOT_DE_PASSE, "nouveau_mot_de_passe": self.NOUVEAU}
        assert client.post(f"{AUTH}/change-password", corps).status_code == 204
        assert client.get(f"{AUTH}/me").status_code == 401
        corps = {"email": technicien.email, "password": self.NOUVEAU}
        assert client_api().post(f"{AUTH}/token", corps).status_code == 200

    def test_wrong_old_or_weak_new(self, technicien):
        client = client_api(technicien)
        corps = {"ancien_mot_de_passe": "faux", "nouveau_mot_de_passe": self.NOUVEAU}
        reponse = client.post(f"{AUTH}/change-password", corps)
        assert reponse.status_code == 400
        assert reponse.json()["errors"][0]["code"] == "MOT_DE_PASSE_INCORRECT"
        corps = {"ancien_mot_de_passe": MOT_DE_PASSE, "nouveau_mot_de_passe": "123"}
        reponse = client.post(f"{AUTH}/change-password", corps)
        assert reponse.json()["errors"][0]["field"] == "nouveau_mot_de_passe"

    def test_reset_answers_the_same_for_everybody(self, technicien):
        for email in (technicien.email, "personne@example.com"):
            reponse = client_api().post(f"{AUTH}/password-reset", {"email": email})
            assert reponse.status_code == 204
        assert mail.outbox == []  # the outbox's worker sends, not the request

    def test_reset_confirm(self, technicien):
        from accounts.services import lien_mot_de_passe

        *_, uid, jeton = lien_mot_de_passe(technicien).strip("/").split("/")
        corps = {"uid": uid, "jeton": jeton, "nouveau_mot_de_passe": self.NOUVEAU}
        url = f"{AUTH}/password-reset/confirm"
        assert client_api().post(url, {**corps, "jeton": "faux"}).status_code == 400
        assert client_api().post(url, corps).status_code == 204
        encore = client_api().post(url, corps)
        assert encore.status_code == 400
        assert encore.json()["errors"][0]["code"] == "LIEN_INVALIDE"


class TestMoi:
    def test_who_one_is(self, technicien, client_portail):
        corps = client_api(technicien).get(f"{USERS}/me").json()
        assert corps["technicien_id"] == technicien.technicien.pk
        assert corps["client_id"] is None
        assert "password" not in corps
        corps = client_api(client_portail).get(f"{AUTH}/me").json()
        assert corps["client_nom"] == "Ciments du Nord"

    def test_own_profile(self, technicien):
        client = client_api(technicien)
        reponse = client.put(f"{USERS}/update", {"full_name": "Tarik T.", "langue": "en"})
        assert reponse.status_code == 200
        assert reponse.json()["full_name"] == "Tarik T."
        reponse = client.put(f"{USERS}/update", {"role": "admin", "is_active": False})
        assert reponse.status_code == 400
        assert {(e["field"], e["code"]) for e in reponse.json()["errors"]} == {
            ("role", "CHAMP_INCONNU"),
            ("is_active", "CHAMP_INCONNU"),
        }
        technicien.refresh_from_db()
        assert technicien.role == "technicien"


class TestUtilisateurs:
    def test_visibility(self, admin, responsable, technicien, client_portail):
        for user, visibles in ((admin, 4), (responsable, 4), (technicien, 1), (client_portail, 1)):
            client = client_api(user)
            assert client.get(USERS).json()["pagination"]["total"] == visibles
            autre = admin if user != admin else technicien
            attendu = 200 if visibles == 4 else 404
            assert client.get(f"{USERS}/{autre.pk}").status_code == attendu

    def test_only_admins_write(self, admin, responsable, technicien):
        corps = {"email": "nouveau@example.com", "full_name": "Nou Veau", "role": "technicien"}
        for user in (responsable, technicien):
            client = client_api(user)
            assert client.post(USERS, corps).status_code == 403
            assert client.patch(f"{USERS}/{user.pk}", {"full_name": "X"}).status_code == 403
            assert client.delete(f"{USERS}/{user.pk}").status_code == 403
            reponse = client.patch(f"{USERS}/{user.pk}/activate", {"is_active": False})
            assert reponse.status_code == 403
        reponse = client_api(admin).post(USERS, corps)
        assert reponse.status_code == 201
        assert reponse["Location"] == f"{USERS}/{reponse.json()['id']}"
        assert client_api(admin).get(reponse["Location"]).status_code == 200

    def test_duplicate_email(self, admin, technicien):
        corps = {"email": technicien.email.upper(), "full_name": "X Y", "role": "technicien"}
        reponse = client_api(admin).post(USERS, corps)
        assert reponse.status_code == 400
        assert reponse.json()["errors"][0] == {
            "field": "email",
            "message": reponse.json()["errors"][0]["message"],
            "code": "DEJA_UTILISE",
        }

    def test_patch_touches_the_named_fields(self, admin, technicien):
        reponse = client_api(admin).patch(f"{USERS}/{technicien.pk}", {"full_name": "Autre Nom"})
        assert reponse.status_code == 200
        assert reponse.json()["full_name"] == "Autre Nom"
        assert reponse.json()["email"] == technicien.email

    def test_activate(self, admin, technicien):
        sien = client_api(technicien)
        client = client_api(admin)
        url = f"{USERS}/{technicien.pk}/activate"
        assert client.patch(url, {"is_active": False}).json()["is_active"] is False
        assert sien.get(f"{AUTH}/me").status_code == 401
        assert client.patch(url, {"is_active": True}).json()["is_active"] is True
        # the session was closed for good, not put to sleep
        assert sien.get(f"{AUTH}/me").status_code == 401

    def test_last_admin_stays(self, admin):
        reponse = client_api(admin).patch(f"{USERS}/{admin.pk}/activate", {"is_active": False})
        assert reponse.status_code == 409
        assert reponse.json()["code"] == "DERNIER_ADMIN"

    def test_delete(self, admin):
        nouveau = UserFactory()
        client = client_api(admin)
        assert client.delete(f"{USERS}/{nouveau.pk}").status_code == 204
        assert client.get(f"{USERS}/{nouveau.pk}").status_code == 404
