"""JSON in, through orjson: strict UTF-8, bounded size and depth, no NUL."""

from collections.abc import Iterator, Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from erp.exceptions import ValidationError

NOM_MAX = 100  # characters of a name that the answer repeats


class OrjsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limite = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        brut = stream.read(limite + 1)
        if len(brut) > limite:
            raise RequestDataTooBig
        try:
            donnees = orjson.loads(brut)
        except orjson.JSONDecodeError as erreur:
            raise ParseError(_("Le corps de la requête n’est pas du JSON valide.")) from erreur
        # PostgreSQL stores no NUL in a text; it can only arrive escaped
        if b"\\u0000" in brut:
            for champ in _nuls(donnees, ""):
                raise ValidationError.champ(
                    champ, _("Le caractère NUL n’est pas admis."), "CARACTERE_INTERDIT"
                )
        return donnees


def _nuls(valeur: object, chemin: str) -> Iterator[str]:
    """Where a NUL stands, as the path of the field; a name that holds one is a fault of what it is a name in."""
    if isinstance(valeur, str):
        if "\x00" in valeur:
            yield chemin
    elif isinstance(valeur, dict):
        for cle, element in valeur.items():
            if "\x00" in cle:
                yield chemin
            yield from _nuls(element, f"{chemin}.{cle[:NOM_MAX]}".strip("."))
    elif isinstance(valeur, list):
        for rang, element in enumerate(valeur):
            yield from _nuls(element, f"{chemin}.{rang}".strip("."))
