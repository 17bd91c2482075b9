"""``manage.py groat_people``: bring groat's records of people up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from groat.contrib.django import records
from groat.ledger.errors import GroatError


class Command(BaseCommand):
    """Goes through all users. Signals do the same for each that is saved; bulk updates send none."""

    help = (
        "Bring groat's records of people up to date with all users and groups; repeating it changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through all users. CommandError where the database or the settings do not allow it."""
        try:
            changed = records.keep_all()
        except GroatError as error:
            raise CommandError(f"{error.code}: {error.detail}", returncode=2) from error
        self.stdout.write(f"{changed} records changed")
