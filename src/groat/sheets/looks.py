"""Find the formats of a sheet that show other text than the number, and the rows that are hidden.

The reader of cells gives only values. An id 7 with the format 0000 appears as 0007 in a spreadsheet; this second, short
reading of the sheet finds such cells. It expects a well-formed file: where it finds nothing, the values count.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from groat.sheets.model import COLUMNS_MAX

FORMATS_MAX = 5_000
CELLS_MAX = 500_000
_PLAIN = frozenset({0, 1, 2, 3, 4, 11, 48, 49, *range(37, 45)})
"""Formats that every workbook has, which show a whole number as itself; those of times are no numbers to the reader."""
_PERCENT = "0%"
_BUILT_IN = {9: _PERCENT, 10: _PERCENT, 12: "# ?/?", 13: "# ??/??"}
_PADDED = re.compile(r"0{2,}")
_PLAIN_FORM = re.compile(r"General|@|[#,]*[#0](?:\.[0#]+)?(?:E\+0+)?", re.IGNORECASE)

_LOCAL_UNIT = re.compile(r"\[\$([^\]-]+)(?:-[^\]]*)?\]")
_QUOTED = re.compile(r'"([^"]*)"')
_BARE_UNIT = re.compile("[$€£¥₹₽₿]")
_UNIT = re.compile("[$€£¥₹₽₿]|[A-Z]{3}")
_THOUSANDS = re.compile(r'"[^"]*\b(?:k|m|tsd|mio|mln|thousands?|millions?)\b[^"]*"', re.IGNORECASE)

Looks = dict[tuple[int, int], str]
"""The format of a cell by its row and column, both from 1, where it matters."""


def look(data: bytes, sheet: str) -> tuple[Looks, int]:
    """Return the formats that matter in a sheet of a workbook, and the number of its hidden rows."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _look(archive, sheet)
    except (
        expat.ExpatError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, OSError, RuntimeError,
    ):  # fmt: skip
        return {}, 0


def shown_id(number: int, form: str) -> str | None:
    """Return the digits of an id as a format shows them; None if it shows other text."""
    body = re.sub(r"\[[^\]]*\]", "", form.split(";")[0])
    return str(number).zfill(len(body)) if _PADDED.fullmatch(body) else None


def scales(form: str) -> bool:
    """Return whether a format shows another amount than the cell's number: per cent, or thousands left out."""
    body = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", form.split(";")[0])
    return (
        "%" in body
        or "?/" in body
        or bool(re.search(r"[0#],+(?![0#])", body))
        or bool(_THOUSANDS.search(form.split(";")[0]))
    )


def unit(form: str) -> str:
    """Return the sign or the code of money that a format writes beside the amount, "" for none."""
    section = form.split(";")[0]
    found = [*_LOCAL_UNIT.findall(section), *_QUOTED.findall(section), *_BARE_UNIT.findall(section)]
    return next((text.strip() for text in found if _UNIT.fullmatch(text.strip())), "")


def _matters(form: str) -> bool:
    body = re.sub(r"\[[^\]]*\]", "", form.split(";")[0]).strip()
    return not _PLAIN_FORM.fullmatch(body) or scales(form) or unit(form) != ""


def _look(archive: zipfile.ZipFile, sheet: str) -> tuple[Looks, int]:
    names = {name.lower(): name for name in archive.namelist()}
    member = _member_of(archive, names, sheet)
    forms = _forms(archive, names)
    content = archive.read(names[member])
    if not any(forms) and b"hidden=" not in content:
        return {}, 0
    return _scan(content, forms)


def _member_of(archive: zipfile.ZipFile, names: dict[str, str], sheet: str) -> str:
    found: list[str] = []

    def book(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "sheet" and attributes.get("name") == sheet:
            found.extend(value for name, value in attributes.items() if _local(name) == "id")

    _parse(archive.read(names["xl/workbook.xml"]), book)
    targets: list[str] = []

    def link(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "Relationship" and attributes.get("Id") == found[0]:
            targets.append(attributes["Target"])

    _parse(archive.read(names["xl/_rels/workbook.xml.rels"]), link)
    target = targets[0].replace("\\", "/").lower()
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")


def _forms(archive: zipfile.ZipFile, names: dict[str, str]) -> list[str]:
    """Return each style's format where it matters, else ""."""
    own: dict[int, str] = {}
    styles: list[str] = []
    within: list[str] = []

    def style(tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "numFmt" and len(own) < FORMATS_MAX:
            own[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs"):
            within[:] = [name]
        elif name == "xf" and within == ["cellXfs"] and len(styles) < FORMATS_MAX:
            number = int(attributes.get("numFmtId", "0"))
            form = own.get(number, _BUILT_IN.get(number, ""))
            styles.append(form if form and number not in _PLAIN and _matters(form) else "")

    if "xl/styles.xml" in names:
        _parse(archive.read(names["xl/styles.xml"]), style)
    return styles


def _scan(content: bytes, forms: list[str]) -> tuple[Looks, int]:
    looks: Looks = {}
    row = column = hidden = 0

    def cell(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, hidden
        name = _local(tag)
        if name == "row":
            row, column = int(attributes.get("r", row + 1)), 0
            hidden += attributes.get("hidden") in ("1", "true")
        elif name == "c":
            column = _column(attributes["r"]) if "r" in attributes else column + 1
            style = int(attributes.get("s", "0"))
            if 0 <= style < len(forms) and forms[style] and column <= COLUMNS_MAX and len(looks) < CELLS_MAX:
                looks[row, column] = forms[style]

    _parse(content, cell)
    return looks, hidden


def _column(reference: str) -> int:
    column = 0
    for letter in reference.upper():
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parse(content: bytes, element: Callable[[str, dict[str, str]], None]) -> None:
    """Call ``element`` with each start tag.

    Raises ExpatError, and ValueError for a document with entities of its own.
    """

    def refuse(*_: object) -> None:
        raise ValueError("a workbook declares no entities")

    parser = expat.ParserCreate()
    parser.StartElementHandler = element
    parser.EntityDeclHandler = refuse
    parser.Parse(content, True)
