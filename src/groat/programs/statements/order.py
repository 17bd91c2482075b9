"""A statement to be written in a process of its own, which knows of the ledger only what it is sent."""

from __future__ import annotations

from typing import Literal

import msgspec

from groat.ledger.amounts import Asset
from groat.programs.statements.statement import Bounds

encode = msgspec.msgpack.Encoder().encode


class StatementOrder(msgspec.Struct, frozen=True):
    """A statement to write: of what, in which form, and what a PDF says beside its lines. Times in microseconds."""

    form: Literal["csv", "pdf"]
    path: str
    asset: Asset
    start: int
    end: int
    bounds: Bounds
    issuer: str
    holder: str
    issued_at: int
    zone: str
