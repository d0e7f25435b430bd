"""Figures of the interventions for /metrics."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from interventions.models import Intervention


class CollecteurInterventions(Collector):
    """Counts over the active ones, by their partial index, at each scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily(
            "erp_interventions_en_retard",
            "Active interventions past their deadline.",
            value=Intervention.objects.en_retard().count(),
        )
        yield GaugeMetricFamily(
            "erp_interventions_a_affecter",
            "Open interventions that nobody has yet.",
            value=Intervention.objects.a_affecter().count(),
        )
