"""Socket.IO at /socket.io/: its engine, and who answers a request of which session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from groat.live.socketio import engine_http
from groat.live.socketio.door import SocketDoor
from groat.live.socketio.engine import Engine, EngineLimits
from groat.live.socketio.events import Translator

if TYPE_CHECKING:
    from groat import Groat
    from groat.http.catalogue import Catalogue
    from groat.live import Live
    from groat.live.socketio.relay import SessionRelay
    from groat.settings import Settings

PATHS: Final = ("/socket.io/", "/socket.io")
"""Clients ask for the first one, unless they are set to leave the slash out."""


class SocketIo:
    """Serves Socket.IO clients of a Live. `doors` are for its WebSockets, `serve` for requests of long-polling."""

    def __init__(self, live: Live, door: SocketDoor, relay: SessionRelay, settings: Settings) -> None:
        self.engine = Engine(
            door.server.make_handler,
            EngineLimits.of(settings),
            relay.sids,
            live.clock,
            lambda: live.running and not live.draining,
            relay,
        )
        self.doors: Mapping[str, Engine] = dict.fromkeys(PATHS, self.engine)
        self.serve = partial(engine_http.serve, self.engine)

    @classmethod
    @asynccontextmanager
    async def running(
        cls, groat: Groat, live: Live, catalogue: Catalogue, relay: SessionRelay, settings: Settings
    ) -> AsyncIterator[SocketIo]:
        """Serve for as long as the process does. Raises SettingsError for names and assets that cannot be."""
        translator = Translator(catalogue.events, catalogue.event_fields, settings)
        translator.check(await groat.assets())
        door = SocketDoor(live, translator, settings, catalogue.join_events)
        socketio = cls(live, door, relay, settings)
        keeper = asyncio.create_task(socketio.engine.keep_time(), name="groat-engine")
        try:
            yield socketio
        finally:
            keeper.cancel()
            socketio.engine.stop()

    def begin_drain(self) -> None:
        """Let those go who have not said who they are. Their sessions close all others, in the drain window."""
        self.engine.shut()
