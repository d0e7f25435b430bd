"""The only writers of files. A file is stored first, its row after it: a failure in between leaves an orphan that the
nightly housekeeping removes, never a row without its file."""

from contextlib import suppress
from functools import partial
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from clients.models import Client, Contrat
from documents.choices import TypeDocument
from documents.fichiers import assainir
from documents.models import PROPRIETAIRES, Document
from documents.permissions import peut_deposer, peut_rendre_interne, peut_supprimer
from documents.stockage import FichierManquantError, StockageIndisponibleError, acces
from documents.vignettes import nom_de_vignette
from equipment.models import Equipement
from erp.exceptions import AuthorizationError, IntrouvableError, ValidationError
from interventions.models import Intervention
from interventions.services import noter_document

NOM_MAX = 255


@transaction.atomic
def deposer_document(
    *,
    par: User,
    fichier: "UploadedFile[bytes]",
    type_document: str = TypeDocument.AUTRE,
    interne: bool = False,
    intervention_id: int | None = None,
    equipement_id: int | None = None,
    client_id: int | None = None,
    contrat_id: int | None = None,
) -> Document:
    """Attach a file to exactly one thing that `par` sees.

    Raises ValidationError (no owner or several, an unknown one, a file that `fichiers.assainir` refuses),
    AuthorizationError when it is not his to write on.
    """
    if not peut_deposer(par) or (interne and not peut_rendre_interne(par)):
        raise AuthorizationError()
    if type_document not in TypeDocument.values:
        raise ValidationError.champ(
            "type_document", _("Ce type de document n’existe pas."), "CHOIX_INVALIDE"
        )
    ids = {
        "intervention": intervention_id,
        "equipement": equipement_id,
        "client": client_id,
        "contrat": contrat_id,
    }
    proprietaire = _proprietaire(par, ids)
    if fichier.size is not None and fichier.size > settings.TAILLE_MAX_DOCUMENT:
        raise ValidationError.champ(
            "file",
            _("Ce fichier dépasse %(max)s Mo.")
            % {"max": settings.TAILLE_MAX_DOCUMENT // (1024 * 1024)},
            "TROP_GROS",
        )
    sain = assainir(fichier.read(), taille_max=settings.TAILLE_MAX_DOCUMENT)
    document = Document(
        nom_fichier=_nom_propre(fichier.name or "", sain.extension),
        type_document=type_document,
        taille=len(sain.contenu),
        mime_type=sain.mime_type,
        checksum=sain.checksum,
        interne=interne,
        uploaded_by_id=par.pk,
        **proprietaire,
    )
    with acces(document.nom_fichier):
        document.fichier.save(f"fichier{sain.extension}", ContentFile(sain.contenu), save=False)
    document.save(force_insert=True)
    if intervention_id is not None:
        noter_document(
            par=par, intervention_id=intervention_id, nom=document.nom_fichier, interne=interne
        )
    return document


@transaction.atomic
def supprimer_document(*, par: User, document_id: int) -> None:
    """Take a file away; its bytes go once the transaction stands. Raises IntrouvableError, AuthorizationError."""
    document = (
        Document.objects.visible_to(par)
        .select_related("intervention")
        .select_for_update(of=("self",))
        .filter(pk=document_id)
        .first()
    )
    if document is None:
        raise IntrouvableError()
    if not peut_supprimer(par, document):
        raise AuthorizationError()
    if document.intervention_id is not None:
        noter_document(
            par=par,
            intervention_id=document.intervention_id,
            nom=document.nom_fichier,
            interne=document.interne,
            ajout=False,
        )
    stockage, nom = document.fichier.storage, str(document.fichier.name)
    image = document.est_image
    document.delete()
    transaction.on_commit(partial(_effacer, stockage, nom, image))


def _effacer(stockage: Storage, nom: str, image: bool) -> None:
    """The bytes of a document that is gone; what a silent storage keeps of them, the night's round finds."""
    with suppress(StockageIndisponibleError, FichierManquantError), acces(nom):
        stockage.delete(nom)
        if image:
            stockage.delete(nom_de_vignette(nom))


def _proprietaire(par: User, ids: dict[str, int | None]) -> dict[str, Any]:
    """The one owner named, looked up through what `par` sees and may write on."""
    nommes = [nom for nom in PROPRIETAIRES if ids[nom] is not None]
    if len(nommes) != 1:
        raise ValidationError.champ(
            "intervention_id",
            _(
                "Rattachez le document à une intervention, un équipement, un client ou un contrat, et un seul."
            ),
            "PROPRIETAIRE",
        )
    nom = nommes[0]
    visibles: dict[str, Any] = {
        "intervention": Intervention.objects.visible_to(par),
        "equipement": Equipement.objects.visible_to(par),
        "client": Client.objects.visible_to(par),
        "contrat": Contrat.objects.visible_to(par),
    }
    objet = visibles[nom].filter(pk=ids[nom]).first()
    if objet is None:
        raise ValidationError.champ(f"{nom}_id", _("Cet élément n’existe pas."), "INCONNU")
    if par.est_technicien and not _sienne(par, nom, objet):
        raise AuthorizationError()
    if par.est_client and nom in ("client", "contrat"):
        raise AuthorizationError()
    return {nom: objet}


def _sienne(par: User, nom: str, objet: Any) -> bool:
    """A technicien writes on his interventions and on the machines of those."""
    if nom == "intervention":
        return True
    siennes = Intervention.objects.visible_to(par)
    return nom == "equipement" and siennes.filter(equipement=objet).exists()


def _nom_propre(nom: str, extension: str) -> str:
    """The uploaded name without folders or control characters, with the extension of what it really is."""
    base = PurePath(nom.replace("\\", "/")).name
    base = "".join(lettre for lettre in base if lettre.isprintable()).strip() or "document"
    racine = base.removesuffix(PurePath(base).suffix) or "document"
    return f"{racine[: NOM_MAX - len(extension)]}{extension}"
