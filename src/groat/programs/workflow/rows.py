"""Requests as they are stored: their tables, and the translation of rows."""

from __future__ import annotations

from typing import Any

import msgspec

from groat.ledger.book import Table
from groat.programs.workflow.kinds import REQUEST_RANK, Kind
from groat.programs.workflow.steps import Approval, Moved

REQUEST = Table("request", lock="lock_requests", write="write_requests", rank=REQUEST_RANK)
STEP = Table("request_step", lock="", write="insert_request_steps")
# A command that opens or ends a request locks its owner's box. The count is read after that lock, so it is right until
# the COMMIT.
OPEN = Table("open_requests", lock="count_open_requests", write="", rank=9, leads=False)
"""Counts the open requests of an owner."""

MOVES = Table("request_moves", lock="read_request_moves", write="")
"""The movements of a request, read after its row: tables lock in the order of their names."""

OF_PARENT = "/parent"
"""Appended to the id of a transaction, it makes the id of the step that the transaction wrote for the parent."""

_encode = msgspec.json.encode
_decode_approvals = msgspec.json.Decoder(tuple[Approval, ...]).decode


class Corrections(msgspec.Struct, omit_defaults=True):
    """The money of a request ``given`` back, smallest units by asset, and the ``proposed`` correction."""

    given: dict[str, int] = {}
    proposed: Approval | None = None


_decode_corrections = msgspec.json.Decoder(Corrections).decode
_decode_moves = msgspec.json.Decoder(list[Moved]).decode


def moves_of(values: list[Any] | None) -> tuple[Moved, ...]:
    """Decode a row of :data:`MOVES`, the latest movements first."""
    moves: list[Moved] = _decode_moves(values[1]) if values else []
    return tuple(sorted(moves, key=lambda move: move.latest, reverse=True))


class RequestRow(msgspec.Struct):
    """A row of ``request``, its fields in the order of its columns."""

    id: str
    kind: str
    owner: str
    state: str
    version: int
    data: str
    hold: str | None
    amount: int | None
    asset: str | None
    needed: int
    approvals: str
    filed_by: str
    filed_at: int
    changed_at: int
    decided_by: str | None
    decided_at: int | None
    reason: str
    parent: str | None
    due_at: int | None
    waits: int
    open: int
    corrections: str | None = None

    def values(self) -> list[Any]:
        """Return the values that the row's statement takes."""
        return list(msgspec.structs.astuple(self))

    def given(self) -> tuple[Approval, ...]:
        """The approvals so far."""
        return _decode_approvals(self.approvals)

    def approve(self, approval: Approval) -> None:
        """Add an approval."""
        self.approvals = _encode((*self.given(), approval)).decode()

    def corrected(self) -> Corrections:
        """Return the money given back, and the proposed correction."""
        return _decode_corrections(self.corrections) if self.corrections else Corrections()

    def assets(self) -> set[str]:
        """The assets in which its amounts are."""
        return {*self.corrected().given, *([self.asset] if self.asset else [])}

    def correct(self, corrections: Corrections) -> None:
        """Replace them."""
        self.corrections = text_of(corrections)

    def read(self, kind: Kind[Any]) -> Any:
        """The data as its kind's type."""
        return msgspec.json.decode(self.data, type=kind.data)


class StepRow(msgspec.Struct):
    """A row of ``request_step``, its fields in the order of its columns."""

    id: str
    request: str
    version: int
    transition: str
    source: str
    target: str
    actor: str
    at: int
    reason: str
    input: str

    def values(self) -> list[Any]:
        """Return the values that the row's statement takes."""
        return list(msgspec.structs.astuple(self))


def text_of(value: Any) -> str:
    """A data value as its JSON text."""
    return _encode(value).decode()
