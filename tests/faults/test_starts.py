"""Nodes that start: together, on a database that is newer, beside others that are older."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import IO

import pytest

from groat import Groat, StoreError
from groat.store.extension import Extension
from groat.store.postgres import PostgresStore
from tests.crash.server import SETTINGS
from tests.faults.ledgers import fresh, plain
from tests.live.waiting import until
from tests.servers import Postgres, free_port

NODES = 6


async def test_nodes_that_start_together_on_an_empty_database(postgres_server: Postgres) -> None:
    dsn = fresh(postgres_server)
    async with AsyncExitStack() as stack:
        nodes = await asyncio.gather(
            *(stack.enter_async_context(Groat.open(dsn, store=PostgresStore(dsn))) for _ in range(NODES))
        )
        await asyncio.gather(*(node.add_asset("CREDIT", 0) for node in nodes))
        await asyncio.gather(
            *(node.post([("house:x", "user:a", "1", "CREDIT")], key=f"{n}") for n, node in enumerate(nodes))
        )
        account = await nodes[0].account("user:a")
        assert account is not None
        assert account.balances[0].balance == str(NODES)
        assert (await nodes[0].verify()).ok
    async with plain(dsn) as connection:
        steps = await connection.fetch("SELECT room, number FROM groat_migration")
        assert len(steps) == len(set(steps))
        assert await connection.fetchval("SELECT count(*) FROM groat_meta WHERE name = 'epoch'") == 1


def spawn(command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stderr=log, env={**os.environ, **SETTINGS})


async def test_servers_that_start_together(postgres_server: Postgres, tmp_path: Path) -> None:
    """The same with whole processes, each of which would migrate."""
    dsn = fresh(postgres_server)
    processes = []
    try:
        for n in range(3):
            with (tmp_path / f"log-{n}").open("wb") as log:
                command = [
                    sys.executable,
                    "-m",
                    "groat",
                    "serve",
                    "--port",
                    str(free_port()),
                    "--database",
                    dsn,
                ]
                processes.append(spawn(command, log))
        logs = [tmp_path / f"log-{n}" for n in range(3)]
        await until(lambda: all("Uvicorn running" in log.read_text() for log in logs), 60)
        assert sum('"migrated"' in log.read_text() for log in logs) == 1, "one of them did it"
        for process in processes:
            process.terminate()
        assert [process.wait(30) for process in processes] == [0, 0, 0]
    finally:
        for process in processes:
            process.kill()
            process.wait(30)


async def test_a_newer_database_is_refused(postgres_server: Postgres) -> None:
    dsn = fresh(postgres_server)
    async with Groat.open(dsn) as old:
        await old.add_asset("CREDIT", 0)
        async with plain(dsn) as connection:
            await connection.execute(
                "INSERT INTO groat_migration (room, number, name) VALUES ('groat', 9999, 'of_tomorrow')"
            )
        with pytest.raises(StoreError) as caught:
            async with Groat.open(dsn):
                pass
        assert caught.value.code == "newer_database"
        # One that runs while another migrates goes on: steps only add.
        await old.post([("house:x", "user:a", "1", "CREDIT")], key="k")


def extension(directory: Path, name: str) -> Extension:
    """A program whose tables a newer node brings along."""
    migrations = directory / "migrations" / "postgres"
    migrations.mkdir(parents=True)
    (directory / "sql" / "postgres").mkdir(parents=True)
    (migrations / "0001_tables.sql").write_text(f"CREATE TABLE {name} (id bigint PRIMARY KEY);\n")
    return Extension(name, directory)


async def test_an_old_node_and_a_new_one_side_by_side(postgres_server: Postgres, tmp_path: Path) -> None:
    """The new one migrates while the old one writes; both see what the other does, and an old one can start again."""
    dsn = fresh(postgres_server)
    newer = [extension(tmp_path, "rewards")]
    stop = asyncio.Event()

    async def write(groat: Groat, who: str) -> int:
        number = 0
        while not stop.is_set():
            await groat.post([("house:x", f"user:{number % 5}", "1", "CREDIT")], key=f"{who} {number}")
            number += 1
        return number

    async with Groat.open(dsn) as old:
        await old.add_asset("CREDIT", 0)
        writing = [asyncio.create_task(write(old, "old"))]
        async with Groat.open(dsn, extensions=newer) as new:
            writing.append(asyncio.create_task(write(new, "new")))
            async with Groat.open(dsn) as again:
                await write_once(again)
            stop.set()
            written = sum(await asyncio.gather(*writing)) + 1
            views = await new.accounts("user")
            assert sum(int(view.balances[0].balance) for view in views) == written
            assert (await new.verify()).ok


async def write_once(groat: Groat) -> None:
    await groat.post([("house:x", "user:0", "1", "CREDIT")], key="again")
