"""A small client for one server: HTTP requests and WebSockets, each over a connection of its own.

It tells apart why a server cannot be spoken with, and shows an answer as it came, also one that refuses a WebSocket.
"""

from __future__ import annotations

import asyncio
import base64
import errno
import json
import os
import secrets
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from enum import Enum
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from groat.live import frames, rfc6455

ANSWER_S = 8.0
"""A server has so many seconds for each answer."""
CLOSE_S = 1.0
HEAD_MAX = 65_536
BODY_MAX = 4 * 1024 * 1024


class Trouble(Enum):
    """Reasons for which a server cannot be spoken with."""

    UNKNOWN_NAME = "its name is unknown"
    REFUSED = "nothing listens there"
    NO_WAY = "no way leads there"
    SILENT = "it did not answer in time"
    TLS = "its certificate is not trusted, or it speaks no TLS"
    CUT = "the connection was cut"
    NOT_HTTP = "it speaks no HTTP"


class ServerUnreachable(Exception):
    """The server cannot be spoken with. ``said`` are the bytes that came instead of an answer."""

    def __init__(self, why: Trouble, detail: str = "", said: bytes = b"") -> None:
        super().__init__(f"{why.value}: {detail}" if detail else why.value)
        self.why = why
        self.said = said


class ServerAddress(NamedTuple):
    """The place of a server: ``prefix`` is the path below which it is mounted, "" for none."""

    secure: bool
    host: str
    port: int
    prefix: str

    @classmethod
    def of(cls, url: str) -> Self:
        """Read an address such as https://host:port/prefix. Raises ValueError for any other form."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(url)
        secure = parts.scheme == "https"
        return cls(secure, parts.hostname, parts.port or (443 if secure else 80), parts.path.rstrip("/"))

    @property
    def authority(self) -> str:
        """The host, and the port unless it is the scheme's own, as a header Host has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """The origin of the pages that this server would serve."""
        return f"http{'s' if self.secure else ''}://{self.authority}"

    def __str__(self) -> str:
        return self.origin + self.prefix


class HttpAnswer(NamedTuple):
    """An HTTP answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON, None if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def field(self, name: str) -> Any:
        """Return a field of the body, None if that is no JSON object or has no such field."""
        body = self.json()
        return body.get(name) if isinstance(body, dict) else None

    @property
    def problem(self) -> str:
        """The stable code of a problem that groat tells, "" for any other answer."""
        return str(self.field("code")) if str(self.field("type")).startswith("urn:groat:") else ""


class DoctorClient:
    """Asks the server at an address."""

    def __init__(self, address: ServerAddress) -> None:
        self.address = address

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> HttpAnswer:
        """Send a request and return the whole answer. Raises ServerUnreachable."""
        sent = {"Connection": "close", "Accept-Encoding": "identity", **(headers or {})}
        if body is not None:
            sent["Content-Length"] = str(len(body))
        async with self._spoken_with() as (reader, writer):
            writer.write(self._head(method, path, sent) + (body or b""))
            await writer.drain()
            status, got = await _head_of(reader)
            return HttpAnswer(status, got, b"" if method == "HEAD" else await _body_of(reader, status, got))

    @asynccontextmanager
    async def listening(
        self, path: str, headers: Mapping[str, str]
    ) -> AsyncIterator[tuple[HttpAnswer, asyncio.StreamReader]]:
        """Ask for an answer without end: its head, and what its body is read from. Raises ServerUnreachable."""
        async with self._spoken_with() as (reader, writer):
            writer.write(self._head("GET", path, {"Accept-Encoding": "identity", **headers}))
            await writer.drain()
            status, got = await _head_of(reader)
            yield (
                HttpAnswer(status, got, b"" if status == 200 else await _body_of(reader, status, got)),
                reader,
            )

    @asynccontextmanager
    async def opening(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[WebSocket | HttpAnswer]:
        """Open a WebSocket for an ``async with`` block; give the answer of a server that opens none.

        Raises ServerUnreachable.
        """
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        sent = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key,
            **(headers or {}),
        }
        async with self._spoken_with() as (reader, writer):
            writer.write(self._head("GET", path, sent))
            await writer.drain()
            status, got = await _head_of(reader)
            if status != 101 or got.get("sec-websocket-accept") != rfc6455.accept(key.encode()).decode():
                body = b"" if status == 101 else await _body_of(reader, status, got)
                yield HttpAnswer(status, got, body)
                return
            websocket = WebSocket(reader, writer)
            try:
                yield websocket
            finally:
                await websocket.close()

    def _head(self, method: str, path: str, headers: Mapping[str, str]) -> bytes:
        lines = [f"{method} {self.address.prefix}{path} HTTP/1.1"]
        named = {"Host": self.address.authority, "User-Agent": "groat-doctor", **headers}
        lines += [f"{name}: {value}" for name, value in named.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")

    @asynccontextmanager
    async def _spoken_with(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Connect, and tell what breaks apart. Raises ServerUnreachable."""
        writer = None
        try:
            async with asyncio.timeout(ANSWER_S):
                reader, writer = await self._connected()
                yield reader, writer
        except TimeoutError:
            raise ServerUnreachable(Trouble.SILENT) from None
        except ssl.SSLError as error:
            raise ServerUnreachable(Trouble.TLS, error.reason or "") from None
        except ValueError:
            raise ServerUnreachable(Trouble.NOT_HTTP) from None
        except (asyncio.IncompleteReadError, OSError) as error:
            raise ServerUnreachable(Trouble.CUT, getattr(error, "strerror", "") or "") from None
        finally:
            if writer is not None:
                writer.close()
                with suppress(OSError, TimeoutError):
                    async with asyncio.timeout(CLOSE_S):
                        await writer.wait_closed()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        address = self.address
        try:
            return await asyncio.open_connection(
                address.host,
                address.port,
                ssl=ssl.create_default_context() if address.secure else None,
                server_hostname=address.host if address.secure else None,
                limit=HEAD_MAX,
            )
        except socket.gaierror as error:
            raise ServerUnreachable(Trouble.UNKNOWN_NAME, error.strerror or "") from None
        except UnicodeError:
            raise ServerUnreachable(Trouble.UNKNOWN_NAME) from None
        except ssl.SSLCertVerificationError as error:
            raise ServerUnreachable(Trouble.TLS, error.verify_message) from None
        except (ssl.SSLError, ConnectionResetError, TimeoutError):
            raise
        except OSError as error:
            # A name with several addresses has an error for each, in one text.
            refused = f"[Errno {errno.ECONNREFUSED}]" in str(error)
            if refused or error.errno == errno.ECONNREFUSED:
                raise ServerUnreachable(Trouble.REFUSED) from None
            raise ServerUnreachable(Trouble.NO_WAY, error.strerror or str(error)) from None


async def _head_of(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """Read status and headers. Raises ServerUnreachable, and what the connection raises."""
    begin = await reader.read(5)
    while 0 < len(begin) < 5 and (more := await reader.read(5 - len(begin))):
        begin += more
    if not begin:
        raise ServerUnreachable(Trouble.CUT)
    if begin != b"HTTP/":
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                begin += await reader.read(200)
        raise ServerUnreachable(Trouble.NOT_HTTP, said=begin)
    try:
        head = begin + await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise ServerUnreachable(Trouble.NOT_HTTP, "its head has no end") from None
    line, *lines = head.decode("latin-1").split("\r\n")
    try:
        status = int(line.split(" ")[1])
    except (IndexError, ValueError):
        raise ServerUnreachable(Trouble.NOT_HTTP, said=head[:200]) from None
    headers: dict[str, str] = {}
    for each in lines:
        name, _, value = each.partition(":")
        name = name.strip().lower()
        headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
    return status, headers


async def _body_of(reader: asyncio.StreamReader, status: int, headers: Mapping[str, str]) -> bytes:
    """Read a body, at most ``BODY_MAX`` bytes of it."""
    if status in (204, 304):
        return b""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = b""
        while size := int((await reader.readline()).split(b";")[0] or b"0", 16):
            body += await reader.readexactly(size)
            await reader.readline()
            if len(body) > BODY_MAX:
                break
        return body
    length = headers.get("content-length", "")
    if length.isdigit():
        return await reader.readexactly(min(int(length), BODY_MAX))
    body = b""
    while len(body) < BODY_MAX and (part := await reader.read(65_536)):
        body += part
    return body


class ClosedByServer(Exception):
    """The server closed the WebSocket, with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}".rstrip())
        self.code = code
        self.reason = reason


class WebSocket:
    """The client's end of a WebSocket of text messages."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, message: str) -> None:
        """Send a text message."""
        await self._write(frames.TEXT, message.encode())

    async def receive(self) -> str:
        """Return the next text message. Raises ClosedByServer, and what the connection raises."""
        message = b""
        while True:
            head = await self._reader.readexactly(2)
            opcode, size = head[0] & 0x0F, head[1] & 0x7F
            if size >= 126:
                size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8), "big")
            if size > BODY_MAX:
                raise ClosedByServer(rfc6455.TOO_BIG, "a message without end")
            payload = await self._reader.readexactly(size)
            if opcode == rfc6455.CLOSE:
                raise ClosedByServer(rfc6455.close_code(payload), payload[2:].decode("utf-8", "replace"))
            if opcode == rfc6455.PING:
                await self._write(frames.PONG, payload)
            elif opcode < rfc6455.CLOSE:
                message += payload
                if head[0] & 0x80:
                    return message.decode("utf-8", "replace")

    async def close(self) -> None:
        """Say goodbye, and wait until the server has heard it, for then it counts this connection no more."""
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._write(frames.CLOSE, rfc6455.NORMAL.to_bytes(2, "big"))
                while await self._reader.read(65_536):
                    pass

    async def _write(self, opcode: int, payload: bytes) -> None:
        mask = os.urandom(4)
        size = len(payload)
        if size < 126:
            length = bytes([0x80 | size])
        elif size < 65_536:
            length = b"\xfe" + size.to_bytes(2, "big")
        else:
            length = b"\xff" + size.to_bytes(8, "big")
        self._writer.write(bytes([0x80 | opcode]) + length + mask + rfc6455.unmask(payload, mask))
        await self._writer.drain()
