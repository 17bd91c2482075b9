"""The server process: uvicorn on uvloop and httptools, with groat's own WebSocket protocol."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import msgspec
import structlog
import uvicorn

from groat import tracing
from groat.engine.tuning import tune_process
from groat.http.app import App, create_app
from groat.http.gate import Gate, HttpLimits
from groat.http.protocol import Protocol
from groat.live.websocket import WebSocketProtocol

if TYPE_CHECKING:
    from groat.live.socketio.relay import Neighbours
    from groat.live.socketio.sids import Owner
    from groat.settings import Settings

FINISH_S = 10
"""Requests and connections may take this many seconds to end after the drain window; then they are cut."""

BEAT_S = 1.0
SWEEP_S = 1.0

log = structlog.get_logger("groat.server")


class WorkerPlace(NamedTuple):
    """A worker's place among several: ``listeners`` listen already, in place of the settings' host and port.

    One of them is for the other workers, who find it among the ``neighbours`` by the name in ``here``.

    ``tie`` is a socket whose other end is the supervisor's: a byte a second tells that the worker is well, and when the
    other end is closed, the worker drains as by a signal. ``metrics`` is the file in which it keeps its metrics, beside
    those of the others.
    """

    listeners: list[socket.socket]
    tie: socket.socket
    metrics: Path
    here: Owner
    neighbours: Neighbours

    def beat(self) -> None:
        """Tell the supervisor that all is well."""
        # One that is gone is noticed by the end of the tie, and one that does not listen must not be waited for.
        with suppress(BlockingIOError, BrokenPipeError):
            self.tie.send(b".")


class Server(uvicorn.Server):
    """A uvicorn server that tells when it listens, and asks live readers to go before it waits for them.

    ``place`` is what a supervisor gives a worker.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        app: App,
        gate: Gate,
        on_ready: Callable[[], None] | None = None,
        place: WorkerPlace | None = None,
    ) -> None:
        super().__init__(config)
        self._app = app
        self._gate = gate
        self._on_ready = on_ready
        self._place = place
        self._keepers: list[asyncio.Task[None]] = []

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM end the server in good order, with status 0; a second SIGINT ends it at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen."""
        self._gate.fit_to_files()
        await super().startup(sockets)
        self._keepers.append(asyncio.create_task(self._sweep(), name="groat-gate"))
        if self.started and self._on_ready is not None:
            self._on_ready()
        if self.started and self._place is not None:
            asyncio.get_running_loop().add_reader(self._place.tie, self._orphaned, self._place.tie)
            self._keepers.append(asyncio.create_task(self._keep(self._place), name="groat-place"))

    def _orphaned(self, tie: socket.socket) -> None:
        asyncio.get_running_loop().remove_reader(tie)
        self.should_exit = True

    async def _keep(self, place: WorkerPlace) -> None:
        while self._app.services is not None:
            metrics = self._app.services.metrics
            metrics.place = place.metrics
            try:
                metrics.keep()
            except Exception:
                # The figures may be old for a while; without the beat the supervisor would end this worker.
                log.exception("metrics_not_kept")
            place.beat()
            await asyncio.sleep(BEAT_S)

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_S)
            self._gate.sweep(loop.time())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: take no new readers, close those there within the drain window, finish requests, close the ledger."""
        self._app.begin_drain()
        await super().shutdown(sockets)
        for keeper in self._keepers:
            keeper.cancel()


def make_server(
    settings: Settings, on_ready: Callable[[], None] | None = None, place: WorkerPlace | None = None
) -> Server:
    """Return a server for these settings, not yet started; ``on_ready`` is called once it listens."""
    settings = msgspec.structs.replace(settings, node_address=settings.node_address or _reached_at(settings))
    app = create_app(settings)
    gate = Gate(HttpLimits.of(settings))
    if place is not None:
        app.here, app.neighbours = place.here, place.neighbours
    app.gate, gate.is_node = gate, app.is_node
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=cast(type[asyncio.Protocol], partial(Protocol, gate=gate)),
        ws=WebSocketProtocol,
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=settings.drain_s + FINISH_S,
    )
    return Server(config, app, gate, on_ready, place)


def _reached_at(settings: Settings) -> str:
    """Return where other nodes reach this one, as far as host and port tell: "" if any address or any port will do."""
    host = settings.host
    if settings.port == 0 or host in ("", "0.0.0.0", "::"):  # noqa: S104  (compared with, not bound to)
        return ""
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def run(
    settings: Settings,
    on_ready: Callable[[], None] | None = None,
    place: WorkerPlace | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then drain. Raises SettingsError, and SystemExit when the start fails.

    ``place`` is what a supervisor gives a worker.
    """
    tune_process()
    server = make_server(settings, on_ready, place)
    with tracing.exporting(settings):
        server.run(place.listeners if place else None)
    if not server.started:
        raise SystemExit(3)
