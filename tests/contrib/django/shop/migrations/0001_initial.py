"""The tables of the shop."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

USER = settings.AUTH_USER_MODEL
KEY: Any = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    """As ``makemigrations`` wrote it."""

    initial = True
    dependencies: ClassVar[list[Any]] = [migrations.swappable_dependency(USER)]
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="Purchase",
            fields=[
                ("id", KEY.clone()),
                ("thing", models.CharField(max_length=100)),
                ("credits", models.IntegerField()),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=USER)),
            ],
        ),
        migrations.CreateModel(
            name="Wallet",
            fields=[
                ("id", KEY.clone()),
                ("balance", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("user", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to=USER)),
            ],
        ),
    ]
