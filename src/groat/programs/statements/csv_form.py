"""A statement as CSV (RFC 4180, UTF-8), made while it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from groat.csv_cells import csv_line
from groat.ledger.amounts import format_amount
from groat.ledger.text import format_time
from groat.programs.statements.statement import AccountStatement

COLUMNS = ("at", "recorded_at", "transaction", "kind", "counterparty", "reason", "amount", "balance", "asset")
CHUNK_LINES = 500


def csv_chunks(statement: AccountStatement) -> Iterator[bytes]:
    """Write the file in chunks: header, ``opening_balance``, the lines, and ``closing_balance``."""
    scale, code = statement.asset.scale, statement.asset.code

    def balance_line(kind: str, at: int, balance: int) -> tuple[str, ...]:
        return (format_time(at), "", "", kind, "", "", "", format_amount(balance, scale), code)

    yield _text([COLUMNS, balance_line("opening_balance", statement.start, statement.opening)])
    lines = statement.lines()
    while chunk := list(islice(lines, CHUNK_LINES)):
        yield _text(
            [
                (
                    format_time(line.at),
                    format_time(line.recorded_at),
                    line.transaction,
                    line.kind,
                    line.counterparty,
                    line.reason,
                    format_amount(line.amount, scale),
                    format_amount(line.balance, scale),
                    code,
                )
                for line in chunk
            ]
        )
    yield _text([balance_line("closing_balance", statement.end, statement.closing)])


def _text(rows: list[tuple[str, ...]]) -> bytes:
    return "".join(map(csv_line, rows)).encode()
