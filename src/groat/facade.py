"""The ledger as apps open it: the engine's, with the programs that it is opened with and their words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, TypeVar

from groat.engine import groat as engine
from groat.ledger.errors import Overloaded
from groat.ledger.settling import Excess
from groat.metering import Amount, AsyncMetered, JobCall, JobDoor, plan_of
from groat.programs.program import Program, ProgramError
from groat.programs.standing_words import (
    STANDING_EXTENSIONS,
    STANDING_FACADE,
    STANDING_KINDS,
    StandingWords,
)
from groat.settings import Settings
from groat.store.extension import Extension

T = TypeVar("T")


class Groat(StandingWords, engine.Groat):
    """A ledger with live streams, notifications and programs.

    Made by :meth:`open`; all methods are called on one event loop.
    """

    standing: ClassVar[tuple[Extension, ...]] = STANDING_EXTENSIONS
    standing_kinds = STANDING_KINDS

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

    def metered(
        self,
        account: str,
        estimate: Amount,
        asset: str,
        *,
        destination: str,
        key: str,
        lasts: int = 60,
        excess: Excess = "refuse",
        overdraft: Amount | None = None,
        on_error: Literal["release", "settle"] = "release",
        reason: str = "",
        metadata: dict[str, Any] | None = None,
        patience_s: float = 60.0,
    ) -> AsyncMetered:
        """Pay for work by what it uses: ``async with groat.metered(...) as job``, and in the block ``job.use(amount)``.

        The block begins with a hold of the ``estimate``, which is extended while it runs, and ends with its settlement:
        ``job.settled`` says what was captured, spent beyond the hold (by ``excess`` and ``overdraft``, as
        :meth:`settle`) and left unpaid. A block that raises releases the hold, or with ``on_error="settle"`` pays what
        it used so far. When the process dies, the hold ends ``lasts`` seconds after its last extension. The ``key``
        names the job: it is paid once, and may be run again if it failed. The end is tried again for ``patience_s``
        seconds while the database is away. Raises ValueError, and as :meth:`hold` and :meth:`settle` do.
        """
        plan = plan_of(
            account, estimate, asset, destination=destination, key=key, lasts=lasts, excess=excess,
            overdraft=overdraft, on_error=on_error, reason=reason, metadata=metadata, patience_s=patience_s,
        )  # fmt: skip
        return AsyncMetered(door_of(self), plan)

    def on_its_loop(self) -> Groat:
        """Return this ledger; of the synchronous twin the one that it runs."""
        return self


def door_of(words: Any) -> JobDoor:
    """Return the way of metered work to a ledger in this process, with or without ``await``."""

    def call(what: JobCall) -> Any:
        return getattr(words, what.word)(**what.given)

    return JobDoor(call, lambda error: isinstance(error, Overloaded) or getattr(error, "passing", False))


def check_turned_on(groat: Groat, words: Callable[..., Any]) -> None:
    """Raise ProgramError ``program_not_turned_on`` unless a program of the ledger declares these words."""
    if words not in STANDING_FACADE and not any(words in program.facade for program in groat.programs):
        name = f"{words.__module__}.{getattr(words, '__qualname__', words)}"
        on = ", ".join(program.name for program in groat.programs) or "none"
        raise ProgramError(
            "program_not_turned_on",
            f"No program that is turned on has the words {name}; turned on: {on}. Open the ledger with"
            f" programs=[...], or name the program in the setting programs of the server.",
        )
