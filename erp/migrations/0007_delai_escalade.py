from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("erp", "0006_sans_heures_simples")]

    operations = [
        migrations.AddField(
            model_name="parametressociete",
            name="delai_escalade_heures",
            field=models.PositiveSmallIntegerField(
                default=4,
                help_text="Les administrateurs sont prévenus autant d’heures après les responsables, si le retard dure.",
                verbose_name="escalade après (heures)",
            ),
        ),
    ]
