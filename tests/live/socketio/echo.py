"""The echo application that the conformance suites of Socket.IO expect of a server."""

from __future__ import annotations

from typing import Any

from groat.live.socketio.connection import Member, SocketServer


class Echo(Member):
    """Tells each newcomer the `auth` it came with, and repeats what it hears."""

    __slots__ = ()

    def connect(self, auth: dict[str, Any]) -> None:
        self.accept()
        self.emit("auth", auth)

    def event(self, name: str, args: list[Any], id: int | None) -> None:
        if name == "message":
            self.emit("message-back", *args)
        elif name == "message-with-ack" and id is not None:
            self.acknowledge(id, *args)


class Greeter(Member):
    """Tells each newcomer the `auth` it came with."""

    __slots__ = ()

    def connect(self, auth: dict[str, Any]) -> None:
        self.accept()
        self.emit("auth", auth)


def echo_server() -> SocketServer:
    return SocketServer({"/": Echo, "/custom": Greeter})
