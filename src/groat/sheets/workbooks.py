"""Workbooks (XLSX, XLS, ODS): the choice of a sheet, its lines, and what else it shows."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import python_calamine

from groat.sheets.errors import WARNINGS, SheetError
from groat.sheets.kinds import kind_of_archive, kind_of_compound, wrong_kind
from groat.sheets.looks import Columns, Looks, ods, xls, xlsx
from groat.sheets.model import (
    COLUMNS_MAX,
    Choices,
    SheetLine,
    SheetLines,
    SheetName,
    SheetRemark,
    is_blank,
    shown,
)

UNPACKED_BYTES_MAX = 128 * 1024 * 1024
MEMBERS_MAX = 1_000
CELLS_MAX = 10_000_000
SHEETS_MAX = 200
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ODS = (
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.spreadsheet-template",
)

_Look = Callable[[bytes, str, Columns], Looks]


def is_workbook(data: bytes) -> bool:
    """Return whether the bytes are a workbook of some kind, or another archive."""
    return data.startswith((b"PK", _OLE))


class Workbook:
    """An XLSX, XLS or ODS file. Raises SheetError for any other file, and for a protected one.

    The reader trusts the sizes, places and counts that the file declares, so read strangers' files in the sandbox.
    """

    def __init__(self, data: bytes) -> None:
        self._look = _check_kind(data)
        self._data = data
        with _reading():
            self._book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
            found = self._book.sheets_metadata
        visible = python_calamine.SheetVisibleEnum.Visible
        plain = python_calamine.SheetTypeEnum.WorkSheet
        self.sheets = [SheetName(each.name, each.visible != visible) for each in found if each.typ == plain]
        del self.sheets[SHEETS_MAX:]

    def candidates(self, choices: Choices) -> list[SheetName]:
        """Return the sheets to read, in this order: the chosen one, or the visible ones."""
        if choices.sheet is not None:
            chosen = [each for each in self.sheets if each.name == choices.sheet]
            if not chosen:
                raise SheetError("sheet_not_found", sheets=self.shown_sheets())
            return chosen
        return [each for each in self.sheets if not each.hidden]

    def shown_sheets(self) -> list[dict[str, object]]:
        """Return the sheets as an error shows them."""
        return [{"name": each.name, "hidden": each.hidden} for each in self.sheets]

    def table(self, sheet: SheetName, choices: Choices) -> SheetLines:
        """Return the table of a sheet. Raises SheetError."""
        with _reading():
            cells = self._book.get_sheet_by_name(sheet.name)
        if cells.total_height * cells.total_width > CELLS_MAX:
            raise SheetError("sheet_too_costly")
        warnings = []
        others = [each for each in self.sheets if each.name != sheet.name]
        if others and choices.sheet is None:
            names = ", ".join(
                shown(each.name, 40) + (" (hidden)" if each.hidden else "") for each in others[:10]
            )
            warnings.append(_warning("further_sheets", sheet=shown(sheet.name), others=names))
        if sheet.hidden:
            warnings.append(_warning("hidden_sheet", sheet=shown(sheet.name)))
        return SheetLines(
            lambda: _lines(cells),
            None,
            None,
            sheet.name,
            self.sheets,
            warnings,
            lambda columns: self._looks(sheet, cells, columns),
        )

    def _looks(self, sheet: SheetName, cells: python_calamine.CalamineSheet, columns: Columns) -> Looks:
        with _reading():
            merged = cells.merged_cell_ranges
        looks = self._look(self._data, sheet.name, columns)
        if not merged:
            return looks
        return looks._replace(
            merged=[(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in merged]
        )


def _lines(sheet: python_calamine.CalamineSheet) -> Iterator[SheetLine]:
    # The reader leaves out empty columns to the left of all cells, but not empty rows above them.
    left = [""] * min(sheet.start[1] if sheet.start else 0, COLUMNS_MAX)
    with _reading():
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            line = [*left, *cells] if left else cells
            if len(line) > COLUMNS_MAX:
                if not is_blank(line[COLUMNS_MAX:]):
                    raise SheetError("sheet_too_many_columns")
                line = line[:COLUMNS_MAX]
            yield SheetLine(number, line)


def _warning(code: str, **facts: object) -> SheetRemark:
    return SheetRemark(code, WARNINGS[code].format(**facts))


def _check_kind(data: bytes) -> _Look:
    """Return how to look at the workbook.

    Raises SheetError for a file that is none, that is protected, or that unpacks to too much.
    """
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise SheetError("sheet_protected")
        name = kind_of_compound(data)
        if name is not None:
            raise wrong_kind(name)
        if xls.is_protected(data):
            raise SheetError("sheet_protected")
        return xls.look
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            look = _kind_of(archive, members)
    except SheetError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise SheetError("sheet_unreadable") from error
    # These are the declared sizes. A file that is larger than it declares ends the reader's process at worst.
    if (
        sum(member.file_size for member in members if member.filename.endswith((".xml", ".rels")))
        > UNPACKED_BYTES_MAX
    ):
        raise SheetError("sheet_too_large")
    return look


def _kind_of(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> _Look:
    by_name = {member.filename.lower(): member for member in members}
    if len(members) > MEMBERS_MAX:
        raise SheetError("sheet_unreadable")
    if any(member.flag_bits & 1 for member in members):
        raise SheetError("sheet_protected")
    manifest = by_name.get("meta-inf/manifest.xml")
    if manifest is not None and b"encryption-data" in _piece(archive, manifest, 1 << 20):
        raise SheetError("sheet_protected")
    if "xl/workbook.xml" in by_name:
        return xlsx.look
    mimetype = _piece(archive, by_name["mimetype"], 100).strip() if "mimetype" in by_name else b""
    if mimetype not in _ODS:
        raise wrong_kind(kind_of_archive(by_name, mimetype))
    return ods.look


def _piece(archive: zipfile.ZipFile, member: zipfile.ZipInfo, size: int) -> bytes:
    with archive.open(member) as source:
        return source.read(size)


@contextmanager
def _reading() -> Iterator[None]:
    """Turn what the reader raises into SheetError."""
    try:
        yield
    except python_calamine.PasswordError as error:
        raise SheetError("sheet_protected") from error
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise SheetError("sheet_unreadable") from error
    except BaseException as error:
        # A panic in the Rust reader arrives as a PanicException, which is no Exception and cannot be imported.
        if type(error).__name__ == "PanicException":
            raise SheetError("sheet_unreadable") from error
        raise
