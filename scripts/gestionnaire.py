"""A small process manager: several children, one terminal, each line with its child's name.

One thread only: the kernel ties a child's death signal to the thread that started it, and starting
processes from several threads is where such programs go wrong.
"""

import math
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from gardien import Gardien
from processus import Compte, ErreurDemarrage, lancer, tuer_la_session

COULEURS = ("36", "33", "32", "35", "34")
#: A child that ends is started again, this many times within this many seconds, then all stops.
RELANCES_MAX = 5
RELANCES_FENETRE = 60.0
#: Seconds before a new start: a server that has just died needs a moment to free its place.
RELANCE_PAUSE = 1.0


@dataclass
class Enfant:
    """A program to keep running."""

    nom: str
    commande: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    signal_d_arret: int
    delai_d_arret: float
    compte: Compte | None = None
    #: What the kernel sends it when we die: SIGKILL, or a cleaner end for a database.
    signal_de_mort: int = signal.SIGKILL
    #: Keep its lines to ourselves: a server that starts well has nothing to tell.
    muet: bool = False
    #: Lines that start so are kept for us, not shown.
    pour_nous: str | None = None
    processus: "subprocess.Popen[bytes] | None" = None
    lignes: "deque[str]" = field(default_factory=lambda: deque(maxlen=50))
    reste: bytes = b""
    departs: "deque[float]" = field(default_factory=lambda: deque(maxlen=RELANCES_MAX))
    relancer_a: float | None = None


class Gestionnaire:
    def __init__(self) -> None:
        self.arret_demande = False
        self._enfants: list[Enfant] = []
        self._lecture = selectors.DefaultSelector()
        self._gardien = Gardien()
        self._couleur = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        for numero in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(numero, self._demander_l_arret)

    def _demander_l_arret(self, numero: int, _cadre: FrameType | None) -> None:
        self.arret_demande = True

    # --- Output --------------------------------------------------------------------------------

    def dire(self, texte: str, nom: str = "", rang: int | None = None) -> None:
        """Write one line to the terminal; a terminal that has gone stops everything."""
        prefixe = f"{nom:<8} | " if nom else ""
        if prefixe and rang is not None and self._couleur:
            prefixe = f"\033[{COULEURS[rang % len(COULEURS)]}m{prefixe}\033[0m"
        try:
            print(prefixe + texte, flush=True)
        except (BrokenPipeError, OSError):
            self.arret_demande = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _lire(self, enfant: Enfant, *, fin: bool = False) -> None:
        """Pass on the whole lines a child has written; at its end, the last one as it is."""
        assert enfant.processus is not None
        assert enfant.processus.stdout is not None
        sortie = enfant.processus.stdout
        while True:
            try:
                morceau = os.read(sortie.fileno(), 65536)
            except BlockingIOError:
                break
            if not morceau:
                fin = True
                break
            enfant.reste += morceau
        *lignes, enfant.reste = enfant.reste.split(b"\n")
        if fin and enfant.reste:
            lignes.append(enfant.reste)
            enfant.reste = b""
        for ligne in lignes:
            texte = ligne.decode(errors="replace").rstrip()
            if texte:
                enfant.lignes.append(texte)
                pour_nous = enfant.pour_nous and texte.startswith(enfant.pour_nous)
                if not enfant.muet and not pour_nous:
                    self.dire(texte, enfant.nom, self._enfants.index(enfant))

    # --- Children ------------------------------------------------------------------------------

    def demarrer(self, enfant: Enfant) -> None:
        """Start a child, and keep it running from now on."""
        if enfant not in self._enfants:
            self._enfants.append(enfant)
        enfant.relancer_a = None
        enfant.departs.append(time.monotonic())
        try:
            enfant.processus = lancer(
                enfant.commande,
                compte=enfant.compte,
                signal_de_mort=enfant.signal_de_mort,
                cwd=enfant.cwd,
                env=enfant.env,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        except OSError as erreur:
            raise ErreurDemarrage(f"{enfant.nom} ne peut pas être lancé : {erreur}.") from None
        self._gardien.surveiller(enfant.processus.pid, enfant.signal_de_mort)
        sortie = enfant.processus.stdout
        assert sortie is not None
        os.set_blocking(sortie.fileno(), False)
        self._lecture.register(sortie, selectors.EVENT_READ, enfant)

    def pomper(self, secondes: float) -> None:
        """Pass on what the children write, for at most that long."""
        for cle, _ in self._lecture.select(secondes):
            enfant = cle.data
            self._lire(enfant)
            if enfant.processus.poll() is not None:
                self._enterrer(enfant)

    def _enterrer(self, enfant: Enfant) -> None:
        """Forget an ended process, and kill what it left in its session."""
        processus = enfant.processus
        assert processus is not None
        assert processus.stdout is not None
        tuer_la_session(processus.pid)
        processus.wait()
        self._lire(enfant, fin=True)
        self._lecture.unregister(processus.stdout)
        processus.stdout.close()
        self._gardien.oublier(processus.pid)
        enfant.processus = None

    def vivant(self, enfant: Enfant) -> bool:
        if enfant.processus is not None and enfant.processus.poll() is not None:
            self._enterrer(enfant)
        return enfant.processus is not None

    def executer(self, enfant: Enfant) -> int:
        """Run a child to its end; returns its exit code."""
        self.demarrer(enfant)
        processus = enfant.processus
        assert processus is not None
        while self.vivant(enfant) and not self.arret_demande:
            self.pomper(0.25)
        self.arreter(enfant)
        self._enfants.remove(enfant)
        return processus.returncode

    def surveiller(self, secondes: float = math.inf) -> None:
        """Keep the children running until asked to stop, or for that long."""
        limite = time.monotonic() + secondes
        while not self.arret_demande and time.monotonic() < limite:
            self.pomper(0.25)
            for enfant in self._enfants:
                if not self.vivant(enfant):
                    self._relancer(enfant)

    def _relancer(self, enfant: Enfant) -> None:
        maintenant = time.monotonic()
        if enfant.relancer_a is None:
            departs = enfant.departs
            if len(departs) == RELANCES_MAX and maintenant - departs[0] < RELANCES_FENETRE:
                derniere = enfant.lignes[-1] if enfant.lignes else "aucune"
                raise ErreurDemarrage(
                    f"{enfant.nom} s'arrête sans cesse ; sa dernière ligne : {derniere}"
                )
            self.dire(f"{enfant.nom} s'est arrêté ; il est relancé.")
            enfant.relancer_a = maintenant + RELANCE_PAUSE
        elif maintenant >= enfant.relancer_a:
            self.demarrer(enfant)

    def arreter(self, enfant: Enfant) -> None:
        """Ask a child to end, pass on its last words, kill it when it takes too long."""
        if not self.vivant(enfant):
            return
        assert enfant.processus is not None
        enfant.processus.send_signal(enfant.signal_d_arret)
        limite = time.monotonic() + enfant.delai_d_arret
        while self.vivant(enfant) and time.monotonic() < limite:
            self.pomper(0.05)
        if self.vivant(enfant):
            tuer_la_session(enfant.processus.pid)
            enfant.processus.wait()
            self._enterrer(enfant)

    def arreter_tout(self, ordre: Sequence[str]) -> None:
        """Stop the children in the given order of names."""
        for enfant in sorted(self._enfants, key=lambda enfant: ordre.index(enfant.nom)):
            self.arreter(enfant)
        self._gardien.fin()
