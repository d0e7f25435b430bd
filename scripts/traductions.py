"""Translations without GNU gettext, which a fresh machine does not have.

    traductions.py compiler    locale/*/LC_MESSAGES/*.po → .mo, when older
    traductions.py extraire    bring every .po up to date with the code and the templates
    traductions.py verifier    fail when a language lacks a message, or has an unsure (fuzzy) one
    traductions.py manquants   what is left to translate, numbered: "12 | msgid", one file a language
    traductions.py remplir     put the answers "12 | translation" of such a file back in its .po

The msgids are French, so French itself needs no catalogue. `djangojs.po`, when a language has one,
holds the messages of static/js/.

To finish a language: `extraire`, `manquants`, then write the translation over each msgid of
var/traductions/<language>.txt (the plural forms of one message are separated by " || ", in the order
of the .po header; a line break is written \\n), then `remplir` and `verifier`.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from django.utils.translation.template import templatize

RACINE = Path(__file__).resolve().parent.parent
LOCALE = RACINE / "locale"
#: The languages of the product beside French, and how each counts (Django's own rule, for catalogues to merge).
PLURIELS = {
    "en": "nplurals=2; plural=(n != 1);",
    "ar": (
        "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
        "n%100>=11 && n%100<=99 ? 4 : 5;"
    ),
}
OBLIGATOIRES = [LOCALE / langue / "LC_MESSAGES" / "django.po" for langue in PLURIELS]
A_TRADUIRE = RACINE / "var" / "traductions"
#: Forms of a plural that may leave its number out, for the noun says it: "no job", "one job", "two jobs".
SANS_NOMBRE = {"en": {0}, "ar": {0, 1, 2}}
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


def extraire_python(fichier: Any, mots: Any, commentaires: Any, options: Any) -> Iterator[Any]:
    """The messages of a module, those inside an f-string as well, which Babel takes for plain text."""
    source = fichier.read()
    yield from extract_python(BytesIO(source), mots, commentaires, options)
    for phrase in ast.walk(ast.parse(source)):
        if not isinstance(phrase, ast.JoinedStr):
            continue
        for appel in ast.walk(phrase):
            if not (isinstance(appel, ast.Call) and isinstance(appel.func, ast.Name)):
                continue
            textes = tuple(a.value for a in appel.args if isinstance(a, ast.Constant))
            if appel.func.id in mots and textes:
                yield appel.lineno, appel.func.id, textes if len(textes) > 1 else textes[0], []


METHODES: dict[str, Any] = {
    ".py": extraire_python,
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
    catalogue = Catalog(project="ERP Maintenance", charset="utf-8")
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


def ecrire(po: Path, catalogue: Catalog) -> None:
    with po.open("wb") as fichier:
        write_po(fichier, catalogue, width=99, sort_output=True, include_lineno=False)


def nouveau(langue: str) -> Catalog:
    catalogue = Catalog(
        locale=langue,
        project="ERP Maintenance",
        version="1",
        charset="utf-8",
        header_comment="# Translations of ERP Maintenance.",
        msgid_bugs_address="",
        last_translator="ERP Maintenance",
        language_team="ERP Maintenance",
        fuzzy=False,
    )
    catalogue.mime_headers = [("Plural-Forms", PLURIELS[langue])]
    return catalogue


def mettre_a_jour() -> int:
    for po in OBLIGATOIRES:
        if not po.exists():
            po.parent.mkdir(parents=True, exist_ok=True)
            ecrire(po, nouveau(po.parts[-3]))
    sources: dict[str, Catalog] = {}
    for po in catalogues():
        source = sources.get(po.stem) or extraire(po.stem)
        sources[po.stem] = source
        catalogue = lire(po)
        date = catalogue.creation_date
        catalogue.update(source, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.creation_date = date  # nothing new, nothing to commit
        ecrire(po, catalogue)
        manquants = sum(1 for message in catalogue if message.id and not _traduit(message.string))
        print(f"{po.relative_to(RACINE)} : {manquants} message(s) à traduire")
    return 0


def _traduit(traduction: Any) -> bool:
    formes = traduction if isinstance(traduction, (list, tuple)) else [traduction]
    return all(formes)


def _formes(texte: Any) -> list[str]:
    return [str(forme) for forme in texte] if isinstance(texte, (list, tuple)) else [str(texte)]


def _variables(texte: str) -> list[str]:
    """What Python fills in, and the HTML tags around the words."""
    return sorted(re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+[^>]*>", texte))


def _desaccords(langue: str, msgid: list[str], traduction: list[str]) -> Iterator[str]:
    """The variables and tags that a translation drops or invents, form by form of a plural."""
    singulier, pluriel = _variables(msgid[0]), _variables(msgid[-1])
    for rang, forme in enumerate(traduction):
        trouvees = _variables(forme)
        sans_nombre = len(traduction) > 1 and rang in SANS_NOMBRE[langue]
        if trouvees not in (singulier, pluriel) and not (
            sans_nombre and any(trouvees == reste for reste in _sans_une(pluriel))
        ):
            yield f"variables ou balises : {forme!r} pour {msgid[-1]!r}"


def _sans_une(variables: list[str]) -> Iterator[list[str]]:
    """Without one named variable, the number; one without a name must stay, or Python refuses the sentence."""
    for rang, variable in enumerate(variables):
        if variable.startswith("%("):
            yield variables[:rang] + variables[rang + 1 :]


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
            yield from _desaccords(po.parts[-3], _formes(attendu.id), _formes(message.string))


def verifier() -> int:
    code = 0
    for po in OBLIGATOIRES:
        if not po.exists():
            print(f"{po.relative_to(RACINE)} manque : « make messages » le crée")
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


def _en_attente(catalogue: Catalog) -> list[Message]:
    """In the order of the file, so that a number means the same message until the next extraction."""
    return [message for message in catalogue if message.id and not _traduit(message.string)]


def manquants() -> int:
    A_TRADUIRE.mkdir(parents=True, exist_ok=True)
    for po in OBLIGATOIRES:
        lignes = [
            f"{rang} | " + " || ".join(_formes(message.id)).replace("\n", "\\n")
            for rang, message in enumerate(_en_attente(lire(po)))
        ]
        fichier = A_TRADUIRE / f"{po.parts[-3]}.txt"
        fichier.write_text("\n".join(lignes) + "\n", encoding="utf-8")
        print(f"{fichier.relative_to(RACINE)} : {len(lignes)} message(s)")
    return 0


def remplir() -> int:
    for po in OBLIGATOIRES:
        fichier = A_TRADUIRE / f"{po.parts[-3]}.txt"
        if not fichier.exists():
            continue
        catalogue = lire(po)
        attente = _en_attente(catalogue)
        for ligne in fichier.read_text(encoding="utf-8").splitlines():
            rang, barre, texte = ligne.partition(" | ")
            if not barre or not rang.isdigit() or int(rang) >= len(attente):
                continue
            message = attente[int(rang)]
            formes = texte.replace("\\n", "\n").split(" || ")
            if formes == _formes(message.id):
                continue
            if not message.pluralizable:
                message.string = formes[0]
            elif len(formes) == catalogue.num_plurals:
                message.string = tuple(formes)
            else:
                print(f"{po.parts[-3]} {rang} : {catalogue.num_plurals} formes attendues")
        ecrire(po, catalogue)
        # the numbers are those of before
        fichier.unlink()
    return 0


ACTIONS = {
    "compiler": compiler,
    "extraire": mettre_a_jour,
    "verifier": verifier,
    "manquants": manquants,
    "remplir": remplir,
}


def main() -> int:
    analyse = argparse.ArgumentParser(description="Traductions")
    analyse.add_argument("action", choices=ACTIONS)
    return ACTIONS[analyse.parse_args().action]()


if __name__ == "__main__":
    sys.exit(main())
