"""Rows of JSON straight from PostgreSQL: the columns of an answer are declared, not serialized.

    INTERVENTION = Colonnes(
        Intervention,
        {"id": "id", "titre": "titre", "client_id": "client_id", "client_nom": "client__nom_entreprise"},
    )
    INTERVENTION.lignes([3, 1])          # those two, in this order
    INTERVENTION.fiche(visibles, 3)      # one, or IntrouvableError
    INTERVENTION.de(visibles)            # all of a small queryset, in its order

A column is a path through foreign keys or an expression. The statement is the same for every request but for the
ids, so it is compiled once per process and prepared once per connection: planning seven joins takes PostgreSQL longer
than making them for a page. Timestamps are read by psycopg's C loader, not by Django's in Python.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
import psycopg
from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import BooleanField, F, Func, JSONField, Model, QuerySet, Value
from django.db.models.expressions import BaseExpression

from erp.exceptions import IntrouvableError

Ligne = dict[str, Any]

_TIMESTAMPTZ = psycopg.adapters.types["timestamptz"].oid
_EN_C = psycopg.adapters.get_loader(_TIMESTAMPTZ, psycopg.pq.Format.TEXT)
_IDS = object()  # where the ids go among the parameters of a compiled statement


def preparee(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement whose text never changes; PostgreSQL keeps its plan on this connection."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        psycopg_connexion = connection.connection
        if psycopg_connexion.prepare_threshold is None:
            psycopg_connexion.prepare_threshold = 1
        brut = ServerBindingCursor(psycopg_connexion)
    assert _EN_C is not None
    brut.adapters.register_loader(_TIMESTAMPTZ, _EN_C)
    enveloppe = (
        connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    )
    with enveloppe(brut) as curseur:
        curseur.execute(sql, params)
        return list(curseur.fetchall())


class _Parmi(Func):
    """`id = ANY(ids)`: one parameter, however many ids."""

    template = "%(expressions)s::bigint[])"
    arg_joiner = " = ANY("
    output_field = BooleanField()


@dataclass(frozen=True)
class _Enonce:
    sql: str
    params: tuple[Any, ...]
    cle: int  # where the id stands in a row
    json: tuple[int, ...]  # where JSON stands: it is passed on as it is


class Colonnes:
    """The columns of a list or of a detail, by their names on the wire. One of them must be the id."""

    def __init__(
        self, modele: type[Model], colonnes: Mapping[str, str | BaseExpression], *, cle: str = "id"
    ) -> None:
        self.modele = modele
        self.colonnes = dict(colonnes)
        self.noms = tuple(self.colonnes)
        self.cle = cle

    def avec(self, **autres: str | BaseExpression) -> "Colonnes":
        """These columns and some more."""
        return Colonnes(self.modele, {**self.colonnes, **autres}, cle=self.cle)

    def sans(self, *noms: str) -> "Colonnes":
        """These columns but some: what a role may not see is not even read."""
        restent = {nom: valeur for nom, valeur in self.colonnes.items() if nom not in noms}
        return Colonnes(self.modele, restent, cle=self.cle)

    def lignes(self, ids: Sequence[int]) -> list[Ligne]:
        """The rows of these ids, in their order; one deleted meanwhile is left out. The ids were cut from what the
        user sees: this is the one place that does not ask again."""
        if not ids:
            return []
        enonce = self._enonce
        valeurs = [list(ids) if valeur is _IDS else valeur for valeur in enonce.params]
        noms = self.noms
        par_id = {}
        for valeurs_lues in preparee(enonce.sql, valeurs):
            ligne = dict(zip(noms, valeurs_lues, strict=True))
            for rang in enonce.json:
                if isinstance(valeurs_lues[rang], str):
                    ligne[noms[rang]] = orjson.Fragment(valeurs_lues[rang])
            par_id[valeurs_lues[enonce.cle]] = ligne
        return [par_id[pk] for pk in ids if pk in par_id]

    def fiche(self, visibles: QuerySet[Any], pk: int) -> Ligne:
        """The row of that id among those the user sees, else IntrouvableError."""
        trouvees = self.de(visibles.order_by().filter(pk=pk)[:1])
        if not trouvees:
            raise IntrouvableError
        return trouvees[0]

    def de(self, queryset: QuerySet[Any]) -> list[Ligne]:
        """The rows of a small queryset (the children of one object, say), in its order."""
        return self.lignes(list(queryset.values_list("pk", flat=True)))

    @cached_property
    def _enonce(self) -> _Enonce:
        requete = (
            self.modele._base_manager.filter(_Parmi(F("pk"), Value(_IDS)))
            .order_by()
            .values_list(*self.colonnes.values())
        )
        compilateur = requete.query.get_compiler(connection.alias)
        sql, params = compilateur.as_sql()
        json = tuple(
            rang
            for rang, (expression, _sql, _alias) in enumerate(compilateur.select)
            if isinstance(expression.output_field, JSONField)
        )
        return _Enonce(sql, tuple(params), self.noms.index(self.cle), json)


def un(lignes: Iterable[Ligne]) -> Ligne:
    """The first row, else IntrouvableError."""
    for ligne in lignes:
        return ligne
    raise IntrouvableError
