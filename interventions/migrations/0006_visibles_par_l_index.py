from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interventions", "0005_finies_par_date")]

    operations = [
        migrations.RemoveIndex(model_name="intervention", name="idx_intervention_client_statut"),
        migrations.RemoveIndex(model_name="intervention", name="idx_intervention_tech_statut"),
        migrations.AddIndex(
            model_name="intervention",
            index=models.Index(
                fields=["client", "statut"],
                include=["id"],
                name="idx_intervention_client_statut",
            ),
        ),
        migrations.AddIndex(
            model_name="intervention",
            index=models.Index(
                fields=["technicien", "statut"],
                include=["id", "client", "site", "contrat", "equipement"],
                name="idx_intervention_tech_statut",
            ),
        ),
    ]
