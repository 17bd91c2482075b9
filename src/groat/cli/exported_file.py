"""Read a file of ``groat export transactions``, so that its transactions can be made again in another database.

Ids, keys, texts, metadata, effective dates, holds and reversals stay. Accounts are shared with whom they were; what is
said of their states is read by :mod:`groat.cli.exported_states`.
A transaction's cause does not stay: the request or charge that it belonged to is not in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from groat.cli.exported_states import FileChange, read_change, read_key
from groat.cli.transactions_file import PRINCIPAL, FileError, FileRow, FileTable, LineProblem
from groat.ledger.accounts import check_path
from groat.ledger.amounts import SCALE_MAX, Asset, check_asset, parse_amount
from groat.ledger.budgeting import PastBudget, RestoreBudget
from groat.ledger.commands import POSTINGS_MAX, check_move
from groat.ledger.errors import InvalidInput
from groat.ledger.grants import Terms
from groat.ledger.keys import Form, Key, derive
from groat.ledger.members import SetMember
from groat.ledger.restore import HOLD_STATES, Made, PastGrant, PastPosting, Restore
from groat.ledger.rows import Use
from groat.ledger.text import check_id, check_metadata, check_principal, check_text, parse_time

T = TypeVar("T")

OLDER = frozenset(
    {"kind", "pending", "recorded_at", "principal", "key", "actor", "reverses", "hold", "metadata"}
)
"""The columns of every version beside those of a plain file."""
NEWER = frozenset({"cause", "leg", "hold_state", "hold_expires_at", "key_form", "key_body"})

REPEATABLE = frozenset(
    {"void_grant", "post", "hold", "capture", "settle", "release", "reverse", "set_balance"}
)
"""The kinds whose whole answer is the transaction."""

OF_NOTHING = frozenset({"extend", "settle", "void_grant"})
"""The kinds whose postings may move nothing."""


class _ExportedAllocation(msgspec.Struct, frozen=True):
    """A member of the column ``grants``, in the order of :class:`PastGrant`."""

    grant: str
    account: str
    amount: int
    held: int
    cls: str = msgspec.field(name="class")
    expires_at: int | None
    voided_at: int | None
    due_at: int | None
    priority: int
    cause: str
    note: str
    parent: str | None
    origin: str
    version: int
    created_at: int


_KIND = re.compile(r"[a-z][a-z0-9_.]{0,127}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{32}", re.ASCII)
_LEG = re.compile(r"[0-9]{1,4}", re.ASCII)


def is_export(table: FileTable) -> bool:
    """Return whether a file is an export. Raises FileError ``export_outdated`` for one that lacks columns."""
    columns = set(table.columns)
    if not columns >= OLDER:
        return False
    if columns >= NEWER:
        return True
    if all(row.cells["kind"] == "post" for row in table.rows):
        return False
    raise FileError("export_outdated")


Standing = SetMember | RestoreBudget
"""A command that makes what stands beside the transactions: a member, a budget."""


def part_changes(table: FileTable) -> tuple[FileTable, list[FileChange]]:
    """Part the rows of changes of accounts' states from the others, and read them."""
    keys: set[tuple[str, str]] = set()
    ids: set[str] = set()

    def read(row: FileRow) -> FileChange | None:
        if not row.cells.get("account_state"):
            return None
        change = read_change(row)
        key = (change.past.principal, change.past.key)
        if key in keys or change.past.id in ids:
            raise InvalidInput("invalid_id", "Two changes of states have one key, or one id in account_act.")
        keys.add(key)
        ids.add(change.past.id)
        return change

    return _part(table, read)


def part_standing(table: FileTable) -> tuple[FileTable, list[Standing]]:
    """Part the rows of members and of budgets from those of postings, and make the commands of them."""
    return _part(table, _standing)


def _part(table: FileTable, read: Callable[[FileRow], T | None]) -> tuple[FileTable, list[T]]:
    """Return a table without the rows of which something was read, with the wrong ones among its problems; and that."""
    rows: list[FileRow] = []
    problems = list(table.problems)
    found: list[T] = []
    for row in table.rows:
        try:
            one = read(row)
            if one is None:
                rows.append(row)
            else:
                found.append(one)
        except InvalidInput as error:
            problems.append(LineProblem(row.line, error.code, error.detail))
    return FileTable(table.columns, rows, problems), found


def _standing(row: FileRow) -> Standing | None:
    """Make the command of a row, or None for the row of a posting. Raises InvalidInput."""
    if row.cells.get("member_rights"):
        return _member(row.cells)
    return _budget(row.cells["budget"]) if row.cells.get("budget") else None


def _actor(cells: Mapping[str, str]) -> str:
    """Return the actor as the caller gave it: most give none, and act for themselves. Raises InvalidInput."""
    actor = check_principal(cells["actor"])
    return "" if actor == cells["principal"] else actor


def _member(cells: Mapping[str, str]) -> SetMember:
    """Make the command of the caller who gave a member the rights that they have. Raises InvalidInput."""
    kind, _, user = cells["destination"].partition(":")
    if kind != "user":
        raise InvalidInput("invalid_member")
    command = SetMember(
        principal=check_principal(cells["principal"]),
        key=read_key(cells["key"]),
        actor=_actor(cells),
        reason=check_text(cells["reason"]),
        account=cells["source"],
        user=user,
        rights=tuple(cells["member_rights"].split(",")),
    )
    command.check({})
    return command


def _budget(text: str) -> RestoreBudget:
    """Make the command that sets a budget again. Raises InvalidInput."""
    try:
        past = msgspec.json.decode(text, type=PastBudget, strict=False)
    except msgspec.MsgspecError as error:
        raise InvalidInput("invalid_budget", f"budget is not as it was exported: {error}.") from None
    return RestoreBudget.of_past(past, PRINCIPAL, derive("import", "budget", check_id(past.id)))


def infer_exported_assets(rows: Iterable[FileRow], known: Mapping[str, Asset]) -> dict[str, Asset]:
    """Infer the assets of the file that are not ``known``; an export writes all digits of an asset's scale."""
    found: dict[str, Asset] = {}
    for row in rows:
        code, digits = row.cells["asset"], len(row.cells["amount"].partition(".")[2])
        if code in known or digits <= getattr(found.get(code), "scale", -1):
            continue
        try:
            found[code] = check_asset(code, min(digits, SCALE_MAX))
        except InvalidInput:
            continue
    return found


def to_restores(
    table: FileTable, assets: Mapping[str, Asset], changes: Sequence[FileChange] = ()
) -> tuple[list[Restore], list[LineProblem]]:
    """Make a command for the transactions of each key, in the order of recording; returns them and the wrong lines.

    A change of an account's state has a transaction, too, which may have no postings.
    """
    problems = list(table.problems)
    by_id: dict[str, list[FileRow]] = {}
    for row in table.rows:
        by_id.setdefault(row.cells["transaction"], []).append(row)
    found: list[tuple[tuple[Any, ...], Made, Mapping[str, str]]] = []
    for rows in by_id.values():
        lines = []
        for row in rows:
            try:
                lines.append(_line(row.cells, assets))
            except InvalidInput as error:
                problems.append(LineProblem(row.line, error.code, error.detail))
        try:
            made = _made(rows, tuple(lines))
            # Those of one key were recorded together.
            order = (parse_time(rows[0].cells["recorded_at"]), made.id)
        except InvalidInput as error:
            problems.append(LineProblem(rows[0].line, error.code, error.detail))
            continue
        found.append((order, made, rows[0].cells))
    found.sort(key=lambda each: each[0])
    _keep_last_expiry(found)
    _keep_last_end(found)
    groups: dict[tuple[str, str], list[tuple[Made, Mapping[str, str]]]] = {}
    for _, made, first in found:
        groups.setdefault((first["principal"], first["key"]), []).append((made, first))
    by_key = {(change.past.principal, change.past.key): change for change in changes}
    restores = [
        _restore([made for made, _ in own], own[0][1], by_key.pop(key, None)) for key, own in groups.items()
    ]
    return restores + [change.alone() for change in by_key.values()], sorted(problems)


def _line(cells: Mapping[str, str], assets: Mapping[str, Asset]) -> PastPosting:
    code = cells["asset"]
    if code not in assets:
        raise InvalidInput("unknown_asset" if code else "invalid_asset")
    amount = parse_amount(cells["amount"], assets[code], signed=True)
    pending = parse_amount(cells["pending"], assets[code], signed=True)
    if amount < 0 or (amount == pending == 0 and cells["kind"] not in OF_NOTHING):
        raise InvalidInput("amount_not_positive")
    check_move(cells["source"], cells["destination"], amount or abs(pending) or 1, code, dict(assets))
    if not _LEG.fullmatch(cells["leg"]):
        raise InvalidInput("too_many_postings", f"{cells['leg']!r} is no number of a posting.")
    return PastPosting(
        int(cells["leg"]),
        check_path(cells["source"]),
        check_path(cells["destination"]),
        code,
        amount,
        pending,
        _grants(cells.get("grants", "")),
        _uses(cells.get("budgets", "")),
    )


def _uses(text: str) -> tuple[Use, ...]:
    """Read what a posting counted on budgets. Raises InvalidInput."""
    try:
        uses = tuple(msgspec.json.decode(text or "[]", type=list[Use]))
    except msgspec.MsgspecError as error:
        raise InvalidInput("invalid_budget", f"budgets is not as it was exported: {error}.") from None
    for use in uses:
        check_id(use.budget)
    return uses


def _grants(text: str) -> tuple[PastGrant, ...]:
    """Read what a posting changed of grants. Raises InvalidInput."""
    if not text:
        return ()
    try:
        found = msgspec.json.decode(text, type=list[_ExportedAllocation])
    except msgspec.MsgspecError as error:
        raise InvalidInput("invalid_grant", f"grants is not as it was exported: {error}.") from None
    for each in found:
        check_id(each.grant)
        check_path(each.account)
        check_path(each.origin)
        Terms(each.cls, each.expires_at, None, each.priority, each.cause, each.note).check()
    return tuple(PastGrant(*msgspec.structs.astuple(each)) for each in found)


def _made(rows: list[FileRow], lines: tuple[PastPosting, ...]) -> Made:
    """Make the transaction of these rows. Raises InvalidInput."""
    cells = rows[0].cells
    own = (
        "date",
        "reason",
        "kind",
        "principal",
        "key",
        "actor",
        "reverses",
        "hold",
        "metadata",
        "recorded_at",
    )
    for name in own:
        if any(row.cells[name] != cells[name] for row in rows):
            raise InvalidInput("invalid_text", f"The rows of {cells['transaction']} differ in {name}.")
    if len(lines) == len(rows) and (
        len({line.number for line in lines}) < len(lines) or len(lines) > POSTINGS_MAX
    ):
        raise InvalidInput("too_many_postings", f"Two rows of {cells['transaction']} have one number in leg.")
    if not _KIND.fullmatch(cells["kind"]):
        raise InvalidInput("invalid_text", f"{cells['kind'][:40]!r} is no kind of a transaction.")
    for name in ("principal", "actor"):
        check_principal(cells[name])
    read_key(cells["key"])
    state = cells["hold_state"] or None
    if bool(cells["hold"]) != (state in HOLD_STATES) or (
        state is None and any(line.pending for line in lines)
    ):
        raise InvalidInput(
            "invalid_text", "hold and hold_state belong together: the hold's id and how it stood."
        )
    if cells["key_body"] and (
        not _DIGEST.fullmatch(cells["key_body"]) or cells["key_form"] not in {str(int(form)) for form in Form}
    ):
        raise InvalidInput("invalid_key", "key_form and key_body are not as they were exported.")
    return Made(
        id=check_id(cells["transaction"]),
        kind=cells["kind"],
        reason=check_text(cells["reason"]),
        metadata=_metadata(cells["metadata"]),
        effective_at=parse_time(cells["date"]),
        lines=tuple(sorted(lines, key=lambda line: line.number)),
        reverses=check_id(cells["reverses"]) if cells["reverses"] else None,
        hold=check_id(cells["hold"]) if cells["hold"] else None,
        state=state,
        expires_at=parse_time(cells["hold_expires_at"]) if cells["hold_expires_at"] else None,
    )


def _metadata(text: str) -> str | None:
    try:
        return check_metadata(msgspec.json.decode(text or "{}", type=dict[str, Any]))
    except msgspec.MsgspecError:
        raise InvalidInput("invalid_metadata") from None


def _keep_last_expiry(found: list[tuple[tuple[Any, ...], Made, Mapping[str, str]]]) -> None:
    """Let a hold expire only after its last transaction in the file; otherwise later rows would find it expired."""
    last = {made.hold: index for index, (_, made, _) in enumerate(found) if made.hold is not None}
    for index, (order, made, first) in enumerate(found):
        if made.hold is not None and made.expires_at is not None and last[made.hold] != index:
            found[index] = (order, msgspec.structs.replace(made, expires_at=None), first)


def _keep_last_end(found: list[tuple[tuple[Any, ...], Made, Mapping[str, str]]]) -> None:
    """Let a grant fall due only after its last transaction in the file, and be voided there."""
    last = {
        each.grant: index
        for index, (_, made, _) in enumerate(found)
        for line in made.lines
        for each in line.grants
    }
    for index, (order, made, first) in enumerate(found):
        if all(last[each.grant] == index for line in made.lines for each in line.grants):
            continue
        lines = tuple(
            msgspec.structs.replace(
                line,
                grants=tuple(
                    each
                    if last[each.grant] == index
                    else msgspec.structs.replace(each, due_at=None, voided_at=None)
                    for each in line.grants
                ),
            )
            for line in made.lines
        )
        found[index] = (order, msgspec.structs.replace(made, lines=lines), first)


def _restore(made: list[Made], first: Mapping[str, str], change: FileChange | None) -> Restore:
    form = int(first["key_form"] or Form.OWN)
    # A repeated call would be answered with a request that is not here, so it is refused as another use of the key.
    answers = {each.kind for each in made} <= REPEATABLE and not first["cause"]
    body = first["key_body"] if answers else ""
    return Restore(
        principal=first["principal"],
        key=Key(first["key"]),
        actor=first["actor"],
        made=tuple(made),
        body=change.body if change else body,
        form=Form.OWN if form == Form.FOR_OLDER else form,
        answer=change.answer if change else None,
    )
