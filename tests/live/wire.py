"""A client without manners: bytes over a socket, to do what no SDK would."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

MASK = b"\x01\x02\x03\x04"


def masked(payload: bytes) -> bytes:
    return bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))


def frame(
    payload: bytes | str, opcode: int = 1, *, fin: bool = True, rsv: int = 0, size: int | None = None
) -> bytes:
    """A masked client frame; `size` lies about the length in the 64-bit form."""
    data = payload.encode() if isinstance(payload, str) else payload
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if size is not None:
        length = b"\xff" + size.to_bytes(8, "big")
    elif len(data) < 126:
        length = bytes([0x80 | len(data)])
    elif len(data) < 65_536:
        length = b"\xfe" + len(data).to_bytes(2, "big")
    else:
        length = b"\xff" + len(data).to_bytes(8, "big")
    return head + length + MASK + masked(data)


class Served(Protocol):
    """A server of this machine."""

    port: int


class Wire:
    """An open WebSocket over a plain socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._lines: list[Any] = []

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def trickle(self, data: bytes, size: int = 1) -> None:
        """Send the bytes in pieces of this size, so that each is read for itself."""
        self.writer.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(data), size):
            self.send(data[at : at + size])
            await asyncio.sleep(0)

    def say(self, *commands: dict[str, Any]) -> None:
        """Send commands in one text message."""
        self.send(frame("\n".join(json.dumps(command) for command in commands)))

    async def next_frame(self) -> tuple[int, bytes]:
        """Opcode and payload of the server's next frame."""
        async with asyncio.timeout(10):
            head, size = await self.reader.readexactly(2)
            assert head & 0x80, "the tests expect whole messages"
            assert not size & 0x80, "a server never masks"
            if size == 126:
                size = int.from_bytes(await self.reader.readexactly(2), "big")
            elif size == 127:
                size = int.from_bytes(await self.reader.readexactly(8), "big")
            return head & 0x0F, await self.reader.readexactly(size)

    async def heard(self) -> Any:
        """The next JSON line from the server, pings left out."""
        while not self._lines:
            opcode, payload = await self.next_frame()
            assert opcode == 1, (opcode, payload)
            self._lines += [json.loads(line) for line in payload.split(b"\n") if line != b"{}"]
        return self._lines.pop(0)

    async def ask(self, **command: Any) -> Any:
        """Send one command and return the reply with its id, skipping pushes."""
        self.say(command)
        while (reply := await self.heard()).get("id") != command["id"]:
            continue
        return reply

    async def closed(self) -> int:
        """The code of the server's close frame, which must come next but for text; the socket is then closed."""
        while True:
            opcode, payload = await self.next_frame()
            if opcode == 8:
                return int.from_bytes(payload[:2], "big") if payload else 1005

    async def is_ended(self) -> bool:
        """Whether the server has closed the socket."""
        async with asyncio.timeout(10):
            return await self.reader.read() == b""


def request(served: Served, path: str = "/connection/websocket", **headers: str | None) -> bytes:
    """The bytes of an upgrade request; a header given as None is left out, `_` stands for `-`."""
    wanted: dict[str, str | None] = {
        "host": f"127.0.0.1:{served.port}",
        "upgrade": "websocket",
        "connection": "Upgrade",
        "sec-websocket-version": "13",
        "sec-websocket-key": base64.b64encode(os.urandom(16)).decode(),
    }
    wanted |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}\r\n" for name, value in wanted.items() if value is not None]
    return f"GET {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode()


@asynccontextmanager
async def socket_to(served: Served) -> AsyncIterator[Wire]:
    """A TCP connection to the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=2**20)
    try:
        yield Wire(reader, writer)
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


async def shake_hands(
    served: Served, wire: Wire, path: str = "/connection/websocket", **headers: str | None
) -> tuple[int, dict[str, str]]:
    """Send an upgrade request; status and headers of the answer."""
    wire.send(request(served, path, **headers))
    async with asyncio.timeout(10):
        head = (await wire.reader.readuntil(b"\r\n\r\n")).decode()
    status, *lines = head.split("\r\n")
    pairs = [line.partition(":") for line in lines if line]
    return int(status.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}


@asynccontextmanager
async def wired(served: Served, token: str | None = None) -> AsyncIterator[Wire]:
    """An open WebSocket, connected as the token's bearer when one is given."""
    async with socket_to(served) as wire:
        status, _ = await shake_hands(served, wire)
        assert status == 101
        if token is not None:
            reply = await wire.ask(id=1, connect={"token": token})
            assert "connect" in reply, reply
        yield wire
