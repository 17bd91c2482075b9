"""Text files (CSV, TSV): their encoding, their delimiter, their lines."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator

from groat.sheets.errors import WARNINGS, SheetError
from groat.sheets.kinds import kind_of_text, wrong_kind
from groat.sheets.looks import NOTHING
from groat.sheets.model import COLUMNS_MAX, Choices, SheetLine, SheetLines, SheetRemark, is_blank

UNICODE = ("utf-8", "utf-16")
ENCODINGS = (
    *UNICODE, "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp437",
    "cp850", "cp866", "koi8-r", "mac-roman", "shift_jis", "gb18030", "big5", "euc-kr",
)  # fmt: skip
"""The encodings to choose from. Bytes do not tell which one-byte encoding they are in."""
DELIMITERS = (",", ";", "\t", "|")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL_SHARE, _CONTROL_FREE = 50, 5
"""A text has at most one such sign in so many, and some more: stray ones spoil rows, many mark another kind of file."""
_FOREIGN = re.compile(rb"[\x80-\xff]{3,}")
"""Western European words hardly ever have three such letters on end; Cyrillic, Greek and Asian ones have."""
_HEAD = 4_096
_LINE_MAX = 200
_LINES_KEPT = 100
_SEPARATOR = re.compile(r'"?sep=(.)"?[,;\t|]*[\r\n]', re.IGNORECASE)
_SAMPLE = 60


class Text:
    """A text file whose encoding is known. Raises SheetError for a file without text, or with unclear letters."""

    def __init__(self, data: bytes, choices: Choices) -> None:
        # Programs of DOS mark the end so.
        self._data = data.removesuffix(b"\x1a")
        self.encoding = _encoding(self._data, choices.encoding)
        self._guessed = self.encoding == "cp1252" and choices.encoding is None
        self._chosen = choices.delimiter

    def delimiters(self) -> list[str]:
        """Return the delimiters that the file may have, the likeliest first; a chosen one alone."""
        if self._chosen is not None:
            return [self._chosen]
        head = "".join(self._read(_HEAD))[:_HEAD]
        # A table's delimiter is on line after line, unlike one in the words of a title.
        lines = head.splitlines()
        found = sorted(DELIMITERS, key=lambda mark: (sum(mark in line for line in lines), head.count(mark)))
        named = _SEPARATOR.match(head)
        return [*([named[1]] if named and named[1] != '"' else []), *found[::-1]]

    def table(self, delimiter: str) -> SheetLines:
        """Return the table whose cells are separated by ``delimiter``."""
        warnings = []
        if self._guessed:
            said = WARNINGS["encoding_guessed"].format(encoding=self.encoding)
            warnings.append(SheetRemark("encoding_guessed", said))
        return SheetLines(
            lambda: _split(self._read(), delimiter),
            self.encoding,
            delimiter,
            None,
            [],
            warnings,
            lambda _: NOTHING,
        )

    def _read(self, size: int = -1) -> Iterable[str]:
        """Return the physical lines with their ends, decoded piece by piece; ``size`` bounds the bytes."""
        data = self._data if size < 0 else self._data[:size]
        errors = "strict" if size < 0 else "ignore"
        return io.TextIOWrapper(io.BytesIO(data), encoding=self.encoding, errors=errors, newline="")


def _encoding(data: bytes, chosen: str | None) -> str:
    """Return the name of the encoding. Raises SheetError for a file without text or with unclear letters."""
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
    kind = kind_of_text(data)
    if kind is not None:
        raise wrong_kind(kind)
    controls = len(_CONTROL_BYTES.findall(data)) if not marked else 0
    for encoding in candidates:
        if encoding == "cp1252" and chosen is None and not controls and _FOREIGN.search(data):
            raise _unclear(data)
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if (len(_CONTROL.findall(text)) - _CONTROL_FREE) * _CONTROL_SHARE <= len(text):
            return encoding
    if not controls and not marked:
        raise _unclear(data)
    raise SheetError("sheet_wrong_kind")


def _unclear(data: bytes) -> SheetError:
    """Ask for the encoding, and show how a piece of the text would read in each."""
    found = re.search(rb"[^\r\n]*[\x80-\xff][^\r\n]*", data)
    piece = found.group()[:_SAMPLE] if found else b""
    samples = [
        {"encoding": name, "sample": text} for name in ENCODINGS if (text := _try(piece, name)) is not None
    ]
    return SheetError("sheet_encoding_unclear", encodings=samples)


def _try(piece: bytes, encoding: str) -> str | None:
    if encoding in UNICODE:
        return None
    text = piece.decode(encoding, "replace").rstrip("\N{REPLACEMENT CHARACTER}")
    return text if text.isprintable() and "\N{REPLACEMENT CHARACTER}" not in text else None


def _passing(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    """Pass the physical lines on, and keep those that were taken; of many only their heads."""
    for line in lines:
        taken.append(line if len(taken) < _LINES_KEPT else line[:_LINE_MAX])
        yield line


def _split(lines: Iterable[str], delimiter: str) -> Iterator[SheetLine]:
    """Cut the text into lines of cells; ``number`` is the first physical line of each.

    Where a quote is broken nobody knows which cells follow: all physical lines up to the place where that shows are
    faulty, and what comes behind is read again.
    """
    taken: list[str] = []
    reader = csv.reader(_passing(lines, taken), delimiter=delimiter, strict=True)
    number = 1
    while True:
        taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault = "cell_too_long" if "field larger" in str(error) else "quotes_broken"
            for at, line in enumerate(taken):
                yield SheetLine(number + at, [line[:_LINE_MAX].strip()], fault, str(number))
        else:
            if len(cells) <= COLUMNS_MAX:
                yield SheetLine(number, cells)
            else:
                surplus = not is_blank(cells[COLUMNS_MAX:])
                yield SheetLine(number, cells[:COLUMNS_MAX], "surplus_cells" if surplus else "")
        number = reader.line_num + 1
