"""An intervention, its site and its contract belong to the client of its équipement: composite foreign keys say so."""

from django.db import migrations

CLES = (
    ("interventions", "equipement", "equipements"),
    ("interventions", "site", "sites"),
    ("interventions", "contrat", "contrats"),
)


class Migration(migrations.Migration):
    dependencies = [("interventions", "0001_initial"), ("equipment", "0002_meme_client")]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{colonne}_meme_client "
            f"FOREIGN KEY ({colonne}_id, client_id) REFERENCES {cible} (id, client_id) "
            "DEFERRABLE INITIALLY IMMEDIATE;",
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_{colonne}_meme_client;",
        )
        for table, colonne, cible in CLES
    ]
