"""Twelve months of preventive plans: what was done, what is planned, late or to come, each date in its month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from equipment.choices import StatutEquipement
from erp.calendrier import Calendrier
from interventions.choices import STATUTS_ACTIFS, Statut
from interventions.models import Intervention, Planning
from planning.choices import EtatVisite
from planning.models import PlanMaintenance
from planning.projection import prevues, terme_de
from planning.services.generation import JOURS_FERMES_AU_PLUS, jour_de_visite

MOIS = 12
#: How many years ahead visits are foreseen: a daily round until 2100 would keep the machine busy for nobody.
ANNEES_PREVUES = 10
#: Marks that a month shows of one plan; a daily round says how many more there are.
MARQUES_PAR_MOIS = 5


@dataclass(frozen=True, slots=True)
class Marque:
    """One due date: the day it falls on, the day it is served, where it stands, and its intervention if any."""

    date_echeance: date
    date_visite: date
    etat: EtatVisite
    intervention_id: int | None = None
    reference: str = ""

    @property
    def deplacee(self) -> bool:
        """Whether it moved off a closed day."""
        return self.date_visite != self.date_echeance


@dataclass(frozen=True, slots=True)
class Case:
    """The marks of one plan in one month, and how many more there are."""

    mois: date
    marques: Sequence[Marque]
    autres: int


def douze_mois(debut: date) -> list[date]:
    """The first days of the twelve months from `debut`."""
    return [debut.replace(day=1) + relativedelta(months=n) for n in range(MOIS)]


def fin_de(debut: date) -> date:
    """The last day of the twelve months from `debut`."""
    return debut.replace(day=1) + relativedelta(months=MOIS, days=-1)


def marques(
    plans: Iterable[PlanMaintenance],
    user: User,
    debut: date,
    fin: date,
    calendrier: Calendrier,
    *,
    jour: date | None = None,
) -> dict[int, list[Marque]]:
    """The dates of each of these plans that are served in [debut, fin], in order: four statements, however many.

    What was made is told by its intervention, if the user sees it; what was not is computed from the plan's rule and
    the trend of its meter, from today to `ANNEES_PREVUES` ahead. A plan that makes nothing any more (inactive, machine
    retired, client inactive) shows its past alone. The plans come with their équipement and its client.
    """
    jour = jour or timezone.localdate()
    lus = {plan.pk: plan for plan in plans}
    trouvees: dict[int, dict[date, Marque]] = {pk: {} for pk in lus}
    for plan_id, due, pk, reference, statut, date_limite, cloture, planifiee in _faites(
        lus, user, debut, fin
    ):
        visite = jour_de_visite(lus[plan_id], due, calendrier)
        etat = _etat(statut, date_limite, cloture=cloture, planifiee=planifiee)
        trouvees[plan_id][due] = Marque(due, visite, etat, pk, reference)
    vifs = [terme_de(plan) for plan in lus.values() if fait_quelque_chose(plan)]
    horizon = min(
        fin + timedelta(days=JOURS_FERMES_AU_PLUS), jour + relativedelta(years=ANNEES_PREVUES)
    )
    for plan_id, suite in prevues(vifs, jour, horizon, calendrier).items():
        for prevue in suite:
            etat = EtatVisite.ESTIMEE if prevue.estimee else EtatVisite.A_VENIR
            if prevue.visite < jour:
                etat = EtatVisite.EN_RETARD
            trouvees[plan_id].setdefault(prevue.jour, Marque(prevue.jour, prevue.visite, etat))
    return {
        pk: sorted(
            (m for m in siennes.values() if debut <= m.date_visite <= fin),
            key=lambda m: (m.date_visite, m.date_echeance),
        )
        for pk, siennes in trouvees.items()
    }


def _faites(
    plans: Iterable[int], user: User, debut: date, fin: date
) -> Iterable[tuple[int, date, int, str, str, datetime | None, bool, bool]]:
    marge = timedelta(days=JOURS_FERMES_AU_PLUS)
    ouvert = Planning.objects.filter(intervention=OuterRef("pk"), ouvert=True)
    visibles = Intervention.objects.visible_to(user).filter(
        occurrence__plan__in=list(plans),
        occurrence__date_echeance__range=(debut - marge, fin + marge),
    )
    lignes = visibles.annotate(planifiee=Exists(ouvert)).values_list(
        "occurrence__plan_id",
        "occurrence__date_echeance",
        "pk",
        "reference",
        "statut",
        "date_limite",
        "date_cloture",
        "planifiee",
    )
    for ligne in lignes.order_by("pk"):
        yield (*ligne[:6], ligne[6] is not None, ligne[7])


def _etat(
    statut: str, date_limite: datetime | None, *, cloture: bool, planifiee: bool
) -> EtatVisite:
    if statut not in STATUTS_ACTIFS:
        return EtatVisite.FAITE if cloture else EtatVisite.ANNULEE
    if date_limite is not None and date_limite < timezone.now():
        return EtatVisite.EN_RETARD
    return EtatVisite.PLANIFIEE if planifiee or statut == Statut.EN_COURS else EtatVisite.CREEE


def fait_quelque_chose(plan: PlanMaintenance) -> bool:
    """Whether the generator looks at it: active, its machine in service, its client active."""
    equipement = plan.equipement
    return (
        plan.actif and equipement.statut != StatutEquipement.RETIRE and equipement.client.is_active
    )


def par_mois(siennes: Sequence[Marque], mois: Sequence[date]) -> list[Case]:
    """The marks of a plan, month by month, at most `MARQUES_PAR_MOIS` of them each."""
    rangees: dict[date, list[Marque]] = {premier: [] for premier in mois}
    for marque in siennes:
        rangees[marque.date_visite.replace(day=1)].append(marque)
    return [
        Case(premier, liste[:MARQUES_PAR_MOIS], max(0, len(liste) - MARQUES_PAR_MOIS))
        for premier, liste in rangees.items()
    ]
