"""The ledger as apps open it: the engine's, with the programs that it is opened with and their words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from groat.engine import groat as engine
from groat.programs.program import Program, ProgramError
from groat.programs.standing_words import STANDING_EXTENSIONS, StandingWords
from groat.settings import Settings
from groat.store.extension import Extension

T = TypeVar("T")


class Groat(StandingWords, engine.Groat):
    """A ledger with live streams, notifications and programs.

    Made by :meth:`open`; all methods are called on one event loop.
    """

    standing: ClassVar[tuple[Extension, ...]] = STANDING_EXTENSIONS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._made: dict[Any, Any] = {}

    @property
    def programs(self) -> tuple[Program, ...]:
        """The programs that are turned on."""
        return tuple(each for each in self.brought if isinstance(each, Program))

    def turn_on(self, programs: Sequence[Program], settings: Settings) -> None:
        """Replace the programs and settings that it was opened with, as a server does that is given a ledger.

        The tables of the programs must be there: :meth:`open` makes those of the programs that it is given.
        """
        self.brought, self.settings = tuple(programs), settings
        self._made.clear()

    def program(self, words: Callable[[Groat], T]) -> T:
        """The words of a program, by the class that it declares: ``groat.program(ExpenseClaims).file(...)``.

        Raises ProgramError ``program_not_turned_on`` unless the ledger was opened with the program.
        """
        check_turned_on(self, words)
        return self.once(words)

    def once(self, make: Callable[[Groat], T]) -> T:
        """Return what ``make`` makes of this ledger: the first call makes it, and later ones return the same."""
        if make not in self._made:
            self._made[make] = make(self)
        made: T = self._made[make]
        return made

    def on_its_loop(self) -> Groat:
        """Return this ledger; of the synchronous twin the one that it runs."""
        return self


def check_turned_on(groat: Groat, words: Callable[..., Any]) -> None:
    """Raise ProgramError ``program_not_turned_on`` unless a program of the ledger declares these words."""
    if not any(words in program.facade for program in groat.programs):
        name = f"{words.__module__}.{getattr(words, '__qualname__', words)}"
        on = ", ".join(program.name for program in groat.programs) or "none"
        raise ProgramError(
            "program_not_turned_on",
            f"No program that is turned on has the words {name}; turned on: {on}. Open the ledger with"
            f" programs=[...], or name the program in the setting programs of the server.",
        )
