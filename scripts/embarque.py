"""Start and stop PostgreSQL and Valkey around something else.

`services_jetables` gives throw-away servers, `services_durables` those of `var/` with their data.
A server already given by the environment (DATABASE_URL, REDIS_URL) is used as it is.
"""

import fcntl
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from gardien import Gardien
from processus import ErreurDemarrage, arreter, lancer
from serveurs import (
    Binaires,
    Serveur,
    a_la_portee,
    compte_des_serveurs,
    dossier_des_serveurs,
    postgres,
    repond,
    valkey,
)

RACINE = Path(__file__).resolve().parent.parent
PREPARER = {"DATABASE_URL": postgres, "REDIS_URL": valkey}
#: Seconds a server may take to answer after its start (crash recovery included).
DELAI_DEMARRAGE = 60.0
DELAI_ARRET = 20.0


def preparer(
    racine: Path, secrets: Path, *, jetable: bool = False
) -> Iterator[tuple[str, Serveur]]:
    """The servers that the environment does not give, each with its variable, ready to start."""
    binaires = Binaires(compte_des_serveurs(), racine / "programmes")
    for variable, serveur in PREPARER.items():
        if not os.environ.get(variable):
            yield variable, serveur(racine, secrets, binaires, jetable=jetable)


def attendre(
    serveur: Serveur,
    *,
    vivant: Callable[[], bool],
    patienter: Callable[[float], None],
    journal: Callable[[], list[str]],
) -> None:
    """Wait until a server answers; say why in one sentence when it does not."""
    limite = time.monotonic() + DELAI_DEMARRAGE
    while not repond(serveur):
        if not vivant() or time.monotonic() > limite:
            raise ErreurDemarrage(
                f"Le serveur {serveur.nom} ne démarre pas ({_cause(journal())}) : {serveur.remede}."
            )
        patienter(0.05)


def _cause(lignes: list[str]) -> str:
    graves = [ligne for ligne in lignes if "FATAL" in ligne or "PANIC" in ligne]
    return (graves or lignes or ["sans message"])[-1].strip()


@contextmanager
def _en_marche(serveur: Serveur, gardien: Gardien, journal: Path) -> Iterator[None]:
    with journal.open("wb") as sortie:
        processus = lancer(
            serveur.commande,
            compte=serveur.compte,
            signal_de_mort=serveur.signal_d_arret,
            cwd=serveur.cwd,
            env=serveur.env,
            stdout=sortie,
            stderr=subprocess.STDOUT,
        )
    gardien.surveiller(processus.pid, serveur.signal_d_arret)
    try:
        attendre(
            serveur,
            vivant=lambda: processus.poll() is None,
            patienter=time.sleep,
            journal=lambda: journal.read_text(errors="replace").splitlines(),
        )
        yield
    finally:
        arreter(processus, serveur.signal_d_arret, DELAI_ARRET)
        gardien.oublier(processus.pid)


@contextmanager
def _services(
    racine: Path, secrets: Path, gardien: Gardien, *, jetable: bool
) -> Iterator[dict[str, str]]:
    with ExitStack() as pile:
        urls = {nom: os.environ[nom] for nom in PREPARER if os.environ.get(nom)}
        for variable, serveur in preparer(racine, secrets, jetable=jetable):
            pile.enter_context(_en_marche(serveur, gardien, racine / f"{serveur.nom}.log"))
            urls[variable] = serveur.url
        yield urls


@contextmanager
def services_jetables() -> Iterator[dict[str, str]]:
    """Throw-away servers; yields DATABASE_URL and REDIS_URL, leaves nothing behind."""
    racine = _dossier_jetable()
    gardien = Gardien()
    gardien.supprimer_a_la_fin(racine)
    try:
        with _services(racine, racine, gardien, jetable=True) as urls:
            yield urls
    finally:
        gardien.fin()


@contextmanager
def services_durables() -> Iterator[dict[str, str]]:
    """The servers of `var/`: those of a `make run` under way, else started for the occasion."""
    var = dossier_var()
    en_cours = var / "services.env"
    with ExitStack() as pile:
        try:
            pile.enter_context(verrouiller(var))
        except ErreurDemarrage:
            if not en_cours.exists():
                raise
            yield dict(ligne.split("=", 1) for ligne in en_cours.read_text().splitlines())
            return
        gardien = Gardien()
        pile.callback(gardien.fin)
        racine = dossier_des_serveurs(var)
        yield pile.enter_context(_services(racine, dossier_secrets(var), gardien, jetable=False))


def dossier_var() -> Path:
    """Where this copy keeps its data (VAR_DIR, else `var/`), created when missing."""
    var = RACINE / os.environ.get("VAR_DIR", "var")
    try:
        var.mkdir(mode=0o755, parents=True, exist_ok=True)
        accessible = os.access(var, os.W_OK | os.X_OK)
    except OSError:
        accessible = False
    if not accessible:
        raise ErreurDemarrage(
            f"Le dossier {var} ne peut pas être écrit : donnez-vous ses droits, ou un autre dossier "
            "par VAR_DIR."
        )
    return var


def dossier_secrets(var: Path) -> Path:
    dossier = var / "secrets"
    dossier.mkdir(mode=0o700, exist_ok=True)
    return dossier


@contextmanager
def verrouiller(var: Path, *, adresse: str = "") -> Iterator[None]:
    """Hold the right to run the servers of `var`; the kernel frees it when we end, however."""
    try:
        verrou = (var / "run.lock").open("a+")
    except PermissionError:
        raise ErreurDemarrage(
            f"Le fichier {var / 'run.lock'} appartient à un autre utilisateur : relancez sous son "
            "compte."
        ) from None
    with verrou:
        try:
            fcntl.flock(verrou, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            verrou.seek(0)
            qui = verrou.read().strip()
            raise ErreurDemarrage(
                f"Le produit tourne déjà dans ce dossier ({qui}) : arrêtez-le d'abord par Ctrl-C."
            ) from None
        verrou.truncate(0)
        verrou.write(f"processus {os.getpid()}{', ' + adresse if adresse else ''}")
        verrou.flush()
        yield


def _dossier_jetable() -> Path:
    """A temporary folder that the servers' account can enter."""
    for parent in (None, "/tmp", "/var/tmp"):
        dossier = Path(tempfile.mkdtemp(prefix="gmao-essai-", dir=parent))
        dossier.chmod(0o711)
        if a_la_portee(compte_des_serveurs(), dossier):
            return dossier
        dossier.rmdir()
    raise ErreurDemarrage(
        "Aucun dossier temporaire n'est accessible à l'utilisateur nobody : donnez des serveurs par "
        "DATABASE_URL et REDIS_URL."
    )
