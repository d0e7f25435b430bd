"""The statements that run on every request, written with the ORM, compiled once per process and prepared by PostgreSQL.

    _PAR_ID = Requete(lambda user, pk: Equipement.objects.visible_to(user).filter(pk=pk))
    _PAR_ID(par, 3)                         # list of Equipement
    inserer(HistoriqueIntervention(…))      # as save(force_insert=True)
    inserer_lot(lignes)                     # as bulk_create
    mettre_a_jour(intervention, ("statut", "version"))    # as save(update_fields=…)

Building and compiling a query costs Django three times what the row costs, and planning it costs PostgreSQL as much
again; here both are done once. No signal is sent: the project has none. Whatever runs seldom stays plain ORM.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import date, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.models import CharField, Field, Model, QuerySet, TextField
from django.db.models.expressions import DatabaseDefault
from django.db.models.query import get_related_populators
from psycopg.sql import Literal
from psycopg.types.numeric import Int8

from erp.postgresql.preparees import Resultat

M = TypeVar("M", bound=Model)
Champ = Any  # a concrete Field of whatever kind

# Stands for an id while a query is compiled: no table will ever have as many rows.
_MARQUE = 2**62


def preparee(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement whose text never changes; PostgreSQL keeps its plan on this connection."""
    return _executer(sql, params).lignes


def _executer(sql: str, params: Sequence[Any]) -> Resultat:
    base: Any = connections[DEFAULT_DB_ALIAS]
    base.close_if_health_check_failed()
    base.ensure_connection()
    curseur = _Curseur(base)
    # as save() does: what fails here leaves nothing of the transaction to go on with
    with transaction.mark_for_rollback_on_error(base.alias):
        if base.queries_logged or base.execute_wrappers:
            # whoever looks on sees it as any other
            faire = base.make_debug_cursor if base.queries_logged else base.make_cursor
            faire(curseur).execute(sql, params)
        else:
            base.validate_no_broken_transaction()
            with base.wrap_database_errors:
                curseur.execute(sql, params)
    return curseur.resultat


class _Curseur:
    """What Django's wrappers expect of a cursor, over a prepared statement."""

    resultat: Resultat
    _query = SimpleNamespace(query=None)  # the text that `connection.queries` keeps

    def __init__(self, base: Any) -> None:
        self.base = base

    def execute(self, sql: str, params: Sequence[Any]) -> None:
        if self.base.queries_logged:
            self._query = SimpleNamespace(query=sql.encode())
        self.resultat = self.base.preparees.executer(sql, params)


# --- Reading --------------------------------------------------------------------------------------


class Requete(Generic[M]):
    """A query whose parameters are ids, texts, days, and users: one statement per role of those, open or closed.

    Of a user only id, role and whether the account is open count.
    The function is called once for each, with values that stand for those to come: it may pass them on to filters, no
    more. It may not look at the clock, nor at anything else that changes.
    """

    def __init__(self, faire: Callable[..., QuerySet[M]]) -> None:
        self.faire = faire
        self._enonces: dict[tuple[Any, ...], Callable[..., list[M]]] = {}

    def __call__(self, *valeurs: Any) -> list[M]:
        donnees = [v.pk or 0 if isinstance(v, Model) else v for v in valeurs]
        if any(type(v) is int and v >= _MARQUE for v in donnees):
            return []
        cle = tuple((getattr(v, "role", ""), getattr(v, "is_active", True)) for v in valeurs)
        enonce = self._enonces.get(cle)
        if enonce is None:
            enonce = self._enonces[cle] = self._compiler(valeurs)
        return enonce(donnees)

    def _compiler(self, valeurs: Sequence[Any]) -> Callable[[Sequence[Any]], list[M]]:
        marques = [_marque(valeur, rang) for rang, valeur in enumerate(valeurs)]
        requete = self.faire(*marques)
        compilateur: Any = requete.query.get_compiler(connection.alias)
        try:
            sql, modele = compilateur.as_sql()
        except EmptyResultSet:
            return lambda _valeurs: []
        attendues = [m.pk if isinstance(m, Model) else m for m in marques]
        sql = _dire(sql, [None if p in attendues else p for p in modele])
        places = [attendues.index(p) for p in modele if p in attendues]
        # what ModelIterable does for each row
        classe = compilateur.klass_info["model"]
        champs = compilateur.klass_info["select_fields"]
        debut, fin = champs[0], champs[-1] + 1
        noms = [colonne[0].target.attname for colonne in compilateur.select[debut:fin]]
        faire_parents: Any = get_related_populators  # its stub describes the next Django
        parents = faire_parents(compilateur.klass_info, compilateur.select, connection.alias)
        annotations = list((compilateur.annotation_col_map or {}).items())
        convertisseurs = compilateur.get_converters([colonne[0] for colonne in compilateur.select])

        def lire(donnees: Sequence[Any]) -> list[M]:
            params = [_lie(donnees[place]) for place in places]
            lignes: Iterable[Sequence[Any]] = preparee(sql, params)
            if convertisseurs:
                lignes = compilateur.apply_converters(lignes, convertisseurs)
            objets = []
            for ligne in lignes:
                objet = classe.from_db(connection.alias, noms, ligne[debut:fin])
                for parent in parents:
                    parent.populate(ligne, objet)
                for nom, rang in annotations:
                    setattr(objet, nom, ligne[rang])
                objets.append(objet)
            return objets

        return lire


def _dire(sql: str, constantes: Sequence[Any]) -> str:
    """The statement with what the query itself says in its text: the plan that is kept may then use a partial index."""
    dites = iter(constantes)

    def place(trouve: re.Match[str]) -> str:
        constante = None if trouve[1] == "%" else next(dites)
        if constante is None:
            return trouve[0]
        return Literal(constante).as_string(connection.connection).replace("%", "%%")

    return re.sub("%([s%])", place, sql)


def _lie(valeur: Any) -> Any:
    return Int8(valeur) if type(valeur) is int else valeur


def _marque(valeur: Any, rang: int) -> Any:
    """What stands for a value while the query is compiled: no row has it."""
    match valeur:
        case Model():
            double = copy(valeur)
            double.pk = _MARQUE + rang
            return double
        case str():
            return f"\ue000{rang}"
        case date():
            return date.max - timedelta(rang)
    return _MARQUE + rang


# --- Writing --------------------------------------------------------------------------------------


def inserer(objet: M, *autres: Model) -> M:
    """INSERT of a new row; it comes back with its id and what the database computed. Raises what `save` raises.

    `autres` are new rows of whatever models that are written by the same statement: it may not be asked which is first.
    """
    objets: tuple[Model, ...] = (objet, *autres)
    formes, params = [], []
    for neuf in objets:
        modele, champs = type(neuf), []
        for champ in _ecrits(modele):
            valeur = champ.pre_save(neuf, True)
            if not isinstance(valeur, DatabaseDefault):
                champs.append(champ)
                params.append(_prete(champ, valeur))
        formes.append((modele, tuple(champs)))
    sql, retours = _insertion(*formes)
    (ligne,) = preparee(sql, params)
    debut = 0
    for neuf, retour in zip(objets, retours, strict=True):
        _revenu(neuf, retour, ligne[debut : debut + len(retour)])
        debut += len(retour)
    return objet


def inserer_lot(objets: Iterable[M]) -> list[M]:
    """INSERT of new rows of one model in one statement, however many; they come back with their ids.

    For models of plain columns; what the first leaves to the database's own default, all do.
    """
    lot = list(objets)
    if not lot:
        return lot
    modele = type(lot[0])
    champs = tuple(
        champ
        for champ in _ecrits(modele)
        if not isinstance(champ.pre_save(lot[0], True), DatabaseDefault)
    )
    sql, retour = _insertion_en_lot(modele, champs)
    colonnes = [[_prete(champ, champ.pre_save(objet, True)) for objet in lot] for champ in champs]
    for objet, ligne in zip(lot, preparee(sql, colonnes), strict=True):
        _revenu(objet, retour, ligne)
    return lot


def mettre_a_jour(objet: Model, noms: Sequence[str]) -> None:
    """UPDATE of the named fields of one row. Raises DatabaseError when it is not there any more, as `save` does."""
    sql, champs = _mise_a_jour(type(objet), tuple(noms))
    valeurs = [champ.pre_save(objet, False) for champ in champs]
    if any(hasattr(valeur, "resolve_expression") for valeur in valeurs):
        objet.save(update_fields=noms)
        return
    params = [_prete(champ, valeur) for champ, valeur in zip(champs, valeurs, strict=True)]
    if not _executer(sql, [*params, Int8(objet.pk)]).touchees:
        raise DatabaseError("The row whose fields were to be written does not exist.")


@cache
def _ecrits(modele: type[Model]) -> tuple[Champ, ...]:
    return tuple(
        champ
        for champ in modele._meta.local_concrete_fields
        if not champ.generated and not champ.primary_key
    )


def _prete(champ: Champ, valeur: Any) -> Any:
    """The value as the field hands it to the database; most are so already, and asking the field takes its time."""
    if valeur is None or (type(valeur) is str and _de_texte(champ)):
        return valeur
    return champ.get_db_prep_save(valeur, connection)


@cache
def _de_texte(champ: Champ) -> bool:
    """Whether this field leaves a text as it is."""
    genre = type(champ)
    return genre.get_db_prep_save is Field.get_db_prep_save and genre.get_prep_value in (
        CharField.get_prep_value,
        TextField.get_prep_value,
    )


def _nom(champ: Champ) -> str:
    return connection.ops.quote_name(champ.column)


def _type(champ: Champ) -> str:
    # without its length: a cast to it would cut a text that is too long instead of refusing it
    return re.sub(r"\([^)]*\)", "", str(champ.db_type(connection)))


def _rendre(modele: type[Model]) -> tuple[str, tuple[Champ, ...]]:
    champs = tuple(modele._meta.db_returning_fields)
    return ", ".join(map(_nom, champs)), champs


@cache
def _insertion(
    *formes: tuple[type[Model], tuple[Champ, ...]],
) -> tuple[str, tuple[tuple[Champ, ...], ...]]:
    insertions, retours = [], []
    for modele, champs in formes:
        noms = ", ".join(map(_nom, champs))
        places = ", ".join(f"%s::{_type(champ)}" for champ in champs)
        rendus, retour = _rendre(modele)
        table = connection.ops.quote_name(modele._meta.db_table)
        insertions.append(
            " ".join(("INSERT INTO", table, f"({noms}) VALUES ({places}) RETURNING", rendus))
        )
        retours.append(retour)
    if len(insertions) == 1:
        return insertions[0], tuple(retours)
    ecrites = [f"e{rang}" for rang in range(len(insertions))]
    avec = ", ".join(f"{e} AS ({sql})" for e, sql in zip(ecrites, insertions, strict=True))
    return " ".join(("WITH", avec, "SELECT * FROM", ", ".join(ecrites))), tuple(retours)


@cache
def _insertion_en_lot(
    modele: type[Model], champs: tuple[Champ, ...]
) -> tuple[str, tuple[Champ, ...]]:
    noms = ", ".join(map(_nom, champs))
    places = ", ".join(f"%s::{_type(champ)}[]" for champ in champs)
    rendus, retour = _rendre(modele)
    table = connection.ops.quote_name(modele._meta.db_table)
    lignes = ("SELECT * FROM", f"unnest({places})")
    return " ".join(("INSERT INTO", table, f"({noms})", *lignes, "RETURNING", rendus)), retour


@cache
def _mise_a_jour(modele: type[Model], noms: tuple[str, ...]) -> tuple[str, tuple[Champ, ...]]:
    par_nom = {nom: c for c in _ecrits(modele) for nom in (c.name, c.attname)}
    champs = tuple(par_nom[nom] for nom in noms)
    valeurs = ", ".join(f"{_nom(champ)} = %s::{_type(champ)}" for champ in champs)
    table = connection.ops.quote_name(modele._meta.db_table)
    cle: Champ = modele._meta.pk
    return " ".join(("UPDATE", table, "SET", valeurs, "WHERE", _nom(cle), "= %s")), champs


def _revenu(objet: M, retour: Sequence[Champ], ligne: Sequence[Any]) -> M:
    for champ, valeur in zip(retour, ligne, strict=True):
        setattr(objet, champ.attname, valeur)
    objet._state.adding = False
    objet._state.db = connection.alias
    return objet
