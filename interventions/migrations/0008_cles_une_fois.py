"""What a key with the client beside it refuses is refused once: the plain keys are Django's alone."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0002_horaires"),
        ("equipment", "0004_historique"),
        ("interventions", "0007_creneau_verrouille"),
    ]

    operations = [
        migrations.AlterField(
            model_name="intervention",
            name="client",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="interventions",
                to="clients.client",
                verbose_name="client",
            ),
        ),
        migrations.AlterField(
            model_name="intervention",
            name="contrat",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="interventions",
                to="clients.contrat",
                verbose_name="contrat",
            ),
        ),
        migrations.AlterField(
            model_name="intervention",
            name="equipement",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="interventions",
                to="equipment.equipement",
                verbose_name="équipement",
            ),
        ),
        migrations.AlterField(
            model_name="intervention",
            name="site",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="interventions",
                to="clients.site",
                verbose_name="site",
            ),
        ),
    ]
