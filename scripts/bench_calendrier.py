"""`make bench`, the calendar's section: what a deadline over a year of working hours costs, in processor time.

The company's calendar with Ramadan hours and a table of holidays, and a technicien's with absences; each built anew as
a request builds it, then asked again as a list asks it. No database: the engine is pure.
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

RACINE = Path(__file__).resolve().parent.parent
FOIS = 200


def mesurer(faire: Callable[[], object]) -> float:
    """Milliseconds of processor time, once the holidays of the year are known."""
    faire()
    depart = time.process_time()
    for _ in range(FOIS):
        faire()
    return (time.process_time() - depart) * 1000 / FOIS


def _neuf(batir: Callable[[], Any], depart: datetime, duree: timedelta) -> Any:
    return batir().ajouter(depart, duree)


def main() -> int:
    from erp.calendrier import Calendrier, Regime, ramadan_estime
    from erp.horaires import lire_semaine

    semaine = lire_semaine("lun-ven 08:30-12:30, 14:00-18:00 ; sam 08:30-12:30")
    ramadan = lire_semaine("lun-sam 09:00-15:00")
    regimes = [Regime(*mois, ramadan) for an in range(2025, 2037) for mois in ramadan_estime(an)]
    depart = datetime(2026, 1, 5, 8, tzinfo=UTC)
    absences = [
        (depart + timedelta(days=14 * n), depart + timedelta(days=14 * n + 2)) for n in range(26)
    ]

    def societe() -> Calendrier:
        return Calendrier(semaine, regimes=regimes)

    an = timedelta(hours=2200)
    pret, sien = societe(), societe().sans(absences)
    fin = pret.ajouter(depart, an)
    print(f"\nÉchéance de 2 200 heures ouvrées, du {depart:%d/%m/%Y} au {fin:%d/%m/%Y}, CPU ms :\n")
    print("| Calendrier | bâti à chaque fois | déjà bâti |")
    print("| --- | --- | --- |")
    for nom, neuf, connu in (
        ("de la société, Ramadan et fériés", societe, pret),
        ("d’un technicien, 26 absences", lambda: societe().sans(absences), sien),
    ):
        bati, su = (
            mesurer(partial(_neuf, neuf, depart, an)),
            mesurer(partial(connu.ajouter, depart, an)),
        )
        print(f"| {nom} | {bati:.2f} | {su:.2f} |")
    print(
        f"\nDurée ouvrée d’un an entre deux instants : {mesurer(lambda: pret.duree(depart, fin)):.2f} ms ; "
        f"échéance de 8 heures : {mesurer(lambda: societe().ajouter(depart, timedelta(hours=8))):.3f} ms."
    )
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(RACINE))
    os.environ.setdefault("DEBUG", "true")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.settings")
    import django

    django.setup()
    raise SystemExit(main())
