"""What is told at once: events written in the transaction that caused them, read by whoever has a stream open.

The id of an event says nothing of the order in which transactions commit, so a reader's place is not an id but a
snapshot of PostgreSQL: what was committed then. The next reading takes what this snapshot did not see, whatever its
id, neither twice nor never, and a long transaction holds nobody back (ADR 0012).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Count

from accounts.models import User
from erp.api.renderers import en_json
from erp.enonces import inserer_lot
from notifications.models import EvenementFlux, Notification

# The bell's own kind; the others are named by whoever publishes them.
NOTIFICATION = "notification"
#: A stream may be resumed this long after its last message; older, the reader is told to load everything again.
REPRISE = timedelta(hours=24)
#: Rows are kept longer than that: a reader near the limit still finds them all.
CONSERVATION = timedelta(hours=48)
#: Events that one reading takes; whoever missed more loads everything again.
LOT_MAX = 500
LOT_MAX_DIFFUSE = 20_000
CURSEUR_MAX = 2000

#: Milliseconds after which a reader comes back: to the stream that was cut, and to the answer that stands in for it.
RETOUR_MS = 3_000
RELEVE_MS = 30_000

_CURSEUR = re.compile(r"(\d{1,12})-((\d{1,19}):(\d{1,19}):((?:\d{1,19},)*\d{1,19})?)", re.ASCII)


# --- Writing --------------------------------------------------------------------------------------


def publier(
    *,
    genre: str,
    action: str,
    objet: str = "",
    objet_ids: Iterable[int] = (),
    destinataires: Iterable[int] | None = None,
) -> None:
    """Tell those who watch that something happened, once the caller's transaction commits. One query.

    Without `destinataires` each of `objet_ids` is told to whoever may see it at that moment: `objet` is a name of the
    settings' FLUX_OBJETS. With them (ids of users), to these persons alone, who need not see the object any more.
    """
    ids: list[int | None] = [*objet_ids] or [None]
    personnes: list[int | None] = [None] if destinataires is None else [*destinataires]
    if destinataires is None and (objet not in settings.FLUX_OBJETS or ids == [None]):
        raise ValueError(f"an event for everybody names objects of FLUX_OBJETS, not {objet!r}")
    inserer_lot(
        EvenementFlux(genre=genre, action=action, objet=objet, objet_id=pk, user_id=personne)
        for personne in personnes
        for pk in ids
    )


def evenement(*, genre: str, action: str, objet: str, objet_id: int) -> EvenementFlux:
    """What `publier` would write of one object for whoever may see it, for who writes it with something else."""
    if objet not in settings.FLUX_OBJETS:
        raise ValueError(f"an event for everybody names objects of FLUX_OBJETS, not {objet!r}")
    return EvenementFlux(genre=genre, action=action, objet=objet, objet_id=objet_id)


# --- A reader's place -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Curseur:
    """What a reader has seen: all that was committed in `photo`, taken at `instant` (seconds since 1970)."""

    instant: int
    photo: str

    def __str__(self) -> str:
        return f"{self.instant}-{self.photo}"

    @property
    def plancher(self) -> int:
        """Transactions before this one were over."""
        return int(self.photo.partition(":")[0])

    @classmethod
    def lire(cls, texte: str) -> "Curseur | None":
        """The place that a reader names (`Last-Event-ID`), None when it is none of ours."""
        lu = _CURSEUR.fullmatch(texte) if len(texte) <= CURSEUR_MAX else None
        if lu is None:
            return None
        debut, fin = int(lu[3]), int(lu[4])
        ouvertes = [int(numero) for numero in (lu[5] or "").split(",") if numero]
        bornes = [debut, *ouvertes, fin]
        if not 0 < debut <= fin < 2**63 or sorted(set(ouvertes)) != ouvertes:
            return None
        if fin in ouvertes:  # it had not begun
            return None
        return cls(int(lu[1]), lu[2]) if bornes == sorted(bornes) else None


#: A place that leads nowhere: whoever comes from there loads everything again.
INCONNU = Curseur(0, "0:0:")


# --- Reading --------------------------------------------------------------------------------------

# One statement, so that the rows are those of the very snapshot that it returns.
_LIRE = """
    SELECT p.photo::text, p.instant, e.genre, e.action, e.objet, e.objet_id, e.user_id,
           extract(epoch FROM clock_timestamp() - e.created_at)::float8
      FROM (SELECT coalesce(%(jusqua)s::pg_snapshot, pg_current_snapshot()) AS photo,
                   pg_current_snapshot() AS ici,
                   extract(epoch FROM clock_timestamp())::bigint AS instant) p
      LEFT JOIN evenements_flux e
        ON e.transaction >= %(plancher)s
       AND NOT pg_visible_in_snapshot(e.transaction::text::xid8, %(depuis)s::pg_snapshot)
       AND pg_visible_in_snapshot(e.transaction::text::xid8, p.photo)
       AND pg_visible_in_snapshot(e.transaction::text::xid8, p.ici)
       AND (%(user)s::bigint IS NULL OR e.user_id IS NULL OR e.user_id = %(user)s)
     ORDER BY e.id
     LIMIT %(limite)s
"""


@dataclass(frozen=True, slots=True)
class Fait:
    """One event, as it was written; `age` in seconds when it was read."""

    genre: str
    action: str
    objet: str
    objet_id: int | None
    user_id: int | None
    age: float = 0.0


def maintenant() -> Curseur:
    """The place of a reader who begins now."""
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT extract(epoch FROM clock_timestamp())::bigint, pg_current_snapshot()::text"
        )
        instant, photo = curseur.fetchone()
    return Curseur(instant, photo)


def lire(
    depuis: Curseur,
    jusqua: Curseur | None = None,
    user_id: int | None = None,
    limite: int = LOT_MAX_DIFFUSE,
) -> tuple[list[Fait] | None, Curseur]:
    """What was committed since `depuis` (until `jusqua`, or now), oldest first, and the reader's new place.

    With a `user_id` only what may concern this person; None instead of more than `limite` events. One query.
    """
    with connection.cursor() as curseur:
        curseur.execute(
            _LIRE,
            {
                "depuis": depuis.photo,
                "plancher": depuis.plancher,
                "jusqua": jusqua.photo if jusqua else None,
                "user": user_id,
                "limite": limite + 1,
            },
        )
        lignes = curseur.fetchall()
    photo, instant = lignes[0][:2]
    ici = jusqua or Curseur(instant, photo)
    if len(lignes) > limite:
        return None, ici
    return [Fait(*ligne[2:]) for ligne in lignes if ligne[2] is not None], ici


def messages(faits: Sequence[Fait], personnes: Iterable[User]) -> dict[int, dict[str, Any]]:
    """What each of these persons is told of these events: {user id: the message's content}, silent ones left out.

    `personnes` are read now: what one may see is asked again of `visible_to` each time. Whoever sees the same things
    shares one query per kind of object.
    """
    personnelles: dict[int, list[Fait]] = defaultdict(list)
    partagees: dict[str, list[Fait]] = defaultdict(list)
    for fait in faits:
        if fait.user_id is not None:
            personnelles[fait.user_id].append(fait)
        else:
            partagees[fait.objet].append(fait)
    actives = [personne for personne in personnes if personne.is_active]
    concernees = [personne.pk for personne in actives if personne.pk in personnelles]
    textes = _notifications(
        [fait for pk in concernees for fait in personnelles[pk]], set(concernees)
    )
    comptes = non_lues(
        pk for pk in concernees if any(fait.genre == NOTIFICATION for fait in personnelles[pk])
    )
    vus: dict[Any, set[int]] = {}
    contenus: dict[int, dict[str, Any]] = {}
    for personne in actives:
        siens = [*personnelles.get(personne.pk, ())]
        for objet, lot in partagees.items():
            visibles = _visibles(personne, objet, {fait.objet_id or 0 for fait in lot}, vus)
            siens += [fait for fait in lot if fait.objet_id in visibles]
        if siens:
            contenus[personne.pk] = {
                "evenements": [_en_clair(fait, textes) for fait in siens],
                **({"non_lues": comptes[personne.pk]} if personne.pk in comptes else {}),
            }
    return contenus


def reprendre(
    user: User, depuis: Curseur | None, jusqua: Curseur | None = None
) -> tuple[dict[str, Any], Curseur]:
    """The first message of a stream: what this person missed since `depuis`, how many notifications are unread.

    `recharger` is true when it cannot be said what was missed: after too long, after too much, or from a place that is
    not of this database.
    """
    ici = jusqua or maintenant()
    contenu: dict[str, Any] = {"evenements": []}
    if depuis is not None:
        if _suit(depuis, ici) and ici.instant - depuis.instant < REPRISE.total_seconds():
            faits, ici = lire(depuis, jusqua, user.pk, LOT_MAX)
        else:
            faits = None
        if faits is None:
            contenu["recharger"] = True
        else:
            contenu = messages(faits, [user]).get(user.pk, contenu)
    return {**contenu, "non_lues": non_lues([user.pk])[user.pk]}, ici


def non_lues(user_ids: Iterable[int]) -> dict[int, int]:
    """How many notifications each of these persons has not read."""
    ids = list(user_ids)
    if not ids:
        return {}
    comptes = (
        Notification.objects.non_lues()
        .filter(user__in=ids)
        .order_by()
        .values_list("user_id")
        .annotate(nombre=Count("pk"))
    )
    return {**dict.fromkeys(ids, 0), **dict(comptes)}


def en_sse(contenu: dict[str, Any], curseur: Curseur) -> bytes:
    """One message of the stream. The events of one reading share it, so that a cut never falls between them."""
    return b"id: %s\ndata: %s\n\n" % (str(curseur).encode(), en_json(contenu))


def _suit(avant: Curseur, apres: Curseur) -> bool:
    """Whether `apres` can be a later place of the same database."""
    bornes = [curseur.photo.split(":") for curseur in (avant, apres)]
    return all(int(bornes[0][rang]) <= int(bornes[1][rang]) for rang in (0, 1))


def _visibles(user: User, objet: str, ids: set[int], vus: dict[Any, set[int]]) -> set[int]:
    """Which of these objects this person may see."""
    if objet not in settings.FLUX_OBJETS:  # published by a version that knew it
        return set()
    gestionnaire: Any = apps.get_model(settings.FLUX_OBJETS[objet])._default_manager
    visibles = (
        gestionnaire.visible_to(user).filter(pk__in=ids).order_by().values_list("pk", flat=True)
    )
    if visibles.query.is_empty():
        return set()
    cle = visibles.query.sql_with_params()
    if cle not in vus:
        vus[cle] = set(visibles)
    return vus[cle]


def _notifications(faits: Iterable[Fait], user_ids: set[int]) -> dict[int, dict[str, str]]:
    """Title and link of the notifications that were just written, each its reader's own."""
    ids = {
        fait.objet_id
        for fait in faits
        if fait.objet_id is not None and (fait.genre, fait.action) == (NOTIFICATION, "creee")
    }
    if not ids:
        return {}
    lignes = Notification.objects.dans_l_application().filter(pk__in=ids, user__in=user_ids)
    return {ligne.pk: {"titre": ligne.titre, "lien": ligne.lien} for ligne in lignes}


def _en_clair(fait: Fait, textes: dict[int, dict[str, str]]) -> dict[str, Any]:
    clair = {"type": fait.genre, "action": fait.action, "objet": fait.objet, "id": fait.objet_id}
    if fait.genre == NOTIFICATION and fait.objet_id in textes:
        return {**clair, **textes[fait.objet_id]}
    return clair
