"""The wire rules that every route shares: slashes, methods, tags, idempotency, rate limits, schema, readers."""

import gzip
import re
from datetime import timedelta
from threading import Barrier

import pytest
import yaml
from django.urls import get_resolver
from django.utils import timezone
from rest_framework.response import Response

from accounts.models import User
from accounts.tests.api import client_api
from accounts.tests.factories import UserFactory
from erp.api import idempotence, throttling
from erp.api.openapi import textes
from erp.models import CleIdempotence
from erp.tests.concurrence import ensemble

USERS = "/api/v1/users"
ME = "/api/v1/users/me"


@pytest.mark.django_db
class TestRoutes:
    def test_with_and_without_the_slash(self, admin):
        client = client_api(admin)
        for chemin in (USERS, ME, f"{USERS}/{admin.pk}"):
            assert client.get(chemin).status_code == 200
            assert client.get(f"{chemin}/").status_code == 200
            assert client.get(f"{chemin}//").status_code == 404

    def test_head_and_options(self, admin):
        client = client_api(admin)
        tete = client.head(USERS)
        assert (tete.status_code, tete.content) == (200, b"")
        choix = client.options(USERS)
        assert choix.status_code == 204
        assert set(choix["Allow"].split(", ")) == {"GET", "POST", "HEAD", "OPTIONS"}

    def test_any_accept_gets_json(self, admin):
        reponse = client_api(admin).get(ME, headers={"Accept": "text/html"})
        assert reponse["Content-Type"] == "application/json"

    def test_answers_are_private(self, admin):
        reponse = client_api(admin).get(ME)
        assert reponse["Cache-Control"] == "private, no-cache"
        assert {"Authorization", "Accept-Language"} <= set(reponse["Vary"].split(", "))

    def test_no_session_no_cookie(self, admin):
        client = client_api(admin)
        client.get(ME)
        assert not client.cookies

    def test_cors_only_for_configured_origins(self, admin, settings):
        settings.CORS_ALLOWED_ORIGINS = ["https://app.example.com"]
        client = client_api(admin)
        bonne = client.get(ME, headers={"Origin": "https://app.example.com"})
        assert bonne["Access-Control-Allow-Origin"] == "https://app.example.com"
        autre = client.get(ME, headers={"Origin": "https://autre.example.com"})
        assert "Access-Control-Allow-Origin" not in autre

    def test_what_a_foreign_page_may_read_and_send(self, admin, settings):
        settings.CORS_ALLOWED_ORIGINS = ["https://app.example.com"]
        client = client_api(admin)
        reponse = client.get(ME, headers={"Origin": "https://app.example.com"})
        exposes = reponse["Access-Control-Expose-Headers"].split(", ")
        assert {"ETag", "Location", "Retry-After", "X-RateLimit-Remaining", "X-Request-ID"} <= set(
            exposes
        )
        assert "Access-Control-Allow-Credentials" not in reponse
        avant = client_api().options(
            USERS,
            headers={
                "Origin": "https://app.example.com",
                "Access-Control-Request-Method": "PATCH",
                "Access-Control-Request-Headers": "authorization,if-match,idempotency-key",
            },
        )
        assert avant.status_code == 200
        assert "if-match" in avant["Access-Control-Allow-Headers"]
        assert "PATCH" in avant["Access-Control-Allow-Methods"]

    def test_compressed_for_whoever_asks(self, admin):
        UserFactory.create_batch(8)
        client = client_api(admin)
        telle_quelle = client.get(USERS)
        assert "Content-Encoding" not in telle_quelle
        comprimee = client.get(USERS, headers={"Accept-Encoding": "gzip"})
        assert comprimee["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in comprimee["Vary"]
        assert gzip.decompress(comprimee.content) == telle_quelle.content
        # too small to be worth it, and a page, which holds a form token
        assert "Content-Encoding" not in client.get(ME, headers={"Accept-Encoding": "gzip"})
        page = client.get("/connexion/", headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in page


@pytest.mark.django_db
class TestEtiquettes:
    def test_304_until_it_changes(self, admin):
        client = client_api(admin)
        url = f"{USERS}/{admin.pk}"
        etiquette = client.get(url)["ETag"]
        reponse = client.get(url, headers={"If-None-Match": etiquette})
        assert (reponse.status_code, reponse.content) == (304, b"")
        assert reponse["ETag"] == etiquette
        # as a compressing proxy passes it on
        reponse = client.get(url, headers={"If-None-Match": f'"autre", W/{etiquette}'})
        assert reponse.status_code == 304
        client.patch(url, {"full_name": "Un autre nom"})
        assert client.get(url, headers={"If-None-Match": etiquette}).status_code == 200

    def test_if_match(self, admin, technicien):
        client = client_api(admin)
        url = f"{USERS}/{technicien.pk}"
        lue = client.get(url)["ETag"]
        reponse = client.patch(url, {"full_name": "Un"}, headers={"If-Match": lue})
        assert reponse.status_code == 200
        assert (
            client.patch(url, {"full_name": "Deux"}, headers={"If-Match": lue}).status_code == 412
        )
        assert client.delete(url, headers={"If-Match": lue}).status_code == 412
        nouvelle = reponse["ETag"]
        reponse = client.patch(url, {"full_name": "Trois"}, headers={"If-Match": nouvelle})
        assert reponse.status_code == 200
        assert client.patch(url, {"full_name": "X"}, headers={"If-Match": "*"}).status_code == 200

    @pytest.mark.parametrize("etiquette", ["", '""', "x", '"' + "9" * 400 + '"', '"²"', ","])
    def test_a_tag_that_cannot_be_ours(self, admin, etiquette):
        url = f"{USERS}/{admin.pk}"
        reponse = client_api(admin).patch(url, {"full_name": "X"}, headers={"If-Match": etiquette})
        assert reponse.status_code == 412


CORPS = {"email": "nouveau@example.com", "full_name": "Nou Veau", "role": "client"}


@pytest.mark.django_db
class TestIdempotence:
    def test_same_key_and_body_once(self, admin):
        client = client_api(admin)
        cle = {"Idempotency-Key": "abc-1"}
        premiere = client.post(USERS, CORPS, headers=cle)
        # the same body in another order is the same body
        seconde = client.post(USERS, dict(reversed(CORPS.items())), headers=cle)
        assert premiere.status_code == seconde.status_code == 201
        assert premiere.json() == seconde.json()
        assert premiere["Location"] == seconde["Location"]
        assert premiere["ETag"] == seconde["ETag"]
        assert seconde["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in premiere
        assert User.objects.filter(email=CORPS["email"]).count() == 1

    def test_another_body_or_path_is_422(self, admin):
        client = client_api(admin)
        cle = {"Idempotency-Key": "abc-1"}
        client.post(USERS, CORPS, headers=cle)
        reponse = client.post(USERS, {**CORPS, "full_name": "Autre"}, headers=cle)
        assert reponse.status_code == 422
        assert reponse.json()["code"] == "CLE_REUTILISEE"
        assert client.post("/api/v1/auth/logout", headers=cle).status_code == 422

    def test_a_key_belongs_to_its_user(self, admin):
        autre = UserFactory(admin=True)
        cle = {"Idempotency-Key": "abc-1"}
        assert client_api(admin).post(USERS, CORPS, headers=cle).status_code == 201
        reponse = client_api(autre).post(USERS, {**CORPS, "email": "b@example.com"}, headers=cle)
        assert reponse.status_code == 201

    def test_a_refusal_is_an_answer_too(self, admin, technicien):
        client = client_api(admin)
        cle = {"Idempotency-Key": "abc-2"}
        corps = {**CORPS, "email": technicien.email}
        premiere = client.post(USERS, corps, headers=cle)
        User.objects.filter(pk=technicien.pk).update(email="parti@example.com")
        seconde = client.post(USERS, corps, headers=cle)
        assert premiere.status_code == seconde.status_code == 400
        assert premiere.json() == seconde.json()

    def test_a_fault_of_ours_is_not_kept(self, admin, monkeypatch):
        client = client_api(admin)
        client.raise_request_exception = False
        cle = {"Idempotency-Key": "abc-3"}
        with monkeypatch.context() as un_temps:
            un_temps.setattr(
                "accounts.api.views.services.creer_utilisateur",
                lambda **_: Response({}, status=1 // 0),
            )
            assert client.post(USERS, CORPS, headers=cle).status_code == 500
        assert client.post(USERS, CORPS, headers=cle).status_code == 201

    def test_forgotten_after_a_day(self, admin):
        client = client_api(admin)
        cle = {"Idempotency-Key": "abc-4"}
        client.post(USERS, CORPS, headers=cle)
        assert idempotence.purger(timezone.now()) == 0
        CleIdempotence.objects.update(created_at=timezone.now() - timedelta(hours=25))
        nouveau = {**CORPS, "email": "plus-tard@example.com"}
        assert client.post(USERS, nouveau, headers=cle).status_code == 201
        CleIdempotence.objects.update(created_at=timezone.now() - timedelta(hours=25))
        assert idempotence.purger(timezone.now()) == 1

    @pytest.mark.parametrize("cle", ["", " ", "x" * 256, "é", "a b"])
    def test_malformed_key(self, admin, cle):
        reponse = client_api(admin).post(USERS, CORPS, headers={"Idempotency-Key": cle})
        assert reponse.status_code == 400
        assert not User.objects.filter(email=CORPS["email"]).exists()

    def test_only_post_looks_at_it(self, admin):
        client = client_api(admin)
        assert client.get(ME, headers={"Idempotency-Key": "é"}).status_code == 200
        assert not CleIdempotence.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_equal_requests_at_the_same_moment(admin, monkeypatch):
    """Both have read that there is no such key; one works, the other waits for its answer."""
    depart = Barrier(2)
    reserver = idempotence.reserver

    def ensemble_reserver(*args):
        depart.wait(timeout=10)
        return reserver(*args)

    monkeypatch.setattr(idempotence, "reserver", ensemble_reserver)
    clients = [client_api(admin), client_api(admin)]
    cle = {"Idempotency-Key": "au-meme-moment"}
    reponses = ensemble(
        *(lambda client=client: client.post(USERS, CORPS, headers=cle) for client in clients)
    )
    assert [reponse.status_code for reponse in reponses] == [201, 201]
    assert reponses[0].json() == reponses[1].json()
    assert sum("Idempotency-Replayed" in reponse for reponse in reponses) == 1
    assert User.objects.filter(email=CORPS["email"]).count() == 1


@pytest.mark.django_db
class TestDebit:
    def test_headers_count_down(self, admin):
        client = client_api(admin)
        restes = []
        for _ in range(3):
            reponse = client.get(ME)
            assert reponse["X-RateLimit-Limit"] == "600"
            assert int(reponse["X-RateLimit-Reset"]) > timezone.now().timestamp() - 1
            restes.append(int(reponse["X-RateLimit-Remaining"]))
        assert restes[0] > restes[2] or restes[2] == 599  # unless the minute turned

    def test_429(self, admin, settings):
        settings.DEBIT_PAR_MINUTE = {"utilisateur": 0, "adresse": 0, "auth": 0}
        for client, chemin in (
            (client_api(admin), ME),
            (client_api(), ME),
            (client_api(), "/api/v1/nulle/part"),
            (client_api(), "/api/v1/auth/me"),
        ):
            reponse = client.get(chemin)
            assert reponse.status_code == 429
            assert reponse.json()["code"] == "TROP_DE_REQUETES"
            assert 0 < int(reponse["Retry-After"]) <= 60
            assert reponse["X-RateLimit-Remaining"] == "0"

    def test_guessing_tokens_is_counted(self, settings):
        settings.DEBIT_PAR_MINUTE = {"utilisateur": 600, "adresse": 0, "auth": 20}
        client = client_api()
        client.credentials(HTTP_AUTHORIZATION="Bearer devine")
        assert client.get(ME).status_code == 429

    def test_auth_is_tighter_and_by_address(self, admin):
        client = client_api(admin)
        assert client.get("/api/v1/auth/sessions")["X-RateLimit-Limit"] == "20"
        assert client_api().post("/api/v1/auth/token", {})["X-RateLimit-Limit"] == "20"

    def test_errors_carry_the_headers_too(self, admin):
        client = client_api(admin)
        for reponse in (client.get(f"{USERS}/999999"), client.delete(USERS), client_api().get(ME)):
            assert "X-RateLimit-Limit" in reponse

    def test_without_redis_requests_pass(self, admin, settings, monkeypatch):
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        monkeypatch.setattr(throttling._Panne, "jusqua", 0.0)
        throttling._redis.cache_clear()
        try:
            client = client_api(admin)
            assert client.get(ME).status_code == 200
            assert client.get(ME).status_code == 200
        finally:
            throttling._redis.cache_clear()

    def test_address_behind_proxies(self, settings, rf):
        requete = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 1.2.3.4")
        settings.AXES_IPWARE_PROXY_COUNT = 0
        assert throttling.adresse(requete) == "10.0.0.1"
        settings.AXES_IPWARE_PROXY_COUNT = 1
        assert throttling.adresse(requete) == "1.2.3.4"


class TestSchema:
    def test_no_warning(self, capfd):
        from drf_spectacular.generators import SchemaGenerator
        from drf_spectacular.validation import validate_schema

        schema = SchemaGenerator().get_schema(request=None, public=True)
        validate_schema(schema)
        assert capfd.readouterr().err == ""

    def test_every_operation_has_words_and_its_errors(self):
        from drf_spectacular.generators import SchemaGenerator

        schema = SchemaGenerator().get_schema(request=None, public=True)
        operations = {
            f"{methode.upper()} {chemin.removeprefix('/api/v1')}": operation
            for chemin, methodes in schema["paths"].items()
            for methode, operation in methodes.items()
        }
        sans = [cle for cle, operation in operations.items() if not operation.get("summary")]
        assert not sans, "name them in <app>/api/operations.toml"
        dits = textes()
        assert not dits.operations.keys() - operations.keys(), "no such route"
        assert not dits.refus.keys() - operations.keys(), "no such route"
        assert {code for codes in dits.refus.values() for code in codes} <= dits.codes[409].keys()
        etiquettes = {etiquette["name"] for etiquette in schema["tags"]}
        for cle, operation in operations.items():
            assert set(operation["tags"]) <= etiquettes, cle
            assert {"400", "401", "429", "500", "503"} <= operation["responses"].keys(), cle
        corps = schema["components"]["schemas"]["PatchedStatutEntreeRequest"]
        assert corps["additionalProperties"] is False
        assert schema["components"]["schemas"]["Priorite"]["x-enum-varnames"][0] == "URGENTE"
        assert "`STOCK_INSUFFISANT`" in schema["info"]["description"]

    @pytest.mark.django_db
    def test_served(self):
        reponse = client_api().get("/api/v1/schema")
        assert reponse.status_code == 200
        schema = yaml.safe_load(reponse.content)
        assert schema["openapi"].startswith("3.")
        assert "X-RateLimit-Limit" in reponse
        assert client_api().get("/api/v1/schema/?format=json").json()["openapi"].startswith("3.")
        assert client_api().get("/api/v1/schema?format=xml").status_code == 404
        statut = schema["paths"]["/api/v1/interventions/{id}/statut"]["patch"]
        assert "| en_cours | cloturee |" in statut["description"]
        assert schema["components"]["schemas"]["Priorite"]["enum"][0] == "urgente"
        assert "Urgente" in schema["components"]["schemas"]["Priorite"]["description"]
        assert {"400", "401", "404", "409", "412", "429"} <= statut["responses"].keys()
        filtres = schema["paths"]["/api/v1/interventions"]["get"]["parameters"]
        assert {"statut", "client_id", "date_creation_gte", "sort", "limit"} <= {
            parametre.get("name") for parametre in filtres
        }

    def test_every_route_of_the_api_is_in_it(self):
        from drf_spectacular.generators import SchemaGenerator

        decrits = SchemaGenerator().get_schema(request=None, public=True)["paths"]
        routes = {
            re.sub(r"<[^>]+>", "{}", f"/{chemin}")
            for chemin in _routes(get_resolver())
            if chemin.startswith("api/v1/")
        }
        assert routes - {"/api/v1/", "/api/v1/schema"} == {
            re.sub(r"{[^}]+}", "{}", chemin) for chemin in decrits if chemin != "/api/v1/schema"
        }


def _routes(noeud, prefixe=""):
    for element in noeud.url_patterns:
        chemin = prefixe + str(element.pattern)
        if hasattr(element, "url_patterns"):
            yield from _routes(element, chemin)
        else:
            yield chemin


@pytest.mark.django_db
class TestLecteurs:
    @pytest.mark.parametrize("chemin", ["/docs", "/docs/", "/redoc", "/redoc/"])
    def test_served_from_here_without_inline_script(self, client, chemin):
        reponse = client.get(chemin)
        assert reponse.status_code == 200
        page = reponse.content.decode()
        assert "<script>" not in page
        assert "//" not in page.replace("://testserver", "").replace("<!--", "")
        politique = reponse["Content-Security-Policy"]
        scripts = next(p for p in politique.split(";") if p.strip().startswith("script-src "))
        assert "unsafe" not in scripts
