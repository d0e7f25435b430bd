"""What an e-mail carries beside its text: files, and links of its own.

Apps above the outbox know what belongs to an event, and the outbox may not import them: `COMPLEMENTS_DES_COURRIELS` of
the settings names one function per event, which takes the row and gives a `Complement`. It is called when the message
leaves, in the reader's language, so that no transaction waits for a file to be drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.models import Notification


@dataclass(frozen=True, slots=True)
class PieceJointe:
    nom: str
    contenu: bytes
    mime_type: str


@dataclass(frozen=True, slots=True)
class Complement:
    """`liens` are (words, path of this site), shown as buttons after the message's own; `html` stands in
    the place of the text for readers of HTML: the text has to say the same."""

    liens: tuple[tuple[str, str], ...] = ()
    pieces: tuple[PieceJointe, ...] = ()
    html: str = ""


def complement_de(notification: Notification) -> Complement:
    """What goes with this message; nothing for most."""
    chemin = settings.COMPLEMENTS_DES_COURRIELS.get(notification.type_notification)
    if chemin is None:
        return Complement()
    completer: Callable[[Notification], Complement] = import_string(chemin)
    return completer(notification)
