"""Words: the typed methods by which an app uses a program of a ledger in its own process, with await or without.

``groat.program(ExpenseClaims).file(...)`` is a coroutine where ``groat`` is a :class:`groat.Groat`, and the result
itself where it is a :class:`groat.SyncGroat`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, overload

if TYPE_CHECKING:
    from groat.facade import Groat
    from groat.sync import SyncGroat

P = ParamSpec("P")
T = TypeVar("T")
Ledger = TypeVar("Ledger", "Groat", "SyncGroat")


class Words(Generic[Ledger]):
    """Base of a program's words. A subclass marks each of its methods as a :class:`word`.

    The methods work with ``groat``, which is always the asynchronous ledger.
    """

    groat: Groat

    def __init__(self, ledger: Ledger) -> None:
        self.ledger: Any = ledger
        self.groat = ledger.on_its_loop()


class word(Generic[P, T]):  # noqa: N801  (a decorator)
    """Make an async method a word: on a SyncGroat, a call waits and returns the result itself.

    In a word that calls others of its object, annotate ``self``: ``async def both(self: ExpenseClaims[Groat])``.
    """

    def __init__(self, method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, words: Words[Groat], owner: Any) -> Callable[P, Coroutine[Any, Any, T]]: ...
    @overload
    def __get__(self, words: Words[SyncGroat], owner: Any) -> Callable[P, T]: ...
    def __get__(self, words: Words[Any], owner: Any) -> Callable[P, Any]:
        """Bind the word to the words of a ledger."""

        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            ledger = words.ledger
            if ledger is words.groat:
                return self._method(words, *args, **kwargs)
            return ledger.run(lambda groat: self._method(groat.program(type(words)), *args, **kwargs))

        return call
