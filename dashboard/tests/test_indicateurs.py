"""Each formula against a story counted by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.tests.factories import ClientFactory
from dashboard.demande import Demande, demande_par_defaut
from dashboard.indicateurs import fiche_equipement, fiche_technicien, tableau
from dashboard.indicateurs.fiabilite import observer
from dashboard.periodes import Genre, Periode, periode
from dashboard.tests.histoires import MAINTENANT, finie, le
from equipment.tests.factories import EquipementFactory
from interventions.tests.factories import InterventionFactory, TempsFactory
from technicians.tests.factories import DisponibiliteFactory, TechnicienFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _en_novembre():
    with time_machine.travel(MAINTENANT, tick=False):
        yield


@pytest.fixture
def lire(responsable):
    """The figures of 1 to 20 November, by key, for the responsable."""

    def lire(user=None, **filtres):
        novembre = Periode(Genre.LIBRE, date(2026, 11, 1), date(2026, 11, 20))
        return tableau(Demande(user or responsable, novembre, filtres))

    return lire


# --- Periods --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("genre", "premier", "avant"),
    [
        (Genre.MOIS, "2026-11-01", ("2026-10-01", "2026-10-23")),
        (Genre.TRENTE_JOURS, "2026-10-25", ("2026-09-25", "2026-10-24")),
        (Genre.QUATRE_VINGT_DIX_JOURS, "2026-08-26", ("2026-05-28", "2026-08-25")),
        (Genre.ANNEE, "2026-01-01", ("2025-01-01", "2025-11-23")),
    ],
)
def test_a_period_ends_today_and_is_compared_with_the_same_days_before(genre, premier, avant):
    lue = periode(genre, date(2026, 11, 23))
    assert (lue.premier.isoformat(), lue.dernier) == (premier, date(2026, 11, 23))
    precedente = lue.precedente()
    assert (precedente.premier.isoformat(), precedente.dernier.isoformat()) == avant


def test_the_end_of_a_long_month_has_its_match_in_a_short_one():
    assert periode(Genre.MOIS, date(2026, 3, 31)).precedente().dernier == date(2026, 2, 28)
    assert periode(Genre.ANNEE, date(2028, 2, 29)).precedente().dernier == date(2027, 2, 28)


# --- Nothing at all -------------------------------------------------------------------------------


def test_of_nothing_nothing_is_said(lire):
    lus = lire().indicateurs
    comptes = {"encours": 0, "creees": 0, "closes": 0, "pannes": 0}
    assert {cle: i.valeur for cle, i in lus.items()} == {**dict.fromkeys(lus), **comptes}
    assert {i.precedent for cle, i in lus.items() if cle not in comptes} == {None}


def test_machines_without_a_failure_are_available_and_have_no_mtbf(lire):
    EquipementFactory(date_mise_en_service=date(2020, 1, 1))
    lus = lire().indicateurs
    assert (lus["mtbf"].valeur, lus["disponibilite"].valeur) == (None, 100.0)


# --- Delays ---------------------------------------------------------------------------------------


def test_deadlines_kept_of_what_was_finished_in_the_period_and_had_one(lire):
    finie(le(2, 8), le(2, 9), le(2, 10), date_limite=le(2, 10), priorite="urgente")  # to the second
    finie(le(2, 8), le(2, 9), le(2, 11), date_limite=le(2, 10), priorite="urgente")
    finie(le(3, 8), le(3, 9), le(3, 11), date_limite=le(5), priorite="haute")
    finie(le(3, 8), le(3, 9), le(3, 11), priorite="programmee")  # no deadline
    finie(le(3, 8), le(3, 9), le(21, 11), date_limite=le(5))  # after the period
    finie(le(3, 8, mois=10), le(3, 9, mois=10), le(31, 23, mois=10), date_limite=le(4, mois=10))
    InterventionFactory(annulee=True, date_creation=le(3), date_limite=le(4))
    InterventionFactory(affectee=True, date_creation=le(3), date_limite=le(4))  # late, still open
    lu = lire()
    sla = lu.indicateurs["sla"]
    assert (sla.valeur, sla.precedent) == (66.7, 0.0)
    assert (sla.sur.nombre, sla.dont.nombre) == (2, 1)
    par_priorite = {
        ligne.cle: tuple(ligne.valeurs.values()) for ligne in lu.repartitions["sla_priorite"].lignes
    }
    assert par_priorite == {
        "urgente": (1, 1, 50.0),
        "haute": (1, 0, 100.0),
        "normale": (0, 0, None),
        "basse": (0, 0, None),
    }


def test_response_restoration_and_repair_times(lire):
    # called Monday 8:00, begun 9:30, waited for a part, done on Tuesday 8:00: 2 h of work
    finie(le(2, 8), le(2, 9, 30), le(3, 8), minutes_attente=1200, duree_reelle=120)
    finie(le(5, 8), le(5, 8, 30), le(5, 12), duree_reelle=60)
    # preventive work waits for its day: it is in none of the three
    finie(le(1), le(10), le(11), type_intervention="preventive", duree_reelle=500)
    # begun in the period, not finished: it has been answered
    InterventionFactory(en_cours=True, date_creation=le(9, 8), date_debut=le(9, 9))
    # begun before, finished in the period: across the edge
    finie(le(30, 8, mois=10), le(31, 8, mois=10), le(1, 8), duree_reelle=30)
    lus = lire().indicateurs
    assert lus["reponse"].valeur == 60  # (90 + 30 + 60) / 3
    assert lus["reponse"].sur.nombre == 3
    assert lus["mttr"].valeur == (24 + 4 + 48) * 60 // 3
    assert lus["reparation"].valeur == 70.0
    assert lus["mttr"].sur.nombre == lus["reparation"].sur.nombre == 3


def test_a_machine_that_fails_again_within_thirty_days_was_not_repaired(lire):
    machine, autre = EquipementFactory(), EquipementFactory()
    finie(le(1, 8), le(1, 9), le(1, 10), equipement=machine)
    finie(le(6, 8), le(6, 9), le(6, 10), equipement=autre)
    InterventionFactory(equipement=machine, date_creation=le(20, 8))
    # neither a cancelled call, nor planned work, nor a call made before the repair was done
    InterventionFactory(equipement=autre, date_creation=le(7), annulee=True)
    InterventionFactory(equipement=autre, date_creation=le(7), type_intervention="preventive")
    InterventionFactory(equipement=autre, date_creation=le(6, 9))
    lu = lire().indicateurs["premier_coup"]
    assert (lu.valeur, lu.sur.nombre, lu.dont.nombre) == (50.0, 2, 1)


def test_satisfaction_is_the_mean_of_the_notes_given(lire):
    for note in (5, 4, 4, None):
        finie(le(2), le(2, 1), le(2, 2), satisfaction_client=note)
    lu = lire()
    assert lu.indicateurs["satisfaction"].valeur == 4.33
    assert lu.indicateurs["satisfaction"].sur.nombre == 3
    notes = {ligne.cle: ligne.valeurs["nombre"] for ligne in lu.repartitions["notes"].lignes}
    assert notes == {"5": 1, "4": 2, "3": 0, "2": 0, "1": 0}


# --- Machines -------------------------------------------------------------------------------------


def test_overlapping_failures_keep_a_machine_down_once(lire):
    machine = EquipementFactory(date_mise_en_service=date(2020, 1, 1))
    finie(le(2, 0), le(2, 6), le(2, 12), equipement=machine)  # 12 h
    finie(le(2, 6), le(2, 7), le(2, 18), equipement=machine)  # 6 h more
    finie(le(2, 8), le(2, 9), le(2, 10), equipement=machine)  # within
    InterventionFactory(equipement=machine, date_creation=le(3), annulee=True)
    finie(le(4), le(4, 1), le(5), equipement=machine, type_intervention="preventive")
    lu = lire()
    vu = observer(lu.demande)
    assert vu.arret == timedelta(hours=18)
    assert (vu.pannes, vu.requis) == (3, timedelta(days=20))
    assert lu.indicateurs["mtbf"].valeur == (20 * 24 - 18) * 60 // 3
    assert lu.indicateurs["disponibilite"].valeur == round(100 * (480 - 18) / 480, 2)
    (ligne,) = lu.repartitions["machines_pannes"].lignes
    assert dict(ligne.valeurs) == {"pannes": 3, "arret": 18 * 60}


def test_a_failure_across_the_edges_counts_for_what_lies_within(lire):
    machine = EquipementFactory(date_mise_en_service=date(2020, 1, 1))
    finie(le(30, mois=10), le(31, mois=10), le(1, 6), equipement=machine)  # 6 h of it
    ouverte = InterventionFactory(equipement=machine, date_creation=le(20, 20))  # 4 h, and goes on
    vu = observer(lire().demande)
    assert vu.arret == timedelta(hours=10)
    assert vu.pannes == 1  # the other one had failed before
    # while the period lasts, up to now and no further
    en_cours = demande_par_defaut(lire().demande.user, Genre.MOIS)
    vu = observer(en_cours)
    assert vu.arret == timedelta(hours=6) + (MAINTENANT - ouverte.date_creation)
    assert vu.requis == MAINTENANT - le(1)


def test_a_machine_counts_from_its_mise_en_service_and_not_once_retired(lire):
    EquipementFactory(date_mise_en_service=date(2026, 11, 11), date_installation=date(2026, 1, 1))
    EquipementFactory(date_mise_en_service=date(2027, 1, 1))
    retiree = EquipementFactory(statut="retire")
    finie(le(2), le(3), le(4), equipement=retiree)
    vu = observer(lire().demande)
    assert (vu.pannes, vu.arret) == (0, timedelta(0))
    assert abs(vu.requis - timedelta(days=10)) <= timedelta(hours=1)


# --- Work, load, cost -----------------------------------------------------------------------------


def test_preventive_share_is_of_hours(lire):
    finie(le(2), le(3), le(4), type_intervention="preventive", duree_reelle=90)
    finie(le(2), le(3), le(4), type_intervention="diagnostic", duree_reelle=30)
    finie(le(2), le(3), le(4), duree_reelle=240)
    lu = lire().indicateurs["preventif"]
    assert (lu.valeur, lu.sur.nombre, lu.dont.nombre) == (25.0, 3, 1)


def test_load_is_hours_entered_over_hours_there(lire, responsable):
    technicien = TechnicienFactory(heures_hebdomadaires=40, date_embauche=date(2020, 1, 1))
    inactif = TechnicienFactory(user__is_active=False)
    # 16 to 20 November: five days of eight hours but for the 18th, a public holiday; two days away
    DisponibiliteFactory(technicien=technicien, debut=le(19), fin=le(21))
    DisponibiliteFactory(technicien=technicien, debut=le(16), fin=le(17), demandee=True)
    job = InterventionFactory(en_cours=True, technicien=technicien, date_debut=le(16, 8))
    autre = {"intervention": job, "technicien": technicien}
    TempsFactory(debut=le(16, 9), fin=le(16, 11), **autre)
    TempsFactory(debut=le(17, 9), fin=le(17, 10), type_temps="deplacement", **autre)
    TempsFactory(debut=le(15, 23), fin=le(16, 1), **autre)  # an hour of it in the week
    TempsFactory(debut=le(16, 9), fin=le(16, 11), intervention=job, technicien=inactif)
    semaine = Periode(Genre.LIBRE, date(2026, 11, 16), date(2026, 11, 20))
    lu = tableau(Demande(responsable, semaine))
    (ligne,) = lu.repartitions["charge"].lignes
    assert ligne.valeurs["travail"] == 180
    assert ligne.valeurs["deplacement"] == 60
    assert ligne.valeurs["disponible"] == 16 * 60
    assert lu.indicateurs["charge"].valeur == ligne.valeurs["taux"] == 25.0


def test_costs_in_all_and_by_client(lire):
    grand, petit = ClientFactory(nom_entreprise="Grand"), ClientFactory(nom_entreprise="Petit")
    machine, autre = EquipementFactory(client=grand), EquipementFactory(client=petit)
    couts = {"cout_main_oeuvre": Decimal("100.10"), "cout_pieces": Decimal("50.05")}
    finie(le(2), le(3), le(4), equipement=machine, **couts)
    finie(le(2), le(3), le(4), equipement=machine, cout_pieces=Decimal(9))
    finie(le(2), le(3), le(4), equipement=autre, cout_main_oeuvre=Decimal(1))
    finie(le(2), le(3), le(21), equipement=autre, cout_main_oeuvre=Decimal(1000))
    lu = lire()
    assert lu.indicateurs["cout"].valeur == Decimal("160.15")
    assert lu.indicateurs["cout_main_oeuvre"].valeur == Decimal("101.10")
    assert lu.indicateurs["cout_pieces"].valeur == Decimal("59.05")
    totaux = [
        (ligne.libelle, ligne.valeurs["total"]) for ligne in lu.repartitions["couts_clients"].lignes
    ]
    assert totaux == [("Grand", Decimal("159.15")), ("Petit", Decimal(1))]
    assert lire(client_id=(petit.pk,)).indicateurs["cout"].valeur == Decimal(1)


def test_backlog_by_statut_and_by_age_whatever_the_period(lire):
    InterventionFactory(date_creation=le(23, 8))
    InterventionFactory(affectee=True, date_creation=le(22))
    InterventionFactory(affectee=True, date_creation=le(21, 23, 59))
    InterventionFactory(en_attente=True, date_creation=le(1, mois=1))
    finie(le(1), le(2), le(3))
    lu = lire()
    assert lu.indicateurs["encours"].valeur == 4
    statuts = [ligne.valeurs["nombre"] for ligne in lu.repartitions["encours_statut"].lignes]
    assert statuts == [1, 2, 0, 1]
    ages = [ligne.valeurs["nombre"] for ligne in lu.repartitions["encours_age"].lignes]
    assert ages == [2, 1, 0, 0, 1]


def test_created_and_closed_by_week_cut_at_the_edges(responsable):
    finie(le(2, 9, mois=10), le(2, 10, mois=10), le(2, 11))
    InterventionFactory(date_creation=le(1, 0))  # the first moment, a Sunday
    InterventionFactory(date_creation=le(31, 23, 59, mois=10))  # the moment before
    InterventionFactory(date_creation=le(20, 23, 59))
    novembre = Periode(Genre.LIBRE, date(2026, 11, 1), date(2026, 11, 20))
    flux = tableau(Demande(responsable, novembre)).repartitions["flux"]
    assert [(x.cle, *x.valeurs.values()) for x in flux.lignes] == [
        ("2026-11-01", 1, 0),
        ("2026-11-02", 0, 1),
        ("2026-11-09", 0, 0),
        ("2026-11-16", 1, 0),
    ]
    jours = tableau(
        Demande(responsable, Periode(Genre.LIBRE, date(2026, 11, 19), date(2026, 11, 20)))
    )
    assert [x.valeurs["creees"] for x in jours.repartitions["flux"].lignes] == [0, 1]
    annee = tableau(demande_par_defaut(responsable, Genre.ANNEE)).repartitions["flux"]
    assert [x.valeurs["creees"] for x in annee.lignes] == [0] * 9 + [2, 2]


# --- Who sees what --------------------------------------------------------------------------------


def test_each_role_counts_its_own(lire, technicien, autre_technicien, client_portail, autre_client):
    sienne = EquipementFactory(client=client_portail.contact.client)
    finie(le(2), le(3), le(4), equipement=sienne, technicien=technicien.technicien)
    finie(le(2), le(3), le(4), equipement=sienne)
    finie(le(2), le(3), le(4), technicien=technicien.technicien)
    comptes = {
        user: lire(user).indicateurs["closes"].valeur
        for user in (technicien, autre_technicien, client_portail, autre_client)
    }
    assert list(comptes.values()) == [2, 0, 2, 0]
    assert lire().indicateurs["closes"].valeur == 3
    du_technicien, du_client = lire(technicien), lire(client_portail)
    assert not {"cout", "pannes", "mtbf", "disponibilite"} & set(du_technicien.indicateurs)
    assert set(du_technicien.repartitions) & {"couts_clients", "machines_pannes"} == set()
    assert [x.cle for x in du_technicien.repartitions["charge"].lignes] == [
        str(technicien.technicien.pk)
    ]
    assert not {"cout", "cout_pieces", "charge"} & set(du_client.indicateurs)
    assert not {"couts_clients", "machines_couts", "charge"} & set(du_client.repartitions)
    assert du_client.indicateurs["pannes"].valeur == 2


def test_the_pages_of_a_machine_and_a_technicien(responsable, technicien):
    machine = EquipementFactory(date_mise_en_service=date(2020, 1, 1))
    finie(le(2), le(3), le(4), equipement=machine, technicien=technicien.technicien)
    finie(le(2), le(3), le(4))
    d_une = demande_par_defaut(responsable, equipement_id=(machine.pk,))
    assert {i.cle: i.valeur for i in fiche_equipement(d_une)} | {"disponibilite": 0, "mtbf": 0} == {
        "pannes": 1, "mtbf": 0, "disponibilite": 0, "mttr": 2880, "cout": Decimal(0),
    }  # fmt: skip
    de_lui = demande_par_defaut(technicien, technicien_id=(technicien.technicien.pk,))
    assert {i.cle for i in fiche_technicien(de_lui)} == {
        "closes", "sla", "reparation", "premier_coup", "satisfaction", "charge",
    }  # fmt: skip
    assert fiche_technicien(de_lui)[0].valeur == 1


def test_it_asks_the_database_as_often_for_thirty_as_for_three(responsable):
    def peupler(combien):
        for _rang in range(combien):
            technicien = TechnicienFactory()
            finie(le(2), le(3), le(4), technicien=technicien, satisfaction_client=5)
            DisponibiliteFactory(technicien=technicien, debut=le(9), fin=le(10))
            TempsFactory(debut=le(3), fin=le(4))

    def compter():
        with CaptureQueriesContext(connection) as requetes:
            tableau(demande_par_defaut(responsable))
        return len(requetes)

    peupler(3)
    petit = compter()
    peupler(27)
    assert compter() == petit <= 32
