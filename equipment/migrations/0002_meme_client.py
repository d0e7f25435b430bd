"""An équipement stands on a site of its own client; what a contract covers follows the contract's dates and statut."""

from django.db import migrations

MEME_CLIENT = """
ALTER TABLE equipements ADD CONSTRAINT equipements_site_meme_client
    FOREIGN KEY (site_id, client_id) REFERENCES sites (id, client_id) DEFERRABLE INITIALLY IMMEDIATE;
"""
COUVERTURE = """
CREATE FUNCTION contrat_met_a_jour_couvertures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- the row trigger of couvertures_contrats copies the contract's dates and statut again
    UPDATE couvertures_contrats SET updated_at = now() WHERE contrat_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER contrat_met_a_jour_couvertures
    AFTER UPDATE OF date_debut, date_fin, statut, client_id ON contrats
    FOR EACH ROW EXECUTE FUNCTION contrat_met_a_jour_couvertures();
"""


class Migration(migrations.Migration):
    dependencies = [("equipment", "0001_initial"), ("clients", "0001_initial")]
    operations = [
        migrations.RunSQL(
            MEME_CLIENT, "ALTER TABLE equipements DROP CONSTRAINT equipements_site_meme_client;"
        ),
        migrations.RunSQL(
            COUVERTURE,
            "DROP TRIGGER contrat_met_a_jour_couvertures ON contrats; DROP FUNCTION contrat_met_a_jour_couvertures();",
        ),
    ]
