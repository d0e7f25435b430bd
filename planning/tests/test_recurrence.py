from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.recurrence import (
    derniere_echeance,
    echeance_suivante,
    echeances,
    lire,
    premiere_echeance,
)


def jours(regle, depart, nombre):
    resultat = [premiere_echeance(regle, depart)]
    while len(resultat) < nombre:
        resultat.append(echeance_suivante(regle, depart, resultat[-1]))
    return [f"{jour:%Y-%m-%d}" for jour in resultat]


@pytest.mark.parametrize(
    ("regle", "depart", "attendu"),
    [
        ("FREQ=DAILY;INTERVAL=10", "2026-12-25", ["2026-12-25", "2027-01-04", "2027-01-14"]),
        ("FREQ=WEEKLY;BYDAY=MO", "2026-11-25", ["2026-11-30", "2026-12-07", "2026-12-14"]),
        ("FREQ=MONTHLY;INTERVAL=3", "2026-11-15", ["2026-11-15", "2027-02-15", "2027-05-15"]),
        # the last day of the months that are too short
        ("FREQ=MONTHLY", "2027-01-31", ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ("FREQ=MONTHLY", "2028-01-30", ["2028-01-30", "2028-02-29", "2028-03-30"]),
        ("FREQ=MONTHLY;INTERVAL=6", "2026-08-31", ["2026-08-31", "2027-02-28", "2027-08-31"]),
        ("FREQ=YEARLY", "2028-02-29", ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
        # asked for by name, the RFC's meaning
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2027-01-31", ["2027-01-31", "2027-03-31", "2027-05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2027-01-01", ["2027-01-31", "2027-02-28", "2027-03-31"]),
        ("FREQ=MONTHLY;BYDAY=1MO", "2026-11-02", ["2026-11-02", "2026-12-07", "2027-01-04"]),
        ("FREQ=YEARLY;BYMONTH=3,9;BYDAY=1MO", "2026-11-01", ["2027-03-01", "2027-09-06"]),
        ("freq=yearly", "2026-11-01", ["2026-11-01", "2027-11-01"]),
    ],
)  # fmt: skip
def test_the_days_of_a_rule(regle, depart, attendu):
    assert jours(regle, date.fromisoformat(depart), len(attendu)) == attendu


@pytest.mark.parametrize(
    "regle",
    [
        "",
        "tous les mois",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=8",
        "INTERVAL=2",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=DAILY;COUNT=3",
        "FREQ=MONTHLY;BYMONTH=13",
        "FREQ=DAILY;INTERVAL=0",
        "DTSTART:20260101\nRRULE:FREQ=DAILY",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_what_is_no_rule_of_days_is_refused(regle):
    with pytest.raises(ValueError, match=r"rule|bymonth"):
        premiere_echeance(regle, date(2026, 1, 1))


def test_a_plan_that_started_long_ago_still_has_a_next_day():
    assert echeance_suivante("FREQ=YEARLY", date(1970, 5, 4), date(2026, 5, 4)) == date(2027, 5, 4)


def test_the_last_day_not_after_another():
    depart = date(2026, 1, 31)
    assert derniere_echeance("FREQ=MONTHLY", depart, date(2026, 3, 30)) == date(2026, 2, 28)
    assert derniere_echeance("FREQ=MONTHLY", depart, date(2026, 3, 31)) == date(2026, 3, 31)
    assert derniere_echeance("FREQ=MONTHLY", depart, date(2026, 1, 30)) is None


REGLES = st.builds(
    "FREQ={};INTERVAL={}".format,
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 12),
)
DATES = st.dates(date(2000, 1, 1), date(2040, 1, 1))


@given(REGLES, DATES, st.integers(0, 2000))
def test_forwards_and_backwards_agree(regle, depart, ecart):
    apres = depart + timedelta(days=ecart)
    suivante = echeance_suivante(regle, depart, apres)
    precedente = derniere_echeance(regle, depart, apres)
    assert precedente is not None
    assert precedente <= apres < suivante
    assert echeance_suivante(regle, depart, precedente) == suivante
    assert list(echeances(regle, depart, precedente, suivante)) == [precedente, suivante]


@given(st.integers(1, 12), DATES)
def test_a_monthly_rule_skips_no_month(intervalle, depart):
    fin = depart + timedelta(days=3000)
    liste = list(echeances(f"FREQ=MONTHLY;INTERVAL={intervalle}", depart, depart, fin))
    mois = [jour.year * 12 + jour.month for jour in liste]
    assert all(b - a == intervalle for a, b in pairwise(mois))


@given(
    frequence=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    pas=st.integers(1, 14),
    mois=st.sets(st.integers(1, 12), max_size=6),
    depart=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    ecart=st.integers(-400, 900),
    longueur=st.integers(0, 800),
)
def test_une_regle_simple_se_compte_comme_dateutil_la_lit(
    frequence, pas, mois, depart, ecart, longueur
):
    regle = f"FREQ={frequence};INTERVAL={pas}"
    if mois:
        regle += ";BYMONTH=" + ",".join(str(m) for m in sorted(mois))
    debut = depart + timedelta(days=ecart)
    fin = debut + timedelta(days=longueur)
    lus = [
        jour.date()
        for jour in lire(regle, depart, fin).xafter(
            datetime.combine(debut, datetime.min.time()), inc=True
        )
    ]
    assert list(echeances(regle, depart, debut, fin)) == lus


def test_la_saison_d_une_regle_annuelle_tient_les_mois_courts():
    assert jours("FREQ=YEARLY;BYMONTH=2,8", date(2027, 8, 31), 4) == [
        "2027-08-31",
        "2028-02-29",
        "2028-08-31",
        "2029-02-28",
    ]
