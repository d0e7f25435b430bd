"""The container's own question to the web server: exit 0 when /health answers 200."""

import http.client
import os
import sys

hote = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
connexion = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
try:
    connexion.request("GET", "/health", headers={"Host": hote})
    sys.exit(connexion.getresponse().status != http.HTTPStatus.OK)
except OSError:
    sys.exit(1)
