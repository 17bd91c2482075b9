"""What the whole run shares: private servers, started when the first test asks for them, and how it ends."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter
from argon2 import PasswordHasher
from hypothesis import settings

from tests import guard, spending
from tests.servers import Postgres, Redis, postgres, redis

# Before anything is started, for the mark is handed down.
guard.begin()

# The time that an example takes says more of the machine than of our code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


# Rooms whose files take seconds. A run begins with all others, so that no worker is alone with a long one in the end.
QUICK = ("engine", "http", "identity", "ledger", "live", "programs", "sandbox", "sheets")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the files of the quick rooms be the last ones."""
    tests = Path(__file__).parent
    quick = {tests / room for room in QUICK}
    items.sort(key=lambda item: not quick.isdisjoint(item.path.parents))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what failed, and how, for whoever runs the tests twice (tests/run.py); only the first process is told."""
    notes = os.environ.get("TESTS_FAILED_TO")
    if notes and report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        crash = getattr(report.longrepr, "reprcrash", None)
        message = crash.message if crash else report.longreprtext
        line = next((line for line in message.splitlines() if line.strip()), "no message")
        with Path(notes).open("a") as file:
            file.write(json.dumps([report.nodeid, report.when, line]) + "\n")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Tell the folders that took long, and their budgets, where the whole suite ran."""
    spent = spending.by_folder(terminalreporter.stats)
    if len(spent) > len(spending.BUDGETS_S) // 2:
        terminalreporter.section("seconds of each folder, of its budget")
        for line in spending.table(spent):
            terminalreporter.write_line(line)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hash passwords at the least cost in the run's own processes; servers that it starts hash as in production."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = functools.partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("groat.identity.passwords.PasswordHasher", cheap)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL of the run's own. Its commits need not survive a power cut, only its processes."""
    with postgres(fsync="off", full_page_writes="off") as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    """A Redis of the run's own."""
    with redis() as server:
        yield server
