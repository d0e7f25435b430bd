"""Smaller copies of uploaded photos, for a report and for a thumbnail: always drawn anew, never the uploaded bytes."""

import io
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

# What Pillow raises for a file that is damaged or monstrous.
ILLISIBLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    SyntaxError,
    ValueError,
)


def reduire(contenu: bytes | IO[bytes], *, cote: int, qualite: int = 80) -> bytes:
    """The picture as JPEG, turned as it was taken, at most `cote` pixels wide and high, without any of its metadata.

    Raises one of `ILLISIBLE`.
    """
    source = io.BytesIO(contenu) if isinstance(contenu, bytes) else contenu
    with Image.open(source, formats=["JPEG", "PNG", "WEBP"]) as image:
        image.draft("RGB", (cote, cote))  # a JPEG is read at a size near the one wanted
        droite = ImageOps.exif_transpose(image)
        droite.thumbnail((cote, cote))
        if droite.mode != "RGB":  # what is transparent is shown on white
            fond = Image.new("RGB", droite.size, "white")
            opaque = droite.convert("RGBA")
            fond.paste(opaque, mask=opaque.getchannel("A"))
            droite = fond
        sortie = io.BytesIO()
        droite.save(sortie, format="JPEG", quality=qualite, optimize=True)
        return sortie.getvalue()
