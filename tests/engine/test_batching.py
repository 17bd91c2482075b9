"""Rule 7: the result does not depend on where batches are cut. Batch = serial."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groat import Groat, Refusal
from tests.engine.commands import ASSETS, PATHS, command_of, drawn, resolved
from tests.helpers.clock import Clock
from tests.helpers.databases import SqliteDatabase


def id_source() -> Callable[[], str]:
    """Ids in the order of the commands; what the writer makes in its own thread (expiries) counts apart."""
    loop_thread = threading.current_thread()
    commands, others = count(), count()

    def new_id() -> str:
        if threading.current_thread() is loop_thread:
            return f"00000000-0000-7000-8000-{next(commands):012}"
        return f"00000000-0000-7000-9000-{next(others):012}"

    return new_id


def calls_of(commands: list[Any], now: int) -> list[tuple[str, Any]]:
    """Keys and tuples; what a command names is one that came before, perhaps in the same batch."""
    # The facade's worker takes the first id.
    number = count(1)
    holds: list[str] = []
    transactions: list[str] = []
    calls: list[tuple[str, Any]] = []
    for index, command in enumerate(commands):
        call = resolved(command, holds, transactions, now)
        ids = [
            f"00000000-0000-7000-8000-{next(number):012}"
            for _ in range(len(call[1]) if call[0] == "bulk" else 1)
        ]
        (holds if call[0] == "hold" else transactions).extend(ids)
        # Every seventh call uses the key of an earlier one, and every second of these has its body too.
        earlier = calls[index // 2] if calls and index % 7 == 6 else None
        if earlier is None:
            calls.append((f"key-{index}", call))
        else:
            calls.append(earlier if index % 2 else (earlier[0], call))
    return calls


async def outcome(commands: list[Any], batch_max: int) -> Any:
    """Everything that can be seen after the commands were given at once, in batches of at most ``batch_max``."""
    clock = Clock()
    with TemporaryDirectory() as directory, patch("groat.engine.groat.new_id", id_source()):
        database = SqliteDatabase(Path(directory))
        async with Groat.open(database.url, store=database.store(clock), batch_max=batch_max) as groat:
            for code in ASSETS:
                await groat.add_asset(code, 0)
            verdicts = await groat.execute_many([command_of(*call) for call in calls_of(commands, clock())])
            streams = {name: await groat.streams.read(name, 0) for name in ("user:a", "user:b")}
            entries = [await groat.entries(path, code, limit=1_000) for path in PATHS for code in ASSETS]
            views = await groat.transactions()
            assert (await groat.verify()).ok
            batches = database.rows("SELECT count(*) FROM groat_batch")[0][0]
            told = [
                v if isinstance(v, Refusal) else (v.bulk_view() if v.command.kind == "bulk" else v.view())
                for v in verdicts
            ]
            seen = (told, await groat.accounts(limit=1_000), streams, entries, views)
            # Each database has an epoch of its own; all else must be the same.
            return batches, re.sub(rb'"[0-9a-f]{8}:', b'"epoch:', msgspec.json.encode(seen))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(commands=st.lists(drawn, min_size=20, max_size=50))
def test_the_result_does_not_depend_on_where_batches_are_cut(commands: list[Any]) -> None:
    alone = asyncio.run(outcome(commands, batch_max=1))
    for batch_max in (7, 1_000):
        together = asyncio.run(outcome(commands, batch_max=batch_max))
        assert together[1] == alone[1]
        assert together[0] <= alone[0]
