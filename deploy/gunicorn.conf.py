"""gunicorn: one process per request at a time, as many as WEB_CONCURRENCY says."""

import os
import shutil
import tempfile
from typing import Any

workers = int(os.environ.get("WEB_CONCURRENCY", (os.cpu_count() or 1) + 1))
worker_class = "sync"
timeout = 60  # seconds
graceful_timeout = 10  # seconds
# A fresh process now and then; the jitter keeps them from leaving together.
max_requests = 20_000
max_requests_jitter = 2_000
# Imported once, before the workers are forked: quick to start, and the memory is shared.
preload_app = True
# Nobody drives the server but its process manager.
control_socket_disable = True
# Behind a reverse proxy on another machine or container: its address, or "*".
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
# The application logs each request itself, with its id and its user.
accesslog = None
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "info")

# /metrics adds the workers' figures up from files in this folder, emptied at each start; the variable
# must be there before the application is imported.
_metriques = os.environ.setdefault(
    "PROMETHEUS_MULTIPROC_DIR", os.path.join(tempfile.gettempdir(), f"gmao-metriques-{os.getpid()}")
)
shutil.rmtree(_metriques, ignore_errors=True)
os.makedirs(_metriques)


def when_ready(server: Any) -> None:
    """Import what the first request would, and keep no connection that the workers would share."""
    import importlib

    from django.db import connections
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    # a second and a half that the first deadline in working hours would take
    importlib.import_module("holidays.countries")
    connections.close_all()


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    shutil.rmtree(_metriques, ignore_errors=True)
