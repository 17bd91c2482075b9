"""Run the doctor, and look at what it tells."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jwt
import pytest

from groat.cli.doctor import CODES
from tests.helpers.secrets import JWT_SECRET, SECRET
from tests.http.serving import Process, server_process
from tests.servers import free_port

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ORIGIN = "https://app.example"


class Told(NamedTuple):
    """The diagnosis that the doctor printed as JSON, and its exit code."""

    exit: int
    findings: list[dict[str, str]]
    right: list[str]

    @property
    def codes(self) -> list[str]:
        """The codes of what is wrong and of the notes."""
        return [each["code"] for each in self.findings]

    @property
    def wrong(self) -> list[str]:
        """The codes of what is wrong."""
        return [each["code"] for each in self.findings if each["level"] == "wrong"]

    def sentence(self, code: str) -> str:
        """The sentence of the finding with this code."""
        (found,) = [each["sentence"] for each in self.findings if each["code"] == code]
        return found


class Doctor:
    """Runs the doctor with settings as flags."""

    def __init__(self, run: Run, directory: Path) -> None:
        self._run = run
        self._directory = directory

    def __call__(self, *arguments: str, **settings: Any) -> Told:
        given: dict[str, object] = {
            "secret": SECRET,
            "jwt_secret": JWT_SECRET,
            "database": f"sqlite:///{self._directory}/groat.db",
            "port": free_port(),
            **settings,
        }
        flags = [
            text for name, value in given.items() for text in (f"--{name.replace('_', '-')}", str(value))
        ]
        ran = self._run("doctor", "--json", *flags, *arguments)
        assert ran.code in (0, 1), ran
        report = json.loads(ran.out)
        assert report["ok"] is (ran.code == 0)
        assert all(
            each["code"] in CODES and each["sentence"] and each["remedy"] for each in report["findings"]
        )
        assert report["ok"] is not any(each["level"] == "wrong" for each in report["findings"])
        return Told(
            ran.code,
            report["findings"],
            [each["check"] for each in report["right"]],
        )


@pytest.fixture
def doctor(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """The doctor in this process, with no settings but those that a test gives it."""
    for name in [name for name in os.environ if name.startswith("GROAT_")]:
        monkeypatch.delenv(name)
    return Doctor(run, tmp_path)


class Served(NamedTuple):
    """A server process, and the settings by which the doctor finds it and its database."""

    process: Process
    settings: dict[str, Any]

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.settings["port"])


@contextmanager
def served(database: str, **settings: Any) -> Iterator[Served]:
    """A server with these settings; the doctor is given the same."""
    whole = {"secret": SECRET, "jwt_secret": JWT_SECRET, **settings}
    with server_process(database, **whole) as process:
        port = process.url.rpartition(":")[2]
        yield Served(process, {"database": database, **whole, "port": port})


def signed(key: Any = JWT_SECRET, algorithm: str = "HS256", headers: Any = None, **claims: Any) -> str:
    """A token of person 42, with these claims besides; None takes one out."""
    whole = {"sub": "42", "exp": int(time.time()) + 600} | claims
    kept = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm, headers=headers)


@pytest.fixture
def ledger(run: Run, tmp_path: Path) -> Path:
    """A migrated ledger of SQLite, where the doctor looks for it."""
    assert run("migrate", "--database", f"sqlite:///{tmp_path}/groat.db").code == 0
    return tmp_path / "groat.db"


def tamper(ledger: Path, *statements: str) -> None:
    """Change a ledger of SQLite by hand."""
    with closing(sqlite3.connect(ledger)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


NEWER = "INSERT INTO groat_migration (room, number, name) VALUES ('groat', 9999, 'later')"
OLDER = (
    "DELETE FROM groat_migration WHERE room = 'groat' AND number = (SELECT max(number) FROM groat_migration)"
)
PROGRAM = "INSERT INTO groat_program (name, kinds, recorded_at) VALUES ('auction', '[]', 0)"
