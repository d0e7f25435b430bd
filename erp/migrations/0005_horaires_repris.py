from django.db import migrations

JOURS = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")


def reprendre(apps, schema_editor):
    """The opening and closing hours of the working days, as one text."""
    for societe in apps.get_model("erp", "ParametresSociete").objects.all():
        jours = sorted(set(societe.jours_ouvres or range(5)))
        heures = f"{societe.heure_ouverture:%H:%M}-{societe.heure_fermeture:%H:%M}"
        societe.horaires = " ; ".join(f"{JOURS[jour]} {heures}" for jour in jours)
        if jours == [0, 1, 2, 3, 4]:
            societe.horaires = f"lun-ven {heures}"
        societe.save(update_fields=["horaires"])


class Migration(migrations.Migration):
    dependencies = [("erp", "0004_calendrier")]

    operations = [migrations.RunPython(reprendre, migrations.RunPython.noop)]
