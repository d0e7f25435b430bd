"""The company's working calendar, as its settings, its table of holidays and its months of Ramadan say."""

from datetime import date

from django.utils import timezone

from erp.calendrier import Calendrier, Regime, ramadan_estime
from erp.enonces import Requete
from erp.horaires import lire_semaine
from erp.models import JourFerie, ParametresSociete, PeriodeRamadan

_JOURS = Requete(lambda: JourFerie.objects.only("jour", "chome").order_by())


def calendrier_societe() -> Calendrier:
    """Hours, closed days and Ramadan hours of the company: two statements, three when Ramadan has hours of its own."""
    parametres = ParametresSociete.actuels()
    connus = [(ligne.jour, ligne.chome) for ligne in _JOURS()]
    regimes: list[Regime] = []
    if parametres.horaires_ramadan:
        semaine = lire_semaine(parametres.horaires_ramadan)
        regimes = [Regime(debut, fin, semaine) for debut, fin in mois_de_ramadan()]
    return Calendrier(
        lire_semaine(parametres.horaires),
        regimes=regimes,
        feries=[jour for jour, chome in connus if chome],
        ouvres=[jour for jour, chome in connus if not chome],
    )


def mois_de_ramadan() -> list[tuple[date, date]]:
    """Months of Ramadan from last year to ten years on: those entered, and the estimate for a year that has none."""
    entres = list(PeriodeRamadan.objects.values_list("debut", "fin"))
    annee = timezone.localdate().year
    estimes = [
        (debut, fin)
        for an in range(annee - 1, annee + 11)
        for debut, fin in ramadan_estime(an)
        if not any(abs((debut - connu).days) < 60 for connu, _fin in entres)
    ]
    return sorted([*entres, *estimes])
