"""What is in a file, whatever its name says: sniffed, measured, its position removed.

Pure functions over the bytes of one upload; they raise `erp.exceptions.ValidationError` in the user's words.
"""

import hashlib
import io
import zipfile
import zlib
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
# An archive that grows more than this, or beyond this size, or of more parts, is a bomb.
GONFLEMENT_MAX, DEPLIE_MAX, MEMBRES_MAX = 100, 200 * 1024 * 1024, 5000  # times, bytes, files
# What an Office document cannot be without.
_PARTIE_PRINCIPALE = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "word/document.xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xl/workbook.xml",
}
_BLOC = 64 * 1024
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
        raise _type_refuse()
    if mime_type in IMAGES:
        contenu = sans_position(contenu, IMAGES[mime_type])
    elif mime_type in _PARTIE_PRINCIPALE:
        _verifier_archive(contenu, _PARTIE_PRINCIPALE[mime_type])
    return FichierSain(contenu, mime_type, hashlib.sha256(contenu).hexdigest())


def sans_position(contenu: bytes, format_image: str) -> bytes:
    """The image without its GPS tags and without what was hung on its end; untouched when it has neither.

    An unreadable or monstrous one is refused.
    """
    try:
        with Image.open(io.BytesIO(contenu), formats=[format_image]) as image:
            if image.width * image.height > PIXELS_MAX:
                raise _refus(_("Cette image est démesurée."), "BOMBE")
            image.load()
            exif = image.getexif()
            situee = EXIF_POSITION in exif or bool(exif.get_ifd(EXIF_POSITION))
            if not situee and _finit_bien(contenu, format_image):
                return contenu
            if situee:
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


def _finit_bien(contenu: bytes, format_image: str) -> bool:
    """Whether the file ends where the picture does: what follows may be another file (an archive, a page)."""
    if zipfile.is_zipfile(io.BytesIO(contenu)):
        return False
    if format_image == "JPEG":
        return contenu.endswith(b"\xff\xd9")
    if format_image == "PNG":
        return contenu.endswith(b"IEND\xaeB`\x82")
    return int.from_bytes(contenu[4:8], "little") + 8 == len(contenu)  # RIFF


def _verifier_archive(contenu: bytes, partie_principale: str) -> None:
    """An Office document whose parts, really unpacked, stay within bounds; without macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            membres = archive.infolist()
            noms = {membre.filename for membre in membres}
            if len(membres) > MEMBRES_MAX:
                raise _demesure()
            if partie_principale not in noms or any(
                nom.lower().endswith("vbaproject.bin") for nom in noms
            ):
                raise _type_refuse()
            reste = min(DEPLIE_MAX, GONFLEMENT_MAX * len(contenu))
            for membre in membres:
                with archive.open(membre) as partie:
                    while bloc := partie.read(_BLOC):
                        reste -= len(bloc)
                        if reste < 0:
                            raise _demesure()
    # what zipfile and zlib raise for a damaged, an encrypted or a strangely packed part
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as erreur:
        raise _refus(_("Ce document est illisible."), "ILLISIBLE") from erreur


def _type_refuse() -> ValidationError:
    return _refus(
        _("Ce type de fichier n’est pas accepté : photo, PDF, DOCX ou XLSX."), "TYPE_REFUSE"
    )


def _demesure() -> ValidationError:
    return _refus(_("Ce document est démesuré une fois déplié."), "BOMBE")


def _refus(message: str, code: str) -> ValidationError:
    return ValidationError.champ("file", message, code)
