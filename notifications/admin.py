from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from erp.admin import AdminErp, AdminLecture
from notifications.choices import StatutEnvoi
from notifications.models import Notification, PreferenceNotification
from notifications.services import renvoyer_echecs


@admin.register(Notification)
class NotificationAdmin(AdminLecture):
    """The outbox: what was sent, what waits, what failed and may be sent again."""

    list_display = (
        "created_at",
        "user",
        "type_notification",
        "canal",
        "statut_envoi",
        "tentatives",
        "date_envoi",
        "titre",
    )
    list_select_related = ("user",)
    list_filter = ("statut_envoi", "canal", "type_notification")
    search_fields = ("titre", "sujet", "user__email", "user__full_name")
    actions = ("renvoyer",)

    @admin.action(description=_("Renvoyer les échecs"))
    def renvoyer(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        echecs = queryset.filter(statut_envoi=StatutEnvoi.ECHEC).values_list("pk", flat=True)
        nombre = renvoyer_echecs(ids=list(echecs))
        self.message_user(
            request,
            ngettext("%(n)d message remis en route.", "%(n)d messages remis en route.", nombre)
            % {"n": nombre},
            messages.SUCCESS if nombre else messages.WARNING,
        )


@admin.register(PreferenceNotification)
class PreferenceAdmin(AdminErp):
    list_display = ("user", "evenement", "canal", "active")
    list_select_related = ("user",)
    list_filter = ("canal", "active")
    search_fields = ("user__email", "user__full_name")
    autocomplete_fields = ("user",)
