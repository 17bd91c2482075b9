"""Clients of groat's door for Socket.IO come back: they get what they missed, each event once, or a snapshot."""

from __future__ import annotations

from typing import Any

import pytest

from groat.live.hub import BEHIND_MAX
from tests.live.socketio.desk import Client, Desk, on_desk, snapshots, told


async def test_a_client_that_comes_back_gets_exactly_what_it_missed(desk: Desk) -> None:
    client = await desk.connected("42", "partner")
    desk.groat.publish("user:42", 2)
    client.lose()
    client.events.clear()
    desk.groat.publish("user:42", 2)
    desk.groat.publish("role:partner")
    sid = client.sid
    await client.connect()
    assert client.recovered
    assert client.sid != sid
    assert client.events == [*told("role:partner", 1), *told("user:42", 3, 4)]
    client.events.clear()
    desk.groat.publish("user:42")
    assert client.read() == told("user:42", 5)


async def test_another_server_answers_from_the_database(desk: Desk) -> None:
    client = await desk.connected("42")
    desk.groat.publish("user:42")
    client.lose()
    client.events.clear()
    desk.groat.publish("user:42")
    async with on_desk(desk.groat) as other:
        other.identities.let_in("token of 42", "42")
        client.desk = other
        await client.connect()
        assert client.recovered
        assert client.events == told("user:42", 2)
        client.lose()


async def test_wherever_a_connection_breaks_off_each_event_comes_once(desk: Desk) -> None:
    """The client handles every possible beginning of what it was sent; half an event's packets may come again."""
    for writes in range(5):
        for packets in (None, 1, 2):
            client = await desk.connected("42")
            head = len(desk.groat.streams.of("user:42").events)
            for _ in range(4):
                desk.groat.publish("user:42")
            client.read(writes, packets)
            assert client.wire.receiver is not None
            client.wire.receiver.lost()
            desk.groat.publish("user:42", 2)
            await client.connect()
            assert client.recovered
            whole = told("user:42", *range(head + 1, head + 7))
            # An event that was cut off comes again whole; all others come once and in order.
            again = {0: 0, 1: 1, 2: 2}[packets or 0] if writes else 0
            kept = max(0, 2 * writes - (2 if again else 0)) if writes else 0
            assert client.events == [*whole[:kept], *whole[kept : kept + again], *whole[kept:]], (
                writes,
                packets,
            )
            client.lose()


async def test_a_recovery_that_breaks_off_goes_on_from_where_it_broke(desk: Desk) -> None:
    client = await desk.connected("42")
    client.lose()
    client.events.clear()
    desk.groat.publish("user:42", 5)
    kept = client._take
    taken: list[str] = []

    def some(packet: str) -> None:
        taken.append(packet)
        if len(taken) <= 1 + 3 * 2:
            kept(packet)

    client._take = some  # type: ignore[method-assign]
    await client.connect()
    assert client.events == told("user:42", 1, 2)
    client._take = kept  # type: ignore[method-assign]
    assert client.wire.receiver is not None
    client.wire.receiver.lost()
    await client.connect()
    assert client.recovered
    assert client.events == told("user:42", 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    "change", ["nothing", "another epoch", "missing", "ahead", "cut off", "junk", "not text"]
)
async def test_an_offset_that_cannot_be_read_means_a_snapshot(desk: Desk, change: str) -> None:
    client = await desk.connected("42")
    desk.groat.publish("user:42")
    client.lose()
    client.events.clear()
    desk.groat.publish("user:42")
    client.offset = {
        "nothing": "",
        "another epoch": client.offset.replace("e1", "e7"),
        "cut off": client.offset[:-2],
        "missing": None,
        "ahead": client.offset.replace("e1:1", "e1:9"),
        "junk": "\x00\ud800=" * 1_000,
        "not text": [1, {"a": 2}],
    }[change]
    pid = client.pid
    await client.connect()
    assert not client.recovered
    assert client.pid != pid
    assert client.events == snapshots(role_all=0, user_42=2)
    desk.groat.publish("user:42")
    assert client.read() == told("user:42", 3)


async def test_a_changed_user_gets_a_snapshot_and_nothing_of_the_former(desk: Desk) -> None:
    client = await desk.connected("42")
    desk.groat.publish("user:42", 2)
    client.lose()
    client.events.clear()
    pid = client.pid
    client.auth = {"token": desk.identities.let_in("t7", "7")}
    await client.connect()
    assert not client.recovered
    assert client.pid != pid
    assert client.events == snapshots(role_all=0, user_7=0)


@pytest.mark.parametrize(
    "pid", [7, None, "", "x" * 100_000, ["a"], {"a": 1}, "\ud800"], ids=lambda pid: str(pid)[:20]
)
async def test_a_pid_that_is_none_means_a_snapshot(desk: Desk, pid: Any) -> None:
    client = desk.client("42")
    await client.connect(pid=pid, offset="user:42=e1:0")
    assert client.events == snapshots(role_all=0, user_42=0)


async def test_a_pid_counts_in_its_namespace_only(desk: Desk) -> None:
    client = await desk.connected("42")
    client.lose()
    client.events.clear()
    other = Client(desk, "token of 42", "/custom")
    other.pid, other.offset = client.pid, client.offset
    await other.connect()
    assert not other.recovered
    assert other.events == snapshots(role_all=0, user_42=0)


async def test_a_client_that_keeps_no_position_gets_a_snapshot_each_time(desk: Desk) -> None:
    """socket.io-client before 4.6, and python-socketio."""
    client = await desk.connected("42")
    for total in (1, 2):
        desk.groat.publish("user:42")
        client.lose()
        client.pid = client.offset = None
        client.events.clear()
        await client.connect()
        assert client.events == snapshots(role_all=0, user_42=total)


async def test_one_stream_that_cannot_go_on_makes_all_begin_anew(desk: Desk) -> None:
    client = await desk.connected("42", "partner")
    desk.groat.publish("user:42", 2)
    desk.groat.publish("role:partner", 2)
    client.lose()
    client.events.clear()
    desk.groat.publish("user:42")
    desk.groat.publish("role:partner", 2)
    desk.groat.streams.of("role:partner").forgotten = 3
    await client.connect()
    assert not client.recovered
    assert client.events == snapshots(role_partner=4, role_all=0, user_42=3)
    desk.groat.publish("user:42")
    desk.groat.publish("role:partner")
    client.events.clear()
    assert client.read() == [*told("user:42", 4), *told("role:partner", 5)]


async def test_a_role_that_was_taken_away_is_not_followed_any_more(desk: Desk) -> None:
    client = await desk.connected("42", "partner")
    client.lose()
    client.events.clear()
    desk.groat.publish("role:partner")
    desk.groat.publish("user:42")
    desk.identities.let_in("token of 42", "42")
    await client.connect()
    assert client.recovered
    assert client.events == told("user:42", 1)
    client.events.clear()
    desk.groat.publish("role:partner")
    assert client.read() == []


@pytest.mark.parametrize("why", ["another epoch", "too far behind", "forgotten"])
async def test_when_going_on_is_impossible_there_is_a_snapshot(desk: Desk, why: str) -> None:
    client = await desk.connected("42")
    desk.groat.publish("user:42")
    client.lose()
    client.events.clear()
    stream = desk.groat.streams.of("user:42")
    if why == "too far behind":
        desk.groat.publish("user:42", BEHIND_MAX + 1)
    else:
        desk.groat.publish("user:42", 3)
        if why == "forgotten":
            stream.forgotten = 2
        else:
            stream.epoch = "e2"
    await client.connect()
    assert not client.recovered
    assert client.events == snapshots(role_all=0, user_42=len(stream.events))


async def test_a_stream_with_a_new_history_sends_its_readers_away_to_come_back(desk: Desk) -> None:
    client = await desk.connected("42")
    desk.groat.publish("user:42", 2)
    client.read()
    desk.groat.streams.of("user:42").epoch = "e2"
    await desk.move(3)
    assert client.closed()
    client.events.clear()
    await client.connect()
    assert not client.recovered
    assert client.events == snapshots(role_all=0, user_42=2)
    desk.groat.publish("user:42")
    client.events.clear()
    assert client.read() == told("user:42", 3)
    client.lose()
    await client.connect()
    assert client.recovered


async def test_more_than_fits_the_answer_follows_in_pages(desk: Desk) -> None:
    client = await desk.connected("42")
    client.lose()
    client.events.clear()
    desk.groat.publish("user:42", 400, pad=500)
    await client.connect()
    for _ in range(50):
        await desk.settle()
    client.read()
    assert client.recovered
    assert client.events == told("user:42", *range(1, 401))
    assert len(client.wire.writes[1]) < 3 * 200


async def test_a_reader_that_does_not_read_is_passed_over_and_catches_up(desk: Desk) -> None:
    client = await desk.connected("42")
    receiver = client.wire.receiver
    assert receiver is not None
    receiver.choke()
    desk.groat.publish("user:42", 700)
    desk.groat.publish("role:all", 3)
    assert client.read() == []
    assert client.wire.turns == ["pause"]
    receiver.drain()
    for _ in range(50):
        await desk.settle()
    assert client.wire.turns == ["pause", "resume"]
    client.read()
    assert sorted(client.events, key=str) == sorted(
        [*told("user:42", *range(1, 701)), *told("role:all", 1, 2, 3)], key=str
    )
    assert client.marks[-1] in (
        "user:42=e1:700,role:all=e1:3",
        "role:all=e1:3,user:42=e1:700",
    )
    client.lose()
    client.events.clear()
    await client.connect()
    assert client.recovered
    assert client.events == []


async def test_lost_hints_are_healed_in_order(desk: Desk) -> None:
    client = await desk.connected("42")
    first, second, third = (desk.groat.commit("user:42") for _ in range(3))
    desk.groat.hint(first)
    desk.groat.hint(third)
    await desk.move(3)
    assert client.read() == told("user:42", 1, 2, 3)
    assert second.first == 2


async def test_a_choked_reader_that_is_far_behind_is_closed_and_begins_anew(desk: Desk) -> None:
    client = await desk.connected("42")
    receiver = client.wire.receiver
    assert receiver is not None
    receiver.choke()
    desk.groat.publish("user:42", BEHIND_MAX + 1)
    receiver.drain()
    await desk.settle()
    assert client.closed()
    await client.connect()
    assert not client.recovered
    assert client.events == snapshots(role_all=0, user_42=BEHIND_MAX + 1)
