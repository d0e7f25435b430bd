"""The company's hours, holidays and months of Ramadan are told to the staff's open boards, whoever writes them.

They are entered in the admin, which stands below this app: so the database tells it.
"""

from django.db import migrations

FONCTION = """
CREATE FUNCTION flux_calendrier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO evenements_flux (user_id, genre, action, objet)
    SELECT id, 'calendrier', 'societe', 'societe' FROM users
     WHERE is_active AND role IN ('admin', 'responsable', 'technicien');
    RETURN NULL;
END $$;
"""
TABLES = ("jours_feries", "parametres_societe", "periodes_ramadan")


def declencheur(table):
    return (
        f"CREATE TRIGGER flux_calendrier AFTER INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION flux_calendrier();"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("erp", "0004_calendrier"),
        ("notifications", "0004_travail_termine"),
    ]

    operations = [
        migrations.RunSQL(FONCTION, "DROP FUNCTION flux_calendrier();"),
        *(
            migrations.RunSQL(declencheur(table), f"DROP TRIGGER flux_calendrier ON {table};")
            for table in TABLES
        ),
    ]
