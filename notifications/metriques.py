"""Figures of the outbox for /metrics."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from notifications.choices import Canal, StatutEnvoi
from notifications.models import Notification


class CollecteurEnvois(Collector):
    """One query on a partial index, at each scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        attente = Notification.objects.filter(
            canal=Canal.EMAIL, statut_envoi=StatutEnvoi.EN_ATTENTE
        ).aggregate(nombre=Count("pk"), premiere=Min("created_at"))
        age = (timezone.now() - attente["premiere"]).total_seconds() if attente["premiere"] else 0.0
        yield GaugeMetricFamily(
            "erp_courriels_en_attente", "E-mails that wait to be sent.", value=attente["nombre"]
        )
        yield GaugeMetricFamily(
            "erp_courriels_attente_age_secondes",
            "Age of the oldest e-mail that waits to be sent.",
            value=max(age, 0.0),
        )
