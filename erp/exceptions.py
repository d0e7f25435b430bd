"""What a service raises when it refuses. Every door (page, API, command) translates these, none invents its own.

ERPException ← ValidationError (400), AuthorizationError (403), BusinessRuleError (409), StaleVersionError (412).
What a user may not see is not an error of this family: it is a 404, from `visible_to`.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ErreurChamp:
    """One thing wrong with one field: `code` is for machines, `message` for people."""

    field: str
    message: str | Promise
    code: str = "INVALIDE"


class ERPException(Exception):
    """Base of all refusals: `detail` in the user's words, `code` for machines, `errors` field by field."""

    status = 400
    code = "ERREUR"
    detail: str | Promise = _("La demande ne peut pas être traitée.")

    def __init__(
        self,
        detail: str | Promise | None = None,
        *,
        code: str | None = None,
        errors: list[ErreurChamp] | None = None,
    ) -> None:
        self.detail = self.detail if detail is None else detail
        self.code = code or self.code
        self.errors = errors or []
        super().__init__(self.detail)

    def __str__(self) -> str:
        return str(self.detail)


class IndisponibleError(ERPException):
    """The database was not there, or two writes stood in each other's way: nothing was written; try again."""

    status = 503
    code = "SERVICE_INDISPONIBLE"
    detail = _("Le service est momentanément indisponible.")


class ValidationError(ERPException):
    """What was sent is malformed or incomplete."""

    status = 400
    code = "VALIDATION_ERROR"
    detail = _("Certaines valeurs ne sont pas valides.")

    @classmethod
    def champ(cls, field: str, message: str | Promise, code: str = "INVALIDE") -> "ValidationError":
        """One wrong field."""
        return cls(errors=[ErreurChamp(field, message, code)])


class AuthorizationError(ERPException):
    """The user sees the object but may not do this to it."""

    status = 403
    code = "INTERDIT"
    detail = _("Vous n’avez pas le droit de faire cette action.")


class BusinessRuleError(ERPException):
    """A rule of the trade refuses; nothing was changed."""

    status = 409
    code = "REGLE_METIER"
    detail = _("Une règle de gestion s’oppose à cette action.")


class StaleVersionError(BusinessRuleError):
    """Somebody else changed the object since it was read."""

    status = 412
    code = "VERSION_PERIMEE"
    detail = _(
        "Quelqu’un a modifié cette fiche entre-temps. Rechargez-la pour voir ses changements."
    )


class IntrouvableError(ERPException):
    """The object does not exist for this user: never told apart from one that does not exist at all."""

    status = 404
    code = "INTROUVABLE"
    detail = _("Cet élément n’existe pas ou ne vous est pas visible.")
