"""The one envelope of errors: each code, each bad input, in the language asked for; never a 500."""

import re

import pytest
from django.core.exceptions import (
    BadRequest,
    ObjectDoesNotExist,
    PermissionDenied,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404
from rest_framework.exceptions import Throttled, UnsupportedMediaType

from accounts.tests.api import client_api
from clients.tests.factories import ClientFactory
from erp.api.errors import CleReutilisee, traduction
from erp.exceptions import (
    AuthorizationError,
    BusinessRuleError,
    IntrouvableError,
    StaleVersionError,
    ValidationError,
)

USERS = "/api/v1/users"


def verifier(reponse, status, code=None):
    assert reponse.status_code == status, reponse.content
    corps = reponse.json()
    assert corps.keys() == {"detail", "code", "errors", "timestamp", "request_id"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", corps["timestamp"])
    assert corps["request_id"] == reponse["X-Request-ID"]
    assert corps["detail"]
    assert reponse["Content-Type"] == "application/json"
    assert reponse["Cache-Control"] == "no-store"
    if code is not None:
        assert corps["code"] == code
    return corps


class TestTraduction:
    @pytest.mark.parametrize(
        ("exception", "status", "code"),
        [
            (ValidationError.champ("x", "y", "Z"), 400, "VALIDATION_ERROR"),
            (AuthorizationError(), 403, "INTERDIT"),
            (BusinessRuleError(code="STOCK_INSUFFISANT"), 409, "STOCK_INSUFFISANT"),
            (StaleVersionError(), 412, "VERSION_PERIMEE"),
            (IntrouvableError(), 404, "INTROUVABLE"),
            (CleReutilisee(), 422, "CLE_REUTILISEE"),
            (DjangoValidationError({"nom": ["vide"]}), 400, "VALIDATION_ERROR"),
            (Http404(), 404, "INTROUVABLE"),
            (ObjectDoesNotExist(), 404, "INTROUVABLE"),
            (PermissionDenied(), 403, "INTERDIT"),
            (SuspiciousOperation(), 400, "REQUETE_ILLISIBLE"),
            (BadRequest(), 400, "REQUETE_ILLISIBLE"),
            (DataError("integer out of range"), 400, "VALEUR_HORS_LIMITES"),
            (IntegrityError("SELECT secret"), 409, "CONFLIT"),
            (OperationalError("connection to server"), 503, "SERVICE_INDISPONIBLE"),
            (Throttled(3), 429, "TROP_DE_REQUETES"),
            (UnsupportedMediaType("text/plain"), 415, "TYPE_DE_CONTENU_REFUSE"),
        ],
    )
    def test_each_exception(self, exception, status, code):
        erreur = traduction(exception)
        assert erreur.status_code == status
        assert erreur.corps["code"] == code
        assert "SELECT" not in str(erreur)
        assert "server" not in str(erreur)

    def test_a_fault_of_ours_is_not_translated(self):
        assert traduction(ZeroDivisionError()) is None


@pytest.mark.django_db
class TestAuBordHttp:
    def test_400_names_every_field(self, admin):
        corps = verifier(
            client_api(admin).post(USERS, {"email": "pas une adresse"}, format="json"),
            400,
            "VALIDATION_ERROR",
        )
        fautes = {erreur["field"]: erreur["code"] for erreur in corps["errors"]}
        assert fautes == {
            "email": "INVALID_EMAIL",
            "full_name": "OBLIGATOIRE",
            "role": "OBLIGATOIRE",
        }

    def test_401(self):
        verifier(client_api().get(USERS), 401, "NON_AUTHENTIFIE")

    def test_403(self, technicien):
        corps = {"email": "a@example.com", "full_name": "A B", "role": "client"}
        verifier(client_api(technicien).post(USERS, corps), 403, "INTERDIT")

    def test_404_of_an_object_and_of_a_path(self, technicien):
        client = client_api(technicien)
        verifier(client.get(f"{USERS}/999999"), 404, "INTROUVABLE")
        verifier(client.get("/api/v1/nulle/part"), 404, "INTROUVABLE")
        verifier(client.post("/api/v1/nulle/part"), 404, "INTROUVABLE")
        verifier(client.options("/api/v1/nulle/part"), 404, "INTROUVABLE")
        verifier(client_api().get("/api/v2/users"), 404, "INTROUVABLE")
        verifier(client_api().get("/api/"), 404, "INTROUVABLE")

    def test_405_says_what_is_allowed(self, technicien):
        reponse = client_api(technicien).delete(USERS)
        verifier(reponse, 405, "METHODE_NON_PERMISE")
        assert "GET" in reponse["Allow"]

    def test_412(self, admin, technicien):
        client = client_api(admin)
        reponse = client.patch(
            f"{USERS}/{technicien.pk}", {"full_name": "X"}, headers={"If-Match": '"1"'}
        )
        verifier(reponse, 412, "VERSION_PERIMEE")

    def test_415(self, admin):
        reponse = client_api(admin).post(USERS, "<a/>", content_type="application/xml")
        verifier(reponse, 415, "TYPE_DE_CONTENU_REFUSE")

    def test_413(self, admin, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        reponse = client_api(admin).post(
            USERS, b'{"a": "%s"}' % (b"x" * 2000), content_type="application/json"
        )
        verifier(reponse, 413, "CORPS_TROP_GRAND")

    @pytest.mark.parametrize(
        "brut",
        [
            b"{",
            b"",
            b"\xff\xfe",
            b'{"a": NaN}',
            b'{"a": 1e999}',
            b'{"a": "\\ud800"}',
            b"[" * 5000,
            b'{"full_name": "a\\u0000b"}',
            b'{"a\\u0000": 1}',
        ],
    )
    def test_unreadable_json(self, admin, brut):
        reponse = client_api(admin).generic("POST", USERS, brut, content_type="application/json")
        verifier(reponse, 400)

    @pytest.mark.parametrize("corps", [b"[]", b'"x"', b"1", b"null", b"true", b"[[{}]]"])
    def test_json_that_is_no_object(self, admin, corps):
        reponse = client_api(admin).post(USERS, corps, content_type="application/json")
        verifier(reponse, 400, "VALIDATION_ERROR")

    def test_unknown_field_is_named(self, admin, technicien):
        client = client_api(admin)
        corps = {"full_name": "Un Nom", "mot": 1, "id": 3}
        fautes = verifier(client.patch(f"{USERS}/{technicien.pk}", corps), 400, "VALIDATION_ERROR")
        assert [(f["field"], f["code"]) for f in fautes["errors"]] == [
            ("mot", "CHAMP_INCONNU"),
            ("id", "CHAMP_INCONNU"),
        ]
        technicien.refresh_from_db()
        assert technicien.full_name != "Un Nom"

    def test_unknown_field_inside_a_list(self, responsable):
        points = [{"libelle": "Serrage"}, {"libelle": "Niveau", "couleur": "bleu"}]
        fautes = verifier(
            client_api(responsable).post("/api/v1/interventions", {"controles": points}), 400
        )
        assert ("controles.1.couleur", "CHAMP_INCONNU") in {
            (f["field"], f["code"]) for f in fautes["errors"]
        }
        # the other faults are told at once
        assert "equipement_id" in {f["field"] for f in fautes["errors"]}

    @pytest.mark.parametrize("caractere", ["\x01", "\x0b", "\x1b", "\x7f", "\ufffe"])
    def test_control_characters(self, admin, technicien, caractere):
        reponse = client_api(admin).patch(
            f"{USERS}/{technicien.pk}", {"full_name": f"Un{caractere}Nom"}
        )
        fautes = verifier(reponse, 400, "VALIDATION_ERROR")["errors"]
        assert [(f["field"], f["code"]) for f in fautes] == [("full_name", "CARACTERE_INTERDIT")]

    def test_lines_and_tabs_are_text(self, responsable):
        corps = {"nom": "Un", "instructions_acces": "Portail\r\n\tCode 12"}
        client = ClientFactory()
        reponse = client_api(responsable).post(f"/api/v1/clients/{client.pk}/sites", corps)
        assert reponse.status_code == 201

    @pytest.mark.parametrize("pk", ["0", "99999999999", "9" * 30, "9" * 5000])
    def test_huge_ids(self, admin, pk):
        client = client_api(admin)
        verifier(client.get(f"{USERS}/{pk}"), 404, "INTROUVABLE")
        verifier(client.patch(f"{USERS}/{pk}", {"full_name": "X"}), 404, "INTROUVABLE")
        verifier(client.delete(f"{USERS}/{pk}", headers={"If-Match": '"1"'}), 404)

    @pytest.mark.parametrize(
        ("question", "champ"),
        [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=x", "limit"),
            ("limit=²", "limit"),
            ("limit=", "limit"),
            ("offset=-1", "offset"),
            ("offset=99999999999999999999", "offset"),
            ("sort=mot_de_passe", "sort"),
            ("sort=password,-email", "sort"),
            ("sort=email,,role", "sort"),
            ("rolle=admin", "rolle"),
            ("password=x", "password"),
            ("role=empereur", "role"),
            ("is_active=peut-etre", "is_active"),
            ("created_at_gte=hier", "created_at_gte"),
            ("created_at_gte=", "created_at_gte"),
            ("sort=", "sort"),
            ("created_at_lte=2026-02-31", "created_at_lte"),
            ("created_at_lte=0001-01-01", "created_at_lte"),
            ("created_at_lte=9999-12-31T23:59:59-14:00", "created_at_lte"),
            ("search=%00", "search"),
            ("search=" + "x" * 300, "search"),
        ],
    )
    def test_bad_parameters_are_named(self, admin, question, champ):
        corps = verifier(client_api(admin).get(f"{USERS}?{question}"), 400, "VALIDATION_ERROR")
        assert [erreur["field"] for erreur in corps["errors"]] == [champ]

    @pytest.mark.parametrize(
        ("champ", "valeur"),
        [("nom_entreprise", 5), ("adresse", True), ("is_active", "true"), ("is_active", 1)],
    )
    def test_a_value_of_another_type_is_named(self, responsable, champ, valeur):
        adresse = f"/api/v1/clients/{ClientFactory().pk}"
        corps = verifier(client_api(responsable).patch(adresse, {champ: valeur}), 400)
        assert (corps["errors"][0]["field"], corps["errors"][0]["code"]) == (champ, "INVALIDE")

    def test_every_bad_parameter_at_once(self, admin):
        corps = verifier(client_api(admin).get(f"{USERS}?limit=0&sort=x&y=1&role=z"), 400)
        assert {erreur["field"] for erreur in corps["errors"]} == {"limit", "sort", "y", "role"}

    @pytest.mark.parametrize(
        ("langue", "mot"), [("fr", "connectez-vous"), ("fr-MA", "connectez-vous")]
    )
    def test_language(self, langue, mot):
        reponse = client_api().get(USERS, headers={"Accept-Language": langue})
        assert mot in reponse.json()["detail"].lower()
        assert reponse["Content-Language"] == "fr"
        assert "Accept-Language" in reponse["Vary"]

    @pytest.mark.parametrize(
        ("langue", "recue"), [("en", "en"), ("en-GB,en;q=0.8", "en"), ("de", "fr"), ("*", "fr")]
    )
    def test_other_languages(self, langue, recue):
        reponse = client_api().get(USERS, headers={"Accept-Language": langue})
        assert reponse["Content-Language"] == recue
        francais = client_api().get(USERS).json()["detail"]
        assert (reponse.json()["detail"] == francais) == (recue == "fr")

    def test_500_tells_nothing(self, admin, monkeypatch):
        def casse(*args, **kwargs):
            raise ZeroDivisionError("SELECT password FROM users")

        monkeypatch.setattr("accounts.api.views.services.modifier_profil", casse)
        client = client_api(admin)
        client.raise_request_exception = False
        reponse = client.put(f"{USERS}/update", {"langue": "fr"})
        corps = verifier(reponse, 500, "ERREUR_INTERNE")
        assert "SELECT" not in str(corps)

    def test_503_when_the_database_is_away(self, admin, monkeypatch):
        def perdue(*args, **kwargs):
            raise OperationalError("server closed the connection unexpectedly")

        client = client_api(admin)
        monkeypatch.setattr("accounts.api.views.services.modifier_profil", perdue)
        reponse = client.put(f"{USERS}/update", {"langue": "fr"})
        verifier(reponse, 503, "SERVICE_INDISPONIBLE")
        assert reponse["Retry-After"] == "5"

    def test_host_that_is_not_ours(self):
        reponse = client_api().get(USERS, headers={"Host": "ailleurs.example.com"})
        assert reponse.status_code == 400
        assert reponse.json()["code"] == "REQUETE_ILLISIBLE"
