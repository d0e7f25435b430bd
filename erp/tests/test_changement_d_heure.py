"""The clock of Casablanca around Ramadan: an hour read twice when it begins, an hour jumped over when it ends.

Laws, held minute by minute against the tz database on each day that changes the offset, of the years that it knows.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

import pytest
from django import forms
from django.db import connection
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework import serializers

from accounts.tests.api import client_api
from erp.api.fields import MomentField
from erp.calendrier import CASABLANCA, Calendrier
from erp.horaires import TOUJOURS, lire_semaine
from interventions.forms import TempsForm
from interventions.tests.factories import InterventionFactory

MINUTE = timedelta(minutes=1)
ANNEES = range(2024, 2029)


def _minuit(jour: date) -> datetime:
    return datetime.combine(jour, time(), CASABLANCA).astimezone(UTC)


@lru_cache
def changements() -> dict[date, timedelta]:
    """day → by how much its clock is put forward (back, when negative)."""
    sortie = {}
    jour = date(ANNEES[0], 1, 1)
    while jour.year <= ANNEES[-1]:
        duree = _minuit(jour + timedelta(days=1)) - _minuit(jour)
        if duree != timedelta(days=1):
            sortie[jour] = timedelta(days=1) - duree
        jour += timedelta(days=1)
    return sortie


def test_la_base_connait_les_deux_changements_de_chaque_ramadan() -> None:
    """The years that are over; what comes is decided by decree, and read from the package when it changes."""
    connus = {date(2024, 3, 10): -1, date(2024, 4, 14): 1, date(2025, 2, 23): -1,
              date(2025, 4, 6): 1, date(2026, 2, 15): -1, date(2026, 3, 22): 1}  # fmt: skip
    assert {jour: timedelta(hours=h) for jour, h in connus.items()}.items() <= changements().items()
    assert all(avant == -apres for avant, apres in pairwise(changements().values()))


@pytest.mark.django_db
def test_postgresql_lit_la_meme_heure() -> None:
    """Days are also cut by the database (`__date`): with an older tz database it would cut them an hour off."""
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT jour, extract(epoch FROM (jour AT TIME ZONE %s) - (jour AT TIME ZONE 'UTC'))::int"
            " FROM generate_series(%s::timestamptz, %s::timestamptz, '1 day') AS jour",
            [
                str(CASABLANCA),
                datetime(ANNEES[0], 1, 1, 12, tzinfo=UTC),
                datetime(ANNEES[-1], 12, 31, 12, tzinfo=UTC),
            ],
        )
        lus = dict(curseur.fetchall())
    attendus = {jour: jour.astimezone(CASABLANCA).utcoffset() for jour in lus}
    assert len(lus) > 1800
    assert {jour: timedelta(seconds=secondes) for jour, secondes in lus.items()} == attendus


# --- The engine ------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def cadran(jour: date) -> tuple[tuple[datetime, int], ...]:
    """Every minute of the day that passes, with what the clock on the wall reads (minutes past midnight)."""
    lus = []
    instant = _minuit(jour)
    while instant < _minuit(jour + timedelta(days=1)):
        local = instant.astimezone(CASABLANCA)
        lus.append((instant, local.hour * 60 + local.minute))
        instant += MINUTE
    return tuple(lus)


def ouvertes(jour: date, plages: tuple[tuple[int, int], ...]) -> set[datetime]:
    """The minutes worked: from the first time that the clock reads the opening, or more, to that of the closing."""

    def premier(minutes: int) -> datetime:
        lus = [instant for instant, lu in cadran(jour) if lu >= minutes]
        return lus[0] if lus else _minuit(jour + timedelta(days=1))

    bornes = [(premier(debut), premier(fin)) for debut, fin in plages]
    return {
        instant
        for instant, _lu in cadran(jour)
        if any(debut <= instant < fin for debut, fin in bornes)
    }


jours = st.sampled_from(sorted(changements()))
# mostly around the hours at which the clock moves
minutes = st.one_of(st.integers(60, 240), st.integers(0, 1439))


@st.composite
def plages_d_un_jour(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    bornes = sorted(draw(st.lists(minutes, min_size=2, max_size=6, unique=True)))
    return tuple(zip(bornes[::2], bornes[1::2], strict=False))


@settings(max_examples=60, deadline=None)
@given(jours, plages_d_un_jour())
def test_les_heures_d_un_jour_de_changement(
    jour: date, plages: tuple[tuple[int, int], ...]
) -> None:
    calendrier = Calendrier((plages,) * 7, chome=False)
    debut, fin = _minuit(jour), _minuit(jour + timedelta(days=1))
    attendues = ouvertes(jour, plages)
    trouvees = {
        instant
        for ouvre, ferme in calendrier.plages(debut, fin)
        for instant, _lu in cadran(jour)
        if ouvre <= instant < ferme
    }
    assert trouvees == attendues
    assert calendrier.duree(debut, fin) == len(attendues) * MINUTE
    for instant, _lu in cadran(jour)[60:300:7]:
        assert calendrier.ouvert_a(instant) == (instant in attendues)


@settings(max_examples=60, deadline=None)
@given(jours, st.integers(-72, 48), st.integers(0, 90 * 60), plages_d_un_jour())
def test_une_echeance_qui_passe_le_changement(
    jour: date, heures: int, duree: int, plages: tuple[tuple[int, int], ...]
) -> None:
    """What is promised is what is worked, whichever clock change lies between; around the clock it is real hours."""
    depart = _minuit(jour) + timedelta(hours=heures)
    promis = timedelta(minutes=duree)
    assert Calendrier(TOUJOURS, chome=False).ajouter(depart, promis) == depart + promis
    ouvrees = lire_semaine("lun-dim 08:30-12:30, 14:00-18:00")
    for semaine in (ouvrees, (*((plages,) * 6), ouvrees[0])):
        calendrier = Calendrier(semaine, chome=False)
        fin = calendrier.ajouter(depart, promis)
        assert calendrier.duree(depart, fin) == promis
        assert fin >= depart + promis
        assert calendrier.ajouter(depart, promis + MINUTE) > fin


@pytest.mark.parametrize("jour", sorted(changements())[:8])
def test_une_journee_de_bureau_ne_change_pas_de_longueur(jour: date) -> None:
    """The office opens at the same hour on the wall; a place that never closes has a day of 23 or 25 hours."""
    demain = jour + timedelta(days=1)
    bureau = Calendrier(lire_semaine("lun-dim 08:30-18:00"), chome=False)
    assert bureau.duree(_minuit(jour), _minuit(demain)) == timedelta(hours=9.5)
    ouvre = bureau.plage(jour)[0].astimezone(CASABLANCA)
    assert (ouvre.hour, ouvre.minute) == (8, 30)
    continu = Calendrier(TOUJOURS, chome=False)
    assert continu.duree(_minuit(jour), _minuit(demain)) == timedelta(days=1) - changements()[jour]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("debut", "fin", "minutes"),
    [
        ("2026-02-14T23:30:00+01:00", "2026-02-15T05:30:00+00:00", 7 * 60),  # an hour read twice
        ("2026-03-21T23:30:00+00:00", "2026-03-22T05:30:00+01:00", 5 * 60),  # an hour jumped over
    ],
)
def test_une_nuit_de_travail_dure_ce_qu_elle_dure(technicien, debut, fin, minutes) -> None:
    """Through the API and through the page alike, in the journal and in the entry."""
    intervention = InterventionFactory(
        en_cours=True,
        technicien=technicien.technicien,
        date_creation=datetime(2026, 2, 1, tzinfo=UTC),
    )
    adresse = f"/api/v1/interventions/{intervention.pk}/temps"
    creee = client_api(technicien).post(
        adresse, {"debut": debut, "fin": fin}, content_type="application/json"
    )
    assert creee.status_code == 201, creee.json()
    mur = [
        datetime.fromisoformat(m).astimezone(CASABLANCA).strftime("%d/%m/%Y %H:%M")
        for m in (debut, fin)
    ]
    form = TempsForm(
        {"debut": mur[0], "fin": mur[1], "type_temps": "deplacement"},
        user=technicien,
        intervention=intervention,
    )
    assert form.is_valid(), form.errors
    valeurs = form.valeurs()
    assert valeurs["fin"] - valeurs["debut"] == minutes * MINUTE
    entree = intervention.temps.get()
    assert entree.minutes == minutes
    assert intervention.historique.get(action="temps").donnees["minutes"] == minutes


# --- What people type ------------------------------------------------------------------------------

SAUTE, DEUX_FOIS = datetime(2026, 3, 22, 2, 30), datetime(2026, 2, 15, 2, 30)


@pytest.mark.parametrize("moment", [SAUTE, DEUX_FOIS], ids=["n’existe pas", "existe deux fois"])
def test_un_formulaire_refuse_une_heure_qui_n_est_pas_une(moment: datetime) -> None:
    with translation.override("fr"), pytest.raises(forms.ValidationError) as refus:
        forms.DateTimeField().clean(moment.strftime("%d/%m/%Y %H:%M"))
    assert "ambig" in refus.value.messages[0]


def test_l_api_refuse_une_heure_qui_n_existe_pas_et_prend_celle_qui_est_dite() -> None:
    champ = MomentField()
    with timezone.override(CASABLANCA):
        for moment in (SAUTE, DEUX_FOIS):
            with pytest.raises(serializers.ValidationError):
                champ.run_validation(moment.isoformat())
        assert champ.run_validation("2026-03-22T03:30:00") == datetime(
            2026, 3, 22, 2, 30, tzinfo=UTC
        )
        # with its offset a time is one instant, however often the clock reads it
        premiere = champ.run_validation("2026-02-15T02:30:00+01:00")
        seconde = champ.run_validation("2026-02-15T02:30:00+00:00")
    assert seconde - premiere == timedelta(hours=1)
