"""A job's life: claimed once, followed while it runs, ended when its worker dies, started again, forgotten."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client as Navigateur
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from erp.exceptions import BusinessRuleError, ValidationError
from jobs import services, suivi
from jobs.choices import StatutTravail
from jobs.models import Travail, stockage
from jobs.services import Resultat
from jobs.tests.factories import TravailFactory
from notifications.models import Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def envoyes(monkeypatch):
    messages = []
    monkeypatch.setattr(services, "_publier", lambda pk, tache, perime=None: messages.append(pk))
    return messages


def navigateur(user):
    client = Navigateur()
    client.force_login(user, backend="accounts.backends.EmailBackend")
    return client


def faire(travail, suivi):
    return Resultat(
        message="Fait.", donnees={"lignes": 3}, fichier=io.BytesIO(b"a;b"), nom_fichier="a.csv"
    )


def mourir(travail):
    """What a worker that was killed leaves behind."""
    passe = timezone.now() - timedelta(minutes=10)
    Travail.objects.filter(pk=travail.pk).update(
        statut=StatutTravail.EN_COURS, jeton=uuid4(), bail=passe, debut=passe, updated_at=passe
    )


def test_done_once_with_its_file_and_its_notification():
    travail = TravailFactory(en_attente=True)
    services.executer(travail.pk, faire)
    services.executer(travail.pk, lambda *_: pytest.fail("done already"))
    travail.refresh_from_db()
    assert travail.statut == StatutTravail.TERMINE
    assert travail.fichier.read() == b"a;b"
    travail.fichier.close()
    assert travail.expire_le - timezone.now() > timedelta(days=6, hours=23)
    assert Notification.objects.filter(user=travail.user, canal="in_app").count() == 1


def test_a_refusal_ends_it_with_its_words():
    def refuser(travail, suivi):
        raise ValidationError.champ("fichier", "Ce fichier est vide.")

    travail = TravailFactory(en_attente=True)
    services.executer(travail.pk, refuser)
    travail.refresh_from_db()
    assert (travail.statut, travail.message) == (StatutTravail.ECHEC, "Ce fichier est vide.")


def test_what_nobody_foresaw_ends_it_and_is_raised():
    def casser(travail, suivi):
        raise ZeroDivisionError

    travail = TravailFactory(en_attente=True)
    with pytest.raises(ZeroDivisionError):
        services.executer(travail.pk, casser)
    travail.refresh_from_db()
    assert travail.statut == StatutTravail.ECHEC
    assert "inattendue" in travail.message


def test_the_job_of_a_dead_worker_is_ended_and_may_be_started_again(
    envoyes, django_capture_on_commit_callbacks
):
    travail = TravailFactory(en_attente=True)
    mourir(travail)
    assert services.surveiller() == {"interrompus": 1, "relances": 0}
    assert services.surveiller()["interrompus"] == 0
    travail.refresh_from_db()
    assert travail.statut == StatutTravail.ECHEC
    assert Notification.objects.filter(sujet=f"travail:{travail.pk}", canal="in_app").exists()
    page = navigateur(travail.user).get(travail.get_absolute_url()).content.decode()
    assert "Relancer" in page
    with django_capture_on_commit_callbacks(execute=True):
        reponse = navigateur(travail.user).post(reverse("jobs:relancer", args=[travail.pk]))
    assert reponse.status_code == 302
    assert envoyes == [travail.pk]
    services.executer(travail.pk, faire)
    travail.refresh_from_db()
    assert travail.statut == StatutTravail.TERMINE


def test_a_worker_that_comes_back_from_the_dead_writes_nothing(envoyes):
    def mourir_en_route(travail, suivi):
        mourir(travail)
        services.surveiller()
        services.relancer_travail(par=travail.user, travail_id=travail.pk)
        return Resultat(message="Trop tard.")

    travail = TravailFactory(en_attente=True)
    services.executer(travail.pk, mourir_en_route)
    travail.refresh_from_db()
    assert (travail.statut, travail.message) == (StatutTravail.EN_ATTENTE, "")


def test_what_nobody_took_is_sent_again(envoyes):
    _recent, vieux = TravailFactory.create_batch(2, en_attente=True)
    Travail.objects.filter(pk=vieux.pk).update(updated_at=timezone.now() - timedelta(minutes=5))
    assert services.surveiller() == {"interrompus": 0, "relances": 1}
    assert envoyes == [vieux.pk]


def test_only_what_was_interrupted_is_started_again(envoyes):
    for statut in (StatutTravail.TERMINE, StatutTravail.EN_ATTENTE):
        travail = TravailFactory(statut=statut)
        with pytest.raises(BusinessRuleError):
            services.relancer_travail(par=travail.user, travail_id=travail.pk)


def test_so_many_at_a_time(envoyes):
    user = UserFactory(responsable=True)
    for _rang in range(services.EN_VIE_MAX):
        services.demander_travail(par=user, tache="t", titre="T")
    with pytest.raises(BusinessRuleError) as refus:
        services.demander_travail(par=user, tache="t", titre="T")
    assert refus.value.code == "TROP_DE_TRAVAUX"


def test_files_go_after_a_week_and_rows_after_a_month():
    travail = TravailFactory(en_attente=True)
    travail.source.save("s.csv", ContentFile(b"x"), save=True)
    services.executer(travail.pk, faire)
    travail.refresh_from_db()
    noms = [travail.fichier.name, travail.source.name]
    assert services.purger() == {"fichiers": 0, "lignes": 0}
    Travail.objects.filter(pk=travail.pk).update(expire_le=timezone.now() - timedelta(days=1))
    assert services.purger() == {"fichiers": 2, "lignes": 0}
    assert not any(stockage().exists(nom) for nom in noms)
    chemin = reverse("jobs:fichier", args=[travail.pk])
    assert navigateur(travail.user).get(chemin).status_code == 404
    Travail.objects.filter(pk=travail.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert services.purger()["lignes"] == 1


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_work_is_rolled_back(monkeypatch):
    """Another connection sees how far it is, and that it lives, in the middle of its transaction."""
    monkeypatch.setattr(suivi, "PAS", 0.0)
    vus = []

    def essayer(travail, suivi):
        temoin = connection.copy()
        with transaction.atomic():
            for fait in (1, 2):
                suivi.avancer(fait, 4)
                with temoin.cursor() as curseur:
                    curseur.execute(
                        "SELECT fait, total, bail > now() FROM travaux WHERE id = %s", [travail.pk]
                    )
                    vus.append(curseur.fetchone())
            transaction.set_rollback(True)
        temoin.close()
        return Resultat()

    travail = TravailFactory(en_attente=True)
    services.executer(travail.pk, essayer)
    assert vus == [(1, 4, True), (2, 4, True)]
    travail.refresh_from_db()
    assert travail.part is not None
