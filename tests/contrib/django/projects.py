"""A Django project in this process, on a database of its own for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
from asgiref.sync import SyncToAsync
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.models.signals import post_migrate

from groat.contrib.django.migrating import migrate_after
from tests.servers import Postgres

SECRET_KEY = "django-only-for-tests-3kZ9wq1Tt0vYbF7cLx2Nf8RmHb5Js"
APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "groat.contrib.django",
    "tests.contrib.django.shop",
]
SETTINGS: dict[str, Any] = {
    "SECRET_KEY": SECRET_KEY,
    "ALLOWED_HOSTS": ["*"],
    "USE_TZ": True,
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    "INSTALLED_APPS": APPS,
    "ROOT_URLCONF": "tests.contrib.django.site_urls",
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
}

_numbers = itertools.count()


def set_up() -> None:
    """Configure Django, once in a process."""
    if not settings.configured:
        settings.configure(**SETTINGS)
        django.setup()


def sqlite_alias(path: Path) -> dict[str, Any]:
    """An entry of DATABASES for a file, as groat asks for it."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        },
    }


def postgres_alias(server: Postgres, template: str = "template1") -> dict[str, Any]:
    """An entry of DATABASES for a new database of this server, empty or a copy of another one."""
    address = urlsplit(server.new_database(f"django_{next(_numbers)}", template))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address.path.lstrip("/"),
        "USER": address.username,
        "HOST": address.hostname,
        "PORT": address.port,
    }


@contextmanager
def databases(**aliases: dict[str, Any]) -> Iterator[None]:
    """Let these be the project's databases, not yet migrated."""
    before = dict(connections.settings)
    _replace(aliases)
    try:
        yield
    finally:
        _replace(before)


def migrate(*args: str, **options: Any) -> None:
    """``manage.py migrate``."""
    call_command("migrate", *args, **{"verbosity": 0, "interactive": False, **options})


def migrate_without_groat() -> None:
    """``manage.py migrate`` of a project that has no groat yet."""
    post_migrate.disconnect(sender=apps.get_app_config("groat"), dispatch_uid="groat.migrate")
    try:
        migrate()
    finally:
        post_migrate.connect(migrate_after, sender=apps.get_app_config("groat"), dispatch_uid="groat.migrate")


def _replace(aliases: dict[str, dict[str, Any]]) -> None:
    # The thread in which async code runs sync code has connections of its own.
    for drop in (_drop, SyncToAsync.single_thread_executor.submit(_drop).result):
        drop()
    connections.settings.clear()
    connections.settings.update(connections.configure_settings(aliases))


def _drop() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close()
        del connections[connection.alias]
