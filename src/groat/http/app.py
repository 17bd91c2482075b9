"""The ASGI application: it finds the operation of a request, and each operation runs the same few steps."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from groat import Groat
from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.metrics import relayed
from groat.api.operations import Operation
from groat.api.problems import HttpError, problem
from groat.api.services import Services
from groat.asgi import Message, Receive, Scope, Send, mount_of, path_of
from groat.http import socketio
from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.http.cors import Cors
from groat.http.hosts import is_well_formed
from groat.http.pages import Console
from groat.http.routes import Endpoints, Routes
from groat.http.socketio import SocketIo
from groat.http.tracing import NOT_TRACED, call_span, tell_status
from groat.identity import Identities
from groat.ledger.errors import Closed, GroatError
from groat.live import Live
from groat.live import asgi as live_asgi
from groat.live.centrifuge import door as centrifuge
from groat.live.centrifuge.door import CentrifugeDoor
from groat.live.doors import Door
from groat.live.socketio.nodes import Nodes
from groat.live.socketio.relay import ConnectionCount, Neighbours, SessionRelay
from groat.live.socketio.sids import Owner, new_name
from groat.programs import Host, find_programs, record
from groat.programs.own_settings import read_own_settings
from groat.programs.program import first_claims
from groat.programs.standing import STANDING
from groat.sandbox.pool import Pool
from groat.sheets.answer import READ

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

    from groat.settings import Settings

Endpoint = Callable[[dict[str, str], Scope, Receive, Send], Awaitable[object]]
"""Answers a request whose path has these parameters."""

_NO_CONSOLE = (
    "There is nothing at this address; the console is not served where groat is mounted under a prefix."
)

_NOT_RUN = (
    "groat does not run here, for nobody has started it. Mount it with groat.mount_in(app, prefix), which runs it as"
    " long as the application runs, or give the application groat's lifespan: FastAPI(lifespan=groat.lifespan)."
)
_RUNS_ALREADY = (
    "groat runs already. Either groat.mount_in(app, prefix) runs it, or the application's own lifespan: take one of"
    " them away."
)
_NOT_MOUNTABLE = (
    "groat.mount_in takes a FastAPI or Starlette application, not {found}. Mount groat as that framework mounts ASGI"
    " applications, and run groat.lifespan() as long as it runs (docs/mounting.md)."
)

log = structlog.get_logger("groat.http")


class App:
    """The application for an ASGI server, or to be mounted in another application (docs/mounting.md).

    ``groat_live`` is the process's Live while it runs, ``services`` what its operations share; both are None before.
    ``groat_doors`` are the doors of its WebSockets by their paths.
    A server that is one of several processes tells before the start which one it is: ``here``, its ``neighbours``, and
    the ``gate`` that counts its connections.
    """

    def __init__(self, settings: Settings, groat: Groat | None = None) -> None:
        self.groat_live: Live | None = None
        self.groat_doors: dict[str, Door] = {}
        self.here = Owner(new_name(), new_name())
        self.neighbours: Neighbours | None = None
        self.gate: ConnectionCount | None = None
        self._relay: SessionRelay | None = None
        self._socketio: SocketIo | None = None
        self._settings = settings
        self._given = groat
        self._open: Groat | None = None
        self.services: Services | None = None
        self._begun = self._told = False
        self._cors = Cors(settings.origins)
        self._programs = find_programs(settings.programs)
        self.catalogue = Catalogue(CORE, (*STANDING, *self._programs))
        self._own_settings = [read_own_settings(each, settings) for each in self.catalogue.programs]
        self._routes = self._make_routes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection of the ASGI server."""
        if scope["type"] == "http":
            await self._route(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._run(receive, send)

    def is_node(self, value: bytes, method: bytes, target: bytes) -> bool:
        """Return whether a node of the cluster passes this request on, by the value of its header groat-relay."""
        return self._relay is not None and self._relay.is_node(value, method, target)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, host, origin = scope["method"], b"", None
        # A plain loop, for this is the hot path.
        for name, value in scope["headers"]:
            if name == b"host":
                host = host or value
            elif name == b"origin":
                origin = origin or value
        path = path_of(scope)
        for_engine = path in socketio.PATHS and self._settings.socketio
        if origin is not None:
            send = self._cors.send(scope, origin, host, send, reads_no_cookie=for_engine)
            if self._settings.origins and self._cors.is_preflight(scope):
                await Answer(b"", 204)(scope, receive, send)
                return
        if not is_well_formed(host):
            await problem(HttpError("invalid_request"))(scope, receive, send)
            return
        if for_engine:
            await self._poll(scope, receive, send)
            return
        endpoints, values = self._routes.find(path)
        found = endpoints.get(method)
        if found is not None:
            endpoint, names = found
            params = dict(zip(names, values, strict=True)) if names else {}
            await endpoint(params, scope, receive, send)
        elif not endpoints:
            await problem(HttpError("not_found"))(scope, receive, send)
        elif method == "OPTIONS":
            allow = (b"allow", ", ".join(sorted(endpoints.allow)).encode())
            await send({"type": "http.response.start", "status": 204, "headers": [allow]})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            allow = (b"allow", ", ".join(endpoints.allow).encode())
            await problem(HttpError("method_not_allowed"), (allow,))(scope, receive, send)

    async def _poll(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of a Socket.IO client."""
        if self._socketio is None:
            await problem(self._closed())(scope, receive, send)
        else:
            await self._socketio.serve(scope, receive, send)

    def begin_drain(self) -> None:
        """Take no new live readers, and close those there are within the drain window."""
        if self.groat_live is not None:
            self.groat_live.begin_drain()
        if self._socketio is not None:
            self._socketio.begin_drain()

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket; a close before it is accepted is a 403 to the client."""
        await live_asgi.serve(self.groat_doors, scope, receive, send)

    async def _run(self, receive: Receive, send: Send) -> None:
        """Run for as long as the ASGI server says. A failure to start is one line in the log."""
        phase = "startup"
        try:
            await receive()
            async with self.running():
                await send({"type": "lifespan.startup.complete"})
                phase = "shutdown"
                await receive()
        except GroatError as error:
            log.error(f"{phase}_failed", code=error.code, detail=error.detail)
            failed: Message = {"type": f"lifespan.{phase}.failed", "message": ""}
            await send(failed)
        else:
            await send({"type": "lifespan.shutdown.complete"})

    def _serve(
        self, operation: Operation, params: dict[str, str], scope: Scope, receive: Receive, send: Send
    ) -> Awaitable[object]:
        tracer = self.services.groat.tracer if self.services else None
        if tracer is None or operation.id in NOT_TRACED:
            return self._answer(operation, params, scope, receive, send)
        return self._trace(tracer, operation, params, scope, receive, send)

    async def _trace(
        self,
        tracer: Tracer,
        operation: Operation,
        params: dict[str, str],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        with call_span(tracer, operation, scope) as span:
            tell_status(span, await self._answer(operation, params, scope, receive, send))

    async def _answer(
        self, operation: Operation, params: dict[str, str], scope: Scope, receive: Receive, send: Send
    ) -> int:
        """Run an operation and send its answer; returns the status."""
        started = time.perf_counter()
        answer: Any
        call: Call | None = None
        try:
            if self.services is None:
                raise self._closed()
            call = Call(self.services, operation, params, scope, receive)
            await call.authorise()
            answer = await operation.function(call)
            if not isinstance(answer, Answer):
                await answer(scope, receive, send)
                return 200
        except GroatError as error:
            if error.status == 500:
                log.error("operation_failed", operation=operation.id, code=error.code, detail=error.detail)
            answer = operation.problem(error)
        except Exception:
            log.exception("operation_failed", operation=operation.id)
            answer = operation.problem(HttpError("internal_error"))
        if call is not None and call.stale is not None:
            answer.headers += ((b"groat-stale", b"%.3f" % call.stale.seconds),)
        if self.services is not None:
            self.services.metrics.count(operation.id, answer.status, time.perf_counter() - started)
        await answer(scope, receive, send)
        status: int = answer.status
        return status

    def _make_routes(self) -> Routes[Endpoint]:
        rest: Endpoints[Endpoint] = Endpoints()
        if self._settings.console:
            modules = {program.name: program.console.read() for program in self._programs if program.console}
            console = Console(modules=modules)

            async def show(params: dict[str, str], scope: Scope, receive: Receive, send: Send) -> None:
                if mount_of(scope):
                    # The console's addresses begin at the top, so it cannot be served below a prefix.
                    await problem(HttpError("not_found", _NO_CONSOLE))(scope, receive, send)
                else:
                    await console({**scope, **params}, receive, send)

            rest["GET"] = (show, ("path",))
        routes = Routes(rest)
        for operation in self.catalogue.operations.values():
            routes.add(operation.method, operation.path, partial(self._serve, operation))
        return routes

    @property
    def groat(self) -> Groat:
        """The open ledger, for the application in which this one is mounted. Raises Closed while it does not run."""
        if self._open is None:
            raise self._closed()
        return self._open

    def _closed(self) -> Closed:
        """Return the error of a call while it does not run. If it never did, error and log say what to do."""
        if self._begun:
            return Closed()
        if not self._told:
            self._told = True
            log.error("not_started", detail=_NOT_RUN)
        return Closed(_NOT_RUN)

    def mount_in(self, outer: Any, prefix: str) -> None:
        """Mount this application in a FastAPI or Starlette application, and run it as long as that one runs.

        It is open before the outer application's own lifespan begins, and until that one has ended. If it cannot start,
        the outer application does not start. Raises TypeError for an application that is neither.
        """
        own = getattr(getattr(outer, "router", None), "lifespan_context", None)
        if own is None:
            raise TypeError(_NOT_MOUNTABLE.format(found=type(outer).__qualname__))

        @asynccontextmanager
        async def lifespan(host: Any) -> AsyncIterator[Any]:
            async with self.running(), own(host) as state:
                yield state

        outer.router.lifespan_context = lifespan
        outer.mount(prefix, self)

    def lifespan(self, _: object = None) -> AbstractAsyncContextManager[None]:
        """Run for as long as another application does: ``FastAPI(lifespan=app.lifespan)``.

        An application that is mounted gets no lifespan events, so that the outer one has to run it; :meth:`mount_in`
        sees to that. Raises StoreError and other errors of :meth:`groat.Groat.open` if it cannot start, and
        RuntimeError if it runs already.
        """
        return self.running()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open what lives as long as the process serves, and close it in reverse order. The ASGI lifespan does this."""
        settings = self._settings
        if self._open is not None:
            raise RuntimeError(_RUNS_ALREADY)
        self._begun = True
        async with AsyncExitStack() as stack:
            groat = self._given
            if groat is None:
                groat = await stack.enter_async_context(
                    Groat.open(
                        settings.database,
                        policy=settings.policy(),
                        programs=self._programs,
                        settings=settings,
                        queue_max=settings.queue_max,
                        batch_max=settings.batch_max,
                        retention_days=settings.retention_days,
                        notification_days=settings.notification_days,
                        redis=settings.redis,
                        synchronous_standby=settings.synchronous_standby,
                        replica=settings.replica,
                        wait_s=settings.database_wait_s,
                        migrating=settings.migrate,
                        sandbox=settings.sandbox,
                    )
                )
            else:
                groat.turn_on(self._programs, settings)
            await record.start_with(groat, self._programs, settings)
            identities = Identities(groat, settings, first_claims(self._programs))
            stack.callback(identities.close)
            live = Live(groat, identities, settings, boards=self.catalogue.boards)
            await live.start()
            stack.push_async_callback(live.stop)
            nodes = Nodes(groat, self.here.node, settings.node_address)
            if groat.bus.has_nodes:
                await nodes.start()
                stack.push_async_callback(nodes.stop)
            self._relay = SessionRelay(settings.secret, self.here, nodes, self.neighbours, self.gate)
            programs = self.catalogue.programs
            works = (READ, *(work for program in programs for work in program.works))
            sandbox = Pool(tuple(work.module for work in works))
            stack.push_async_callback(sandbox.close)
            services = Services(settings, groat, identities, live, sandbox)
            services.metrics.sources.append(partial(relayed, self._relay.stats))
            services.keep(self.catalogue)
            for own in self._own_settings:
                services.keep(own)
            for program in sorted(programs, key=lambda each: each.last):
                host = Host(services, programs)
                for job in program.jobs:
                    services.keep(await stack.enter_async_context(job(host)))
                services.metrics.sources += [partial(measure, services) for measure in program.metrics]
            self.services, self.groat_live, self._open = services, live, groat
            self.groat_doors = {centrifuge.PATH: CentrifugeDoor(live)}
            if settings.socketio:
                self._socketio = await stack.enter_async_context(
                    SocketIo.running(groat, live, self.catalogue, self._relay, settings)
                )
                self.groat_doors |= self._socketio.doors
            try:
                yield
                await live.drain(0.0)
            finally:
                self.services = self._socketio = self._open = None


def create_app(settings: Settings, groat: Groat | None = None) -> App:
    """Return the application. It opens and closes the ledger that the settings name, unless one is given."""
    return App(settings, groat)
