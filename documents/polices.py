"""What the report's fonts can print, and any text made printable with them.

PDF/A refuses a document with a glyph that is missing, and a report must come out whatever somebody typed.
"""

import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import typst
from django.conf import settings

DOSSIER: Path = settings.BASE_DIR / "static" / "vendor" / "polices"
# An unbroken run longer than this may be cut at the end of a line (serial numbers, addresses of pages).
MOT_MAX = 28
_LIANTS = "\u200c\u200d"  # Arabic and others need them
_COUPURE, _INCONNU = "\u200b", "\ufffd"
_LONG = re.compile(rf"[^\s{_COUPURE}]{{{MOT_MAX}}}(?=\S)")
_ACCENTS = 3  # marks on one letter: no writing of ours has more


@lru_cache(maxsize=1)
def polices() -> typst.Fonts:
    """The fonts of the report and no others: it looks the same on every machine."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(DOSSIER)]
    )


@lru_cache(maxsize=1)
def couverture() -> frozenset[int]:
    """The characters that one of the fonts draws."""
    return frozenset(
        point for fichier in DOSSIER.glob("*-Regular.ttf") for point in _cmap(fichier.read_bytes())
    )


def imprimable(texte: str) -> str:
    """The text in characters that print: controls and direction overrides gone, unknown ones « � », long runs cut."""
    sortie: list[str] = []
    accents = 0
    for lettre in unicodedata.normalize("NFC", texte):
        genre = unicodedata.category(lettre)
        accents = accents + 1 if genre in ("Mn", "Me") else 0
        if lettre == "\n" or genre in ("Zl", "Zp"):
            sortie.append("\n")
        elif lettre in _LIANTS:
            sortie.append(lettre)
        elif lettre == "\t" or (genre == "Zs" and ord(lettre) not in couverture()):
            sortie.append(" ")
        elif genre[0] == "C" or "\ufe00" <= lettre <= "\ufe0f" or accents > _ACCENTS:
            continue
        else:
            sortie.append(lettre if ord(lettre) in couverture() else _INCONNU)
    propre = re.sub(r"\n{3,}", "\n\n", "".join(sortie)).strip()
    return _LONG.sub(lambda trouve: trouve[0] + _COUPURE, propre)


def _cmap(police: bytes) -> Iterator[int]:
    """The code points of a TrueType font's Unicode character map (OpenType specification, table `cmap`, format 4)."""
    (nombre,) = struct.unpack_from(">H", police, 4)
    tables = (struct.unpack_from(">4sIII", police, 12 + 16 * rang) for rang in range(nombre))
    debut = next(position for nom, _somme, position, _taille in tables if nom == b"cmap")
    (nombre,) = struct.unpack_from(">H", police, debut + 2)
    for rang in range(nombre):
        _plateforme, _codage, decalage = struct.unpack_from(">HHI", police, debut + 4 + 8 * rang)
        table = debut + decalage
        (forme,) = struct.unpack_from(">H", police, table)
        if forme == 4:
            yield from _segments(police, table)
            return


def _segments(police: bytes, table: int) -> Iterator[int]:
    double = struct.unpack_from(">H", police, table + 6)[0]
    fins, debuts = table + 14, table + 16 + double
    deltas, decalages = debuts + double, debuts + 2 * double
    for rang in range(0, double, 2):
        fin, debut, delta, decalage = (
            struct.unpack_from(">H", police, ou + rang)[0]
            for ou in (fins, debuts, deltas, decalages)
        )
        for point in range(debut, min(fin, 0xFFFE) + 1):
            if decalage:
                ou = decalages + rang + decalage + 2 * (point - debut)
                glyphe = struct.unpack_from(">H", police, ou)[0]
            else:
                glyphe = (point + delta) & 0xFFFF
            if glyphe:
                yield point
