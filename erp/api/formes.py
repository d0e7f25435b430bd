"""What is refused of every body before any field of it is looked at: names that the form does not have, values of
another type than the schema says, control characters.

A name that nobody reads would be a value that its sender believes to be stored; so would a number or a boolean that is
made a text on the way, or a word that is made a boolean. A control character breaks spreadsheets and printed reports
later, far from whoever typed it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from erp.exceptions import ErreurChamp
from erp.validation import CARACTERE_INTERDIT, caractere_interdit

_TEXTES = (
    serializers.CharField,
    serializers.UUIDField,
    serializers.DateField,
    serializers.DateTimeField,
)
_NOM_MAX = 100  # characters of an unknown name that the answer repeats
_FAUTES_MAX = 50


# The fields of each form, made for one request and taken over by the next: DRF copies those that a class declares, and
# all that they hold, for every instance. A pool rather than one set: requests of several threads do not share theirs.
_EN_RESERVE: dict[type[Any], list[Any]] = {}
_DECLARES = serializers.Serializer.get_fields


@contextmanager
def empruntee(
    forme: "type[serializers.BaseSerializer[Any]]", **options: Any
) -> Iterator["serializers.BaseSerializer[Any]"]:
    """An instance of this form, for one body; its fields are somebody else's afterwards."""
    lu = forme(**options)
    if not isinstance(lu, serializers.Serializer) or type(lu).get_fields is not _DECLARES:
        yield lu  # a list, or fields that depend on who asks
        return
    reserve = _EN_RESERVE.setdefault(forme, [])
    if reserve:
        champs = reserve.pop()
        for champ in champs.values():
            champ.parent = lu
        lu.__dict__["fields"] = champs  # where `cached_property` keeps it
    yield lu
    champs = lu.fields
    for champ in champs.values():
        champ.parent = None  # type: ignore[assignment]  # or the request would live on with them
    reserve.append(champs)


def fautes(forme: "serializers.BaseSerializer[Any]", donnees: Any) -> list[ErreurChamp]:
    """The unknown names, wrong types and forbidden characters of a body, by path of the field (`controles.0.libelle`).

    A form that is no JSON has texts only: its fields read them.
    """
    trouvees: list[ErreurChamp] = []
    typees = not isinstance(donnees, MultiValueDict)
    for faute in (*_inconnus(forme, donnees, "", typees), *_caracteres(donnees, "")):
        trouvees.append(faute)
        if len(trouvees) == _FAUTES_MAX:
            break
    return trouvees


def _chemin(champ: str, nom: object) -> str:
    return f"{champ}.{str(nom)[:_NOM_MAX]}".strip(".")


def _inconnus(
    champ: "serializers.Field[Any, Any, Any, Any]", donnees: Any, chemin: str, typees: bool
) -> Iterator[ErreurChamp]:
    if isinstance(champ, (serializers.ListField, serializers.ListSerializer)):
        if isinstance(donnees, list) and champ.child is not None:
            for rang, element in enumerate(donnees):
                yield from _inconnus(champ.child, element, _chemin(chemin, rang), typees)
    elif isinstance(champ, serializers.Serializer) and isinstance(donnees, Mapping):
        for nom, valeur in donnees.items():
            interieur = champ.fields.get(nom) if isinstance(nom, str) else None
            if interieur is None or interieur.read_only:
                yield ErreurChamp(
                    _chemin(chemin, nom), _("Ce champ n’existe pas ici."), "CHAMP_INCONNU"
                )
            else:
                yield from _inconnus(interieur, valeur, _chemin(chemin, nom), typees)
    elif donnees is None:
        return  # what may be empty is the field's own to say
    elif isinstance(champ, _TEXTES) and not isinstance(donnees, (str, list, Mapping)):
        yield ErreurChamp(chemin, _("Donnez un texte, entre guillemets."), "INVALIDE")
    elif typees and isinstance(champ, serializers.BooleanField) and not isinstance(donnees, bool):
        yield ErreurChamp(chemin, _("Donnez true ou false, sans guillemets."), "INVALIDE")


def _caracteres(donnees: Any, chemin: str) -> Iterator[ErreurChamp]:
    if isinstance(donnees, str):
        interdit = caractere_interdit(donnees)
        if interdit:
            message = CARACTERE_INTERDIT % {"code": f"U+{ord(interdit):04X}"}
            yield ErreurChamp(chemin, message, "CARACTERE_INTERDIT")
    elif isinstance(donnees, Mapping):
        for nom, valeur in donnees.items():
            if caractere_interdit(str(nom)):
                yield from _caracteres(str(nom), chemin)
            if not isinstance(valeur, UploadedFile):
                yield from _caracteres(valeur, _chemin(chemin, nom))
    elif isinstance(donnees, list):
        for rang, element in enumerate(donnees):
            yield from _caracteres(element, _chemin(chemin, rang))
