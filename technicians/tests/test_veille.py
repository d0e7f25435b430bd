from datetime import date, timedelta

import pytest

from notifications.choices import Canal, Evenement
from notifications.models import Notification
from technicians import veille
from technicians.tests.factories import TechnicienCompetenceFactory

pytestmark = pytest.mark.django_db

JOUR = date(2026, 11, 23)


def detenue(technicien, jours, **champs):
    return TechnicienCompetenceFactory(
        technicien=technicien.technicien, date_expiration=JOUR + timedelta(days=jours), **champs
    )


def lignes(**filtres):
    return Notification.objects.filter(
        canal=Canal.IN_APP, type_notification=Evenement.COMPETENCE_EXPIRE, **filtres
    ).order_by("pk")


def test_an_expiry_is_told_at_30_and_7_days_and_when_it_has_come(
    responsable, technicien, autre_technicien
):
    skill = detenue(technicien, 40, competence__nom="Soudure")
    detenue(autre_technicien, 400)
    for ecoule in range(60):
        veille.signaler_expirations(jour=JOUR + timedelta(days=ecoule))
        veille.signaler_expirations(jour=JOUR + timedelta(days=ecoule))
    titres = [ligne.titre for ligne in lignes(user=technicien)]
    assert titres == [
        *["Soudure de Tarik Technicien : bientôt expirée"] * 2,
        "Soudure de Tarik Technicien : expirée",
    ]
    assert lignes(user=responsable).count() == 3
    assert lignes().count() == 6
    message = lignes()[0].message
    assert f"{skill.date_expiration:%d/%m/%Y}" in message


def test_old_expiries_and_people_who_left_are_no_news(responsable, technicien):
    detenue(technicien, -31)
    assert veille.signaler_expirations(jour=JOUR) == 0
    detenue(technicien, 5)
    technicien.is_active = False
    technicien.save()
    assert veille.signaler_expirations(jour=JOUR) == 0
