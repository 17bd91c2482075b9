"""Namespaces, events and acknowledgements over a socket that only notes what is done with it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from groat.live import frames
from groat.live.socketio.connection import ACKS_MAX, NAMESPACES_MAX, Member, SocketConnection, SocketServer
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
    heard: list[str] = []

    class Slow(Member):
        __slots__ = ()

        def connect(self, auth: dict[str, Any]) -> None:
            heard.append("connect")

        def event(self, name: str, args: list[Any], id: int | None) -> None:
            heard.append(name)

    connection, socket = opened(SocketServer({"/": Slow}))
    for text in ("0", '2["too-early"]'):
        connection.message(text)
    assert heard == ["connect"]
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
    made: list[Asking] = []

    def make(connection: SocketConnection, namespace: str) -> Asking:
        made.append(Asking(connection, namespace))
        return made[-1]

    connection, socket = opened(SocketServer({"/": make}))
    connection.message("0")
    socket.heard()
    return connection, socket, made[0]


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
