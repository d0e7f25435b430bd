"""Prepared statements, handed to libpq itself.

A psycopg cursor costs five times what such a statement costs: for each execution it is made, looks its adapters up,
drives the exchange from Python and asks the socket. Here the adapters live as long as the connection, and libpq waits.
A signal is therefore only seen once the statement is over; these are statements of milliseconds.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import count
from typing import Any, NamedTuple

import psycopg
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer

# Statements that one connection keeps; the oldest goes. Far above what the product has.
CONSERVEES = 400

_TIMESTAMPTZ = psycopg.adapters.types["timestamptz"].oid
_EN_C = psycopg.adapters.get_loader(_TIMESTAMPTZ, pq.Format.TEXT)


class Resultat(NamedTuple):
    """The rows of a statement, and how many it touched."""

    lignes: list[tuple[Any, ...]]
    touchees: int


class Preparees:
    """The prepared statements of one connection, for the one thread that uses it."""

    def __init__(self, connexion: "psycopg.Connection[Any]") -> None:
        self._connexion = connexion
        curseur = connexion.cursor()
        assert _EN_C is not None
        # psycopg's own loader: Django's sets the same zone again in Python, for each value
        curseur.adapters.register_loader(_TIMESTAMPTZ, _EN_C)
        self._adaptation = Transformer(curseur)
        self._noms: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._numeros = count(1)

    def executer(self, sql: str, params: Sequence[Any]) -> Resultat:
        """Run a statement whose text never changes, `%s` standing for the values. Raises psycopg's errors."""
        libpq = self._connexion.pgconn
        if not self._connexion.autocommit and libpq.transaction_status == pq.TransactionStatus.IDLE:
            self._verifier(libpq.exec_(b"BEGIN"))
        adaptation = self._adaptation
        valeurs: Any = adaptation.dump_sequence(params, _formats(len(params)))
        types, formats = adaptation.types or (), adaptation.formats
        nom = self._noms.get((sql, types)) or self._preparer(sql, types)
        resultat = self._verifier(libpq.exec_prepared(nom, valeurs, formats))
        adaptation.set_pgresult(resultat)
        lignes: list[tuple[Any, ...]] = adaptation.load_rows(0, resultat.ntuples, tuple)
        adaptation.set_pgresult(None)
        return Resultat(lignes, resultat.command_tuples or 0)

    def valider(self) -> None:
        """COMMIT of the transaction under way, as `connection.commit()`. Raises psycopg's errors."""
        libpq = self._connexion.pgconn
        if libpq.transaction_status != pq.TransactionStatus.IDLE:
            self._verifier(libpq.exec_(b"COMMIT"))

    def _preparer(self, sql: str, types: tuple[int, ...]) -> bytes:
        libpq = self._connexion.pgconn
        if len(self._noms) >= CONSERVEES:
            ancien = next(iter(self._noms))
            self._verifier(libpq.exec_(b"DEALLOCATE " + self._noms[ancien]))
            del self._noms[ancien]
        nom = b"erp_%d" % next(self._numeros)
        self._verifier(libpq.prepare(nom, _numerote(sql), types))
        self._noms[sql, types] = nom
        return nom

    def _verifier(self, resultat: Any) -> Any:
        """The result, or what psycopg would have raised."""
        if resultat.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            return resultat
        libpq = self._connexion.pgconn
        if libpq.status != pq.ConnStatus.OK:
            raise psycopg.OperationalError(libpq.get_error_message())
        raise psycopg.errors.error_from_result(resultat)


@cache
def _formats(nombre: int) -> list[PyFormat]:
    return [PyFormat.AUTO] * nombre


@cache
def _numerote(sql: str) -> bytes:
    """`$1`, `$2`… for `%s`, `%` for `%%`."""
    rangs = count(1)
    return re.sub(
        "%([s%])", lambda trouve: f"${next(rangs)}" if trouve[1] == "s" else "%", sql
    ).encode()
