"""The report of an intervention as PDF: what the company hands to its client, and the client signs.

One report for everybody who may open it: no price, no internal remark, no technical note, no internal photo, so that
whoever forwards it gives nothing away. Drawn by typst from `templates/documents/rapport.typ`; archival (PDF/A-2b), and
the same bytes as long as nothing that it tells of has changed.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import structlog
import typst
from django.conf import settings
from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from PIL import Image

from accounts.choices import Role
from accounts.models import User
from documents.images import ILLISIBLE, reduire
from documents.models import Document
from documents.polices import imprimable, polices
from documents.stockage import FichierManquantError, StockageIndisponibleError, contenu
from erp.exceptions import BusinessRuleError, IntrouvableError
from erp.models import ParametresSociete
from erp.templatetags.pages import duree, quantite
from interventions.choices import ActionJournal, Statut
from interventions.journal import lignes
from interventions.models import (
    HistoriqueIntervention,
    Intervention,
    InterventionPiece,
    PointControle,
    TempsPasse,
)

logger = structlog.get_logger(__name__)

GABARIT: Path = settings.BASE_DIR / "templates" / "documents" / "rapport.typ"
PHOTOS_MAX, COTE_PHOTO = 6, 1000  # pictures, pixels
LARGE = 1.3  # width over height, from which a photo fills its column
LIGNES_MAX = 200  # of the journal, of the checklist, of the times and of the parts each
ETAPES = (
    ActionJournal.CREATION,
    ActionJournal.AFFECTATION,
    ActionJournal.REAFFECTATION,
    ActionJournal.PLANIFICATION,
    ActionJournal.DEMARRAGE,
    ActionJournal.MISE_EN_ATTENTE,
    ActionJournal.REPRISE,
    ActionJournal.CLOTURE,
    ActionJournal.ANNULATION,
    ActionJournal.DEMANDE_ANNULATION,
)


@dataclass(frozen=True, slots=True)
class Rapport:
    """A PDF in the language that was in force; `empreinte` is its SHA-256."""

    nom_fichier: str
    contenu: bytes

    @property
    def empreinte(self) -> str:
        return hashlib.sha256(self.contenu).hexdigest()


def rapport_disponible(user: User, intervention: Intervention) -> bool:
    """Staff always; the technicien and the client once the work has begun: before that there is nothing to report."""
    return user.est_gestion or intervention.date_debut is not None


def composer_rapport(*, par: User, intervention_id: int) -> Rapport:
    """The report, in the active language, of an intervention that `par` sees.

    Raises IntrouvableError; BusinessRuleError RAPPORT_INDISPONIBLE before the work has begun.
    """
    intervention = (
        Intervention.objects.visible_to(par).for_detail().filter(pk=intervention_id).first()
    )
    if intervention is None:
        raise IntrouvableError
    if not rapport_disponible(par, intervention):
        raise BusinessRuleError(
            _("Le rapport existe dès que l’intervention a commencé."), code="RAPPORT_INDISPONIBLE"
        )
    with tempfile.TemporaryDirectory(prefix="rapport-") as dossier:
        donnees = _donnees(intervention, Path(dossier))
        pdf = typst.compile(
            shutil.copy(GABARIT, dossier),
            root=dossier,
            font_paths=polices(),
            ignore_system_fonts=True,
            sys_inputs={"donnees": json.dumps(donnees, ensure_ascii=False)},
            format="pdf",
            pdf_standards="a-2b",
            timestamp=int(_etat_au(intervention).timestamp()),
        )
    assert isinstance(pdf, bytes)
    return Rapport(f"{intervention.reference}.pdf", pdf)


# --- What it says ----------------------------------------------------------------------------------


def _etat_au(intervention: Intervention) -> datetime:
    """When what the report tells of last changed: its date, so that the same facts give the same file."""
    derniere = intervention.historique.order_by("-horodatage").first()
    moments = [intervention.updated_at] + ([derniere.horodatage] if derniere else [])
    return max(moments)


def _donnees(intervention: Intervention, dossier: Path) -> dict[str, Any]:
    societe = ParametresSociete.actuels()
    etat = timezone.localtime(_etat_au(intervention))
    return {
        "langue": (get_language() or "fr").partition("-")[0],
        "sens": "rtl" if get_language_bidi() else "ltr",
        "entete": _("Rapport d’intervention"),
        "reference": intervention.reference,
        "titre": _ligne(intervention.titre),
        "statut": intervention.get_statut_display(),
        "date": [etat.year, etat.month, etat.day],
        "societe": {"nom": _ligne(societe.nom), "lignes": list(_coordonnees(societe))},
        "pied": _("%(reference)s · %(societe)s · état au %(moment)s")
        % {
            "reference": intervention.reference,
            "societe": _ligne(societe.nom),
            "moment": _instant(etat),
        },
        "pagination": _("Page {page} sur {total}"),
        "faits": [[nom, valeur] for nom, valeur in _faits(intervention) if valeur],
        "sections": list(_sections(intervention, dossier)),
    }


def _coordonnees(societe: ParametresSociete) -> Iterator[str]:
    yield from (_ligne(morceau) for morceau in societe.adresse.splitlines() if morceau.strip())
    joindre = [_a_gauche(valeur) for valeur in (societe.telephone, societe.email) if valeur]
    if joindre:
        yield " · ".join(joindre)
    if societe.ice:
        yield f"{_('ICE')} {_a_gauche(societe.ice)}"


def _faits(intervention: Intervention) -> Iterator[tuple[str, str]]:
    equipement, site, technicien = (
        intervention.equipement,
        intervention.site,
        intervention.technicien,
    )
    yield _("Client"), _ligne(intervention.client.nom_entreprise)
    if site is not None:
        yield _("Site"), _ligne(", ".join(filter(None, (site.nom, site.adresse, site.ville))))
    yield _("Équipement"), f"{_ligne(equipement.nom)} ({_a_gauche(equipement.code_interne)})"
    yield _("Marque, modèle"), _ligne(f"{equipement.marque} {equipement.modele}")
    yield _("Numéro de série"), _a_gauche(equipement.numero_serie)
    yield _("Emplacement"), _ligne(equipement.localisation)
    yield _("Type"), intervention.get_type_intervention_display()
    yield _("Priorité"), intervention.get_priorite_display()
    if technicien is not None:
        yield _("Technicien"), _ligne(technicien.user.full_name)
    if intervention.contrat is not None:
        yield _("Contrat"), _a_gauche(intervention.contrat.numero)
    yield _("Demandée le"), _instant(intervention.date_creation)
    yield _("Commencée le"), _instant(intervention.date_debut)
    yield _("Finie le"), _instant(intervention.date_fin)
    if intervention.duree_reelle is not None:
        yield _("Durée"), _duree(intervention.duree_reelle)
    yield _("Date limite"), _instant(intervention.date_limite)
    yield _("Engagement de délai"), _engagement(intervention)
    yield _("Motif d’annulation"), _ligne(intervention.motif_annulation)


def _engagement(intervention: Intervention) -> str:
    """Whether the deadline was kept; nothing while the work goes on, for tomorrow would say otherwise."""
    if intervention.date_limite is None or intervention.date_fin is None:
        return ""
    retard = intervention.date_fin - intervention.date_limite
    if retard.total_seconds() <= 0:
        return _("tenu")
    return _("dépassé de %(duree)s") % {"duree": _duree(int(retard.total_seconds() // 60))}


def _sections(intervention: Intervention, dossier: Path) -> Iterator[dict[str, Any]]:
    yield _textes(_("Demande"), intervention.description)
    if intervention.diagnostic:
        yield _textes(_("Diagnostic"), intervention.diagnostic)
    if intervention.solution:
        yield _textes(_("Solution"), intervention.solution)
    controles = intervention.controles.all()[:LIGNES_MAX]
    if controles:
        yield _table(
            _("Points de contrôle"),
            {_("Point"): 3, _("Résultat"): 0, _("Mesure"): 0, _("Note"): 2},
            (_controle(point) for point in controles),
        )
    temps = intervention.temps.select_related("technicien__user")[:LIGNES_MAX]
    if temps:
        yield _table(
            _("Temps passé"),
            {_("Technicien"): 2, _("Nature"): 1, _("Début"): 0, _("Fin"): 0, _("Durée"): 0},
            [*(_temps(passage) for passage in temps), _total(temps)],
        )
    pieces = list(_pieces(intervention))
    if pieces:
        yield _table(
            _("Pièces utilisées"),
            {_("Référence"): 1, _("Désignation"): 3, _("Quantité"): 0},
            pieces,
        )
    photos = list(_photos(intervention, dossier))
    if photos:
        yield {"genre": "photos", "titre": _("Photos"), "photos": photos}
    etapes = list(_chronologie(intervention))
    if etapes:
        yield _table(
            _("Déroulement"), {_("Le"): 0, _("Étape"): 1, _("Par"): 1, _("Détail"): 2}, etapes
        )
    if intervention.satisfaction_client is not None:
        yield _textes(
            _("Satisfaction du client"),
            f"{intervention.satisfaction_client} / 5\n{intervention.commentaire_client}",
        )
    if intervention.statut != Statut.ANNULEE:
        invite = _("Nom, date et signature")
        yield {
            "genre": "signatures",
            "titre": _("Signatures"),
            "cases": [[_("Pour le client"), invite], [_("Le technicien"), invite]],
        }


def _textes(titre: str, texte: str) -> dict[str, Any]:
    return {"genre": "texte", "titre": titre, "texte": _texte(texte)}


def _table(
    titre: str, colonnes: dict[str, int], rangees: Iterable[tuple[str, ...]]
) -> dict[str, Any]:
    """`colonnes` names each column with its share of the width; 0 is as wide as its content."""
    return {
        "genre": "table",
        "titre": titre,
        "colonnes": list(colonnes),
        "largeurs": list(colonnes.values()),
        "lignes": [list(rangee) for rangee in rangees],
    }


def _controle(point: PointControle) -> tuple[str, ...]:
    mesure = ""
    if point.valeur_mesuree is not None:
        mesure = _a_gauche(f"{quantite(point.valeur_mesuree)} {point.unite}")
    return (
        _ligne(point.libelle),
        point.get_resultat_display() if point.resultat else "—",
        mesure,
        _ligne(point.note),
    )


def _temps(passage: TempsPasse) -> tuple[str, ...]:
    return (
        _ligne(passage.technicien.user.full_name),
        passage.get_type_temps_display(),
        _instant(passage.debut),
        _instant(passage.fin),
        _duree(passage.minutes),
    )


def _total(temps: Iterable[TempsPasse]) -> tuple[str, ...]:
    return _("Total"), "", "", "", _duree(sum(passage.minutes for passage in temps))


def _pieces(intervention: Intervention) -> Iterator[tuple[str, ...]]:
    """What stayed in the machine: taken less brought back, part by part, without prices."""
    utilisees = (
        InterventionPiece.objects.filter(intervention=intervention)
        .values_list("piece__reference", "piece__designation", "piece__unite")
        .annotate(total=Sum("quantite"))
        .order_by("piece__reference")[:LIGNES_MAX]
    )
    for reference, designation, unite, total in utilisees:
        if total > Decimal(0):
            yield _a_gauche(reference), _ligne(designation), f"{quantite(total)} {_ligne(unite)}"


def _chronologie(intervention: Intervention) -> Iterator[tuple[str, ...]]:
    """The steps and the remarks, oldest first, as the client reads them."""
    historique = HistoriqueIntervention.objects.filter(intervention=intervention).for_list()
    etapes = historique.filter(action__in=ETAPES) | historique.filter(
        action=ActionJournal.REMARQUE, interne=False
    )
    lues = lignes(etapes.order_by("horodatage", "id")[:LIGNES_MAX], User(role=Role.CLIENT))
    for ligne in lues:
        details = [
            " → ".join(filter(None, (f"{quoi} : {avant}".removesuffix(" : "), apres)))
            if avant
            else f"{quoi} : {apres}"
            for quoi, avant, apres in ligne.changements
        ]
        texte = "\n".join(filter(None, (*details, ligne.remarque)))
        yield _instant(ligne.quand), ligne.action, _ligne(ligne.auteur), _texte(texte)


def _photos(intervention: Intervention, dossier: Path) -> Iterator[dict[str, Any]]:
    """The first photos that the client may see, drawn anew and small; one that cannot be read is named."""
    visibles = Document.objects.filter(
        intervention=intervention, interne=False, mime_type__startswith="image/"
    ).order_by("date_upload", "id")
    for rang, document in enumerate(visibles[:PHOTOS_MAX]):
        nom = f"photo-{rang}.jpg"
        legende = _ligne(document.nom_fichier)
        try:
            octets = contenu(document.fichier.storage, str(document.fichier.name))
            large = _poser(reduire(octets, cote=COTE_PHOTO), dossier / nom)
        except (FichierManquantError, StockageIndisponibleError, *ILLISIBLE) as erreur:
            logger.warning("photo_absente_du_rapport", document=document.pk, erreur=repr(erreur))
            yield {
                "fichier": None,
                "large": True,
                "legende": _("%(nom)s (indisponible)") % {"nom": legende},
            }
        else:
            yield {"fichier": nom, "large": large, "legende": legende}


def _poser(image: bytes, chemin: Path) -> bool:
    """Put a photo where the template finds it; whether it is wide enough to fill its column."""
    chemin.write_bytes(image)
    with Image.open(chemin) as lue:
        return lue.width >= LARGE * lue.height


# --- How it is written -----------------------------------------------------------------------------


def _ligne(texte: object) -> str:
    """Printable, on one line."""
    return _isoler(" ".join(imprimable(str(texte)).split()))


def _texte(texte: str) -> str:
    """Printable, line by line."""
    return "\n".join(_isoler(ligne) for ligne in imprimable(texte).split("\n"))


def _isoler(texte: str) -> str:
    """In a page that reads from the right, words of any language keep their own direction (Unicode UAX 9, FSI)."""
    return f"\u2068{texte}\u2069" if texte and get_language_bidi() else texte


def _a_gauche(texte: object) -> str:
    """What reads left to right in Arabic too: a number, a code, a date (LRI)."""
    propre = imprimable(str(texte))
    return f"\u2066{propre}\u2069" if propre else ""


def _duree(minutes: int) -> str:
    # where its unit is written from the right, so is the duration
    return duree(minutes) if get_language_bidi() else _a_gauche(duree(minutes))


def _instant(quand: datetime | None) -> str:
    return _a_gauche(date_format(timezone.localtime(quand), "d/m/Y H:i")) if quand else ""
