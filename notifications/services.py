"""The only writer of notifications and preferences."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from erp.enonces import preparee
from erp.exceptions import IntrouvableError, ValidationError
from notifications import flux
from notifications.choices import Canal, Evenement, StatutEnvoi
from notifications.models import Notification, PreferenceNotification
from notifications.tasks import sonner

# What the outbox delivers today; a preference may be kept for the others.
CANAUX = (Canal.IN_APP, Canal.EMAIL)
TITRE_MAX = 250
# Of each person and channel that was not turned off: the row, and what tells an open page of it. One statement,
# prepared; the last three columns are what a `Notification` has when it has just been written.
_ECRIRE = """
    WITH ecrites AS (
        INSERT INTO notifications (user_id, canal, type_notification, titre, message, lien, sujet, created_at,
                                   updated_at, prochain_essai, statut_envoi, date_envoi, lu, tentatives,
                                   derniere_erreur)
        SELECT p.user_id, c.canal, e.evenement, p.titre, p.message, p.lien, p.sujet, e.moment,
               e.moment, e.moment,
               -- in the application the row is the delivery
               CASE c.canal WHEN 'in_app' THEN 'envoyee' ELSE 'en_attente' END,
               CASE c.canal WHEN 'in_app' THEN e.moment END, false, 0, ''
          FROM (SELECT %s::varchar, %s::timestamptz) AS e(evenement, moment)
         CROSS JOIN jsonb_to_recordset(%s::jsonb)
                 AS p(user_id bigint, titre varchar, message text, lien varchar, sujet varchar)
         CROSS JOIN (VALUES ('in_app'), ('email')) AS c(canal)  -- CANAUX
         WHERE NOT EXISTS (SELECT FROM preferences_notifications r WHERE r.user_id = p.user_id
                              AND r.evenement = e.evenement AND r.canal = c.canal AND NOT r.active)
        RETURNING id, user_id, canal
    ), annoncees AS (
        INSERT INTO evenements_flux (user_id, genre, action, objet, objet_id)
        SELECT user_id, 'notification', 'creee', 'notification', id FROM ecrites WHERE canal = 'in_app'
    )
    SELECT canal FROM ecrites
"""


@dataclass(frozen=True, slots=True)
class Annonce:
    """One thing to tell, and to whom: the arguments of `notifier`."""

    destinataires: Iterable[User]
    titre: Callable[[], str]
    message: Callable[[], str]
    lien: str
    sujet: str


def notifier(
    *,
    destinataires: Iterable[User],
    evenement: Evenement,
    titre: Callable[[], str],
    message: Callable[[], str],
    lien: str,
    sujet: str,
    sauf: User | None = None,
) -> int:
    """Tell people of an event: one row per person and channel, sent after the caller's transaction commits.

    `titre` and `message` are called once per language, under that language. Nobody hears of what he did himself
    (`sauf`), nor an inactive account, nor what he turned off. `lien` is a path of this site, `sujet` such as
    `intervention:123`. One query beside that of `destinataires`. Returns how many rows were written.
    """
    annonce = Annonce(destinataires, titre, message, lien, sujet)
    return notifier_en_lot([annonce], evenement=evenement, sauf=sauf)


@transaction.atomic(savepoint=False)
def notifier_en_lot(
    annonces: Iterable[Annonce], *, evenement: Evenement, sauf: User | None = None
) -> int:
    """`notifier` of several things of one kind: the same query, however many they are."""
    messages = [message for annonce in annonces for message in _messages(annonce, sauf)]
    if not messages:
        return 0
    ecrites = preparee(_ECRIRE, (str(evenement), timezone.now(), orjson.dumps(messages).decode()))
    if (Canal.EMAIL,) in ecrites:
        transaction.on_commit(sonner)
    return len(ecrites)


def _messages(annonce: Annonce, sauf: User | None) -> Iterator[dict[str, Any]]:
    """What each person is told of one thing, in his language."""
    textes: dict[str, tuple[str, str]] = {}
    for user in {user.pk: user for user in annonce.destinataires}.values():
        if not user.is_active or (sauf is not None and user.pk == sauf.pk):
            continue
        if user.langue not in textes:
            with translation.override(user.langue):
                textes[user.langue] = (
                    str(annonce.titre())[:TITRE_MAX],
                    str(annonce.message()),
                )
        titre, message = textes[user.langue]
        yield {
            "user_id": user.pk,
            "titre": titre,
            "message": message,
            "lien": annonce.lien,
            "sujet": annonce.sujet,
        }


@transaction.atomic
def notifier_une_fois(
    *,
    destinataires: Iterable[User],
    evenement: Evenement,
    titre: Callable[[], str],
    message: Callable[[], str],
    lien: str,
    sujet: str,
) -> int:
    """`notifier`, unless this `evenement` was already told under this very `sujet`: for the daily watches.

    The advisory lock makes two runs at once wait for each other, so the second sees the first's rows. What is known is
    forgotten with the rows (`menage.CONSERVATION`): a `sujet` should name what it warns of, date included.
    """
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{evenement}:{sujet}"]
        )
    if Notification.objects.filter(sujet=sujet, type_notification=evenement).exists():
        return 0
    return notifier(
        destinataires=destinataires,
        evenement=evenement,
        titre=titre,
        message=message,
        lien=lien,
        sujet=sujet,
    )


@transaction.atomic
def renvoyer_echecs(*, ids: Iterable[int]) -> int:
    """Put messages that failed for good back in the outbox, their tries counted anew; returns how many."""
    echecs = Notification.objects.filter(
        pk__in=ids, canal=Canal.EMAIL, statut_envoi=StatutEnvoi.ECHEC
    )
    return echecs.update(
        statut_envoi=StatutEnvoi.EN_ATTENTE,
        tentatives=0,
        prochain_essai=timezone.now(),
        reclamee_jusqua=None,
        derniere_erreur="",
    )


@transaction.atomic
def oublier(*, sujet: str) -> None:
    """Take back every message of a `sujet` that no longer exists: its link would lead nowhere."""
    Notification.objects.filter(sujet=sujet).delete()


def lire(*, par: User, notification_id: int) -> Notification:
    """Mark one as read. Raises IntrouvableError when it is not his; reading twice keeps the first moment."""
    siennes = Notification.objects.visible_to(par).dans_l_application()
    if siennes.filter(pk=notification_id, lu=False).update(lu=True, date_lu=timezone.now()):
        _annoncer_lecture(par, notification_id)
    notification = siennes.filter(pk=notification_id).first()
    if notification is None:
        raise IntrouvableError()
    return notification


@transaction.atomic
def tout_lire(*, par: User) -> int:
    """Mark all as read; returns how many were not."""
    siennes = Notification.objects.visible_to(par).non_lues()
    if lues := siennes.update(lu=True, date_lu=timezone.now()):
        _annoncer_lecture(par)
    return lues


def _annoncer_lecture(user: User, *ids: int) -> None:
    """His other windows and devices count again."""
    flux.publier(
        genre=flux.NOTIFICATION,
        action="lue",
        objet=flux.NOTIFICATION,
        objet_ids=ids,
        destinataires=[user.pk],
    )


def preferences(user: User) -> dict[tuple[Evenement, Canal], bool]:
    """Whether he wants each event on each channel; everything until he says otherwise."""
    choix = {(evenement, canal): True for evenement in Evenement for canal in CANAUX}
    for ligne in PreferenceNotification.objects.visible_to(user).filter(canal__in=CANAUX):
        cle = (Evenement(ligne.evenement), Canal(ligne.canal))
        choix[cle] = ligne.active
    return choix


@transaction.atomic
def regler_preferences(*, par: User, choix: Mapping[tuple[str, str], bool]) -> None:
    """Write these choices of his own, {(evenement, canal): wanted}; the others stay as they are.

    Raises ValidationError for an unknown event or channel.
    """
    for evenement, canal in choix:
        if evenement not in Evenement.values:
            raise ValidationError.champ("evenement", _("Cet événement n’existe pas."), "INCONNU")
        if canal not in CANAUX:
            raise ValidationError.champ("canal", _("Ce canal n’existe pas."), "INCONNU")
    PreferenceNotification.objects.bulk_create(
        [
            PreferenceNotification(user=par, evenement=evenement, canal=canal, active=active)
            for (evenement, canal), active in choix.items()
        ],
        update_conflicts=True,
        unique_fields=["user", "evenement", "canal"],
        update_fields=["active", "updated_at"],
    )
