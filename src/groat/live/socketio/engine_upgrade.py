"""A WebSocket that may take the place of a session's long-polling: 2probe, 3probe, 5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groat.live import rfc6455
from groat.live.socketio import engine_packets as packets

if TYPE_CHECKING:
    from groat.live.doors import Wire
    from groat.live.socketio.engine import Engine, EngineSocket


class Probe:
    """Receives from such a WebSocket. One that is of no use, as its session has a WebSocket, is closed at once."""

    __slots__ = ("_engine", "_socket", "_wire", "choked", "deadline", "is_probed")

    is_known = False

    def __init__(self, engine: Engine, socket: EngineSocket | None, wire: Wire) -> None:
        self._engine = engine
        self._socket = socket
        self._wire = wire
        self.choked = False
        self.is_probed = False
        self.deadline = engine.now() + engine.limits.upgrade_s
        if socket is None or socket.polling is None or socket.upgrading is not None:
            self._socket = None
            wire.hang_up(rfc6455.NORMAL, "the session has a WebSocket already, or is closed")
        else:
            socket.upgrading = self
            engine.probes.add(self)

    def receive(self, message: bytes) -> None:
        """Take the probe, then the packet that completes the upgrade. Anything else ends this WebSocket."""
        socket = self._socket
        if socket is None:
            return
        if message == packets.PROBE and not self.is_probed:
            self.is_probed = True
            self._wire.write(packets.PROBED_PACKET)
            polling = socket.polling
            if polling is not None:
                polling.nudge()
        elif self.is_probed and message == packets.UPGRADE_PACKET:
            self._engine.probes.discard(self)
            self._socket = None
            socket.move_to(self._wire)
        else:
            self.end()

    def receive_binary(self, message: bytes) -> None:
        """End: no upgrade begins like this."""
        self.end()

    def receive_control(self) -> bool:
        """Charge the session."""
        return self._socket is not None and self._socket.receive_control()

    def receive_piece(self) -> None:
        """Charge the session."""
        if self._socket is not None:
            self._socket.receive_piece()

    def too_slow(self) -> None:
        """End: a message did not end in time."""
        self.end()

    def give_way(self) -> None:
        """End for the sake of another connection; the session goes on over long-polling."""
        self.end()

    def choke(self) -> None:
        """Nothing is written here that could choke it."""

    def drain(self) -> None:
        """See choke."""

    def end(self) -> None:
        """Close this WebSocket. The session goes on over long-polling."""
        if self._socket is not None:
            self.lost()
            self._wire.hang_up(rfc6455.NORMAL, "")

    def lost(self) -> None:
        """Forget it: the WebSocket is gone."""
        if self._socket is not None:
            self._engine.probes.discard(self)
            self._socket.upgrading = None
            self._socket = None
