from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interventions", "0004_compte_dans_l_index")]

    operations = [
        migrations.AddIndex(
            model_name="intervention",
            index=models.Index(
                fields=["date_fin"],
                condition=models.Q(date_fin__isnull=False),
                name="idx_intervention_finies",
            ),
        ),
    ]
