"""Read how accounts were frozen, closed and opened from a file of ``groat export transactions``.

Each change stands in a row of its own, with the id of its transaction. Older versions exported the last change alone,
without ids, of accounts that were not open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast
from uuid import UUID

from groat.cli.transactions_file import PRINCIPAL, FileRow
from groat.ledger.commands import digest_of
from groat.ledger.errors import InvalidInput
from groat.ledger.keys import Key, derive
from groat.ledger.past_states import PastState, RestoreStates
from groat.ledger.restore import Made, Restore
from groat.ledger.states import Act, SetState
from groat.ledger.text import check_id, check_principal, check_text, parse_time
from groat.store.reading import StateChange

_BECOMES: dict[Act, tuple[str, ...]] = {
    "freeze": ("frozen",),
    "unfreeze": ("open",),
    "close": ("closing", "closed"),
    "reopen": ("open",),
    "finish": ("closed",),
}


class FileChange(NamedTuple):
    """A change of an account's state: its line, its account, the id of its transaction, and what its key stood for."""

    line: int
    account: str
    transaction: str
    past: PastState
    body: str

    @property
    def answer(self) -> dict[str, str]:
        """Return the answer of the call that made it."""
        return {"account": self.account, "state": self.past.state, "rest_to": self.past.rest_to}

    def alone(self) -> Restore:
        """Make the command of its transaction when that moved nothing."""
        past = self.past
        made = Made(
            id=self.transaction,
            kind=f"{past.act}_account",
            reason=past.reason,
            metadata=None,
            effective_at=past.at,
            lines=(),
        )
        return Restore(
            principal=past.principal,
            key=Key(past.key),
            actor=past.actor,
            made=(made,),
            body=self.body,
            answer=self.answer,
        )


def read_change(row: FileRow) -> FileChange:
    """Read the row of a change. Raises InvalidInput."""
    cells = row.cells
    state, id = cells["account_state"], cells.get("account_act", "")
    kind = cells["kind"] if id else {"frozen": "freeze_account"}.get(state, "close_account")
    act = cast(Act, kind.removesuffix("_account"))
    if kind != f"{act}_account" or state not in _BECOMES.get(act, ()):
        raise InvalidInput("invalid_text", f"{state[:40]!r} is no state of an account after {kind[:40]!r}.")
    principal, actor = check_principal(cells["principal"]), check_principal(cells["actor"])
    command = SetState(
        principal=principal,
        key=read_key(cells["key"]),
        # Most callers give no actor, and act for themselves.
        actor="" if actor == principal else actor,
        reason=check_text(cells["reason"]),
        account=cells["source"],
        act=act,
        rest_to=cells["destination"],
    )
    command.check({})
    at = parse_time(cells["recorded_at"])
    made_up = _id_of(at, principal, command.key)
    past = PastState(
        check_id(id) if id else made_up,
        at,
        act,
        state,
        command.rest_to,
        principal,
        command.key,
        actor,
        command.reason,
    )
    transaction = check_id(cells["transaction"]) if cells["transaction"] else made_up
    return FileChange(
        row.line, command.account, transaction, past, cells["key_body"] or command.body_digest()
    )


def _id_of(at: int, principal: str, key: str) -> str:
    """Make the id of a change that was exported without one: always the same, and of its moment."""
    rest = digest_of(principal, key)
    return str(UUID(hex=f"{at // 1_000:012x}7{rest[:3]}8{rest[3:18]}"))


def read_key(text: str) -> Key:
    """Read a key as it stood in a ledger, which may be longer than those that callers send. Raises InvalidInput."""
    if not text or len(text) > 2_000:
        raise InvalidInput("invalid_key")
    return Key(check_text(text, 2_000))


def to_state_commands(
    changes: Sequence[FileChange], here: Iterable[StateChange], restores: Iterable[Restore]
) -> tuple[list[RestoreStates], list[RestoreStates]]:
    """Make commands of the changes that are not here yet.

    The first of the lists open accounts again, before the transactions of the file are posted; the others are for when
    these are there. Changes that do not follow those ``here`` have a command, too, which will be refused.
    """
    by_path: dict[str, list[PastState]] = {}
    for change in changes:
        by_path.setdefault(change.account, []).append(change.past)
    present: dict[str, list[StateChange]] = {}
    ids: set[str] = set()
    for known in here:
        ids.add(known.id)
        if known.path in by_path:
            present.setdefault(known.path, []).append(known)
    left = _left_on({path for path, pasts in by_path.items() if pasts[-1].state == "closed"}, restores)
    before: list[RestoreStates] = []
    after: list[RestoreStates] = []
    for path, pasts in by_path.items():
        mine = present.get(path, [])
        new, turn = _new(pasts, mine)
        if any(each.id in ids for each in new):
            turn = -1
        opened = max((number for number, each in enumerate(new, 1) if each.act == "reopen"), default=0)
        for commands, part in ((before, new[:opened]), (after, new[opened:])):
            if part:
                commands.append(
                    RestoreStates(
                        principal=PRINCIPAL,
                        key=derive("import", "states", part[-1].id, turn),
                        reason="Import",
                        account=path,
                        changes=tuple(part),
                        turn=turn,
                        left=left.get(path, {}),
                    )
                )
                turn += len(part) if turn >= 0 else 0
    return before, after


def _new(pasts: list[PastState], mine: list[StateChange]) -> tuple[list[PastState], int]:
    """Return the changes that are not here yet, and after how many of those here they follow; -1 if they do not."""
    for count in range(min(len(pasts), len(mine)), 0, -1):
        if _are_same(pasts[:count], mine[-count:]):
            return pasts[count:], len(mine)
    keys = {(each.principal, each.key) for each in mine}
    new = [each for each in pasts if (each.principal, each.key) not in keys]
    return new, len(mine) if len(new) == len(pasts) else -1


def _are_same(pasts: list[PastState], mine: list[StateChange]) -> bool:
    """Return whether changes are the same. An account that is closing here has been closed by the ledger itself."""
    return all(
        (past.principal, past.key) == (known.principal, known.key) or past.act == known.act == "finish"
        for past, known in zip(pasts, mine, strict=True)
    )


def _left_on(paths: set[str], restores: Iterable[Restore]) -> dict[str, dict[str, int]]:
    """Add up what the transactions of the file leave on accounts, by path and asset."""
    left: dict[str, dict[str, int]] = {path: {} for path in paths}
    if not paths:
        return left
    for line in (line for restore in restores for made in restore.made for line in made.lines):
        for path, amount in ((line.source, -line.amount), (line.destination, line.amount)):
            if path in left:
                left[path][line.asset] = left[path].get(line.asset, 0) + amount
    return left
