"""Look at a sheet of an ODS file, which holds the text that each cell shows beside its value."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from xml.parsers import expat
from xml.sax.saxutils import unescape

from groat.sheets.looks.formats import PERCENT
from groat.sheets.looks.look import NOTHING, Columns, Looks
from groat.sheets.looks.xml import UnusualXml, parse, parser_of, pieces

CELLS_MAX = 500_000
REPEATS_MAX = 100_000
TEXT_MAX = 80
_PADDED = re.compile(r"0[0-9]+", re.ASCII)
_NUMBER = re.compile(r"[-\u2212+(]?[0-9][0-9.,' \u00a0\u2009\u202f\u2019]*\)?")
_AROUND = re.compile(r"([^0-9]*)([0-9]+)(?:[.,][0-9]+)*(.*)", re.ASCII | re.DOTALL)
_ERROR = re.compile(r"#[A-Z/0!?]+|Err:[0-9]+")
_TAG = re.compile(
    rb"<table:(table-cell|covered-table-cell|table-row|table-column|table)(?=[\s/>])([^>]*)>", re.ASCII
)
_ATTRIBUTE = re.compile(rb'([\w:.-]+)\s*=\s*"([^"]*)"', re.ASCII)
_SHOWN_AS_IT_IS = re.compile(
    rb"<text:p>(?!0[0-9])[0-9]{1,18}(?:[.,][0-9]{1,18})?</text:p></table:table-cell>"
)
_MARKUP = re.compile(rb"<[^>]*>")
_FOREIGN = re.compile(rb"<\?xml[^>]*\bencoding=[\"'](?!utf-8)", re.IGNORECASE)
_CONTENT_MAX = 4_096
_KINDS_MAX = 1_000


def look(data: bytes, sheet: str, columns: Columns) -> Looks:
    """Return the looks of these columns of a sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            try:
                return _skim(archive, sheet, columns)
            except UnusualXml:
                return _scan(archive, sheet, columns)
    except (
        expat.ExpatError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, OSError, RuntimeError,
    ):  # fmt: skip
        return NOTHING


def _skim(archive: zipfile.ZipFile, sheet: str, columns: Columns) -> Looks:
    """Look at a sheet as spreadsheets write it, without a parser of XML. Raises UnusualXml for others.

    This takes half of the time that the parser takes, for most cells are only counted.
    """
    walk = _CellWalk(sheet, columns)
    counted: set[bytes] = set()
    for piece in pieces(archive, "content.xml", b"</table:table-row>"):
        if b"<!" in piece or b"\0" in piece or piece.find(b"<?", 2) >= 0 or _FOREIGN.match(piece):
            raise UnusualXml
        for found in _TAG.finditer(piece):
            tag, text = found.groups()
            plain = text in counted or (_is_number(text) and _SHOWN_AS_IT_IS.match(piece, found.end()))
            if plain and tag == b"table-cell" and not walk.pending_hidden:
                walk.column += walk.columns + 1
                walk.columns = 0
                continue
            wanted = walk.start(tag.decode(), _attributes(text))
            if wanted:
                walk.take("" if text.endswith(b"/") else _content(piece, tag, found.end()))
            elif walk.only_counted and len(counted) < _KINDS_MAX:
                counted.add(text)
    return walk.looks


def _is_number(text: bytes) -> bool:
    """Return whether these are the attributes of one cell with a number that nothing computes."""
    return b' office:value-type="float"' in text and b":formula" not in text and b":number-" not in text


def _attributes(text: bytes) -> dict[str, str]:
    """Return the attributes of a tag. Raises UnusualXml where the tag may end elsewhere."""
    if text.count(b'"') % 2 or b"'" in text:
        raise UnusualXml
    return {name.decode(): _plain(value) for name, value in _ATTRIBUTE.findall(text)}


def _content(piece: bytes, tag: bytes, start: int) -> str:
    """Return the text of a cell. Raises UnusualXml for one that does not end here."""
    end = piece.find(b"</table:" + tag, start)
    if end < 0:
        raise UnusualXml
    return _plain(_MARKUP.sub(b"", piece[start : min(end, start + _CONTENT_MAX)]))


def _plain(text: bytes) -> str:
    if b"&#" in text:
        raise UnusualXml
    plain = text.decode("utf-8", "ignore")
    return unescape(plain, {"&quot;": '"', "&apos;": "'"}) if "&" in plain else plain


def _scan(archive: zipfile.ZipFile, sheet: str, columns: Columns) -> Looks:
    """Look at a sheet in any form of XML."""
    walk = _CellWalk(sheet, columns)
    shown: list[str] = []

    def started(name: str, attributes: dict[str, str]) -> None:
        prefix, _, tag = name.partition(":")
        if prefix == "table" and walk.start(tag, attributes):
            shown.clear()
            parser.CharacterDataHandler, parser.EndElementHandler = text, ended

    def text(content: str) -> None:
        if len(shown) < TEXT_MAX:
            shown.append(content[:TEXT_MAX])

    def ended(name: str) -> None:
        if name in ("table:table-cell", "table:covered-table-cell"):
            parser.CharacterDataHandler = parser.EndElementHandler = None
            walk.take("".join(shown))

    parser = parser_of(started)
    parse(archive, "content.xml", parser)
    return walk.looks


class _CellWalk:
    """Walks through the sheet's rows and cells; a repeated row or cell stands for many.

    ``column`` is that of the last cell, which stands for ``columns`` more; ``only_counted`` says that it moves the next
    one by one place, and nothing else. ``pending_hidden`` rows are hidden, if there is a value in them.
    """

    def __init__(self, sheet: str, columns: Columns) -> None:
        self.only_counted = False
        self._sheet = sheet
        self._wanted = columns
        self._formats: dict[tuple[int, int], str] = {}
        self._errors: dict[tuple[int, int], str] = {}
        self._hidden_columns: set[int] = set()
        self._merged: list[tuple[int, int, int, int]] = []
        self._hidden_rows = 0
        self.pending_hidden = 0
        self._within = False
        self._row = self._rows = self.column = self.columns = self._head = 0
        self._cell: dict[str, str] = {}

    @property
    def looks(self) -> Looks:
        """Return what was found."""
        hidden = frozenset(self._hidden_columns)
        return Looks(self._formats, self._errors, self._hidden_rows, hidden, self._merged)

    def start(self, tag: str, attributes: dict[str, str]) -> bool:
        """Take the start of an element of tables; returns whether :meth:`take` is to have its text."""
        self.only_counted = False
        if tag == "table":
            self._within = attributes.get("table:name") == self._sheet
        elif not self._within:
            return False
        elif tag in ("table-cell", "covered-table-cell"):
            return self._take_place(attributes)
        elif tag == "table-row":
            self._row += self._rows + 1
            self._rows = int(attributes.get("table:number-rows-repeated", "1")) - 1
            self.column = self.columns = 0
            hidden = attributes.get("table:visibility") in ("collapse", "filter")
            self.pending_hidden = self._rows + 1 if hidden else 0
        elif tag == "table-column":
            count = int(attributes.get("table:number-columns-repeated", "1"))
            if attributes.get("table:visibility") in ("collapse", "filter"):
                self._hidden_columns.update(range(self._head + 1, self._head + min(count, REPEATS_MAX) + 1))
            self._head += count
        return False

    def _take_place(self, cell: dict[str, str]) -> bool:
        """Note where a cell is. Its text is waited for only where it may matter."""
        self.column += self.columns + 1
        self.columns = int(cell.get("table:number-columns-repeated", "1")) - 1
        down = int(cell.get("table:number-rows-spanned", "1"))
        if down > 1 and len(self._merged) < REPEATS_MAX:
            right = self.column + int(cell.get("table:number-columns-spanned", "1")) - 1
            self._merged.append((self._row, self.column, self._row + down - 1, right))
        kind = cell.get("office:value-type")
        formula = "table:formula" in cell
        self.only_counted = kind in (None, "string") and not formula and down == 1 and not self.columns
        if kind is None and not formula:
            return False
        if self.pending_hidden:
            # A hidden row counts where it holds a value; a filter hides the empty ones below a table as well.
            self._hidden_rows += min(self.pending_hidden, REPEATS_MAX)
            self.pending_hidden = 0
        if kind == "string" and not formula:
            return False
        self._cell = cell
        last = self.column + self.columns
        return any(self.column <= each <= last for each in self._wanted)

    def take(self, text: str) -> None:
        """Take the text that the last cell shows."""
        cell, shown = self._cell, text[: TEXT_MAX * TEXT_MAX].strip()
        form = _form(cell, shown)
        error = shown if _ERROR.fullmatch(shown) and "table:formula" in cell else ""
        if not form and not error:
            return
        first = self.column
        for column in self._wanted:
            if first <= column <= first + self.columns:
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
