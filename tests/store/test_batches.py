"""A batch takes as many statements as another one, however large it is."""

from __future__ import annotations

from collections import Counter

from groat import Groat
from groat.ledger.commands import Post, Posting
from groat.store.batch import Done
from tests.helpers.databases import Database

USERS = 50


def posts(name: str, count: int) -> list[Post]:
    return [
        Post(
            principal="service:shop",
            key=f"{name}-{number}",
            reason="",
            postings=(Posting("house:bonus", f"user:{number % USERS}", 5, "CREDIT"),),
        )
        for number in range(count)
    ]


async def test_statements_do_not_grow_with_the_batch(database: Database) -> None:
    seen = Counter[str]()
    store = database.store(before_query=lambda query: seen.update([query.name]))
    async with Groat.open(database.url, store=store, batch_max=10_000) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.execute_many(posts("open", USERS))
        counts = []
        for size in (800, 4_000):
            # The batch that runs when this one comes, if any, is over.
            await groat.execute(posts(f"before {size}", 1)[0])
            seen.clear()
            batches = groat.committer.stats.batches
            done = await groat.execute_many(posts(f"{size}", size))
            assert all(isinstance(each, Done) for each in done)
            assert groat.committer.stats.batches - batches <= 2
            counts.append(seen.total() / (groat.committer.stats.batches - batches))
        assert counts[0] == counts[1]
        assert max(counts) < 30
        assert (await groat.verify()).ok
