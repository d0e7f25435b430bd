"""A running job tells how far it is, and that it still runs, whatever transaction its work is in."""

import time
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from django.db import connection
from django.utils import timezone

from jobs.models import Travail

# The claim of a worker holds this long unless renewed; it is renewed every `PAS` seconds.
BAIL = timedelta(minutes=2)
PAS = 1.0

_BATTRE = """
    UPDATE travaux SET fait = %s, total = coalesce(%s, total), bail = %s, updated_at = now()
     WHERE id = %s AND jeton = %s AND statut = 'en_cours'
"""


class Suivi:
    """Progress of one run, written through a connection of its own: a dry run rolls back, its progress does not.

    `with Suivi(travail) as suivi: … suivi.avancer(n, total)`; called for every row, it writes once a second.
    """

    def __init__(self, travail: Travail) -> None:
        self._travail = travail
        self._dernier = time.monotonic()
        self._temoin: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        genre: type[BaseException] | None,
        erreur: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._temoin is not None:
            self._temoin.close()
            self._temoin = None

    def avancer(self, fait: int, total: int | None = None) -> None:
        """So many rows are done."""
        maintenant = time.monotonic()
        if maintenant - self._dernier < PAS:
            return
        self._dernier = maintenant
        if self._temoin is None:
            self._temoin = connection.copy()
        with self._temoin.cursor() as curseur:
            curseur.execute(
                _BATTRE, [fait, total, timezone.now() + BAIL, self._travail.pk, self._travail.jeton]
            )
