"""Look at a sheet of an XLSX file."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from xml.parsers import expat

from groat.sheets.looks.formats import format_of
from groat.sheets.looks.look import NOTHING, Columns, Looks
from groat.sheets.looks.xml import UnusualXml, local, parse, parser_of, pieces

FORMATS_MAX = 5_000
CELLS_MAX = 500_000
COLUMNS_MAX = 16_384
_MARKS = (b"hidden", b't="e"', b"t='e'", b"\0")
"""Without one of these, and without a format that matters, a piece has no looks."""
_ODD = (b"<!", b"<c>", b"<c/", b"<c\t", b"<c\r", b"<c\n", b":c ", b":c>", b":c/", b" s='", b" t='", b"\0")
_HIDDEN_ROW = re.compile(rb'<row [^>]*\bhidden="(?:1|true)"')
_HIDDEN_COLUMN = re.compile(rb'<col [^>]*\bhidden="(?:1|true)"[^>]*>')
_MIN, _MAX = (re.compile(rb"\b" + name + rb'="([0-9]{1,9})"') for name in (b"min", b"max"))
_ERROR = re.compile(rb"(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>(#[^<]{1,20})")


def look(data: bytes, sheet: str, columns: Columns) -> Looks:
    """Return the looks of these columns of a sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _look(archive, sheet, columns)
    except (
        expat.ExpatError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, OSError, RuntimeError,
        IndexError,
    ):  # fmt: skip
        return NOTHING


def _look(archive: zipfile.ZipFile, sheet: str, columns: Columns) -> Looks:
    names = {name.lower(): name for name in archive.namelist()}
    member = names[_member_of(archive, names, sheet)]
    forms = _forms(archive, names)
    try:
        return _skim(archive, member, forms, columns)
    except UnusualXml:
        return _scan(archive, member, forms, columns)


def _skim(archive: zipfile.ZipFile, member: str, forms: list[str], columns: Columns) -> Looks:
    """Look at a sheet as spreadsheets write it: every cell with its place, and no prefix. Raises UnusualXml for others.

    This takes a tenth of the time that a parser of XML takes, for it stops only at the cells of these columns.
    """
    formats: dict[tuple[int, int], str] = {}
    errors: dict[tuple[int, int], str] = {}
    hidden_columns: set[int] = set()
    hidden = 0
    letters = {_letters(column): column for column in columns}
    cell = rb'<c r="(' + b"|".join(letters) + rb')([0-9]+)"'
    styled = re.compile(cell + rb'(?: s="([0-9]{1,9})"|[^>]*? s="([0-9]{1,9})")')
    failed = re.compile(cell + rb'[^>]* t="e"[^>]*>')
    by_style = {str(number).encode(): form for number, form in enumerate(forms) if form}
    for piece in pieces(archive, member, b"</row>"):
        if not by_style and not any(mark in piece for mark in _MARKS):
            continue
        if piece.count(b"<c ") != piece.count(b'<c r="') or any(mark in piece for mark in _ODD):
            raise UnusualXml
        if b"hidden=" in piece:
            hidden += sum(1 for _ in _HIDDEN_ROW.finditer(piece))
            for found in _HIDDEN_COLUMN.finditer(piece):
                first, last = int(_attribute(_MIN, found[0])), int(_attribute(_MAX, found[0]))
                hidden_columns.update(range(first, min(last, COLUMNS_MAX) + 1))
        if by_style:
            for found in styled.finditer(piece):
                letter, row, style, later = found.groups()
                form = by_style.get(style or later)
                if form:
                    formats[int(row), letters[letter]] = form
                    if len(formats) >= CELLS_MAX:
                        break
        if b't="e"' in piece:
            for found in failed.finditer(piece):
                if len(formats) + len(errors) >= CELLS_MAX:
                    break
                shows = _ERROR.match(piece, found.end())
                errors[int(found[2]), letters[found[1]]] = (
                    shows[1].decode("ascii", "replace") if shows else ""
                )
    return Looks(formats, errors, hidden, frozenset(hidden_columns))


def _attribute(name: re.Pattern[bytes], tag: bytes) -> bytes:
    found = name.search(tag)
    return found[1] if found else b"0"


def _letters(column: int) -> bytes:
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name.encode()


def _member_of(archive: zipfile.ZipFile, names: dict[str, str], sheet: str) -> str:
    found: list[str] = []

    def book(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "sheet" and attributes.get("name") == sheet:
            found.extend(value for name, value in attributes.items() if local(name) == "id")

    parse(archive, names["xl/workbook.xml"], parser_of(book))
    targets: list[str] = []

    def link(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "Relationship" and attributes.get("Id") == found[0]:
            targets.append(attributes["Target"])

    parse(archive, names["xl/_rels/workbook.xml.rels"], parser_of(link))
    target = targets[0].replace("\\", "/").lower()
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")


def _forms(archive: zipfile.ZipFile, names: dict[str, str]) -> list[str]:
    """Return each style's format where it matters, else ""."""
    own: dict[int, str] = {}
    styles: list[str] = []
    within: list[str] = []

    def style(tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "numFmt" and len(own) < FORMATS_MAX:
            own[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs"):
            within[:] = [name]
        elif name == "xf" and within == ["cellXfs"] and len(styles) < FORMATS_MAX:
            styles.append(format_of(int(attributes.get("numFmtId", "0")), own))

    if "xl/styles.xml" in names:
        parse(archive, names["xl/styles.xml"], parser_of(style))
    return styles


def _scan(archive: zipfile.ZipFile, member: str, forms: list[str], columns: Columns) -> Looks:
    formats: dict[tuple[int, int], str] = {}
    errors: dict[tuple[int, int], str] = {}
    hidden_columns: set[int] = set()
    row = column = hidden = 0
    failed: tuple[int, int] | None = None

    def started(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, hidden, failed
        name = local(tag)
        if name == "c":
            column = _column(attributes["r"]) if "r" in attributes else column + 1
            failed = None
            if column in columns and len(formats) + len(errors) < CELLS_MAX:
                style = int(attributes.get("s", "0"))
                if 0 <= style < len(forms) and forms[style]:
                    formats[row, column] = forms[style]
                if attributes.get("t") == "e":
                    failed = row, column
                    errors[failed] = ""
        elif name == "row":
            row, column = int(attributes.get("r", row + 1)), 0
            hidden += attributes.get("hidden") in ("1", "true")
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = int(attributes["min"]), int(attributes["max"])
            hidden_columns.update(range(first, min(last, COLUMNS_MAX) + 1))

    def text(content: str) -> None:
        if failed is not None and not errors[failed]:
            errors[failed] = content.strip()[:20] if content.startswith("#") else ""

    parser = parser_of(started)
    parser.CharacterDataHandler = text
    parse(archive, member, parser)
    return Looks(formats, errors, hidden, frozenset(hidden_columns))


def _column(reference: str) -> int:
    column = 0
    for letter in reference.upper():
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column
