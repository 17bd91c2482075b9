"""The doors of a live server: what a WebSocket opens, by the path of its handshake.

A transport (`websocket.py` on uvicorn, `asgi.py` on any server) reads the handshake and asks the door of its path. The
door checks the request and gives a Receiver, to which the transport hands messages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import parse_qsl

import msgspec

from groat.live import origin

if TYPE_CHECKING:
    import asyncio

    from groat.live.clock import Clock
    from groat.live.limits import LiveLimits

_CODES: Final = {
    400: "invalid_request",
    403: "origin_refused",
    404: "not_found",
    405: "method_not_allowed",
    426: "upgrade_required",
    503: "closed",
}
_QUERY_FIELDS_MAX: Final = 64


class HttpRequest(msgspec.Struct, frozen=True):
    """The request that opens a connection. Header names are in lower case; `query` is as it stands in the URL.

    `peer` is the client's address, "" if it is not known.
    """

    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    peer: str

    def header(self, name: bytes) -> str:
        """Return the value of a header, "" if there is none."""
        return self.headers.get(name, b"").decode("latin-1")

    def fields(self) -> dict[str, str]:
        """Return the fields of the query, the first of each name. Raises ValueError if there are too many."""
        pairs = parse_qsl(
            self.query.decode("latin-1"), keep_blank_values=True, max_num_fields=_QUERY_FIELDS_MAX
        )
        return dict(reversed(pairs))


class HandshakeRefused(Exception):
    """The handshake fails with this HTTP status, this body and these headers."""

    def __init__(self, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = headers

    @classmethod
    def problem(cls, status: int, detail: str, *headers: tuple[bytes, bytes]) -> HandshakeRefused:
        """Return a refusal with problem details (RFC 9457)."""
        code = _CODES[status]
        title = code.replace("_", " ").capitalize()
        problem = {
            "type": f"urn:groat:{code}", "title": title, "status": status, "code": code, "detail": detail
        }  # fmt: skip
        kind = (b"content-type", b"application/problem+json")
        return cls(status, msgspec.json.encode(problem), kind, *headers)


class Wire(Protocol):
    """A transport, as what talks over it sees it."""

    receiver: Receiver | None
    """Gets what the client sends. A door that upgrades a connection puts another one in."""

    def write(self, framed: bytes) -> None:
        """Send whole messages made by `frames.text` or `frames.binary`. Never waits."""

    def hang_up(self, code: int, reason: str, *, deaf: bool = False) -> None:
        """Send what was written, then close. A deaf transport does not listen any more, not even for a close frame."""

    def backlog(self) -> int:
        """Return how many bytes were written and not yet taken by the network."""

    def pause_reading(self) -> None:
        """Take no more messages from the client."""

    def resume_reading(self) -> None:
        """Take messages again."""


class Receiver(Protocol):
    """Takes what a client sends over one transport."""

    @property
    def choked(self) -> bool:
        """Return whether the client does not read what it was sent: its messages have to wait, too."""

    @property
    def is_known(self) -> bool:
        """Return whether the client has said who it is. One that has not gives way to newcomers."""

    def receive(self, message: bytes) -> None:
        """Take a text message, checked to be UTF-8."""

    def receive_binary(self, message: bytes) -> None:
        """Take a binary message. Only doors that declare `binary` get any."""

    def receive_control(self) -> bool:
        """Note a ping or pong of the transport's own, or a part of a message. Returns False when it is one too many."""

    def receive_piece(self) -> None:
        """Charge for bytes that complete no message."""

    def too_slow(self) -> None:
        """Close: a message that began did not end in time."""

    def give_way(self) -> None:
        """Close for the sake of another connection, for the client has not said who it is."""

    def choke(self) -> None:
        """Stop writing, for the transport's buffer is full."""

    def drain(self) -> None:
        """Write again: the transport's buffer is nearly empty."""

    def lost(self) -> None:
        """Clean up: the transport is gone, or the client broke the framing."""


class Passage(Protocol):
    """The way of a WebSocket to another process, which answers the handshake, too: bytes pass through unread."""

    def begin(self, near: asyncio.Transport, head: bytes, hang_up: Callable[[], None]) -> None:
        """Pass the client's handshake on, and from then on what comes back. Never waits.

        `hang_up` ends the client's side when it was sent what was written.
        """

    def feed(self, data: bytes) -> None:
        """Pass on what the client sends."""

    def choke(self) -> None:
        """Read no more from the other process: the client's buffer is full."""

    def drain(self) -> None:
        """Read on: the client's buffer is nearly empty."""

    def shut(self, window_s: float) -> None:
        """Begin to close, at some moment within this many seconds: the server stops."""

    def lost(self) -> None:
        """End: the client is gone."""


class Door(Protocol):
    """A protocol at a path."""

    @property
    def limits(self) -> LiveLimits:
        """Return the bounds of its connections."""

    @property
    def clock(self) -> Clock:
        """Return the clock of its connections."""

    @property
    def binary(self) -> bool:
        """Return whether binary messages are taken. Otherwise they end a connection with 1003."""

    @property
    def is_open(self) -> bool:
        """Return whether new connections are taken: the service runs and does not drain."""

    def shut(self) -> None:
        """Begin to close the connections there are: the server stops."""

    def lead(self, request: HttpRequest, target: bytes) -> HttpRequest | Passage:
        """Return a request as its client made it, or the passage to another process that has to answer it.

        `target` is what stands on its first line. Raises HandshakeRefused.
        """

    def check(self, request: HttpRequest, offered: list[str]) -> str:
        """Return the subprotocol to answer with, of those offered, "" for none. Raises HandshakeRefused."""

    def open(self, wire: Wire, request: HttpRequest) -> Receiver:
        """Begin a connection whose handshake is done."""


def check(door: Door, request: HttpRequest) -> str:
    """Return the subprotocol to answer a handshake with, "" for none. Raises HandshakeRefused."""
    if not door.is_open:
        raise HandshakeRefused.problem(503, "not serving live connections now", (b"retry-after", b"1"))
    page = request.header(b"origin") if b"origin" in request.headers else None
    host = request.header(b"host")
    if not origin.is_allowed(page, host, door.limits.origins):
        origin.tell(page, host)
        raise HandshakeRefused.problem(
            403, "this origin may not connect: the server's setting origins does not name it"
        )
    return door.check(
        request, [each.strip() for each in request.header(b"sec-websocket-protocol").split(",")]
    )


def doors_of(app: object) -> Mapping[str, Door]:
    """Return the doors of an ASGI app by path: its `groat_doors`, or those of the apps it wraps or of their `state`."""
    for _ in range(16):
        for holder in (app, getattr(app, "state", None)):
            doors = getattr(holder, "groat_doors", None)
            if isinstance(doors, Mapping):
                return doors
        app = getattr(app, "app", None)
        if app is None:
            break
    return {}
