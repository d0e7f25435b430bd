"""A file that comes in: tried first, every row's fate shown, then imported; what was refused goes out to be mended.

A try runs the very services in a transaction that is rolled back, so it says what the import would do, not what
somebody thought it would. Both are one job on one file.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import structlog
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from erp.exceptions import BusinessRuleError, ValidationError
from erp.exports import Colonne, Genre, Tableau, csv, xlsx
from erp.imports import COLONNE_ERREUR, REFUSE, Import, Passage, Sort, Table, lire, texte
from erp.validation import trouver
from jobs.choices import StatutTravail
from jobs.models import Travail
from jobs.services import Resultat, demander_travail, montrer_sur, reprendre_travail
from jobs.suivi import Suivi
from transfers.catalogue import import_pour
from transfers.choices import ModeImport
from transfers.models import LigneImport

logger = structlog.get_logger(__name__)

EN_DIRECT_MAX = 200  # rows: beyond, the try and the import are jobs in the background
TACHE = "transfers.tasks.importer"
LOT = 500


def import_de(user: User, travail_id: int) -> tuple[Travail, Import]:
    """One's own import and its entity. Raises IntrouvableError, AuthorizationError."""
    travail = trouver(Travail.objects.visible_to(user).filter(tache=TACHE), travail_id)
    return travail, import_pour(user, travail.parametres["entite"])


@transaction.atomic
def essayer_import(*, par: User, entite: str, octets: bytes, nom_fichier: str) -> Travail:
    """Keep the file and ask for a try; a short one is the caller's to run (`en_direct`).

    Raises ValidationError on `fichier` for a file that cannot be read or has not the columns.
    """
    cible = import_pour(par, entite)
    table = lire(octets)
    association = cible.associer(table.entetes)
    if not table.lignes:
        raise ValidationError.champ("fichier", _("Ce fichier n’a pas de ligne."), "VIDE")
    travail = demander_travail(
        par=par,
        tache=TACHE,
        titre=_("Import : %(quoi)s (%(fichier)s)")
        % {"quoi": str(cible.titre).lower(), "fichier": nom_fichier[:80]},
        parametres={
            "entite": entite,
            "essai": True,
            "mode": ModeImport.LIGNES,
            "ignorees": association.ignorees[:50],
        },
        source=ContentFile(octets, name=f"source.{table.format}"),
        nom_fichier=nom_fichier,
        total=len(table.lignes),
        publier=len(table.lignes) > EN_DIRECT_MAX,
    )
    montrer_sur(travail=travail, page=reverse("transfers:resultat", args=[travail.pk]))
    return travail


def en_direct(travail: Travail) -> bool:
    """Whether one can wait for it."""
    return (travail.total or 0) <= EN_DIRECT_MAX


def appliquer_import(*, par: User, travail_id: int, mode: str) -> Travail:
    """Do for good what was tried. Raises BusinessRuleError IMPORT_FAIT, TRAVAIL_EN_COURS; ValidationError."""
    travail, _entite = import_de(par, travail_id)
    if mode not in ModeImport.values:
        raise ValidationError.champ("mode", _("Ce choix n’existe pas."), "CHOIX_INVALIDE")
    if travail.statut == StatutTravail.TERMINE and travail.resultat.get("applique"):
        raise BusinessRuleError(_("Ce fichier est déjà importé."), code="IMPORT_FAIT")
    return reprendre_travail(
        par=par,
        travail_id=travail_id,
        parametres={"essai": False, "mode": mode},
        publier=not en_direct(travail),
    )


class _Annule(Exception):
    """Rolls a whole run back."""


def executer_import(travail: Travail, suivi: Suivi) -> Resultat:
    """Try the rows, or import them, as the job says. Twice is safe: what is already so is left as it is."""
    par, demande = travail.user, travail.parametres
    entite = import_pour(par, demande["entite"])
    table = lire(octets_de(travail))
    passage = Passage(entite, par, entite.associer(table.entetes))
    essai, mode = demande["essai"], demande["mode"]
    sorts: list[Sort] = []

    def derouler() -> None:
        for fait, (numero, cellules) in enumerate(table.lignes, 1):
            sorts.append(passage.traiter(numero, cellules))
            suivi.avancer(fait, len(table.lignes))

    applique = not essai
    if essai or mode == ModeImport.TOUT:
        try:
            with transaction.atomic():
                derouler()
                if essai or any(sort.genre == REFUSE for sort in sorts):
                    raise _Annule
        except _Annule:
            applique = False
    else:
        derouler()
    comptes = Counter(sort.genre for sort in sorts)
    _noter(travail, sorts)
    logger.info(
        "import", travail_id=travail.pk, entite=entite.nom, par=par.pk, applique=applique, **comptes
    )
    return Resultat(
        message=_bilan(comptes, essai=essai, applique=applique),
        donnees={"lignes": len(sorts), "applique": applique, "comptes": dict(comptes)},
    )


def _bilan(comptes: Counter[str], *, essai: bool, applique: bool) -> str:
    chiffres = {nom: comptes.get(nom, 0) for nom in ("cree", "modifie", "inchange", "refuse")}
    phrase = (
        _(
            "Créées : %(cree)d, modifiées : %(modifie)d, inchangées : %(inchange)d, refusées : %(refuse)d."
        )
        % chiffres
    )
    if essai:
        return _("Essai, rien n’est encore importé.") + " " + phrase
    if not applique:
        return _("Rien n’a été importé.") + " " + phrase
    return phrase


@transaction.atomic
def _noter(travail: Travail, sorts: list[Sort]) -> None:
    LigneImport.objects.filter(travail=travail).delete()
    LigneImport.objects.bulk_create(
        (
            LigneImport(
                travail=travail,
                numero=sort.numero,
                sort=sort.genre,
                libelle=sort.libelle,
                details=sort.details,
            )
            for sort in sorts
        ),
        batch_size=LOT,
    )


# --- Files that go out ----------------------------------------------------------------------------


def octets_de(travail: Travail) -> bytes:
    """The file as it was received. Raises BusinessRuleError FICHIER_EXPIRE."""
    if not travail.source:
        raise BusinessRuleError(
            _("Le fichier de ce travail a été effacé : recommencez."), code="FICHIER_EXPIRE"
        )
    with travail.source.open("rb") as fichier:
        octets: bytes = fichier.read()
    return octets


def modele(entite: Import, langue: str) -> Tableau:
    """The file to fill in: headings, and two rows that show how."""
    colonnes = [Colonne(champ.nom, str(champ.titre), Genre.TEXTE) for champ in entite.champs]
    exemples = [
        [champ.exemple for champ in entite.champs],
        [entite.second.get(champ.nom, "") for champ in entite.champs],
    ]
    return Tableau(str(entite.titre), colonnes, lambda: iter(exemples), langue)


def refusees(travail: Travail, langue: str) -> tuple[str, Iterator[bytes]]:
    """The format, and the file of the refused rows: as they were, with a column that says what is wrong."""
    table = lire(octets_de(travail))
    lignes = LigneImport.objects.filter(travail=travail, sort=REFUSE)
    fautes = dict(lignes.values_list("numero", "details"))
    rangs = [
        rang for rang, nom in enumerate(table.entetes) if nom.strip().lower() != COLONNE_ERREUR
    ]
    colonnes = [Colonne("", table.entetes[rang], Genre.TEXTE) for rang in rangs]
    colonnes.append(Colonne("", COLONNE_ERREUR, Genre.TEXTE))
    tableau = Tableau(
        _("Lignes refusées"), colonnes, lambda: _en_faute(table, rangs, fautes), langue
    )
    return table.format, csv(tableau) if table.format == "csv" else xlsx(tableau)


def _en_faute(table: Table, rangs: list[int], fautes: dict[int, Any]) -> Iterator[list[Any]]:
    for numero, cellules in table.lignes:
        if numero in fautes:
            phrases = [f"{titre} : {mots}" if titre else mots for titre, mots in fautes[numero]]
            yield [_tel_quel(cellules[rang]) for rang in rangs] + [" ".join(phrases)]


def _tel_quel(cellule: Any) -> Any:
    """Dates and numbers of a sheet stay what they are."""
    return texte(cellule) if isinstance(cellule, bool) else cellule
