"""The ledger in a transaction of Django's: each call in a savepoint, what it learnt kept only if Django commits."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from copy import copy
from typing import Any, NoReturn, ParamSpec, Protocol, TypeVar

import msgspec
from django.db import DatabaseError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from groat.contrib.django import conf, migrating
from groat.contrib.django.hints import Hints
from groat.engine.ids import new_id
from groat.engine.ledger_words import LedgerWords
from groat.ledger.accounts import Policy
from groat.ledger.amounts import Asset, check_asset
from groat.ledger.commands import Command
from groat.ledger.errors import Busy as StoreBusy
from groat.ledger.errors import GroatError, Interrupted, InvalidInput, Refusal, Refused, Rule, StoreError
from groat.programs.standing_words import StandingWords
from groat.programs.workflow import reading as requests
from groat.programs.workflow.rows import RequestRow
from groat.programs.workflow.views import RequestView
from groat.programs.workflow.workflow import NOTHING, Workflow
from groat.settings import Settings
from groat.store import reading
from groat.store.batch import Done, Prepared, Published, prepare
from groat.store.dbapi import TRANSACTION_ERRORS, Make, PsycopgDriver, SqliteDriver, UnfitTransaction
from groat.store.flow import Flow
from groat.store.inside import TriedOut, Undone, settle, try_out
from groat.store.locking import KNOWN_MAX, AccountIds
from groat.store.phases import Context

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE_S = 5.0
"""A block's first call waits so long for rows that others hold; later ones wait for one lock time-out."""

RACES_MAX = 20
_DEADLOCK, _LOCK_TIMEOUT = "40P01", "55P03"

BLOCK_ERRORS: dict[str, Rule] = TRANSACTION_ERRORS | {
    "other_database_open": Rule(
        500, "A transaction of another database is open, with which this would not be committed together."
    ),
    "transaction_deferred": Rule(
        500, "SQLite's deferred transactions fail as soon as another process has written."
    ),
    "sqlite_unsafe": Rule(500, "The ledger needs SQLite's write-ahead log and full synchronisation."),
    "kind_unknown": Rule(500, 'No program that GROAT["PROGRAMS"] turns on declares this kind of request.'),
    "transition_unknown": Rule(500, "The kind of request has no such transition."),
    "not_a_command": Rule(
        500, "many() takes commands that groat.command makes, such as groat.command.post(...)."
    ),
    "work_in_block": Rule(
        500,
        "Metered work is not done in an open block: its hold must be committed before, and is settled after it.",
    ),
    "driver_unfit": Rule(500, "groat works on PostgreSQL by psycopg 3, and on SQLite."),
}


class BlockError(GroatError):
    """A call that the project's settings or its open blocks do not allow; codes of ``BLOCK_ERRORS``."""

    rules = BLOCK_ERRORS


class Busy(StoreBusy, OperationalError):
    """Another transaction holds the rows. Roll the block back and run it again, as ``groat.retrying`` does."""


class Driver(Protocol):
    """A driver of :mod:`groat.store.dbapi`."""

    def read(self, connection: Any, flow: Flow[T]) -> T:
        """Run a flow that only reads. Raises StoreError."""

    def write(self, connection: Any, make: Make[T]) -> T:
        """Run a flow that writes, in a savepoint. Raises StoreError, and what the flow raises."""


class Learnt(AccountIds):
    """The ids of accounts that a call learns, over those that the process knows: an open block may yet be undone."""

    def __init__(self, known: AccountIds) -> None:
        super().__init__()
        self._known = known

    def __contains__(self, pair: object) -> bool:
        return super().__contains__(pair) or pair in self._known

    def __missing__(self, pair: tuple[str, str]) -> int:
        return self._known[pair]

    def clear(self) -> None:
        """Forget all: these are of another database."""
        super().clear()
        self._known.clear()


class KnownLedger:
    """Keeps what a process knows of the ledger on one alias."""

    def __init__(self, alias: str, settings: Settings) -> None:
        self.alias = alias
        self.settings = settings
        self.policy: Policy = settings.policy()
        self.assets: dict[str, Asset] = {}
        self.account_ids: AccountIds = {}
        extensions = migrating.extensions()
        self.causes = [e.causes for e in extensions if e.causes]
        self.hints = Hints(settings)
        self.driver = _driver(alias, extensions)
        kinds = [kind for program in conf.programs() for kind in program.kinds]
        self.requests = InsideRequests(InsideLedger(self), kinds, settings.thresholds, settings.open_requests)  # type: ignore[arg-type]


def ledger(alias: str | None = None, *, is_dry: bool = False) -> InsideLedger:
    """Return the ledger for one call: on this alias, which the caller then names, or on the project's.

    One that ``is_dry`` undoes what it decides.
    """
    return InsideLedger(ledger_on(alias or conf.database_alias()), alias is not None, is_dry)


_known: dict[str, KnownLedger] = {}


def ledger_on(alias: str) -> KnownLedger:
    """Return what is known of an alias, anew once settings have changed. Raises SettingsError, BlockError."""
    settings = conf.settings()
    known = _known.get(alias)
    if known is None or known.settings is not settings:
        known = _known[alias] = KnownLedger(alias, settings)
    return known


def forget() -> None:
    """Forget what is known of all databases, as after a test that emptied one."""
    _known.clear()


def _driver(alias: str, extensions: Sequence[Any]) -> Driver:
    connection = connections[alias]
    if connection.vendor == "sqlite":
        return SqliteDriver(extensions)
    if connection.vendor == "postgresql":
        from django.db.backends.postgresql.psycopg_any import is_psycopg3

        if is_psycopg3:
            # A direct address for the server tells of a pooler; without one the driver looks for itself.
            return PsycopgDriver(extensions, prepare=False if conf.given().get("DATABASE_URL") else None)
    raise BlockError("driver_unfit", f"DATABASES[{alias!r}]: {BLOCK_ERRORS['driver_unfit'].meaning}")


class AfterCommit:
    """Keeps what a call learnt, and tells the servers, once Django has committed."""

    def __init__(
        self,
        known: KnownLedger,
        ids: Learnt,
        assets: dict[str, Asset],
        published: list[Published],
        has_later: bool,
    ) -> None:
        self.known = known
        self._ids = ids
        self._assets = assets
        self._published = published
        self._has_later = has_later
        # Django logs what a callback raises under its name.
        self.__qualname__ = type(self).__qualname__

    def __call__(self) -> None:
        """Do it, but not where a TestCase runs what is due on a commit without any."""
        known = self.known
        connection = connections[known.alias]
        if connection.in_atomic_block:
            return
        known.assets.update(self._assets)
        if len(known.account_ids) + len(self._ids) > KNOWN_MAX:
            known.account_ids.clear()
        known.account_ids.update(self._ids)
        known.hints.send(connection, self._published, self._has_later)


class InsideLedger(StandingWords, LedgerWords):
    """The ledger as one call sees it. Its coroutines never wait for an event loop: see :func:`finish`."""

    def __init__(self, known: KnownLedger, named: bool = False, is_dry: bool = False) -> None:
        self.known = known
        self._is_dry = is_dry
        self.audits: dict[str, Any] = {}
        self._named = named
        self._assets = dict(known.assets)
        self._policy = known.policy
        self._ids = Learnt(known.account_ids)

    # The parts of which the words are made

    async def execute(self, command: Command) -> Done | Refusal:
        """Decide a command in the open block, or in one of its own."""
        (verdict,) = await self.execute_many([command])
        return verdict

    async def execute_many(self, commands: Sequence[Command], atomic: bool = False) -> list[Done | Refusal]:
        """Decide commands together, with all their locks in one order.

        If ``atomic``, one refusal undoes them all, and is the verdict of each; its field ``index`` says which one.
        """
        if not commands:
            return []
        prepared = []
        for command in commands:
            await self._check(command)
            command.ids = [new_id() for _ in range(command.ids_needed())]
            prepared.append(prepare(command))
        return self._write(lambda connection, raw: self._commit(connection, raw, prepared, atomic))

    async def read(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow that only reads, in the transaction that is open, if one is."""
        connection = connections[self.known.alias]
        raw = _raw(connection)
        try:
            return self.known.driver.read(raw, flow(*args, **kwargs))
        except StoreError as error:
            raise_through(connection, error)

    async def assets(self) -> dict[str, Asset]:
        """Return all assets, by code."""
        self._assets.update(await self.read(reading.list_assets))
        return dict(self._assets)

    async def add_asset(self, code: str, scale: int) -> Asset:
        """Create an asset, or find it; raises InvalidInput ``invalid_asset``, ``asset_exists`` (with another scale)."""
        asset = check_asset(code, scale)
        stored = self.change(reading.add_asset, asset)
        if stored != asset:
            raise InvalidInput("asset_exists", asset=code, scale=str(stored.scale))
        return stored

    # In the caller's transaction

    def change(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow that writes, but decides no command; its first query must only read."""
        return self._write(
            lambda connection, raw: self._settle(connection, raw, lambda _: flow(*args, **kwargs))
        )

    def _write(self, write: Callable[[BaseDatabaseWrapper, Any], T]) -> T:
        """Write in the open block, or in one of its own."""
        connection = connections[self.known.alias]
        _check_others(connection, self._named)
        try:
            with nullcontext() if connection.in_atomic_block else transaction.atomic(using=self.known.alias):
                connection.validate_no_broken_transaction()
                raw = _raw(connection)
                if connection.vendor == "sqlite":
                    _check_sqlite(connection, raw)
                return write(connection, raw)
        except OperationalError as error:
            if is_locked(error):
                # A block of SQLite's locks the file as it begins, before groat does anything.
                raise Busy(str(error)) from error
            raise

    def _commit(
        self, connection: BaseDatabaseWrapper, raw: Any, prepared: Sequence[Prepared], atomic: bool
    ) -> list[Done | Refusal]:
        known = self.known
        context = Context(self._assets, self._ids, known.policy, new_id, known.causes)
        try:
            if self._is_dry:
                self._settle(connection, raw, lambda chain: try_out(prepared, context, chain, atomic))
            settled = self._settle(connection, raw, lambda chain: settle(prepared, context, chain, atomic))
        except TriedOut as tried:
            return tried.verdicts
        except Undone as undone:
            return [undone.refusal] * len(prepared)
        done = AfterCommit(known, self._ids, self._assets, settled.published, settled.has_later)
        transaction.on_commit(done, using=known.alias, robust=True)
        return settled.verdicts

    def _settle(self, connection: BaseDatabaseWrapper, raw: Any, make: Make[T]) -> T:
        began = time.monotonic()
        races = 0
        while True:
            try:
                return self.known.driver.write(raw, make)
            except UnfitTransaction as error:
                raise BlockError(error.code, error.detail) from None
            except StoreError as error:
                state = getattr(error.__cause__, "sqlstate", None)
                if state in (_DEADLOCK, _LOCK_TIMEOUT):
                    # Only a block that holds nothing of groat's may wait on: nobody waits for it in turn.
                    if time.monotonic() - began < PATIENCE_S and not self._holds(connection):
                        continue
                elif isinstance(error, Interrupted) and races < RACES_MAX:
                    # Another transaction was first with a key, an account or a stream, and has committed.
                    races += 1
                    continue
                raise_through(connection, error)

    def _holds(self, connection: BaseDatabaseWrapper) -> bool:
        """Return whether an earlier call of the block stands, and with it its locks.

        Django drops the callback of a call when it undoes the call.
        """
        return any(isinstance(each[1], AfterCommit) for each in connection.run_on_commit)

    # Requests

    async def file(
        self,
        kind: str,
        data: msgspec.Struct | Mapping[str, Any],
        *,
        user: str = "",
        owner: str = "",
        key: str,
        by: str = "",
        roles: Iterable[str] = (),
    ) -> RequestView:
        """File a request of a kind for a user (id), or for another ``owner`` (a stream, ``house:promo``).

        ``by`` is the principal who files it, the owner unless given. Raises BlockError ``kind_unknown``, RequestError.
        """
        flow = self._requests(kind)
        return _sure(await flow.file(kind, data, user=user, owner=owner, key=key, by=by, roles=roles))

    async def take(
        self,
        kind: str,
        id: str,
        transition: str,
        given: msgspec.Struct | Mapping[str, Any] = NOTHING,
        *,
        by: str,
        key: str,
        roles: Iterable[str] = (),
        version: int | None = None,
    ) -> RequestView:
        """Take a transition of a request as the principal ``by`` (``user:7``), who has these ``roles``.

        With a ``version`` it is taken only while the request is at that version. Raises BlockError ``kind_unknown``,
        ``transition_unknown``, RequestError.
        """
        flow = self._requests(kind)
        if not isinstance(transition, str) or transition not in flow.kinds[kind].transitions:
            known = ", ".join(flow.kinds[kind].transitions)
            raise BlockError(
                "transition_unknown", f"{kind} has no transition {transition!r}. It has: {known}."
            )
        return _sure(
            await flow.take(kind, id, transition, given, by=by, key=key, roles=roles, version=version)
        )

    def _requests(self, kind: str) -> InsideRequests:
        if not isinstance(kind, str) or kind not in self.known.requests.kinds:
            known = ", ".join(self.known.requests.kinds) or "none"
            raise BlockError("kind_unknown", f"{BLOCK_ERRORS['kind_unknown'].meaning} Turned on: {known}.")
        made = copy(self.known.requests)
        made.groat = self  # type: ignore[assignment]
        return made


class InsideRequests(Workflow):
    """The workflow of one call."""

    async def find_stored(self, id: str) -> RequestRow | None:
        """Find a request as it is stored."""
        return (await self.groat.read(requests.find_many, [id]))[id]


def _sure(answer: RequestView | Refusal) -> RequestView:
    if isinstance(answer, Refusal):
        raise Refused(answer)
    return answer


def _raw(connection: BaseDatabaseWrapper) -> Any:
    connection.validate_thread_sharing()
    connection.ensure_connection()
    return connection.connection


def _check_others(connection: BaseDatabaseWrapper, named: bool) -> None:
    """Raise BlockError while another database's block is open, for that and ours are not committed together."""
    if named:
        return
    for other in connections.all(initialized_only=True):
        # A TestCase keeps blocks open on all of its databases.
        if other.alias != connection.alias and any(
            not block._from_testcase  # type: ignore[attr-defined]
            for block in other.atomic_blocks
        ):
            raise BlockError(
                "other_database_open",
                f"atomic() is open on {other.alias!r}, and the ledger is on {connection.alias!r}. They are not"
                f" committed together. If that is meant, say groat.using({connection.alias!r}).",
                other=other.alias,
            )


def _check_sqlite(connection: BaseDatabaseWrapper, raw: Any) -> None:
    if getattr(connection, "is_in_memory_db", bool)():
        return
    if getattr(connection, "transaction_mode", None) not in ("IMMEDIATE", "EXCLUSIVE"):
        raise BlockError(
            "transaction_deferred",
            f"{BLOCK_ERRORS['transaction_deferred'].meaning} Set DATABASES[{connection.alias!r}]['OPTIONS']"
            " = {'transaction_mode': 'IMMEDIATE'}.",
        )
    (journal,), (synchronous,) = (
        raw.execute(f"PRAGMA {name}").fetchone() for name in ("journal_mode", "synchronous")
    )
    if journal != "wal" or synchronous < 2:
        raise BlockError(
            "sqlite_unsafe",
            f"{BLOCK_ERRORS['sqlite_unsafe'].meaning} Set DATABASES[{connection.alias!r}]['OPTIONS']['init_command']"
            " = 'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL'.",
        )


def is_locked(error: OperationalError) -> bool:
    """Return whether it says that another connection has locked SQLite's file."""
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def raise_through(connection: BaseDatabaseWrapper, error: StoreError) -> NoReturn:
    """Raise the database's own error as Django wraps it, or Busy; what is no database's stays as it is."""
    cause = error.__cause__
    if cause is None:
        if isinstance(error, Interrupted):
            raise Busy(error.detail) from error
        raise error
    try:
        with connection.wrap_database_errors:
            raise cause
    except DatabaseError as wrapped:
        if isinstance(error, StoreBusy | Interrupted):
            raise Busy(error.detail) from wrapped
        raise
    raise error


def finish(coroutine: Any) -> Any:
    """Run a coroutine that never waits for an event loop, and return its result."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise RuntimeError("a word of groat waited for an event loop")
