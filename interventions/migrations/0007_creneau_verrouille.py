from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interventions", "0006_visibles_par_l_index")]

    operations = [
        migrations.AddField(
            model_name="planning",
            name="verrouille",
            field=models.BooleanField(default=False, db_default=False, verbose_name="verrouillé"),
        ),
    ]
