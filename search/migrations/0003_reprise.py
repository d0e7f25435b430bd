"""What the tables already hold, into the index; the way back empties it."""

from django.db import migrations

TABLES = {
    "intervention": "interventions",
    "equipement": "equipements",
    "client": "clients",
    "site": "sites",
    "contrat": "contrats",
    "technicien": "techniciens",
    "piece": "pieces_detachees",
    "document": "documents",
}


class Migration(migrations.Migration):
    dependencies = [("search", "0002_triggers")]
    operations = [
        migrations.RunSQL(
            "\n".join(
                f"SELECT indexer_recherche('{genre}', array_agg(id)) FROM (SELECT id, id / 5000 AS lot FROM {table}) t"
                " GROUP BY lot ORDER BY lot;"
                for genre, table in TABLES.items()
            ),
            "DELETE FROM index_recherche; DELETE FROM vocabulaire_recherche;",
        )
    ]
