from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from erp.models import Horodate
from notifications.choices import Canal, Evenement, StatutEnvoi
from notifications.querysets import NotificationQuerySet, PreferenceQuerySet


class Notification(Horodate):
    """One thing told to one person on one channel: the row is message and outbox at once.

    It is written in the transaction of what it tells of, already in its reader's language, and sent after it.
    A worker that sends it owns it until `reclamee_jusqua`; one killed meanwhile loses it to the next sweep.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        verbose_name=_("destinataire"),
        db_index=False,
    )
    type_notification = models.CharField(_("événement"), max_length=40, choices=Evenement.choices)
    titre = models.CharField(_("titre"), max_length=250)
    message = models.TextField(_("message"), blank=True)
    lien = models.CharField(_("lien"), max_length=300, blank=True)
    sujet = models.CharField(_("sujet"), max_length=80, blank=True)
    lu = models.BooleanField(_("lue"), default=False)
    date_lu = models.DateTimeField(_("lue le"), null=True, blank=True)
    canal = models.CharField(_("canal"), max_length=10, choices=Canal.choices, default=Canal.IN_APP)
    statut_envoi = models.CharField(
        _("envoi"), max_length=20, choices=StatutEnvoi.choices, default=StatutEnvoi.EN_ATTENTE
    )
    tentatives = models.PositiveSmallIntegerField(_("tentatives"), default=0)
    prochain_essai = models.DateTimeField(_("prochain essai"), default=timezone.now)
    reclamee_jusqua = models.DateTimeField(_("en cours d’envoi jusqu’à"), null=True, blank=True)
    date_envoi = models.DateTimeField(_("envoyée le"), null=True, blank=True)
    derniere_erreur = models.CharField(_("dernière erreur"), max_length=500, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        db_table = "notifications"
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=["user", "-id"], condition=Q(canal="in_app"), name="idx_notification_user"
            ),
            models.Index(
                fields=["user"],
                condition=Q(canal="in_app", lu=False),
                name="idx_notification_non_lue",
            ),
            models.Index(
                fields=["prochain_essai"],
                condition=Q(canal="email", statut_envoi="en_attente"),
                name="idx_notification_a_envoyer",
            ),
            models.Index(fields=["sujet"], name="idx_notification_sujet"),
        )
        constraints = (
            models.CheckConstraint(
                name="notification_lue_datee", condition=Q(lu=False) | Q(date_lu__isnull=False)
            ),
            models.CheckConstraint(
                name="notification_envoyee_datee",
                condition=~Q(statut_envoi="envoyee") | Q(date_envoi__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.titre


class PreferenceNotification(Horodate):
    """Whether a user wants an event on a channel; without a row, he does."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences_notification"
    )
    evenement = models.CharField(_("événement"), max_length=40, choices=Evenement.choices)
    canal = models.CharField(_("canal"), max_length=10, choices=Canal.choices)
    active = models.BooleanField(_("active"), default=True)

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        db_table = "preferences_notifications"
        verbose_name = _("préférence de notification")
        verbose_name_plural = _("préférences de notification")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "evenement", "canal"], name="preference_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} : {self.get_evenement_display()} / {self.get_canal_display()}"
