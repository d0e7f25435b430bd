"""Reliability of machines: failures, up time, down time.

A failure is a corrective intervention that was not cancelled, at its `date_creation`. The machine is down from then to
`date_fin`, or until now while it is not finished; failures of one machine that overlap keep it down once. Time is the
calendar's, 24 hours a day: no machine has a timetable of its own. A machine counts from its mise en service (else its
installation, else always); retired ones do not count at all, for nothing says since when. Preventive and other planned
work is not down time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Aggregate,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    Q,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Greatest, Least

from dashboard.demande import Demande
from dashboard.indicateurs.modele import Indicateur, Lien, Ligne, Repartition, Unite
from equipment.choices import StatutEquipement
from interventions.choices import STATUTS_ACTIFS
from interventions.mesures import PANNE
from interventions.querysets import InterventionQuerySet

TOP = 10
# What is neither finished nor cancelled is active: said so, an index finds it.
_EN_PANNE = Q(date_fin__isnull=True, statut__in=STATUTS_ACTIFS)
_EN_SERVICE = ",".join(s for s in StatutEquipement if s != StatutEquipement.RETIRE)


class _Plage(Func):
    function = "TSTZRANGE"


class DureeCouverte(Aggregate):
    """How long a set of periods covers, what overlaps counted once (PostgreSQL's multiranges merge it)."""

    name = "DureeCouverte"
    template = (
        "(SELECT COALESCE(SUM(UPPER(plage) - LOWER(plage)), INTERVAL '0')"
        " FROM UNNEST(RANGE_AGG(%(expressions)s)) AS plage)"
    )
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class Observation:
    """What is known of the machines in scope over a period."""

    pannes: int
    requis: timedelta  # Σ over machines of the time observed
    arret: timedelta  # Σ of the time down

    @property
    def fonctionnement(self) -> timedelta:
        return max(self.requis - self.arret, timedelta(0))

    @property
    def mtbf(self) -> int | None:
        """Minutes; None without a failure."""
        if not self.pannes or not self.requis:
            return None
        return round(self.fonctionnement.total_seconds() / 60 / self.pannes)

    @property
    def disponibilite(self) -> float | None:
        """Percent, to two decimals; None without a machine."""
        return round(100 * (self.fonctionnement / self.requis), 2) if self.requis else None


def observer(demande: Demande) -> Observation:
    """Two queries."""
    debut, fin = demande.periode.depuis, demande.observee_jusqua
    par_machine = _pannes_touchant(demande, debut, fin).values("equipement_id").annotate(
        arret=_arret(debut, fin), pannes=Count("pk", filter=_survenue(demande))
    )  # fmt: skip
    sommes = par_machine.aggregate(total=Sum("arret"), combien=Sum("pannes"))
    depuis = Greatest(
        Cast(Coalesce("date_mise_en_service", "date_installation"), DateTimeField()),
        Value(debut, DateTimeField()),
    )
    observe = ExpressionWrapper(Value(fin, DateTimeField()) - F("depuis"), DurationField())
    requis = (
        demande.parc()
        .en_service()
        .annotate(depuis=depuis)
        .filter(depuis__lt=fin)
        .aggregate(duree=Sum(observe))["duree"]
    )
    zero = timedelta(0)
    return Observation(sommes["combien"] or 0, requis or zero, sommes["total"] or zero)


def _pannes_touchant(demande: Demande, debut: datetime, fin: datetime) -> InterventionQuerySet:
    """The failures that a period saw something of, the machine being down or falling."""
    return (
        demande.interventions()
        .filter(PANNE, _EN_PANNE | Q(date_fin__gte=debut), date_creation__lt=fin)
        # closed before it was created: an imported mistake, which no period can hold
        .exclude(date_fin__lt=F("date_creation"))
        .exclude(equipement__statut=StatutEquipement.RETIRE)
        .order_by()
    )


def _survenue(demande: Demande) -> Q:
    return Q(date_creation__gte=demande.periode.depuis, date_creation__lt=demande.periode.jusqua)


def _arret(debut: datetime, fin: datetime) -> DureeCouverte:
    # PostgreSQL's LEAST passes over NULL: what is not finished lasts until `fin`
    return DureeCouverte(
        _Plage(
            Greatest("date_creation", Value(debut, DateTimeField())),
            Least("date_fin", Value(fin, DateTimeField())),
            output_field=DurationField(),
        )
    )


def _lien(demande: Demande, nombre: int, **params: str) -> Lien:
    choix = {"type_intervention": "corrective", "annulee": "false", **params}
    return Lien(nombre, demande.dans_la_periode("date_creation", **choix))


def fiabilite(demande: Demande) -> list[Indicateur]:
    """Failures, mean time between them, availability.

    MTBF: Σ up time ÷ number of failures, over all machines in scope; minutes. EN 13306 (mean operating time between
    failures), EN 15341:2007, T17 (total operating time ÷ number of failures).
    Availability: 100 × Σ up time ÷ (Σ up time + Σ down time due to failures). EN 13306
    (availability), EN 15341:2007, T6.
    """
    ici, avant = observer(demande), observer(demande.precedente)
    lien = _lien(demande, ici.pannes, statut_equipement=_EN_SERVICE)
    return [
        Indicateur("pannes", ici.pannes, Unite.NOMBRE, avant.pannes, lien, hausse=-1),
        Indicateur("mtbf", ici.mtbf, Unite.MINUTES, avant.mtbf, lien, hausse=1),
        Indicateur(
            "disponibilite",
            ici.disponibilite,
            Unite.POURCENT,
            avant.disponibilite,
            lien,
            hausse=1,
        ),
    ]


def machines_en_panne(demande: Demande) -> Repartition:
    """The machines that failed most often in the period, with the time they were down in it."""
    debut, fin = demande.periode.depuis, demande.observee_jusqua
    lues: Any = (
        _pannes_touchant(demande, debut, fin)
        .values("equipement_id", "equipement__nom", "equipement__code_interne")
        .annotate(pannes=Count("pk", filter=_survenue(demande)), arret=_arret(debut, fin))
        .filter(pannes__gt=0)
        .order_by("-pannes", "-arret", "equipement_id")[:TOP]
    )
    return Repartition(
        "machines_pannes",
        {"pannes": Unite.NOMBRE, "arret": Unite.MINUTES},
        [
            Ligne(
                str(ligne["equipement_id"]),
                f"{ligne['equipement__nom']} ({ligne['equipement__code_interne']})",
                {
                    "pannes": ligne["pannes"],
                    "arret": round(ligne["arret"].total_seconds() / 60),
                },
                {
                    "pannes": Lien(
                        ligne["pannes"],
                        {
                            **_lien(demande, ligne["pannes"]).params,
                            "equipement_id": str(ligne["equipement_id"]),
                        },
                    )
                },
            )
            for ligne in lues
        ],
    )
