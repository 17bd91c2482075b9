"""The Centrifuge door: the JSON form of the client protocol over WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from groat.live.centrifuge.connection import Connection
from groat.live.doors import HandshakeRefused, HttpRequest, Receiver, Wire

if TYPE_CHECKING:
    from groat.live.service import Live

PATH: Final = "/connection/websocket"
_JSON: Final = "centrifuge-json"


class CentrifugeDoor:
    """Opens connections of a Live (see doors.Door)."""

    binary: Final = False

    def __init__(self, live: Live) -> None:
        self._live = live
        self.limits = live.limits
        self.clock = live.clock

    @property
    def is_open(self) -> bool:
        """Return whether the service runs and does not drain."""
        return self._live.running and not self._live.draining

    def shut(self) -> None:
        """Close each connection at a moment within the drain window."""
        self._live.begin_drain()

    def lead(self, request: HttpRequest, target: bytes) -> HttpRequest:
        """Return the request: any process answers it."""
        return request

    def check(self, request: HttpRequest, offered: list[str]) -> str:
        """Return the subprotocol. Raises HandshakeRefused for the Protobuf form."""
        if "centrifuge-protobuf" in offered:
            raise HandshakeRefused.problem(
                400, "only JSON is spoken here: choose an SDK, or its setting, that speaks it"
            )
        return _JSON if _JSON in offered else ""

    def open(self, wire: Wire, request: HttpRequest) -> Receiver:
        """Begin a connection."""
        return Connection(self._live, wire)
