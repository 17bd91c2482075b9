"""The words of the ledger for Django: they commit with the app's own rows, or not at all."""

from __future__ import annotations

import functools
import inspect
import random
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from asgiref.sync import sync_to_async
from django.db import OperationalError, connections

from groat.contrib.django import blocks, conf
from groat.contrib.django.blocks import BLOCK_ERRORS, BlockError, Busy, InsideLedger, finish, is_locked
from groat.contrib.django.working import InsideMetered
from groat.engine.ledger_words import LedgerWords
from groat.ledger.amounts import format_amount
from groat.ledger.commands import Command
from groat.ledger.errors import GroatError, InvalidInput, Refusal, Refused
from groat.ledger.views import AccountView, BalanceView, TransactionView
from groat.metering import Amount, Metered, plan_of
from groat.programs.notifications.facade import Notifying
from groat.store.batch import Done

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V")

ATTEMPTS = 3
PAUSE_S = 0.05

# Deadlock, serialisation, lock time-out: whoever undoes all of the block may run it again.
_AGAIN = ("40P01", "40001", "55P03")


class Verdict(Generic[V]):
    """The verdict on a command, accepted (``ok``) or refused.

    An accepted one has the fields of its ``view``, such as ``id`` and ``balances``; a refused one has a ``refusal``
    with ``code``, ``detail`` and ``fields``. It counts as true if it is accepted.
    """

    def __init__(self, view: V | None, refusal: Refusal | None = None) -> None:
        self.view = view
        self.refusal = refusal

    @property
    def ok(self) -> bool:
        """Return whether the command was accepted."""
        return self.refusal is None

    def __bool__(self) -> bool:
        return self.ok

    def unwrap(self) -> V:
        """Return the view. Raises Refused, which rolls back the block that it leaves."""
        if self.refusal is not None:
            raise Refused(self.refusal)
        assert self.view is not None
        return self.view

    def __getattr__(self, name: str) -> Any:
        if name in ("view", "refusal") or name.startswith("__"):
            raise AttributeError(name)
        if self.refusal is not None:
            raise AttributeError(f"a refused command has no {name}: {self.refusal}")
        return getattr(self.view, name)

    def __repr__(self) -> str:
        return f"<Verdict {self.refusal or self.view!r}>"


class _WriteWord(Generic[P, V]):
    """A word, from the coroutine method of the ledger that has its name and arguments."""

    def __init__(self, method: Callable[Concatenate[Any, P], Coroutine[Any, Any, V]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, words: None, owner: Any) -> _WriteWord[P, V]: ...
    @overload
    def __get__(self, words: DjangoWords, owner: Any) -> Callable[P, Verdict[V]]: ...
    def __get__(self, words: DjangoWords | None, owner: Any) -> Any:
        if words is None:
            return self

        @functools.wraps(self._method)
        def call(*args: P.args, **kwargs: P.kwargs) -> Verdict[V]:
            try:
                return Verdict(finish(self._method(words._ledger(), *args, **kwargs)))
            except Refused as refused:
                return Verdict(None, refused.refusal)

        return call


class _AsyncWord(Generic[P, V]):
    """The twin of a word for async code: it runs in the thread in which Django's sync code runs."""

    def __init__(self, word: _WriteWord[P, V]) -> None:
        self._word = word
        self.__doc__ = word.__doc__

    def __get__(self, words: DjangoWords, owner: Any) -> Callable[P, Coroutine[Any, Any, Verdict[V]]]:
        return sync_to_async(self._word.__get__(words, owner), thread_sensitive=True)


class _Look(Generic[P, T]):
    """A word that only reads, in the open block if there is one."""

    def __init__(self, method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __get__(self, words: DjangoWords, owner: Any) -> Callable[P, T]:
        @functools.wraps(self._method)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            found: T = finish(self._method(words._ledger(), *args, **kwargs))
            return found

        return call


class _Planned(Exception):
    """Carries a command from the word that made it."""

    def __init__(self, command: Command) -> None:
        super().__init__()
        self.command = command


class _CommandMaker(InsideLedger):
    """A ledger that executes nothing."""

    async def execute(self, command: Command) -> Done | Refusal:
        """Hand the command over."""
        raise _Planned(command)


class _PlannedWord(Generic[P]):
    def __init__(self, method: Callable[Concatenate[Any, P], Coroutine[Any, Any, Any]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __get__(self, commands: CommandWords, owner: Any) -> Callable[P, Command]:
        @functools.wraps(self._method)
        def call(*args: P.args, **kwargs: P.kwargs) -> Command:
            try:
                finish(self._method(commands._plan(), *args, **kwargs))
            except _Planned as planned:
                return planned.command
            raise AssertionError("a word executed no command")

        return call


class CommandWords:
    """The same words as commands that are not executed yet, for :meth:`DjangoWords.many`."""

    def __init__(self, alias: str | None) -> None:
        self._alias = alias

    def _plan(self) -> _CommandMaker:
        return _CommandMaker(blocks.ledger_on(self._alias or conf.database_alias()))

    post = _PlannedWord(LedgerWords.post)
    bulk = _PlannedWord(LedgerWords.bulk)
    hold = _PlannedWord(LedgerWords.hold)
    capture = _PlannedWord(LedgerWords.capture)
    settle = _PlannedWord(LedgerWords.settle)
    extend = _PlannedWord(LedgerWords.extend)
    release = _PlannedWord(LedgerWords.release)
    grant = _PlannedWord(LedgerWords.grant)
    void_grant = _PlannedWord(LedgerWords.void_grant)
    reverse = _PlannedWord(LedgerWords.reverse)
    set_balance = _PlannedWord(LedgerWords.set_balance)
    set_limits = _PlannedWord(LedgerWords.set_limits)
    set_state = _PlannedWord(LedgerWords.set_state)
    set_member = _PlannedWord(LedgerWords.set_member)
    open_account = _PlannedWord(LedgerWords.open_account)
    set_budget = _PlannedWord(LedgerWords.set_budget)
    change_budget = _PlannedWord(LedgerWords.change_budget)
    remove_budget = _PlannedWord(LedgerWords.remove_budget)
    notify = _PlannedWord(Notifying.notify)


class DjangoWords:
    """``groat`` in a Django project: each word commits with the rows of the block in which it is called.

    A word that writes returns a :class:`Verdict`. It raises InvalidInput for what cannot become a command,
    :class:`Busy` where others hold the rows, BlockError where the transaction is unfit, and the database's errors as
    Django raises them. Outside of ``atomic()`` each call is a block of its own.
    """

    Busy = Busy
    Refused = Refused
    InvalidInput = InvalidInput
    Error = GroatError
    BlockError = BlockError

    def __init__(self, alias: str | None = None, *, is_dry: bool = False) -> None:
        self._alias = alias
        self._is_dry = is_dry
        self.command = CommandWords(alias)

    def _ledger(self) -> InsideLedger:
        return blocks.ledger(self._alias, is_dry=self._is_dry)

    @property
    def dry_run(self) -> DjangoWords:
        """The words that say what they would do in the open block, and do nothing."""
        return DjangoWords(self._alias, is_dry=True)

    def using(self, alias: str) -> DjangoWords:
        """Return the words for the ledger on this alias, also while blocks of other databases are open.

        Whoever names the database says that what it commits and what others commit are apart.
        """
        return DjangoWords(alias)

    post = _WriteWord(LedgerWords.post)
    bulk = _WriteWord(LedgerWords.bulk)
    hold = _WriteWord(LedgerWords.hold)
    capture = _WriteWord(LedgerWords.capture)
    settle = _WriteWord(LedgerWords.settle)
    extend = _WriteWord(LedgerWords.extend)
    release = _WriteWord(LedgerWords.release)
    grant = _WriteWord(LedgerWords.grant)
    void_grant = _WriteWord(LedgerWords.void_grant)
    reverse = _WriteWord(LedgerWords.reverse)
    set_balance = _WriteWord(LedgerWords.set_balance)
    set_limits = _WriteWord(LedgerWords.set_limits)
    set_state = _WriteWord(LedgerWords.set_state)
    set_member = _WriteWord(LedgerWords.set_member)
    open_account = _WriteWord(LedgerWords.open_account)
    set_budget = _WriteWord(LedgerWords.set_budget)
    change_budget = _WriteWord(LedgerWords.change_budget)
    remove_budget = _WriteWord(LedgerWords.remove_budget)
    notify = _WriteWord(InsideLedger.notify)
    file = _WriteWord(InsideLedger.file)
    take = _WriteWord(InsideLedger.take)

    apost = _AsyncWord(post)
    abulk = _AsyncWord(bulk)
    ahold = _AsyncWord(hold)
    acapture = _AsyncWord(capture)
    asettle = _AsyncWord(settle)
    aextend = _AsyncWord(extend)
    arelease = _AsyncWord(release)
    agrant = _AsyncWord(grant)
    avoid_grant = _AsyncWord(void_grant)
    areverse = _AsyncWord(reverse)
    aset_balance = _AsyncWord(set_balance)
    aset_limits = _AsyncWord(set_limits)
    aset_state = _AsyncWord(set_state)
    aset_member = _AsyncWord(set_member)
    aopen_account = _AsyncWord(open_account)
    aset_budget = _AsyncWord(set_budget)
    achange_budget = _AsyncWord(change_budget)
    aremove_budget = _AsyncWord(remove_budget)
    anotify = _AsyncWord(notify)
    afile = _AsyncWord(file)
    atake = _AsyncWord(take)

    account = _Look(LedgerWords.account)
    entries = _Look(LedgerWords.entries)
    transaction = _Look(LedgerWords.transaction)
    held = _Look(LedgerWords.held)
    check = _Look(LedgerWords.check)
    budget = _Look(LedgerWords.budget)
    budgets = _Look(LedgerWords.budgets)
    assets = _Look(InsideLedger.assets)
    add_asset = _Look(InsideLedger.add_asset)

    def many(self, commands: Sequence[Command], *, atomic: bool = False) -> list[Verdict[TransactionView]]:
        """Execute commands of :attr:`command` with all their locks in one order; returns a verdict for each.

        Each stands for itself, or with ``atomic`` all or none: then each has the verdict of the first that is refused,
        whose field ``index`` (from 0) tells which one it is, and nothing stands under the keys.
        """
        commands = list(commands) if isinstance(commands, Iterable) else [commands]
        for each in commands:
            if not isinstance(each, Command):
                raise BlockError(
                    "not_a_command", f"{BLOCK_ERRORS['not_a_command'].meaning} This is {type(each).__name__}."
                )
        ledger = self._ledger()
        return [
            Verdict(None, each) if isinstance(each, Refusal) else Verdict(each.view())
            for each in finish(ledger.execute_many(commands, atomic))
        ]

    async def amany(
        self, commands: Sequence[Command], *, atomic: bool = False
    ) -> list[Verdict[TransactionView]]:
        """Do as :meth:`many`, for async code."""
        return await sync_to_async(self.many, thread_sensitive=True)(commands, atomic=atomic)

    def metered(
        self, account: str, estimate: Amount, asset: str, *, destination: str, key: str, **options: Any
    ) -> Metered:
        """Pay for work by what it uses: ``with groat.metered(...) as job``; see :meth:`groat.Groat.metered`.

        The hold is committed before the block, and settled or released after it. A thread extends it meanwhile. Raises
        BlockError ``work_in_block`` where a block is open, Refused as :meth:`hold` and :meth:`settle` do.
        """
        plan = plan_of(account, estimate, asset, destination=destination, key=key, **options)
        return InsideMetered(self._alias or conf.database_alias(), plan, lambda word: getattr(self, word))

    def balance(self, account: str, asset: str) -> BalanceView:
        """Return a balance as the open block sees it; nothing, of version 0, for an account that is not open.

        Raises InvalidInput.
        """
        ledger = self._ledger()
        scale = finish(ledger.asset(asset)).scale
        view: AccountView | None = finish(ledger.account(account))
        for balance in view.balances if view else ():
            if balance.asset == asset:
                return balance
        nothing = format_amount(0, scale)
        return BalanceView(account, asset, nothing, nothing, nothing, 0)

    async def abalance(self, account: str, asset: str) -> BalanceView:
        """Do as :meth:`balance`, for async code."""
        return await sync_to_async(self.balance, thread_sensitive=True)(account, asset)

    @overload
    def retrying(self, function: Callable[P, T], /) -> Callable[P, T]: ...
    @overload
    def retrying(self, /, *, times: int = ATTEMPTS) -> Callable[[Callable[P, T]], Callable[P, T]]: ...
    def retrying(self, function: Any = None, /, *, times: int = ATTEMPTS) -> Any:
        """Decorate a function that opens a block: run it again, up to ``times`` in all, when others hold its rows.

        It must do nothing that a rollback does not undo. Called within a block it runs once, for only the whole block
        can be run again.
        """
        if function is None:
            return functools.partial(self._retry, times)
        return self._retry(times, function)

    def _retry(self, times: int, function: Callable[P, T]) -> Callable[P, T]:
        if inspect.iscoroutinefunction(function):
            raise TypeError(
                "Decorate the sync function that opens the block; async code calls it by sync_to_async"
            )

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            for attempt in range(1, times):
                if connections[self._alias or conf.database_alias()].in_atomic_block:
                    break
                try:
                    return function(*args, **kwargs)
                except OperationalError as error:
                    if not _may_pass(error):
                        raise
                time.sleep(PAUSE_S * attempt * random.uniform(0.5, 1.0))  # noqa: S311
            return function(*args, **kwargs)

        return call


def _may_pass(error: OperationalError) -> bool:
    return isinstance(error, Busy) or is_locked(error) or getattr(error.__cause__, "sqlstate", None) in _AGAIN


groat = DjangoWords()
"""The words for the ledger of the project."""
