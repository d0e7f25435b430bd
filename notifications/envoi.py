"""Delivery of one e-mail of the outbox.

A worker claims the row by one conditional UPDATE, sends, and writes how it went. Whoever finds the row claimed leaves
it alone; the claim of a killed worker lapses after ENVOI_BAIL_SECONDES, and the sweep hands the row out again. Between
the mail server's « 250 » and our own commit a kill would still send twice: the Message-ID is then the same, by which
receiving servers know the copy.
"""

from datetime import datetime, timedelta
from email.utils import parseaddr
from enum import StrEnum
from smtplib import SMTPDataError, SMTPRecipientsRefused
from urllib.parse import urlsplit

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from erp.models import ParametresSociete
from notifications.choices import Canal, StatutEnvoi
from notifications.complements import Complement, complement_de
from notifications.models import Notification

logger = structlog.get_logger(__name__)

# How long to wait after each failure but the last.
DELAIS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
TENTATIVES_MAX = len(DELAIS) + 1
# The last tries go without what is drawn for the message: a file that kills its worker each time must not keep the
# words from leaving.
TENTATIVES_COMPLETES = TENTATIVES_MAX - 2


class Issue(StrEnum):
    """What became of one attempt."""

    ENVOYEE = "envoyee"
    IGNOREE = "ignoree"
    REPORTEE = "reportee"
    ECHEC = "echec"
    PAS_A_NOUS = "pas_a_nous"


def envoyer(notification_id: int) -> Issue:
    """Send one e-mail if its turn has come and nobody else is sending it.

    Safe to call at any time, any number of times, from any number of processes: only the caller whose UPDATE claims the
    row sends. A failure is written on the row with the moment of the next try, never raised.
    """
    bail = _reclamer(notification_id)
    if bail is None:
        return Issue.PAS_A_NOUS
    notification = Notification.objects.select_related("user").get(pk=notification_id)
    if not notification.user.is_active:
        return _conclure(notification, StatutEnvoi.IGNOREE, Issue.IGNOREE)
    message = composer(notification)
    try:
        message.send()
    except (SMTPRecipientsRefused, SMTPDataError) as erreur:
        if _est_definitif(erreur):
            return _abandonner(notification, erreur)
        return _reporter(notification, bail, erreur)
    except (ValueError, UnicodeError) as erreur:  # an address that no mail server could be told
        return _abandonner(notification, erreur)
    except (OSError, SoftTimeLimitExceeded) as erreur:  # smtplib's own errors are OSErrors
        return _reporter(notification, bail, erreur)
    return _conclure(notification, StatutEnvoi.ENVOYEE, Issue.ENVOYEE, date_envoi=timezone.now())


def _reclamer(notification_id: int) -> datetime | None:
    """Own the row until the moment returned; None when it is not there to be sent, or another worker was first."""
    maintenant = timezone.now()
    bail = maintenant + timedelta(seconds=settings.ENVOI_BAIL_SECONDES)
    reclamees = (
        Notification.objects.a_envoyer(maintenant)
        .filter(pk=notification_id, tentatives__lt=TENTATIVES_MAX)
        .update(tentatives=F("tentatives") + 1, reclamee_jusqua=bail)
    )
    return bail if reclamees else None


def _conclure(
    notification: Notification, statut: StatutEnvoi, issue: Issue, **champs: object
) -> Issue:
    Notification.objects.filter(pk=notification.pk, statut_envoi=StatutEnvoi.EN_ATTENTE).update(
        statut_envoi=statut, reclamee_jusqua=None, updated_at=timezone.now(), **champs
    )
    logger.info(
        "courriel", issue=issue, notification=notification.pk, essai=notification.tentatives
    )
    return issue


def _abandonner(notification: Notification, erreur: Exception) -> Issue:
    return _conclure(notification, StatutEnvoi.ECHEC, Issue.ECHEC, derniere_erreur=_en_mots(erreur))


def _reporter(notification: Notification, bail: datetime, erreur: Exception) -> Issue:
    """Back off; give up after the last try. A claim that has meanwhile passed to another worker is his to write."""
    if notification.tentatives >= TENTATIVES_MAX:
        return _abandonner(notification, erreur)
    prochain = timezone.now() + DELAIS[notification.tentatives - 1]
    Notification.objects.filter(pk=notification.pk, reclamee_jusqua=bail).update(
        reclamee_jusqua=None,
        prochain_essai=prochain,
        derniere_erreur=_en_mots(erreur),
        updated_at=timezone.now(),
    )
    logger.warning(
        "courriel",
        issue=Issue.REPORTEE,
        notification=notification.pk,
        essai=notification.tentatives,
        prochain_essai=prochain.isoformat(),
        erreur=_en_mots(erreur),
    )
    return Issue.REPORTEE


def _est_definitif(erreur: SMTPRecipientsRefused | SMTPDataError) -> bool:
    """A 5xx about this address or this message will be a 5xx again (RFC 5321, 4.2.1); a 4xx asks to come back."""
    if isinstance(erreur, SMTPRecipientsRefused):
        return all(code >= 500 for code, _texte in erreur.recipients.values())
    return erreur.smtp_code >= 500


def _en_mots(erreur: Exception) -> str:
    return f"{type(erreur).__name__}: {erreur}"[:500]


def abandonner_les_epuisees() -> int:
    """Give up on messages whose every try was cut short (a worker killed each time); returns how many."""
    return Notification.objects.filter(
        canal=Canal.EMAIL,
        statut_envoi=StatutEnvoi.EN_ATTENTE,
        tentatives__gte=TENTATIVES_MAX,
        reclamee_jusqua__lt=timezone.now(),
    ).update(
        statut_envoi=StatutEnvoi.ECHEC,
        reclamee_jusqua=None,
        derniere_erreur="Every attempt was interrupted.",
    )


def identifiant_message(notification: Notification) -> str:
    """The Message-ID: the same for every try of one row, another for every other row ever."""
    instant = int(notification.created_at.timestamp() * 1_000_000)
    domaine = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<notification.{notification.pk}.{instant}@{domaine or urlsplit(settings.SITE_URL).hostname}>"


def composer(notification: Notification) -> EmailMultiAlternatives:
    """The message, text and HTML, in the language of its reader."""
    user = notification.user
    societe = ParametresSociete.actuels()
    preferences = f"{settings.SITE_URL}{reverse('notifications:preferences')}"
    with translation.override(user.langue):
        complet = notification.tentatives <= TENTATIVES_COMPLETES
        complement = complement_de(notification) if complet else Complement()
        contexte = {
            "notification": notification,
            "destinataire": user,
            "societe": societe,
            "titre": notification.titre,
            "lien": f"{settings.SITE_URL}{notification.lien}" if notification.lien else "",
            "liens": [(mots, f"{settings.SITE_URL}{chemin}") for mots, chemin in complement.liens],
            "complement": complement.html,
            "preferences": preferences,
        }
        texte = render_to_string("courriels/notification.txt", contexte)
        html = render_to_string("courriels/notification.html", contexte)
    message = EmailMultiAlternatives(
        subject=" ".join(notification.titre.split()),
        body=texte,
        to=[user.email],
        reply_to=[societe.email] if societe.email else None,
        headers={
            "Message-ID": identifiant_message(notification),
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{preferences}>",
            "Content-Language": user.langue,
        },
    )
    message.attach_alternative(html, "text/html")
    for piece in complement.pieces:
        message.attach(piece.nom, piece.contenu, piece.mime_type)
    return message
