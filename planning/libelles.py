"""A rule of recurrence in the words of a planner."""

import re
from collections.abc import Callable, Iterable

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_JOURS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNITES: dict[str, Callable[[int], str]] = {
    "DAILY": lambda n: ngettext("chaque jour", "tous les %(n)d jours", n),
    "WEEKLY": lambda n: ngettext("chaque semaine", "toutes les %(n)d semaines", n),
    "MONTHLY": lambda n: ngettext("chaque mois", "tous les %(n)d mois", n),
    "YEARLY": lambda n: ngettext("chaque année", "tous les %(n)d ans", n),
}


def composer(unite: str, intervalle: int = 1, mois: Iterable[int] = ()) -> str:
    """The rule of a pace, and of a season when some months are named: « FREQ=MONTHLY;INTERVAL=3;BYMONTH=4,5 »."""
    regle = f"FREQ={unite}" + (f";INTERVAL={intervalle}" if intervalle > 1 else "")
    saison = sorted(set(mois))
    return f"{regle};BYMONTH={','.join(map(str, saison))}" if 0 < len(saison) < 12 else regle


def simple(regle: str) -> tuple[str, int, list[int]] | None:
    """(FREQ, INTERVAL, months) of a rule that `composer` writes the same; None for any other."""
    lue = re.fullmatch(
        r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(?:;INTERVAL=(\d{1,4}))?(?:;BYMONTH=([\d,]+))?", regle
    )
    if lue is None:
        return None
    mois = [int(m) for m in (lue[3] or "").split(",") if m]
    if not all(1 <= m <= 12 for m in mois):
        return None
    morceaux = (lue[1], int(lue[2] or 1), mois)
    return morceaux if composer(*morceaux) == regle else None


def en_mots(regle: str) -> str:
    """« tous les 3 mois », « chaque semaine, lundi et jeudi »; the rule itself when it says more than that."""
    parties = dict(partie.partition("=")[::2] for partie in regle.upper().split(";"))
    unite = _UNITES.get(parties.pop("FREQ", ""))
    intervalle = parties.pop("INTERVAL", "1")
    parties.pop("WKST", None)
    if unite is None or not intervalle.isdigit():
        return regle
    phrases = [unite(int(intervalle)) % {"n": int(intervalle)}]
    for nom, valeur in parties.items():
        mots = _precision(nom, valeur.split(","))
        if not mots:
            return regle
        phrases.append(mots)
    return ", ".join(phrases)


def _precision(nom: str, valeurs: list[str]) -> str:
    if nom == "BYDAY" and all(valeur in _JOURS for valeur in valeurs):
        return _enumerer([str(WEEKDAYS[_JOURS.index(valeur)]).lower() for valeur in valeurs])
    if nom == "BYMONTH" and all(v.isdigit() and 1 <= int(v) <= 12 for v in valeurs):
        return _saison(sorted({int(valeur) for valeur in valeurs}))
    if nom == "BYMONTHDAY" and all(v.isdigit() for v in valeurs):
        return _("le %(jours)s") % {"jours": _enumerer(valeurs)}
    return ""


def _saison(mois: list[int]) -> str:
    """« en mars et septembre »; « entre mars et octobre » for three months and more that follow each other."""
    premiers = [m for m in mois if (m - 2) % 12 + 1 not in mois]
    if len(mois) >= 3 and len(premiers) == 1:
        dernier = (premiers[0] + len(mois) - 2) % 12 + 1
        bornes = {"debut": str(MONTHS[premiers[0]]).lower(), "fin": str(MONTHS[dernier]).lower()}
        return _("entre %(debut)s et %(fin)s") % bornes
    return _("en %(mois)s") % {"mois": _enumerer([str(MONTHS[m]).lower() for m in mois])}


def _enumerer(mots: list[str]) -> str:
    if len(mots) == 1:
        return mots[0]
    return _("%(debut)s et %(dernier)s") % {"debut": ", ".join(mots[:-1]), "dernier": mots[-1]}
