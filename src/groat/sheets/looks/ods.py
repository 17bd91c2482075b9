"""Look at a sheet of an ODS file, which holds the text that each cell shows beside its value."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from xml.parsers import expat

from groat.sheets.looks.formats import PERCENT
from groat.sheets.looks.look import NOTHING, Columns, Looks
from groat.sheets.looks.xml import parse, parser_of

CELLS_MAX = 500_000
REPEATS_MAX = 100_000
TEXT_MAX = 80
_PADDED = re.compile(r"0[0-9]+", re.ASCII)
_NUMBER = re.compile(r"[-\u2212+(]?[0-9][0-9.,' \u00a0\u2009\u202f\u2019]*\)?")
_AROUND = re.compile(r"([^0-9]*)([0-9]+)(?:[.,][0-9]+)*(.*)", re.ASCII | re.DOTALL)
_ERROR = re.compile(r"#[A-Z/0!?]+|Err:[0-9]+")


def look(data: bytes, sheet: str, columns: Columns) -> Looks:
    """Return the looks of these columns of a sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            scan = _Scan(sheet, columns)
            parse(archive, "content.xml", scan.parser)
    except (
        expat.ExpatError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, OSError, RuntimeError,
    ):  # fmt: skip
        return NOTHING
    return scan.looks


class _Scan:
    """Walks through the sheet's rows and cells; a repeated row or cell stands for many."""

    def __init__(self, sheet: str, columns: Columns) -> None:
        self.parser = parser_of(self._start)
        self._sheet = sheet
        self._wanted = columns
        self._formats: dict[tuple[int, int], str] = {}
        self._errors: dict[tuple[int, int], str] = {}
        self._hidden_columns: set[int] = set()
        self._merged: list[tuple[int, int, int, int]] = []
        self._hidden_rows = 0
        self._pending_hidden = 0
        self._within = False
        self._row = self._rows = self._column = self._columns = self._head = 0
        self._cell: dict[str, str] = {}
        self._shown: list[str] = []

    @property
    def looks(self) -> Looks:
        """Return what was found."""
        hidden = frozenset(self._hidden_columns)
        return Looks(self._formats, self._errors, self._hidden_rows, hidden, self._merged)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self._within = attributes.get("table:name") == self._sheet
        elif not self._within:
            return
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._take_place(attributes)
        elif tag == "table:table-row":
            self._row += self._rows + 1
            self._rows = int(attributes.get("table:number-rows-repeated", "1")) - 1
            self._column = self._columns = 0
            hidden = attributes.get("table:visibility") in ("collapse", "filter")
            self._pending_hidden = self._rows + 1 if hidden else 0
        elif tag == "table:table-column":
            count = int(attributes.get("table:number-columns-repeated", "1"))
            if attributes.get("table:visibility") in ("collapse", "filter"):
                self._hidden_columns.update(range(self._head + 1, self._head + min(count, REPEATS_MAX) + 1))
            self._head += count

    def _take_place(self, cell: dict[str, str]) -> None:
        """Note where a cell is. Its end is waited for only where its text may matter."""
        self._column += self._columns + 1
        self._columns = int(cell.get("table:number-columns-repeated", "1")) - 1
        down = int(cell.get("table:number-rows-spanned", "1"))
        if down > 1 and len(self._merged) < REPEATS_MAX:
            right = self._column + int(cell.get("table:number-columns-spanned", "1")) - 1
            self._merged.append((self._row, self._column, self._row + down - 1, right))
        kind = cell.get("office:value-type")
        if kind is None and "table:formula" not in cell:
            return
        if self._pending_hidden:
            # A hidden row counts where it holds a value; a filter hides the empty ones below a table as well.
            self._hidden_rows += min(self._pending_hidden, REPEATS_MAX)
            self._pending_hidden = 0
        if kind != "string" or "table:formula" in cell:
            last = self._column + self._columns
            if any(self._column <= each <= last for each in self._wanted):
                self._cell, self._shown = cell, []
                self.parser.CharacterDataHandler = self._text
                self.parser.EndElementHandler = self._end

    def _text(self, content: str) -> None:
        if len(self._shown) < TEXT_MAX:
            self._shown.append(content[:TEXT_MAX])

    def _end(self, tag: str) -> None:
        if tag in ("table:table-cell", "table:covered-table-cell"):
            self.parser.CharacterDataHandler = self.parser.EndElementHandler = None
            self._take(self._cell, "".join(self._shown).strip())

    def _take(self, cell: dict[str, str], shown: str) -> None:
        form = _form(cell, shown)
        error = shown if _ERROR.fullmatch(shown) and "table:formula" in cell else ""
        if not form and not error:
            return
        first = self._column
        for column in self._wanted:
            if first <= column <= first + self._columns:
                for row in range(self._row, self._row + min(self._rows, REPEATS_MAX) + 1):
                    if len(self._formats) + len(self._errors) >= CELLS_MAX:
                        return
                    if form:
                        self._formats[row, column] = form
                    if error:
                        self._errors[row, column] = error


def _form(cell: dict[str, str], shown: str) -> str:
    """Return the format that a cell's shown text follows, where it matters, else ""."""
    kind = cell.get("office:value-type")
    if kind == "percentage":
        return PERCENT
    if kind == "currency":
        return f"[${cell.get('office:currency', '')}]0"
    if kind != "float" or not shown or _ERROR.fullmatch(shown):
        return ""
    if _PADDED.fullmatch(shown):
        return "0" * len(shown)
    if _NUMBER.fullmatch(shown):
        return ""
    around = _AROUND.fullmatch(shown.replace('"', "")[:TEXT_MAX])
    return f'"{around[1]}"{"0" * len(around[2])}"{around[3]}"' if around else f'"{shown[:TEXT_MAX]}"'
