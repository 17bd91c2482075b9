"""``groat doctor`` beside real servers, with faults made for each of its findings."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jwt
import pytest

from groat.cli.doctor import CODES
from tests.cli.conftest import Run
from tests.helpers.secrets import JWT_SECRET, SECRET
from tests.http.serving import Process, server_process
from tests.servers import free_port

ORIGIN = "https://app.example"


class Told(NamedTuple):
    """What the doctor printed as JSON, and its exit code."""

    exit: int
    codes: list[str]
    findings: list[dict[str, str]]
    right: list[str]

    def sentence(self, code: str) -> str:
        """The sentence of the finding with this code."""
        (found,) = [each["sentence"] for each in self.findings if each["code"] == code]
        return found


class Doctor:
    """Runs the doctor with settings as flags; a server is one that it is to find at host and port."""

    def __init__(self, run: Run, directory: Path) -> None:
        self._run = run
        self._directory = directory

    def __call__(self, *arguments: str, server: Process | None = None, **settings: Any) -> Told:
        given: dict[str, object] = {
            "secret": SECRET,
            "jwt_secret": JWT_SECRET,
            "database": f"sqlite:///{self._directory}/groat.db",
            "port": server.url.rpartition(":")[2] if server else free_port(),
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
            [each["code"] for each in report["findings"]],
            report["findings"],
            [each["check"] for each in report["right"]],
        )


@pytest.fixture
def doctor(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """The doctor in this process, with no settings but those that a test gives it."""
    for name in [name for name in os.environ if name.startswith("GROAT_")]:
        monkeypatch.delenv(name)
    return Doctor(run, tmp_path)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server as it should be."""
    database = tmp_path_factory.mktemp("doctor") / "groat.db"
    with server_process(database, jwt_secret=JWT_SECRET, origins=ORIGIN) as process:
        process.database = f"sqlite:///{database}"  # type: ignore[attr-defined]
        yield process


def signed(key: str = JWT_SECRET, algorithm: str = "HS256", headers: Any = None, **claims: Any) -> str:
    """A token of person 42, with these claims besides; None takes one out."""
    whole = {"sub": "42", "exp": int(time.time()) + 600} | claims
    kept = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm, headers=headers)


# All is well.


def test_before_the_first_start_all_is_well(doctor: Doctor) -> None:
    report = doctor()
    assert (report.exit, report.codes) == (0, ["server_not_running", "database_empty"])
    assert report.right == ["settings", "secrets"]


def test_beside_a_server_all_is_well(doctor: Doctor, server: Process) -> None:
    database = server.database  # type: ignore[attr-defined]
    report = doctor("--origin", ORIGIN, server=server, database=database)
    assert (report.exit, report.findings) == (0, [])
    assert report.right == [
        "settings", "secrets", "port", "database", "server", "clock", "origin", "token", "stream", "websocket",
        "socketio",
    ]  # fmt: skip


def test_it_tells_people_what_to_do(run: Run, doctor: Doctor) -> None:
    ran = run("doctor", "--port", str(free_port()))
    assert ran.code == 1
    assert "WRONG: secret_missing\n  jwt_secret is not set\n  To do: Make one with: python3 -c" in ran.out
    assert "note: server_not_running\n" in ran.out
    assert "right: settings: every value fits\n" in ran.out


def test_codes_are_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    for name, code in CODES.items():
        shown = "" if code.level == "wrong" else " *(note)*"
        assert f"| `{name}`{shown} | {code.meaning} | {code.remedy} |\n" in page


# Settings and secrets.


def test_bad_settings_are_findings(doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "groat.toml"
    config.write_text('batch_max = "many"\nno_such = 1\n')
    monkeypatch.setenv("GROAT_WORKERS", "none")
    monkeypatch.setenv("GROAT_DATABSE", "sqlite:///x.db")
    report = doctor("--config", str(config), jwt_algorithm="HS257", origins="https://a.example/app,*")
    assert report.exit == 1
    assert report.codes[:6] == [
        "setting_invalid", "setting_unknown", "setting_invalid", "setting_invalid", "variable_unknown",
        "origin_malformed",
    ]  # fmt: skip
    assert "GROAT_DATABASE is meant" in report.sentence("variable_unknown")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"secret": ""}, "secret_missing"),
        ({"jwt_secret": "short"}, "secret_too_short"),
        ({"jwt_secret": "a" * 40}, "secret_weak"),
        ({"secret": JWT_SECRET}, "secrets_equal"),
        ({"workers": 2}, "needs_postgres"),
        ({"run_dir": "/no/such/folder"}, "setting_invalid"),
        ({"programs": "nothing"}, "program_unusable"),
        ({"otlp_endpoint": "http://127.0.0.1:9"}, "otel_missing"),
        ({"database": "mysql://somewhere"}, "database_address_wrong"),
        ({"database": "postgresql://127.0.0.1:9/groat"}, "database_unreachable"),
        ({"database": "sqlite:////dev/null/groat.db"}, "database_unreachable"),
        ({"host": "203.0.113.1"}, "address_unavailable"),
    ],
)
def test_a_bad_value_is_a_finding(
    doctor: Doctor, settings: dict[str, Any], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if code == "otel_missing":
        monkeypatch.setattr("groat.tracing.find_spec", lambda _: None, raising=True)
    report = doctor(**settings)
    assert report.exit == 1
    assert [each["code"] for each in report.findings if each["level"] == "wrong"] == [code]


def test_settings_files_that_cannot_be_read(doctor: Doctor, tmp_path: Path) -> None:
    assert "config_not_found" in doctor("--config", str(tmp_path / "none.toml")).codes
    (tmp_path / "bad.toml").write_text("= 1")
    assert "config_unreadable" in doctor("--config", str(tmp_path / "bad.toml")).codes
