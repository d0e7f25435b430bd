"""Prepared statements: what they give, what they raise, what a connection keeps of them."""

from datetime import date

import psycopg
import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction

from accounts.models import Role, User
from accounts.tests.factories import UserFactory
from equipment.models import Equipement
from equipment.tests.factories import EquipementFactory
from erp.enonces import Requete, inserer, preparee
from erp.models import JourFerie
from erp.postgresql import preparees
from notifications.models import EvenementFlux

pytestmark = pytest.mark.django_db


def test_texts_and_per_cents_arrive_as_they_are():
    assert preparee("SELECT %s::text, '100 %%', %s::text", ("50 %s", None)) == [
        ("50 %s", "100 %", None)
    ]


def test_what_a_query_says_itself_stands_in_its_text(django_assert_num_queries):
    UserFactory(full_name="100 % d'accord", email="a@example.com")
    requete = Requete(lambda email: User.objects.filter(full_name="100 % d'accord", email=email))
    with django_assert_num_queries(2) as requetes:
        assert [u.email for u in requete("a@example.com")] == ["a@example.com"]
        assert requete("b@example.com") == []
    assert "100 % d''accord" in requetes[0]["sql"].replace("%%", "%")


def test_rows_of_several_models_are_one_statement(responsable, django_assert_num_queries):
    ferie = JourFerie(jour=date(2030, 1, 2), libelle="Pont")
    evenement = EvenementFlux(genre="essai", action="essai", user=responsable)
    with django_assert_num_queries(1):
        assert inserer(ferie, evenement) is ferie
    assert JourFerie.objects.get(pk=ferie.pk).libelle == "Pont"
    assert EvenementFlux.objects.get(pk=evenement.pk).transaction == evenement.transaction


def test_one_row_that_is_refused_leaves_none(responsable):
    JourFerie.objects.create(jour=date(2030, 1, 2), libelle="Pont")
    evenement = EvenementFlux(genre="essai", action="essai", user=responsable)
    with pytest.raises(IntegrityError) as info, transaction.atomic():
        inserer(JourFerie(jour=date(2030, 1, 2), libelle="Le même"), evenement)
    assert isinstance(info.value.__cause__, psycopg.errors.UniqueViolation)
    assert info.value.__cause__.diag.constraint_name
    assert not EvenementFlux.objects.filter(genre="essai").exists()


def test_a_value_that_does_not_fit_is_refused():
    with pytest.raises(DataError), transaction.atomic():
        inserer(JourFerie(jour=date(2030, 1, 2), libelle="x" * 121))


def test_a_connection_keeps_so_many(monkeypatch):
    preparee("SELECT 1", ())
    gardees = connection.preparees._noms
    monkeypatch.setattr(preparees, "CONSERVEES", len(gardees) + 2)
    premiere = next(iter(gardees))
    for nombre in (*range(6), 0):
        assert preparee(f"SELECT {nombre}, %s::text", ("a",)) == [(nombre, "a")]
    assert len(gardees) == preparees.CONSERVEES
    assert premiere not in gardees
    connues = preparee("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'erp_%%'", ())
    assert connues == [(len(gardees),)]


@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_gone_is_said_to_be():
    ici = preparee("SELECT pg_backend_pid()", ())[0][0]
    with psycopg.connect(
        **connection.get_connection_params() | {"cursor_factory": None, "context": None}
    ) as autre:
        autre.execute("SELECT pg_terminate_backend(%s, 5000)", [ici])
    with pytest.raises(OperationalError):
        preparee("SELECT 1", ())
    connection.close()
    assert preparee("SELECT 1", ()) == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_others_see():
    with transaction.atomic():
        inserer(JourFerie(jour=date(2030, 1, 2), libelle="Pont"))
    connection.close()
    assert JourFerie.objects.filter(jour=date(2030, 1, 2)).exists()


@pytest.mark.parametrize("fermee_en_premier", [False, True])
def test_a_statement_is_not_shared_by_open_and_closed_accounts(fermee_en_premier):
    machine = EquipementFactory()
    ouverte = UserFactory(role=Role.RESPONSABLE)
    fermee = UserFactory(role=Role.RESPONSABLE, is_active=False)
    requete = Requete(lambda par, pk: Equipement.objects.visible_to(par).filter(pk=pk))
    personnes = [ouverte, fermee]
    for personne in reversed(personnes) if fermee_en_premier else personnes:
        attendu = [machine] if personne == ouverte else []
        assert requete(personne, machine.pk) == attendu


def test_an_id_that_no_row_has_finds_nothing():
    par = UserFactory(role=Role.RESPONSABLE)
    requete = Requete(lambda par, pk: Equipement.objects.visible_to(par).filter(pk=pk))
    assert requete(par, 2**80) == []
