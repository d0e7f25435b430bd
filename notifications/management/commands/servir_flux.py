"""The process of the event stream: `manage.py servir_flux --port 8001`."""

from argparse import ArgumentParser
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from django.core.management.base import BaseCommand

from erp.asgi import application

#: Seconds that the readers have to take their last message.
ARRET = 5


class Serveur(uvicorn.Server):
    """uvicorn waits at its end for the answers under way: the streams, which have none, are closed first."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        application.fermer_les_flux()
        super().handle_exit(sig, frame)


class Command(BaseCommand):
    help = "Sert le flux d’événements (/api/v1/notifications/stream) jusqu’à SIGTERM ou Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hote", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8001)

    def handle(self, *args: Any, **options: Any) -> None:
        reglages = uvicorn.Config(
            application,
            host=options["hote"],
            port=options["port"],
            lifespan="on",
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=ARRET,
        )
        with suppress(KeyboardInterrupt):
            Serveur(reglages).run()
