"""The same connections over plain ASGI, for servers other than uvicorn. A reader costs more; nothing else differs."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping

from groat.asgi import Receive, Scope, Send, path_of, target_of
from groat.live import doors, frames, rfc6455
from groat.live.doors import Door, HandshakeRefused, HttpRequest, Receiver


class _Queue:
    """The Wire of a Receiver over ASGI: a bounded queue between `write` and one sender."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._ready = asyncio.Event()
        self._may_read = asyncio.Event()
        self._may_read.set()
        self._close: tuple[int, str] | None = None
        self.receiver: Receiver | None = None

    def write(self, framed: bytes) -> None:
        """Queue messages."""
        self._chunks.append(framed)
        self._size += len(framed)
        self._ready.set()
        if self._size > self._door.limits.write_high_bytes and self.receiver is not None:
            self.receiver.choke()

    def hang_up(self, code: int, reason: str, *, deaf: bool = False) -> None:
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

    def lost(self) -> None:
        """Tell the receiver that the client is gone."""
        receiver, self.receiver = self.receiver, None
        if receiver is not None:
            receiver.lost()

    async def send_all(self, send: Send) -> None:
        """Send what is written until the receiver hangs up."""
        while True:
            await self._ready.wait()
            self._ready.clear()
            while self._chunks:
                framed = self._chunks.popleft()
                for opcode, payload in frames.messages_of(framed):
                    if opcode == frames.BINARY:
                        await send({"type": "websocket.send", "bytes": payload})
                    else:
                        await send({"type": "websocket.send", "text": payload.decode()})
                self._size -= len(framed)
                if self._size <= self._door.limits.write_low_bytes and self.receiver is not None:
                    self.receiver.drain()
            if self._close is not None:
                code, reason = self._close
                await send({"type": "websocket.close", "code": code, "reason": reason})
                return

    async def receive_all(self, receive: Receive) -> None:
        """Pass on what the client sends until it disconnects."""
        while True:
            event = await receive()
            await self._may_read.wait()
            if event["type"] == "websocket.disconnect" or self.receiver is None:
                self.lost()
                return
            text = event.get("text")
            message = event.get("bytes") or b"" if text is None else text.encode("utf-8", "replace")
            if text is None and not self._door.binary:
                self.lost()
                self.hang_up(rfc6455.UNSUPPORTED_DATA, "only JSON text is spoken here")
                return
            if len(message) > self._door.limits.inbound_bytes_max:
                self.lost()
                self.hang_up(rfc6455.TOO_BIG, "message too big")
                return
            if text is None:
                self.receiver.receive_binary(message)
            else:
                self.receiver.receive(message)


async def serve(paths: Mapping[str, Door], scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one ASGI `websocket` scope by the door of its path. A refusal is a 403 to the client."""
    await receive()
    client = scope.get("client")
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        name = name.lower()
        headers[name] = headers[name] + b"," + value if name in headers else value
    request = HttpRequest(path_of(scope), scope["query_string"], headers, client[0] if client else "")
    door = paths.get(request.path)
    try:
        if door is None:
            raise HandshakeRefused.problem(404, "no such WebSocket endpoint")
        led = door.lead(request, target_of(scope))
        if not isinstance(led, HttpRequest):
            # Only the server itself could pass bytes on. A client that wanted to upgrade goes on with long-polling.
            raise HandshakeRefused.problem(404, "another process keeps this session")
        request = led
        subprotocol = doors.check(door, request)
    except HandshakeRefused:
        await send({"type": "websocket.close", "code": rfc6455.POLICY})
        return
    await send({"type": "websocket.accept", "subprotocol": subprotocol or None})
    queue = _Queue(door)
    queue.receiver = door.open(queue, request)
    sender = asyncio.create_task(queue.send_all(send))
    receiver = asyncio.create_task(queue.receive_all(receive))
    try:
        # The sender ends only after the close is sent, the receiver also when the client has gone.
        await asyncio.wait((sender, receiver), return_when=asyncio.FIRST_COMPLETED)
        if queue.hanging_up:
            await asyncio.wait((sender,), timeout=door.limits.close_s)
    finally:
        queue.lost()
        for task in (sender, receiver):
            task.cancel()
        await asyncio.gather(sender, receiver, return_exceptions=True)
