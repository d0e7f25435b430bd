from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("erp", "0005_horaires_repris")]

    operations = [
        migrations.RemoveField(
            model_name="parametressociete",
            name="heure_fermeture",
        ),
        migrations.RemoveField(
            model_name="parametressociete",
            name="heure_ouverture",
        ),
        migrations.RemoveField(
            model_name="parametressociete",
            name="jours_ouvres",
        ),
    ]
