"""A store that records spans of its flows: one for each statement, one for BEGIN, one for COMMIT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

from groat.ledger.errors import StoreError
from groat.store.flow import Flow, Query, Together
from groat.store.interface import Store
from groat.store.migrations import Migration

P = ParamSpec("P")
T = TypeVar("T")

SYSTEMS = {"postgres": "postgresql", "sqlite": "sqlite"}


class TracedStore:
    """Runs flows on ``store``. Flows under a recorded span get spans of their own.

    It stands between the flow and the driver, which know nothing of it. The gaps between statements are the flow's own
    work. BEGIN includes the wait for a connection (or for SQLite's thread), COMMIT its return.
    """

    def __init__(self, store: Store, tracer: Tracer) -> None:
        self.dialect = store.dialect
        self.row_locks = store.row_locks
        self.has_clock = store.has_clock
        self.snapshots = store.snapshots
        self.checks = store.checks
        self.forgets = store.forgets
        self.causes = store.causes
        self.completion = store.completion
        self._store = store
        self._tracer = tracer

    async def open(self, *, migrating: bool = True) -> list[Migration]:
        """Connect and migrate, or check that nothing is missing; returns the steps applied."""
        return await self._store.open(migrating=migrating)

    async def close(self) -> None:
        """Wait for what runs, and close all connections."""
        await self._store.close()

    async def write(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow in a write transaction of its own: committed when it returns, rolled back when it raises."""
        if not trace.get_current_span().is_recording():
            return await self._store.write(flow, *args, **kwargs)
        with _Statements(self._tracer, self.dialect) as statements:
            return await self._store.write(statements.follow, flow(*args, **kwargs))

    async def read(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow over one snapshot of the database."""
        if not trace.get_current_span().is_recording():
            return await self._store.read(flow, *args, **kwargs)
        with _Statements(self._tracer, self.dialect) as statements:
            return await self._store.read(statements.follow, flow(*args, **kwargs))


class _Statements:
    """The spans of one transaction, one after the other. The flow may run in another thread than the rest."""

    def __init__(self, tracer: Tracer, dialect: str) -> None:
        self._tracer = tracer
        self._system = SYSTEMS[dialect]
        # Threads have no part in the caller's context, so it is named.
        self._context = trace.set_span_in_context(trace.get_current_span())
        self._open: Span | None = None

    def __enter__(self) -> _Statements:
        self._begin("BEGIN")
        return self

    def __exit__(self, _: Any, error: BaseException | None, __: Any) -> None:
        self._end(error)

    def _begin(self, name: str, rows: Any = None) -> None:
        attributes: dict[str, str | int] = {"db.system.name": self._system, "db.operation.name": name}
        if isinstance(rows, list):
            attributes["db.operation.batch.size"] = len(rows)
        self._open = self._tracer.start_span(name, self._context, SpanKind.CLIENT, attributes)

    def _end(self, error: BaseException | None = None) -> None:
        if self._open is not None:
            if error is not None:
                self._open.set_status(
                    StatusCode.ERROR, error.code if isinstance(error, StoreError) else type(error).__name__
                )
            self._open.end()
            self._open = None

    def follow(self, flow: Flow[T]) -> Flow[T]:
        """Run the flow, with a span around each of its statements.

        Statements that are handed over together have one span.
        """
        self._end()
        try:
            query: Query | Together = next(flow)
            while True:
                if isinstance(query, Together):
                    self._begin(" + ".join(each.name for each in query.queries))
                else:
                    self._begin(query.name, query.args[0] if query.args else None)
                try:
                    rows = yield query
                except StoreError as error:
                    self._end(error)
                    query = flow.throw(error)
                else:
                    self._end()
                    query = flow.send(rows)
        except StopIteration as stop:
            self._begin("COMMIT")
            result: T = stop.value
            return result
