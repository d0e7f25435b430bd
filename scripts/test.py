"""Run pytest on throw-away servers; arguments go to pytest.

    .venv/bin/python scripts/test.py interventions/tests -k cloture

The servers start before pytest: pytest-django reads the settings before any conftest.py. Settings are
those of production but for https; a variable already set in the environment wins.
"""

import os
import sys
import tempfile
from pathlib import Path

from avec_services import executer
from processus import ErreurDemarrage

RACINE = Path(__file__).resolve().parent.parent

REGLAGES = {
    "DEBUG": "false",
    "HTTPS": "false",
    "SECRET_KEY": "seulement-pour-les-essais-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DEFAULT_FROM_EMAIL": "essais@example.com",
    "EMAIL_URL": "memorymail://",
    "LOG_LEVEL": "WARNING",
    # a connection kept by a thread of the live server would hold the test database at its end
    "CONN_MAX_AGE": "0",
}


def main() -> int:
    os.chdir(RACINE)
    commande = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="gmao-essai-var-") as var:
        Path(var, "static").mkdir()  # WhiteNoise warns when STATIC_ROOT is missing
        env = {**REGLAGES, "VAR_DIR": var}
        absents = {nom: valeur for nom, valeur in env.items() if nom not in os.environ}
        try:
            return executer(commande, absents)
        except ErreurDemarrage as erreur:
            print(erreur, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
