"""Rows of JSON straight from PostgreSQL: the columns of an answer are declared, not serialized.

    INTERVENTION = Colonnes(
        Intervention,
        {"id": "id", "titre": "titre", "client_id": "client_id", "client_nom": "client__nom_entreprise"},
    )
    INTERVENTION.lignes([3, 1])          # those two, in this order
    INTERVENTION.fiche(visibles, 3)      # one, or IntrouvableError
    INTERVENTION.de(visibles)            # all of a small queryset, in its order
    INTERVENTION.de_l_objet(neuve)       # of an object that was just written: nothing is read

A column is a path through foreign keys or an expression. The statement is the same for every request but for the
ids, so it is compiled once per process and prepared once per connection: planning seven joins takes PostgreSQL longer
than making them for a page. Timestamps are read by psycopg's C loader, not by Django's in Python.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from functools import cached_property
from typing import Any

import orjson
from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    DecimalField,
    F,
    Field,
    FilteredRelation,
    Func,
    JSONField,
    Model,
    Q,
    QuerySet,
    Value,
)
from django.db.models.expressions import Combinable
from phonenumber_field.modelfields import PhoneNumberField

from erp.enonces import preparee
from erp.exceptions import IntrouvableError

Ligne = dict[str, Any]
Colonne = str | Combinable

_ICI = object()  # where the id or the ids go among the parameters of a compiled statement


class _Egal(Func):
    """`key = id`, the id being a parameter of the prepared statement."""

    template = "%(expressions)s::bigint"
    arg_joiner = " = "
    output_field = BooleanField()


class _Parmi(Func):
    """`id = ANY(ids)`: one parameter, however many ids."""

    template = "%(expressions)s::bigint[])"
    arg_joiner = " = ANY("
    output_field = BooleanField()


# name of the column, attribute, what makes the column of the attribute
_Attribut = tuple[str, str, Callable[[Any], Any] | None]
_Attributs = tuple[tuple[tuple[str, ...], list[_Attribut]], ...]


@dataclass(frozen=True)
class _Enonce:
    sql: str
    params: tuple[Any, ...]
    json: tuple[int, ...]  # where JSON stands: it is passed on as it is


class Colonnes:
    """The columns of a list or of a detail, by their names on the wire. One of them must be the id.

    `relations` are joins with a condition, which columns may go through (the open slot of an intervention, say).
    """

    def __init__(
        self,
        modele: type[Model],
        colonnes: Mapping[str, Colonne],
        *,
        cle: str = "id",
        relations: Mapping[str, FilteredRelation] | None = None,
    ) -> None:
        self.modele = modele
        self.colonnes = dict(colonnes)
        self.noms = tuple(self.colonnes)
        self.cle = cle
        self.relations = dict(relations or {})

    def avec(self, **autres: Colonne) -> "Colonnes":
        """These columns and some more."""
        return Colonnes(
            self.modele, {**self.colonnes, **autres}, cle=self.cle, relations=self.relations
        )

    def sans(self, *noms: str) -> "Colonnes":
        """These columns but some: what a role may not see is not even read."""
        restent = {nom: valeur for nom, valeur in self.colonnes.items() if nom not in noms}
        return Colonnes(self.modele, restent, cle=self.cle, relations=self.relations)

    def lignes(self, ids: Sequence[int]) -> list[Ligne]:
        """The rows of these ids, in their order; one deleted meanwhile is left out.

        The ids were cut from what the user sees: this is the one place that does not ask again.
        """
        if not ids:
            return []
        if len(ids) == 1:
            # PostgreSQL keeps a plan only when it costs no more than one made for the values: one row has its own
            return self._lire(self._par_id, ids[0])
        par_id = {ligne[self.cle]: ligne for ligne in self._lire(self._par_ids, list(ids))}
        return [par_id[pk] for pk in ids if pk in par_id]

    def fiche(self, visibles: QuerySet[Any], pk: int) -> Ligne:
        """The row of that id among those the user sees, else IntrouvableError."""
        if not visibles.query.where and not visibles.query.is_sliced:
            # he sees them all: nothing to ask first
            return un(self.lignes([pk]) if pk <= BigIntegerField.MAX_BIGINT else ())
        return un(self.de(visibles.order_by().filter(pk=pk)[:1]))

    def de(self, queryset: QuerySet[Any]) -> list[Ligne]:
        """The rows of a small queryset (the children of one object, say), in its order."""
        return self.lignes(list(queryset.values_list("pk", flat=True)))

    def de_l_objet(self, objet: Model, **calculees: Any) -> Ligne:
        """The row of an object that has just been written, as reading it again would give it.

        `calculees` are the columns that are not fields of it or of what its foreign keys lead to: all of them must be
        given. What the keys lead to should have been loaded with it; it is read otherwise.
        """
        ligne: Ligne = dict.fromkeys(self.noms)
        ligne.update(calculees)
        for relations, colonnes in self._attributs(frozenset(calculees)):
            lu: Any = objet
            for relation in relations:
                lu = lu and getattr(lu, relation)
            if lu is not None:
                for nom, attribut, rendre in colonnes:
                    valeur = getattr(lu, attribut)
                    ligne[nom] = valeur if rendre is None or valeur is None else rendre(valeur)
        return ligne

    def _attributs(self, calculees: frozenset[str]) -> _Attributs:
        """Where each column is found: the foreign keys that lead there, and of what they lead to the attributes."""
        connus: _Attributs | None = self._attributs_connus.get(calculees)
        if connus is None:
            trouves: dict[tuple[str, ...], list[_Attribut]] = {}
            for nom, chemin in self.colonnes.items():
                if nom in calculees:
                    continue
                if not isinstance(chemin, str):
                    raise TypeError(f"the column {nom} is computed: it must be given")
                *relations, dernier = chemin.split("__")
                modele: Any = self.modele
                for relation in relations:
                    modele = modele._meta.get_field(relation).related_model
                champ: Field[Any, Any] = modele._meta.get_field(dernier)
                trouves.setdefault(tuple(relations), []).append((nom, champ.attname, _rendu(champ)))
            connus = self._attributs_connus[calculees] = tuple(trouves.items())
        return connus

    @cached_property
    def _attributs_connus(self) -> dict[frozenset[str], _Attributs]:
        return {}

    @cached_property
    def _par_id(self) -> _Enonce:
        return self._compiler(Q(_Egal(F("pk"), Value(_ICI))), ())

    @cached_property
    def _par_ids(self) -> _Enonce:
        return self._compiler(Q(_Parmi(F("pk"), Value(_ICI))), ())

    def _compiler(self, condition: Q, ordre: Sequence[Any]) -> _Enonce:
        requete: QuerySet[Any] = self.modele._base_manager.all()
        if self.relations:
            requete = requete.annotate(**deepcopy(self.relations))  # the query keeps notes on them
        requete = requete.filter(condition).order_by(*ordre)
        requete = requete.values_list(*self.colonnes.values())
        compilateur = requete.query.get_compiler(connection.alias)
        sql, params = compilateur.as_sql()
        json = tuple(
            rang
            for rang, (expression, _sql, _alias) in enumerate(compilateur.select)
            if isinstance(expression.output_field, JSONField)
        )
        return _Enonce(sql, tuple(params), json)

    def _lire(self, enonce: _Enonce, valeur: Any) -> list[Ligne]:
        noms = self.noms
        lues = preparee(enonce.sql, [valeur if p is _ICI else p for p in enonce.params])
        lignes = [dict(zip(noms, ligne, strict=True)) for ligne in lues]
        for rang in enonce.json:
            nom = noms[rang]
            for ligne in lignes:
                if isinstance(ligne[nom], str):
                    ligne[nom] = orjson.Fragment(ligne[nom])
        return lignes


def _rendu(champ: "Field[Any, Any]") -> Callable[[Any], Any] | None:
    """What makes of an attribute the value that PostgreSQL returns for it, if it is another."""
    if isinstance(champ, DecimalField):
        unite = Decimal(1).scaleb(-champ.decimal_places)
        return lambda montant: montant.quantize(unite)
    if isinstance(champ, DateTimeField):
        return lambda moment: moment.astimezone(UTC)
    if isinstance(champ, PhoneNumberField):
        return lambda numero: champ.get_prep_value(numero)
    return None


class Enfants(Colonnes):
    """The columns of what belongs to one object, read in one statement once the object itself was found visible.

    `parent` is the foreign key's column, `condition` what of it may be read at all.
    """

    def __init__(
        self,
        modele: type[Model],
        colonnes: Mapping[str, Colonne],
        *,
        parent: str,
        ordre: Sequence[Any],
        condition: Q | None = None,
    ) -> None:
        super().__init__(modele, colonnes)
        self.parent = parent
        self.ordre = tuple(ordre)
        self.condition = condition or Q()

    def du_parent(self, pk: int) -> list[Ligne]:
        """All the rows of that object, in order."""
        return self._lire(self._par_parent, pk)

    @cached_property
    def _par_parent(self) -> _Enonce:
        return self._compiler(Q(_Egal(F(self.parent), Value(_ICI))) & self.condition, self.ordre)


def un(lignes: Iterable[Ligne]) -> Ligne:
    """The first row, else IntrouvableError."""
    for ligne in lignes:
        return ligne
    raise IntrouvableError
