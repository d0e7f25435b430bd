"""Calendar rules of preventive plans (RFC 5545 RRULE), by whole days: pure functions.

One reading that RFC 5545 leaves to nobody's profit: a monthly or yearly rule that names no day and starts on the 29th,
30th or 31st falls on the last day of the months that are too short (RFC 7529, SKIP=BACKWARD), instead of skipping them.
`BYMONTHDAY=31`, asked for by name, keeps the RFC's meaning.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice

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
# A pace and a season, no more: most of the rules there are.
_SIMPLE = re.compile(
    r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(?:;INTERVAL=([1-9]\d{0,3}))?"
    r"(?:;BYMONTH=((?:1[0-2]|[1-9])(?:,(?:1[0-2]|[1-9]))*))?"
)
_ANNEE = frozenset(range(1, 13))
_JOURS_NOMMES = frozenset({"BYMONTHDAY", "BYDAY", "BYSETPOS", "BYWEEKNO"})
# A rule that names no day in so many years never will (30 February …).
HORIZON_ANNEES = 40
HORIZON = timedelta(days=366 * HORIZON_ANNEES)


def lire(regle: str, depart: date, jusqu_a: date | None = None) -> rrule:
    """The rule counted from `depart`, up to `jusqu_a` (`HORIZON` after `depart` by default).

    Raises ValueError when it is no rule of days.
    """
    parties = [partie.partition("=") for partie in regle.upper().split(";")]
    if not all(_PARTIE.fullmatch("".join(partie)) for partie in parties):
        raise ValueError("a part of the rule is unknown")
    lues = {nom: valeur for nom, _egal, valeur in parties}
    if "FREQ" not in lues or len(lues) != len(parties):
        raise ValueError("each part of the rule stands once, FREQ among them")
    texte = ";".join(f"{nom}={valeur}" for nom, valeur in _fin_de_mois(lues, depart).items())
    bornee = rrulestr(texte, dtstart=_minuit(depart))
    if not isinstance(bornee, rrule):
        raise ValueError("one rule, not a set of rules")
    resultat: rrule = bornee.replace(until=_minuit(jusqu_a or _plus_tard(depart, HORIZON)))
    return resultat


def _fin_de_mois(parties: dict[str, str], depart: date) -> dict[str, str]:
    """The parts of the rule, with the last day of a short month standing in for the day it lacks."""
    if depart.day <= 28 or _JOURS_NOMMES & parties.keys():
        return parties
    jours = ",".join(str(jour) for jour in range(28, depart.day + 1))
    derniere = {"BYMONTHDAY": jours, "BYSETPOS": "-1"}
    if parties["FREQ"] == "MONTHLY":
        return {**parties, **derniere}
    if parties["FREQ"] == "YEARLY" and parties.get("INTERVAL", "1") == "1" and "BYMONTH" in parties:
        return {**parties, "FREQ": "MONTHLY", **derniere}
    if parties["FREQ"] == "YEARLY" and "BYMONTH" not in parties:
        return {**parties, "BYMONTH": str(depart.month), **derniere}
    return parties


def premiere_echeance(regle: str, depart: date) -> date:
    """The first day of the rule on or after `depart`. Raises ValueError."""
    premier = next(echeances(regle, depart, depart, _plus_tard(depart, HORIZON)), None)
    if premier is None:
        raise ValueError("the rule names no day")
    return premier


def echeance_suivante(regle: str, depart: date, apres: date) -> date:
    """The first day of the rule, counted from `depart`, that comes after `apres`. Raises ValueError."""
    jusqu_a = _plus_tard(max(depart, apres), HORIZON)
    jour = next(echeances(regle, depart, apres + timedelta(days=1), jusqu_a), None)
    if jour is None:
        raise ValueError("the rule names no later day")
    return jour


def echeance_suivante_de(regle: str, depart: date, apres: date, origine: date) -> date:
    """`echeance_suivante`; counted from `origine` when a count from `depart` never falls in the season.

    « Every six months, only in April », done in June, would wait for ever. Raises ValueError when neither names a day.
    """
    try:
        return echeance_suivante(regle, depart, apres)
    except ValueError:
        return echeance_suivante(regle, origine, apres)


def derniere_echeance(regle: str, depart: date, jusqu_a: date) -> date | None:
    """The last day of the rule, counted from `depart`, that is not after `jusqu_a`. Raises ValueError."""
    jour = lire(regle, depart, jusqu_a).before(_minuit(jusqu_a), inc=True)
    return jour.date() if jour is not None else None


def echeances(regle: str, depart: date, debut: date, fin: date) -> Iterator[date]:
    """The days of the rule, counted from `depart`, in [debut, fin]. Raises ValueError.

    A rule that says no more than a pace and a season is counted by hand: a forecast asks for those of every plan.
    """
    cadence = _cadence(regle)
    if cadence is not None:
        yield from _compter(cadence, depart, max(debut, depart), fin)
        return
    for jour in lire(regle, depart, fin).xafter(_minuit(debut), inc=True):
        yield jour.date()


@lru_cache(maxsize=512)
def _cadence(regle: str) -> tuple[str, int, frozenset[int]] | None:
    """(FREQ, INTERVAL, BYMONTH) of a rule that says no more; None for any other, and for the months of a yearly one."""
    lue = _SIMPLE.fullmatch(regle)
    if lue is None or (lue[1] == "YEARLY" and lue[3]):
        return None
    return lue[1], int(lue[2] or 1), frozenset(map(int, lue[3].split(","))) if lue[3] else _ANNEE


def _compter(
    cadence: tuple[str, int, frozenset[int]], depart: date, debut: date, fin: date
) -> Iterator[date]:
    """The days of a simple rule in [debut, fin], `debut` not being before `depart`."""
    frequence, pas, mois_permis = cadence
    if frequence in ("DAILY", "WEEKLY"):
        ecart = pas * (7 if frequence == "WEEKLY" else 1)
        rang = -((depart - debut).days // ecart)
        while rang * ecart <= (fin - depart).days:
            jour = depart + timedelta(days=rang * ecart)
            if jour.month in mois_permis:
                yield jour
            rang += 1
        return
    ecart = pas * (12 if frequence == "YEARLY" else 1)
    origine = depart.year * 12 + depart.month - 1
    rang = max(0, (debut.year * 12 + debut.month - 1 - origine) // ecart)
    while (numero := origine + rang * ecart) <= fin.year * 12 + fin.month - 1:
        annee, mois = divmod(numero, 12)
        rang += 1
        if mois + 1 in mois_permis:
            jour = date(annee, mois + 1, min(depart.day, monthrange(annee, mois + 1)[1]))
            if debut <= jour <= fin:
                yield jour


def _minuit(jour: date) -> datetime:
    return datetime.combine(jour, datetime.min.time())


def _plus_tard(jour: date, delai: timedelta) -> date:
    return date.max if date.max - jour < delai else jour + delai


def echeances_apres(regle: str, depart: date, apres: date, nombre: int) -> list[date]:
    """The next `nombre` days of the rule, counted from `depart`, after `apres`. Raises ValueError."""
    fin = _plus_tard(max(depart, apres), HORIZON)
    return list(islice(echeances(regle, depart, apres + timedelta(days=1), fin), nombre))
