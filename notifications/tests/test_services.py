from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import SYSTEME, User
from accounts.tests.factories import UserFactory
from erp.exceptions import IntrouvableError, ValidationError
from notifications import services
from notifications.choices import Canal, Evenement, StatutEnvoi
from notifications.menage import purger
from notifications.models import Notification, PreferenceNotification
from notifications.tests.factories import NotificationFactory, PreferenceFactory

pytestmark = pytest.mark.django_db


def dire(*destinataires, evenement=Evenement.INTERVENTION_CREEE, sauf=None, titre="Titre"):
    return services.notifier(
        destinataires=destinataires,
        evenement=evenement,
        titre=lambda: titre,
        message=lambda: f"langue {get_language()}",
        lien="/interventions/1/",
        sujet="intervention:1",
        sauf=sauf,
    )


def test_one_row_per_person_and_channel(responsable, technicien):
    assert dire(responsable, technicien, responsable) == 4
    surplace = Notification.objects.get(user=technicien, canal=Canal.IN_APP)
    courriel = Notification.objects.get(user=technicien, canal=Canal.EMAIL)
    assert surplace.statut_envoi == StatutEnvoi.ENVOYEE
    assert surplace.date_envoi is not None
    assert courriel.statut_envoi == StatutEnvoi.EN_ATTENTE
    assert (courriel.lien, courriel.sujet) == ("/interventions/1/", "intervention:1")


def test_each_in_his_language(db):
    for langue in ("fr", "en", "ar"):
        UserFactory(langue=langue, username=langue)
    dire(*User.objects.all())
    ecrits = Notification.objects.filter(canal=Canal.IN_APP).values_list("user__langue", "message")
    assert dict(ecrits) == {"fr": "langue fr", "en": "langue en", "ar": "langue ar"}


def test_nobody_hears_of_his_own_act_nor_when_inactive(responsable, technicien):
    dire(responsable, technicien, UserFactory(inactif=True), sauf=responsable)
    assert set(Notification.objects.values_list("user", flat=True)) == {technicien.pk}
    dire(responsable, sauf=SYSTEME)
    assert Notification.objects.filter(user=responsable).exists()


def test_what_is_turned_off_is_not_written(responsable, technicien):
    PreferenceFactory(user=responsable)
    PreferenceFactory(user=technicien, evenement=Evenement.STOCK_BAS)
    PreferenceFactory(user=technicien, canal=Canal.IN_APP, active=True)
    dire(responsable, technicien)
    ecrites = set(Notification.objects.values_list("user", "canal"))
    assert ecrites == {
        (responsable.pk, "in_app"),
        (technicien.pk, "in_app"),
        (technicien.pk, "email"),
    }


def test_one_query_however_many_hear(django_assert_num_queries):
    personnes = UserFactory.create_batch(12)
    with django_assert_num_queries(1):
        dire(*personnes)


def test_a_long_title_fits(responsable):
    dire(responsable, titre="x" * 300)
    assert len(Notification.objects.first().titre) == 250


def test_told_once_under_the_same_sujet(responsable):
    def prevenir(sujet):
        return services.notifier_une_fois(
            destinataires=[responsable],
            evenement=Evenement.CONTRAT_EXPIRE,
            titre=lambda: "t",
            message=lambda: "m",
            lien="/",
            sujet=sujet,
        )

    assert [prevenir(sujet) for sujet in ("a", "a", "b", "a")] == [2, 0, 2, 0]


def test_reading_keeps_the_first_moment_and_stays_private(responsable, technicien):
    sienne = NotificationFactory(user=responsable)
    services.lire(par=responsable, notification_id=sienne.pk)
    lue = Notification.objects.get(pk=sienne.pk)
    assert lue.lu
    services.lire(par=responsable, notification_id=sienne.pk)
    assert Notification.objects.get(pk=sienne.pk).date_lu == lue.date_lu
    with pytest.raises(IntrouvableError):
        services.lire(par=technicien, notification_id=sienne.pk)


def test_reading_all_is_all_of_his_own(responsable, technicien):
    NotificationFactory.create_batch(3, user=responsable)
    NotificationFactory(user=technicien)
    assert services.tout_lire(par=responsable) == 3
    assert Notification.objects.filter(lu=False).count() == 1


def test_preferences_are_written_once_and_read_back(responsable):
    cle = (Evenement.STOCK_BAS, Canal.EMAIL)
    assert services.preferences(responsable)[cle] is True
    for active in (False, True, False):
        services.regler_preferences(par=responsable, choix={cle: active})
        assert services.preferences(responsable)[cle] is active
    assert PreferenceNotification.objects.count() == 1
    with pytest.raises(ValidationError):
        services.regler_preferences(par=responsable, choix={("inconnu", "email"): True})
    with pytest.raises(ValidationError):
        services.regler_preferences(par=responsable, choix={("compte", "pigeon"): True})


def test_purge_forgets_what_was_read_or_sent_long_ago(responsable):
    vieux = timezone.now() - relativedelta(months=6) - timedelta(days=1)
    recent = timezone.now() - relativedelta(months=5)
    partent = [
        NotificationFactory(lu=True, date_lu=vieux),
        NotificationFactory(email=True, statut_envoi="envoyee", date_envoi=vieux),
        NotificationFactory(email=True, statut_envoi="ignoree"),
    ]
    restent = [
        NotificationFactory(),
        NotificationFactory(lu=True, date_lu=recent),
        NotificationFactory(email=True),
    ]
    Notification.objects.update(created_at=vieux)
    assert purger(taille=2) == len(partent)
    assert set(Notification.objects.all()) == set(restent)
    assert purger() == 0
