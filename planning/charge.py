"""The preventive work to come against the hours there are, and the parts that it takes against the stock.

What is needed: the visits that the plans will ask for (`planning.projection`), and the interventions that they have
made and that are not over; each counts on its day, what is late counts today. Corrective work is not foreseen: what is
left of the hours is for it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from heapq import nsmallest
from itertools import pairwise

from dateutil.relativedelta import relativedelta
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from erp.calendrier import CASABLANCA, Calendrier, Intervalle, minuit
from erp.horaires import lire_semaine
from interventions.choices import STATUTS_ACTIFS, Statut
from interventions.models import Intervention
from planning.models import Gamme, PieceGamme, PlanMaintenance
from planning.projection import toutes_les_prevues
from planning.services.generation import en_service
from stock.models import PieceDetachee
from technicians.models import Competence, Disponibilite, Technicien, TechnicienCompetence
from technicians.presence import calendrier_de

MOIS = 12
SEMAINES = 13
#: Visits that one list behind a figure holds at most.
VISITES_MAX = 5000
#: Statuts in which the parts of a visit have not left the store yet.
PAS_COMMENCEES = (Statut.OUVERTE, Statut.AFFECTEE)

Besoins = Mapping[tuple[int, date], int]


@dataclass(frozen=True, slots=True)
class Periode:
    """Days, both included."""

    debut: date
    fin: date

    def contient(self, jour: date) -> bool:
        return self.debut <= jour <= self.fin


def les_mois(jour: date, nombre: int = MOIS) -> list[Periode]:
    """What is left of this month, then whole months."""
    premier = jour.replace(day=1)
    debuts = [premier + relativedelta(months=n) for n in range(nombre + 1)]
    return [
        Periode(max(debut, jour), suivant - timedelta(days=1))
        for debut, suivant in pairwise(debuts)
    ]


def les_semaines(jour: date, nombre: int = SEMAINES) -> list[Periode]:
    """What is left of this week, then whole weeks, Monday to Sunday."""
    lundi = jour - timedelta(days=jour.weekday())
    return [
        Periode(max(lundi + timedelta(weeks=n), jour), lundi + timedelta(weeks=n, days=6))
        for n in range(nombre)
    ]


def horizon(jour: date) -> date:
    return les_mois(jour)[-1].fin


# --- What is needed ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Visite:
    """One visit to come: of which plan, on which day, whether a meter's trend says so; its intervention if made."""

    jour: date
    plan_id: int
    gamme_id: int
    estimee: bool = False
    intervention_id: int | None = None
    reference: str = ""


def visites(
    plans: QuerySet[PlanMaintenance], user: User, jour: date, fin: date, calendrier: Calendrier
) -> Iterator[Visite]:
    """Every visit from `jour` to `fin` of these plans, in no order; memory holds a batch of plans."""
    for ligne in _en_cours(plans, user):
        due = max(ligne[0], jour)
        if due <= fin:
            yield Visite(due, ligne[1], ligne[2], False, ligne[3], ligne[4])
    for terme, suite in toutes_les_prevues(en_service(plans), jour, fin, calendrier):
        for prevue in suite:
            due = max(prevue.visite, jour)
            if due <= fin:
                yield Visite(due, terme.pk, terme.gamme_id, prevue.estimee)


def _en_cours(
    plans: QuerySet[PlanMaintenance], user: User
) -> Iterator[tuple[date, int, int, int, str]]:
    """(day, plan, gamme, intervention, reference) of the visits that are made and not over."""
    lignes = (
        Intervention.objects.visible_to(user)
        .filter(statut__in=STATUTS_ACTIFS, occurrence__plan__in=plans.order_by())
        .order_by()
        .values_list(
            "date_limite",
            "occurrence__date_echeance",
            "occurrence__plan_id",
            "occurrence__plan__gamme_id",
            "pk",
            "reference",
        )
    )
    for limite, due, plan_id, gamme_id, pk, reference in lignes.iterator():
        yield (timezone.localdate(limite) if limite else due, plan_id, gamme_id, pk, reference)


def besoins(user: User, jour: date, calendrier: Calendrier) -> Counter[tuple[int, date]]:
    """How many visits of each gamme on each day of the twelve months: the plans may be many, this is not."""
    compte: Counter[tuple[int, date]] = Counter()
    plans = PlanMaintenance.objects.visible_to(user)
    for visite in visites(plans, user, jour, horizon(jour), calendrier):
        compte[visite.gamme_id, visite.jour] += 1
    return compte


@dataclass(frozen=True, slots=True)
class Choix:
    """What stands behind one figure: a period, and a skill, the lack of one, a part or a gamme."""

    periode: Periode
    competence_id: int | None = None
    sans_competence: bool = False
    piece_id: int | None = None
    gamme_id: int | None = None

    def plans(self, user: User) -> QuerySet[PlanMaintenance]:
        gammes = Gamme.objects.visible_to(user)
        if self.competence_id is not None:
            gammes = gammes.filter(competences=self.competence_id)
        if self.sans_competence:
            gammes = gammes.filter(competences__isnull=True)
        if self.piece_id is not None:
            gammes = gammes.filter(pieces__piece=self.piece_id)
        if self.gamme_id is not None:
            gammes = gammes.filter(pk=self.gamme_id)
        return PlanMaintenance.objects.visible_to(user).filter(gamme__in=gammes.values("pk"))


def visites_de(choix: Choix, user: User, jour: date, calendrier: Calendrier) -> list[Visite]:
    """The visits behind a figure, in order of day: the first `VISITES_MAX` of them."""
    periode = choix.periode
    retenues = (
        visite
        for visite in visites(choix.plans(user), user, jour, periode.fin, calendrier)
        if periode.contient(visite.jour)
    )
    return nsmallest(VISITES_MAX, retenues, key=lambda v: (v.jour, v.plan_id))


# --- Hours ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mesure:
    """Minutes needed and minutes that there are, over a period."""

    periode: Periode
    besoin: int
    disponible: int

    @property
    def part(self) -> int | None:
        """Percent of the hours that preventive work takes; None when there are none."""
        return round(100 * self.besoin / self.disponible) if self.disponible else None

    @property
    def alerte(self) -> str:
        """ "trop" when the hours do not suffice, "tendue" from 70 % on: breakdowns want theirs."""
        if self.besoin > self.disponible:
            return "trop"
        return "tendue" if self.besoin * 10 >= self.disponible * 7 and self.besoin else ""


@dataclass(slots=True)
class LigneCharge:
    """A skill, no skill at all, or everything (`total`)."""

    competence: Competence | None
    total: bool = False
    mesures: list[Mesure] = field(default_factory=list)

    @property
    def nom(self) -> str:
        if self.total:
            return _("Toutes les visites")
        return str(self.competence) if self.competence else _("Sans compétence particulière")


def charge(
    user: User,
    jour: date,
    periodes: Sequence[Periode],
    calendrier: Calendrier,
    compte: Besoins,
) -> list[LigneCharge]:
    """Needs and hours by skill, period by period: the total first, then the skills, then what requires none.

    A visit that requires two skills counts under both, a technicien who holds two is there under both: only the total
    counts each once. A skill counts while it has not expired.
    """
    gammes = {
        pk: (duree, set[int]()) for pk, duree in Gamme.objects.values_list("pk", "duree_estimee")
    }
    exigees = Gamme.competences.through.objects.values_list("gamme_id", "competence_id")
    for gamme_id, competence_id in exigees:
        gammes[gamme_id][1].add(competence_id)
    heures = _par_periode(heures_de_chacun(user, periodes, calendrier), periodes)
    detenteurs = _detenteurs(user)

    besoin: dict[int | None, list[int]] = defaultdict(lambda: [0] * len(periodes))
    total = [0] * len(periodes)
    rangs = _rangs(periodes)
    for (gamme_id, quand), nombre in compte.items():
        rang = rangs.get(quand)
        if rang is None or gamme_id not in gammes:
            continue
        duree, competences = gammes[gamme_id]
        total[rang] += duree * nombre
        sous: list[int | None] = [*competences] or [None]
        for competence in sous:
            besoin[competence][rang] += duree * nombre

    def mesurer(minutes: Sequence[int], qui: Sequence[Iterable[int]]) -> list[Mesure]:
        return [
            Mesure(periode, minutes[rang], sum(heures.get(t, vide)[rang] for t in qui[rang]))
            for rang, periode in enumerate(periodes)
        ]

    vide = [0] * len(periodes)
    tous = [list(heures)] * len(periodes)
    lignes = [LigneCharge(None, total=True, mesures=mesurer(total, tous))]
    for exigee in Competence.objects.visible_to(user):
        if exigee.pk in besoin:
            siens = [detenteurs(exigee.pk, periode) for periode in periodes]
            lignes.append(LigneCharge(exigee, mesures=mesurer(besoin[exigee.pk], siens)))
    if None in besoin:
        lignes.append(LigneCharge(None, mesures=mesurer(besoin[None], tous)))
    return lignes


def _rangs(periodes: Sequence[Periode]) -> dict[date, int]:
    """Day → rank of its period."""
    return {
        periode.debut + timedelta(days=n): rang
        for rang, periode in enumerate(periodes)
        for n in range((periode.fin - periode.debut).days + 1)
    }


class _detenteurs:
    """Who holds a skill that has not expired when a period begins."""

    def __init__(self, user: User) -> None:
        self.par_competence: dict[int, list[tuple[int, date | None]]] = defaultdict(list)
        lues = TechnicienCompetence.objects.visible_to(user).values_list(
            "competence_id", "technicien_id", "date_expiration"
        )
        for competence_id, technicien_id, expire in lues:
            self.par_competence[competence_id].append((technicien_id, expire))

    def __call__(self, competence_id: int, periode: Periode) -> list[int]:
        return [
            technicien_id
            for technicien_id, expire in self.par_competence[competence_id]
            if expire is None or expire >= periode.debut
        ]


def heures_de_chacun(
    user: User, periodes: Sequence[Periode], societe: Calendrier
) -> dict[int, dict[date, int]]:
    """Technicien → day → minutes of work: his hours, closed days and Ramadan, accepted absences taken out.

    His week is no longer than his `heures_hebdomadaires`: opening hours longer than those are cut in proportion.
    """
    debut, fin = periodes[0].debut, periodes[-1].fin
    jours = [debut + timedelta(days=n) for n in range((fin - debut).days + 1)]
    de, a = minuit(debut), minuit(fin + timedelta(days=1))
    absences: dict[int, list[Intervalle]] = defaultdict(list)
    acceptees = Disponibilite.objects.visible_to(user).acceptees().touchant(de, a)
    for technicien_id, part, revient in acceptees.values_list("technicien_id", "debut", "fin"):
        absences[technicien_id].append((part, revient))
    usuels: dict[str, tuple[Calendrier, dict[date, int]]] = {}
    trouvees: dict[int, dict[date, int]] = {}
    for technicien in Technicien.objects.visible_to(user).actifs():
        if technicien.horaires not in usuels:
            calendrier = calendrier_de(technicien, societe)
            usuels[technicien.horaires] = (calendrier, {j: _minutes(calendrier, j) for j in jours})
        calendrier, usuelles = usuels[technicien.horaires]
        siennes = dict(usuelles)
        if absences[technicien.pk]:
            present = calendrier.sans(absences[technicien.pk])
            for part, revient in absences[technicien.pk]:
                for jour in _jours_touches(max(part, de), min(revient, a)):
                    siennes[jour] = _minutes(present, jour)
        semaine = lire_semaine(technicien.horaires) if technicien.horaires else societe.semaine
        ouverte = sum(b - a for plages in semaine for a, b in plages)
        poids = min(1.0, technicien.heures_hebdomadaires * 60 / ouverte) if ouverte else 0.0
        embauche = technicien.date_embauche or date.min
        trouvees[technicien.pk] = {
            jour: round(minutes * poids) if jour >= embauche else 0
            for jour, minutes in siennes.items()
        }
    return trouvees


def _minutes(calendrier: Calendrier, jour: date) -> int:
    duree = calendrier.duree(minuit(jour), minuit(jour + timedelta(days=1)))
    return round(duree.total_seconds() / 60)


def _jours_touches(de: datetime, a: datetime) -> Iterator[date]:
    jour = de.astimezone(CASABLANCA).date()
    while minuit(jour) < a:
        yield jour
        jour += timedelta(days=1)


def _par_periode(
    heures: Mapping[int, Mapping[date, int]], periodes: Sequence[Periode]
) -> dict[int, list[int]]:
    rangs = _rangs(periodes)
    sommes = {pk: [0] * len(periodes) for pk in heures}
    for pk, siennes in heures.items():
        for jour, minutes in siennes.items():
            if jour in rangs:
                sommes[pk][rangs[jour]] += minutes
    return sommes


# --- Parts ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class LignePiece:
    """What the visits to come take of a part, period by period, and when the stock no longer suffices.

    `sous_minimum` and `rupture`: the first day on which what is left falls under the minimum, or what is asked for is
    no longer there, if nothing comes in meanwhile; None when neither happens within the twelve months.
    """

    piece: PieceDetachee
    besoins: list[Decimal]
    sous_minimum: date | None
    rupture: date | None

    @property
    def total(self) -> Decimal:
        return sum(self.besoins, Decimal(0))


def pieces(
    user: User, jour: date, periodes: Sequence[Periode], compte: Besoins
) -> list[LignePiece]:
    """The parts that the visits to come take, those that run out first in front.

    Parts of a visit that has begun are taken to have left the store.
    """
    commencees = _commencees(user, jour)
    prevues: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for gamme_id, piece_id, quantite in PieceGamme.objects.values_list(
        "gamme_id", "piece_id", "quantite"
    ):
        prevues[gamme_id][piece_id] = quantite
    sommes: dict[int, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for (gamme_id, quand), nombre in compte.items():
        restent = nombre - commencees[gamme_id, quand]
        for piece_id, quantite in prevues[gamme_id].items():
            if restent > 0:
                sommes[piece_id][quand] += quantite * restent
    rangs = _rangs(periodes)
    lignes = []
    for piece in PieceDetachee.objects.visible_to(user).filter(pk__in=sommes):
        besoin = [Decimal(0)] * len(periodes)
        reste, sous_minimum, rupture = piece.stock_actuel, None, None
        for quand, quantite in sorted(sommes[piece.pk].items()):
            if quand in rangs:
                besoin[rangs[quand]] += quantite
            reste -= quantite
            if reste < 0 and rupture is None:
                rupture = quand
            if reste < piece.stock_minimum and sous_minimum is None:
                sous_minimum = quand
        lignes.append(LignePiece(piece, besoin, sous_minimum, rupture))
    loin = date.max
    lignes.sort(key=lambda x: (x.rupture or loin, x.sous_minimum or loin, x.piece.reference))
    return lignes


def _commencees(user: User, jour: date) -> Counter[tuple[int, date]]:
    """Visits of each gamme that have begun and are not over, on the day on which `besoins` counts them."""
    lues = (
        Intervention.objects.visible_to(user)
        .filter(statut__in=STATUTS_ACTIFS, occurrence__plan__isnull=False)
        .exclude(statut__in=PAS_COMMENCEES)
        .order_by()
        .values_list("occurrence__plan__gamme_id", "date_limite", "occurrence__date_echeance")
    )
    compte: Counter[tuple[int, date]] = Counter()
    for gamme_id, limite, due in lues:
        compte[gamme_id, max(timezone.localdate(limite) if limite else due, jour)] += 1
    return compte
