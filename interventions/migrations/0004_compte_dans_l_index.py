from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interventions", "0003_comptes_par_statut")]

    operations = [
        migrations.RemoveIndex(model_name="intervention", name="idx_intervention_statut_date"),
        migrations.AddIndex(
            model_name="intervention",
            index=models.Index(
                fields=["statut", "date_creation"],
                include=["priorite"],
                name="idx_intervention_statut_date",
            ),
        ),
    ]
