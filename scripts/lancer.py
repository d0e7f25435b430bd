"""Run the whole product on this machine: `make run`.

Servers from wheels (unless DATABASE_URL or REDIS_URL gives one), migrations, the demo company,
then web, event stream, worker and beat until Ctrl-C.
"""

import http.client
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg
import redis
from embarque import RACINE, attendre, dossier_secrets, dossier_var, preparer, verrouiller
from gestionnaire import Enfant, Gestionnaire
from processus import Compte, ErreurDemarrage, compte_nobody, est_root, lier_au_parent, peut
from serveurs import Serveur, dossier_des_serveurs, ecrire_secret

ORDRE_D_ARRET = ("prepare", "web", "flux", "beat", "worker", "valkey", "postgres")
#: Seconds the web may take to answer for the first time.
DELAI_WEB = 60.0
#: What the application writes in var/.
DOSSIERS_APPLICATION = ("static", "documents", "courriels", "metriques")


def lire_env(fichier: Path) -> None:
    """Take the variables of `.env` that the environment does not give."""
    if not fichier.is_file():
        return
    for ligne in fichier.read_text(encoding="utf-8").splitlines():
        nom, egal, valeur = ligne.removeprefix("export ").partition("=")
        if egal and not nom.lstrip().startswith("#"):
            mots = shlex.split(valeur, comments=True)
            os.environ.setdefault(nom.strip(), " ".join(mots))


def port_demande() -> int:
    texte = os.environ.get("PORT") or "8000"
    if not texte.isdecimal() or not 0 < int(texte) < 65536:
        raise ErreurDemarrage(f"PORT={texte} n'est pas un port : donnez un nombre de 1 à 65535.")
    return int(texte)


def port_du_flux(hote: str, port: int) -> int:
    """Where the event stream answers: FLUX_PORT, else the port after the pages', else any that is free."""
    if texte := os.environ.get("FLUX_PORT"):
        if not texte.isdecimal() or not 0 < int(texte) < 65536:
            raise ErreurDemarrage(
                f"FLUX_PORT={texte} n'est pas un port : donnez un nombre de 1 à 65535."
            )
        return int(texte)
    for essai in (port + 1, 0):
        with socket.socket() as prise:
            prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                prise.bind((hote, essai if essai < 65536 else 0))
            except OSError:
                continue
            libre: int = prise.getsockname()[1]
            return libre
    raise ErreurDemarrage("Aucun port n'est libre pour le flux d'événements : donnez FLUX_PORT.")


def verifier_le_port(hote: str, port: int) -> None:
    with socket.socket() as prise:
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            prise.bind((hote, port))
        except PermissionError:
            raise ErreurDemarrage(
                f"Le port {port} est réservé à root : choisissez-en un autre, par exemple "
                "« make run PORT=8000 »."
            ) from None
        except OSError:
            raise ErreurDemarrage(
                f"Le port {port} est déjà utilisé : arrêtez le programme qui l'occupe, ou choisissez "
                f"un autre port, par exemple « make run PORT={port + 1} »."
            ) from None


def compte_application(env: dict[str, str]) -> Compte | None:
    """nobody when we are root and it can run the project; else our own account."""
    nobody = compte_nobody()
    if not est_root():
        return None
    if not peut(nobody, "r", RACINE / "manage.py") or not peut(nobody, "x", Path(sys.executable)):
        return None
    # An interpreter under a closed folder may find another Python's library, or none.
    meme_python = f"import sys, django, erp; sys.exit(sys.version != {sys.version!r})"
    essai = subprocess.run(
        [sys.executable, "-c", meme_python],
        cwd=RACINE,
        env=env,
        user=nobody.uid,
        group=nobody.gid,
        extra_groups=[],
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return nobody if essai.returncode == 0 else None


def donner_les_dossiers(var: Path, compte: Compte | None) -> None:
    """Let the application's account write its folders, whoever wrote them before."""
    for nom in DOSSIERS_APPLICATION:
        dossier = var / nom
        dossier.mkdir(exist_ok=True)
        if not est_root():
            continue
        voulu = compte or Compte(0, 0)
        for chemin in (dossier, *dossier.rglob("*")):
            if chemin.lstat().st_uid != voulu.uid:
                os.chown(chemin, voulu.uid, voulu.gid, follow_symlinks=False)


def cle_secrete(dossier: Path) -> str:
    """The development key of this copy, made once."""
    fichier = dossier / "cle_secrete"
    if not fichier.exists():
        ecrire_secret(fichier, secrets.token_urlsafe(64))
    return fichier.read_text().strip()


def environnement(var: Path, port: int) -> dict[str, str]:
    """What the application's processes see, but for the servers' addresses."""
    env = dict(os.environ)
    env.setdefault("DEBUG", "true")
    env.setdefault("SITE_URL", f"http://localhost:{port}")
    env["VAR_DIR"] = str(var)
    env["PYTHONUNBUFFERED"] = "1"
    env.setdefault("GUNICORN_LOG_LEVEL", "warning")
    # Celery warns a worker run by root, which is so only when nobody cannot read the project.
    env["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser privileges"
    if env["DEBUG"].lower() in ("true", "1", "yes", "on"):
        env["SECRET_KEY"] = env.get("SECRET_KEY") or cle_secrete(dossier_secrets(var))
    return env


def verifier_les_serveurs_donnes() -> None:
    """A server named by the environment must answer now: say so plainly when it does not."""
    if url := os.environ.get("DATABASE_URL"):
        try:
            psycopg.connect(url, connect_timeout=10).close()
        except psycopg.Error as erreur:
            raison = str(erreur).strip().splitlines()[0]
            raise ErreurDemarrage(
                f"La base de données de DATABASE_URL ne répond pas ({raison}) : corrigez cette "
                "variable, ou retirez-la pour utiliser la base embarquée."
            ) from None
    if url := os.environ.get("REDIS_URL"):
        try:
            with redis.Redis.from_url(url, socket_connect_timeout=10) as client:
                client.ping()
        except (redis.RedisError, ValueError) as erreur:
            raise ErreurDemarrage(
                f"Le serveur de REDIS_URL ne répond pas ({erreur}) : corrigez cette variable, ou "
                "retirez-la pour utiliser le serveur embarqué."
            ) from None


class Produit:
    """The product's processes, from the servers to the address shown."""

    def __init__(self, gestionnaire: Gestionnaire, var: Path, hote: str, port: int) -> None:
        self.gestionnaire = gestionnaire
        self.var = var
        self.hote = hote
        self.port = port
        self.env = environnement(var, port)
        self.env["FLUX_PORT"] = str(port_du_flux(hote, port))
        self.serveurs: list[Enfant] = []

    def demarrer_les_serveurs(self) -> None:
        racine = dossier_des_serveurs(self.var)
        gestionnaire = self.gestionnaire
        for variable, serveur in preparer(racine, dossier_secrets(self.var)):
            enfant = Enfant(
                nom=serveur.nom,
                commande=serveur.commande,
                env=serveur.env,
                cwd=serveur.cwd,
                compte=serveur.compte,
                signal_d_arret=serveur.signal_d_arret,
                signal_de_mort=serveur.signal_d_arret,
                delai_d_arret=20,
                muet=True,
            )
            self.serveurs.append(enfant)
            gestionnaire.demarrer(enfant)
            self._attendre(serveur, enfant)
            enfant.muet = False
            self.env[variable] = serveur.url
        noms = ("DATABASE_URL", "REDIS_URL")
        lignes = "".join(f"{nom}={self.env[nom]}\n" for nom in noms)
        ecrire_secret(self.var / "services.env", lignes)

    def _attendre(self, serveur: Serveur, enfant: Enfant) -> None:
        attendre(
            serveur,
            vivant=lambda: self.gestionnaire.vivant(enfant),
            patienter=self.gestionnaire.pomper,
            journal=lambda: list(enfant.lignes),
        )

    def _python(self, nom: str, *arguments: str, delai_d_arret: float = 10) -> Enfant:
        return Enfant(
            nom=nom,
            commande=[sys.executable, *arguments],
            env=self.env,
            cwd=RACINE,
            compte=self.compte,
            signal_d_arret=signal.SIGTERM,
            delai_d_arret=delai_d_arret,
        )

    def preparer(self) -> bool:
        """Migrations, demo company, static files; False when one refused, having said why."""
        self.compte = compte_application(self.env)
        donner_les_dossiers(self.var, self.compte)
        preparation = self._python("prepare", "scripts/preparation.py")
        preparation.env = {
            **self.env,
            "PYTHONPATH": str(RACINE),
            "DJANGO_SETTINGS_MODULE": "erp.settings",
        }
        preparation.pour_nous = "compte "
        code = self.gestionnaire.executer(preparation)
        comptes = [ligne for ligne in preparation.lignes if ligne.startswith("compte ")]
        self.comptes = [ligne.removeprefix("compte ") for ligne in comptes]
        return code == 0

    def demarrer(self) -> None:
        celery = ("-m", "celery", "--quiet", "-A", "erp")
        niveau = ("--loglevel", self.env.get("LOG_LEVEL", "INFO"))
        taches = self.env.get("CELERY_CONCURRENCY", "2")
        self.web = self._python(
            "web", "-m", "gunicorn", "erp.wsgi:application",
            "--config", "deploy/gunicorn.conf.py", "--bind", f"{self.hote}:{self.port}",
            delai_d_arret=15,
        )  # fmt: skip
        self.web.env = {**self.env, "PROMETHEUS_MULTIPROC_DIR": str(self.var / "metriques" / "web")}
        flux = ("--hote", self.hote, "--port", self.env["FLUX_PORT"])
        for enfant in (
            self.web,
            self._python("flux", "manage.py", "servir_flux", *flux),
            self._python(
                "worker",
                *celery,
                "worker",
                "--concurrency",
                taches,
                *niveau,
                "--without-gossip",
                "--without-mingle",
                delai_d_arret=20,
            ),
            self._python("beat", *celery, "beat", "--pidfile=", *niveau),
        ):
            self.gestionnaire.demarrer(enfant)

    def web_repond(self) -> bool:
        connexion = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connexion.request("GET", "/health", headers={"Host": f"localhost:{self.port}"})
            return connexion.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connexion.close()

    def attendre_le_web(self) -> None:
        """Ask four times a second; asked to stop meanwhile, return at once."""
        limite = time.monotonic() + DELAI_WEB
        while not self.gestionnaire.arret_demande and not self.web_repond():
            self.gestionnaire.surveiller(secondes=0.25)
            if time.monotonic() > limite:
                raise ErreurDemarrage(
                    f"Le site ne répond pas sur le port {self.port} ; dernière ligne : "
                    f"{self.web.lignes[-1] if self.web.lignes else 'aucune'}"
                )

    def arreter(self) -> None:
        if self.gestionnaire.arret_demande:
            self.gestionnaire.dire("Arrêt…")
        for serveur in self.serveurs:
            serveur.muet = True
        self.gestionnaire.arreter_tout(ORDRE_D_ARRET)


def annoncer(produit: Produit, depart: float) -> None:
    dire = produit.gestionnaire.dire
    dire("")
    dire(f"  Prêt en {time.monotonic() - depart:.0f} s : {produit.env['SITE_URL']}")
    if produit.comptes:
        dire("  Comptes de démonstration (adresse, mot de passe, rôle) :")
    for compte in produit.comptes:
        dire(f"    {compte}")
    dire("  Ctrl-C arrête tout.")
    dire("")


def faire_tourner(gestionnaire: Gestionnaire, hote: str, port: int) -> int:
    depart = time.monotonic()
    with ExitStack() as pile:
        var = dossier_var()
        pile.enter_context(verrouiller(var, adresse=f"http://localhost:{port}"))
        verifier_le_port(hote, port)
        verifier_les_serveurs_donnes()
        produit = Produit(gestionnaire, var, hote, port)
        pile.callback(lambda: (var / "services.env").unlink(missing_ok=True))
        try:
            produit.demarrer_les_serveurs()
            if not produit.preparer():
                return 0 if gestionnaire.arret_demande else 1
            produit.demarrer()
            produit.attendre_le_web()
            if not gestionnaire.arret_demande:
                annoncer(produit, depart)
                gestionnaire.surveiller()
        finally:
            produit.arreter()
    return 0


def main() -> int:
    if "MAKELEVEL" in os.environ:  # a killed make must not leave us behind
        lier_au_parent()
    os.chdir(RACINE)
    lire_env(RACINE / ".env")
    gestionnaire = Gestionnaire()
    try:
        return faire_tourner(gestionnaire, os.environ.get("HOST", "127.0.0.1"), port_demande())
    except ErreurDemarrage as erreur:
        print(erreur, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
