"""Floors in the past, for whoever asks: the verdicts of one batch are those of one post after the other."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from groat import Groat, Refusal
from groat.ledger.commands import Post, Posting
from tests.helpers.clock import Clock
from tests.helpers.databases import Database

ACCOUNTS = ("user:a", "user:b", "house:x")
S = 1_000_000


class Model:
    """The books by effective dates, and nothing clever."""

    def __init__(self) -> None:
        self.changes: list[tuple[int, str, int]] = []

    def lowest(self, path: str, since: int) -> int:
        moments = {since, *(at for at, who, _ in self.changes if who == path and at > since)}
        return min(sum(d for at, who, d in self.changes if who == path and at <= m) for m in moments)

    def decide(self, post: Post, now: int) -> str:
        at = post.effective_at if post.effective_at is not None else now
        before = list(self.changes)
        net: dict[str, int] = {}
        for leg in post.postings:
            for path, delta in ((leg.source, -leg.amount), (leg.destination, leg.amount)):
                self.changes.append((at, path, delta))
                net[path] = net.get(path, 0) + delta
        losers = [path for path, delta in net.items() if delta < 0 and path.startswith("user:")]
        if any(sum(d for _, who, d in self.changes if who == path) < 0 for path in losers):
            self.changes = before
            return "insufficient_funds"
        if post.check_past and any(self.lowest(path, at) < 0 for path in losers):
            self.changes = before
            return "past_floor"
        return "ok"


def posts(dice: random.Random, now: int, count: int) -> Sequence[Post]:
    made = []
    for number in range(count):
        legs = []
        for _ in range(dice.choice((1, 1, 1, 2))):
            source, destination = dice.sample(ACCOUNTS, 2)
            legs.append(Posting(source, destination, dice.randint(1, 9), "CREDIT"))
        at = dice.choice((None, now - dice.randint(0, 30) * S))
        made.append(
            Post(principal="service:t", key=f"p{number}", postings=tuple(legs), effective_at=at,
                 check_past=dice.random() < 0.7)
        )  # fmt: skip
    return made


@pytest.mark.parametrize("seed", range(6))
async def test_batch_is_serial(database: Database, clock: Clock, seed: int) -> None:
    print(f"seed {seed}")
    dice, model = random.Random(seed), Model()
    clock.advance(100)
    async with Groat.open(database.url, store=database.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        seen = set()
        for round_ in range(3):
            batch = list(posts(dice, clock(), 25))
            for post in batch:
                post.key = f"{round_}/{post.key}"
            expected = [model.decide(post, clock()) for post in batch]
            verdicts = await groat.execute_many(batch)
            assert [v.code if isinstance(v, Refusal) else "ok" for v in verdicts] == expected
            seen |= set(expected)
            clock.advance(7)
        assert "ok" in seen
        assert "past_floor" in seen
        assert (await groat.verify()).ok


async def test_more_past_than_is_looked_at(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groat.ledger.book.PAST_MAX", 3)
    monkeypatch.setattr("groat.store.beside.PAST_MAX", 3)
    async with Groat.open(database.url, store=database.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        for number in range(4):
            clock.advance(10)
            await groat.post([("house:x", "user:a", "5", "CREDIT")], key=f"{number}")
        out = Posting("user:a", "house:x", 1, "CREDIT")
        codes = []
        for since in (25, 35):
            post = Post(principal="service:t", key=f"at/{since}", postings=(out,),
                        effective_at=clock() - since * S, check_past=True)  # fmt: skip
            codes.append(await groat.execute(post))
        assert not isinstance(codes[0], Refusal)
        assert isinstance(codes[1], Refusal)
        assert (codes[1].code, codes[1].detail.split(" ", 1)[0]) == ("past_floor", "More")
