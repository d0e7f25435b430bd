"""Merging field by field what a device wants into what is there. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass
class Fusion:
    """`ecrire`: the fields to write. `conflits`: those that somebody else changed meanwhile, with both values."""

    ecrire: dict[str, Any] = field(default_factory=dict)
    conflits: list[dict[str, Any]] = field(default_factory=list)
    deja: bool = False  # a wanted value was there already
    autres: bool = (
        False  # a field that was seen but not touched by the device has another value now
    )


def fusionner(
    vu: Mapping[str, Any], voulu: Mapping[str, Any], actuel: Mapping[str, Any], raison: str
) -> Fusion:
    """Three values of each wanted field: seen, wanted, there now.

    There already: nothing to do. Unchanged since it was seen: written. Not changed by the device: left as it is.
    Changed by both: a conflict, in which the value that reached the server first wins. A field that was not said to be
    seen counts as seen empty.
    """
    fusion = Fusion()
    for champ, valeur in voulu.items():
        la, avant = actuel[champ], vu.get(champ)
        if meme(la, valeur):
            fusion.deja = True
        elif meme(la, avant):
            fusion.ecrire[champ] = valeur
        elif champ in vu and meme(avant, valeur):
            fusion.autres = True
        else:
            fusion.conflits.append(conflit(champ, avant, valeur, la, raison))
    fusion.autres |= any(
        champ in actuel and not meme(actuel[champ], valeur)
        for champ, valeur in vu.items()
        if champ not in voulu
    )
    return fusion


def conflit(champ: str, vu: Any, voulu: Any, serveur: Any, raison: str) -> dict[str, Any]:
    """Both values of one field, which of them stands (`serveur`: the one that arrived first) and why."""
    return {
        "champ": champ,
        "vu": _json(vu),
        "voulu": _json(voulu),
        "serveur": _json(serveur),
        "gagnant": "serveur",
        "raison": raison,
    }


def meme(un: Any, autre: Any) -> bool:
    """Whether two values are the same once stored: outer blanks do not count, nothing is the empty text, 4 is 4.00."""
    un, autre = _normal(un), _normal(autre)
    if isinstance(un, Decimal) or isinstance(autre, Decimal):
        un, autre = _nombre(un), _nombre(autre)
    return bool(un == autre)


def _normal(valeur: Any) -> Any:
    if valeur is None:
        return ""
    return valeur.strip() if isinstance(valeur, str) else valeur


def _nombre(valeur: Any) -> Any:
    if isinstance(valeur, bool) or not isinstance(valeur, (str, int, float, Decimal)):
        return valeur
    try:
        nombre = Decimal(str(valeur))
    except InvalidOperation:
        return valeur
    return nombre if nombre.is_finite() else valeur


def _json(valeur: Any) -> Any:
    return str(valeur) if isinstance(valeur, Decimal) else valeur
