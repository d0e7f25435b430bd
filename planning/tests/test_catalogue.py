"""Gammes and plans: what is written, and what is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from equipment.tests.factories import CompteurFactory, EquipementFactory, ReleveFactory
from erp.exceptions import (
    AuthorizationError,
    BusinessRuleError,
    IntrouvableError,
    ValidationError,
)
from planning import services
from planning.libelles import composer, en_mots, simple
from planning.models import OccurrencePlan, PlanMaintenance
from planning.previsions import a_generer, prochaines_echeances
from planning.tests.factories import GammeFactory, PlanFactory
from stock.tests.factories import PieceFactory
from technicians.tests.factories import CompetenceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def gamme():
    return GammeFactory()


@pytest.fixture
def equipement():
    return EquipementFactory()


def creer(par, equipement, gamme, **termes):
    return services.creer_plan(
        par=par,
        equipement_id=equipement.pk,
        gamme_id=gamme.pk,
        **{"date_depart": date(2027, 1, 31), **termes},
    )


# --- Gammes ------------------------------------------------------------------------------------


def test_une_gamme_et_ses_lignes(responsable):
    piece, soudure = PieceFactory(), CompetenceFactory()
    gamme = services.creer_gamme(
        par=responsable,
        titre="Visite annuelle",
        description="Contrôler, nettoyer, graisser.",
        points=[
            {"libelle": "Pression", "unite": "bar"},
            {"libelle": "Bruit", "obligatoire": False},
        ],
        pieces=[{"piece_id": piece.pk, "quantite": Decimal(2)}],
        competences=[soudure.pk],
    )
    assert [(p.libelle, p.obligatoire) for p in gamme.points.all()] == [
        ("Pression", True),
        ("Bruit", False),
    ]
    services.modifier_gamme(par=responsable, gamme_id=gamme.pk, titre="Visite", pieces=[])
    assert gamme.points.count() == 2
    assert gamme.pieces.count() == 0
    services.modifier_gamme(par=responsable, gamme_id=gamme.pk, points=[{"libelle": "Fuites"}])
    assert [p.libelle for p in gamme.points.all()] == ["Fuites"]


def test_une_gamme_refusee_ne_laisse_rien(responsable, gamme):
    with pytest.raises(ValidationError) as refus:
        services.creer_gamme(
            par=responsable,
            titre="Visite annuelle",
            description="Contrôler, nettoyer, graisser.",
            pieces=[{"piece_id": 10**9, "quantite": Decimal(1)}],
        )
    assert refus.value.errors[0].code == "INCONNU"
    assert list(type(gamme).objects.all()) == [gamme]


def test_une_gamme_en_service_ne_se_supprime_pas(responsable):
    plan = PlanFactory()
    with pytest.raises(BusinessRuleError) as refus:
        services.supprimer_gamme(par=responsable, gamme_id=plan.gamme_id)
    assert refus.value.code == "UTILISE"
    services.supprimer_plan(par=responsable, plan_id=plan.pk)
    services.supprimer_gamme(par=responsable, gamme_id=plan.gamme_id)


@pytest.mark.parametrize("qui", ["technicien", "client_portail"])
def test_seuls_les_responsables_planifient(request, qui, gamme, equipement):
    par = request.getfixturevalue(qui)
    with pytest.raises(AuthorizationError):
        creer(par, equipement, gamme, regle="FREQ=YEARLY")
    with pytest.raises(AuthorizationError):
        services.creer_gamme(par=par, titre="Visite", description="Contrôler la pression.")


def test_un_client_ne_change_pas_le_plan_qu_il_voit(client_portail, autre_client):
    plan = PlanFactory(equipement__client=client_portail.contact.client)
    with pytest.raises(AuthorizationError):
        services.activer_plan(par=client_portail, plan_id=plan.pk, actif=False)
    with pytest.raises(IntrouvableError):
        services.activer_plan(par=autre_client, plan_id=plan.pk, actif=False)


# --- Plans -------------------------------------------------------------------------------------


def test_la_premiere_echeance_est_celle_de_la_regle(responsable, equipement, gamme):
    plan = creer(responsable, equipement, gamme, regle="freq=monthly;bymonthday=15")
    assert plan.prochaine_echeance == date(2027, 2, 15)
    assert plan.regle == "FREQ=MONTHLY;BYMONTHDAY=15"


@pytest.mark.parametrize(
    "regle",
    [
        "tous les mois",
        "FREQ=HOURLY",
        "FREQ=MONTHLY;COUNT=3",
        "INTERVAL=3",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_une_regle_qui_ne_se_lit_pas(responsable, equipement, gamme, regle):
    with pytest.raises(ValidationError) as refus:
        creer(responsable, equipement, gamme, regle=regle)
    assert [(e.field, e.code) for e in refus.value.errors] == [("regle", "REGLE_INVALIDE")]


def test_ni_calendrier_ni_compteur(responsable, equipement, gamme):
    with pytest.raises(ValidationError):
        creer(responsable, equipement, gamme)


def test_par_compteur_depuis_le_dernier_releve(responsable, equipement, gamme):
    compteur = CompteurFactory(equipement=equipement)
    ReleveFactory(compteur=compteur, valeur=Decimal(1200))
    plan = creer(
        responsable, equipement, gamme, compteur_id=compteur.pk, intervalle_compteur=Decimal(500)
    )
    assert plan.prochaine_valeur == 1700
    assert plan.prochaine_echeance is None


def test_le_compteur_d_une_autre_machine(responsable, equipement, gamme):
    with pytest.raises(ValidationError) as refus:
        creer(
            responsable,
            equipement,
            gamme,
            compteur_id=CompteurFactory().pk,
            intervalle_compteur=Decimal(500),
        )
    assert refus.value.errors[0].field == "compteur_id"


def test_changer_la_cadence_repart_d_aujourd_hui(responsable):
    jour = timezone.localdate()
    plan = PlanFactory(
        date_depart=jour - timedelta(days=100), prochaine_echeance=jour + timedelta(days=50)
    )
    services.modifier_plan(par=responsable, plan_id=plan.pk, jours_avance=3)
    plan.refresh_from_db()
    assert plan.prochaine_echeance == jour + timedelta(days=50)
    services.modifier_plan(par=responsable, plan_id=plan.pk, regle="FREQ=WEEKLY")
    plan.refresh_from_db()
    assert jour <= plan.prochaine_echeance < jour + timedelta(days=7)
    assert (plan.prochaine_echeance - plan.date_depart).days % 7 == 0


def test_reactiver_ne_rattrape_pas_ce_qui_a_ete_saute(responsable):
    jour = timezone.localdate()
    plan = PlanFactory(
        actif=False,
        regle="FREQ=WEEKLY",
        date_depart=jour - timedelta(days=100),
        prochaine_echeance=jour - timedelta(days=60),
    )
    services.activer_plan(par=responsable, plan_id=plan.pk, actif=True)
    plan.refresh_from_db()
    assert plan.actif
    assert plan.prochaine_echeance >= jour


def test_un_plan_qui_a_servi_ne_se_supprime_pas(responsable):
    plan = PlanFactory()
    OccurrencePlan.objects.create(plan=plan, date_echeance=plan.prochaine_echeance)
    with pytest.raises(BusinessRuleError) as refus:
        services.supprimer_plan(par=responsable, plan_id=plan.pk)
    assert refus.value.code == "UTILISE"


def test_une_machine_retiree_n_a_pas_de_nouveau_plan(responsable, gamme):
    with pytest.raises(ValidationError):
        creer(responsable, EquipementFactory(retire=True), gamme, regle="FREQ=YEARLY")


# --- What comes --------------------------------------------------------------------------------


def test_ce_que_la_prochaine_generation_creera():
    jour = timezone.localdate()
    dans = {n: jour + timedelta(days=n) for n in (2, 20)}
    du = PlanFactory(prochaine_echeance=dans[2], jours_avance=7)
    PlanFactory(prochaine_echeance=dans[20], jours_avance=7)
    PlanFactory(prochaine_echeance=dans[2], actif=False)
    PlanFactory(prochaine_echeance=dans[2], equipement__retire=True)
    assert list(a_generer(PlanMaintenance.objects.all(), jour)) == [du]


def test_les_prochaines_echeances():
    plan = PlanFactory.build(
        regle="FREQ=MONTHLY;INTERVAL=3",
        date_depart=date(2027, 1, 15),
        prochaine_echeance=date(2027, 4, 20),
    )
    assert prochaines_echeances(plan, 3) == [
        date(2027, 4, 20),
        date(2027, 7, 15),
        date(2027, 10, 15),
    ]
    plan.mode = "flottant"
    assert prochaines_echeances(plan, 3) == [
        date(2027, 4, 20),
        date(2027, 7, 20),
        date(2027, 10, 20),
    ]
    plan.actif = False
    assert prochaines_echeances(plan) == []


@pytest.mark.parametrize(
    ("regle", "mots"),
    [
        ("FREQ=MONTHLY;INTERVAL=3", "tous les 3 mois"),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "chaque semaine, lundi et jeudi"),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1", "chaque année, en mars, le 1"),
        ("FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=MONTHLY;BYMONTH=4,9", "chaque mois, en avril et septembre"),
        ("FREQ=MONTHLY;BYMONTH=3,4,5,6", "chaque mois, entre mars et juin"),
        ("FREQ=WEEKLY;BYMONTH=11,12,1,2", "chaque semaine, entre novembre et février"),
        ("FREQ=MONTHLY;BYMONTH=1,2,3,7", "chaque mois, en janvier, février, mars et juillet"),
    ],
)
def test_une_regle_en_mots(regle, mots):
    assert en_mots(regle) == mots


def test_une_cadence_simple_et_sa_saison():
    assert simple("FREQ=DAILY;INTERVAL=10") == ("DAILY", 10, [])
    assert simple("FREQ=MONTHLY;INTERVAL=2;BYMONTH=4,6") == ("MONTHLY", 2, [4, 6])
    assert simple("FREQ=WEEKLY;BYDAY=MO") is None
    # what would be written otherwise stays as it was written
    assert simple("FREQ=MONTHLY;BYMONTH=6,4") is None
    assert simple("FREQ=MONTHLY;INTERVAL=1") is None
    assert simple("FREQ=MONTHLY;BYMONTH=13") is None


@given(
    unite=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    intervalle=st.integers(1, 9999),
    mois=st.sets(st.integers(1, 12), max_size=11),
)
def test_une_saison_fait_l_aller_et_retour(unite, intervalle, mois):
    regle = composer(unite, intervalle, mois)
    assert simple(regle) == (unite, intervalle, sorted(mois))
