"""Passes requests on to the worker that keeps their session: long-polling lands on any worker of any node.

A worker of the same node is reached over a Unix socket in a directory that is private to the server, another node at
the address that the database has of it; there any worker takes the request, and passes it on to its neighbour if need
be. So a request takes two steps at most, and one that came from a neighbour goes no further. Requests go as they came,
with a seal of the cluster beside them (see seals.py); answers are streamed back as the client reads them. A worker that
cannot be reached is gone, and its sessions with it: the client is told that its session is unknown, and begins anew.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast
from urllib.parse import urlsplit

import httptools
import msgspec
import structlog

from groat.asgi import ASGIApp, Message, Receive, Scope, Send, target_of
from groat.live.socketio.engine_errors import BAD_REQUEST, UNKNOWN_SID, EngineError
from groat.live.socketio.engine_http import JSON, send_answer
from groat.live.socketio.passages import BUSY, SocketPassage
from groat.live.socketio.seals import FRESH_S, HEADER, Seal, Seals, digest_of
from groat.live.socketio.sids import Owner, Sids
from groat.sparing import SparingLog

if TYPE_CHECKING:
    from groat.live.doors import HttpRequest
    from groat.live.socketio.nodes import Nodes

CONNECT_S: Final = 2.0
ANSWER_S: Final = 60.0
"""An answer begins within this many seconds: a long-poll is answered by the ping after 25 s at the latest."""
BACKLOG: Final = 2_048
READ_BYTES: Final = 64 * 1024
HEAD_BYTES: Final = 64 * 1024
PASSED_MAX: Final = 10_000
"""A worker passes on at most this many requests at once."""
_HOP_BY_HOP: Final = frozenset(
    (
        b"connection", b"content-length", b"expect", b"keep-alive", b"proxy-connection", b"te", b"trailer",
        b"transfer-encoding", b"upgrade", HEADER,
    )
)  # fmt: skip
# This worker adds these to each answer by itself.
_CORS: Final = b"access-control-"
_OWN_HEADERS: Final = frozenset((b"connection", b"date", b"keep-alive", b"server", b"transfer-encoding"))
_SID: Final = re.compile(rb"(?:^|&)sid=([^&]*)")

T = TypeVar("T", bound=asyncio.BaseProtocol)

log = SparingLog(structlog.get_logger("groat.live"))


class RelayStats(msgspec.Struct):
    """Counts of requests: passed to a neighbour, to another node, in vain, turned away as too many, and refused.

    `open` is the number of those that wait or stream at present.
    """

    to_workers: int = 0
    to_nodes: int = 0
    unreachable: int = 0
    turned_away: int = 0
    refused: int = 0
    open: int = 0


class ConnectionCount(Protocol):
    """Counts the connections of the process."""

    def enter(self, address: str) -> Any:
        """Count one more connection. Returns None if there is room for it."""

    def leave(self, address: str, connection: Any) -> None:
        """Count one less."""


class Neighbours:
    """The directory in which the workers of one server listen for each other, each at a socket of its name."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        # Addresses of sockets are short; by the open directory each of them is reached, however deep it lies.
        self._open = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)

    def path(self, worker: str) -> str:
        """Return where a worker listens."""
        short = Path(f"/proc/self/fd/{self._open}")
        return str((short if short.exists() else self._directory) / worker)

    def listen(self, worker: str) -> socket.socket:
        """Open the socket of a worker. Raises OSError."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.path(worker))
        listener.listen(BACKLOG)
        return listener

    def close(self) -> None:
        """Close the directory."""
        os.close(self._open)


class SessionRelay:
    """Answers requests of this worker's sessions by the application, and passes those of others on.

    `secret` is the cluster's, `here` this worker. `neighbours` is None for a server of one process. `room`, where there
    is one, counts the connections that are made.
    """

    def __init__(
        self,
        secret: str,
        here: Owner,
        nodes: Nodes,
        neighbours: Neighbours | None = None,
        room: ConnectionCount | None = None,
    ) -> None:
        self.sids = Sids(secret, here)
        self.seals = Seals(secret)
        self.stats = RelayStats()
        self._here = here
        self._nodes = nodes
        self._room = room
        self._neighbours = neighbours

    # Whose request is it?

    def owner(self, query: bytes) -> Owner | None:
        """Return the other worker that keeps the session of a request, None if this one has to answer."""
        found = _SID.search(query)
        owner = self.sids.owner(found[1].decode("latin-1")) if found else None
        return None if owner == self._here else owner

    def is_node(self, value: bytes, method: bytes, target: bytes) -> bool:
        """Return whether a request comes from a node of the cluster. `value` is that of its header groat-relay."""
        seal = self.seals.open(value, method, target)
        return seal is not None and self._is_fresh(seal)

    def unseal(self, value: bytes, method: bytes, target: bytes, body: bytes) -> Seal | None:
        """Return what the first node says of a request, None if no node has passed on this very request just now."""
        seal = self.seals.open(value, method, target)
        if seal is None or seal.digest != digest_of(body) or not self._is_fresh(seal):
            self.stats.refused += 1
            return None
        return seal

    def _is_fresh(self, seal: Seal) -> bool:
        late_s = self._nodes.now() - seal.at
        if abs(late_s) > FRESH_S:
            log.warning("relayed_too_late", late_s=round(late_s, 1), hint=_CLOCK_HINT)
            return False
        return True

    def seal(
        self, owner: Owner, method: bytes, target: bytes, body: bytes, client: str, scheme: str
    ) -> bytes:
        """Return the header's value for a request that is passed on."""
        final = owner.node == self._here.node
        seal = Seal(self._nodes.now(), client, scheme, digest_of(body), final)
        return self.seals.close(seal, method, target)

    def may_pass(self, owner: Owner, seal: Seal | None) -> bool:
        """Return whether a request for that owner goes on from here: no request goes in circles."""
        if seal is None:
            return True
        if owner.node == self._here.node and not seal.final:
            return True
        log.warning("relayed_astray", node=owner.node, worker=owner.worker, hint=_ASTRAY_HINT)
        return False

    # WebSockets.

    def lead(self, request: HttpRequest, target: bytes) -> HttpRequest | SocketPassage:
        """Return a request as its client made it, or the passage to the worker that keeps its session.

        `target` is what stands on its first line. Raises HandshakeRefused.
        """
        sealed = request.headers.get(HEADER)
        seal = None
        if sealed is not None:
            seal = self.unseal(sealed, b"GET", target, b"")
            if seal is None:
                raise EngineError(UNKNOWN_SID).refused()
            request = msgspec.structs.replace(request, peer=seal.client)
        owner = self.owner(request.query)
        if owner is None or not self.may_pass(owner, seal):
            return request
        return SocketPassage(self, owner, self.seal(owner, b"GET", target, b"", request.peer, "http"))

    # Requests over HTTP.

    async def serve(self, app: ASGIApp, body_max: int, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of long-polling by `app`, or by the worker that keeps the session.

        Bodies of more than `body_max` bytes are not passed on.
        """
        sealed = next((value for name, value in scope["headers"] if name == HEADER), None)
        owner = self.owner(scope["query_string"])
        if sealed is None and owner is None:
            await app(scope, receive, send)
            return
        body = await _body(receive, body_max)
        if body is None:
            await _refuse(send, EngineError(BAD_REQUEST, f"a body has at most {body_max} bytes", 413))
            return
        method, target = scope["method"].encode(), target_of(scope)
        seal = None
        if sealed is not None:
            seal = self.unseal(sealed, method, target, body)
            if seal is None:
                await _refuse(send, EngineError(UNKNOWN_SID))
                return
            client = (seal.client, 0) if seal.client else None
            scope = {**scope, "client": client, "scheme": seal.scheme}
        if owner is not None and self.may_pass(owner, seal):
            client = scope.get("client")
            value = self.seal(owner, method, target, body, client[0] if client else "", scope["scheme"])
            request = _request(scope, method, target, value, body)
            if await self._pass_on(owner, request, receive, send):
                return
            # The worker is gone, and here nobody knows the session.
        await app(scope, _again(body, receive), send)

    async def _pass_on(self, owner: Owner, request: bytes, receive: Receive, send: Send) -> bool:
        """Have a request answered by its owner. Returns False if that cannot be, and nothing was sent."""
        if not self.enter():
            await _refuse(send, EngineError(BAD_REQUEST, BUSY, 503))
            return True
        try:
            reader = asyncio.StreamReader(READ_BYTES)
            far = await self.connect(owner, partial(_Far, reader))
            try:
                far.transport.write(request)
                answering = asyncio.ensure_future(_stream_back(reader, send))
                leaving = asyncio.ensure_future(_left(receive))
                try:
                    await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
                    came = not answering.done() or answering.result()
                    self.stats.unreachable += not came
                    return came
                finally:
                    answering.cancel()
                    leaving.cancel()
            finally:
                # Nobody wants the rest of the answer any more.
                far.transport.abort()
        except OSError:
            self.stats.unreachable += 1
            return False
        finally:
            self.leave()

    async def connect(self, owner: Owner, make: Callable[[], T]) -> T:
        """Connect a protocol that `make` makes to an owner. Raises OSError if that cannot be."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_S):
            if owner.node == self._here.node:
                if self._neighbours is None:
                    raise FileNotFoundError(owner.worker)
                self.stats.to_workers += 1
                _, made = await loop.create_unix_connection(make, self._neighbours.path(owner.worker))
                return made
            host, port, is_safe = _split(await self._nodes.address(owner.node))
            self.stats.to_nodes += 1
            _, made = await loop.create_connection(make, host, port, ssl=is_safe or None)
            return made

    def enter(self) -> bool:
        """Count one more request that is passed on. Returns False if there is no room for it."""
        self.stats.open += 1
        is_full = self._room is not None and self._room.enter("") is not None
        if is_full or self.stats.open > PASSED_MAX:
            self.leave()
            self.stats.turned_away += 1
            return False
        return True

    def leave(self) -> None:
        """Count one less."""
        self.stats.open -= 1
        if self._room is not None:
            self._room.leave("", self)


def _split(address: str) -> tuple[str, int, bool]:
    """Return host and port of a node's address, and whether it speaks TLS. Raises OSError if it is none."""
    try:
        parts = urlsplit(address)
        is_safe = parts.scheme == "https"
        host, port = parts.hostname, parts.port or (443 if is_safe else 80)
    except ValueError:
        host = None
    if host is None:
        raise FileNotFoundError(address)
    return host, port, is_safe


class _Far(asyncio.StreamReaderProtocol):
    """The other end of a request that is passed on."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        super().connection_made(transport)
        self.transport = cast(asyncio.Transport, transport)


class _PassedAnswer:
    """Takes an answer apart; httptools calls it."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.is_whole = False
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """Take bytes of the answer. Raises ConnectionError if they are none."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            raise ConnectionError(str(error)) from None

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header."""
        name = name.lower()
        if name not in _OWN_HEADERS and not name.startswith(_CORS):
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Note that the head is whole."""
        self.status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        """Note a part of the body."""
        self.body += body

    def on_message_complete(self) -> None:
        """Note the end."""
        self.is_whole = True


async def _stream_back(reader: asyncio.StreamReader, send: Send) -> bool:
    """Send an answer on as it comes. Returns False if none came, and nothing was sent.

    One that breaks off ends without its last part, so that the server cuts the client's connection.
    """
    reply = _PassedAnswer()
    seen = 0
    async with asyncio.timeout(ANSWER_S):
        while not reply.status:
            data = await reader.read(READ_BYTES)
            seen += len(data)
            if not data or seen > HEAD_BYTES:
                return False
            reply.feed(data)
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    while True:
        body, reply.body = reply.body, b""
        await send({"type": "http.response.body", "body": body, "more_body": not reply.is_whole})
        if reply.is_whole:
            return True
        try:
            async with asyncio.timeout(ANSWER_S):
                data = await reader.read(READ_BYTES)
            if not data:
                return True
            reply.feed(data)
        except OSError:
            return True


def _request(scope: Scope, method: bytes, target: bytes, value: bytes, body: bytes) -> bytes:
    """Return a request as it is passed on: as it came, with the seal."""
    head = [b"%b %b HTTP/1.1" % (method, target)]
    head += [name + b": " + value for name, value in scope["headers"] if name.lower() not in _HOP_BY_HOP]
    head += [
        b"%b: %b" % (HEADER, value),
        b"content-length: %d" % len(body),
        b"connection: close",
    ]
    return b"\r\n".join((*head, b"", body))


async def _body(receive: Receive, bytes_max: int) -> bytes | None:
    """Read a body. Returns None if it is larger, or the client left."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or len(body) > bytes_max:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives this body once more, and then what comes."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


async def _left(receive: Receive) -> None:
    """Wait until the client has given the request up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, error: EngineError) -> None:
    await send_answer(send, error.status, error.body, JSON)


_CLOCK_HINT = (
    "A request that another node passed on is too old or from the future. Is the database's clock steady?"
)
_ASTRAY_HINT = (
    "A request that was passed on has come to a node that does not keep its session. "
    "The setting node_address of the node that does is wrong: it leads here."
)
