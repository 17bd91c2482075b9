"""Command kinds are open to programs: a made-up one shares the road, the locks, the idempotency and the outbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from groat import Groat, Refusal, StoreError
from groat.ledger.commands import Command
from groat.store.batch import Done
from tests.engine.vouchers import VOUCHERS, Issue, Redeem
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import give, standing


@pytest.fixture
async def shop(database: Database, clock: Clock) -> AsyncIterator[Groat]:
    """A ledger with the vouchers' tables."""
    async with Groat.open(database.url, store=database.store(clock, extensions=[VOUCHERS])) as groat:
        await groat.add_asset("CREDIT", 0)
        yield groat
        report = await groat.verify()
        assert report.ok, report.problems


def issue(voucher: str, owner: str = "user:a", amount: int | None = 7, key: str = "") -> Issue:
    return Issue(
        principal="service:shop", key=key or f"issue {voucher}", voucher=voucher, owner=owner, amount=amount
    )


def redeem(voucher: str, key: str) -> Redeem:
    return Redeem(principal="service:shop", key=key, voucher=voucher)


async def codes(groat: Groat, *commands: Command) -> list[str]:
    """What each of the commands, given at once, is answered."""
    answers = await asyncio.gather(*map(groat.execute, commands), return_exceptions=True)
    return [a.code if isinstance(a, Refusal | StoreError) else type(a).__name__ for a in answers]


async def test_a_kind_that_moves_no_money_writes_its_rows(shop: Groat, database: Database) -> None:
    verdict = await shop.execute(issue("v1"))
    assert isinstance(verdict, Done)
    assert (verdict.extra, verdict.transactions) == ({"voucher": "v1"}, [])
    assert database.rows("SELECT id, amount, owner, redeemed FROM vouchers_voucher") == [
        ("v1", 7, "user:a", 0)
    ]
    again = await shop.execute(issue("v1"))
    assert isinstance(again, Done)
    assert (again.replayed, again.extra) == (True, {"voucher": "v1"})
    assert await codes(shop, issue("v1", key="another")) == ["voucher_exists"]


async def test_money_rows_and_events_are_in_one_commit(shop: Groat, database: Database) -> None:
    await shop.execute(issue("v1"))
    verdict = await shop.execute(redeem("v1", "k"))
    assert isinstance(verdict, Done)
    view = verdict.view()
    assert verdict.extra == {"left": 0}
    assert (view.kind, set(view.positions)) == ("voucher_redeem", {"user:a", "role:staff"})
    assert await standing(shop, "user:a") == ("7", "0", "7", 1)
    assert database.rows("SELECT redeemed FROM vouchers_voucher") == [(1,)]
    told: dict[str, dict[str, Any]] = {}
    for stream in ("user:a", "role:staff"):
        (event,) = await shop.streams.read(stream, 0)
        told[stream] = msgspec.json.decode(event.data)
    assert {event["transaction"] for event in told.values()} == {view.id}
    assert {event["type"] for event in told.values()} == {"voucher_redeemed"}
    # The owner hears what changed and what the program says; staff only the latter.
    assert [c["balance"] for c in told["user:a"]["changes"]] == ["7"]
    assert told["user:a"]["data"] == {"voucher": "v1"}
    assert told["role:staff"]["data"] == {"voucher": "v1", "amount": 7}
    assert "changes" not in told["role:staff"]


async def test_a_race_is_won_once(shop: Groat) -> None:
    await shop.execute(issue("v1"))
    answers = await codes(shop, *(redeem("v1", f"k{n}") for n in range(20)))
    assert sorted(answers) == ["Done"] + ["voucher_redeemed"] * 19
    assert (await standing(shop, "user:a")).balance == "7"
    # The refusals are frozen like any other.
    assert sorted(await codes(shop, *(redeem("v1", f"k{n}") for n in range(20)))) == sorted(answers)
    assert (await shop.streams.heads(["role:staff"]))["role:staff"].offset == 1


async def test_it_is_issued_and_redeemed_beside_ordinary_commands(shop: Groat) -> None:
    vouchers = [f"v{n}" for n in range(30)]
    await asyncio.gather(
        *(shop.execute(issue(v, owner=f"user:{v}")) for v in vouchers), give(shop, "user:a", "5")
    )
    answers = await asyncio.gather(
        *(shop.execute(redeem(v, f"redeem {v}")) for v in [*vouchers, "none"]),
        *(give(shop, f"user:{v}", "3") for v in vouchers),
    )
    assert [a.code for a in answers if isinstance(a, Refusal)] == ["voucher_not_found"]
    assert {(await standing(shop, f"user:{v}")).balance for v in vouchers} == {"10"}
    heads = await shop.streams.heads(["role:staff", "user:v0"])
    assert {name: head.offset for name, head in heads.items()} == {"role:staff": 30, "user:v0": 2}


async def test_limits_hold_for_programs_too(shop: Groat, database: Database) -> None:
    await shop.set_limits("user:a", "CREDIT", ceiling="6", key="l")
    await shop.execute(issue("v1"))
    assert await codes(shop, redeem("v1", "k")) == ["ceiling_exceeded"]
    assert database.rows("SELECT redeemed FROM vouchers_voucher") == [(0,)]
    assert (await shop.streams.heads(["role:staff"]))["role:staff"].offset == 0


async def test_a_row_that_breaks_the_batch_takes_no_neighbour_along(shop: Groat, database: Database) -> None:
    # An amount is required: the database refuses this row, and with it whatever else is in its transaction.
    answers = await codes(
        shop,
        *(issue(f"good{n}") for n in range(5)),
        issue("bad", amount=None),
        *(issue(f"good{n}") for n in range(5, 10)),
    )
    assert answers == ["Done"] * 5 + ["command_failed"] + ["Done"] * 5
    assert len(database.rows("SELECT id FROM vouchers_voucher")) == 10
    # Nothing is frozen: with its fault mended it goes through under the same key.
    assert await codes(shop, issue("bad", amount=1)) == ["Done"]


async def test_what_a_refused_command_did_to_its_rows_is_undone(shop: Groat, database: Database) -> None:
    class Greedy(Redeem, kw_only=True):
        def decide(self, book: Any) -> Any:
            answer = super().decide(book)
            assert not isinstance(answer, Refusal)
            return Refusal("changed_my_mind", "No.")

    await shop.execute(issue("v1"))
    answers = await codes(
        shop, Greedy(principal="service:shop", key="g", voucher="v1"), redeem("v1", "k"), redeem("v1", "k2")
    )
    assert answers == ["changed_my_mind", "Done", "voucher_redeemed"]
    assert (await standing(shop, "user:a")).balance == "7"
    assert (await shop.streams.heads(["role:staff"]))["role:staff"].offset == 1
    assert database.rows("SELECT redeemed FROM vouchers_voucher") == [(1,)]
