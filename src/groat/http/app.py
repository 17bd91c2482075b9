"""The ASGI application: Litestar routes each operation, and each operation runs the same few steps.

``POST /v1/transactions`` does not go through the router: measured, a Litestar route costs more than everything else
that is done for a posting before its commit (docs/decisions.md).
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, LifeSpanReceive, LifeSpanSend, Receive, Scope, Send

from groat import Groat
from groat.api.answer import Answer, encode
from groat.api.call import Call
from groat.api.operations import Operation
from groat.api.problems import HttpError, details
from groat.api.services import Services
from groat.http import sheets
from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.http.cors import Cors
from groat.http.pages import Console
from groat.http.tracing import NOT_TRACED, call_span, tell_status
from groat.identity import Identities
from groat.ledger.errors import Closed, GroatError
from groat.live import Live
from groat.live import asgi as live_asgi
from groat.programs import Host, find_programs, record
from groat.programs.own_settings import read_own_settings
from groat.programs.standing import STANDING
from groat.sandbox.pool import Pool

if TYPE_CHECKING:
    from groat.settings import Settings

LIVE_PATH = "/connection/websocket"

log = structlog.get_logger("groat.http")


class App:
    """The application for an ASGI server. ``groat_live`` is the process's Live while it runs, None before.

    ``services`` is what its operations share while it runs.
    """

    def __init__(self, settings: Settings, groat: Groat | None = None) -> None:
        self.groat_live: Live | None = None
        self._settings = settings
        self._given = groat
        self.services: Services | None = None
        self._cors = Cors(settings.origins)
        self._programs = find_programs(settings.programs)
        self.catalogue = Catalogue(CORE, (*STANDING, *self._programs))
        self._own_settings = [read_own_settings(each, settings) for each in self.catalogue.programs]
        self._hot = {("POST", "/v1/transactions"): self.catalogue.operations["postTransaction"]}
        self._router = Litestar(
            [*self._routes(), *self._console()],
            exception_handlers={HTTPException: _refuse, Exception: _fail},
            openapi_config=None,
            logging_config=None,
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one connection of the ASGI server."""
        if scope["type"] == "http":
            send = self._cors.send(scope, send)
            if self._settings.origins and self._cors.is_preflight(scope):
                await Answer(b"", 204)(scope, receive, send)
                return
            operation = self._hot.get((scope["method"], scope["path"]))
            if operation is not None:
                await self._serve(operation, scope, receive, send)
                return
        elif scope["type"] == "websocket" and scope["path"] == LIVE_PATH and self.groat_live is not None:
            await live_asgi.serve(self.groat_live, scope, receive, send)
            return
        elif scope["type"] == "lifespan":
            await self._run(receive, send)
            return
        await self._router(scope, receive, send)

    async def _run(self, receive: LifeSpanReceive, send: LifeSpanSend) -> None:
        """Open for as long as the ASGI server says; what keeps it from that is one line in the log."""
        phase = "startup"
        try:
            await receive()
            async with self.running():
                await send({"type": "lifespan.startup.complete"})
                phase = "shutdown"
                await receive()
        except GroatError as error:
            log.error(f"{phase}_failed", code=error.code, detail=error.detail)
            failed: Any = {"type": f"lifespan.{phase}.failed", "message": ""}
            await send(failed)
        else:
            await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, operation: Operation, scope: Scope, receive: Receive, send: Send) -> None:
        tracer = self.services.groat.tracer if self.services else None
        if tracer is None or operation.id in NOT_TRACED:
            await self._answer(operation, scope, receive, send)
        else:
            with call_span(tracer, operation, scope) as span:
                tell_status(span, await self._answer(operation, scope, receive, send))

    async def _answer(self, operation: Operation, scope: Scope, receive: Receive, send: Send) -> int:
        """Run an operation and send its answer; returns the status."""
        started = time.perf_counter()
        answer: Any
        call: Call | None = None
        try:
            if self.services is None:
                raise Closed
            call = Call(self.services, operation, scope, receive)
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

    def _routes(self) -> list[HTTPRouteHandler]:
        """One handler for each path with all its methods, so that OPTIONS and 405 name them all."""
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in self.catalogue.operations.values():
            by_path.setdefault(operation.path, {})[operation.method] = operation
        return [
            _handler([re.sub(r"{(\w+)}", r"{\1:str}", path)], list(methods), self._server_of(methods))
            for path, methods in by_path.items()
        ]

    def _server_of(self, methods: dict[str, Operation]) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            await self._serve(methods[scope["method"]], scope, receive, send)  # type: ignore[typeddict-item]

        return serve

    def _console(self) -> list[HTTPRouteHandler]:
        if not self._settings.console:
            return []
        modules = {program.name: program.console.read() for program in self._programs if program.console}
        return [_handler(["/", "/{path:path}"], ["GET"], Console(modules=modules))]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open what lives as long as the process serves, and close it in reverse: the ASGI lifespan does this."""
        settings = self._settings
        async with AsyncExitStack() as stack:
            groat = self._given
            if groat is None:
                groat = await stack.enter_async_context(
                    Groat.open(
                        settings.database,
                        policy=settings.policy(),
                        extensions=[p.extension for p in self._programs if p.extension],
                        queue_max=settings.queue_max,
                        batch_max=settings.batch_max,
                        retention_days=settings.retention_days,
                        notification_days=settings.notification_days,
                        redis=settings.redis,
                        synchronous_standby=settings.synchronous_standby,
                        replica=settings.replica,
                        wait_s=settings.database_wait_s,
                    )
                )
            await record.start_with(groat, self._programs)
            identities = Identities(groat, settings)
            stack.callback(identities.close)
            live = Live(groat, identities, settings)
            await live.start()
            stack.push_async_callback(live.stop)
            programs = self.catalogue.programs
            works = (sheets.READ, *(work for program in programs for work in program.works))
            sandbox = Pool(tuple(work.module for work in works))
            stack.push_async_callback(sandbox.close)
            services = Services(settings, groat, identities, live, sandbox)
            services.keep(self.catalogue)
            for own in self._own_settings:
                services.keep(own)
            for program in programs:
                host = Host(services, programs)
                for job in program.jobs:
                    services.keep(await stack.enter_async_context(job(host)))
                services.metrics.sources += [partial(measure, services) for measure in program.metrics]
            self.services = services
            self.groat_live = live
            yield
            await live.drain(0.0)
            self.services = None


def create_app(settings: Settings, groat: Groat | None = None) -> App:
    """The application; it opens and closes the ledger that the settings name when none is given."""
    return App(settings, groat)


def _handler(paths: list[str], methods: Any, answer: ASGIApp) -> HTTPRouteHandler:
    def respond() -> ASGIApp:
        return answer

    # The status is the answer's own; Litestar wants one that may have a body.
    return HTTPRouteHandler(paths, http_method=methods, status_code=200, sync_to_thread=False)(respond)


def _refuse(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer a request that Litestar itself refuses: no such address, no such method, a malformed request."""
    code = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}.get(
        error.status_code, "invalid_request"
    )
    if error.status_code >= 500:
        return _fail(_, error)
    return _response(HttpError(code), dict(error.headers or {}))


def _fail(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("request_failed", exc_info=error)
    return _response(HttpError("internal_error"))


def _response(error: HttpError, headers: dict[str, str] | None = None) -> Response[bytes]:
    headers = {**(headers or {}), "cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(
        encode(details(error)),
        status_code=error.status,
        media_type="application/problem+json",
        headers=headers,
    )
