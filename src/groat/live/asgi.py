"""The same connections over plain ASGI, for servers other than uvicorn. A reader costs more; nothing else differs."""

from __future__ import annotations

import asyncio
from collections import deque

from groat.asgi import Receive, Scope, Send
from groat.live import frames, origin, rfc6455
from groat.live.centrifuge.connection import Connection
from groat.live.service import Live


class _Queue:
    """The transport of a Connection over ASGI: a bounded queue between `write` and one sender."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._ready = asyncio.Event()
        self._may_read = asyncio.Event()
        self._may_read.set()
        self._close: tuple[int, str] | None = None
        self.connection = Connection(live, self)

    def write(self, framed: bytes) -> None:
        """Queue a message."""
        self._chunks.append(framed)
        self._size += len(framed)
        self._ready.set()
        if self._size > self._live.limits.write_high_bytes:
            self.connection.choke()

    def hang_up(self, code: int, reason: str) -> None:
        """Close once everything queued is sent."""
        if self._close is None:
            self._close = (code, reason)
            self._ready.set()
            self._may_read.set()

    @property
    def hanging_up(self) -> bool:
        """Return whether the server has decided to close."""
        return self._close is not None

    def backlog(self) -> int:
        """Return the number of bytes in the queue."""
        return self._size

    def pause_reading(self) -> None:
        """Stop taking messages: the server below buffers what the client sends."""
        self._may_read.clear()

    def resume_reading(self) -> None:
        """Take messages again."""
        self._may_read.set()

    async def send_all(self, send: Send) -> None:
        """Send what is written until the connection hangs up."""
        while True:
            await self._ready.wait()
            self._ready.clear()
            while self._chunks:
                framed = self._chunks.popleft()
                await send({"type": "websocket.send", "text": frames.message_of(framed).decode()})
                self._size -= len(framed)
                if self._size <= self._live.limits.write_low_bytes:
                    self.connection.drain()
            if self._close is not None:
                code, reason = self._close
                await send({"type": "websocket.close", "code": code, "reason": reason})
                return

    async def receive_all(self, receive: Receive) -> None:
        """Pass on what the client sends until it disconnects."""
        while True:
            event = await receive()
            await self._may_read.wait()
            if event["type"] == "websocket.disconnect":
                self.connection.lost()
                return
            text = event.get("text")
            if text is None:
                self.connection.lost()
                self.hang_up(rfc6455.UNSUPPORTED_DATA, "only JSON text is spoken here")
                return
            message = text.encode("utf-8", "replace")
            if len(message) > self._live.limits.inbound_bytes_max:
                self.connection.lost()
                self.hang_up(rfc6455.TOO_BIG, "message too big")
                return
            self.connection.receive(message)


async def serve(live: Live, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one ASGI `websocket` scope, whatever its path."""
    await receive()
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    allowed = origin.is_allowed(headers.get(b"origin"), headers.get(b"host", ""), live.limits.origins)
    if not allowed:
        origin.tell(headers.get(b"origin"), headers.get(b"host", ""))
    offered = scope.get("subprotocols", [])
    if not allowed or not live.running or live.draining or "centrifuge-protobuf" in offered:
        await send({"type": "websocket.close", "code": 1008 if not allowed else 1013})
        return
    json = "centrifuge-json"
    await send({"type": "websocket.accept", "subprotocol": json if json in offered else None})
    queue = _Queue(live)
    sender = asyncio.create_task(queue.send_all(send))
    receiver = asyncio.create_task(queue.receive_all(receive))
    try:
        # The sender ends only after the close is sent, the receiver also when the client has gone.
        await asyncio.wait((sender, receiver), return_when=asyncio.FIRST_COMPLETED)
        if queue.hanging_up:
            await asyncio.wait((sender,), timeout=live.limits.close_s)
    finally:
        queue.connection.lost()
        for task in (sender, receiver):
            task.cancel()
        await asyncio.gather(sender, receiver, return_exceptions=True)
