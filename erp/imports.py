"""Tables that come in, from CSV or XLSX as people make them, and what becomes of each of their rows.

`lire(octets)` gives headings and rows whatever the encoding, the separator or the program; `Import` says how a row is
one object of the trade, and `traiter` asks the ordinary services for it: created, changed, unchanged, or refused in the
user's words. Nothing here knows an entity.
"""

import csv as _csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import openpyxl
from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl.utils.exceptions import InvalidFileException

from erp.exceptions import ERPException, ValidationError
from erp.exports import FORMULES
from erp.validation import CARACTERE_INTERDIT, caractere_interdit

if TYPE_CHECKING:
    from accounts.models import User  # for the type alone: accounts stands above erp

Texte = str | Promise
LIGNES_MAX = 20_000
COLONNES_MAX = 100
CELLULE_MAX = 10_000  # characters
DEPLIE_MAX, MEMBRES_MAX = 150 * 1024 * 1024, 1000  # bytes and parts of a workbook once unpacked
SEPARATEURS = (";", ",", "\t")
COLONNE_ERREUR = "erreur"  # of the file of refused rows; read over when it comes back


# --- Reading --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """Headings, and rows with their number in the file (the first line is 1); empty rows are left out."""

    format: str
    entetes: list[str]
    lignes: list[tuple[int, list[Any]]]
    separateur: str = ";"


def lire(octets: bytes) -> Table:
    """The table in a file, which is sniffed, not believed. Raises ValidationError on `fichier`, in the user's words."""
    if not octets:
        raise _refus(_("Ce fichier est vide."), "VIDE")
    if len(octets) > settings.TAILLE_MAX_DOCUMENT:
        raise _refus(
            _("Ce fichier dépasse %d Mo.") % (settings.TAILLE_MAX_DOCUMENT // (1024 * 1024)),
            "TROP_GROS",
        )
    if octets.startswith(b"PK\x03\x04"):
        return _table("xlsx", _lignes_xlsx(octets))
    if octets.startswith((b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise _refus(
            _("Ce type de fichier n’est pas lu : enregistrez-le en XLSX ou en CSV."), "TYPE_REFUSE"
        )
    texte = _decoder(octets)
    separateur = _separateur(texte)
    return _table("csv", _lignes_csv(texte, separateur), separateur)


def _table(format_: str, lignes: Iterator[tuple[int, list[Any]]], separateur: str = ";") -> Table:
    pleines = ((n, c) for n, c in lignes if any(cellule not in (None, "") for cellule in c))
    premiere = next(pleines, None)
    if premiere is None:
        raise _refus(_("Ce fichier est vide."), "VIDE")
    entetes = ["" if cellule is None else str(cellule) for cellule in premiere[1]]
    while entetes and not entetes[-1]:
        entetes.pop()
    if len(entetes) > COLONNES_MAX:
        raise _refus(_("Ce fichier a plus de %d colonnes.") % COLONNES_MAX, "TROP_LONG")
    retenues: list[tuple[int, list[Any]]] = []
    for numero, cellules in pleines:
        if len(retenues) == LIGNES_MAX:
            raise _refus(
                _("Ce fichier a plus de %d lignes : coupez-le en plusieurs.") % LIGNES_MAX,
                "TROP_LONG",
            )
        retenues.append((numero, (cellules + [None] * len(entetes))[: len(entetes)]))
    return Table(format_, entetes, retenues, separateur)


def _decoder(octets: bytes) -> str:
    codage = "utf-16" if octets.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        texte = octets.decode(codage)
    except UnicodeDecodeError:
        # what Excel writes on a French Windows
        texte = octets.decode("cp1252", errors="replace")
    if "\x00" in texte:
        raise _refus(
            _("Ce fichier n’est pas un texte : enregistrez-le en CSV ou en XLSX."), "TYPE_REFUSE"
        )
    return texte


def _separateur(texte: str) -> str:
    """The candidate that the heading has most of, outside its quotes."""
    entete = re.sub(r'"[^"]*"', "", texte.lstrip("\r\n").split("\n", 1)[0])
    return max(SEPARATEURS, key=entete.count)


def _lignes_csv(texte: str, separateur: str) -> Iterator[tuple[int, list[Any]]]:
    lecteur = _csv.reader(io.StringIO(texte, newline=""), delimiter=separateur)
    try:
        for rang, cellules in enumerate(lecteur, 1):
            yield rang, [_cellule(cellule) for cellule in cellules[: COLONNES_MAX + 1]]
    except _csv.Error as erreur:
        raise _refus(
            _("La ligne %d n’est pas lisible : guillemets mal fermés ?") % lecteur.line_num,
            "ILLISIBLE",
        ) from erreur


def _lignes_xlsx(octets: bytes) -> Iterator[tuple[int, list[Any]]]:
    """The first sheet. A formula counts for the value that was saved with it, a merged cell for its first one."""
    _verifier_archive(octets)
    try:
        classeur = openpyxl.load_workbook(
            io.BytesIO(octets), read_only=True, data_only=True, keep_links=False
        )
        feuille = classeur.worksheets[0]
        # a size that a program wrote wrongly would cut the rows short
        feuille.reset_dimensions()
        for rang, cellules in enumerate(
            feuille.iter_rows(values_only=True, max_col=COLONNES_MAX + 1), 1
        ):
            yield rang, [_cellule(cellule) for cellule in cellules]
        classeur.close()
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        ParseError,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        EOFError,
    ) as erreur:
        raise _refus(_("Ce classeur est illisible."), "ILLISIBLE") from erreur


def _verifier_archive(octets: bytes) -> None:
    """Before anything is unpacked: zipfile reads no more of a part than its declared size."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            membres = archive.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError) as erreur:
        raise _refus(_("Ce classeur est illisible."), "ILLISIBLE") from erreur
    if len(membres) > MEMBRES_MAX or sum(membre.file_size for membre in membres) > DEPLIE_MAX:
        raise _refus(_("Ce classeur est démesuré une fois déplié."), "BOMBE")


def _cellule(valeur: Any) -> Any:
    """Texts without the blanks around them, nor the apostrophe that an export puts before a would-be formula."""
    if not isinstance(valeur, str):
        return valeur
    texte = valeur.replace("\u00a0", " ").replace("\u202f", " ").strip()
    if texte.startswith("'") and texte[1:].startswith(FORMULES):
        return texte[1:]
    return texte


def _refus(message: str, code: str) -> ValidationError:
    return ValidationError.champ("fichier", message, code)


def cle_entete(texte: str) -> str:
    """A heading without accents, case, signs nor what stands in brackets: « Prix unitaire (MAD) » is `prixunitaire`."""
    nu = unicodedata.normalize("NFKD", re.sub(r"\([^)]*\)", "", texte).lower())
    return "".join(lettre for lettre in nu if lettre.isalnum())


# --- Values ---------------------------------------------------------------------------------------


class ValeurInvalide(Exception):
    """What a cell holds does not fit; the message is the user's."""


def texte(cellule: Any) -> str:
    """A number that a spreadsheet made of a code is that code again: 12.0 is "12"."""
    if isinstance(cellule, bool):
        return _("oui") if cellule else _("non")
    if isinstance(cellule, float) and cellule.is_integer():
        return str(int(cellule))
    if isinstance(cellule, datetime | date):
        return f"{cellule:%d/%m/%Y}"
    propre = str(cellule)
    if len(propre) > CELLULE_MAX:
        raise ValeurInvalide(_("Ce texte est trop long."))
    if interdit := caractere_interdit(propre):
        raise ValeurInvalide(str(CARACTERE_INTERDIT) % {"code": f"U+{ord(interdit):04X}"})
    return propre


def decimal(cellule: Any) -> Decimal:
    """`1 234,50`, `1234.5`, or a number."""
    if isinstance(cellule, bool):
        raise ValeurInvalide(_("« %s » n’est pas un nombre.") % cellule)
    brut = re.sub(r"\s", "", str(cellule)).replace(",", ".")
    try:
        nombre = Decimal(brut)
    except InvalidOperation as erreur:
        raise ValeurInvalide(_("« %s » n’est pas un nombre.") % str(cellule)[:40]) from erreur
    if not nombre.is_finite() or abs(nombre) >= 10**12:
        raise ValeurInvalide(_("« %s » n’est pas un nombre.") % str(cellule)[:40])
    return round(nombre, 6).normalize() + 0


def montant(cellule: Any) -> Decimal:
    """A decimal of two places at most; a spreadsheet's own rounding is undone."""
    return decimal(cellule).quantize(Decimal("0.01"))


def entier(cellule: Any) -> int:
    nombre = decimal(cellule)
    if nombre != nombre.to_integral_value():
        raise ValeurInvalide(_("« %s » n’est pas un nombre entier.") % str(cellule)[:40])
    return int(nombre)


def jour(cellule: Any) -> date:
    """A date of the spreadsheet's, or a text: 31/01/2026, 31-01-2026, 31.01.2026, 2026-01-31."""
    if isinstance(cellule, datetime):
        return cellule.date()
    if isinstance(cellule, date):
        return cellule
    brut = str(cellule).strip().split(" ")[0]
    for forme in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%d/%m/%y"):
        try:
            lu = datetime.strptime(brut, forme).date()  # a day has no zone
        except ValueError:
            continue
        if 1900 <= lu.year <= 2200:
            return lu
    raise ValeurInvalide(
        _("« %s » n’est pas une date : écrivez-la comme 31/01/2026.") % str(cellule)[:40]
    )


_OUI = {"oui", "o", "vrai", "true", "yes", "y", "1", "x", "نعم"}
_NON = {"non", "n", "faux", "false", "no", "0", "لا"}


def oui_non(cellule: Any) -> bool:
    brut = str(cellule).strip().lower()
    brut = "1" if cellule is True else brut
    if brut in _OUI or brut == _("oui"):
        return True
    if brut in _NON or brut == _("non"):
        return False
    raise ValeurInvalide(_("Répondez oui ou non, pas « %s ».") % str(cellule)[:40])


def liste(cellule: Any) -> list[str]:
    """Texts between commas."""
    return [morceau.strip() for morceau in texte(cellule).split(",") if morceau.strip()]


def parmi(choix: type[models.TextChoices]) -> Callable[[Any], str]:
    """One of the choices, by its key or its words in any of the product's languages."""

    @cache
    def connus() -> dict[str, str]:
        return {mots: str(membre.value) for membre in choix for mots in _mots(membre)}

    def lire_choix(cellule: Any) -> str:
        valeur = connus().get(_sans_accent(str(cellule)))
        if valeur is not None:
            return valeur
        admis = ", ".join(str(membre.label) for membre in choix)
        raise ValeurInvalide(
            _("« %(valeur)s » n’est pas admis. Choix : %(choix)s.")
            % {"valeur": str(cellule)[:40], "choix": admis}
        )

    return lire_choix


def _mots(membre: models.TextChoices) -> set[str]:
    mots = {_sans_accent(str(membre.value))}
    for langue, _nom in settings.LANGUAGES:
        with override(langue):
            mots.add(_sans_accent(str(membre.label)))
    return mots


def _sans_accent(mots: str) -> str:
    nus = unicodedata.normalize("NFKD", mots.strip().lower().replace("_", " "))
    return "".join(lettre for lettre in nus if not unicodedata.combining(lettre))


# --- What a row is --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Champ:
    """One column: `nom` is the parameter of the service, `titre` its heading, `autres` other names it may bear.

    `exemple` stands in the template file.
    """

    nom: str
    titre: Texte
    exemple: str = ""
    lire: Callable[[Any], Any] = texte
    autres: tuple[str, ...] = ()
    obligatoire: bool = False

    def noms(self) -> set[str]:
        """The headings that name it, in any of the product's languages."""
        connus = {cle_entete(self.nom), *map(cle_entete, self.autres)}
        for langue, _nom in settings.LANGUAGES:
            with override(langue):
                connus.add(cle_entete(str(self.titre)))
        return connus - {""}


Valeurs = dict[str, Any]


@dataclass(frozen=True)
class Import:
    """How rows of a file are objects of one entity.

    `cle` is what makes a row the same object as another row (None when it cannot be said), `trouver` that object among
    those the user sees, `creer` and `modifier` the services. `regle` says in words by what a row is recognised.
    """

    nom: str
    titre: Texte
    regle: Texte
    champs: Sequence[Champ]
    permis: Callable[["User"], bool]
    cle: Callable[[Valeurs], Any]
    trouver: Callable[["User", Valeurs], models.Model | None]
    creer: Callable[["User", Valeurs], models.Model]
    modifier: Callable[["User", Any, Valeurs], object]
    # what the links of a row stand for, before it is compared and written; raises ValidationError
    resoudre: Callable[["User", Valeurs, Any], Valeurs] = lambda user, valeurs, objet: valeurs
    # of a new object alone: an existing one has its own ways to change them
    a_la_creation: frozenset[str] = frozenset()
    # the second row of the template file, by names; the first is each column's own example
    second: Mapping[str, str] = field(default_factory=dict)

    def associer(self, entetes: Sequence[str]) -> "Association":
        """Which column is which. Raises ValidationError for one that is there twice, or a required one that is not."""
        par_nom = {nom: champ for champ in self.champs for nom in champ.noms()}
        rangs: dict[str, int] = {}
        ignorees = []
        for rang, entete in enumerate(entetes):
            champ = par_nom.get(cle_entete(entete))
            if champ is None:
                if entete and cle_entete(entete) != COLONNE_ERREUR:
                    ignorees.append(entete)
            elif champ.nom in rangs:
                raise _refus(_("La colonne « %s » est là deux fois.") % champ.titre, "DOUBLON")
            else:
                rangs[champ.nom] = rang
        manquantes = [str(c.titre) for c in self.champs if c.obligatoire and c.nom not in rangs]
        if manquantes:
            raise _refus(
                _("Il manque la colonne « %s ».") % " », « ".join(manquantes), "COLONNE_MANQUANTE"
            )
        return Association(rangs, ignorees)

    def titre_de(self, nom: str) -> str:
        """The heading that a fault of the service's stands under."""
        for champ in self.champs:
            if nom in (champ.nom, f"{champ.nom}_id") or f"{nom}_id" == champ.nom:
                return str(champ.titre)
        return ""


@dataclass(frozen=True)
class Association:
    rangs: dict[str, int]
    ignorees: list[str]


CREE, MODIFIE, INCHANGE, REFUSE = "cree", "modifie", "inchange", "refuse"


@dataclass(frozen=True)
class Sort:
    """What becomes of a row: `details` are [heading, words] of each fault or change."""

    numero: int
    genre: str
    libelle: str
    details: list[list[str]] = field(default_factory=list)


class Passage:
    """One run over the rows of a file, for one user; remembers the keys it has met."""

    def __init__(self, entite: Import, par: "User", association: Association) -> None:
        self.entite, self.par, self.association = entite, par, association
        self._vues: dict[Any, int] = {}

    def traiter(self, numero: int, cellules: Sequence[Any]) -> Sort:
        """Do what the row asks for, through the services; a refusal changes nothing and comes out in words."""
        valeurs, fautes = self._lire(cellules)
        libelle = " · ".join(
            str(valeurs[c.nom]) for c in self.entite.champs if c.obligatoire and c.nom in valeurs
        )[:200]
        if fautes:
            return Sort(numero, REFUSE, libelle, fautes)
        cle = self.entite.cle(valeurs)
        if cle is not None and cle in self._vues:
            phrase = _("La ligne %d dit déjà ce qu’il en est.") % self._vues[cle]
            return Sort(numero, REFUSE, libelle, [["", phrase]])
        if cle is not None:
            self._vues[cle] = numero
        try:
            return self._ecrire(numero, libelle, valeurs)
        except ERPException as refus:
            details = [
                [self.entite.titre_de(erreur.field), str(erreur.message)] for erreur in refus.errors
            ]
            return Sort(numero, REFUSE, libelle, details or [["", str(refus)]])

    def _lire(self, cellules: Sequence[Any]) -> tuple[Valeurs, list[list[str]]]:
        """The cells that say something: an empty one leaves what is there as it is."""
        valeurs: Valeurs = {}
        fautes = []
        for champ in self.entite.champs:
            rang = self.association.rangs.get(champ.nom)
            cellule = None if rang is None else cellules[rang]
            if cellule in (None, ""):
                if champ.obligatoire:
                    fautes.append([str(champ.titre), _("Ce champ est obligatoire.")])
                continue
            try:
                valeurs[champ.nom] = champ.lire(cellule)
            except ValeurInvalide as erreur:
                fautes.append([str(champ.titre), str(erreur)])
        return valeurs, fautes

    def _ecrire(self, numero: int, libelle: str, valeurs: Valeurs) -> Sort:
        objet = self.entite.trouver(self.par, valeurs)
        valeurs = self.entite.resoudre(self.par, valeurs, objet)
        if objet is None:
            self.entite.creer(self.par, valeurs)
            return Sort(numero, CREE, libelle)
        changes = {}
        details = []
        for nom, valeur in valeurs.items():
            if nom in self.entite.a_la_creation:
                continue
            avant = getattr(objet, nom)
            if _pareil(objet, nom, avant, valeur):
                continue
            changes[nom] = valeur
            mots = "" if nom.endswith("_id") else f"{_court(avant)} → {_court(valeur)}"
            details.append([self.entite.titre_de(nom), mots])
        if not changes:
            return Sort(numero, INCHANGE, libelle)
        self.entite.modifier(self.par, objet, changes)
        return Sort(numero, MODIFIE, libelle, details)


def _pareil(objet: models.Model, nom: str, avant: Any, valeur: Any) -> bool:
    """Whether writing the value would change nothing, in the form that its field keeps it in."""
    champ = objet._meta.get_field(nom)
    if isinstance(champ, models.EmailField):
        return str(avant).lower() == str(valeur).lower()
    if hasattr(avant, "as_e164"):
        propre = champ.to_python(valeur) if isinstance(champ, models.Field) else valeur
        return bool(avant == propre)
    return bool(avant == valeur)


def _court(valeur: Any) -> str:
    if valeur is None or valeur == "":
        return "—"
    if isinstance(valeur, date):
        return f"{valeur:%d/%m/%Y}"
    return str(valeur)[:60]
