"""The bodies of calls about drafts and runs."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from groat.api.bodies import AccountPath, AmountOrNone, AssetCode, Body, Name, Reason
from groat.programs.runs.changing import NUMBERS_MAX, Title
from groat.programs.runs.errors import RunError
from groat.programs.runs.views import Duplicates, Short
from groat.programs.runs.words import DraftRow

Person = Annotated[
    str, Meta(description="A user id, or a known e-mail address.", extra_json_schema={"maxLength": 254})
]


class RowInput(Body):
    """A row: a person by ``user``, ``email`` or ``name``, and the ``amount`` unless all rows have one."""

    user: Person = ""
    email: Annotated[str, Meta(extra_json_schema={"maxLength": 254})] = ""
    name: Title = ""
    amount: AmountOrNone = ""
    reason: Reason = ""

    def row(self) -> DraftRow:
        """Return the row as drafts take it."""
        return DraftRow(self.amount, self.user, self.email, self.name, self.reason)


class SelectionInput(Body):
    """The people with this text (``q``) in their id, name or e-mail address, and with this ``role``; both if named."""

    q: Annotated[str, Meta(extra_json_schema={"maxLength": 100})] = ""
    role: Name | None = None


class ListInput(Body, kw_only=True):
    """The people and what they get: ``rows``, or ``people`` who all get the same ``amount``."""

    rows: list[RowInput] | None = None
    people: list[Person] | None = None
    amount: AmountOrNone | None = None
    asset: AssetCode = "CREDIT"
    mode: Literal["add", "set"] = "add"
    reason: Reason = ""
    name: Title = ""
    source: AccountPath | None = None

    def as_rows(self) -> list[DraftRow]:
        """Return the rows. Raises RunError ``run_rows_wrong``."""
        if (self.rows is None) == (self.people is None) or (self.people is not None and self.amount is None):
            raise RunError("run_rows_wrong")
        if self.people is not None:
            return [DraftRow(user=person) for person in self.people]
        return [row.row() for row in self.rows or ()]


class DraftInput(ListInput, kw_only=True):
    """Rows to check: ``rows``, or ``people`` or a ``selection`` of them who all get the same ``amount``.

    ``mode`` adds to balances, or sets them. ``source`` pays what is added. ``duplicates`` says what rows of one person
    mean: nothing yet (``ask``), their sum, or the first alone.
    """

    selection: SelectionInput | None = None
    duplicates: Duplicates = "ask"


class PostRunInput(ListInput, kw_only=True):
    """Rows to post at once: ``rows``, or ``people`` who all get the same ``amount``."""


class RunUndo(Body):
    """The ``reason`` for which a run is undone, all of it or rows by their ``numbers``.

    ``short`` says what happens where a person has spent some: such a row is refused, what is left is taken, or the
    balance falls below its floor.
    """

    reason: Reason
    numbers: (
        Annotated[list[Annotated[int, Meta(ge=1, le=2**31 - 1)]], Meta(max_length=NUMBERS_MAX)] | None
    ) = None
    short: Short = "refuse"
