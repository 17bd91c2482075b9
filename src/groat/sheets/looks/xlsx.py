"""Look at a sheet of an XLSX file."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from xml.parsers import expat

from groat.sheets.looks.formats import format_of
from groat.sheets.looks.look import NOTHING, Columns, Looks
from groat.sheets.looks.xml import PIECE, local, parse, parser_of

FORMATS_MAX = 5_000
CELLS_MAX = 500_000
_MARKS = (b"hidden=", b't="e"', b"t='e'")


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
    if not any(forms) and not _marked(archive, member):
        return NOTHING
    return _scan(archive, member, forms, columns)


def _marked(archive: zipfile.ZipFile, member: str) -> bool:
    """Return whether a sheet has hidden parts or errors."""
    last = b""
    with archive.open(member) as source:
        while piece := source.read(PIECE):
            if any(mark in last + piece for mark in _MARKS):
                return True
            last = piece[-16:]
    return False


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
            hidden_columns.update(each for each in columns if first <= each <= last)

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
