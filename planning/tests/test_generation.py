import threading
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.tests.factories import ClientFactory
from equipment.tests.factories import CompteurFactory, EquipementFactory, ReleveFactory
from erp.calendrier import CASABLANCA
from interventions.choices import Statut
from interventions.models import Intervention
from interventions.tests.factories import InterventionFactory
from planning.choices import JourFerme, ModeEcheance
from planning.models import Gamme, OccurrencePlan
from planning.services import generer_preventives
from planning.tasks import generer_interventions_preventives
from planning.tests.factories import GammeFactory, PlanFactory
from technicians.tests.factories import CompetenceFactory, TechnicienFactory

pytestmark = pytest.mark.django_db

LUNDI = date(2026, 11, 23)


def plan_du(jour, **champs):
    return PlanFactory(date_depart=jour, prochaine_echeance=jour, **champs)


def echeances_de(plan):
    return sorted(plan.occurrences.values_list("date_echeance", flat=True))


def relire(plan):
    plan.refresh_from_db()
    return plan


def test_the_intervention_is_that_of_the_gamme():
    competence = CompetenceFactory()
    gamme = GammeFactory(
        titre="Visite trimestrielle", duree_estimee=90, points=["Niveau d’huile", "Courroie"]
    )
    gamme.competences.add(competence)
    plan = plan_du(LUNDI + timedelta(days=3), gamme=gamme, technicien=TechnicienFactory())
    assert generer_preventives(jour=LUNDI).creees == 1

    intervention = Intervention.objects.get(occurrence__plan=plan)
    assert intervention.titre == "Visite trimestrielle"
    assert intervention.type_intervention == "preventive"
    assert intervention.priorite == "programmee"
    assert intervention.statut == Statut.OUVERTE
    assert intervention.technicien is None
    assert intervention.equipement == plan.equipement
    assert intervention.duree_estimee == 90
    assert list(intervention.competences_requises.all()) == [competence]
    assert [point.libelle for point in intervention.controles.all()] == [
        "Niveau d’huile",
        "Courroie",
    ]
    echeance = datetime.combine(LUNDI + timedelta(days=3), time(18), CASABLANCA)
    assert intervention.date_limite == echeance
    assert intervention.historique.get().user is None
    assert relire(plan).prochaine_echeance == date(2027, 2, 26)


def test_only_within_the_days_of_advance():
    plan = plan_du(LUNDI + timedelta(days=8), jours_avance=7)
    assert generer_preventives(jour=LUNDI).creees == 0
    assert generer_preventives(jour=LUNDI + timedelta(days=1)).creees == 1
    assert generer_preventives(jour=LUNDI + timedelta(days=1)).creees == 0
    assert echeances_de(plan) == [LUNDI + timedelta(days=8)]


def test_every_date_within_a_long_advance():
    plan = plan_du(LUNDI, regle="FREQ=WEEKLY", jours_avance=21)
    assert generer_preventives(jour=LUNDI).creees == 4
    assert echeances_de(plan) == [LUNDI + timedelta(days=7 * semaine) for semaine in range(4)]


def test_inactive_plans_retired_machines_and_lost_clients_wait():
    plan_du(LUNDI, actif=False)
    plan_du(LUNDI, equipement=EquipementFactory(retire=True))
    plan_du(LUNDI, equipement=EquipementFactory(client=ClientFactory(is_active=False)))
    bilan = generer_preventives(jour=LUNDI)
    assert (bilan.creees, bilan.erreurs) == (0, 0)


def test_missed_dates_are_made_up_for_by_the_latest_only():
    plan = plan_du(LUNDI - timedelta(days=38), regle="FREQ=WEEKLY", jours_avance=0)
    bilan = generer_preventives(jour=LUNDI)
    assert (bilan.creees, bilan.sautees) == (1, 5)
    assert echeances_de(plan) == [LUNDI - timedelta(days=3)]
    assert relire(plan).prochaine_echeance == LUNDI + timedelta(days=4)


def test_a_date_already_made_is_not_made_again():
    plan = plan_du(LUNDI)
    OccurrencePlan.objects.create(plan=plan, date_echeance=LUNDI)
    assert generer_preventives(jour=LUNDI).creees == 0
    assert relire(plan).prochaine_echeance > LUNDI


def test_one_bad_plan_does_not_stop_the_run():
    mauvais = plan_du(LUNDI, regle="FREQ=JAMAIS")
    bons = [plan_du(LUNDI) for _ in range(3)]
    bilan = generer_preventives(jour=LUNDI)
    assert (bilan.creees, bilan.erreurs) == (3, 1)
    assert not mauvais.occurrences.exists()
    assert Intervention.objects.count() == len(bons)


def test_a_batch_that_fails_is_made_plan_by_plan():
    """A gamme that no intervention can be made from is found out by the service, in the middle of a batch."""
    mauvaise = GammeFactory()
    Gamme.objects.filter(pk=mauvaise.pk).update(duree_estimee=0)
    mauvais = plan_du(LUNDI, gamme=mauvaise)
    bons = [plan_du(LUNDI) for _ in range(4)]
    bilan = generer_preventives(jour=LUNDI)
    assert (bilan.creees, bilan.erreurs) == (4, 1)
    assert not mauvais.occurrences.exists()
    assert relire(mauvais).prochaine_echeance == LUNDI
    assert all(echeances_de(plan) == [LUNDI] for plan in bons)


def test_a_batch_costs_the_same_statements_for_two_plans_as_for_forty():
    def compter(nombre):
        gamme, machine = GammeFactory(points=["Niveau", "Fuite"]), EquipementFactory()
        gamme.competences.add(CompetenceFactory())
        for _ in range(nombre):
            plan_du(LUNDI, gamme=gamme, equipement=machine)
        with CaptureQueriesContext(connection) as requetes:
            assert generer_preventives(jour=LUNDI).creees == nombre
        return len(requetes)

    deux = compter(2)
    assert compter(40) == deux


def test_a_date_that_moves_back_is_made_before_the_closed_days():
    """Due on Sunday, served on Friday: to be made on the day it is due would be too late."""
    dimanche = LUNDI + timedelta(days=6)
    plan = plan_du(dimanche, jours_avance=0, jour_ferme=JourFerme.AVANT)
    assert generer_preventives(jour=LUNDI + timedelta(days=3)).creees == 0
    assert generer_preventives(jour=LUNDI + timedelta(days=4)).creees == 1
    intervention = plan.occurrences.get().intervention
    assert timezone.localdate(intervention.date_limite) == LUNDI + timedelta(days=4)
    assert echeances_de(plan) == [dimanche]


@pytest.mark.parametrize("sens", [JourFerme.AVANT, JourFerme.APRES])
def test_a_daily_round_is_not_done_twice_on_the_day_that_its_closed_days_move_to(sens):
    plan = plan_du(LUNDI, regle="FREQ=DAILY", jours_avance=0, jour_ferme=sens)
    for jour in range(14):
        generer_preventives(jour=LUNDI + timedelta(days=jour))
    visites = [
        timezone.localdate(limite)
        for limite in Intervention.objects.filter(occurrence__plan=plan).values_list(
            "date_limite", flat=True
        )
    ]
    assert len(visites) == len(set(visites)) == 10


def test_a_limit_stops_the_run_and_the_next_goes_on():
    for _ in range(5):
        plan_du(LUNDI)
    assert generer_preventives(jour=LUNDI, limite=2).creees == 2
    assert generer_preventives(jour=LUNDI).creees == 3


# --- floating -------------------------------------------------------------------------------------


def plan_flottant():
    plan = plan_du(LUNDI, mode=ModeEcheance.FLOTTANT, regle="FREQ=MONTHLY", jours_avance=0)
    generer_preventives(jour=LUNDI)
    return relire(plan)


def finir(plan, fin):
    intervention = Intervention.objects.get(occurrence__plan=plan)
    Intervention.objects.filter(pk=intervention.pk).delete()
    debut = fin - timedelta(hours=2)
    plan.occurrences.update(
        intervention=InterventionFactory(
            cloturee=True,
            equipement=plan.equipement,
            date_debut=debut,
            date_fin=fin,
            date_cloture=fin,
        )
    )


def test_a_floating_plan_waits_for_its_intervention():
    plan = plan_flottant()
    assert plan.prochaine_echeance is None
    bilan = generer_preventives(jour=LUNDI + timedelta(days=400))
    assert (bilan.creees, relire(plan).prochaine_echeance) == (0, None)


def test_a_floating_plan_counts_from_the_day_it_was_done():
    plan = plan_flottant()
    finir(plan, datetime(2026, 12, 4, 15, tzinfo=CASABLANCA))
    generer_preventives(jour=date(2026, 12, 5))
    assert relire(plan).prochaine_echeance == date(2027, 1, 4)
    assert plan.derniere_execution == date(2026, 12, 4)


def test_a_floating_plan_done_out_of_its_season_is_not_forgotten():
    """Every six months, only in November: counted from 4 December it would never come again."""
    plan = plan_du(
        LUNDI,
        mode=ModeEcheance.FLOTTANT,
        regle="FREQ=MONTHLY;INTERVAL=6;BYMONTH=11",
        jours_avance=0,
    )
    generer_preventives(jour=LUNDI)
    finir(plan, datetime(2026, 12, 4, 15, tzinfo=CASABLANCA))
    assert generer_preventives(jour=date(2026, 12, 5)).erreurs == 0
    assert relire(plan).prochaine_echeance == date(2027, 11, 23)


def test_a_floating_plan_whose_intervention_was_cancelled_counts_from_the_due_date():
    plan = plan_flottant()
    plan.occurrences.get().intervention.delete()
    annulee = InterventionFactory(annulee=True, equipement=plan.equipement)
    plan.occurrences.update(intervention=annulee)
    generer_preventives(jour=LUNDI + timedelta(days=1))
    assert relire(plan).prochaine_echeance == date(2026, 12, 23)


def test_a_deleted_intervention_counts_as_cancelled():
    plan = plan_flottant()
    plan.occurrences.get().intervention.delete()
    generer_preventives(jour=LUNDI + timedelta(days=1))
    assert relire(plan).prochaine_echeance == date(2026, 12, 23)


# --- meters ---------------------------------------------------------------------------------------


@pytest.fixture
def compteur():
    compteur = CompteurFactory()
    relever(compteur, 900)
    return compteur


def relever(compteur, valeur, **champs):
    return ReleveFactory(compteur=compteur, valeur=Decimal(valeur), **champs)


def plan_compteur(compteur, **champs):
    valeurs = {"regle": "", "prochaine_echeance": None, "prochaine_valeur": Decimal(1000)}
    return PlanFactory(
        equipement=compteur.equipement,
        compteur=compteur,
        intervalle_compteur=Decimal(500),
        **{**valeurs, **champs},
    )


def test_a_meter_is_due_at_its_value(compteur):
    plan = plan_compteur(compteur)
    assert generer_preventives(jour=LUNDI).creees == 0
    relever(compteur, 1000)
    assert generer_preventives(jour=LUNDI).creees == 1
    assert echeances_de(plan) == [LUNDI]
    assert relire(plan).prochaine_valeur == 1500
    relever(compteur, 2600)  # several intervals at once: one visit
    assert generer_preventives(jour=LUNDI + timedelta(days=1)).creees == 1
    assert relire(plan).prochaine_valeur == 3000


def test_whichever_comes_first_counts_both_anew(compteur):
    plan = plan_compteur(compteur, regle="FREQ=YEARLY", prochaine_echeance=date(2027, 6, 1))
    relever(compteur, 1040)
    assert generer_preventives(jour=LUNDI).creees == 1
    assert relire(plan).prochaine_echeance == date(2027, 11, 23)
    assert plan.prochaine_valeur == 1540
    assert generer_preventives(jour=date(2027, 11, 20)).creees == 1
    assert relire(plan).prochaine_echeance == date(2028, 11, 23)
    assert plan.prochaine_valeur == 1540


def test_a_floating_meter_counts_from_the_reading_of_the_day_it_was_done(compteur):
    plan = plan_compteur(compteur, mode=ModeEcheance.FLOTTANT)
    relever(compteur, 1100)
    generer_preventives(jour=LUNDI)
    assert relire(plan).prochaine_valeur is None
    fin = timezone.now()
    finir(plan, fin)
    relever(compteur, 1300, date_releve=fin + timedelta(hours=1))
    generer_preventives(jour=LUNDI)
    assert relire(plan).prochaine_valeur == 1600


def test_a_replaced_meter_takes_its_plan_along(compteur):
    plan = plan_compteur(compteur)
    relever(compteur, 5, remplacement=True)
    generer_preventives(jour=LUNDI)
    assert relire(plan).prochaine_valeur == 105
    generer_preventives(jour=LUNDI)
    assert relire(plan).prochaine_valeur == 105
    relever(compteur, 106)
    assert generer_preventives(jour=LUNDI).creees == 1


def test_a_new_plan_without_terms_gets_them(compteur):
    plan = plan_compteur(
        compteur, regle="FREQ=YEARLY", date_depart=date(2027, 3, 1), prochaine_valeur=None
    )
    generer_preventives(jour=LUNDI)
    assert relire(plan).prochaine_echeance == date(2027, 3, 1)
    assert plan.prochaine_valeur == 1400


# --- concurrency, volume ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_make_each_date_once():
    plans = [plan_du(LUNDI, regle="FREQ=WEEKLY", jours_avance=14) for _ in range(6)]
    depart = threading.Barrier(3)
    bilans = []

    def courir():
        depart.wait()
        bilans.append(generer_preventives(jour=LUNDI))
        connection.close()

    fils = [threading.Thread(target=courir) for _ in range(3)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert [bilan.erreurs for bilan in bilans] == [0, 0, 0]
    assert sum(bilan.creees for bilan in bilans) == 18
    assert Intervention.objects.count() == 18
    for plan in plans:
        assert echeances_de(plan) == [LUNDI + timedelta(days=7 * n) for n in range(3)]


@pytest.mark.django_db(transaction=True)
def test_two_runs_share_many_plans_after_missed_days():
    """More than a batch of plans, some late, some with several dates to make, two runs at once, then a third."""
    gamme, machine = GammeFactory(points=["Niveau"]), EquipementFactory()
    plans = [
        plan_du(
            LUNDI - timedelta(days=rang % 40),
            regle="FREQ=WEEKLY",
            jours_avance=rang % 15,
            gamme=gamme,
            equipement=machine,
        )
        for rang in range(450)
    ]
    depart = threading.Barrier(2)
    bilans = []

    def courir():
        depart.wait()
        bilans.append(generer_preventives(jour=LUNDI))
        connection.close()

    fils = [threading.Thread(target=courir) for _ in range(2)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    bilans.append(generer_preventives(jour=LUNDI))  # what one left to the other, if anything
    assert [bilan.erreurs for bilan in bilans] == [0, 0, 0]
    attendues = {
        (plan.pk, LUNDI + timedelta(days=jour))
        for rang, plan in enumerate(plans)
        for jour in range(-6, rang % 15 + 1)
        if (jour + rang % 40) % 7 == 0
    }
    faites = list(OccurrencePlan.objects.values_list("plan_id", "date_echeance"))
    assert len(faites) == len(set(faites)) == sum(bilan.creees for bilan in bilans)
    assert set(faites) == attendues
    assert Intervention.objects.count() == len(faites)


@pytest.mark.django_db(transaction=True)
def test_a_plan_being_changed_is_left_for_the_next_run():
    plan = plan_du(LUNDI)
    pris, rendre = threading.Event(), threading.Event()

    def modifier():
        with connection.cursor() as curseur:
            curseur.execute("BEGIN")
            curseur.execute("SELECT 1 FROM plans_maintenance WHERE id = %s FOR UPDATE", [plan.pk])
            pris.set()
            rendre.wait()
            curseur.execute("COMMIT")
        connection.close()

    fil = threading.Thread(target=modifier)
    fil.start()
    try:
        assert pris.wait(10)
        assert generer_preventives(jour=LUNDI).creees == 0
    finally:
        rendre.set()
        fil.join()
    assert generer_preventives(jour=LUNDI).creees == 1


def test_the_task_says_what_it_did():
    plan_du(timezone.localdate())
    assert generer_interventions_preventives() == {"creees": 1, "sautees": 0, "erreurs": 0}
    assert generer_interventions_preventives()["creees"] == 0


def test_nothing_is_asked_again_for_plans_that_are_not_due(django_assert_max_num_queries):
    PlanFactory.create_batch(20, prochaine_echeance=LUNDI + timedelta(days=300))
    with django_assert_max_num_queries(7):  # three of them are the company's calendar
        generer_preventives(jour=LUNDI)


def test_the_command_makes_them_now(capsys):
    plan_du(LUNDI)
    call_command("generer_preventives", "--jour", LUNDI.isoformat())
    assert capsys.readouterr().out.startswith("1 créée(s), 0 ")
