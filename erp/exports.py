"""Tables that leave as CSV or XLSX, a row at a time: whatever their length, memory holds a batch.

    CLIENTS = Export(
        nom="clients", titre=_("Clients"), visibles=Client.objects.visible_to, colonnes=client_pour,
        filtres=lambda user: (ClientFiltres, CLIENTS_TRIS), tri="nom_entreprise",
        champs={"nom_entreprise": "", "ville": ""},
    )
    tableau = CLIENTS.tableau(user, params, noms)     # what the page with these parameters lists, in its order
    csv(tableau), xlsx(tableau)                       # iterators of bytes

The parameters are those of the list page: same filters, same sort, same scope, so the same rows. Columns are those of
the API, under the same names; one that the API does not show a role is not exported for it either. Nothing here knows
an entity.
"""

import csv as _csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote
from xml.sax.saxutils import escape

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    DecimalField,
    Field,
    IntegerField,
    JSONField,
    QuerySet,
)
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from erp.api.columns import Colonnes
from erp.exceptions import ErreurChamp, ValidationError
from erp.filters import Filtres, Tris, ordre
from erp.validation import sans_interdits

if TYPE_CHECKING:
    from accounts.models import User  # for the type alone: accounts stands above erp

Texte = str | Promise
R = TypeVar("R", bound=HttpResponseBase)
LOT = 2000  # rows that the database sends at a time
LOT_ECRIT = 500  # rows between two pieces of the answer
LIGNES_XLSX_MAX = 1_048_575  # a sheet has no more, under its headings
CELLULE_MAX = 32_767  # characters, in Excel
MIMES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMATS = tuple(MIMES)
# What a spreadsheet would take for a formula at the start of a text.
FORMULES = ("=", "+", "-", "@", "\t", "\r")


class Genre(Enum):
    TEXTE = "texte"
    ENTIER = "entier"
    DECIMAL = "decimal"
    JOUR = "jour"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Colonne:
    """One column as it is written: its name, its heading in words, and what its values are turned into."""

    nom: str
    titre: str
    genre: Genre
    convertir: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Tableau:
    """Headings and rows, in the language under way when it was made; rows are read when they are asked for."""

    titre: str
    colonnes: Sequence[Colonne]
    lignes: Callable[[], Iterator[Sequence[Any]]]
    langue: str = "fr"


@dataclass(frozen=True)
class Export:
    """What of an entity leaves: `champs` are columns of the API with their headings, "" for the model's own words.

    `visibles`, `colonnes` and `filtres` answer for a user; `tri` is the sort key of the page when the URL names none.
    """

    nom: str
    titre: Texte
    visibles: Callable[["User"], QuerySet[Any]]
    colonnes: Callable[["User"], Colonnes]
    filtres: Callable[["User"], tuple[type[Filtres], Tris]]
    tri: str
    champs: Mapping[str, Texte]
    permis: Callable[["User"], bool] = lambda user: True

    def choisissables(self, user: "User") -> list[tuple[str, str]]:
        """(name, heading) of every column that the user may have, in order."""
        lisibles = self.colonnes(user)
        return [
            (nom, self._titre(lisibles, nom)) for nom in self.champs if nom in lisibles.colonnes
        ]

    def selection(self, user: "User", params: QueryDict) -> QuerySet[Any]:
        """The rows of the list page with these parameters, in its order; what is no filter is passed over, as there.

        Raises ValidationError for a value that does not fit.
        """
        filtres, tris = self.filtres(user)
        retenues = filtres.appliquer(self.visibles(user), filtres.connus(_propres(params)))
        cles, faux = ordre(tris, params.get("sort", "") or self.tri, ("pk",))
        if faux:
            cles, _faux = ordre(tris, self.tri, ("pk",))
        return retenues.order_by(*cles)

    def compter(self, user: "User", params: QueryDict, maximum: int) -> int:
        """How many rows, counting no further than one beyond `maximum`."""
        return self.selection(user, params).order_by()[: maximum + 1].count()

    def tableau(self, user: "User", params: QueryDict, noms: Iterable[str] = ()) -> Tableau:
        """The table with the columns `noms`, in the order of the declaration (all of them when it names none).

        Raises ValidationError for a column that the user does not have, or a filter's value that does not fit.
        """
        lisibles = self.colonnes(user)
        connus = dict(self.choisissables(user))
        voulus = set(noms)
        inconnus = voulus - connus.keys()
        if inconnus:
            raise ValidationError(
                errors=[
                    ErreurChamp("colonnes", _("Cette colonne n’existe pas : %s.") % nom, "INCONNU")
                    for nom in sorted(inconnus)
                ]
            )
        retenus = [nom for nom in connus if nom in voulus] if voulus else list(connus)
        requete = self.selection(user, params)
        if lisibles.relations:
            requete = requete.annotate(
                **deepcopy(lisibles.relations)
            )  # the query keeps notes on them
        requete = requete.values_list(*(lisibles.colonnes[nom] for nom in retenus))
        champs = _types(requete)[: len(retenus)]
        colonnes = [
            _colonne(nom, connus[nom], champ) for nom, champ in zip(retenus, champs, strict=True)
        ]
        return Tableau(
            titre=str(self.titre),
            colonnes=colonnes,
            lignes=lambda: _lire(requete, colonnes),
            langue=get_language() or "fr",
        )

    def _titre(self, lisibles: Colonnes, nom: str) -> str:
        if titre := self.champs[nom]:
            return str(titre)
        champ = lisibles.modele._meta.get_field(str(lisibles.colonnes[nom]))
        mots = str(getattr(champ, "verbose_name", nom))
        return mots[:1].upper() + mots[1:]


def _propres(params: QueryDict) -> QueryDict:
    """As the list page reads its URL: without what is empty or cannot be searched for."""
    propres = QueryDict(mutable=True)
    for cle, valeurs in params.lists():
        gardees = [valeur for valeur in valeurs if valeur.strip() and "\x00" not in valeur]
        if gardees:
            propres.setlist(cle, gardees)
    return propres


def _types(requete: QuerySet[Any]) -> list["Field[Any, Any]"]:
    compilateur = requete.query.get_compiler(connection.alias)
    compilateur.as_sql()
    return [expression.output_field for expression, _sql, _alias in compilateur.select]


def _colonne(nom: str, titre: str, champ: "Field[Any, Any]") -> Colonne:
    """Words are looked up here, in the language under way: the rows may be read after it has changed."""
    if champ.flatchoices:
        mots = {cle: str(libelle) for cle, libelle in champ.flatchoices}
        return Colonne(nom, titre, Genre.TEXTE, lambda valeur: mots.get(valeur, valeur))
    if isinstance(champ, BooleanField):
        oui, non = _("oui"), _("non")
        return Colonne(nom, titre, Genre.TEXTE, lambda valeur: oui if valeur else non)
    if isinstance(champ, DateTimeField):
        fuseau = timezone.get_default_timezone()
        return Colonne(nom, titre, Genre.MOMENT, lambda valeur: _mur(valeur, fuseau))
    if isinstance(champ, DateField):
        return Colonne(nom, titre, Genre.JOUR)
    if isinstance(champ, DecimalField):
        return Colonne(nom, titre, Genre.DECIMAL)
    if isinstance(champ, IntegerField):
        return Colonne(nom, titre, Genre.ENTIER)
    if isinstance(champ, ArrayField):
        return Colonne(nom, titre, Genre.TEXTE, ", ".join)
    if isinstance(champ, JSONField):
        return Colonne(nom, titre, Genre.TEXTE, _couples)
    return Colonne(nom, titre, Genre.TEXTE)


def _mur(valeur: datetime, fuseau: tzinfo) -> datetime:
    """Wall time in Casablanca."""
    return valeur.astimezone(fuseau).replace(tzinfo=None)


def _couples(valeur: Any) -> str:
    """`{"Puissance": "5 kW"}` as « Puissance : 5 kW ; … »."""
    if not isinstance(valeur, dict):
        return str(valeur)
    return " ; ".join(f"{cle} : {'' if v is None else v}" for cle, v in valeur.items())


def _lire(requete: QuerySet[Any], colonnes: Sequence[Colonne]) -> Iterator[list[Any]]:
    """The rows, a batch at a time from a cursor of the server's."""
    convertisseurs = [colonne.convertir for colonne in colonnes]
    for ligne in requete.iterator(chunk_size=LOT):
        yield [
            valeur if valeur is None or convertir is None else convertir(valeur)
            for valeur, convertir in zip(ligne, convertisseurs, strict=True)
        ]


# --- CSV ------------------------------------------------------------------------------------------


def a_enregistrer(reponse: R, nom: str) -> R:
    """The answer as a file to be saved under that name, kept by nobody on its way."""
    reponse["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(nom, safe='')}"
    reponse["Cache-Control"] = "private, no-store"
    reponse["X-Content-Type-Options"] = "nosniff"
    return reponse


def separateur(langue: str) -> str:
    """What a spreadsheet set to this language expects between two cells: the comma is a decimal one in French."""
    return "," if langue.startswith("en") else ";"


def csv(tableau: Tableau) -> Iterator[bytes]:
    """UTF-8 with a mark, so that a spreadsheet reads the accents; numbers and dates as the language writes them.

    A text that a spreadsheet would run as a formula has an apostrophe in front.
    """
    virgule = not tableau.langue.startswith("en")
    tampon = io.StringIO()
    plume = _csv.writer(tampon, delimiter=separateur(tableau.langue), lineterminator="\r\n")
    plume.writerow([inerte(colonne.titre) for colonne in tableau.colonnes])
    debut = "\ufeff"
    for rang, ligne in enumerate(tableau.lignes(), 1):
        plume.writerow([en_texte(valeur, virgule=virgule) for valeur in ligne])
        if rang % LOT_ECRIT == 0:
            yield (debut + tampon.getvalue()).encode()
            debut = ""
            tampon.seek(0)
            tampon.truncate()
    yield (debut + tampon.getvalue()).encode()


def inerte(texte: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{texte}" if texte.startswith(FORMULES) else texte


def en_texte(valeur: Any, *, virgule: bool) -> str:
    """A value as a cell of a CSV file."""
    if valeur is None:
        return ""
    if isinstance(valeur, datetime):
        return f"{valeur:%d/%m/%Y %H:%M}"
    if isinstance(valeur, date):
        return f"{valeur:%d/%m/%Y}"
    if isinstance(valeur, Decimal):
        return f"{valeur:f}".replace(".", ",") if virgule else f"{valeur:f}"
    if isinstance(valeur, int):
        return str(valeur)
    return inerte(str(valeur))


# --- XLSX -----------------------------------------------------------------------------------------

_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/xl/workbook.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>\
<Override PartName="/xl/styles.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>\
<Override PartName="/xl/worksheets/sheet1.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"""
_RELATIONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
<Relationship Id="rId1" Target="xl/workbook.xml" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>"""
_RELATIONS_CLASSEUR = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
<Relationship Id="rId1" Target="worksheets/sheet1.xml" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>\
<Relationship Id="rId2" Target="styles.xml" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"/></Relationships>"""
_CLASSEUR = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" \
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>\
<sheet name="{}" sheetId="1" r:id="rId1"/></sheets></workbook>"""
# cell formats: 0 as it is, 1 heading, 2 day, 3 moment, 4 two decimals
_STYLES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">\
<numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>\
<numFmt numFmtId="165" formatCode="dd/mm/yyyy\\ hh:mm"/></numFmts>\
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>\
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>\
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>\
</styleSheet>"""
_FEUILLE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>\
<sheetView workbookViewId="0"{}><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>\
</sheetView></sheetViews><cols>{}</cols><sheetData>"""
_LARGEURS = {Genre.JOUR: 12, Genre.MOMENT: 17, Genre.DECIMAL: 12, Genre.ENTIER: 10}
_JOUR_ZERO = datetime(1899, 12, 30)  # day 0 of a spreadsheet
_SECONDES_PAR_JOUR = 86_400


class _Tampon:
    """What a zip archive is written to, and taken from piece by piece; it cannot go back."""

    def __init__(self) -> None:
        self._morceaux: list[bytes] = []

    def write(self, octets: bytes) -> int:
        self._morceaux.append(bytes(octets))
        return len(octets)

    def flush(self) -> None:
        pass

    def vider(self) -> bytes:
        octets = b"".join(self._morceaux)
        self._morceaux.clear()
        return octets


def xlsx(tableau: Tableau) -> Iterator[bytes]:
    """A workbook of one sheet, written as it is read: numbers are numbers, days and moments are dates, in Casablanca.

    Texts are written as texts, which no spreadsheet runs. Rows beyond what a sheet holds are left out.
    """
    tampon: Any = _Tampon()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("xl/workbook.xml", _CLASSEUR.format(_attribut(_feuille(tableau.titre))))
        archive.writestr("xl/_rels/workbook.xml.rels", _RELATIONS_CLASSEUR)
        archive.writestr("xl/styles.xml", _STYLES)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as feuille:
            feuille.write(_tete(tableau).encode())
            morceau = [_ligne_de_titres(tableau)]
            nombre = 0
            for ligne in tableau.lignes():
                if nombre == LIGNES_XLSX_MAX:
                    break
                nombre += 1
                morceau.append(f"<row>{''.join(map(_cellule, ligne))}</row>")
                if nombre % LOT_ECRIT == 0:
                    feuille.write("".join(morceau).encode())
                    morceau.clear()
                    yield tampon.vider()
            etendue = f"A1:{_lettre(len(tableau.colonnes))}{nombre + 1}"
            morceau.append(f'</sheetData><autoFilter ref="{etendue}"/></worksheet>')
            feuille.write("".join(morceau).encode())
    yield tampon.vider()


def _tete(tableau: Tableau) -> str:
    largeurs = (
        _LARGEURS.get(colonne.genre, max(14, min(40, len(colonne.titre) + 4)))
        for colonne in tableau.colonnes
    )
    colonnes = "".join(
        f'<col min="{rang}" max="{rang}" width="{largeur}" customWidth="1"/>'
        for rang, largeur in enumerate(largeurs, 1)
    )
    sens = ' rightToLeft="1"' if tableau.langue.startswith("ar") else ""
    return _FEUILLE.format(sens, colonnes)


def _ligne_de_titres(tableau: Tableau) -> str:
    cellules = (
        f'<c t="inlineStr" s="1"><is><t>{_xml(colonne.titre)}</t></is></c>'
        for colonne in tableau.colonnes
    )
    return f"<row>{''.join(cellules)}</row>"


def _cellule(valeur: Any) -> str:
    if valeur is None or valeur == "":
        return "<c/>"
    if isinstance(valeur, datetime):
        ecart = valeur - _JOUR_ZERO
        return f'<c s="3"><v>{ecart.days + ecart.seconds / _SECONDES_PAR_JOUR:.6f}</v></c>'
    if isinstance(valeur, date):
        return f'<c s="2"><v>{valeur.toordinal() - _JOUR_ZERO.toordinal()}</v></c>'
    if isinstance(valeur, Decimal):
        return f'<c s="4"><v>{valeur:f}</v></c>'
    if isinstance(valeur, int | float):
        return f"<c><v>{valeur}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{_xml(str(valeur))}</t></is></c>'


def _xml(texte: str) -> str:
    return escape(sans_interdits(texte)[:CELLULE_MAX])


def _attribut(texte: str) -> str:
    return escape(texte, {'"': "&quot;"})


def _feuille(titre: str) -> str:
    """A name that a sheet may bear."""
    return "".join("-" if lettre in "[]:*?/\\'" else lettre for lettre in titre)[:31] or "1"


def _lettre(rang: int) -> str:
    """1 is A, 27 is AA."""
    lettres = ""
    while rang:
        rang, reste = divmod(rang - 1, 26)
        lettres = chr(ord("A") + reste) + lettres
    return lettres
