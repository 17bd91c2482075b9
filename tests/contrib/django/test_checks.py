"""``manage.py check`` says what is wrong with the settings of groat, and what to do."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks
from django.db import connection
from django.test import override_settings

from groat.contrib.django import checks, conf
from tests.contrib.django import projects
from tests.contrib.django.sites import Site


def ids(messages: Iterable[CheckMessage]) -> list[str]:
    """The numbers of groat's messages."""
    return [message.id for message in messages if message.id and message.id.startswith("groat.")]


def check(databases: list[str] | None = None, **settings: Any) -> list[CheckMessage]:
    """Return the messages of the checks with these settings."""
    with override_settings(**settings):
        return [each for each in run_checks(databases=databases) if each.id and each.id.startswith("groat.")]


PG: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "NAME": "shop"}
SQLITE: dict[str, Any] = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/nowhere/shop.db"}
FIT = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"

ALIASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "PostgreSQL": (PG, []),
    "READ COMMITTED by name": (PG | {"OPTIONS": {"isolation_level": 2}}, []),
    "SERIALIZABLE": (PG | {"OPTIONS": {"isolation_level": 4}}, ["groat.E004"]),
    "REPEATABLE READ by option": (
        PG | {"OPTIONS": {"options": r"-c default_transaction_isolation=repeatable\ read"}},
        ["groat.E004"],
    ),
    "READ COMMITTED by option": (
        PG | {"OPTIONS": {"options": r"-c default_transaction_isolation=read\ committed -c jit=off"}},
        [],
    ),
    "PgBouncer's port": (PG | {"PORT": 6432}, ["groat.W007"]),
    "no server-side cursors": (PG | {"DISABLE_SERVER_SIDE_CURSORS": True}, ["groat.W007"]),
    "another database": ({"ENGINE": "django.db.backends.dummy", "NAME": "x"}, ["groat.E002"]),
    "SQLite as it comes": (SQLITE, ["groat.E005", "groat.E006"]),
    "SQLite as it should be": (
        SQLITE | {"OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": FIT}},
        [],
    ),
    "deferred": (SQLITE | {"OPTIONS": {"transaction_mode": "DEFERRED", "init_command": FIT}}, ["groat.E005"]),
    "no WAL": (
        SQLITE | {"OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA synchronous=FULL"}},
        ["groat.E006"],
    ),
    "synchronous NORMAL": (
        SQLITE
        | {
            "OPTIONS": {
                "transaction_mode": "immediate",
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
            }
        },
        ["groat.E006"],
    ),
}


@pytest.mark.parametrize(("alias", "expected"), ALIASES.values(), ids=list(ALIASES))
def test_the_alias_of_the_ledger_must_be_fit(alias: dict[str, Any], expected: list[str]) -> None:
    with projects.databases(default=alias):
        found = check()
    assert [each.id for each in found] == expected
    assert all(each.hint for each in found)


def test_another_alias_than_the_ledgers_is_left_alone(tmp_path: Path) -> None:
    books = projects.sqlite_alias(tmp_path / "books.db")
    with projects.databases(default=SQLITE, books=books):
        assert check(GROAT={"DATABASE": "books"}) == []


def test_a_direct_address_to_another_ledger_is_found(
    postgres_server: Any, migrated_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alias, other = (projects.postgres_alias(postgres_server, migrated_postgres) for _ in range(2))
    url = postgres_server.dsn.rpartition("/")[0]
    with projects.databases(default=alias):
        monkeypatch.setitem(conf._names, "default", alias["NAME"])
        assert check(["default"], GROAT={"DATABASE_URL": f"{url}/{alias['NAME']}"}) == []
        found = check(["default"], GROAT={"DATABASE_URL": f"{url}/{other['NAME']}"})
        assert ids(found) == ["groat.E010"]
        # A ledger that only the server would see is another one, too.
        with projects.databases(default=projects.postgres_alias(postgres_server)):
            monkeypatch.setitem(conf._names, "default", connection.settings_dict["NAME"])
            found = check(["default"], GROAT={"DATABASE_URL": f"{url}/{other['NAME']}"})
            assert ids(found) == ["groat.E010"]
        assert check(["default"], GROAT={"DATABASE_URL": "mysql://x/shop"})[0].id == "groat.E002"


def test_a_direct_address_makes_pgbouncer_right() -> None:
    with projects.databases(default=PG | {"PORT": "6432"}):
        assert check(GROAT={"DATABASE_URL": "postgresql://db/shop"}) == []


def test_a_file_that_is_in_wal_mode_stays_in_it(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as raw, raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("CREATE TABLE t (x)")
    alias = SQLITE | {"NAME": tmp_path / "shop.db", "OPTIONS": {"transaction_mode": "IMMEDIATE"}}
    with projects.databases(default=alias):
        assert check() == []


@pytest.mark.parametrize(
    ("settings", "number", "words"),
    [
        ({"SECRET_KEY": ""}, "groat.E001", "SECRET_KEY"),
        ({"GROAT": {"PROGRAMMES": 1}}, "groat.E002", "PROGRAMMES"),
        ({"GROAT": {"PROGRAMS": ["casino"]}}, "groat.E002", "casino"),
        ({"GROAT": {"SECRET": "short"}}, "groat.E002", "secret"),
        ({"GROAT": {"ROLES": {"a": "not a role"}}}, "groat.E002", "ROLES"),
        (
            {"GROAT": {"PROGRAMS": ["bank"], "OPTIONS": {"bank": {"nothing": 1}}}},
            "groat.E002",
            "options.bank.nothing",
        ),
        ({"SIMPLE_JWT": {"TOKEN_TYPE_CLAIM": None}}, "groat.E002", "TOKEN_TYPE_CLAIM"),
        ({"SIMPLE_JWT": {"ALGORITHM": "RS256"}}, "groat.E002", "VERIFYING_KEY"),
        (
            {"SIMPLE_JWT": {"ALGORITHM": "RS256", "VERIFYING_KEY": "none"}},
            "groat.E002",
            "RS256 cannot use the key",
        ),
        ({"GROAT": {"SECRET": "short"}}, "groat.E002", 'GROAT["SECRET"]'),
        ({"GROAT": {"VERIFIED_EMAIL": "mail"}}, "groat.E002", "auth.User has no field or property 'mail'"),
        ({"GROAT": {"DATABASE_URL": "postgresql:///shop"}}, "groat.E002", "DATABASE_URL"),
    ],
)
def test_settings_that_cannot_be_used_are_errors(settings: dict[str, Any], number: str, words: str) -> None:
    (found,) = check(**settings)
    assert (found.id, found.level) == (number, 40)
    assert words in found.msg


def test_keys_that_can_be_guessed_are_told_but_not_in_development() -> None:
    weak: dict[str, Any] = {"SECRET_KEY": "secret" * 9, "SIMPLE_JWT": {"SIGNING_KEY": "a" * 40}}
    found = check(**weak)
    assert [each.id for each in found] == ["groat.W009", "groat.W009"]
    assert not any("aaa" in each.msg or "secretsecret" in each.msg for each in found)
    assert check(**weak, DEBUG=True) == []


@pytest.fixture
def other_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An app of the project that serves Socket.IO itself."""
    commands = tmp_path / "socketio_app" / "management" / "commands"
    commands.mkdir(parents=True)
    for folder in (commands, commands.parent, commands.parent.parent):
        (folder / "__init__.py").touch()
    (commands / "run_socketio.py").write_text(
        "from django.core.management.base import BaseCommand as Command\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return "socketio_app"


def test_another_app_with_the_command_is_found(other_app: str) -> None:
    (after,) = check(INSTALLED_APPS=[*projects.APPS, other_app])
    assert (after.id, "socketio_app" in after.msg) == ("groat.W003", True)
    assert "runs that of groat.contrib.django" in after.msg
    (before,) = check(INSTALLED_APPS=[other_app, *projects.APPS])
    assert before.id == "groat.E003"
    assert "runs that of socketio_app" in before.msg


def test_steps_that_are_missing_are_told_where_the_database_is_asked(alias: dict[str, Any]) -> None:
    with projects.databases(default=alias):
        assert ids(check()) == []
        (found,) = check(["default"])
        assert found.id == "groat.W008"
        assert "groat 0001" in found.msg
        assert found.hint == "python manage.py migrate applies them."
        projects.migrate()
        assert check(["default"]) == []


def test_migrate_does_not_ask_for_itself(alias: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["manage.py", "migrate"])
    with projects.databases(default=alias):
        assert check(["default"]) == []
        # With this option it applies nothing, and Django's own migration may long be applied.
        monkeypatch.setattr(sys, "argv", ["manage.py", "migrate", "--check"])
        assert ids(check(["default"])) == ["groat.W008"]


def test_the_level_that_the_database_itself_sets_is_found(postgres_server: Any) -> None:
    alias = projects.postgres_alias(postgres_server)
    with projects.databases(default=alias):
        projects.migrate()
        with connection.cursor() as cursor:
            cursor.execute(
                f"ALTER DATABASE {alias['NAME']} SET default_transaction_isolation = 'serializable'"
            )
        connection.close()
        assert ids(check(["default"])) == ["groat.E004"]


def test_a_command_stops_at_an_error_and_says_it(tmp_path: Path) -> None:
    site = Site(tmp_path, {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "shop.db")})
    said = site.manage("run_socketio", code=1)
    assert "groat.E005" in said
    assert '"transaction_mode": "IMMEDIATE"' in said


def test_each_number_is_documented() -> None:
    source = Path(checks.__file__).read_text(encoding="utf-8")
    numbers = {f"groat.E{int(number):03}" for number in re.findall(r"_error\(\s*(\d+)", source)}
    numbers |= set(re.findall(r"groat\.W\d{3}", source)) | {"groat.W003", "groat.E003"}
    page = (Path(__file__).parents[3] / "docs" / "django.md").read_text(encoding="utf-8")
    assert len(numbers) == 11
    assert {number for number in numbers if f"`{number}`" not in page} == set()
