"""What is in a file, whatever its name says: sniffed, measured, its position removed.

Pure functions over the bytes of one upload; they raise `erp.exceptions.ValidationError` in the user's words.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass

import filetype
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from erp.exceptions import ValidationError

# What may be uploaded: sniffed type → extension that it is stored and served with.
TYPES_ADMIS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
IMAGES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
PIXELS_MAX = 60_000_000
# An archive that grows more than this, or beyond this size, is a bomb.
GONFLEMENT_MAX, DEPLIE_MAX = 100, 200 * 1024 * 1024  # times, bytes
EXIF_POSITION = 0x8825


@dataclass(frozen=True, slots=True)
class FichierSain:
    """What will be stored: the bytes, their sniffed type and their SHA-256."""

    contenu: bytes
    mime_type: str
    checksum: str

    @property
    def extension(self) -> str:
        return TYPES_ADMIS[self.mime_type]


def assainir(contenu: bytes, *, taille_max: int) -> FichierSain:
    """Check one upload (`taille_max` in bytes) and take the position out of a photo.

    Raises ValidationError VIDE, TROP_GROS, TYPE_REFUSE, ILLISIBLE or BOMBE on the field `file`.
    """
    if not contenu:
        raise _refus(_("Ce fichier est vide."), "VIDE")
    if len(contenu) > taille_max:
        raise _refus(
            _("Ce fichier dépasse %(max)s Mo.") % {"max": taille_max // (1024 * 1024)}, "TROP_GROS"
        )
    mime_type = filetype.guess_mime(contenu)
    if mime_type not in TYPES_ADMIS:
        raise _refus(
            _("Ce type de fichier n’est pas accepté : photo, PDF, DOCX ou XLSX."), "TYPE_REFUSE"
        )
    if mime_type in IMAGES:
        contenu = sans_position(contenu, IMAGES[mime_type])
    elif mime_type != "application/pdf":
        _refuser_archive_piegee(contenu)
    return FichierSain(contenu, mime_type, hashlib.sha256(contenu).hexdigest())


def sans_position(contenu: bytes, format_image: str) -> bytes:
    """The image without its GPS tags; untouched when it has none. An unreadable or monstrous one is refused."""
    try:
        with Image.open(io.BytesIO(contenu), formats=[format_image]) as image:
            if image.width * image.height > PIXELS_MAX:
                raise _refus(_("Cette image est démesurée."), "BOMBE")
            image.load()
            exif = image.getexif()
            if EXIF_POSITION not in exif and not exif.get_ifd(EXIF_POSITION):
                return contenu
            del exif[EXIF_POSITION]
            sortie = io.BytesIO()
            qualite = {"quality": "keep"} if format_image == "JPEG" else {}
            image.save(sortie, format=format_image, exif=exif, **qualite)
            return sortie.getvalue()
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
    ) as erreur:
        raise _refus(_("Cette image est illisible."), "ILLISIBLE") from erreur


def _refuser_archive_piegee(contenu: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            deplie = sum(membre.file_size for membre in archive.infolist())
    except zipfile.BadZipFile as erreur:
        raise _refus(_("Ce document est illisible."), "ILLISIBLE") from erreur
    if deplie > DEPLIE_MAX or deplie > GONFLEMENT_MAX * len(contenu):
        raise _refus(_("Ce document est démesuré une fois déplié."), "BOMBE")


def _refus(message: str, code: str) -> ValidationError:
    return ValidationError.champ("file", message, code)
