import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast, Now
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


class EvenementFlux(models.Model):
    """Something that those who have a stream open are told at once: only what happened, to what, never its content.

    With a `user` it is for this person alone; without, for whoever may see the object when it is delivered. Rows are
    appended in the transaction of what they tell of and forgotten after two days. `transaction` is that transaction's
    number: a reader knows by it what he has seen.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("destinataire"),
        db_index=False,
    )
    genre = models.CharField(_("genre"), max_length=40)
    action = models.CharField(_("action"), max_length=40)
    objet = models.CharField(_("objet"), max_length=40, blank=True)
    objet_id = models.BigIntegerField(_("numéro de l’objet"), null=True, blank=True)
    transaction = models.BigIntegerField(
        _("transaction"),
        editable=False,
        db_default=Cast(
            Cast(
                Func(function="pg_current_xact_id", output_field=models.TextField()),
                models.TextField(),
            ),
            models.BigIntegerField(),
        ),
    )
    created_at = models.DateTimeField(_("créé le"), db_default=Now(), editable=False)

    class Meta:
        db_table = "evenements_flux"
        verbose_name = _("événement du flux")
        verbose_name_plural = _("événements du flux")
        indexes = (
            models.Index(F("transaction"), name="idx_flux_transaction"),
            models.Index(fields=["created_at"], name="idx_flux_date"),
        )
        constraints = (
            models.CheckConstraint(
                name="flux_adresse",
                condition=Q(user__isnull=False) | Q(objet_id__isnull=False) & ~Q(objet=""),
            ),
        )
        triggers = (
            # delivered at commit; several in one transaction make one
            pgtrigger.Trigger(
                name="flux_annoncer",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="PERFORM pg_notify('gmao_flux', ''); RETURN NULL;",
            ),
        )

    def __str__(self) -> str:
        return f"{self.genre} / {self.action} {self.objet} {self.objet_id or ''}".strip()
