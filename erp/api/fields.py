"""The kinds of input field that every form of the API is made of."""

from datetime import UTC, datetime
from typing import Any

from django.core.validators import EmailValidator
from django.utils import timezone
from rest_framework import serializers

ID_MAX = 2**63 - 1


class IdField(serializers.IntegerField):
    """The `…_id` of a related object."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=ID_MAX, **options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, (bool, float)):
            self.fail("invalid")
        return super().to_internal_value(data)


class EntierField(IdField):
    """A whole number that a column of 32 bits can hold, such as minutes."""

    def __init__(self, **options: Any) -> None:
        serializers.IntegerField.__init__(
            self, **{"min_value": 0, "max_value": 2**31 - 1, **options}
        )


class EmailField(serializers.EmailField):
    """An e-mail address; a malformed one has the code INVALID_EMAIL."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators = [v for v in self.validators if not isinstance(v, EmailValidator)]
        self.validators.append(
            EmailValidator(message=self.error_messages["invalid"], code="INVALID_EMAIL")
        )


class TexteField(serializers.CharField):
    """A text of several words; it may be empty."""

    def __init__(self, max_length: int, **options: Any) -> None:
        super().__init__(
            max_length=max_length, **{"allow_blank": True, "required": False, **options}
        )


class MontantField(serializers.DecimalField):
    """Money in MAD, Decimal(12, 2), never negative."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, min_value=0, **options)


class MomentField(serializers.DateTimeField):
    """A datetime in ISO 8601, read into UTC; without an offset it is Casablanca's, if the clock there reads it once.

    DRF refuses an hour that is read twice and lets through one that the clock jumps over. It answers in the zone of the
    company: between two moments of one zone Python counts what the clock reads, an hour off over a change of it.
    """

    def enforce_timezone(self, value: datetime) -> datetime:
        lu: datetime = super().enforce_timezone(value)
        if timezone.is_naive(value) and lu.astimezone(UTC) != lu:
            self.fail("make_aware", timezone=lu.tzinfo)
        return lu.astimezone(UTC)
