"""The visits that plans will ask for, before any is made: by the rule, by the meter's trend, or the first of both."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from django.db.models import Max, QuerySet

from equipment.tendance import Tendance, tendances
from erp.calendrier import Calendrier
from planning.choices import ModeEcheance
from planning.models import OccurrencePlan, PlanMaintenance
from planning.recurrence import echeance_suivante_de, echeances, premiere_echeance
from planning.services.generation import est_confondue, jour_de_visite

#: Plans read at a time.
LOT = 2000


class Terme(NamedTuple):
    """What of a plan says when it is due."""

    pk: int
    gamme_id: int
    regle: str
    date_depart: date
    prochaine_echeance: date | None
    mode: str
    jour_ferme: str
    compteur_id: int | None
    prochaine_valeur: Decimal | None
    intervalle_compteur: Decimal | None


CHAMPS = Terme._fields


@dataclass(frozen=True, slots=True)
class Prevue:
    """A due date to come, the day on which it is served, and whether a meter's trend says so."""

    jour: date
    visite: date
    estimee: bool = False


def terme_de(plan: PlanMaintenance) -> Terme:
    return Terme(*(getattr(plan, nom) for nom in CHAMPS))


def projeter(
    terme: Terme,
    jour: date,
    fin: date,
    *,
    tendance: Tendance | None = None,
    attente: date | None = None,
) -> Iterator[tuple[date, bool]]:
    """(due date, estimated by the meter) of the visits still to be made, from `jour` (today) to `fin`, in order.

    What was missed counts as the generator makes up for it: the latest date only. A floating plan is supposed to be
    done on each of its days; while one waits for its visit, due on `attente`, the next is counted from today or from
    that day, the later. Nothing for a rule that cannot be read.
    """
    try:
        if terme.compteur_id is None:
            for due in _par_regle(terme, jour, fin, attente):
                yield due, False
        else:
            yield from _au_premier(terme, jour, fin, tendance, attente)
    except ValueError:
        return


def _premiere(terme: Terme, jour: date, attente: date | None) -> date | None:
    """The first due date by the rule, missed ones but the latest left out."""
    if not terme.regle:
        return None
    due = terme.prochaine_echeance
    if due is None:
        if attente is None:
            return premiere_echeance(terme.regle, terme.date_depart)
        base = max(attente, jour)
        depart = terme.date_depart if terme.mode == ModeEcheance.FIXE else base
        return echeance_suivante_de(terme.regle, depart, base, terme.date_depart)
    if due < jour:
        *_passees, due = [due, *echeances(terme.regle, _depart(terme, due), due, jour)]
    return due


def _depart(terme: Terme, due: date) -> date:
    fixe = terme.compteur_id is None and terme.mode == ModeEcheance.FIXE
    return terme.date_depart if fixe else due


def _par_regle(terme: Terme, jour: date, fin: date, attente: date | None) -> Iterator[date]:
    due = _premiere(terme, jour, attente)
    if due is None or due > fin:
        return
    yield due
    yield from echeances(terme.regle, _depart(terme, due), due + timedelta(days=1), fin)


def _au_premier(
    terme: Terme, jour: date, fin: date, tendance: Tendance | None, attente: date | None
) -> Iterator[tuple[date, bool]]:
    """By date and by meter, whichever comes first; both are counted anew from it, as the generator does."""
    par_date = _premiere(terme, jour, attente)
    par_compteur = _premiere_du_compteur(terme, jour, tendance, attente)
    pas = timedelta()
    if tendance is not None and terme.intervalle_compteur:
        pas = timedelta(days=max(1.0, min(tendance.jours_pour(terme.intervalle_compteur), 1e6)))
    while True:
        candidates = [d for d in (par_date, par_compteur) if d is not None]
        if not candidates or (due := min(candidates)) > fin:
            return
        estimee = due != par_date
        yield due, estimee
        if terme.regle:
            par_date = echeance_suivante_de(terme.regle, due, due, terme.date_depart)
        par_compteur = due + pas if pas and pas <= fin - due else None


def _premiere_du_compteur(
    terme: Terme, jour: date, tendance: Tendance | None, attente: date | None
) -> date | None:
    if tendance is None or not terme.intervalle_compteur:
        return None
    if terme.prochaine_valeur is not None:
        atteinte = tendance.atteinte(terme.prochaine_valeur)
        return None if atteinte is None else max(atteinte, jour)
    if attente is None:
        atteinte = tendance.atteinte(tendance.valeur + terme.intervalle_compteur)
        return None if atteinte is None else max(atteinte, jour)
    jours = tendance.jours_pour(terme.intervalle_compteur)
    return max(attente, jour) + timedelta(days=jours) if jours < 3660 else None


def echeance_estimee(plan: PlanMaintenance, lue: Tendance | None, jour: date) -> date | None:
    """The day on which the meter of the plan should reach its next value, today at the earliest; None unless known."""
    if lue is None or plan.prochaine_valeur is None:
        return None
    atteinte = lue.atteinte(plan.prochaine_valeur)
    return None if atteinte is None else max(atteinte, jour)


def attentes(plan_ids: Iterable[int]) -> dict[int, date]:
    """The last due date that was made of each of these plans, for those that wait for it to be done."""
    return dict(
        OccurrencePlan.objects.filter(plan__in=list(plan_ids))
        .order_by()
        .values_list("plan_id")
        .annotate(Max("date_echeance"))
    )


def prevues(
    termes: Iterable[Terme],
    jour: date,
    fin: date,
    calendrier: Calendrier,
    *,
    nombre: int | None = None,
) -> Mapping[int, list[Prevue]]:
    """The visits to come of some plans, `nombre` of each at most: two statements, none that grows with the plans."""
    lus = list(termes)
    lentes = tendances(t.compteur_id for t in lus if t.compteur_id is not None)
    sans_terme = [t.pk for t in lus if t.prochaine_echeance is None]
    en_attente = attentes(sans_terme) if sans_terme else {}

    def siennes(t: Terme) -> Iterator[Prevue]:
        tendance = lentes.get(t.compteur_id) if t.compteur_id is not None else None
        suite = projeter(t, jour, fin, tendance=tendance, attente=en_attente.get(t.pk))
        for due, estimee in suite:
            visite = jour_de_visite(t, due, calendrier)
            if not est_confondue(t.regle, _depart(t, due), due, visite):
                yield Prevue(due, visite, estimee)

    return {t.pk: list(islice(siennes(t), nombre)) for t in lus}


def toutes_les_prevues(
    plans: QuerySet[PlanMaintenance], jour: date, fin: date, calendrier: Calendrier
) -> Iterator[tuple[Terme, list[Prevue]]]:
    """Each plan with its visits to come, `LOT` plans in memory at a time."""
    ordonnes = plans.order_by("pk").values_list(*CHAMPS)
    dernier = 0
    while lot := [Terme(*ligne) for ligne in ordonnes.filter(pk__gt=dernier)[:LOT]]:
        trouvees = prevues(lot, jour, fin, calendrier)
        for terme in lot:
            yield terme, trouvees[terme.pk]
        dernier = lot[-1].pk
