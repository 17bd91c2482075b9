"""Decide commands in a transaction that somebody else will commit, or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from groat.ledger.errors import Refusal
from groat.store.batch import Broken, Done, Prepared, Published
from groat.store.flow import Flow
from groat.store.phases import Context, commit_batch

LATER: Final = Published("groat:later", "", 0, 0, None)
"""The hint that something was left for rooms. No stream has this name."""


class Settled(NamedTuple):
    """The verdicts, in the order of the commands; what is told once the transaction is committed.

    ``has_later`` says that it left something for rooms, which a server numbers.
    """

    verdicts: list[Done | Refusal]
    published: list[Published]
    has_later: bool


class Undone(Exception):
    """One of several commands that stand or fall together was refused, so none of them counts."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def settle(
    prepared: Sequence[Prepared], context: Context, worker: str, atomic: bool = False
) -> Flow[Settled]:
    """Run batches until each command has its verdict; only what is due on its accounts can take more than one.

    Raises Undone if all or none are to count and one is refused, the error of a command that broke, and what
    :func:`~groat.store.phases.commit_batch` raises. What was written until then must be undone.
    """
    verdicts: dict[int, Done | Refusal] = {}
    published: list[Published] = []
    has_later = False
    left = list(enumerate(prepared))
    while left:
        committed = yield from commit_batch([p for _, p in left], context, worker, rooms_later=True)
        published += committed.published
        has_later |= committed.has_later
        again = []
        for (number, p), verdict in zip(left, committed.verdicts, strict=True):
            if isinstance(verdict, Broken):
                raise verdict.error
            if isinstance(verdict, Refusal) and atomic:
                fields = {**verdict.fields, "index": str(number)}
                raise Undone(Refusal(verdict.code, verdict.detail, fields, verdict.replayed))
            if isinstance(verdict, Done | Refusal):
                verdicts[number] = verdict
            else:
                again.append((number, p))
        left = again
    return Settled([verdicts[number] for number in range(len(prepared))], published, has_later)


class TriedOut(Exception):
    """The verdicts of commands that were only tried out. It is raised so that everything is undone."""

    def __init__(self, verdicts: list[Done | Refusal]) -> None:
        super().__init__("a dry run")
        self.verdicts = verdicts
        for verdict in verdicts:
            if isinstance(verdict, Done):
                verdict.is_dry = True


def try_out(prepared: Sequence[Prepared], context: Context, worker: str, atomic: bool = False) -> Flow[None]:
    """Decide commands as :func:`settle` does, and write it all, so that what the database checks is checked, too.

    Raises TriedOut with the verdicts, and what :func:`settle` raises.
    """
    settled = yield from settle(prepared, context, worker, atomic)
    raise TriedOut(settled.verdicts)
