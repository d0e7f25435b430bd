"""The number of interventions per statut, kept by triggers: rolling it up, and making sure that it is right."""

import structlog
from django.db import connection, transaction

logger = structlog.get_logger(__name__)

# One statement sees one moment: what it adds is right whatever is written meanwhile.
_CORRIGER = """
    WITH vrais AS (SELECT statut, count(*) AS nombre FROM interventions GROUP BY statut),
         comptes AS (SELECT statut, sum(nombre) AS nombre FROM comptes_interventions GROUP BY statut)
    INSERT INTO comptes_interventions (statut, nombre)
    SELECT statut, coalesce(vrais.nombre, 0) - coalesce(comptes.nombre, 0)
      FROM vrais FULL JOIN comptes USING (statut)
     WHERE coalesce(vrais.nombre, 0) <> coalesce(comptes.nombre, 0)
    RETURNING statut, nombre
"""
_CONSOLIDER = """
    WITH effacees AS (DELETE FROM comptes_interventions RETURNING statut, nombre)
    INSERT INTO comptes_interventions (statut, nombre)
    SELECT statut, sum(nombre) FROM effacees GROUP BY statut HAVING sum(nombre) <> 0
"""


@transaction.atomic
def consolider_comptes() -> int:
    """One row per statut again; how many were wrong (none, unless triggers were switched off for a load)."""
    with connection.cursor() as curseur:
        # one run at a time, or two would both correct the same fault
        curseur.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('comptes_interventions', 0))"
        )
        curseur.execute(_CORRIGER)
        fautes = curseur.fetchall()
        for statut, ecart in fautes:
            logger.warning("compte_corrige", statut=statut, ecart=int(ecart))
        curseur.execute(_CONSOLIDER)
    return len(fautes)
