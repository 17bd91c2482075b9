"""Changes of a draft that nobody has filed: other choices, another reading, other rows selected."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from groat.api.bodies import AccountPath, Body, Reason, SignedAmount
from groat.programs.runs.drafts import Drafts
from groat.programs.runs.errors import RunError
from groat.programs.runs.rows import StoredDraft
from groat.programs.runs.views import DraftChoices, Duplicates, RunDraft, Short

NUMBERS_MAX = 10_000

Show = Literal["all", "bad", "duplicates", "new", "over_limit", "unselected", "selected"]
Title = Annotated[str, Meta(extra_json_schema={"maxLength": 200})]
ColumnName = Annotated[str, Meta(extra_json_schema={"maxLength": 200})]


class Picked(Body):
    """Rows by their ``numbers``, or all of one sort (``show``)."""

    numbers: Annotated[list[Annotated[int, Meta(ge=1, le=2**31 - 1)]], Meta(max_length=NUMBERS_MAX)] = (
        msgspec.field(default_factory=list)
    )
    show: Show | None = None


class DraftChange(Body):
    """The wishes to change; a field that is not named stays. ``version`` is the one that was read.

    ``sheet`` to ``columns`` correct the reading of a file; a column is named by its header's words or its number.
    ``amount`` is the one of all rows, null for their own. Rows are left out by ``unselect``, and taken in by
    ``select``. Without a change everything is checked again.
    """

    version: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    reason: Reason | UnsetType = UNSET
    mode: Literal["add", "set"] | UnsetType = UNSET
    source: AccountPath | UnsetType = UNSET
    name: Title | UnsetType = UNSET
    duplicates: Duplicates | UnsetType = UNSET
    amount: SignedAmount | UnsetType | None = UNSET
    short: Short | UnsetType = UNSET
    sheet: Title | UnsetType | None = UNSET
    encoding: Title | UnsetType | None = UNSET
    delimiter: Title | UnsetType | None = UNSET
    decimal: Title | UnsetType | None = UNSET
    date_order: Title | UnsetType | None = UNSET
    columns: dict[Literal["user", "email", "name", "amount", "reason"], ColumnName | None] | UnsetType = UNSET
    select: Picked | UnsetType = UNSET
    unselect: Picked | UnsetType = UNSET


READER = ("sheet", "encoding", "delimiter", "decimal", "date_order")
_CHOSEN = ("reason", "mode", "source", "name", "duplicates", "amount", "short")


def with_changes(choices: DraftChoices, change: DraftChange) -> DraftChoices:
    """Return the choices as the change leaves them. Raises RunError ``run_choice_wrong``, ``run_mode_wrong``."""
    new = {name: value for name in _CHOSEN if (value := getattr(change, name)) is not UNSET}
    is_undo = choices.mode == "undo"
    if is_undo and not new.keys() <= {"reason", "name", "short"}:
        raise RunError("run_choice_wrong")
    if "short" in new and not is_undo:
        raise RunError("run_choice_wrong")
    if new.get("mode", choices.mode) != choices.mode and "source" not in new:
        new["source"] = ""
    reader: dict[str, str | None] = {**choices.reader}
    for name in READER:
        value = getattr(change, name)
        if value is not UNSET:
            reader[name] = value
    if change.columns is not UNSET:
        reader |= {f"{role}_column": value for role, value in change.columns.items()}
    return msgspec.structs.replace(
        choices, **new, reader={name: value for name, value in reader.items() if value is not None}
    )


def corrects(stored: StoredDraft, change: DraftChange) -> bool:
    """Return whether a change is about the reading of the draft's file. Raises as :func:`with_changes`.

    With an amount for all rows no column is read for it, so that is a part of the reading.
    """
    choices = msgspec.json.decode(stored.choices, type=DraftChoices)
    wanted = with_changes(choices, change)
    return wanted.reader != choices.reader or wanted.amount != choices.amount


async def changed(drafts: Drafts, stored: StoredDraft, change: DraftChange) -> RunDraft:
    """Change a draft whose rows stay those that were given. Raises RunError.

    A draft of a file is read again by whoever has the sandbox, before this is called.
    """
    if change.version is not None and change.version != stored.version:
        raise RunError("draft_changed", version=str(stored.version))
    choices = msgspec.json.decode(stored.choices, type=DraftChoices)
    wanted = with_changes(choices, change)
    if wanted.reader != choices.reader:
        raise RunError("run_choice_wrong")
    if isinstance(change.select, UnsetType) and isinstance(change.unselect, UnsetType):
        return await drafts.change(stored, wanted)
    if wanted != choices or not stored.ready:
        await drafts.change(stored, wanted)
        stored = await drafts.find(stored.id)
    await drafts.begin(stored)
    for picked, selected in ((change.unselect, False), (change.select, True)):
        if not isinstance(picked, UnsetType):
            await drafts.select(stored, selected=selected, numbers=picked.numbers, show=picked.show or "")
    return await drafts.end(stored)
