"""The application that the official suite of Engine.IO asks for: handlers that send back what they get.

`python -m tests.live.socketio.engine_echo 3000` serves it on that port, at /engine.io/.
"""

from __future__ import annotations

import asyncio
import sys

from groat.live.doors import HttpRequest
from groat.live.socketio.engine import EngineSocket
from tests.live.socketio.server import serve


class Echo:
    """Sends each message back, and keeps what it was told."""

    def __init__(self) -> None:
        self.got: list[str | bytes] = []
        self.told: list[str] = []
        self.socket: EngineSocket
        self.request: HttpRequest

    def opened(self, socket: EngineSocket, request: HttpRequest) -> None:
        self.socket, self.request = socket, request
        socket.settle()

    def message(self, data: str | bytes) -> None:
        self.got.append(data)
        self.socket.send(data)

    def choke(self) -> None:
        self.told.append("choke")

    def drain(self) -> None:
        self.told.append("drain")

    def lost(self, reason: str) -> None:
        self.told.append(reason)


if __name__ == "__main__":
    asyncio.run(serve("/engine.io/", Echo, int(sys.argv[1])))
