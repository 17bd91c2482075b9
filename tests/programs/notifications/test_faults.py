"""A fault at any statement of a notification, or of its reading, leaves nothing half written; the retry settles it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from groat import Groat, StoreError
from groat.ledger.errors import Refusal, Unavailable
from groat.programs.notifications.commands import MarkRead, Read, SetChannels
from groat.store.batch import Done
from tests.helpers.clock import Clock
from tests.helpers.databases import SqliteDatabase
from tests.helpers.fixtures import sqlite
from tests.store.test_faults import Faults, content

__all__ = ["sqlite"]

READS = (Read("user:42", 0, (1,)), Read("role:all", 1))


def marking(groat: Groat) -> Awaitable[Done | Refusal]:
    return groat.execute(MarkRead(principal="user:42", key="k", reader="user:42", wish=(), reads=READS))


CALLS: dict[str, tuple[Callable[[Groat], Awaitable[Any]], set[str]]] = {
    "notify": (
        lambda groat: groat.notify("user:42", "Hello", key="k"),
        {"insert_notifications", "write_notification_boxes", "insert_outbox", "insert_events"},
    ),
    "read": (
        marking,
        {"write_notification_boxes", "write_notification_marks", "insert_events"},
    ),
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_fault_at_every_statement(sqlite: SqliteDatabase, clock: Clock, name: str) -> None:
    call, written = CALLS[name]
    faults = Faults()
    store = sqlite.store(clock, before_query=faults, extensions=Groat.standing)
    async with Groat.open(sqlite.url, store=store) as groat:
        wanted = SetChannels(principal="service:shop", key="w", reader="user:42", channels={"*": ("email",)})
        await groat.execute(wanted)
        await groat.notify("user:42", "before", key="one")
        await groat.notify("all", "before", key="two")
        # The first run in the background began before this one and is over, so no fault is spent on it.
        await groat.prune()
        before = content(sqlite)
        tried: set[str] = set()
        for number in range(99):
            faults.arm(number, Unavailable())
            try:
                await call(groat)
            except StoreError:
                tried.add(faults.seen[-1])
                assert content(sqlite) == before, (number, faults.seen)
            else:
                break
        assert written | {"begin_batch", "insert_keys", "commit"} <= tried
        faults.arm(None)
        after = content(sqlite)
        assert after != before
        again = await call(groat)
        assert again.replayed
        assert content(sqlite) == after
        snapshot = await groat.streams.snapshot("user:42")
        said = msgspec.json.decode(snapshot.data)["notifications"]
        assert (said["total"], said["unread"]) == ((2, 2) if name == "notify" else (1, 0))
