"""Django's PostgreSQL backend, with prepared statements (`preparees`) and a health check that costs no statement.

`CONN_HEALTH_CHECKS` asks the server `SELECT 1` before the first statement of every request: a tenth of a small request.
A server that stops, or ends a session, closes the connection, and a closed connection can be read from: looking at the
socket tells as much. The statement is still asked when there is something to read, and after a silence in which a
network could have lost the connection without a word.
"""

import select
import time
from functools import cached_property

from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction

from erp.postgresql.preparees import Preparees

SILENCE_MAX = 30.0  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    _saine_a = 0.0  # when the connection was last known to work (monotonic)

    @cached_property
    def preparees(self) -> Preparees:
        """The prepared statements of the connection that is open."""
        return Preparees(self.connection)

    def connect(self) -> None:
        self.__dict__.pop("preparees", None)  # they went with the connection before
        super().connect()

    def _commit(self) -> None:
        if self.connection is not None:
            with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
                self.preparees.valider()

    def is_usable(self) -> bool:
        maintenant = time.monotonic()
        if (
            self.connection is not None
            and not self.errors_occurred
            and maintenant - self._saine_a < SILENCE_MAX
            and not self._a_lire()
        ):
            return True
        utilisable: bool = super().is_usable()
        if utilisable:
            self._saine_a = maintenant
        return utilisable

    def _a_lire(self) -> bool:
        """Whether the server said something that nobody asked for: nothing good, or the end."""
        connexion = self.connection
        if connexion.closed:
            return True
        guet = select.poll()
        guet.register(connexion.fileno(), select.POLLIN)
        return bool(guet.poll(0))
