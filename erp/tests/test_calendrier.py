"""Working time: hours as text, closed days, Ramadan, absences; and the laws that every calendar obeys."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erp.calendrier import (
    CASABLANCA,
    Calendrier,
    Regime,
    croiser,
    jours_feries,
    ramadan_estime,
)
from erp.horaires import FERMEE, TOUJOURS, ecrire_semaine, lire_semaine
from erp.models import JourFerie, ParametresSociete, PeriodeRamadan
from erp.societe import calendrier_societe, mois_de_ramadan


def local(annee: int, mois: int, jour: int, heure: int = 0, minute: int = 0) -> datetime:
    return datetime(annee, mois, jour, heure, minute, tzinfo=CASABLANCA)


# --- Hours as people write them --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texte", "relu"),
    [
        ("lun-ven 08:30-18:00", "lun-ven 08:30-18:00"),
        ("Lundi-Jeudi : 8h30-12h30, 14h-18h30 ; vendredi 8h-12h", None),
        ("lun-ven 08:00-18:00, sam 08:00-13:00", None),
        ("lun–ven 08:30 – 12:00, 12:00 – 18:00", "lun-ven 08:30-18:00"),
        ("sam-lun 09:00-12:00", "lun 09:00-12:00 ; sam-dim 09:00-12:00"),
        ("lun-dim 00:00-24:00", "lun-dim 00:00-24:00"),
        ("fermé", "fermé"),
        ("lun-ven 08:00-12:00\nsam fermé", "lun-ven 08:00-12:00"),
    ],
)
def test_les_horaires_se_lisent(texte: str, relu: str | None) -> None:
    semaine = lire_semaine(texte)
    if relu is not None:
        assert ecrire_semaine(semaine) == relu
    assert lire_semaine(ecrire_semaine(semaine)) == semaine


@pytest.mark.parametrize(
    "texte",
    ["", "   ", "ouvert", "lun 18:00-08:00", "lun 25:00-26:00", "lun 08:70-09:00", "xyz 08:00-09:00",
     "lun 08:00-12:00, 11:00-14:00", "lun", "08:00-12:00"],
)  # fmt: skip
def test_des_horaires_illisibles_se_disent(texte: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        lire_semaine(texte)


# --- Days ------------------------------------------------------------------------------------------


def test_le_changement_d_heure_du_ramadan() -> None:
    """The wall clock says 08:30 all year; UTC says 07:30, and 08:30 while Ramadan takes an hour back (tz database)."""
    calendrier = Calendrier()
    normal = calendrier.plage(date(2026, 1, 5))[0]
    ramadan = calendrier.plage(date(2026, 3, 2))[0]
    assert (normal.hour, normal.minute) == (7, 30)
    assert (ramadan.hour, ramadan.minute) == (8, 30)


def test_un_jour_ferie_est_ferme_et_la_table_passe_avant_la_liste() -> None:
    trone = date(2026, 7, 30)
    assert trone in jours_feries(2026)
    assert not Calendrier().est_ouvre(trone)
    assert Calendrier(ouvres=[trone]).est_ouvre(trone)
    assert not Calendrier(feries=[date(2026, 7, 29)]).est_ouvre(date(2026, 7, 29))
    assert Calendrier(TOUJOURS, chome=False).est_ouvre(trone)


def test_les_horaires_du_ramadan_valent_entre_leurs_dates() -> None:
    court = Regime(date(2026, 2, 18), date(2026, 3, 19), lire_semaine("lun-ven 09:00-15:00"))
    calendrier = Calendrier(regimes=[court])
    assert calendrier.duree(local(2026, 3, 2), local(2026, 3, 3)) == timedelta(hours=6)
    assert calendrier.duree(local(2026, 4, 1), local(2026, 4, 2)) == timedelta(hours=9.5)


def test_les_horaires_de_chacun_gardent_ceux_du_ramadan() -> None:
    court = Regime(date(2026, 2, 18), date(2026, 3, 19), lire_semaine("lun-ven 09:00-15:00"))
    sien = Calendrier(regimes=[court]).pour(lire_semaine("lun-ven 06:00-14:00"))
    assert sien.duree(local(2026, 3, 2), local(2026, 3, 3)) == timedelta(hours=5)
    assert sien.duree(local(2026, 4, 1), local(2026, 4, 2)) == timedelta(hours=8)


def test_une_absence_arrete_l_horloge() -> None:
    absence = local(2026, 11, 23, 10), local(2026, 11, 23, 16)
    calendrier = Calendrier().sans([absence])
    fin = calendrier.ajouter(local(2026, 11, 23, 9), timedelta(hours=3))
    assert fin == local(2026, 11, 23, 18)
    assert not calendrier.ouvert_a(local(2026, 11, 23, 12))
    assert calendrier.prochain(local(2026, 11, 23, 12)) == local(2026, 11, 23, 16)


def test_un_calendrier_qui_n_ouvre_jamais_le_dit() -> None:
    with pytest.raises(ValueError, match="never"):
        Calendrier(FERMEE).prochain(local(2026, 1, 1))
    with pytest.raises(ValueError, match="too little"):
        Calendrier(FERMEE).ajouter(local(2026, 1, 1), timedelta(hours=1))


def test_le_ramadan_estime_precede_l_aid() -> None:
    ((debut, fin),) = ramadan_estime(2026)
    assert (debut, fin) == (date(2026, 2, 18), date(2026, 3, 19))
    assert len(ramadan_estime(2030)) == 1
    # 2033 breaks the fast twice: in January and in December.
    assert len(ramadan_estime(2033)) == 2


# --- Laws ------------------------------------------------------------------------------------------

moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
plages_du_jour = st.lists(
    st.builds(
        lambda debut, duree: (debut, min(1440, debut + duree)),
        st.integers(0, 1439),
        st.integers(1, 1440),
    ),
    max_size=2,
)


@st.composite
def calendriers(draw: st.DrawFn) -> Calendrier:
    jours = []
    for _jour in range(7):
        plages: list[tuple[int, int]] = []
        for debut, fin in sorted(draw(plages_du_jour)):
            if not plages or debut > plages[-1][1]:
                plages.append((debut, fin))
        jours.append(tuple(plages))
    jours[draw(st.integers(0, 6))] = ((480, 720), (840, 1080))  # opens at least once a week
    debut = draw(moments)
    absence = debut, debut + timedelta(hours=draw(st.integers(0, 400)))
    return Calendrier(tuple(jours), absences=[absence], chome=draw(st.booleans()))


@settings(max_examples=60, deadline=None)
@given(calendriers(), moments, st.integers(0, 40 * 60), st.integers(0, 40 * 60))
def test_les_lois_du_temps_ouvre(
    calendrier: Calendrier, depart: datetime, une: int, autre: int
) -> None:
    a, b = timedelta(minutes=une), timedelta(minutes=autre)
    fin = calendrier.ajouter(depart, a)
    # What was added is what is measured, adding twice is adding the sum, and more never ends sooner.
    assert calendrier.duree(depart, fin) == a
    assert calendrier.duree(depart, calendrier.ajouter(fin, b)) == a + b
    assert calendrier.ajouter(depart, a + b) >= fin
    # Intervals are in order, apart, open inside and inside what was asked.
    plages = calendrier.plages(depart, depart + timedelta(days=9))
    for debut, ferme in plages:
        assert depart <= debut < ferme <= depart + timedelta(days=9)
        assert calendrier.ouvert_a(debut)
        assert calendrier.prochain(debut) == debut
    assert all(avant[1] <= apres[0] for avant, apres in pairwise(plages))
    prochain = calendrier.prochain(depart)
    assert prochain >= depart
    assert calendrier.duree(depart, prochain) == timedelta()


@settings(max_examples=40, deadline=None)
@given(calendriers(), calendriers(), moments)
def test_croiser_est_etre_ouvert_dans_les_deux(
    un: Calendrier, autre: Calendrier, depart: datetime
) -> None:
    fin = depart + timedelta(days=8)
    communes = croiser(un.plages(depart, fin), autre.plages(depart, fin))
    assert communes == croiser(autre.plages(depart, fin), un.plages(depart, fin))
    for debut, ferme in communes:
        milieu = debut + (ferme - debut) / 2
        assert un.ouvert_a(milieu)
        assert autre.ouvert_a(milieu)


def test_une_echeance_a_un_an_coute_peu() -> None:
    """A deadline over a year of working hours, calendar built and walked: milliseconds."""
    debut = process_time()
    for _fois in range(10):
        Calendrier().ajouter(local(2026, 1, 1), timedelta(hours=2300))
    assert (process_time() - debut) / 10 < 0.05


# --- The company's ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_le_calendrier_de_la_societe_lit_ses_parametres() -> None:
    ParametresSociete.objects.create(
        pk=1, horaires="lun-sam 08:00-16:00", horaires_ramadan="lun-sam 09:00-14:00"
    )
    JourFerie.objects.create(jour=date(2026, 7, 29), libelle="Pont")
    JourFerie.objects.create(jour=date(2026, 7, 30), libelle="Fête du Trône", chome=False)
    PeriodeRamadan.objects.create(debut=date(2026, 2, 19), fin=date(2026, 3, 20))
    calendrier = calendrier_societe()
    assert not calendrier.est_ouvre(date(2026, 7, 29))
    assert calendrier.est_ouvre(date(2026, 7, 30))
    assert calendrier.duree(local(2026, 3, 2), local(2026, 3, 3)) == timedelta(hours=5)
    # The entered month replaces that year's estimate; the next one is still estimated.
    mois = mois_de_ramadan()
    assert (date(2026, 2, 19), date(2026, 3, 20)) in mois
    assert ramadan_estime(2026)[0] not in mois
    assert ramadan_estime(2027)[0] in mois


@pytest.mark.django_db
def test_sans_horaires_de_ramadan_rien_ne_change() -> None:
    assert calendrier_societe().regimes == ()
