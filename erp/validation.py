"""Writing one row with the rules of its model: every refusal comes out as one of ours, with the field and the words.

Fields and single-column uniqueness are checked before the write, so that several faults are told
at once. What spans columns or rows is left to the database, which sees every concurrent writer; its
refusal is put into words here, from the constraint of that name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, Q, RestrictedError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from erp.exceptions import (
    AuthorizationError,
    BusinessRuleError,
    ErreurChamp,
    IntrouvableError,
    ValidationError,
)
from erp.models import Horodate

M = TypeVar("M", bound=models.Model)
H = TypeVar("H", bound=Horodate)

# Constraint name → code and sentence, for those that are rules of the trade (409) rather than malformed input (400).
Regles = Mapping[str, tuple[str, str | Promise]]

# Django's words for what is wrong → ours.
CODES: dict[str, str] = {
    "required": "OBLIGATOIRE",
    "blank": "OBLIGATOIRE",
    "null": "OBLIGATOIRE",
    "invalid": "INVALIDE",
    "invalid_choice": "CHOIX_INVALIDE",
    "unique": "DEJA_UTILISE",
    "unique_together": "DEJA_UTILISE",
    "max_length": "TROP_LONG",
    "min_length": "TROP_COURT",
    "min_value": "TROP_PETIT",
    "max_value": "TROP_GRAND",
}
_REQUIS = _("Ce champ est obligatoire.")

# Control characters other than tab and line ends, and the two code points that no XML may hold: a spreadsheet that is
# given one does not open.
_INTERDITS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
CARACTERE_INTERDIT = _("Le caractère de contrôle %(code)s n’est pas admis.")


def caractere_interdit(texte: str) -> str:
    """The first character of a text that no field may hold; "" when there is none."""
    trouve = _INTERDITS.search(texte)
    return trouve.group() if trouve else ""


def sans_interdits(texte: str) -> str:
    """A text without the characters that no field may hold: older rows may."""
    return _INTERDITS.sub("", texte)


def traduire(
    exception: DjangoValidationError, modele: type[models.Model] | None = None
) -> ValidationError:
    """Django's ValidationError as ours, field by field; a fault of no field has the field "" ."""
    if not hasattr(exception, "error_dict"):
        parties: dict[str, list[DjangoValidationError]] = {NON_FIELD_ERRORS: exception.error_list}
    else:
        parties = exception.error_dict
    return ValidationError(
        errors=[
            ErreurChamp(
                "" if champ == NON_FIELD_ERRORS else champ,
                " ".join(erreur.messages),
                _code(modele, champ, erreur.code),
            )
            for champ, erreurs in parties.items()
            for erreur in erreurs
        ]
    )


def _code(modele: type[models.Model] | None, champ: str, code: str | None) -> str:
    if (
        code == "invalid"
        and modele is not None
        and isinstance(_champ(modele, champ), models.EmailField)
    ):
        return "INVALID_EMAIL"
    return CODES.get(code or "", (code or "invalide").upper())


def _champ(modele: type[models.Model], nom: str) -> "models.Field[Any, Any] | None":
    try:
        champ = modele._meta.get_field(nom)
    except FieldDoesNotExist:
        return None
    return champ if isinstance(champ, models.Field) else None


def valider(instance: models.Model, *, champs: Iterable[str] | None = None) -> None:
    """Check the named fields (all of them by default), each alone and for uniqueness.

    Raises ValidationError with every fault found. Constraints over several columns are the database's: `contraintes`.
    """
    tous = {champ.name for champ in instance._meta.fields}
    exclus = set() if champs is None else tous - set(champs)
    fautes: dict[str, list[DjangoValidationError]] = {}
    try:
        instance.clean_fields(exclude=exclus)
    except DjangoValidationError as erreur:
        fautes = erreur.update_error_dict(fautes)
    try:
        instance.validate_unique(exclude=exclus | fautes.keys())
    except DjangoValidationError as erreur:
        fautes = erreur.update_error_dict(fautes)
    if fautes:
        raise traduire(DjangoValidationError(fautes), type(instance))


@contextmanager
def contraintes(modele: type[models.Model], regles: Regles | None = None) -> Iterator[None]:
    """Turn the refusal of a database constraint into a BusinessRuleError if `regles` names it, else a ValidationError.

    The transaction is unusable after it: the service that raises must be the one that opened it.
    """
    try:
        yield
    except IntegrityError as erreur:
        cause = erreur.__cause__
        if not isinstance(cause, psycopg.errors.IntegrityError):
            raise
        nom = cause.diag.constraint_name or ""
        if regles is not None and nom in regles:
            code, phrase = regles[nom]
            raise BusinessRuleError(phrase, code=code) from erreur
        refus = _refus(modele, nom, cause)
        if refus is None:
            raise
        raise refus from erreur


def _refus(
    modele: type[models.Model], nom: str, cause: psycopg.errors.IntegrityError
) -> ValidationError | None:
    if isinstance(cause, psycopg.errors.NotNullViolation) and cause.diag.column_name:
        return ValidationError.champ(cause.diag.column_name, _REQUIS, "OBLIGATOIRE")
    for contrainte in modele._meta.constraints:
        if contrainte.name == nom:
            unique = isinstance(contrainte, models.UniqueConstraint)
            message: str | Promise = str(contrainte.get_violation_error_message())
            if (
                unique
                and contrainte.violation_error_message == contrainte.default_violation_error_message
            ):
                message = _("Cette valeur est déjà utilisée.")
            return ValidationError.champ(
                _premier_champ(contrainte), message, "DEJA_UTILISE" if unique else "INCOHERENT"
            )
    if isinstance(cause, psycopg.errors.UniqueViolation):
        # a `unique=True` column that a concurrent writer took between our check and our write
        trouve = re.search(r"\(([a-z_]+)\)=", cause.diag.message_detail or "")
        return ValidationError.champ(
            trouve[1] if trouve else "", _("Cette valeur est déjà utilisée."), "DEJA_UTILISE"
        )
    return None


def _premier_champ(contrainte: models.BaseConstraint) -> str:
    """The field to show the fault beside."""
    if isinstance(contrainte, models.UniqueConstraint):
        return contrainte.fields[-1] if contrainte.fields else ""
    condition = getattr(contrainte, "condition", None)
    while isinstance(condition, Q) and condition.children:
        premier = condition.children[0]
        if isinstance(premier, tuple):
            return str(premier[0]).split("__", 1)[0]
        condition = premier
    return ""


def ecrire(instance: H, valeurs: Mapping[str, Any], *, regles: Regles | None = None) -> H:
    """Set the given fields of a new or an existing row, check them and write them; no other column is touched.

    Raises ValidationError, or BusinessRuleError for a constraint that `regles` names. Call it inside a transaction.
    """
    nouveau = instance._state.adding
    a_valider = []
    for nom, valeur in valeurs.items():
        champ = instance._meta.get_field(nom)
        assert isinstance(champ, models.Field), nom
        if valeur is None and not champ.null and champ.empty_strings_allowed:
            valeur = ""
        setattr(instance, nom, valeur)
        if champ.remote_field is None:
            a_valider.append(nom)
        elif valeur is None and not champ.null:
            raise ValidationError.champ(f"{nom}_id", _REQUIS, "OBLIGATOIRE")
    if nouveau:
        # what was not given must stand on its default; relations were resolved through `visible_to` by the caller
        a_valider = [
            champ.name
            for champ in instance._meta.fields
            if champ.remote_field is None and not champ.primary_key and not champ.generated
        ]
    valider(instance, champs=a_valider)
    with contraintes(type(instance), regles):
        if nouveau:
            instance.save(force_insert=True)
        elif valeurs:
            instance.enregistrer(*valeurs)
    return instance


def effacer(instance: models.Model, message: str | Promise) -> None:
    """Delete a row that nothing needs; else BusinessRuleError UTILISE, whose message says what to do instead."""
    try:
        with transaction.atomic():
            instance.delete()
    except (ProtectedError, RestrictedError, IntegrityError) as erreur:
        raise BusinessRuleError(message, code="UTILISE") from erreur


def id_lu(texte: str) -> int | None:
    """The id that a URL or a form gives as text; None for what can be no id of a row."""
    return int(texte) if texte.isascii() and texte.isdigit() and len(texte) < 19 else None


def exiger(permis: bool) -> None:
    """Raise AuthorizationError unless the answer of a permission predicate is yes."""
    if not permis:
        raise AuthorizationError


def trouver(visibles: models.QuerySet[M], pk: int, *, verrou: bool = False) -> M:
    """The row of that id among those the user sees, locked for writing with `verrou`; else IntrouvableError."""
    if verrou:
        visibles = visibles.select_for_update(no_key=True, of=("self",))
    instance = visibles.filter(pk=pk).first()
    if instance is None:
        raise IntrouvableError
    return instance


def choisir(visibles: models.QuerySet[M], champ: str, pk: int) -> M:
    """The row that an `…_id` field names, among those the user sees; else ValidationError INCONNU on that field."""
    instance = visibles.filter(pk=pk).first()
    if instance is None:
        raise ValidationError.champ(champ, _("Cet élément n’existe pas."), "INCONNU")
    return instance
