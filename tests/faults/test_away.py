"""A database that is away when a server starts, or falls silent while it serves."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from groat import Groat, StoreError
from groat.store import postgres as driver
from groat.store.extension import Extension
from groat.store.flow import Flow, Query
from tests.crash.server import SETTINGS
from tests.faults.ledgers import fresh, ledger, network, plain, through
from tests.live.waiting import until
from tests.servers import Postgres, free_port, postgres

DEADLINE_S = 30.0
HANGS_S = 60.0
"""Seconds after which a caller that was told nothing counts as waiting for ever."""
ASLEEP = """
SELECT EXISTS (SELECT FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event = 'PgSleep' AND pid <> pg_backend_pid())
"""


@pytest.fixture
def database() -> Iterator[Postgres]:
    """A server of the test's own, which may be stopped."""
    with postgres(fsync="off") as server:
        yield server


class Start:
    """A `groat` that starts; ``lines`` are those of its log, each a JSON object or (the last word) text."""

    def __init__(self, folder: Path, *words: str, **environ: str) -> None:
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *(words or ("-m", "groat", "serve"))],
                stderr=log,
                cwd=folder,
                env={**os.environ, **SETTINGS, "GROAT_LOG_FORMAT": "json", **environ},
            )

    def lines(self) -> list[Any]:
        text = self._log.read_text()
        assert "Traceback" not in text, text
        return [json.loads(line) if line.startswith("{") else line for line in text.splitlines()]

    def events(self) -> list[str]:
        return [line["event"] for line in self.lines() if isinstance(line, dict)]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


async def test_a_server_waits_for_its_database(database: Postgres, tmp_path: Path) -> None:
    database.stop()
    port = free_port()
    server = Start(tmp_path, GROAT_DATABASE=database.dsn, GROAT_PORT=str(port))
    try:
        await until(lambda: server.events().count("database_away") >= 2)
        assert server.process.poll() is None
        await asyncio.to_thread(database.start)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            deadline = time.monotonic() + DEADLINE_S
            while True:
                try:
                    if (await http.get("/health/ready")).status_code == 200:
                        break
                except httpx.TransportError:
                    pass
                assert time.monotonic() < deadline, server.lines()
                await asyncio.sleep(0.05)
        away = next(line for line in server.lines() if line["event"] == "database_away")
        assert away["level"] == "warning"
        assert 0 < away["trying_for_s"] <= 30
    finally:
        server.close()


async def test_a_server_whose_database_never_comes_says_so_in_one_line(tmp_path: Path) -> None:
    begun = time.monotonic()
    server = Start(
        tmp_path,
        GROAT_DATABASE=f"postgresql://postgres:hush@127.0.0.1:{free_port()}/groat",
        GROAT_DATABASE_WAIT_S="1",
    )
    assert await asyncio.to_thread(server.process.wait, DEADLINE_S) == 2
    assert time.monotonic() - begun > 1
    *tries, word = server.lines()
    assert {line["event"] for line in tries} == {"database_away"}
    assert word.startswith("error store_unavailable: ")
    assert "hush" not in str(tries) + word


@pytest.mark.parametrize("wrong", ["/nosuch", "?sslmode=nonsense"])
async def test_what_waiting_does_not_mend_is_told_at_once(
    postgres_server: Postgres, tmp_path: Path, wrong: str
) -> None:
    dsn = postgres_server.dsn.removesuffix("/postgres") + wrong
    server = Start(tmp_path, GROAT_DATABASE=dsn, GROAT_DATABASE_WAIT_S="300")
    assert await asyncio.to_thread(server.process.wait, DEADLINE_S) == 2
    (word,) = server.lines()
    assert word.startswith("error store_unavailable: ")


async def test_a_worker_whose_database_went_says_so_without_a_traceback(tmp_path: Path) -> None:
    """Between the supervisor's own look and the worker's start it may go."""
    run = (
        "from groat import logs, settings; from groat.http import server\n"
        "s = settings.load(); logs.configure(s); server.run(s)"
    )
    worker = Start(
        tmp_path,
        "-c",
        run,
        GROAT_DATABASE=f"postgresql://postgres@127.0.0.1:{free_port()}/groat",
        GROAT_DATABASE_WAIT_S="1",
        GROAT_PORT=str(free_port()),
    )
    assert await asyncio.to_thread(worker.process.wait, DEADLINE_S) == 3
    (failed,) = [line for line in worker.lines() if line["event"] == "startup_failed"]
    assert failed["code"] == "store_unavailable"


async def balance(groat: Groat) -> str:
    view = await groat.account("user:a")
    return view.balances[0].balance if view else "0"


async def test_readers_give_up_on_a_network_that_swallows_everything(postgres_server: Postgres) -> None:
    dsn = fresh(postgres_server)
    async with network(postgres_server) as net, ledger(through(net, dsn)) as groat:
        await groat.post([("house:bonus", "user:a", "1", "CREDIT")], key="k")
        assert await balance(groat) == "1"
        net.swallow()
        # More than there are connections: who waits for one gives up, too.
        async with asyncio.timeout(HANGS_S):
            answers = await asyncio.gather(*(balance(groat) for _ in range(10)), return_exceptions=True)
        assert {getattr(answer, "code", answer) for answer in answers} == {"store_unavailable"}
        net.heal()
        assert await balance(groat) == "1"


def sleep(seconds: float) -> Flow[Any]:
    return (yield Query("sleep", (seconds,)))


def nap(seconds: float) -> Flow[Any]:
    return (yield Query("nap", (seconds,)))


@pytest.fixture
def sleeper(tmp_path: Path) -> Extension:
    """A program with a statement that takes long and may, and one that may not."""
    folder = tmp_path / "sql" / "postgres"
    folder.mkdir(parents=True)
    (tmp_path / "migrations" / "postgres").mkdir(parents=True)
    (folder / "sleeper.sql").write_text(
        "-- name: sleep :one long\nSELECT pg_sleep($1);\n-- name: nap :one\nSELECT pg_sleep($1);\n"
    )
    return Extension("sleeper", tmp_path)


async def test_a_long_statement_is_waited_for_while_the_database_answers(
    postgres_server: Postgres, sleeper: Extension, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "READ_ANSWER_S", 0.3)
    dsn = fresh(postgres_server)
    async with network(postgres_server) as net, Groat.open(through(net, dsn), extensions=[sleeper]) as groat:
        with pytest.raises(StoreError) as caught:
            await groat.read(nap, 2.0)
        assert caught.value.code == "store_unavailable"
        await groat.read(sleep, 2.0)
        asleep = asyncio.create_task(groat.read(sleep, 10 * HANGS_S))
        async with plain(dsn) as other:
            while not await other.fetchval(ASLEEP):  # noqa: ASYNC110  (the database has no event for it)
                await asyncio.sleep(0.02)
        net.swallow()
        async with asyncio.timeout(HANGS_S):
            with pytest.raises(StoreError) as caught:
                await asleep
        assert caught.value.code == "store_unavailable"
        net.heal()
        await groat.read(sleep, 0.0)
