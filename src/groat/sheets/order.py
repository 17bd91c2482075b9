"""Read a sheet in a process of its own, and write its rows piece by piece."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

import msgspec

from groat.ledger.amounts import Asset
from groat.sheets.errors import SheetError
from groat.sheets.model import Choices, SheetHead
from groat.sheets.reading import Reading

BATCH = 500
PIECE = struct.Struct(">BI")
"""The head of a piece: what it is, and its length in bytes."""
ROWS, END = 1, 2


class SheetOrder(msgspec.Struct, frozen=True):
    """The options for reading a file; amounts ``to_set`` may be zero, and ``amount`` is one for all rows."""

    asset: Asset
    default_reason: str
    choices: Choices = Choices()
    to_set: bool = False
    amount: str | None = None


class FileRefused(msgspec.Struct, frozen=True, tag="refused"):
    """The error of a file that cannot be used as a whole."""

    code: str
    detail: str
    fields: dict[str, Any]


class FileRead(msgspec.Struct, frozen=True, tag="read"):
    """The head of a file that was read."""

    head: SheetHead


def read(parts: Iterator[bytes], out: BinaryIO) -> None:
    """Read the file in the second part by the options in the first (JSON), and write the result.

    The result is batches of rows, and at the end how the file was read (MessagePack, each with a head of its own). The
    server may have a batch as soon as it is written.
    """
    order = msgspec.json.decode(next(parts), type=SheetOrder)
    encoder = msgspec.msgpack.Encoder()
    ending: FileRead | FileRefused
    try:
        reading = Reading(
            next(parts),
            order.asset,
            order.default_reason,
            order.choices,
            to_set=order.to_set,
            amount=order.amount,
        )
        rows = reading.rows()
        while batch := list(islice(rows, BATCH)):
            _write(out, ROWS, encoder.encode(batch))
        ending = FileRead(reading.head())
    except SheetError as error:
        ending = FileRefused(error.code, error.detail, error.fields)
    _write(out, END, encoder.encode(ending))


def _write(out: BinaryIO, kind: int, content: bytes) -> None:
    out.write(PIECE.pack(kind, len(content)))
    out.write(content)
    out.flush()
