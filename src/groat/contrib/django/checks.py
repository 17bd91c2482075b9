"""System checks: what in the project's settings or database keeps groat from working, and what to do.

``manage.py check`` runs those of the settings, and so does every command before it starts; ``manage.py check --database
default`` and ``migrate`` run those of the database, too.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings as project
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.checks import CheckMessage, Tags
from django.core.exceptions import ImproperlyConfigured
from django.core.management import find_commands
from django.db import DatabaseError, connections, transaction
from django.utils.encoding import force_str

from groat.contrib.django import conf, migrating
from groat.contrib.django.wording import in_project
from groat.ledger.errors import GroatError
from groat.settings import SECRET_BITS_MIN, SECRET_LENGTH_MIN, Settings, SettingsError, require_secrets
from groat.store.history import KEPT_PLACE
from groat.strength import guess_bits

COMMAND = "run_socketio"
POOLER_PORT = "6432"
CONNECT_S = 5
_FIT_LEVELS = {None, 1, 2}
"""psycopg's numbers of READ UNCOMMITTED, which PostgreSQL treats as READ COMMITTED, and of READ COMMITTED."""
_FIT_NAMES = ("read committed", "read uncommitted")
_ISOLATION = re.compile(r"default_transaction_isolation\s*=\s*'?([a-z\\ ]+)", re.IGNORECASE)
_WAL_HEADER = b"\x02\x02"
FULL = 2

_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"


def register() -> None:
    """Register the checks with Django."""
    checks.register(check_project, "groat")
    checks.register(check_commands, Tags.commands)
    checks.register(check_database, Tags.database)


def check_project(app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """Check ``GROAT``, the secrets, and the alias of the ledger as ``DATABASES`` describes it."""
    try:
        settings = conf.settings()
        require_secrets(settings)
        for program in conf.programs():
            from groat.programs.own_settings import check_settings

            check_settings(program, settings)
        conf.roles()
        _check_tokens(settings)
        _check_email()
    except ImproperlyConfigured as error:
        return [_error(1, str(error), "groat derives its secrets from SECRET_KEY; give the project one.")]
    except GroatError as error:
        return [
            _error(
                2,
                in_project(error.detail),
                f"groat's settings are described in docs/django.md ({error.code}).",
            )
        ]
    connection: Any = connections[conf.database_alias()]
    look = _check_sqlite if connection.vendor == "sqlite" else _check_postgres
    return [*_check_keys(settings), *look(connection)]


def check_commands(app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """Check that no other app has a command ``run_socketio``."""
    having = [
        each
        for each in apps.get_app_configs()
        if COMMAND in find_commands(str(Path(each.path) / "management"))
    ]
    ours = apps.get_app_config("groat")
    others = [each.name for each in having if each is not ours]
    if not others:
        return []
    # Django takes the command of the app that is listed first.
    is_first = having[0] is ours
    told = f"{', '.join(others)} has a command {COMMAND}, too; Django runs that of {having[0].name}."
    hint = "Take the other app out of INSTALLED_APPS once its pages connect to groat, or rename its command."
    if not is_first:
        hint += ' Until then put "groat.contrib.django" before it.'
    return [
        (checks.Warning if is_first else checks.Error)(
            told, hint=hint, id=f"groat.{'W' if is_first else 'E'}003"
        )
    ]


def check_database(
    app_configs: Sequence[AppConfig] | None = None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Check the ledger's database itself: its isolation level, and whether steps of groat are missing."""
    try:
        alias = conf.database_alias()
        if alias not in (databases or ()):
            return []
        found = [*_check_isolation(alias), *_check_address(alias)]
        missing = migrating.missing()
    except (GroatError, DatabaseError, ImproperlyConfigured):
        # Commands that need the database say what is wrong with it.
        return []
    # The command that applies them runs this check, too, just before it does; with these options it applies nothing.
    applies = sys.argv[1:2] == ["migrate"] and not {"--check", "--plan"}.intersection(sys.argv)
    if missing and not applies:
        steps = ", ".join(f"{step.room} {step.number:04}" for step in missing)
        command = "migrate" if alias == "default" else f"migrate --database {alias}"
        found.append(
            checks.Warning(
                f"The ledger's database lacks steps of groat: {steps}.",
                hint=f"python manage.py {command} applies them.",
                id="groat.W008",
            )
        )
    return found


def _check_tokens(settings: Settings) -> None:
    if any(not each.algorithm.startswith("HS") for each in settings.issuers):
        # Every command loads this file, and secrets in texts need no look at their form.
        from groat.identity.tokens import Tokens

        Tokens(settings)


def _check_email() -> None:
    name = conf.given().get("VERIFIED_EMAIL")
    if name and not (apps.is_installed(migrating.AUTH) and hasattr(get_user_model(), str(name))):
        raise SettingsError(
            "setting_invalid",
            f'GROAT["VERIFIED_EMAIL"]: {conf.user_model()} has no field or property {name!r}',
            setting="verified_email",
        )


def _check_keys(settings: Settings) -> Iterator[CheckMessage]:
    """Warn of keys from which anybody could make a token; in development they do not matter."""
    if project.DEBUG:
        return
    names = {
        each.key: "The key of SIMPLE_JWT" for each in settings.issuers if each.algorithm.startswith("HS")
    }
    names[force_str(project.SECRET_KEY)] = "SECRET_KEY"
    for key, name in names.items():
        if len(key.encode()) < SECRET_LENGTH_MIN or guess_bits(key) < SECRET_BITS_MIN:
            yield checks.Warning(
                f"{name} is short, or can be guessed.",
                hint="Whoever guesses it makes tokens for anybody. Take a random one of 50 characters, as startproject"
                " makes it, and move the old one to SECRET_KEY_FALLBACKS for a while.",
                id="groat.W009",
            )


def _check_postgres(connection: Any) -> Iterator[CheckMessage]:
    options = connection.settings_dict.get("OPTIONS", {})
    level = options.get("isolation_level")
    told = _ISOLATION.search(str(options.get("options", "")))
    name = told[1].replace("\\", "").strip().lower() if told else ""
    if level not in _FIT_LEVELS or (name and name not in _FIT_NAMES):
        yield _isolation(connection.alias)
    pooled = connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS") or (
        str(connection.settings_dict.get("PORT")) == POOLER_PORT
    )
    if pooled and not conf.given().get("DATABASE_URL"):
        yield checks.Warning(
            f"DATABASES[{connection.alias!r}] looks like PgBouncer, and GROAT has no DATABASE_URL.",
            hint="Behind a pooler the live server has no LISTEN and no prepared statements: it works, and hears of"
            ' commits by polling. Give it the direct address as GROAT["DATABASE_URL"] = "postgresql://..."',
            id="groat.W007",
        )


def _check_isolation(alias: str) -> Iterator[CheckMessage]:
    connection = connections[alias]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW default_transaction_isolation")
            if cursor.fetchone()[0] not in _FIT_NAMES:
                yield _isolation(alias)


def _check_address(alias: str) -> Iterator[CheckMessage]:
    """Find a direct address that leads to another ledger, which pages would be shown in vain."""
    if not conf.given().get("DATABASE_URL") or conf.is_test_database():
        return
    import psycopg

    try:
        with psycopg.connect(conf.database_url(), connect_timeout=CONNECT_S) as direct:
            there = direct.execute(KEPT_PLACE).fetchone()
    except psycopg.Error:
        # No server that can be reached, or no ledger yet: whoever needs it says so.
        return
    try:
        # In a block of its own, for a table may be missing.
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute(KEPT_PLACE)
            here = cursor.fetchone()
    except DatabaseError:
        here = None
    if here != there:
        yield _error(
            10,
            f'GROAT["DATABASE_URL"] leads to another ledger than DATABASES[{alias!r}].',
            "What the project posts would never be shown. Give the address of the same database, past the pooler.",
        )


def _isolation(alias: str) -> CheckMessage:
    return _error(
        4,
        f"DATABASES[{alias!r}] has another isolation level than READ COMMITTED.",
        "groat locks rows first and reads what the locks guard later, which needs READ COMMITTED. Remove"
        " isolation_level from OPTIONS, and default_transaction_isolation where it is set.",
    )


def _check_sqlite(connection: Any) -> Iterator[CheckMessage]:
    if connection.is_in_memory_db():
        return
    options = connection.settings_dict.get("OPTIONS", {})
    where = f"DATABASES[{connection.alias!r}]['OPTIONS']"
    if str(options.get("transaction_mode", "")).upper() not in ("IMMEDIATE", "EXCLUSIVE"):
        yield _error(
            5,
            f"{where} has no transaction_mode IMMEDIATE.",
            "SQLite's deferred transactions fail at once with SQLITE_BUSY_SNAPSHOT when another process has written."
            ' Add "transaction_mode": "IMMEDIATE".',
        )
    journal, synchronous = _pragmas(str(options.get("init_command", "")))
    if (journal != "wal" and not _is_wal(connection.settings_dict["NAME"])) or synchronous < FULL:
        yield _error(
            6,
            f"{where} gives SQLite no write-ahead log with full synchronisation.",
            f'A commit must outlast a power cut, and readers must not wait. Add "init_command": "{_PRAGMAS}".',
        )


def _pragmas(init_command: str) -> tuple[str, int]:
    """Return journal mode and synchronisation of a connection of Django's, tried on a file of its own."""
    with (
        TemporaryDirectory(prefix="groat-check-") as folder,
        closing(sqlite3.connect(Path(folder) / "empty.db", isolation_level=None)) as connection,
    ):
        # Django reports a command that SQLite does not understand when it connects.
        with suppress(sqlite3.Error):
            connection.executescript(init_command)
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
        return journal, synchronous


def _is_wal(name: Any) -> bool:
    """Return whether the file is in WAL mode already, which it then keeps."""
    try:
        with Path(str(name)).open("rb") as file:
            return file.read(20)[18:20] == _WAL_HEADER
    except OSError:
        return False


def _error(number: int, message: str, hint: str) -> CheckMessage:
    return checks.Error(message, hint=hint, id=f"groat.E{number:03}")
