from datetime import timedelta

import pytest
from celery import current_app
from django.core.management import call_command
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import ModelEntry

from erp.lots import cles_par_lots
from erp.management.commands.installer_taches import TACHES
from erp.models import CleIdempotence
from erp.tasks import faire_le_menage

pytestmark = pytest.mark.django_db


def installer():
    call_command("installer_taches", verbosity=0)


def test_the_timetable_names_tasks_that_exist():
    current_app.loader.import_default_modules()
    assert {tache.tache for tache in TACHES} <= set(current_app.tasks)


def test_installing_twice_changes_nothing():
    installer()
    avant = list(PeriodicTask.objects.order_by("pk").values())
    horaires = (CrontabSchedule.objects.count(), IntervalSchedule.objects.count())
    installer()
    assert list(PeriodicTask.objects.order_by("pk").values()) == avant
    assert (CrontabSchedule.objects.count(), IntervalSchedule.objects.count()) == horaires
    assert len(avant) >= len(TACHES)


def test_what_an_administrator_changed_stays():
    installer()
    tache = PeriodicTask.objects.get(name="Archiver les interventions closes")
    tache.enabled = False
    tache.crontab = CrontabSchedule.objects.create(hour="4", minute="45")
    tache.save()
    installer()
    tache.refresh_from_db()
    assert (tache.enabled, tache.crontab.hour) == (False, "4")


def test_a_task_that_was_removed_comes_back_alone():
    installer()
    PeriodicTask.objects.get(name="Battement de cœur").delete()
    PeriodicTask.objects.filter(name="Surveiller le stock").update(enabled=False)
    installer()
    assert PeriodicTask.objects.get(name="Battement de cœur").enabled
    assert not PeriodicTask.objects.get(name="Surveiller le stock").enabled


def test_the_daily_watches_start_at_six_in_casablanca():
    installer()
    tache = PeriodicTask.objects.get(name="Surveiller les contrats")
    assert (tache.crontab.hour, tache.crontab.minute) == ("6", "0")
    assert str(tache.crontab.timezone) == "Africa/Casablanca"
    assert ModelEntry(tache, app=current_app).schedule.hour == {6}


def test_housekeeping_takes_what_has_expired():
    maintenant = timezone.now()
    for cle in ("vieille", "vivante"):
        CleIdempotence.objects.create(utilisateur=1, cle=cle, empreinte=b"x")
    CleIdempotence.objects.filter(cle="vieille").update(created_at=maintenant - timedelta(hours=25))
    assert faire_le_menage() == {"cles_idempotence": 1}
    assert faire_le_menage() == {"cles_idempotence": 0}
    assert CleIdempotence.objects.get().cle == "vivante"


def test_keys_by_batches_survive_deletion_under_way():
    for rang in range(7):
        CleIdempotence.objects.create(utilisateur=1, cle=str(rang), empreinte=b"x")
    vues = []
    for pk in cles_par_lots(CleIdempotence.objects.all(), 3):
        vues.append(pk)
        CleIdempotence.objects.filter(pk=pk).delete()
    assert len(vues) == 7
    assert not CleIdempotence.objects.exists()
