"""The Django app: ``INSTALLED_APPS = [..., "groat.contrib.django"]``."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.signals import setting_changed
from django.db.models.signals import post_migrate

from groat.contrib.django import checks, conf
from groat.contrib.django.migrating import migrate_after


class GroatConfig(AppConfig):
    """groat in a Django project: its tables, settings, commands and checks, under the label ``groat``."""

    name = "groat.contrib.django"
    label = "groat"
    verbose_name = "groat"

    def ready(self) -> None:
        """Connect the signals and register the checks."""
        checks.register()
        conf.remember_database()
        setting_changed.connect(_forget, dispatch_uid="groat.conf")
        post_migrate.connect(migrate_after, sender=self, dispatch_uid="groat.migrate")


def _forget(**_: Any) -> None:
    conf.forget()
