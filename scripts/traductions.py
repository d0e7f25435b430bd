"""Translations without GNU gettext, which a fresh machine does not have.

    traductions.py compiler    locale/*/LC_MESSAGES/*.po → .mo, when older
    traductions.py extraire    bring every .po up to date with the code and the templates
    traductions.py verifier    fail when a language lacks a message, or has an unsure (fuzzy) one

The msgids are French, so French itself needs no catalogue. `djangojs.po`, when a language has one,
holds the messages of static/js/.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from django.utils.translation.template import templatize

RACINE = Path(__file__).resolve().parent.parent
LOCALE = RACINE / "locale"
#: Must exist; others are checked when they do.
OBLIGATOIRE = LOCALE / "en" / "LC_MESSAGES" / "django.po"
#: Translated by nobody: tests, migrations, tools, what is installed or made.
IGNORES = {
    ".venv", "node_modules", "var", "media", "locale", "scripts", "deploy", "docs", "tests",
    "migrations", "vendor", "__pycache__", ".git",
}  # fmt: skip
MOTS_CLES: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def extraire_gabarit(fichier: Any, mots: Any, commentaires: Any, options: Any) -> Iterator[Any]:
    """The messages of a Django template: Django itself turns it into calls that look like Python."""
    pseudo = templatize(fichier.read().decode("utf-8"))
    # Its indentation means nothing to Python, and would be refused.
    lignes = "\n".join(ligne.lstrip() for ligne in pseudo.split("\n"))
    return extract_python(BytesIO(lignes.encode()), mots, commentaires, {"encoding": "utf-8"})


METHODES: dict[str, Any] = {
    ".py": "python",
    ".js": "javascript",
    ".html": extraire_gabarit,
    ".txt": extraire_gabarit,
}


def fichiers(suffixes: set[str]) -> list[Path]:
    return sorted(
        chemin
        for chemin in RACINE.rglob("*")
        if chemin.suffix in suffixes
        and chemin.is_file()
        and not IGNORES.intersection(chemin.relative_to(RACINE).parts)
    )


def extraire(domaine: str) -> Catalog:
    """Every message of the source, with the places it comes from (no line: they move too often)."""
    catalogue = Catalog(project="GMAO", charset="utf-8")
    suffixes = {".js"} if domaine == "djangojs" else {".py", ".html", ".txt"}
    for chemin in fichiers(suffixes):
        lieu = chemin.relative_to(RACINE)
        if chemin.suffix == ".txt" and "templates" not in lieu.parts:
            continue
        with chemin.open("rb") as source:
            try:
                for _, msgid, notes, contexte in extract(
                    METHODES[chemin.suffix], source, MOTS_CLES
                ):
                    catalogue.add(
                        msgid, locations=[(str(lieu), 0)], auto_comments=notes, context=contexte
                    )
            except SyntaxError as erreur:
                raise SystemExit(f"{lieu} : {erreur}") from None
    return catalogue


def lire(po: Path) -> Catalog:
    with po.open("rb") as fichier:
        return read_po(fichier, locale=po.parts[-3], domain=po.stem)


def catalogues() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))


def compiler() -> int:
    for po in catalogues():
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        try:
            catalogue = lire(po)
        except (PoFileError, ValueError) as erreur:
            print(f"{po.relative_to(RACINE)} : {erreur}", file=sys.stderr)
            return 1
        with mo.open("wb") as fichier:
            write_mo(fichier, catalogue)
    return 0


def mettre_a_jour() -> int:
    if not OBLIGATOIRE.exists():
        OBLIGATOIRE.parent.mkdir(parents=True)
        with OBLIGATOIRE.open("wb") as fichier:
            write_po(fichier, Catalog(locale="en", project="GMAO", charset="utf-8"))
    sources: dict[str, Catalog] = {}
    for po in catalogues():
        source = sources.get(po.stem) or extraire(po.stem)
        sources[po.stem] = source
        catalogue = lire(po)
        catalogue.update(source, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        with po.open("wb") as fichier:
            write_po(fichier, catalogue, width=99, sort_output=True, include_lineno=False)
        manquants = sum(1 for message in catalogue if message.id and not _traduit(message.string))
        print(f"{po.relative_to(RACINE)} : {manquants} message(s) à traduire")
    return 0


def _traduit(traduction: Any) -> bool:
    formes = traduction if isinstance(traduction, (list, tuple)) else [traduction]
    return all(formes)


def _variables(texte: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|\{\w*\}", texte))


def defauts(po: Path, source: Catalog) -> Iterator[str]:
    """What a catalogue lacks against the source, one sentence each."""
    catalogue = lire(po)
    for attendu in source:
        if not attendu.id:
            continue
        msgid = attendu.id if isinstance(attendu.id, str) else attendu.id[0]
        message = catalogue.get(msgid, attendu.context)
        if message is None or not _traduit(message.string):
            yield f"non traduit : {msgid!r}"
        elif message.fuzzy:
            yield f"traduction incertaine (fuzzy) : {msgid!r}"
        else:
            formes = (
                message.string if isinstance(message.string, (list, tuple)) else [message.string]
            )
            pluriel = attendu.id if isinstance(attendu.id, str) else attendu.id[-1]
            if _variables(str(formes[-1])) - _variables(pluriel):
                yield f"variable inconnue dans la traduction de {msgid!r}"


def verifier() -> int:
    code = 0
    if not OBLIGATOIRE.exists():
        print(f"{OBLIGATOIRE.relative_to(RACINE)} manque : « make messages » le crée")
        code = 1
    sources: dict[str, Catalog] = {}
    for po in catalogues():
        source = sources.get(po.stem) or extraire(po.stem)
        sources[po.stem] = source
        trouves = list(defauts(po, source))
        for defaut in trouves[:40]:
            print(f"{po.relative_to(RACINE)} : {defaut}")
        if len(trouves) > 40:
            print(f"… et {len(trouves) - 40} autres : « make messages » prépare le fichier")
        code |= bool(trouves)
    return code


ACTIONS = {"compiler": compiler, "extraire": mettre_a_jour, "verifier": verifier}


def main() -> int:
    analyse = argparse.ArgumentParser(description="Traductions")
    analyse.add_argument("action", choices=ACTIONS)
    return ACTIONS[analyse.parse_args().action]()


if __name__ == "__main__":
    sys.exit(main())
