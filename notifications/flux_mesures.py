"""Figures of the stream's process, for its own `/metrics`: the web processes know nothing of them."""

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

_TRANCHES = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Mesures:
    """One set per process; `ouverts` and `personnes` are asked at each scrape."""

    def __init__(self, ouverts: Callable[[], int], personnes: Callable[[], int]) -> None:
        self.registre = CollectorRegistry()
        Gauge("erp_flux_ouverts", "Open streams.", registry=self.registre).set_function(ouverts)
        Gauge(
            "erp_flux_personnes", "People with a stream open.", registry=self.registre
        ).set_function(personnes)
        self.messages = Counter(
            "erp_flux_messages",
            "Messages sent to readers, heartbeats apart.",
            registry=self.registre,
        )
        self.evenements = Counter(
            "erp_flux_evenements", "Events read from the table.", registry=self.registre
        )
        self.coupes = Counter(
            "erp_flux_coupes",
            "Streams that this process ended: too slow a reader, a right that was lost.",
            ["raison"],
            registry=self.registre,
        )
        self.retard = Histogram(
            "erp_flux_retard_secondes",
            "From the writing of an event, its transaction included, until it is in its readers' queues.",
            buckets=_TRANCHES,
            registry=self.registre,
        )
        self.attente = Histogram(
            "erp_flux_attente_secondes",
            "From its reader's queue until a message is sent.",
            buckets=_TRANCHES,
            registry=self.registre,
        )
        ProcessCollector(registry=self.registre)

    def texte(self) -> bytes:
        return generate_latest(self.registre)
