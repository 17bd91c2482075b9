"""Read a sheet in a process of its own, and bring the result back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from groat.ledger.amounts import Asset
from groat.sheets import Choices, Sheet, SheetError, read_sheet


class SheetOrder(msgspec.Struct, frozen=True):
    """The options for reading a file."""

    asset: Asset
    default_reason: str
    choices: Choices = Choices()


class _FileRefused(msgspec.Struct, frozen=True, tag="refused"):
    """The error of a file that cannot be used as a whole."""

    code: str
    detail: str
    fields: dict[str, Any]


class _FileRead(msgspec.Struct, frozen=True, tag="read"):
    sheet: Sheet


_answers = msgspec.msgpack.Decoder(_FileRead | _FileRefused)


def read(parts: Iterator[bytes], out: BinaryIO) -> None:
    """Read the file in the second part by the options in the first (JSON), and write the result (MessagePack)."""
    order = msgspec.json.decode(next(parts), type=SheetOrder)
    found: _FileRead | _FileRefused
    try:
        found = _FileRead(read_sheet(next(parts), order.asset, order.default_reason, order.choices))
    except SheetError as error:
        found = _FileRefused(error.code, error.detail, error.fields)
    out.write(msgspec.msgpack.encode(found))


def take_sheet(answer: bytes) -> Sheet:
    """Return the sheet that :func:`read` wrote. Raises the SheetError that it met."""
    found: _FileRead | _FileRefused = _answers.decode(answer)
    if isinstance(found, _FileRefused):
        raise SheetError(found.code, found.detail, **found.fields)
    return found.sheet
