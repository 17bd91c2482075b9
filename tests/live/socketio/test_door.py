"""groat's door for Socket.IO clients: who is let in, what they are told, and how it ends."""

from __future__ import annotations

import asyncio
from itertools import permutations
from typing import Any

import pytest
from structlog.testing import capture_logs

from groat.identity.errors import IDENTITY_ERRORS
from groat.ledger.errors import Unavailable
from groat.live.limits import LiveLimits
from groat.live.socketio.connection import REFUSALS_MAX
from groat.live.socketio.door import HOLD_S
from tests.live.socketio.desk import Client, Desk, on_desk, snapshots, told

# Who is let in.


async def test_a_newcomer_gets_snapshots_and_a_mark_in_the_write_of_the_answer(desk: Desk) -> None:
    desk.groat.publish("user:42", 3)
    client = desk.client("42", "partner")
    await client.connect()
    assert client.events == snapshots(role_partner=0, role_all=0, user_42=3)
    assert not client.recovered
    assert len(client.marks) == 1
    (_, beginning) = client.wire.writes
    assert beginning[0].startswith(b'40{"sid":"')
    assert beginning[-1].startswith(b'42["groat:position","user:42=e1:3,role:all=e1:0,role:partner=e1:0"]')


@pytest.mark.parametrize("token", ["token of 42", "Bearer token of 42", "bearer  token of 42 "])
@pytest.mark.parametrize("where", ["auth", "header"])
async def test_takes_a_token_from_auth_or_a_header(desk: Desk, token: str, where: str) -> None:
    desk.identities.let_in("token of 42", "42")
    client = Client(desk, token if where == "auth" else None)
    await client.connect({"authorization": token} if where == "header" else None)
    assert client.events[-2] == ["snapshot", {"stream": "user:42", "snapshot": {"total": 0}}]


async def test_takes_a_token_from_the_address_only_where_that_is_allowed(desk: Desk) -> None:
    desk.identities.let_in("t42", "42")
    client = Client(desk)
    await client.connect(query="&token=t42")
    assert client.error is not None
    assert client.error["message"] == "unauthenticated"
    async with on_desk(socketio_query_token=True) as open_desk:
        open_desk.identities.let_in("t42", "42")
        client = Client(open_desk)
        await client.connect(query="&token=t42")
        assert client.sid


async def test_the_token_of_auth_counts_before_that_of_the_request(desk: Desk) -> None:
    desk.identities.let_in("t42", "42")
    desk.identities.let_in("t7", "7")
    client = Client(desk, "t42")
    await client.connect({"authorization": "Bearer t7"})
    assert client.events[-1][1]["stream"] == "user:42"


@pytest.mark.parametrize(
    "code", ["token_expired", "token_revoked", "token_type_refused", "token_not_yet_valid"]
)
async def test_a_token_that_is_refused_is_refused_for_good_and_says_why(desk: Desk, code: str) -> None:
    desk.identities.refusals["bad"] = code
    client = Client(desk, "bad")
    await client.connect()
    assert client.error == {
        "message": code, "data": {"code": code, "detail": IDENTITY_ERRORS[code].meaning}
    }  # fmt: skip
    assert not client.closed()
    assert desk.live.stats.connections == 0
    # The page gets another token and connects again, over the same transport.
    desk.identities.let_in("good", "42")
    client.auth = {"token": "good"}
    await client.join()
    assert client.sid


@pytest.mark.parametrize(
    ("auth", "code"),
    [({}, "unauthenticated"), ({"token": ""}, "unauthenticated"), ({"token": "Bearer "}, "unauthenticated"),
     ({"token": "no"}, "token_invalid"), ({"token": 7}, "token_invalid"), ({"token": ["a"]}, "token_invalid"),
     ({"token": {"a": "b"}}, "token_invalid"), ({"token": "\ud800"}, "token_invalid")],
    ids=str,
)  # fmt: skip
async def test_a_wrong_or_missing_token_is_refused(desk: Desk, auth: dict[str, Any], code: str) -> None:
    client = Client(desk, **auth)
    await client.connect()
    assert client.error is not None
    assert client.error["message"] == client.error["data"]["code"] == code


async def test_a_client_that_is_refused_again_and_again_is_closed(desk: Desk) -> None:
    client = Client(desk, "nonsense")
    client.open()
    for _ in range(REFUSALS_MAX):
        assert not client.closed()
        await client.join()
        assert client.error is not None
    assert client.closed()
    assert desk.live.stats.connections == 0
    assert not desk.engine.newcomers


async def test_an_unknown_namespace_is_refused_beside_one_that_is_known(desk: Desk) -> None:
    client = await desk.connected("42")
    client.say('0/random,{"token":"token of 42"}')
    await desk.settle()
    assert client.wire.writes[-1] == [b'44/random,{"message":"Invalid namespace"}']
    desk.groat.publish("user:42")
    assert client.read() == told("user:42", 1)


async def test_each_namespace_of_a_connection_has_a_session_of_its_own(desk: Desk) -> None:
    first = await desk.connected("42")
    second = Client(desk, desk.identities.let_in("t7", "7"), "/custom")
    second.wire = first.wire
    await second.join()
    first.read()
    second.events.clear()
    desk.groat.publish("user:42")
    desk.groat.publish("user:7")
    assert (first.read(), second.read()) == (told("user:42", 1), told("user:7", 1))
    first.say("1")
    desk.groat.publish("user:42")
    desk.groat.publish("user:7")
    assert (first.read(), second.read()) == ([], told("user:7", 2))
    assert first.pid != second.pid


async def test_a_client_that_does_not_connect_in_time_is_let_go(desk: Desk) -> None:
    client = desk.client("42")
    await client.connect()
    silent, refused = Client(desk), Client(desk)
    silent.open()
    await refused.connect()
    left = await desk.connected("7")
    left.say("1")
    await desk.move(desk.engine.limits.settle_s + 1)
    assert silent.closed()
    assert refused.closed()
    assert left.closed()


# What they are told.


async def test_an_event_and_the_mark_behind_it_are_one_write(desk: Desk) -> None:
    client = await desk.connected("42")
    desk.groat.publish("user:42")
    await desk.settle()
    write = client.wire.writes[-1]
    assert write[:2] == [b'42["balance_updated",{"id":"user:42/1"}]', b'42["notification",{"n":1}]']
    assert write[2].startswith(b'42["groat:position","user:42=e1:1,role:all=e1:0"]')
    assert len(write) == 3


async def test_each_event_of_several_has_its_mark(desk: Desk) -> None:
    client = await desk.connected("42")
    desk.groat.publish("user:42", 3)
    client.read()
    assert client.events == told("user:42", 1, 2, 3)
    assert [mark.partition(",")[0] for mark in client.marks[-3:]] == [f"user:42=e1:{n}" for n in (1, 2, 3)]


async def test_a_mark_has_the_positions_of_all_streams_in_whatever_order_they_move(desk: Desk) -> None:
    client = await desk.connected("42", "partner")
    want = {"user:42": 0, "role:all": 0, "role:partner": 0}
    for stream in ("user:42", "role:all", "role:all", "role:partner", "user:42", "user:42", "role:all"):
        desk.groat.publish(stream)
        want[stream] += 1
        client.read()
        vector = client.marks[-1].split(",")
        assert sorted(vector) == sorted(f"{name}=e1:{at}" for name, at in want.items())
    # All of them in one batch, of which the hub makes several messages before it writes them. The offsets get a digit
    # more on the way.
    for _ in range(3):
        for order in permutations(want):
            seen = len(client.marks)
            desk.groat.hint(*[desk.groat.commit(stream) for stream in order])
            client.read()
            for stream, mark in zip(order, client.marks[seen:], strict=True):
                want[stream] += 1
                assert sorted(mark.split(",")) == sorted(f"{name}=e1:{at}" for name, at in want.items())


async def test_a_room_is_shared_and_marks_are_each_ones_own(desk: Desk) -> None:
    clients = [await desk.connected(user) for user in ("1", "2", "3")]
    desk.groat.publish("user:2")
    desk.groat.publish("role:all")
    for client in clients:
        client.read()
        assert client.events[-2:] == told("role:all", 1)
    assert len({client.marks[-1] for client in clients}) == 3


async def test_tabs_of_one_person_with_other_roles_have_marks_of_their_own(desk: Desk) -> None:
    tabs = [await desk.connected("42", *roles) for roles in ((), ("partner",), (), ("partner",))]
    desk.groat.publish("user:42", 2)
    plain, partner = "user:42=e1:2,role:all=e1:0", "user:42=e1:2,role:all=e1:0,role:partner=e1:0"
    for tab, mark in zip(tabs, (plain, partner, plain, partner), strict=True):
        tab.read()
        assert tab.events == told("user:42", 1, 2)
        assert tab.marks[-1] == mark


async def test_only_ones_own_streams_are_followed(desk: Desk) -> None:
    client = await desk.connected("42")
    for stream in ("user:7", "role:admin", "role:partner", "user:421"):
        desk.groat.publish(stream)
    assert client.read() == []


# Rooms that pages ask for.


async def test_a_page_that_asks_for_its_own_room_is_acknowledged(desk: Desk) -> None:
    client = await desk.connected("42")
    client.emit("join-room", "user_42", id=5)
    client.emit("join-room", {"userId": 42})
    assert client.read() == []
    assert client.acks == {5: [{"success": True, "room": "user:42"}]}


@pytest.mark.parametrize(
    "room", ["user:7", 7, {"userId": "7"}, "role:admin", ["user:7"], "x" * 4_000], ids=str
)
async def test_anothers_room_is_refused_with_an_error_event_and_logged(
    desk: Desk, room: Any, request: pytest.FixtureRequest
) -> None:
    # Each person's refusals are logged once in a while, so each case has a person of its own.
    user = f"somebody-{request.node.callspec.indices['room']}"
    client = await desk.connected(user)
    with capture_logs() as logged:
        client.emit("join-room", room, id=5)
    ((name, error),) = client.read()
    assert (name, error["code"], error["event"]) == ("error", "forbidden", "join-room")
    assert client.acks == {5: [error]}
    (line,) = logged
    assert (line["event"], line["principal"]) == ("socketio_join_refused", f"user:{user}")
    desk.groat.publish("user:7")
    desk.groat.publish("role:admin")
    assert client.read() == []


@pytest.mark.parametrize(
    ("event", "args", "told"),
    [
        ("join-room", [{"userId": 7, "password": "hunter2"}], "7"),
        ("join-room", ["user:7", "hunter2"], "user:7"),
        ("join-room", [{"password": "hunter2"}], ""),
        ("join-room", [{"room": {"password": "hunter2"}}], ""),
        ("join-room", [["hunter2"]], ""),
        ("join-staff", [{"password": "hunter2"}], "role:staff"),
    ],
    ids=str,
)
async def test_the_log_has_the_room_and_nothing_else_that_a_page_sends(
    desk: Desk, event: str, args: list[Any], told: str, request: pytest.FixtureRequest
) -> None:
    client = await desk.connected(f"talker-{request.node.callspec.indices['args']}")
    with capture_logs() as logged:
        client.emit(event, *args)
    (line,) = logged
    assert (line["event"], line["name"], line["room"]) == ("socketio_join_refused", event, told)
    assert "hunter2" not in str(logged)


async def test_an_event_that_nobody_takes_is_ignored_and_its_acknowledgement_says_so(desk: Desk) -> None:
    client = await desk.connected("42")
    client.emit("typing", {"in": "chat"})
    client.emit("typing", {"in": "chat"}, id=7)
    client.say('51-["typing",{"_placeholder":true,"num":0}]')
    assert client.wire.receiver is not None
    client.wire.receiver.receive_binary(b"bytes")
    assert client.read() == []
    assert client.acks[7][0]["code"] == "unknown_event"
    assert not client.closed()


async def test_a_client_that_sends_too_much_is_closed() -> None:
    async with on_desk(limits=LiveLimits(messages_per_second=10)) as desk:
        client = await desk.connected("42")
        for _ in range(100):
            if not client.closed():
                client.emit("noise")
        assert client.closed()


# How it ends.


async def test_a_token_that_ends_closes_the_transport(desk: Desk) -> None:
    ends = int(desk.clock.wall()) + 100
    client = Client(desk, desk.identities.let_in("t42", "42", expires_at=ends))
    await client.connect()
    await desk.move(98)
    client.say('2["x"]')
    assert not client.closed()
    await desk.move(4)
    assert client.closed()
    assert client.read() == []
    assert not client.disconnected


async def test_a_revocation_is_told_and_is_final(desk: Desk) -> None:
    client = await desk.connected("42")
    desk.identities.refusals["token of 42"] = "token_revoked"
    desk.identities.changed.append("user:42")
    await desk.move(3)
    client.read()
    assert client.disconnected
    assert not client.closed()
    desk.groat.publish("user:42")
    assert client.read() == []


async def test_changed_roles_close_the_transport_and_the_client_comes_back_with_them(desk: Desk) -> None:
    client = await desk.connected("42", "partner")
    desk.identities.let_in("token of 42", "42", "admin")
    desk.identities.changed.append("user:42")
    await desk.move(3)
    client.read()
    assert client.closed()
    assert not client.disconnected
    await client.connect()
    assert not client.recovered
    assert client.events == snapshots(role_all=0, role_admin=0, user_42=0)


async def test_a_database_that_is_away_holds_the_client_a_while_and_closes(desk: Desk) -> None:
    desk.groat.streams.failing = 1
    client = desk.client("42")
    await client.connect()
    assert client.error is None
    assert not client.closed()
    await desk.move(HOLD_S)
    assert client.closed()
    await client.connect()
    assert client.sid


async def test_keys_that_cannot_be_read_are_no_fault_of_the_token(desk: Desk) -> None:
    async def unreadable(token: str) -> Any:
        raise Unavailable()

    desk.identities.authenticate_token = unreadable  # type: ignore[method-assign]
    client = desk.client("42")
    await client.connect()
    await desk.move(HOLD_S)
    assert client.error is None
    assert client.closed()


async def test_too_many_connections_of_a_person_are_closed_and_come_back() -> None:
    async with on_desk(limits=LiveLimits(connections_per_user=2, connects_per_minute=1_000)) as desk:
        clients = [await desk.connected("42") for _ in range(2)]
        third = desk.client("42")
        await third.connect()
        await desk.move(HOLD_S)
        assert third.error is None
        assert third.closed()
        assert not any(client.closed() for client in clients)
        clients[0].lose()
        await third.connect()
        assert third.sid


async def test_the_namespaces_of_a_connection_count_as_one() -> None:
    limits = LiveLimits(connections_per_user=1, connects_per_minute=1_000)
    async with on_desk(limits=limits, socketio_namespaces=("/", "/custom")) as desk:
        first = await desk.connected("42")
        second = Client(desk, "token of 42", "/custom")
        second.wire = first.wire
        await second.join()
        assert second.sid
        third = desk.client("42")
        await third.connect()
        await desk.move(HOLD_S)
        assert third.closed()


async def test_too_many_connects_of_a_person_are_closed_and_come_back() -> None:
    async with on_desk(limits=LiveLimits(connections_per_user=2, connects_per_minute=2)) as desk:
        for _ in range(2):
            (await desk.connected("42")).lose()
        client = desk.client("42")
        await client.connect()
        await desk.move(HOLD_S)
        assert client.error is None
        assert client.closed()
        await desk.move(60)
        await client.connect()
        assert client.sid


async def test_draining_closes_the_transport(desk: Desk) -> None:
    clients = [await desk.connected("42"), await desk.connected("7")]
    desk.live.begin_drain()
    await desk.move(desk.live.limits.drain_s + 1)
    assert all(client.closed() for client in clients)
    assert not any(client.read() or client.disconnected for client in clients)
    late = desk.client("42")
    await late.connect()
    assert late.closed()
    assert late.error is None
    assert desk.live.stats.connections == 0


async def test_leaving_while_entering_leaves_nothing_behind(desk: Desk) -> None:
    desk.groat.streams.gate = asyncio.Event()
    clients = [desk.client("42") for _ in range(3)]
    for client in clients:
        await client.connect()
    clients[0].lose()
    clients[1].say("1")
    desk.live.begin_drain(0)
    await desk.move(1)
    desk.groat.streams.gate.set()
    await desk.settle()
    assert clients[2].closed()
    assert desk.live.stats.connections == desk.live.stats.feeds == 0
    assert not any(client.read() or client.sid for client in clients)
