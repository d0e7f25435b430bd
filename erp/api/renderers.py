"""JSON out, through orjson."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from phonenumber_field.phonenumber import PhoneNumber
from rest_framework.renderers import BaseRenderer

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def _autre(valeur: object) -> object:
    """What orjson does not know: money as a string, lazy translations, telephone numbers in E.164."""
    if isinstance(valeur, Decimal):
        return format(valeur, "f")
    if isinstance(valeur, Promise):
        return str(valeur)
    if isinstance(valeur, PhoneNumber):
        return valeur.as_e164 if valeur.is_valid() else str(valeur)
    if isinstance(valeur, (set, frozenset)):
        return sorted(valeur)
    raise TypeError(f"{type(valeur).__name__} has no JSON form")


def en_json(donnees: object) -> bytes:
    """Any answer as JSON: datetimes in ISO 8601 with `Z`, decimals as strings."""
    return orjson.dumps(donnees, default=_autre, option=OPTIONS)


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else en_json(data)
