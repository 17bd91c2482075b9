"""Lines of accounts, and what crosses them: a decision notes each crossing and does nothing about it.

A line is an amount of an account that somebody listens to, such as the balance below which its owner is warned. When a
command is accepted, each of its accounts with lines is compared with how it stood before. What went below a line, or
came back to it, leaves a crossing in the same commit. A worker acts on it later, and looks first how the account stands
by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from groat.ledger.counters import AccountState
from groat.ledger.errors import OlderNodes

if TYPE_CHECKING:
    from groat.ledger.book import Book, Row
    from groat.ledger.rows import Account

LINES: Final = 32
"""The bit of :attr:`Account.extras` that says that it has lines."""

Direction = Literal["down", "up"]

Name = tuple[str, str]
"""Names a line of an account: the kind of who listens, such as ``credits.low``, and which of its lines it is."""


class Crossing(NamedTuple):
    """A crossing: who listens (``kind``), to which of its lines (``ref``), by an accepted command.

    ``version`` and ``available`` (smallest units) are those of the account after the command. ``threshold`` is the
    line's, None where something else than an amount was crossed.
    """

    kind: str
    ref: str
    account: Account
    version: int
    direction: Direction
    threshold: int | None
    available: int


class AccountLines:
    """The lines of a locked account: the threshold of each (smallest units) by its name."""

    __slots__ = ("account", "thresholds")

    def __init__(self, account: Account, thresholds: Mapping[Name, int] | None = None) -> None:
        self.account = account
        self.thresholds = dict(thresholds or {})

    def state(self) -> tuple[Any, ...]:
        """Return the values of this row that a command can change."""
        return (dict(self.thresholds),)

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to an earlier :meth:`state`."""
        self.thresholds = dict(state[0])


def cross(book: Book, kind: str, ref: str, account: Account, direction: Direction) -> None:
    """Note that the command that is being decided crosses something: call it when it is known that it does.

    A refused command leaves no crossing.
    """
    book.crossings.append(Crossing(kind, ref, account, account.version, direction, None, account.available))


def note_crossings(book: Book, before: Mapping[Row, Any]) -> None:
    """Note the lines that an accepted command has crossed; ``before`` are the states of the rows that it touched."""
    for account, lines in book.account_lines.items():
        state = before.get(account)
        if state is None:
            continue
        was, now = _available(state), account.available
        for (kind, ref), threshold in sorted(lines.thresholds.items()) if was != now else ():
            if (was < threshold) != (now < threshold):
                way: Direction = "down" if now < was else "up"
                book.crossings.append(Crossing(kind, ref, account, account.version, way, threshold, now))


def set_line(
    book: Book, account: Account, kind: str, ref: str, threshold: int | None, *, begins: bool = False
) -> None:
    """Draw or move a line of a locked account, or take it away (None).

    With ``begins`` an account that is below its new line crosses it now. Raises OlderNodes while nodes are alive that
    know no lines.
    """
    lines = book.account_lines.get(account)
    if lines is None:
        if threshold is None:
            return
        if not book.knows(LINES):
            raise OlderNodes
        lines = book.account_lines[account] = AccountLines(account)
    book.touch(account)
    book.touch(lines)
    if threshold is None:
        lines.thresholds.pop((kind, ref), None)
    else:
        lines.thresholds[kind, ref] = threshold
        if begins and account.available < threshold:
            book.crossings.append(
                Crossing(kind, ref, account, account.version, "down", threshold, account.available)
            )
    account.extras = account.extras & ~LINES | (LINES if lines.thresholds else 0)
    book.extras |= LINES


def _available(state: AccountState) -> int:
    return state.credits - state.debits - state.debits_pending
