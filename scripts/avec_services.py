"""Run any command with a throw-away PostgreSQL and Valkey, or with those of `make run`.

    .venv/bin/python scripts/avec_services.py .venv/bin/python manage.py migrate
    .venv/bin/python scripts/avec_services.py --durables .venv/bin/python manage.py shell

With `--durables` the data are those of var/, whether `make run` is under way or not. The command sees
DATABASE_URL and REDIS_URL; its exit code is ours. Nothing is left behind.
"""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from types import FrameType

from embarque import services_durables, services_jetables
from processus import ErreurDemarrage, arreter, lancer


def _interrompre(numero: int, _cadre: FrameType | None) -> None:
    raise SystemExit(128 + numero)


def executer(
    commande: Sequence[str], env: Mapping[str, str] | None = None, *, durables: bool = False
) -> int:
    """Run a command between the start and the stop of the servers; returns its exit code."""
    # A SystemExit unwinds the context manager, which stops the servers.
    signal.signal(signal.SIGINT, _interrompre)
    signal.signal(signal.SIGTERM, _interrompre)
    with services_durables() if durables else services_jetables() as urls:
        processus = lancer(commande, env={**os.environ, **(env or {}), **urls}, stdin=None)
        try:
            return processus.wait()
        finally:
            arreter(processus, signal.SIGINT, 10)


def main() -> int:
    durables = sys.argv[1:2] == ["--durables"]
    commande = sys.argv[2 if durables else 1 :]
    if not commande:
        print("Usage : scripts/avec_services.py [--durables] COMMANDE…", file=sys.stderr)
        return 2
    try:
        return executer(commande, durables=durables)
    except ErreurDemarrage as erreur:
        print(erreur, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
