"""Write a statement in a process of its own; the server itself never imports this module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC
from typing import BinaryIO
from zoneinfo import ZoneInfo

import msgspec

from groat.programs.statements import fonts
from groat.programs.statements.csv_form import csv_chunks
from groat.programs.statements.order import StatementOrder
from groat.programs.statements.pdf_form import Letterhead, write_pdf
from groat.programs.statements.statement import AccountStatement, Booked

_pages = msgspec.msgpack.Decoder(list[Booked])


def write(parts: Iterator[bytes], out: BinaryIO) -> None:
    """Write the statement that the first part orders, as MessagePack; each further part is a list of lines."""
    order = msgspec.msgpack.decode(next(parts), type=StatementOrder)
    with closing(
        AccountStatement(order.path, order.asset, order.start, order.end, order.bounds)
    ) as statement:
        for part in parts:
            statement.take(_pages.decode(part))
        if order.form == "csv":
            for chunk in csv_chunks(statement):
                out.write(chunk)
        else:
            zone = UTC if order.zone == "UTC" else ZoneInfo(order.zone)
            out.write(write_pdf(statement, Letterhead(order.issuer, order.holder, order.issued_at, zone)))


# A process that imports this module ahead shares the fonts with all the children that it forks.
fonts.load()
