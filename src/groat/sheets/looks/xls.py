"""Look at a sheet of an XLS file: records of BIFF8 ([MS-XLS]) in a stream of a compound file ([MS-CFB])."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from groat.sheets.looks.formats import format_of
from groat.sheets.looks.look import NOTHING, Columns, Looks

FORMATS_MAX = 5_000
CELLS_MAX = 500_000
_ENTRY = 128
_END_OF_CHAIN = 0xFFFFFFFA
"""Numbers of sectors from here on have meanings of their own."""
_BIFF8 = 0x0600

_BOUNDSHEET, _FORMAT, _XF, _EOF, _BOF = 0x0085, 0x041E, 0x00E0, 0x000A, 0x0809
_FILEPASS = 0x002F
_ROW, _COLINFO, _NUMBER, _RK, _MULRK, _FORMULA, _BOOLERR = (
    0x0208,
    0x007D,
    0x0203,
    0x027E,
    0x00BD,
    0x0006,
    0x0205,
)
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def look(data: bytes, sheet: str, columns: Columns) -> Looks:
    """Return the looks of these columns of a sheet."""
    try:
        return _look(_workbook(data), sheet, columns)
    except (struct.error, IndexError, KeyError, ValueError):
        return NOTHING


def is_protected(data: bytes) -> bool:
    """Return whether a password protects a workbook."""
    try:
        return any(number == _FILEPASS for number, _ in _records(_workbook(data), 0))
    except (struct.error, IndexError, KeyError, ValueError):
        return False


def _workbook(data: bytes) -> bytes:
    """Return the stream of the workbook. Raises KeyError, ValueError and struct.error for a broken file."""
    size = 1 << min(struct.unpack_from("<H", data, 30)[0], 16)
    first, cutoff, mini_first = (struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60))
    tables = list(struct.unpack_from("<109I", data, 76))
    more, known = struct.unpack_from("<I", data, 68)[0], set[int]()
    while more < _END_OF_CHAIN and more not in known:
        known.add(more)
        *further, more = struct.unpack_from(f"<{size // 4}I", data, (more + 1) * size)
        tables += further
    table: list[int] = []
    for number in tables:
        if number < _END_OF_CHAIN:
            table += struct.unpack_from(f"<{size // 4}I", data, (number + 1) * size)

    def chain(start: int, links: list[int], content: bytes, unit: int, ahead: int) -> bytes:
        pieces: list[bytes] = []
        while start < _END_OF_CHAIN and len(pieces) <= len(links):
            pieces.append(content[(start + ahead) * unit : (start + ahead + 1) * unit])
            start = links[start]
        return b"".join(pieces)

    entries = chain(first, table, data, size, 1)
    found: dict[str, tuple[int, int]] = {}
    for at in range(0, len(entries) - _ENTRY + 1, _ENTRY):
        length = struct.unpack_from("<H", entries, at + 64)[0]
        name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        start, most = struct.unpack_from("<II", entries, at + 116)
        found.setdefault("root" if entries[at + 66] == 5 else name, (start, most))
    start, most = found["Workbook"]
    if most >= cutoff:
        return chain(start, table, data, size, 1)[:most]
    links = chain(mini_first, table, data, size, 1)
    small = chain(found["root"][0], table, data, size, 1)
    unit = 1 << min(struct.unpack_from("<H", data, 32)[0], 16)
    return chain(start, list(struct.unpack_from(f"<{len(links) // 4}I", links)), small, unit, 0)[:most]


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield each record's number and content, up to the end of the substream."""
    while at + 4 <= len(book):
        number, length = struct.unpack_from("<HH", book, at)
        yield number, book[at + 4 : at + 4 + length]
        if number == _EOF:
            return
        at += 4 + length


def _text(content: bytes, length: int, flags: int, at: int) -> str:
    wide = flags & 1
    return content[at : at + length * (2 if wide else 1)].decode(
        "utf-16-le" if wide else "latin-1", "replace"
    )


def _look(book: bytes, sheet: str, columns: Columns) -> Looks:
    own: dict[int, str] = {}
    numbers: list[int] = []
    place = None
    for number, content in _records(book, 0):
        if number == _BOF and struct.unpack_from("<H", content)[0] != _BIFF8:
            return NOTHING
        if number == _FORMAT and len(own) < FORMATS_MAX:
            form, length, flags = struct.unpack_from("<HHB", content)
            own[form] = _text(content, length, flags, 5)
        elif number == _XF and len(numbers) < FORMATS_MAX:
            numbers.append(struct.unpack_from("<H", content, 2)[0])
        elif number == _BOUNDSHEET and _text(content, content[6], content[7], 8) == sheet:
            place = struct.unpack_from("<I", content)[0]
    return (
        NOTHING if place is None else _scan(book, place, [format_of(each, own) for each in numbers], columns)
    )


def _scan(book: bytes, place: int, forms: list[str], columns: Columns) -> Looks:
    formats: dict[tuple[int, int], str] = {}
    errors: dict[tuple[int, int], str] = {}
    hidden_columns: set[int] = set()
    hidden = 0
    for number, content in _records(book, place):
        if number == _ROW:
            # The bit says that the row has no height.
            hidden += bool(struct.unpack_from("<I", content, 12)[0] & 0x20)
        elif number == _COLINFO:
            first, last, _, _, options = struct.unpack_from("<5H", content)
            if options & 1:
                hidden_columns.update(range(first + 1, last + 2))
        elif number in (_NUMBER, _RK, _FORMULA, _MULRK, _BOOLERR):
            row, column, style = struct.unpack_from("<3H", content)
            styles = [style]
            if number == _MULRK:
                styles = [
                    struct.unpack_from("<H", content, at)[0] for at in range(4, len(content) - 6 + 1, 6)
                ]
            if len(formats) + len(errors) >= CELLS_MAX:
                break
            for each, style in enumerate(styles, start=column + 1):
                if each in columns and style < len(forms) and forms[style]:
                    formats[row + 1, each] = forms[style]
            error = None
            if number == _BOOLERR and content[7]:
                error = content[6]
            elif number == _FORMULA and content[6] == 2 and content[12:14] == b"\xff\xff":
                error = content[8]
            if error is not None and column + 1 in columns:
                errors[row + 1, column + 1] = _ERRORS.get(error, "#ERROR!")
    return Looks(formats, errors, hidden, frozenset(hidden_columns))
