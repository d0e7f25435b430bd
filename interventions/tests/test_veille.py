import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import UserFactory
from clients.tests.factories import ContratFactory, SiteFactory
from equipment.tests.factories import EquipementFactory
from erp.calendrier import CASABLANCA
from erp.models import ParametresSociete
from interventions import tasks
from interventions.models import Intervention
from interventions.services import veille
from interventions.tests.factories import CreneauFactory, InterventionFactory
from notifications.choices import Canal, Evenement
from notifications.models import Notification

pytestmark = pytest.mark.django_db

MAINTENANT = datetime(2026, 11, 23, 10, 0, tzinfo=CASABLANCA)


def dits(evenement, **filtres):
    """Who was told, in the application."""
    lignes = Notification.objects.filter(type_notification=evenement, canal=Canal.IN_APP, **filtres)
    return sorted(lignes.values_list("user__full_name", flat=True))


# --- planning --------------------------------------------------------------------------------------


def creneau(jour, heure, **champs):
    debut = datetime(2026, 11, jour, heure, tzinfo=CASABLANCA)
    return CreneauFactory(debut=debut, fin=debut + timedelta(hours=1), **champs)


def test_each_technicien_hears_of_his_tomorrow_once(technicien, autre_technicien):
    profil = technicien.technicien
    site = SiteFactory(ville="Tanger")
    equipement = EquipementFactory(client=site.client, site=site)
    premier = InterventionFactory(affectee=True, technicien=profil, equipement=equipement)
    second = InterventionFactory(affectee=True, technicien=profil)
    ailleurs = InterventionFactory(affectee=True, technicien=autre_technicien.technicien)
    creneau(24, 14, intervention=second)
    creneau(24, 0, intervention=premier)
    creneau(24, 23, intervention=ailleurs)
    for ecarte in ((23, 15), (25, 0)):
        creneau(*ecarte)
    creneau(24, 9, ouvert=False)

    assert veille.rappeler_planning(maintenant=MAINTENANT) == 3
    assert veille.rappeler_planning(maintenant=MAINTENANT) == 0
    rappel = Notification.objects.get(user=technicien, canal=Canal.IN_APP)
    assert rappel.titre == "Demain, 24/11/2026 : 2 interventions"
    lignes = rappel.message.splitlines()
    assert lignes[0].startswith(f"00:00–01:00 : {premier.reference}, ")
    assert lignes[0].endswith("(Tanger)")
    assert lignes[1].startswith("14:00–15:00")
    seul = Notification.objects.get(user=autre_technicien, canal=Canal.IN_APP)
    assert seul.lien == ailleurs.get_absolute_url()
    assert Notification.objects.count() == 4

    nouveau = InterventionFactory(affectee=True, technicien=profil)
    creneau(24, 16, intervention=nouveau)
    assert veille.rappeler_planning(maintenant=MAINTENANT) == 1


# --- deadlines -------------------------------------------------------------------------------------


def test_a_near_deadline_is_told_once(responsable, admin, technicien):
    proche = InterventionFactory(
        affectee=True,
        technicien=technicien.technicien,
        date_limite=MAINTENANT + timedelta(hours=3),
    )
    InterventionFactory(date_limite=MAINTENANT + timedelta(hours=5))
    InterventionFactory(cloturee=True, date_limite=MAINTENANT + timedelta(hours=1))
    InterventionFactory(
        en_attente=True, motif_attente="client", date_limite=MAINTENANT + timedelta(hours=1)
    )
    InterventionFactory(date_limite=None)
    assert veille.alerter_echeances(maintenant=MAINTENANT) == 1
    assert veille.alerter_echeances(maintenant=MAINTENANT) == 0
    assert dits(Evenement.ECHEANCE_PROCHE) == sorted([responsable.full_name, technicien.full_name])
    message = Notification.objects.filter(user=technicien).first()
    assert "Date limite : 23/11/2026 13:00" in message.message
    assert message.sujet == f"intervention:{proche.pk}"
    assert Intervention.objects.get(pk=proche.pk).version == proche.version


def test_the_delay_is_the_company_s(responsable):
    ParametresSociete.objects.create(pk=1, delai_alerte_heures=24)
    InterventionFactory(date_limite=MAINTENANT + timedelta(hours=20))
    assert veille.alerter_echeances(maintenant=MAINTENANT) == 1


def test_a_delay_is_told_to_the_responsables_then_to_the_admins(responsable, admin):
    en_retard = InterventionFactory(date_limite=MAINTENANT - timedelta(minutes=1))
    assert veille.alerter_retards(maintenant=MAINTENANT) == 1
    assert veille.alerter_retards(maintenant=MAINTENANT) == 0
    assert veille.escalader_retards(maintenant=MAINTENANT + timedelta(hours=3)) == 0
    assert dits(Evenement.INTERVENTION_EN_RETARD) == [responsable.full_name]
    plus_tard = MAINTENANT + timedelta(hours=4)
    assert veille.escalader_retards(maintenant=plus_tard) == 1
    assert veille.escalader_retards(maintenant=plus_tard) == 0
    assert dits(Evenement.INTERVENTION_EN_RETARD) == sorted(
        [admin.full_name, responsable.full_name]
    )
    en_retard.refresh_from_db()
    assert en_retard.escalade_le == plus_tard


def test_when_the_admins_hear_of_a_delay_is_the_company_s(responsable, admin):
    ParametresSociete.objects.create(pk=1, delai_escalade_heures=1)
    InterventionFactory(date_limite=MAINTENANT - timedelta(minutes=1))
    assert veille.alerter_retards(maintenant=MAINTENANT) == 1
    assert veille.escalader_retards(maintenant=MAINTENANT + timedelta(minutes=59)) == 0
    assert veille.escalader_retards(maintenant=MAINTENANT + timedelta(hours=1)) == 1


def test_a_deadline_that_was_moved_is_told_anew(responsable, admin):
    moment = MAINTENANT
    intervention = InterventionFactory(date_limite=moment - timedelta(minutes=1))
    for tour in range(2):
        assert veille.alerter_retards(maintenant=moment) == 1
        moment += timedelta(hours=4)
        assert veille.escalader_retards(maintenant=moment) == 1
        limite = moment + timedelta(days=2)
        Intervention.objects.filter(pk=intervention.pk).update(date_limite=limite)
        assert veille.alerter_echeances(maintenant=limite - timedelta(hours=1)) == 1, tour
        assert veille.alerter_echeances(maintenant=limite - timedelta(minutes=30)) == 0
        moment = limite + timedelta(minutes=1)


def test_the_task_tells_each_thing_once(responsable, admin):
    InterventionFactory(date_limite=timezone.now() + timedelta(hours=1))
    InterventionFactory(date_limite=timezone.now() - timedelta(hours=1))
    assert tasks.surveiller_echeances() == {"echeances": 1, "retards": 1, "escalades": 0}
    assert tasks.surveiller_echeances() == {"echeances": 0, "retards": 0, "escalades": 0}


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_tell_once():
    UserFactory()
    for _ in range(8):
        InterventionFactory(date_limite=timezone.now() - timedelta(hours=1))
    demain = timezone.localtime(timezone.now(), CASABLANCA).replace(hour=9) + timedelta(days=1)
    for _ in range(4):
        CreneauFactory(debut=demain, fin=demain + timedelta(hours=1))
    depart = threading.Barrier(3)
    faits = []

    def courir():
        depart.wait()
        faits.append((veille.alerter_retards(), veille.rappeler_planning()))
        connection.close()

    fils = [threading.Thread(target=courir) for _ in range(3)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert [sum(colonne) for colonne in zip(*faits, strict=True)] == [8, 4]
    assert len(dits(Evenement.INTERVENTION_EN_RETARD)) == 8
    assert len(dits(Evenement.RAPPEL_PLANNING)) == 4


# --- archive ---------------------------------------------------------------------------------------


def close_il_y_a(jours, **traits):
    moment = timezone.now() - timedelta(days=jours)
    dates = {"date_debut": moment, "date_fin": moment, "date_cloture": moment}
    intervention = InterventionFactory(**traits, **(dates if "cloturee" in traits else {}))
    if "annulee" in traits:
        Intervention.objects.filter(pk=intervention.pk).update(updated_at=moment)
    return intervention


def test_the_archive_takes_what_was_closed_long_ago():
    ParametresSociete.objects.create(pk=1, delai_archivage_jours=30)
    partent = [close_il_y_a(31, cloturee=True), close_il_y_a(31, annulee=True)]
    restent = [
        close_il_y_a(29, cloturee=True),
        close_il_y_a(29, annulee=True),
        close_il_y_a(
            90,
        ),
        close_il_y_a(90, en_cours=True),
    ]
    avant = {intervention.pk: intervention.statut for intervention in restent}
    assert tasks.archiver_interventions() == {"archivees": 2, "refusees": 0}
    assert tasks.archiver_interventions() == {"archivees": 0, "refusees": 0}
    for intervention in partent:
        intervention.refresh_from_db()
        assert intervention.statut == "archivee"
        ligne = intervention.historique.get()
        assert (ligne.action, ligne.user) == ("archivage", None)
    for intervention in restent:
        intervention.refresh_from_db()
        assert intervention.statut == avant[intervention.pk]


# --- contracts -------------------------------------------------------------------------------------


def test_a_contract_s_consumption_is_told_at_each_threshold_once(responsable):
    contrat = ContratFactory(interventions_incluses=5, heures_incluses=100)
    equipement = EquipementFactory(client=contrat.client)

    def ajouter(**traits):
        return InterventionFactory(equipement=equipement, contrat=contrat, **traits)

    for _ in range(3):
        ajouter(cloturee=True)
    ajouter(annulee=True)
    assert tasks.surveiller_consommation() == 0
    ajouter()
    assert tasks.surveiller_consommation() == 1
    assert tasks.surveiller_consommation() == 0
    ajouter()
    assert tasks.surveiller_consommation() == 1
    titres = Notification.objects.filter(canal=Canal.IN_APP).order_by("pk")
    assert [ligne.titre for ligne in titres] == [
        f"Contrat {contrat.numero} : 80 % consommés",
        f"Contrat {contrat.numero} : 100 % consommés",
    ]
    assert titres[0].message == f"{contrat.client} : 4 interventions sur 5."
