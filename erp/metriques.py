"""Figures of the trade for /metrics. The platform stands below the apps: each registers its own when it starts."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from erp import battement

REGISTRE = CollectorRegistry()


class CollecteurOuvriers(Collector):
    """Asked at each scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        age = battement.age()
        if age is not None:
            yield GaugeMetricFamily(
                "erp_ouvrier_battement_age_secondes",
                "Seconds since a worker last answered the clock.",
                value=age,
            )


REGISTRE.register(CollecteurOuvriers())
