"""The outbox on real parts: a mail server, a broker, workers in processes of their own."""

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.tests.factories import UserFactory
from erp.models import ParametresSociete
from erp.tests.serveurs import attendre, courtier, ouvrier, port_libre
from notifications import envoi, tasks
from notifications.choices import Canal, Evenement, StatutEnvoi
from notifications.envoi import Issue
from notifications.models import Notification
from notifications.services import notifier
from notifications.tests.boite import boite_aux_lettres
from notifications.tests.factories import NotificationFactory

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def boite(settings):
    """A mail server that this process, too, sends to."""
    with boite_aux_lettres() as boite:
        settings.EMAIL_BACKEND = SMTP
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", boite.port
        yield boite


def ecrire(user, titre="Une intervention vous est affectée"):
    notifier(
        destinataires=[user],
        evenement=Evenement.INTERVENTION_AFFECTEE,
        titre=lambda: titre,
        message=lambda: "Pompe <3>\nà l’arrêt",
        lien="/interventions/7/",
        sujet="intervention:7",
    )
    return Notification.objects.filter(user=user, canal=Canal.EMAIL).latest("pk")


def le_temps_passe():
    """Make everything written a minute old and due now."""
    avant = timezone.now() - timedelta(minutes=1)
    Notification.objects.update(created_at=avant, prochain_essai=avant)


# --- one attempt ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_message(boite):
    ParametresSociete.objects.create(pk=1, nom="MIF Maroc", email="contact@mif.example")
    courriel = NotificationFactory(
        email=True,
        user__full_name="Amina",
        titre="Pompe 3 : à l’arrêt",
        message="Débit <nul>\nVenez vite",
        lien="/interventions/7/",
    )
    assert envoi.envoyer(courriel.pk) == Issue.ENVOYEE
    (recu,) = boite.acceptes
    assert recu["Subject"] == "Pompe 3 : à l’arrêt"
    assert recu["To"] == courriel.user.email
    assert recu["Reply-To"] == "contact@mif.example"
    assert recu["Message-ID"] == envoi.identifiant_message(courriel)
    assert "/notifications/" in recu["List-Unsubscribe"]
    texte, html = (partie.get_content() for partie in recu.iter_parts())
    assert "Bonjour Amina," in texte
    assert "Débit <nul>" in texte
    assert "http://localhost:8000/interventions/7/" in texte
    assert 'lang="fr" dir="ltr"' in html
    assert "Débit &lt;nul&gt;" in html
    assert 'href="http://localhost:8000/interventions/7/"' in html
    assert "MIF Maroc" in html
    courriel.refresh_from_db()
    assert (courriel.statut_envoi, courriel.tentatives) == (StatutEnvoi.ENVOYEE, 1)
    assert courriel.date_envoi is not None
    assert courriel.reclamee_jusqua is None


@pytest.mark.django_db
def test_arabic_reads_from_the_right(boite):
    courriel = NotificationFactory(email=True, user__langue="ar")
    envoi.envoyer(courriel.pk)
    html = boite.acceptes[0].get_body(("html",)).get_content()
    assert 'lang="ar" dir="rtl"' in html


@pytest.mark.django_db
def test_sent_once_however_often_asked(boite):
    courriel = NotificationFactory(email=True)
    assert [envoi.envoyer(courriel.pk) for _ in range(3)] == [
        Issue.ENVOYEE,
        Issue.PAS_A_NOUS,
        Issue.PAS_A_NOUS,
    ]
    assert envoi.envoyer(NotificationFactory().pk) == Issue.PAS_A_NOUS  # not an e-mail
    assert len(boite.acceptes) == 1


@pytest.mark.django_db
def test_a_deactivated_reader_gets_nothing(boite):
    courriel = NotificationFactory(email=True, user__inactif=True)
    assert envoi.envoyer(courriel.pk) == Issue.IGNOREE
    courriel.refresh_from_db()
    assert courriel.statut_envoi == StatutEnvoi.IGNOREE
    assert boite.recus == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reponses", "issue", "statut"),
    [
        ({"reponse_destinataire": "550 No such user"}, Issue.ECHEC, StatutEnvoi.ECHEC),
        ({"reponse": "554 Refused"}, Issue.ECHEC, StatutEnvoi.ECHEC),
        ({"reponse_destinataire": "450 Later"}, Issue.REPORTEE, StatutEnvoi.EN_ATTENTE),
        ({"reponse": "451 Later"}, Issue.REPORTEE, StatutEnvoi.EN_ATTENTE),
    ],
)
def test_a_refusal_for_good_is_not_tried_again(boite, reponses, issue, statut):
    for nom, reponse in reponses.items():
        setattr(boite, nom, reponse)
    courriel = NotificationFactory(email=True)
    assert envoi.envoyer(courriel.pk) == issue
    courriel.refresh_from_db()
    assert courriel.statut_envoi == statut
    assert courriel.derniere_erreur


@pytest.mark.django_db
def test_with_the_mail_server_down_the_row_backs_off_and_goes_out_later(settings):
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port_libre()
    courriel = NotificationFactory(email=True)
    for essai, delai in enumerate(envoi.DELAIS, 1):
        assert envoi.envoyer(courriel.pk) == Issue.REPORTEE
        assert envoi.envoyer(courriel.pk) == Issue.PAS_A_NOUS  # not yet due again
        courriel.refresh_from_db()
        assert courriel.tentatives == essai
        attente = courriel.prochain_essai - timezone.now()
        assert delai - timedelta(seconds=30) < attente <= delai
        assert "refused" in courriel.derniere_erreur
        le_temps_passe()
    with boite_aux_lettres(settings.EMAIL_PORT) as boite:
        assert envoi.envoyer(courriel.pk) == Issue.ENVOYEE
    assert len(boite.acceptes) == 1


@pytest.mark.django_db
def test_the_last_try_gives_up(settings):
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port_libre()
    courriel = NotificationFactory(email=True, tentatives=envoi.TENTATIVES_MAX - 1)
    assert envoi.envoyer(courriel.pk) == Issue.ECHEC
    courriel.refresh_from_db()
    assert courriel.statut_envoi == StatutEnvoi.ECHEC


@pytest.mark.django_db
def test_a_message_that_kills_every_worker_is_given_up():
    passe = timezone.now() - timedelta(seconds=1)
    fatal = NotificationFactory(email=True, tentatives=envoi.TENTATIVES_MAX, reclamee_jusqua=passe)
    assert envoi.envoyer(fatal.pk) == Issue.PAS_A_NOUS
    assert envoi.abandonner_les_epuisees() == 1
    fatal.refresh_from_db()
    assert fatal.statut_envoi == StatutEnvoi.ECHEC


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_once(boite):
    courriel = NotificationFactory(email=True)
    depart = threading.Barrier(4)
    issues = []

    def travailler():
        depart.wait()
        issues.append(envoi.envoyer(courriel.pk))
        connection.close()

    fils = [threading.Thread(target=travailler) for _ in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(issues) == [Issue.ENVOYEE, *[Issue.PAS_A_NOUS] * 3]
    assert len(boite.acceptes) == 1


# --- the sweep -----------------------------------------------------------------------------------


@pytest.fixture
def publies(monkeypatch):
    liste = []
    monkeypatch.setattr(
        tasks.envoyer_courriel,
        "apply_async",
        lambda args, kwargs=None, **options: liste.append(args[0]),
    )
    return liste


@pytest.mark.django_db
def test_the_sweep_hands_out_what_is_due_and_nothing_else(publies):
    maintenant = timezone.now()
    due = NotificationFactory(email=True)
    bail_passe = NotificationFactory(email=True, reclamee_jusqua=maintenant - timedelta(seconds=1))
    for ecartee in (
        {"prochain_essai": maintenant + timedelta(minutes=5)},
        {"reclamee_jusqua": maintenant + timedelta(minutes=1)},
        {"statut_envoi": StatutEnvoi.ECHEC},
        {"statut_envoi": StatutEnvoi.ENVOYEE, "date_envoi": maintenant},
    ):
        NotificationFactory(email=True, **ecartee)
    NotificationFactory()  # in the application
    Notification.objects.update(created_at=maintenant - timedelta(minutes=1))
    NotificationFactory(email=True)  # its own task is on its way
    assert tasks.relancer_envois() == 2
    assert set(publies) == {due.pk, bail_passe.pk}


@pytest.fixture
def sonneries(monkeypatch):
    liste = []
    monkeypatch.setattr(
        tasks.distribuer_nouveaux, "apply_async", lambda **options: liste.append(options)
    )
    return liste


@pytest.fixture(autouse=True)
def sonnette_neuve(monkeypatch):
    """Each test has a broker of its own: what rang for another's does not count."""
    monkeypatch.setattr(tasks._Sonnette, "jusqua", 0.0)


def test_many_events_are_one_message_to_the_broker(sonneries, monkeypatch):
    horloge = [1000.0]
    monkeypatch.setattr(tasks.time, "monotonic", lambda: horloge[0])
    for _ in range(5):
        tasks.sonner()
    assert len(sonneries) == 1
    # what is committed while nothing is asked for any more is read when the message is
    assert sonneries[0]["countdown"] > tasks.DELAI
    horloge[0] += tasks.DELAI
    tasks.sonner()
    assert len(sonneries) == 2


def test_a_broker_that_is_away_is_asked_again_at_once(sonneries, monkeypatch):
    def absent(**options):
        raise OperationalError

    with monkeypatch.context() as panne:
        panne.setattr(tasks.distribuer_nouveaux, "apply_async", absent)
        tasks.sonner()
    assert sonneries == []
    tasks.sonner()
    assert len(sonneries) == 1


@pytest.mark.django_db
def test_what_is_new_is_handed_out_once(publies):
    maintenant = timezone.now()
    neufs = NotificationFactory.create_batch(2, email=True)
    NotificationFactory(email=True, prochain_essai=maintenant + timedelta(minutes=1))
    NotificationFactory(email=True, statut_envoi=StatutEnvoi.ENVOYEE, date_envoi=maintenant)
    NotificationFactory()
    ancien = NotificationFactory(email=True)
    Notification.objects.filter(pk=ancien.pk).update(created_at=maintenant - timedelta(minutes=2))
    assert tasks.distribuer_nouveaux() == 2
    assert publies == [ligne.pk for ligne in neufs]
    autre = NotificationFactory(email=True)
    assert tasks.distribuer_nouveaux() == 1
    assert publies[2:] == [autre.pk]


@pytest.mark.django_db
def test_the_sweep_is_bounded(publies, monkeypatch):
    monkeypatch.setattr(tasks, "LOT", 3)
    NotificationFactory.create_batch(5, email=True)
    le_temps_passe()
    assert tasks.relancer_envois() == 3
    assert len(publies) == 3


# --- across processes ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_mail_goes_out_after_the_commit_and_a_rollback_takes_it_along():
    user = UserFactory()
    with boite_aux_lettres() as boite, courtier() as valkey, ouvrier(valkey, boite.url):
        with transaction.atomic():
            ecrire(user, "annulé")
            transaction.set_rollback(True)
        with transaction.atomic():
            courriel = ecrire(user, "validé")
            for _ in range(5):  # the same row many times over, for two processes to fight for
                transaction.on_commit(lambda: tasks.envoyer_courriel.delay(courriel.pk))
            assert boite.recus == 0
        attendre(lambda: boite.acceptes, "the mail arrives")
        dernier = ecrire(user, "dernier")
        attendre(
            lambda: Notification.objects.filter(pk=dernier.pk, statut_envoi="envoyee").exists(),
            "the last one is sent",
        )
        assert [recu["Subject"] for recu in boite.acceptes] == ["validé", "dernier"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_sending_sends_once():
    user = UserFactory()
    court = {"ENVOI_BAIL_SECONDES": "6"}
    with boite_aux_lettres() as boite, courtier() as valkey:
        boite.bloquer = True
        with ouvrier(valkey, boite.url, **court) as premier:
            courriel = ecrire(user)
            attendre(boite.bloque.is_set, "the server has the message and has not answered")
            premier.tuer()
        boite.bloquer = False
        courriel.refresh_from_db()
        assert courriel.statut_envoi == StatutEnvoi.EN_ATTENTE
        assert courriel.reclamee_jusqua is not None
        Notification.objects.update(created_at=timezone.now() - timedelta(minutes=1))
        with ouvrier(valkey, boite.url, **court):

            def envoyee():
                tasks.relancer_envois()
                courriel.refresh_from_db()
                return courriel.statut_envoi == StatutEnvoi.ENVOYEE

            attendre(envoyee, "the sweep finds it once the claim has lapsed")
        assert courriel.tentatives == 2
        assert [recu["Message-ID"] for recu in boite.acceptes] == [
            envoi.identifiant_message(courriel)
        ]


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_down_the_work_goes_on_and_the_sweep_sends_later():
    user = UserFactory()
    with boite_aux_lettres() as boite, courtier() as valkey:
        valkey.arreter()
        avant = timezone.now()
        with transaction.atomic():
            courriel = ecrire(user)
        assert timezone.now() - avant < timedelta(seconds=2)
        assert Notification.objects.filter(pk=courriel.pk, statut_envoi="en_attente").exists()
        valkey.demarrer()
        with ouvrier(valkey, boite.url):
            le_temps_passe()
            tasks.relancer_envois()
            attendre(lambda: boite.acceptes, "the mail arrives")
    assert len(boite.acceptes) == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_all_arrive_once():
    user = UserFactory()
    NotificationFactory.create_batch(300, user=user, email=True)
    le_temps_passe()
    with boite_aux_lettres() as boite, courtier() as valkey, ouvrier(valkey, boite.url):
        tasks.relancer_envois()
        tasks.relancer_envois()
        attendre(
            lambda: not Notification.objects.filter(statut_envoi="en_attente").exists(),
            "all are sent",
        )
        assert len({recu["Message-ID"] for recu in boite.acceptes}) == 300
        assert len(boite.acceptes) == 300


@pytest.mark.django_db
def test_the_command_sends_without_broker_or_worker(boite, capsys):
    NotificationFactory.create_batch(2, email=True)
    NotificationFactory(email=True, user__inactif=True)
    call_command("envoyer_courriels")
    assert capsys.readouterr().out.strip() == "envoyee : 2, ignoree : 1"
    call_command("envoyer_courriels")
    assert capsys.readouterr().out.strip() == "rien à envoyer"
    assert len(boite.acceptes) == 2
