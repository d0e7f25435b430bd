from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from erp.metriques import REGISTRE


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from notifications.metriques import CollecteurEnvois  # models are there only now

        REGISTRE.register(CollecteurEnvois())
