"""The guardian: a small process that cleans up when its parent dies without a word (`kill -9`).

It reads its standard input, a pipe held by the parent alone. Lines: `+ PID SIGNAL` a child to
watch, `- PID` one that has ended, `dossier PATH` a folder to delete. When the pipe closes, it sends
each remaining child its signal, kills the child's process group when the signal was SIGKILL or the
child has not ended after ten seconds, and deletes the folders. Death signals reach only direct
children; this reaches gunicorn's workers and Celery's pool too.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

DELAI = 10.0


class Gardien:
    """The parent's end."""

    def __init__(self) -> None:
        # A plain Popen: it must outlive us, so no death signal.
        self._processus = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )

    def _dire(self, ligne: str) -> None:
        entree = self._processus.stdin
        assert entree is not None
        entree.write(ligne.encode() + b"\n")
        entree.flush()

    def surveiller(self, pid: int, signal_de_mort: int) -> None:
        self._dire(f"+ {pid} {int(signal_de_mort)}")

    def oublier(self, pid: int) -> None:
        self._dire(f"- {pid}")

    def supprimer_a_la_fin(self, dossier: Path) -> None:
        self._dire(f"dossier {dossier}")

    def fin(self) -> None:
        """Close the pipe: the guardian cleans up what is still there and ends."""
        assert self._processus.stdin is not None
        self._processus.stdin.close()
        self._processus.wait()


def _vivant(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main() -> None:
    for numero in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(numero, signal.SIG_IGN)
    enfants: dict[int, int] = {}
    dossiers: list[str] = []
    for ligne in sys.stdin:
        verbe, _, reste = ligne.rstrip("\n").partition(" ")
        if verbe == "+":
            pid, numero_signal = reste.split()
            enfants[int(pid)] = int(numero_signal)
        elif verbe == "-":
            enfants.pop(int(reste), None)
        else:
            dossiers.append(reste)

    for pid, fin in enfants.items():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            (os.killpg if fin == signal.SIGKILL else os.kill)(pid, fin)
    limite = time.monotonic() + DELAI
    while any(map(_vivant, enfants)) and time.monotonic() < limite:
        time.sleep(0.05)
    for pid in enfants:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    for dossier in dossiers:
        shutil.rmtree(dossier, ignore_errors=True)


if __name__ == "__main__":
    main()
