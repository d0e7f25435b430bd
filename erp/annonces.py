"""What one process tells the others through PostgreSQL, at commit: the event stream's process listens."""

from django.db import connection

CANAL = "gmao_flux"
#: Somebody may have lost his access: the streams ask again who may read.
ACCES = "acces"


def annoncer_acces() -> None:
    """Say it once the caller's transaction commits. One query."""
    with connection.cursor() as curseur:
        curseur.execute("SELECT pg_notify(%s, %s)", [CANAL, ACCES])
