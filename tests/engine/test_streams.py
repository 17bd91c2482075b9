"""Rule 8 and the rules of streams: events in the same commit, numbered without holes, and how a reader goes on."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import msgspec
import pytest

from groat import Groat
from groat.ledger.commands import Post, Posting
from groat.store.batch import Published
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import give, new_key, refused, standing


async def events(groat: Groat, stream: str, after: int = 0) -> list[dict[str, Any]]:
    return [msgspec.json.decode(e.data) for e in await groat.streams.read(stream, after)]


async def many(groat: Groat, account: str, number: int) -> None:
    """So many changes of an account, at once."""
    await groat.execute_many(
        [
            Post(principal="service:x", key=new_key(), postings=(Posting("house:x", account, 1, "CREDIT"),))
            for _ in range(number)
        ]
    )


# Rule 8: money, verdict, events and the batch row are in one COMMIT.


async def test_rule_8_an_acknowledged_change_is_there_with_all_that_belongs_to_it(
    groat: Groat, database: Database
) -> None:
    view = await give(groat, "user:a", "50")
    assert [(str(id),) for (id,) in database.rows("SELECT id FROM groat_txn")] == [(view.id,)]
    assert [(str(id),) for (id,) in database.rows("SELECT txn FROM groat_key")] == [(view.id,)]
    assert database.rows("SELECT count(*) FROM groat_posting") == [(1,)]
    ((data,),) = database.rows("SELECT data FROM groat_event")
    assert msgspec.json.decode(data)["transaction"] == view.id
    ((streams, commands),) = database.rows("SELECT streams, commands FROM groat_batch")
    epoch = (await groat.streams.heads(["user:a"]))["user:a"].epoch
    assert (msgspec.json.decode(streams), commands) == ([["user:a", epoch, 1, 1]], 1)


async def test_many_commands_share_a_commit(groat: Groat, database: Database) -> None:
    await many(groat, "user:a", 500)
    assert len(database.rows("SELECT id FROM groat_batch")) < 5
    assert (await standing(groat, "user:a")).balance == "500"


async def test_batches_are_chained(groat: Groat, database: Database) -> None:
    for _ in range(6):
        await give(groat, "user:a", "1")
    rows = database.rows("SELECT previous, hash FROM groat_batch ORDER BY id")
    ends = {end for _, end in rows}
    # Each batch names one before it or begins a chain, and no two name the same.
    assert len(ends) == len(rows) == 6
    named = [previous for previous, _ in rows if previous]
    assert len(set(named)) == len(named)
    assert set(named) < ends


# What an event says, and to whom.


async def test_an_event_tells_the_change_and_what_stands_after_it(groat: Groat) -> None:
    view = await groat.post(
        [("house:bonus", "user:a", "50", "CREDIT")],
        key="secret",
        reason="Welcome",
        metadata={"private": True},
        at="2025-12-24T18:00:00Z",
    )
    assert await events(groat, "user:a") == [
        {
            "type": "balance_updated",
            "transaction": view.id,
            "kind": "post",
            "reason": "Welcome",
            "at": "2025-12-24T18:00:00.000000Z",
            "recorded_at": "2026-01-01T12:00:00.000000Z",
            "changes": [
                {"account": "user:a", "asset": "CREDIT", "delta": "50", "balance": "50", "available": "50",
                 "held": "0", "version": 1}
            ],
        }
    ]  # fmt: skip


async def test_an_event_has_the_key_only_for_its_own_user(groat: Groat) -> None:
    await give(groat, "user:a", "50")
    await groat.post([("user:a", "user:b", "20", "CREDIT")], key="mine", principal="user:a")
    (own,) = await events(groat, "user:a", after=1)
    (other,) = await events(groat, "user:b")
    assert own["key"] == "mine"
    assert "key" not in other


async def test_an_event_never_tells_of_another_ones_balance(groat: Groat) -> None:
    await give(groat, "user:a", "1234")
    await groat.post([("user:a", "user:b", "20", "CREDIT")], key="k", principal="user:a")
    (event,) = await events(groat, "user:b")
    assert [change["account"] for change in event["changes"]] == ["user:b"]
    assert not re.search("1214|1234|user:a|house", msgspec.json.encode(event).decode())


async def test_all_accounts_of_a_person_are_in_one_event(groat: Groat) -> None:
    await groat.post(
        [
            ("house:x", "user:a", "5", "CREDIT"),
            ("house:x", "user:a:savings", "6", "CREDIT"),
            ("house:x", "user:a", "7", "USD"),
            ("user:a", "user:a:savings", "1", "CREDIT"),
        ],
        key="k",
    )
    (event,) = await events(groat, "user:a")
    changes = {(c["account"], c["asset"]): (c["delta"], c["balance"], c["version"]) for c in event["changes"]}
    # The last standing of each, and the sum of its changes.
    assert changes == {
        ("user:a", "CREDIT"): ("4", "4", 2),
        ("user:a:savings", "CREDIT"): ("7", "7", 2),
        ("user:a", "USD"): ("7.00", "7.00", 1),
    }


async def test_an_event_of_a_hold_names_it(groat: Groat) -> None:
    await give(groat, "user:a", "50")
    hold = await groat.hold("user:a", "user:b", "20", "CREDIT", key="h")
    await groat.capture(str(hold.id), amount="5", key="c")
    told = [
        (e["kind"], e["hold"], [(c["delta"], c["held"]) for c in e["changes"]])
        for e in await events(groat, "user:a", after=1)
    ]
    assert told == [("hold", hold.id, [("0", "20")]), ("capture", hold.id, [("-5", "0")])]
    # The one who waits for the money sees nothing held, and is told of each step.
    assert [(c["delta"], c["held"]) for e in await events(groat, "user:b") for c in e["changes"]] == [
        ("0", "0"),
        ("5", "0"),
    ]


async def test_the_house_has_no_stream(groat: Groat) -> None:
    await groat.post([("house:a", "house:b", "5", "CREDIT")], key="k")
    assert await groat.streams.read("user:a", 0) == []
    assert (await give(groat, "user:a", "1")).positions.keys() == {"user:a"}


# Numbers and positions.


async def test_offsets_have_no_holes_whatever_is_refused_between(groat: Groat, database: Database) -> None:
    calls = []
    for n in range(60):
        source, destination = [("house:x", "user:a"), ("user:a", "user:b"), ("user:c", "user:a")][n % 3]
        calls.append(groat.post([(source, destination, "1", "CREDIT")], key=f"k{n}"))
    await asyncio.gather(*calls, return_exceptions=True)
    for stream, head in (await groat.streams.heads(["user:a", "user:b"])).items():
        kept = await groat.streams.read(stream, 0)
        assert [e.offset for e in kept] == list(range(1, head.offset + 1))
    assert database.rows("SELECT name FROM groat_stream ORDER BY name") == [("user:a",), ("user:b",)]


async def test_an_answer_has_the_positions_of_its_events(groat: Groat) -> None:
    await give(groat, "user:a", "50")
    view = await groat.post([("user:a", "user:b", "1", "CREDIT")], key="k")
    heads = await groat.streams.heads(["user:a", "user:b"])
    assert view.positions == {name: f"{head.epoch}:{head.offset}" for name, head in heads.items()}
    assert [(await events(groat, name))[-1]["transaction"] for name in heads] == [view.id, view.id]


async def test_listeners_hear_what_is_committed_in_order_before_the_caller(groat: Groat) -> None:
    heard: list[Published] = []
    groat.listen(heard.extend)
    view = await give(groat, "user:a", "50")
    # No wait: the listener was called before this answer came.
    (published,) = heard
    assert (published.stream, published.first, published.last) == ("user:a", 1, 1)
    assert published.events == tuple(e.data for e in await groat.streams.read("user:a", 0))
    assert view.positions["user:a"] == f"{published.epoch}:1"
    await many(groat, "user:a", 50)
    covered = [offset for p in heard for offset in range(p.first, p.last + 1)]
    assert covered == list(range(1, 52))


async def test_a_listener_that_breaks_disturbs_nobody(groat: Groat) -> None:
    heard: list[Published] = []

    def broken(_: object) -> None:
        raise ZeroDivisionError

    groat.listen(broken)
    end = groat.listen(heard.extend)
    await give(groat, "user:a", "50")
    end()
    await give(groat, "user:a", "50")
    assert len(heard) == 1


async def test_a_refusal_publishes_nothing(groat: Groat) -> None:
    heard: list[Published] = []
    groat.listen(heard.extend)
    await refused(groat.post([("user:a", "user:b", "1", "CREDIT")], key="k"))
    assert heard == []


async def test_reading_pages_by_number_and_by_size(groat: Groat) -> None:
    await many(groat, "user:a", 30)
    await many(groat, "user:b", 3)
    assert [e.offset for e in await groat.streams.read("user:a", 10, limit=5)] == [11, 12, 13, 14, 15]
    size = len((await groat.streams.read("user:a", 0, limit=1))[0].data)
    assert len(await groat.streams.read("user:a", 0, bytes_max=size * 4)) in (3, 4)
    # One event always comes, however large it is.
    assert len(await groat.streams.read("user:a", 0, bytes_max=1)) == 1
    found = await groat.streams.read_many({"user:a": (27, 29), "user:b": (0, 99), "user:c": (0, 1)})
    assert {name: [e.offset for e in kept] for name, kept in found.items()} == {
        "user:a": [28, 29],
        "user:b": [1, 2, 3],
        "user:c": [],
    }


# Snapshot and resume.


async def test_a_snapshot_has_everything_of_a_person_and_the_position(groat: Groat) -> None:
    await give(groat, "user:a", "50")
    await give(groat, "user:a:savings", "5", "USD")
    await give(groat, "user:ab", "7")
    await groat.hold("user:a", "house:x", "20", "CREDIT", key="h")
    await groat.set_limits("user:a", "CREDIT", ceiling="500", key="l")
    snapshot = await groat.streams.snapshot("user:a")
    head = (await groat.streams.heads(["user:a"]))["user:a"]
    assert (snapshot.epoch, snapshot.offset) == (head.epoch, head.offset) == (head.epoch, 3)
    assert msgspec.json.decode(snapshot.data) == {
        "user": "a",
        "balances": [
            {"account": "user:a", "asset": "CREDIT", "balance": "50", "available": "30", "held": "20", "version": 2,
             "floor": "0", "ceiling": "500", "as_of": "2026-01-01T12:00:00.000000Z"},
            {"account": "user:a:savings", "asset": "USD", "balance": "5.00", "available": "5.00", "held": "0.00",
             "version": 1, "floor": "0.00", "ceiling": None, "as_of": "2026-01-01T12:00:00.000000Z"},
        ],
        "as_of": "2026-01-01T12:00:00.000000Z",
    }  # fmt: skip


async def test_a_snapshot_never_disagrees_with_its_position(groat: Groat) -> None:
    async def look() -> None:
        for _ in range(30):
            snapshot = await groat.streams.snapshot("user:a")
            balances = msgspec.json.decode(snapshot.data)["balances"]
            assert [b["version"] for b in balances] == ([snapshot.offset] if snapshot.offset else [])

    await asyncio.gather(look(), *(give(groat, "user:a", "1") for _ in range(200)), look())


async def test_the_snapshot_of_somebody_new(groat: Groat) -> None:
    snapshot = await groat.streams.snapshot("user:new")
    assert (snapshot.offset, msgspec.json.decode(snapshot.data)["balances"]) == (0, [])
    resume = await groat.streams.resume("user:new", snapshot.epoch, 0)
    assert (resume.recovered, resume.events, resume.offset) == (True, [], 0)


async def test_resume_gives_exactly_what_is_missing(groat: Groat) -> None:
    await many(groat, "user:a", 30)
    epoch = (await groat.streams.heads(["user:a"]))["user:a"].epoch
    for offset in (0, 1, 29, 30):
        resume = await groat.streams.resume("user:a", epoch, offset)
        assert resume.recovered
        assert [e.offset for e in resume.events] == list(range(offset + 1, 31))
        assert (resume.offset, resume.head, resume.snapshot) == (30, 30, None)
    page = await groat.streams.resume("user:a", epoch, 3, limit=5)
    # The position told is that of the last event given, never the head.
    assert ([e.offset for e in page.events], page.offset, page.head) == ([4, 5, 6, 7, 8], 8, 30)


@pytest.mark.parametrize(("epoch", "offset"), [(None, 0), (None, 3), ("other", 3), ("", 3), ("same", -1)])
async def test_without_a_position_of_this_history_there_is_a_snapshot(
    groat: Groat, epoch: str | None, offset: int
) -> None:
    await many(groat, "user:a", 3)
    own = (await groat.streams.heads(["user:a"]))["user:a"].epoch
    resume = await groat.streams.resume("user:a", own if epoch == "same" else epoch, offset)
    assert (resume.recovered, resume.events, resume.offset, resume.epoch) == (False, [], 3, own)
    assert resume.snapshot == (await groat.streams.snapshot("user:a")).data
    assert groat.streams.alarms == 0


async def test_beyond_retention_there_is_a_snapshot(groat: Groat, clock: Clock) -> None:
    await many(groat, "user:a", 5)
    clock.advance(20 * 86_400)
    await many(groat, "user:a", 5)
    await many(groat, "user:b", 1)
    clock.advance(11 * 86_400)
    assert await groat.prune() == 5
    head = (await groat.streams.heads(["user:a"]))["user:a"]
    assert (head.offset, head.oldest) == (10, 6)
    assert not (await groat.streams.resume("user:a", head.epoch, 4)).recovered
    resume = await groat.streams.resume("user:a", head.epoch, 5)
    assert [e.offset for e in resume.events] == [6, 7, 8, 9, 10]
    clock.advance(30 * 86_400)
    assert await groat.prune() == 6
    # A reader that has seen everything misses nothing.
    assert (await groat.streams.resume("user:a", head.epoch, 10)).recovered
    assert not (await groat.streams.resume("user:a", head.epoch, 9)).recovered
    await many(groat, "user:a", 1)
    assert [e.offset for e in (await groat.streams.resume("user:a", head.epoch, 10)).events] == [11]


async def test_far_behind_there_is_a_snapshot(groat: Groat) -> None:
    await many(groat, "user:a", 10_001)
    epoch = (await groat.streams.heads(["user:a"]))["user:a"].epoch
    assert not (await groat.streams.resume("user:a", epoch, 0)).recovered
    resume = await groat.streams.resume("user:a", epoch, 1, limit=10)
    assert (resume.recovered, resume.offset) == (True, 11)


async def test_a_reader_ahead_of_the_head_proves_a_loss(groat: Groat) -> None:
    await many(groat, "user:a", 3)
    await many(groat, "user:b", 3)
    old = (await groat.streams.heads(["user:a"]))["user:a"].epoch
    resume = await groat.streams.resume("user:a", old, 4)
    assert (resume.recovered, resume.offset) == (False, 3)
    assert resume.epoch != old
    assert groat.streams.alarms == 1
    # Who comes with the old epoch now, from wherever, gets a snapshot, and that is no new alarm.
    for offset in (2, 3, 9):
        again = await groat.streams.resume("user:a", old, offset)
        assert (again.recovered, again.epoch) == (False, resume.epoch)
    assert groat.streams.alarms == 1
    # The history goes on under its new name, and other streams keep theirs.
    view = await give(groat, "user:a", "1")
    assert view.positions == {"user:a": f"{resume.epoch}:4"}
    assert [e.offset for e in (await groat.streams.resume("user:a", resume.epoch, 3)).events] == [4]
    assert (await groat.streams.resume("user:b", old, 1)).recovered


async def test_a_reader_ahead_in_a_role_s_stream_proves_nothing(groat: Groat) -> None:
    """Everybody is in role:all: one who lies about it must not send all others away."""
    old = (await groat.streams.heads(["role:all"]))["role:all"].epoch
    resume = await groat.streams.resume("role:all", old, 9)
    assert (resume.recovered, resume.epoch, resume.offset) == (False, old, 0)
    assert resume.snapshot is not None
    assert groat.streams.alarms == 0
    assert (await groat.streams.resume("role:all", old, 0)).recovered


async def test_many_readers_ahead_renew_the_epoch_once(groat: Groat) -> None:
    await many(groat, "user:a", 3)
    old = (await groat.streams.heads(["user:a"]))["user:a"].epoch
    answers = await asyncio.gather(*(groat.streams.resume("user:a", old, 9) for _ in range(10)))
    assert len({answer.epoch for answer in answers} - {old}) == 1
    assert groat.streams.alarms == 1


async def test_a_stream_lost_whole_begins_anew(groat: Groat) -> None:
    epoch = (await groat.streams.heads(["user:a"]))["user:a"].epoch
    resume = await groat.streams.resume("user:a", epoch, 5)
    assert (resume.recovered, resume.offset) == (False, 0)
    assert (await give(groat, "user:a", "1")).positions == {"user:a": f"{resume.epoch}:1"}


async def test_events_know_their_age_by_the_clock_of_the_database(groat: Groat, clock: Clock) -> None:
    await many(groat, "user:a", 1)
    clock.advance(2.5)
    await many(groat, "user:a", 1)
    clock.advance(0.25)
    ages = await groat.streams.ages([("user:a", 1), ("user:a", 2), ("user:a", 3), ("user:b", 1)])
    assert ages == {("user:a", 1): 2.75, ("user:a", 2): 0.25}


async def test_receipts_never_go_back(groat: Groat) -> None:
    await groat.streams.seen([("user:a", "phone", 5, 100), ("user:a", "desk", 3, 50)])
    await groat.streams.seen([("user:a", "phone", 4, 200)])
    assert await groat.streams.receipts("user:a") == [("phone", 5, 100), ("desk", 3, 50)]
    await groat.streams.seen([("user:a", "desk", 9, 300)])
    assert await groat.streams.receipts("user:a") == [("desk", 9, 300), ("phone", 5, 100)]
