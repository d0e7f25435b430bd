"""Walk a large table in bounded memory."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet


def cles_par_lots(queryset: QuerySet[Any], taille: int = 500) -> Iterator[int]:
    """The primary keys of a queryset, in order, read `taille` at a time.

    Each batch is asked for after the last key of the one before, so the caller may change or delete
    the rows, and commit, between two keys; no cursor stays open.
    """
    ordonne = queryset.order_by("pk").values_list("pk", flat=True)
    lot = list(ordonne[:taille])
    while lot:
        yield from lot
        lot = list(ordonne.filter(pk__gt=lot[-1])[:taille])
