"""Child processes that never outlive the person who started them.

Each child gets its own session (a Ctrl-C in the terminal reaches only us, who stop the children in
order) and, on Linux, a death signal: the kernel delivers it when the thread that forked the child
ends. We therefore only ever start children from the main thread. The kernel forgets the death
signal when the process changes user; `preexec_fn` runs after that change, so it is set late enough.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None

#: Where a `subprocess` output may go.
Flux = IO[bytes] | int | None


class ErreurDemarrage(Exception):
    """Something the person at the terminal can mend; the text is one sentence that says how."""


@dataclass(frozen=True)
class Compte:
    """The system account a child runs under."""

    uid: int
    gid: int


def compte_nobody() -> Compte:
    """The account without rights; PostgreSQL refuses to run as root."""
    try:
        entree = pwd.getpwnam("nobody")
    except KeyError:
        return Compte(65534, 65534)
    return Compte(entree.pw_uid, entree.pw_gid)


def est_root() -> bool:
    return os.geteuid() == 0


def _mourir_avec_le_parent(signal_de_mort: int, parent: int) -> None:
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, signal_de_mort)
    if os.getppid() != parent:  # it died before the line above took effect
        os._exit(1)


def lier_au_parent() -> None:
    """Be asked to stop (SIGTERM) when the process that started us dies; Linux only."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def lancer(
    commande: Sequence[str | Path],
    *,
    compte: Compte | None = None,
    signal_de_mort: int = signal.SIGKILL,
    cwd: Path | str | None = None,
    env: Mapping[str, str] | None = None,
    stdin: Flux = subprocess.DEVNULL,
    stdout: Flux = None,
    stderr: Flux = None,
) -> "subprocess.Popen[bytes]":
    """Start a child in its own session, bound to our life, optionally under another account."""
    return subprocess.Popen(
        [str(mot) for mot in commande],
        cwd=cwd,
        env=env,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=partial(_mourir_avec_le_parent, signal_de_mort, os.getpid()),
        user=compte.uid if compte else None,
        group=compte.gid if compte else None,
        extra_groups=[] if compte else None,
    )


def peut(compte: Compte | None, droit: str, chemin: Path) -> bool:
    """Whether the account (ours when None) may read ("r"), write ("w") or enter ("x") a path."""
    if compte is None:
        return os.access(chemin, {"r": os.R_OK, "w": os.W_OK, "x": os.X_OK}[droit])
    essai = lancer(["/usr/bin/test", f"-{droit}", chemin], compte=compte, cwd="/")
    return essai.wait() == 0


def arreter(processus: "subprocess.Popen[bytes]", signal_d_arret: int, delai: float) -> None:
    """Ask a child to stop, wait up to `delai` seconds, then kill its whole session."""
    if processus.poll() is None:
        processus.send_signal(signal_d_arret)
        with contextlib.suppress(subprocess.TimeoutExpired):
            processus.wait(delai)
    tuer_la_session(processus.pid)
    processus.wait()


def tuer_la_session(pid: int) -> None:
    """Kill what is left of a child's process group (pool workers whose master has gone)."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
