import threading
from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.tests.factories import UserFactory
from clients import veille
from clients.choices import StatutContrat
from clients.tasks import surveiller_contrats
from clients.tests.factories import ContratFactory
from equipment.tests.factories import CouvertureFactory
from notifications.choices import Canal, Evenement
from notifications.models import Notification

pytestmark = pytest.mark.django_db

JOUR = date(2026, 11, 23)


def contrat(fin, **champs):
    return ContratFactory(date_debut=fin - timedelta(days=364), date_fin=fin, **champs)


def titres():
    lignes = Notification.objects.filter(
        canal=Canal.IN_APP, type_notification=Evenement.CONTRAT_EXPIRE
    )
    return list(lignes.order_by("pk").values_list("titre", flat=True))


def test_an_end_is_told_at_60_30_and_7_days_once_each(responsable, admin, client_portail):
    suivi = contrat(JOUR + timedelta(days=70))
    contrat(JOUR + timedelta(days=5), statut=StatutContrat.SUSPENDU)
    for ecoule in range(70):
        veille.prevenir_des_fins(jour=JOUR + timedelta(days=ecoule))
        veille.prevenir_des_fins(jour=JOUR + timedelta(days=ecoule))
    assert titres() == [f"Contrat {suivi.numero} : fin dans {jours} jours" for jours in (60, 30, 7)]
    assert set(Notification.objects.values_list("user", flat=True)) == {responsable.pk}


def test_after_missed_runs_only_the_nearest_threshold_is_told(responsable):
    suivi = contrat(JOUR + timedelta(days=20))
    assert veille.prevenir_des_fins(jour=JOUR) == 1
    assert titres() == [f"Contrat {suivi.numero} : fin dans 20 jours"]


def test_a_contract_expires_the_day_after_its_last(responsable):
    fini = contrat(JOUR)
    assert veille.terminer_les_contrats(jour=JOUR) == (0, 0)
    assert veille.terminer_les_contrats(jour=JOUR + timedelta(days=1)) == (0, 1)
    assert veille.terminer_les_contrats(jour=JOUR + timedelta(days=1)) == (0, 0)
    fini.refresh_from_db()
    assert fini.statut == StatutContrat.EXPIRE
    assert titres() == [f"Contrat {fini.numero} expiré"]


@pytest.mark.parametrize(
    ("fin", "nouvelle"),
    [
        (date(2026, 11, 22), date(2027, 11, 22)),
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2023, 11, 23), date(2026, 11, 23)),
    ],
)
def test_a_tacit_renewal_goes_on_by_the_year(responsable, fin, nouvelle):
    tacite = contrat(fin, reconduction_tacite=True)
    assert veille.terminer_les_contrats(jour=JOUR) == (1, 0)
    tacite.refresh_from_db()
    assert (tacite.statut, tacite.date_fin) == (StatutContrat.ACTIF, nouvelle)
    assert veille.terminer_les_contrats(jour=JOUR) == (0, 0)
    assert titres() == [f"Contrat {tacite.numero} reconduit jusqu’au {nouvelle:%d/%m/%Y}"]


def test_the_renewed_term_is_told_of_again(responsable):
    contrat(JOUR - timedelta(days=1), reconduction_tacite=True)
    veille.prevenir_des_fins(jour=JOUR - timedelta(days=2))
    veille.terminer_les_contrats(jour=JOUR)
    assert veille.prevenir_des_fins(jour=JOUR + timedelta(days=360)) == 1


def test_a_contract_that_a_newer_one_took_over_ends_instead(responsable):
    ancien = contrat(JOUR - timedelta(days=1), reconduction_tacite=True)
    couverture = CouvertureFactory(contrat=ancien)
    nouveau = ContratFactory(
        client=ancien.client, date_debut=JOUR, date_fin=JOUR + timedelta(days=364)
    )
    CouvertureFactory(contrat=nouveau, equipement=couverture.equipement)
    assert veille.terminer_les_contrats(jour=JOUR) == (0, 1)
    ancien.refresh_from_db()
    assert (ancien.statut, ancien.date_fin) == (StatutContrat.EXPIRE, JOUR - timedelta(days=1))


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_tell_once():
    UserFactory()
    contrat(JOUR + timedelta(days=20))
    contrat(JOUR - timedelta(days=1))
    depart = threading.Barrier(3)

    def courir():
        depart.wait()
        veille.prevenir_des_fins(jour=JOUR)
        veille.terminer_les_contrats(jour=JOUR)
        connection.close()

    fils = [threading.Thread(target=courir) for _ in range(3)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert len(titres()) == 2


def test_the_task_says_what_it_did(responsable):
    assert surveiller_contrats() == {"reconduits": 0, "expires": 0, "prevenus": 0}
