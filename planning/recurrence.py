"""Calendar rules of preventive plans (RFC 5545 RRULE), by whole days: pure functions."""

import re
from datetime import date, datetime, timedelta

from dateutil.rrule import rrule, rrulestr

# What a maintenance plan can mean by a rule: days, without an end of its own (the plan has `actif` for that).
_PARTIE = re.compile(
    r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)"
    r"|INTERVAL=[1-9]\d{0,3}"
    r"|BYMONTH=\d{1,2}(,\d{1,2})*"
    r"|BYMONTHDAY=-?\d{1,2}(,-?\d{1,2})*"
    r"|BYDAY=[+-]?\d{0,2}(MO|TU|WE|TH|FR|SA|SU)(,[+-]?\d{0,2}(MO|TU|WE|TH|FR|SA|SU))*"
    r"|BYSETPOS=-?\d{1,3}(,-?\d{1,3})*"
    r"|BYWEEKNO=-?\d{1,2}(,-?\d{1,2})*"
    r"|WKST=(MO|TU|WE|TH|FR|SA|SU)"
)
# A rule that names no day in so many years never will (30 February …).
HORIZON_ANNEES = 40
HORIZON = timedelta(days=366 * HORIZON_ANNEES)


def lire(regle: str, depart: date) -> rrule:
    """The rule counted from `depart`. Raises ValueError when it is no rule of days, or names no day at all."""
    parties = regle.upper().split(";")
    noms = [partie.partition("=")[0] for partie in parties]
    if not all(_PARTIE.fullmatch(partie) for partie in parties):
        raise ValueError("a part of the rule is unknown")
    if noms.count("FREQ") != 1 or len(set(noms)) != len(noms):
        raise ValueError("each part of the rule stands once, FREQ among them")
    lue = rrulestr(";".join(parties), dtstart=datetime.combine(depart, datetime.min.time()))
    if not isinstance(lue, rrule):
        raise ValueError("one rule, not a set of rules")
    bornee: rrule = lue.replace(until=datetime.combine(depart, datetime.min.time()) + HORIZON)
    if next(iter(bornee), None) is None:
        raise ValueError("the rule names no day")
    return lue


def premiere_echeance(regle: str, depart: date) -> date:
    """The first day of the rule on or after `depart`. Raises ValueError."""
    return next(iter(lire(regle, depart))).date()


def echeance_suivante(regle: str, depart: date, apres: date) -> date:
    """The first day of the rule, counted from `depart`, that comes after `apres`. Raises ValueError."""
    jour = lire(regle, depart).after(datetime.combine(apres, datetime.max.time()))
    if jour is None:
        raise ValueError("the rule names no later day")
    return jour.date()
