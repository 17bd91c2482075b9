"""Grants as tests need them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg

from groat import Groat
from groat.engine.ids import new_id
from groat.ledger.amounts import parse_amount
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, SqliteDatabase
from tests.helpers.money import new_key


class Granting:
    """Grants to accounts of a ledger, on the clock of its database."""

    def __init__(self, groat: Groat, database: Database, clock: Clock) -> None:
        self.groat = groat
        self.database = database
        self.clock = clock

    async def __call__(
        self, account: str, amount: str, *, asset: str = "CREDIT", days: float | None = None, **terms: Any
    ) -> str:
        """Grant; the grant ends after so many days. Returns its id."""
        post = await self.groat.post([("house:promotions", account, amount, asset)], key=new_key())
        ids = {
            (path, code): id
            for path, code, id in self.database.rows("SELECT path, asset, id FROM groat_account")
        }
        now = self.clock()
        ends = "NULL" if days is None else str(now + int(days * 86_400_000_000))
        units = parse_amount(amount, await self.groat.asset(asset))
        id, live = new_id(), "1" if isinstance(self.database, SqliteDatabase) else "true"
        self.execute(
            f"INSERT INTO groat_grant VALUES ('{id}', {ids[account, asset]}, {units}, {units}, 0, 0, 0, {live}, {ends},"
            f" NULL, {ends}, {terms.get('priority', 100)}, '{terms.get('cls', 'promotional')}',"
            f" '{terms.get('cause', '')}', '{terms.get('note', '')}', NULL, '{post.id}',"
            f" {ids['house:promotions', asset]}, 1, {now})"
        )
        return id

    def execute(self, sql: str) -> None:
        """Write on a plain connection."""
        if isinstance(self.database, SqliteDatabase):
            with self.database.raw() as raw:
                raw.execute(sql)
            return

        async def write() -> None:
            connection = await asyncpg.connect(self.database.url)
            try:
                await connection.execute(sql)
            finally:
                await connection.close()

        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, write()).result()
