"""The one migration that Django sees. It is empty: groat's own steps make and change the tables named ``groat_*``."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Nothing for Django to do; :mod:`groat.contrib.django.apps` applies groat's steps after each ``migrate``."""

    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []
    operations: ClassVar[list[Operation]] = []
