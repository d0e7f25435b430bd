from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client as Navigateur
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.tests.factories import ClientFactory, ContactFactory
from equipment.tendance import tendance
from equipment.tests.factories import CompteurFactory, EquipementFactory, ReleveFactory
from erp.calendrier import CASABLANCA, Calendrier
from interventions.tests.factories import CreneauFactory, InterventionFactory
from planning.annee import MARQUES_PAR_MOIS, douze_mois, fin_de, marques, par_mois
from planning.choices import EtatVisite, JourFerme, ModeEcheance
from planning.models import OccurrencePlan, PlanMaintenance
from planning.projection import prevues, terme_de
from planning.tests.factories import GammeFactory, PlanFactory

pytestmark = pytest.mark.django_db

LUNDI = date(2026, 11, 23)
FIN = date(2027, 10, 31)


@pytest.fixture
def responsable(django_user_model):
    from accounts.tests.factories import UserFactory

    return UserFactory(responsable=True)


def jours(plan, fin=FIN, jour=LUNDI):
    plan.refresh_from_db()
    trouvees = prevues([terme_de(plan)], jour, fin, Calendrier())[plan.pk]
    return [f"{p.visite:%Y-%m-%d}{'e' if p.estimee else ''}" for p in trouvees]


def relever(compteur, *valeurs, pas=30, fin=LUNDI):
    """Readings `pas` days apart, the last one on `fin`."""
    for rang, valeur in enumerate(valeurs):
        jour = fin - timedelta(days=pas * (len(valeurs) - 1 - rang))
        ReleveFactory(
            compteur=compteur,
            valeur=Decimal(valeur),
            date_releve=datetime(jour.year, jour.month, jour.day, 9, tzinfo=CASABLANCA),
        )


def plan_compteur(compteur, **champs):
    valeurs = {"regle": "", "prochaine_echeance": None, "prochaine_valeur": Decimal(1000)}
    return PlanFactory(
        equipement=compteur.equipement,
        compteur=compteur,
        intervalle_compteur=Decimal(500),
        date_depart=LUNDI,
        **{**valeurs, **champs},
    )


# --- the trend --------------------------------------------------------------------------------------


def serie(*valeurs, pas=10, remplacement=None):
    """(moment, value, replaced) newest first, as `tendance` reads them."""
    depart = datetime(2026, 1, 1, 9, tzinfo=CASABLANCA)
    lus = [
        (depart + timedelta(days=pas * n), Decimal(v), n == remplacement)
        for n, v in enumerate(valeurs)
    ]
    return lus[::-1]


def test_la_tendance_est_la_mediane_des_pentes():
    assert tendance(serie(100, 200, 300, 400)).par_jour == 10
    # one mistyped reading does not move it: least squares would say 16
    assert tendance(serie(100, 200, 300, 400, 500, 600, 1100)).par_jour == pytest.approx(
        10, abs=0.5
    )


def test_rien_n_est_predit_sans_assez_de_releves_ni_sans_avance():
    assert tendance(serie(100, 200)) is None
    assert tendance(serie(100, 200, 300, pas=1)) is None
    assert tendance(serie(100, 100, 100)) is None
    assert tendance([]) is None


def test_un_compteur_remplace_ne_compte_que_depuis():
    assert tendance(serie(5000, 6000, 7000, 10, 60, 110, remplacement=3)).par_jour == 5
    assert tendance(serie(5000, 6000, 7000, 10, 60, remplacement=3)) is None


def test_une_valeur_trop_lointaine_n_a_pas_de_date():
    lue = tendance(serie(100, 200, 300))
    assert lue.atteinte(Decimal(400)) == date(2026, 1, 31)
    assert lue.atteinte(Decimal(50)) == date(2026, 1, 21)
    assert lue.atteinte(Decimal(10_000_000)) is None


# --- what is to come ----------------------------------------------------------------------------------


def test_un_plan_fixe_suit_sa_regle():
    plan = PlanFactory(date_depart=date(2026, 8, 31), prochaine_echeance=date(2027, 2, 28))
    assert jours(plan) == ["2027-02-28", "2027-05-31", "2027-08-31"]


def test_une_saison_saute_les_mois_qu_elle_ne_nomme_pas():
    plan = PlanFactory(
        regle="FREQ=MONTHLY;BYMONTH=4,5,6",
        date_depart=date(2026, 4, 10),
        prochaine_echeance=date(2027, 4, 10),
    )
    assert jours(plan) == ["2027-04-10", "2027-05-10", "2027-06-10"]


def test_les_dates_manquees_ne_laissent_que_la_derniere():
    depart = LUNDI - timedelta(days=38)
    plan = PlanFactory(regle="FREQ=WEEKLY", date_depart=depart, prochaine_echeance=depart)
    assert jours(plan, fin=LUNDI + timedelta(days=7)) == ["2026-11-20", "2026-11-27"]


def test_un_jour_ferme_deplace_la_visite_et_une_tournee_quotidienne_ne_se_double_pas():
    samedi = date(2026, 11, 28)
    plan = PlanFactory(
        regle="FREQ=MONTHLY",
        date_depart=samedi,
        prochaine_echeance=samedi,
        jour_ferme=JourFerme.AVANT,
    )
    assert jours(plan, fin=date(2026, 12, 31)) == ["2026-11-27", "2026-12-28"]
    for sens in (JourFerme.AVANT, JourFerme.APRES):
        plan = PlanFactory(
            regle="FREQ=DAILY", date_depart=LUNDI, prochaine_echeance=LUNDI, jour_ferme=sens
        )
        vues = jours(plan, fin=date(2026, 12, 11))
        assert len(vues) == len(set(vues)) == 15


def test_un_compteur_predit_sa_date_et_la_suite():
    compteur = CompteurFactory()
    relever(compteur, 640, 740, 840, 940)  # 3,33 a day: 60 more units take 18 days
    plan = plan_compteur(compteur)
    assert jours(plan)[:2] == ["2026-12-11e", "2027-05-10e"]


def test_sans_tendance_un_compteur_ne_predit_rien():
    compteur = CompteurFactory()
    relever(compteur, 900, 940)
    assert jours(plan_compteur(compteur)) == []


def test_au_premier_des_deux_prend_le_plus_tot_et_recompte_les_deux():
    compteur = CompteurFactory()
    relever(compteur, 640, 740, 840, 940)
    plan = plan_compteur(compteur, regle="FREQ=MONTHLY;INTERVAL=3", prochaine_echeance=LUNDI)
    assert jours(plan)[:3] == ["2026-11-23", "2027-02-23", "2027-05-23"]
    plan = plan_compteur(
        compteur, regle="FREQ=MONTHLY;INTERVAL=6", prochaine_echeance=date(2027, 3, 1)
    )
    assert jours(plan)[:3] == ["2026-12-11e", "2027-05-10e", "2027-10-07e"]


def test_un_plan_flottant_en_attente_compte_depuis_aujourd_hui():
    plan = PlanFactory(
        regle="FREQ=MONTHLY",
        mode=ModeEcheance.FLOTTANT,
        date_depart=LUNDI - timedelta(days=20),
        prochaine_echeance=None,
    )
    OccurrencePlan.objects.create(plan=plan, date_echeance=LUNDI - timedelta(days=20))
    assert jours(plan, fin=date(2027, 1, 31)) == ["2026-12-23", "2027-01-23"]


# --- the year -----------------------------------------------------------------------------------------


def faite(plan, jour, **champs):
    limite = datetime(jour.year, jour.month, jour.day, 18, tzinfo=CASABLANCA)
    intervention = InterventionFactory(equipement=plan.equipement, date_limite=limite, **champs)
    OccurrencePlan.objects.create(plan=plan, date_echeance=jour, intervention=intervention)
    return intervention


def test_chaque_visite_dit_ou_elle_en_est(responsable, time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 9, tzinfo=CASABLANCA), tick=False)
    plan = PlanFactory(
        regle="FREQ=MONTHLY",
        date_depart=date(2026, 6, 28),
        prochaine_echeance=date(2027, 1, 28),
        jour_ferme=JourFerme.AVANT,
    )
    faite(plan, date(2026, 8, 28), annulee=True)
    close = faite(plan, date(2026, 9, 28), cloturee=True)
    faite(plan, date(2026, 10, 28))
    planifiee = faite(plan, date(2026, 11, 28), affectee=True)
    CreneauFactory(intervention=planifiee, technicien=planifiee.technicien)
    faite(plan, date(2026, 12, 28))
    debut = date(2026, 8, 1)
    lus = PlanMaintenance.objects.for_list()
    trouvees = marques(lus, responsable, debut, fin_de(debut), Calendrier(), jour=LUNDI)[plan.pk]
    assert [(f"{m.date_visite:%m-%d}", m.etat, m.deplacee) for m in trouvees[:6]] == [
        ("08-28", EtatVisite.ANNULEE, False),
        ("09-28", EtatVisite.FAITE, False),
        ("10-28", EtatVisite.EN_RETARD, False),
        ("11-27", EtatVisite.PLANIFIEE, True),
        ("12-28", EtatVisite.CREEE, False),
        ("01-28", EtatVisite.A_VENIR, False),
    ]
    assert trouvees[1].intervention_id == close.pk
    assert trouvees[5].intervention_id is None
    cases = par_mois(trouvees, douze_mois(debut))
    assert [len(case.marques) for case in cases] == [1] * 12


def test_une_tournee_quotidienne_tient_dans_sa_case(responsable):
    plan = PlanFactory(regle="FREQ=DAILY", date_depart=LUNDI, prochaine_echeance=LUNDI)
    lus = PlanMaintenance.objects.for_list()
    trouvees = marques(lus, responsable, LUNDI, FIN, Calendrier(), jour=LUNDI)[plan.pk]
    decembre = par_mois(trouvees, douze_mois(LUNDI))[1]
    assert (len(decembre.marques), decembre.autres) == (MARQUES_PAR_MOIS, 31 - MARQUES_PAR_MOIS)


def test_les_visites_se_prevoient_dix_ans_pas_plus(responsable):
    plan = PlanFactory(regle="FREQ=DAILY", date_depart=LUNDI)

    def montrees(debut):
        return marques([plan], responsable, debut, fin_de(debut), Calendrier(), jour=LUNDI)[plan.pk]

    assert montrees(date(2035, 11, 1))
    assert montrees(date(2036, 11, 1))[-1].date_visite <= date(2036, 11, 24)
    assert montrees(date(2099, 1, 1)) == []


def test_un_plan_qui_ne_fait_plus_rien_ne_montre_que_son_passe(responsable):
    PlanFactory(actif=False)
    PlanFactory(equipement=EquipementFactory(retire=True))
    PlanFactory(equipement=EquipementFactory(client=ClientFactory(is_active=False)))
    lus = PlanMaintenance.objects.for_list()
    trouvees = marques(lus, responsable, LUNDI, FIN, Calendrier(), jour=LUNDI)
    assert len(trouvees) == 3
    assert not any(trouvees.values())


def ouvrir(user, **params):
    navigateur = Navigateur()
    navigateur.force_login(user, backend="accounts.backends.EmailBackend")
    return navigateur.get(reverse("planning:annee"), params)


def test_la_page_groupe_et_filtre(responsable):
    gamme = GammeFactory(titre="Graissage")
    PlanFactory(gamme=gamme)
    autre = PlanFactory()
    page = ouvrir(responsable).content.decode()
    assert page.count('class="annee-groupe"') == 2
    assert "Graissage" in page
    assert autre.gamme.titre in page
    page = ouvrir(responsable, gamme_id=gamme.pk, sort="gamme", debut="2026-01").content.decode()
    assert page.count('class="annee-groupe"') == 1
    assert autre.gamme.titre not in page.split("</form>")[-1]
    assert "janvier 2026" in page
    assert ouvrir(responsable, debut="zut").status_code == 200


def test_un_client_ne_voit_que_les_siens():
    contact = ContactFactory(portail=True)
    sien = PlanFactory(equipement=EquipementFactory(client=contact.client))
    autre = PlanFactory()
    page = ouvrir(contact.user).content.decode()
    assert sien.gamme.titre in page
    assert autre.gamme.titre not in page


def test_la_page_coute_autant_pour_trois_plans_que_pour_vingt(responsable):
    def compter():
        with CaptureQueriesContext(connection) as requetes:
            assert ouvrir(responsable).status_code == 200
        return len(requetes)

    PlanFactory.create_batch(3)
    ouvrir(responsable)
    trois = compter()
    PlanFactory.create_batch(17)
    assert compter() == trois
