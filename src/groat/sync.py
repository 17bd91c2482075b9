"""The synchronous twin of :class:`groat.Groat`: the same words, without ``await``."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar

from groat.engine.ledger_words import LedgerWords
from groat.facade import Groat, check_turned_on, door_of
from groat.ledger.errors import Closed
from groat.metering import Amount, Metered, plan_of

P = ParamSpec("P")
T = TypeVar("T")


class _Word(Generic[P, T]):
    """A method of the twin, from the method of :class:`groat.Groat` with the same name and arguments."""

    def __init__(self, method: Callable[Concatenate[Groat, P], Coroutine[Any, Any, T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __get__(self, twin: SyncGroat, owner: type[SyncGroat]) -> Callable[P, T]:
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            return twin.run(self._method, *args, **kwargs)

        return call


class _DryWord(Generic[P, T]):
    """A method of the dry run's twin, from the method of the words with the same name and arguments."""

    def __init__(self, method: Callable[Concatenate[LedgerWords, P], Coroutine[Any, Any, T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __get__(self, dry: SyncDryRun, owner: type[SyncDryRun]) -> Callable[P, T]:
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            return dry.twin.run(lambda groat: self._method(groat.dry_run, *args, **kwargs))

        return call


class SyncDryRun:
    """The synchronous twin of :class:`groat.engine.dry_run.DryRun`."""

    def __init__(self, twin: SyncGroat) -> None:
        self.twin = twin

    execute = _DryWord(LedgerWords.execute)
    execute_many = _DryWord(LedgerWords.execute_many)
    post = _DryWord(LedgerWords.post)
    bulk = _DryWord(LedgerWords.bulk)
    each = _DryWord(LedgerWords.each)
    hold = _DryWord(LedgerWords.hold)
    capture = _DryWord(LedgerWords.capture)
    settle = _DryWord(LedgerWords.settle)
    extend = _DryWord(LedgerWords.extend)
    release = _DryWord(LedgerWords.release)
    reverse = _DryWord(LedgerWords.reverse)
    set_balance = _DryWord(LedgerWords.set_balance)
    set_limits = _DryWord(LedgerWords.set_limits)
    open_account = _DryWord(LedgerWords.open_account)
    set_budget = _DryWord(LedgerWords.set_budget)
    change_budget = _DryWord(LedgerWords.change_budget)
    remove_budget = _DryWord(LedgerWords.remove_budget)


class SyncGroat:
    """``with SyncGroat.open("sqlite:///groat.db") as groat: groat.post(...)``; may be used from many threads.

    It runs a :class:`groat.Groat` on an event loop in a thread of its own, so threads that write at once share batches.
    """

    def __init__(self, database: str, **options: Any) -> None:
        self._database = database
        self._options = options
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="groat-sync", daemon=True)
        self._context: Any = None
        self._groat: Groat | None = None

    @classmethod
    def open(cls, database: str, **options: Any) -> Self:
        """The same arguments as :meth:`groat.Groat.open`; open for the length of the ``with`` block."""
        return cls(database, **options)

    def __enter__(self) -> Self:
        self._thread.start()
        self._context = Groat.open(self._database, **self._options)
        try:
            self._groat = self._wait(self._context.__aenter__())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._wait(self._context.__aexit__(None, None, None))
        finally:
            self._groat = None
            self._end()

    def _end(self) -> None:
        # The caller's thread may run an event loop itself, so end this one on its own thread.
        self._wait(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(
        self,
        method: Callable[Concatenate[Groat, P], Coroutine[Any, Any, T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a coroutine function on the twin's :class:`groat.Groat` and wait for its result."""
        return self._wait(method(self.on_its_loop(), *args, **kwargs))

    def _wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    @property
    def dry_run(self) -> SyncDryRun:
        """The words of the ledger that only say what they would do."""
        return SyncDryRun(self)

    def program(self, words: Callable[[SyncGroat], T]) -> T:
        """The words of a program, without ``await``; see :meth:`groat.Groat.program`.

        Raises ProgramError ``program_not_turned_on``, Closed.
        """
        check_turned_on(self.on_its_loop(), words)
        return words(self)

    def on_its_loop(self) -> Groat:
        """Return the ledger that this twin runs, for callers on its event loop. Raises Closed."""
        if self._groat is None:
            raise Closed
        return self._groat

    def metered(
        self, account: str, estimate: Amount, asset: str, *, destination: str, key: str, **options: Any
    ) -> Metered:
        """Pay for work by what it uses: ``with groat.metered(...) as job``; see :meth:`groat.Groat.metered`."""
        plan = plan_of(account, estimate, asset, destination=destination, key=key, **options)
        return Metered(door_of(self), plan)

    execute = _Word(Groat.execute)
    execute_many = _Word(Groat.execute_many)
    post = _Word(Groat.post)
    bulk = _Word(Groat.bulk)
    each = _Word(Groat.each)
    hold = _Word(Groat.hold)
    capture = _Word(Groat.capture)
    settle = _Word(Groat.settle)
    extend = _Word(Groat.extend)
    release = _Word(Groat.release)
    grant = _Word(Groat.grant)
    void_grant = _Word(Groat.void_grant)
    reverse = _Word(Groat.reverse)
    set_balance = _Word(Groat.set_balance)
    set_limits = _Word(Groat.set_limits)
    open_account = _Word(Groat.open_account)
    set_state = _Word(Groat.set_state)
    set_member = _Word(Groat.set_member)
    members = _Word(Groat.members)
    shares = _Word(Groat.shares)
    rights_on = _Word(Groat.rights_on)
    forward_clock = _Word(Groat.forward_clock)
    confirm_clock = _Word(Groat.confirm_clock)
    clock = _Word(Groat.clock)
    set_budget = _Word(Groat.set_budget)
    change_budget = _Word(Groat.change_budget)
    remove_budget = _Word(Groat.remove_budget)
    close_accounts = _Word(Groat.close_accounts)
    add_asset = _Word(Groat.add_asset)
    assets = _Word(Groat.assets)
    account = _Word(Groat.account)
    accounts = _Word(Groat.accounts)
    entries = _Word(Groat.entries)
    transaction = _Word(Groat.transaction)
    transactions = _Word(Groat.transactions)
    held = _Word(Groat.held)
    grant_asset = _Word(Groat.grant_asset)
    check = _Word(Groat.check)
    budget = _Word(Groat.budget)
    budgets = _Word(Groat.budgets)
    audit = _Word(Groat.audit)
    notify = _Word(Groat.notify)
    expire_due = _Word(Groat.expire_due)
    verify = _Word(Groat.verify)
