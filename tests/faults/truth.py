"""What is so: the PostgreSQL database as read by plain SQL, to be compared as the trials on SQLite do."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

import asyncpg

from tests.crash.truth import Database, Standing, Stream


class PostgresTruth(Database):
    """Everything of a database that the trials compare with, read at once."""

    def __init__(self) -> None:
        self.epoch = ""
        self.keys: set[str] = set()
        self.transactions: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.kinds: dict[str, str] = {}
        self.accounts: dict[tuple[str, str], Standing] = {}
        self.streams: dict[str, Stream] = defaultdict(lambda: Stream(self.epoch, []))
        self.chains: dict[str, list[tuple[str, str]]] = defaultdict(list)

    @classmethod
    async def read(cls, dsn: str) -> PostgresTruth:
        connection = await asyncpg.connect(dsn)
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                truth = cls()
                await truth._read(connection)
                return truth
        finally:
            await connection.close()

    async def _read(self, connection: Any) -> None:
        self.epoch = await connection.fetchval("SELECT value FROM groat_meta WHERE name = 'epoch'")
        self.keys = {
            digest.hex() for (digest,) in await connection.fetch("SELECT uuid_send(digest) FROM groat_key")
        }
        for id, kind, principal, key in await connection.fetch(
            "SELECT id::text, kind, principal, key FROM groat_txn ORDER BY id"
        ):
            self.kinds[id] = kind
            self.transactions[principal, key].append(id)
        for path, asset, balance, held, version, scale in await connection.fetch(
            "SELECT path, asset, credits - debits, debits_pending, version, scale"
            " FROM groat_account JOIN groat_asset ON code = asset"
        ):
            self.accounts[path, asset] = Standing(
                Decimal(balance).scaleb(-scale), Decimal(held).scaleb(-scale), version
            )
        events: dict[str, list[tuple[int, Any]]] = defaultdict(list)
        for name, offset, data in await connection.fetch(
            'SELECT name, "offset", data FROM groat_event JOIN groat_stream ON id = stream ORDER BY name, "offset"'
        ):
            events[name].append((offset, json.loads(data)))
        for name, generation, head in await connection.fetch(
            "SELECT name, generation, head FROM groat_stream"
        ):
            assert generation == 0, f"{name} began anew, which only lost history makes it do"
            stream = self.streams[name] = Stream(self.epoch, events[name])
            assert stream.head == head
            assert [offset for offset, _ in stream.events] == list(range(1, head + 1))
        for worker, previous, digest in await connection.fetch(
            "SELECT worker, previous, hash FROM groat_batch ORDER BY id"
        ):
            self.chains[worker].append((previous, digest))

    def check_chains(self) -> None:
        """Each worker's batches name each other in order."""
        for worker, links in self.chains.items():
            ends = ["", *(digest for _, digest in links)]
            assert [previous for previous, _ in links] == ends[:-1], worker
