"""A client of long-polling that takes single steps, and what tests ask of a server of Engine.IO."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.live.socketio.engine_echo import Echo
from tests.live.socketio.server import PATH, Served

POLL = {"EIO": "4", "transport": "polling"}


class PollingClient(httpx.AsyncClient):
    """A client of long-polling, in single steps."""

    def __init__(self, served: Served) -> None:
        super().__init__(base_url=served.http, timeout=20)
        self.sid = ""

    async def open(self, **more: str) -> dict[str, Any]:
        answer = await self.fetch(**more)
        assert answer.text.startswith("0{")
        opening: dict[str, Any] = json.loads(answer.text[1:])
        self.sid = opening["sid"]
        return opening

    @property
    def query(self) -> dict[str, str]:
        return {**POLL, "sid": self.sid} if self.sid else POLL

    async def fetch(self, **more: str) -> httpx.Response:
        return await super().get(PATH, params={**self.query, **more})

    async def push(self, body: Any, **options: Any) -> httpx.Response:
        return await super().post(PATH, params=self.query, content=body, **options)

    async def is_gone(self) -> bool:
        answer = await self.fetch()
        return answer.status_code == 400 and answer.json() == {"code": 1, "message": "Session ID unknown"}


def handler(served: Served) -> Echo:
    made = served.handlers[-1]
    assert isinstance(made, Echo)
    return made


async def closed(websocket: ClientConnection) -> None:
    """Wait until the server has closed."""
    with suppress(ConnectionClosed):
        async for _ in websocket:
            pass
    assert websocket.close_code is not None


def waits(served: Served) -> bool:
    """Return whether a request waits for packets."""
    polling = handler(served).socket.polling
    return polling is not None and polling.is_polled
