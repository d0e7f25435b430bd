"""What was finished in the period and in the one before, summed in one pass over the table: most figures divide two of
these sums."""

from dataclasses import dataclass, fields
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum

from dashboard.demande import Demande
from dashboard.periodes import Periode
from interventions.choices import TypeIntervention
from interventions.mesures import ECHEANCE_JUGEE, ECHEANCE_TENUE, recidive

_CORRECTIVE = Q(type_intervention=TypeIntervention.CORRECTIVE)
_PREVENTIVE = Q(type_intervention=TypeIntervention.PREVENTIVE)


@dataclass(frozen=True, slots=True)
class Finies:
    """Interventions whose `date_fin` lies in a period (cancelled ones have none)."""

    nombre: int = 0
    minutes: int = 0  # of work, as entered or derived when they were closed
    minutes_preventives: int = 0
    preventives: int = 0
    jugees: int = 0  # with a deadline
    tenues: int = 0
    correctives: int = 0
    retablissement: timedelta = timedelta(0)  # correctives, from call to end of work
    minutes_correctives: int = 0
    recidives: int = 0
    notees: int = 0
    notes: int = 0
    main_oeuvre: Decimal = Decimal(0)
    pieces: Decimal = Decimal(0)


_SOMMES: dict[str, tuple[type[Count] | type[Sum], Any, Q]] = {
    "nombre": (Count, "pk", Q()),
    "minutes": (Sum, "duree_reelle", Q()),
    "minutes_preventives": (Sum, "duree_reelle", _PREVENTIVE),
    "preventives": (Count, "pk", _PREVENTIVE),
    "jugees": (Count, "pk", ECHEANCE_JUGEE),
    "tenues": (Count, "pk", ECHEANCE_TENUE),
    "correctives": (Count, "pk", _CORRECTIVE),
    "retablissement": (Sum, F("date_fin") - F("date_creation"), _CORRECTIVE),
    "minutes_correctives": (Sum, "duree_reelle", _CORRECTIVE),
    "recidives": (Count, "pk", _CORRECTIVE & Q(recidive())),
    "notees": (Count, "satisfaction_client", Q()),
    "notes": (Sum, "satisfaction_client", Q()),
    "main_oeuvre": (Sum, "cout_main_oeuvre", Q()),
    "pieces": (Sum, "cout_pieces", Q()),
}


def finies(demande: Demande) -> tuple[Finies, Finies]:
    """Of the period, and of the one it is compared with. One query."""
    avant = demande.periode.precedente()
    mesures = {
        f"{prefixe}{nom}": agregat(quoi, filter=condition & _dans(periode))
        for prefixe, periode in (("a_", demande.periode), ("b_", avant))
        for nom, (agregat, quoi, condition) in _SOMMES.items()
    }
    sommes = demande.interventions().filter(
        date_fin__gte=min(avant.depuis, demande.periode.depuis),
        date_fin__lt=demande.periode.jusqua,
    ).aggregate(**mesures)  # fmt: skip
    return _lire(sommes, "a_"), _lire(sommes, "b_")


def _dans(periode: Periode) -> Q:
    return Q(date_fin__gte=periode.depuis, date_fin__lt=periode.jusqua)


def _lire(sommes: dict[str, Any], prefixe: str) -> Finies:
    lues = {champ.name: sommes[prefixe + champ.name] for champ in fields(Finies)}
    return Finies(**{nom: valeur for nom, valeur in lues.items() if valeur is not None})
