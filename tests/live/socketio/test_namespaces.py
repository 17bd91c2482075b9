"""Namespaces, events and acknowledgements over a socket that only notes what is done with it."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable
from typing import Any, TypeVar, cast

import pytest

from groat.live import frames
from groat.live.socketio.connection import (
    ACKS_MAX,
    NAMESPACES_MAX,
    REFUSALS_MAX,
    Member,
    SocketConnection,
    SocketServer,
)
from groat.live.socketio.engine import EngineSocket
from tests.live.socketio.echo import Echo, echo_server


class FakeSocket:
    """An Engine.IO socket whose client reads everything at once."""

    def __init__(self) -> None:
        self.sent: list[str | bytes] = []
        self.ended = ""
        self.settled = False

    def send(self, data: str | bytes) -> None:
        self.sent.append(data)

    def write(self, framed: bytes) -> None:
        for opcode, payload in frames.messages_of(framed):
            assert opcode == frames.TEXT
            assert payload[:1] == b"4"
            self.sent.append(payload[1:].decode())

    def settle(self) -> None:
        self.settled = True

    def unsettle(self) -> None:
        self.settled = False

    def fail(self, reason: str) -> None:
        self.ended = f"failed: {reason}"

    def close(self, reason: str, *, abrupt: bool = False) -> None:
        self.ended = f"closed: {reason}"

    def heard(self) -> list[str | bytes]:
        """What the client heard since the last call."""
        sent, self.sent = self.sent, []
        return sent


def opened(server: SocketServer) -> tuple[SocketConnection, FakeSocket]:
    connection, socket = server.make_handler(), FakeSocket()
    connection.opened(cast(EngineSocket, socket), cast(Any, None))
    return connection, socket


def joined(namespace: str = "") -> tuple[SocketConnection, FakeSocket]:
    connection, socket = opened(echo_server())
    connection.message(f"0{namespace}")
    assert len(socket.heard()) == 2
    return connection, socket


M = TypeVar("M", bound=Member)


def opened_with(kind: Callable[[SocketConnection, str], M]) -> tuple[SocketConnection, FakeSocket, M]:
    """A connection whose client has asked to be let in, and its member."""
    made: list[M] = []

    def make(connection: SocketConnection, namespace: str) -> M:
        made.append(kind(connection, namespace))
        return made[-1]

    connection, socket = opened(SocketServer({"/": make}))
    connection.message("0")
    return connection, socket, made[0]


class Hesitant(Member):
    """Lets its client wait, until a test lets it in."""

    __slots__ = ("heard",)

    def connect(self, auth: dict[str, Any]) -> None:
        self.heard: list[str] = []

    def event(self, name: str, args: list[Any], id: int | None) -> None:
        self.heard.append(name)


@pytest.mark.parametrize("prefix", ["", "/custom,"])
@pytest.mark.parametrize("auth", ["", '{"token":"123"}'])
def test_lets_a_client_into_a_namespace(prefix: str, auth: str) -> None:
    connection, socket = opened(echo_server())
    connection.message(f"0{prefix}{auth}")
    answer, event = socket.heard()
    assert isinstance(answer, str)
    assert answer.startswith(f'0{prefix}{{"sid":"')
    assert event == f'2{prefix}["auth",{auth or "{}"}]'
    assert socket.settled


def test_refuses_a_namespace_that_there_is_not() -> None:
    connection, socket = opened(echo_server())
    connection.message("0/random")
    assert socket.heard() == ['4/random,{"message":"Invalid namespace"}']
    assert not socket.settled
    assert not socket.ended


@pytest.mark.parametrize(
    "text", ["abc", "2{}", '2abc["message"]', "0[]", '4{"message":"no"}', "0"], ids=lambda text: text
)
def test_ends_a_connection_that_breaks_the_protocol(text: str) -> None:
    connection, socket = joined()
    connection.message(text)
    assert socket.ended.startswith("failed")
    assert socket.heard() == []


def test_answers_events_and_acknowledges() -> None:
    connection, socket = joined()
    connection.message('2["message",1,"2",{"3":[true]}]')
    connection.message('2456["message-with-ack",1,"2",{"3":[false]}]')
    connection.message('2["unheard-of"]')
    assert socket.heard() == ['2["message-back",1,"2",{"3":[true]}]', '3456[1,"2",{"3":[false]}]']


def test_takes_and_sends_bytes() -> None:
    connection, socket = joined()
    place = '{"_placeholder":true,"num":%d}'
    for piece in (f'52-789["message-with-ack",{place % 0},{place % 1}]', b"\1\2", b"\3"):
        connection.message(piece)
    assert socket.heard() == [f"62-789[{place % 0},{place % 1}]", b"\1\2", b"\3"]


def test_bytes_must_be_announced() -> None:
    connection, socket = joined()
    connection.message(b"\1")
    assert socket.ended.startswith("failed")


def test_attachments_must_follow_their_packet() -> None:
    connection, socket = joined()
    connection.message('51-["message",{"_placeholder":true,"num":0}]')
    connection.message('2["message"]')
    assert socket.ended.startswith("failed")
    assert socket.heard() == []


PLACED = '{"_placeholder":true,"num":0}'
# A text of 60 KB, which takes half a megabyte as objects.
HEAVY = f'51-9["message-with-ack",{json.dumps([f"{n:02}" for n in range(100)] * 120, separators=(",", ":"))},{PLACED}]'


def kept(connection: SocketConnection, *messages: str | bytes) -> int:
    """Return how many bytes of memory a connection keeps of these."""
    gc.collect()
    tracemalloc.start()
    try:
        for message in messages:
            connection.message(message)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_nothing_is_kept_of_a_packet_that_nobody_will_take() -> None:
    connection, socket = opened(echo_server())
    assert kept(connection, HEAVY) < 4_096
    assert kept(connection, b"\1", HEAVY.replace("51-", "52-", 1), bytes(60_000)) < 4_096
    connection.message(b"\1")
    connection.message("0")
    assert len(socket.heard()) == 2
    connection.message("1")
    assert kept(connection, HEAVY) < 4_096
    assert not socket.ended


def test_a_packet_that_began_before_the_client_was_let_in_is_not_heard() -> None:
    connection, socket, member = opened_with(Hesitant)
    connection.message('51-9["ask",{"_placeholder":true,"num":0}]')
    member.accept()
    connection.message(b"\1")
    assert member.heard == []
    connection.message('2["ask"]')
    assert member.heard == ["ask"]
    assert not socket.ended


def test_a_packet_that_waits_for_its_attachments_is_small() -> None:
    connection, socket = joined()
    assert kept(connection, HEAVY) < 100_000
    connection.message(b"\1")
    text, attachment = socket.heard()
    assert text == HEAVY.replace("51-", "61-", 1).replace('"message-with-ack",', "", 1)
    assert attachment == b"\1"


def test_leaving_one_namespace_leaves_the_other() -> None:
    connection, socket = joined()
    connection.message("0/custom")
    connection.message("1/custom,")
    socket.heard()
    assert socket.settled
    connection.message('2/custom,["message"]')
    connection.message('2["message","still here"]')
    assert socket.heard() == ['2["message-back","still here"]']
    assert not socket.ended


def test_events_of_a_client_that_is_not_let_in_yet_are_not_heard() -> None:
    connection, socket, member = opened_with(Hesitant)
    connection.message('2["too-early"]')
    assert member.heard == []
    assert not socket.ended
    connection.message("0")
    assert socket.ended.startswith("failed")


def test_bounds_the_namespaces_of_a_connection() -> None:
    connection, socket = opened(SocketServer({f"/{n}": Echo for n in range(NAMESPACES_MAX + 1)}))
    for n in range(NAMESPACES_MAX):
        connection.message(f"0/{n}")
    assert not socket.ended
    connection.message(f"0/{NAMESPACES_MAX}")
    assert socket.ended.startswith("failed")


def test_bounds_the_refusals_of_a_connection() -> None:
    connection, socket = opened(echo_server())
    for _ in range(REFUSALS_MAX - 1):
        connection.message("0/random")
    connection.message("0")
    assert not socket.ended
    connection.message("0/random")
    assert socket.ended.startswith("failed")
    assert len(socket.heard()) == REFUSALS_MAX + 2


class Asking(Member):
    """Asks for acknowledgements as a test wants it."""

    __slots__ = ("answers", "left")

    def connect(self, auth: dict[str, Any]) -> None:
        self.answers: list[list[Any] | None] = []
        self.left = 0
        self.accept()

    def disconnected(self) -> None:
        self.left += 1


def asking() -> tuple[SocketConnection, FakeSocket, Asking]:
    connection, socket, member = opened_with(Asking)
    socket.heard()
    return connection, socket, member


def test_a_server_is_acknowledged_once_and_by_the_right_id() -> None:
    connection, socket, member = asking()
    member.emit("first", ack=member.answers.append)
    member.emit("second", b"bytes", ack=member.answers.append)
    assert socket.heard() == ['20["first"]', '51-1["second",{"_placeholder":true,"num":0}]', b"bytes"]
    for text in ('31["b"]', '31["again"]', '37["nobody asked"]'):
        connection.message(text)
    assert member.answers == [["b"]]
    connection.message('60-0["a"]')
    assert member.answers == [["b"], ["a"]]


def test_acknowledgements_that_do_not_come_are_given_up() -> None:
    connection, _, member = asking()
    for _n in range(ACKS_MAX + 2):
        member.emit("ask", ack=member.answers.append)
    assert member.answers == [None, None]
    connection.lost("transport closed")
    assert member.answers == [None] * (ACKS_MAX + 2)
    assert member.left == 1


@pytest.mark.parametrize("end", ["client", "server", "transport"])
def test_a_membership_ends_once(end: str) -> None:
    connection, socket, member = asking()
    if end == "client":
        connection.message("1")
    elif end == "server":
        member.disconnect()
        assert socket.heard() == ["1"]
    connection.lost("transport closed")
    assert member.left == 1
    assert socket.settled == (end == "transport")
    connection.message('2["too late"]')
    assert member.left == 1
