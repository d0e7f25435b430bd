"""JSON in, through orjson: strict UTF-8, bounded size and depth, no NUL."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


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
        if b"\\u0000" in brut and _contient_nul(donnees):
            raise ParseError(_("Le caractère NUL n’est pas admis."))
        return donnees


def _contient_nul(valeur: object) -> bool:
    if isinstance(valeur, str):
        return "\x00" in valeur
    if isinstance(valeur, dict):
        return any("\x00" in cle or _contient_nul(element) for cle, element in valeur.items())
    if isinstance(valeur, list):
        return any(_contient_nul(element) for element in valeur)
    return False
