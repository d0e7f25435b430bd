from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from erp.metriques import REGISTRE


class InterventionsConfig(AppConfig):
    name = "interventions"
    verbose_name = _("Interventions")

    def ready(self) -> None:
        from interventions.metriques import CollecteurInterventions  # models are there only now

        REGISTRE.register(CollecteurInterventions())
