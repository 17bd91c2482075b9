"""CSV files: their encoding, their delimiter, their lines."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from groat.sheets.errors import WARNINGS, SheetError
from groat.sheets.model import COLUMNS_MAX, Choices, SheetLine, SheetLines, SheetRemark, is_blank

UNICODE = ("utf-8", "utf-16")
ENCODINGS = (
    *UNICODE, "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp437",
    "cp850", "cp866", "koi8-r", "mac-roman", "shift_jis", "gb18030", "big5", "euc-kr",
)  # fmt: skip
"""The encodings to choose from. Bytes do not tell which one-byte encoding they are in."""
DELIMITERS = (",", ";", "\t", "|")

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_FOREIGN = re.compile(rb"[\x80-\xff]{3,}")
"""Western European words hardly ever have three such letters on end; Cyrillic, Greek and Asian ones have."""
_HEAD = 4_096


def read_text(data: bytes, choices: Choices, delimiter: str) -> SheetLines:
    """Return the table in a text file whose cells are separated by ``delimiter``. Raises SheetError."""
    encoding, text = _decode(data, choices.encoding)
    guessed = encoding == "cp1252" and choices.encoding is None
    warnings = []
    if guessed:
        warnings.append(
            SheetRemark("encoding_guessed", WARNINGS["encoding_guessed"].format(encoding=encoding))
        )
    return SheetLines(_split(text, delimiter), encoding, delimiter, None, [], warnings, {})


def likely_delimiters(data: bytes, choices: Choices) -> list[str]:
    """Return the delimiters that the file may have, the likeliest first; a chosen one alone."""
    if choices.delimiter is not None:
        return [choices.delimiter]
    _, text = _decode(data, choices.encoding)
    # A table's delimiter is on line after line, unlike one in the words of a title.
    lines = text[:_HEAD].splitlines()
    return sorted(
        DELIMITERS, key=lambda mark: (sum(mark in line for line in lines), text[:_HEAD].count(mark))
    )[::-1]


def _decode(data: bytes, chosen: str | None) -> tuple[str, str]:
    """Return the name of the encoding and the text.

    Raises SheetError for a file without text or with unclear letters.
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    candidates: tuple[str, ...]
    if chosen is not None:
        candidates = (marked,) if marked and marked.startswith(chosen) else (chosen,)
    elif marked:
        candidates = (marked,)
    elif data[:2].count(0) == 1:
        candidates = ("utf-16-be" if data[0] == 0 else "utf-16-le",)
    else:
        candidates = ("utf-8", "cp1252")
    for encoding in candidates:
        if (
            encoding == "cp1252"
            and chosen is None
            and _FOREIGN.search(data)
            and not _CONTROL_BYTES.search(data)
        ):
            raise _unclear(data)
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return encoding, text
    if not _CONTROL_BYTES.search(data) and not marked:
        raise _unclear(data)
    raise SheetError("sheet_wrong_kind")


_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


def _unclear(data: bytes) -> SheetError:
    """Ask for the encoding, and show how a piece of the text would read in each."""
    found = re.search(rb"[^\r\n]*[\x80-\xff][^\r\n]*", data)
    piece = found.group()[:_SAMPLE] if found else b""
    samples = [
        {"encoding": name, "sample": text} for name in ENCODINGS if (text := _try(piece, name)) is not None
    ]
    return SheetError("sheet_encoding_unclear", encodings=samples)


_SAMPLE = 60


def _try(piece: bytes, encoding: str) -> str | None:
    if encoding in UNICODE:
        return None
    text = piece.decode(encoding, "replace").rstrip("\N{REPLACEMENT CHARACTER}")
    return text if text.isprintable() and "\N{REPLACEMENT CHARACTER}" not in text else None


def _split(text: str, delimiter: str) -> Iterator[SheetLine]:
    """Cut the text into lines of cells; ``number`` is the first physical line of each."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in reader:
            if len(cells) > COLUMNS_MAX and not is_blank(list(islice(cells, COLUMNS_MAX, None))):
                raise SheetError("sheet_too_many_columns")
            yield SheetLine(number, cells[:COLUMNS_MAX])
            number = reader.line_num + 1
    except csv.Error as error:
        detail = f"Line {number} is not proper CSV: {error}."
        raise SheetError("sheet_unreadable", detail, line=number) from error
