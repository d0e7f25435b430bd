"""Copy the few browser files that are used from node_modules to static/vendor/, an ignored folder.

`sourceMappingURL` lines go: they name files that are not copied, which hashed static files refuse.
The icons named in static/icones.txt, one a line, become one SVG sprite:
`<svg class="icon"><use href="{% static 'vendor/icones.svg' %}#home"/></svg>`. A name such as
`star-filled` takes the filled drawing.
"""

import re
import shutil
import sys
from pathlib import Path

RACINE = Path(__file__).resolve().parent.parent
PAQUETS = RACINE / "node_modules"
CIBLE = RACINE / "static" / "vendor"
ICONES = RACINE / "static" / "icones.txt"

#: name under static/vendor/ → file of the package
FICHIERS = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.rtl.min.css": "@tabler/core/dist/css/tabler.rtl.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "chart.umd.js": "chart.js/dist/chart.umd.min.js",
    "event-calendar.min.js": "@event-calendar/build/dist/event-calendar.min.js",
    "event-calendar.min.css": "@event-calendar/build/dist/event-calendar.min.css",
    "tom-select.complete.min.js": "tom-select/dist/js/tom-select.complete.min.js",
    "tom-select.bootstrap5.min.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
}

#: letters of the printed reports, Latin, Greek, Cyrillic and Arabic: typst wants TTF
POLICES = {
    "IBMPlexSans-Regular.ttf": "ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf",
    "IBMPlexSans-SemiBold.ttf": "ibm-plex-sans/600SemiBold/IBMPlexSans_600SemiBold.ttf",
    "IBMPlexSansArabic-Regular.ttf": "ibm-plex-sans-arabic/400Regular/IBMPlexSansArabic_400Regular.ttf",
    "IBMPlexSansArabic-SemiBold.ttf": "ibm-plex-sans-arabic/600SemiBold/IBMPlexSansArabic_600SemiBold.ttf",
}

SOURCE_MAP = re.compile(
    r"^\s*(//|/\*)[#@]\s*sourceMappingURL=.*$|/\*[#@]\s*sourceMappingURL=[^*]*\*/", re.M
)
CADRE_VIDE = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
DESSIN = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)

PLEIN = 'fill="currentColor"'
TRAIT = (
    'fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round"'
)


class IconeInconnue(Exception):
    """A name in static/icones.txt that Tabler does not draw."""


def copier_fichiers(cible: Path) -> None:
    for nom, source in FICHIERS.items():
        texte = (PAQUETS / source).read_text(encoding="utf-8")
        (cible / nom).write_text(SOURCE_MAP.sub("", texte), encoding="utf-8")
    (cible / "polices").mkdir()
    for nom, source in POLICES.items():
        shutil.copyfile(PAQUETS / "@expo-google-fonts" / source, cible / "polices" / nom)


def symbole(nom: str) -> str:
    """One icon as a `<symbol>`, without its invisible frame."""
    plein = nom.endswith("-filled")
    dossier = PAQUETS / "@tabler" / "icons" / "icons" / ("filled" if plein else "outline")
    fichier = dossier / f"{nom.removesuffix('-filled')}.svg"
    if not fichier.is_file():
        raise IconeInconnue(
            f"static/icones.txt nomme une icône que Tabler ne connaît pas : « {nom} » "
            "(la liste : https://tabler.io/icons)."
        )
    trouve = DESSIN.search(fichier.read_text(encoding="utf-8"))
    assert trouve, fichier
    dessin = " ".join(CADRE_VIDE.sub("", trouve[1]).split())
    style = PLEIN if plein else TRAIT
    return f'<symbol id="{nom}" viewBox="0 0 24 24" {style}>{dessin}</symbol>'


def icones() -> list[str]:
    lignes = (ligne.partition("#")[0].strip() for ligne in ICONES.read_text("utf-8").splitlines())
    return sorted({ligne for ligne in lignes if ligne})


def main() -> int:
    provisoire = CIBLE.with_name("vendor.nouveau")
    shutil.rmtree(provisoire, ignore_errors=True)
    provisoire.mkdir(parents=True)
    try:
        copier_fichiers(provisoire)
        symboles = "\n".join(symbole(nom) for nom in icones())
    except (IconeInconnue, FileNotFoundError) as erreur:
        shutil.rmtree(provisoire)
        print(erreur, file=sys.stderr)
        return 1
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symboles}\n</svg>\n'
    (provisoire / "icones.svg").write_text(sprite, encoding="utf-8")
    shutil.rmtree(CIBLE, ignore_errors=True)
    provisoire.rename(CIBLE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
