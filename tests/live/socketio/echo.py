"""The echo application that the conformance suites of Socket.IO expect of a server.

`python -m tests.live.socketio.echo 3000` serves it on that port, at /socket.io/.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from groat.live.socketio.connection import Member, SocketServer
from tests.live.socketio.server import serve


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


if __name__ == "__main__":
    asyncio.run(serve("/socket.io/", echo_server().make_handler, int(sys.argv[1])))
