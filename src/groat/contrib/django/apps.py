"""The Django app: ``INSTALLED_APPS = [..., "groat.contrib.django"]``."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
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
        """Connect the signals, register the checks, and give users their ``groat``."""
        checks.register()
        conf.remember_database()
        setting_changed.connect(_forget, dispatch_uid="groat.conf")
        post_migrate.connect(migrate_after, sender=self, dispatch_uid="groat.migrate")
        if apps.is_installed("django.contrib.auth"):
            # Its module needs the models, which are there only now.
            from groat.contrib.django.following import follow_users

            follow_users()


def _forget(**_: Any) -> None:
    conf.forget()
