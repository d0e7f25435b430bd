"""Where the sessions of the pages are kept: in the database, each with its owner, so that he can list and close them.

Named by SESSION_ENGINE.
"""

from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.utils import timezone

from erp.enonces import Requete

# What the sign-in keeps in the session: browser, address, first and last use (seconds since 1970).
APPAREIL = "appareil"


# asked for by every page
_PAR_CLE: Requete[Any] = Requete(
    lambda cle: SessionStore.get_model_class().objects.filter(session_key=cle)
)


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls) -> Any:
        return apps.get_model("accounts", "SessionWeb")

    def _get_session_from_db(self) -> Any:
        # a cookie may hold anything, also what PostgreSQL has no text for
        connue = set(VALID_KEY_CHARS).issuperset(self.session_key or "")
        ligne = next(iter(_PAR_CLE(self.session_key)), None) if connue else None
        if ligne is None or ligne.expire_date <= timezone.now():
            self._session_key = None
            return None
        return ligne

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        ligne: Any = super().create_model_instance(data)
        qui, appareil = str(data.get(SESSION_KEY, "")), data.get(APPAREIL) or {}
        ligne.user_id = int(qui) if qui.isdecimal() else None
        ligne.agent = str(appareil.get("agent", ""))[:200]
        ligne.adresse = str(appareil.get("adresse", ""))[:64]
        ligne.ouverte_le = _moment(appareil.get("ouverte"))
        ligne.utilisee_le = _moment(appareil.get("vue"))
        return ligne


def _moment(secondes: float | None) -> datetime | None:
    return None if secondes is None else datetime.fromtimestamp(secondes, UTC)
