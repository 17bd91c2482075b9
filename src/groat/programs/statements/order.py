"""The order to write a statement, for a process that knows nothing of the ledger but what it is sent."""

from __future__ import annotations

from typing import Literal

import msgspec

from groat.ledger.amounts import Asset
from groat.programs.statements.statement import Bounds

encode = msgspec.msgpack.Encoder().encode


class StatementOrder(msgspec.Struct, frozen=True):
    """A statement to write: its account and period, its form, and the texts of a PDF. Times are in microseconds."""

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
