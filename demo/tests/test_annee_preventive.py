"""A year of the demo company's preventive plans, day after day, read as its manager would."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from demo import generateur
from equipment.choices import StatutEquipement
from erp.calendrier import CASABLANCA, Calendrier
from erp.societe import calendrier_societe
from interventions.tests.factories import InterventionFactory
from planning.charge import besoins
from planning.choices import JourFerme, ModeEcheance
from planning.models import OccurrencePlan, PlanMaintenance
from planning.projection import prevues, terme_de
from planning.recurrence import echeance_suivante_de, echeances
from planning.services import generer_preventives

INSTANT = datetime(2026, 3, 10, 14, 40, tzinfo=UTC)
JOUR = date(2026, 3, 10)
JOURS = 365
#: A floating visit is done so many days after the day it was for.
RETARD = 4
pytestmark = pytest.mark.django_db


class Annee:
    """The plans as they stood, what was foreseen of them, and what a year of runs made of them."""

    def __init__(self) -> None:
        plans = PlanMaintenance.objects.select_related("equipement__client").order_by("pk")
        self.plans = {plan.pk: plan for plan in plans}
        self.anciennes = set(OccurrencePlan.objects.values_list("pk", flat=True))
        self.calendrier: Calendrier = calendrier_societe()
        self.prevues = prevues(
            [terme_de(plan) for plan in self.plans.values()],
            JOUR,
            JOUR + timedelta(days=JOURS),
            self.calendrier,
        )
        responsable = User.objects.get(email="responsable@mif.ma")
        self.besoins = besoins(responsable, JOUR, self.calendrier)
        self.erreurs = 0
        self.sautees = 0
        self.faites: dict[int, date] = {}

    def vivre(self) -> None:
        """One run a day; every floating visit is done some days late, on the day it was to be done."""
        for n in range(JOURS):
            jour = JOUR + timedelta(days=n)
            self._finir(jour)
            bilan = generer_preventives(jour=jour)
            self.erreurs += bilan.erreurs
            self.sautees += bilan.sautees
        nouvelles = OccurrencePlan.objects.exclude(pk__in=self.anciennes)
        self.visites: dict[int, list[tuple[date, date]]] = defaultdict(list)
        for plan_id, due, limite in nouvelles.order_by("date_echeance").values_list(
            "plan_id", "date_echeance", "intervention__date_limite"
        ):
            self.visites[plan_id].append((due, timezone.localdate(limite)))

    def _finir(self, jour: date) -> None:
        dues = OccurrencePlan.objects.filter(
            plan__mode=ModeEcheance.FLOTTANT,
            plan__prochaine_echeance__isnull=True,
            date_echeance=jour - timedelta(days=RETARD),
        )
        for occurrence in dues.select_related("plan__equipement"):
            fin = datetime(jour.year, jour.month, jour.day, 11, tzinfo=CASABLANCA)
            ancienne = occurrence.intervention
            occurrence.intervention = InterventionFactory(
                cloturee=True,
                equipement=occurrence.plan.equipement,
                date_limite=ancienne.date_limite if ancienne is not None else fin,
                date_debut=fin - timedelta(hours=2),
                date_fin=fin,
                date_cloture=fin,
            )
            occurrence.save(update_fields=["intervention"])
            self.faites[occurrence.pk] = jour


@pytest.fixture(scope="module")
def annee(django_db_setup: None, django_db_blocker: Any) -> Iterator[Annee]:
    import time_machine

    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        time_machine.travel(INSTANT, tick=False),
    ):
        generateur.charger(maintenant=INSTANT)
        une = Annee()
        une.vivre()
        yield une
        transaction.set_rollback(True)


def test_aucun_plan_n_est_oublie_ni_en_erreur(annee: Annee) -> None:
    assert annee.erreurs == 0
    assert annee.sautees == 0
    for plan in annee.plans.values():
        assert plan.equipement.statut != StatutEquipement.RETIRE
        if annee.prevues[plan.pk]:
            assert annee.visites[plan.pk], plan


def test_chaque_date_une_fois_et_un_seul_jour_par_visite(annee: Annee) -> None:
    for siennes in annee.visites.values():
        dues = [due for due, _visite in siennes]
        jours = [visite for _due, visite in siennes]
        assert len(dues) == len(set(dues))
        assert len(jours) == len(set(jours))


def test_jamais_un_jour_ferme_quand_le_plan_le_dit(annee: Annee) -> None:
    deplacees: Counter[str] = Counter()
    for pk, siennes in annee.visites.items():
        sens = annee.plans[pk].jour_ferme
        for due, visite in siennes:
            if sens == JourFerme.GARDER:
                assert visite == due
                continue
            assert annee.calendrier.est_ouvre(visite)
            assert (visite <= due) if sens == JourFerme.AVANT else (visite >= due)
            assert visite == due or not annee.calendrier.est_ouvre(due)
            deplacees[sens] += visite != due
    assert set(deplacees) == {JourFerme.AVANT, JourFerme.APRES}


def test_un_plan_fixe_suit_sa_regle_et_un_flottant_sa_realisation(annee: Annee) -> None:
    flottants = 0
    for pk, siennes in annee.visites.items():
        plan = annee.plans[pk]
        if plan.compteur_id is not None:
            continue
        dues = [due for due, _visite in siennes]
        if plan.mode == ModeEcheance.FIXE:
            attendues = list(echeances(plan.regle, plan.date_depart, dues[0], dues[-1]))
            assert dues == attendues
            continue
        for avant, apres in pairwise(dues):
            faite = avant + timedelta(days=RETARD)
            assert apres == echeance_suivante_de(plan.regle, faite, faite, plan.date_depart)
            flottants += 1
    assert flottants


def test_l_annee_prevue_est_celle_qui_est_venue(annee: Annee) -> None:
    """What the year's page said in March is what the runs made of the fixed plans, but for the days not yet due."""
    derniere = JOUR + timedelta(days=JOURS - 1)
    for pk, plan in annee.plans.items():
        if plan.mode == ModeEcheance.FIXE and plan.compteur_id is None:
            prevues_ = [(p.jour, p.visite) for p in annee.prevues[pk] if p.jour <= derniere]
            assert [paire for paire in annee.visites[pk] if paire[0] <= derniere] == prevues_


def test_la_charge_reste_vivable(annee: Annee) -> None:
    """No week asks for three times the usual one, no day for more visits than there are techniciens."""
    jours: Counter[date] = Counter()
    for (_gamme, jour), nombre in annee.besoins.items():
        jours[jour] += nombre
    semaines: Counter[tuple[int, int]] = Counter()
    for jour, nombre in jours.items():
        annee_iso, semaine, _rang = jour.isocalendar()
        semaines[annee_iso, semaine] += nombre
    # the first weeks hold what is due now, for the next run to have something to make
    usuelle = sum(semaines.values()) / len(semaines)
    suivantes = sorted(semaines)[3:]
    assert max(semaines[semaine] for semaine in suivantes) <= 3 * usuelle
    assert max(nombre for jour, nombre in jours.items() if jour > JOUR + timedelta(days=14)) <= 8
    fermes = sum(n for jour, n in jours.items() if not annee.calendrier.est_ouvre(jour))
    assert fermes <= sum(jours.values()) * 0.15
