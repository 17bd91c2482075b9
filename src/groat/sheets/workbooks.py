"""XLSX files: the choice of a sheet, its lines, and the number formats that change how an id looks."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import python_calamine

from groat.sheets import looks
from groat.sheets.errors import WARNINGS, SheetError
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

UNPACKED_BYTES_MAX = 64 * 1024 * 1024
MEMBERS_MAX = 1_000
CELLS_MAX = 10_000_000
SHEETS_MAX = 200
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def is_workbook(data: bytes) -> bool:
    """Return whether the bytes are a workbook of some kind, or another archive."""
    return data.startswith((b"PK", _OLE))


class Workbook:
    """An XLSX file. Raises SheetError for any other file, and for a protected one.

    The reader trusts the sizes, places and counts that the file declares, so read strangers' files in the sandbox.
    """

    def __init__(self, data: bytes) -> None:
        _check_kind(data)
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
        formats, hidden_rows = looks.look(self._data, sheet.name)
        warnings = []
        others = [each for each in self.sheets if each.name != sheet.name]
        if others and choices.sheet is None:
            names = ", ".join(
                shown(each.name, 40) + (" (hidden)" if each.hidden else "") for each in others[:10]
            )
            warnings.append(_warning("further_sheets", sheet=shown(sheet.name), others=names))
        if sheet.hidden:
            warnings.append(_warning("hidden_sheet", sheet=shown(sheet.name)))
        if hidden_rows:
            warnings.append(_warning("hidden_rows", count=f"{hidden_rows:,}"))
        return SheetLines(_lines(cells), None, None, sheet.name, self.sheets, warnings, formats)


def _lines(sheet: python_calamine.CalamineSheet) -> Iterator[SheetLine]:
    # The reader leaves out empty columns to the left of all cells, but not empty rows above them.
    left = [""] * min(sheet.start[1] if sheet.start else 0, COLUMNS_MAX)
    with _reading():
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            line = [*left, *cells]
            if len(line) > COLUMNS_MAX and not is_blank(line[COLUMNS_MAX:]):
                raise SheetError("sheet_too_many_columns")
            yield SheetLine(number, line[:COLUMNS_MAX])


def _warning(code: str, **facts: object) -> SheetRemark:
    return SheetRemark(code, WARNINGS[code].format(**facts))


def _check_kind(data: bytes) -> None:
    """Raise SheetError for a file that is no XLSX, is protected, or unpacks to too much."""
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise SheetError("sheet_protected")
        try:
            python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        except python_calamine.PasswordError as error:
            raise SheetError("sheet_protected") from error
        except (python_calamine.CalamineError, ValueError, OSError):
            pass
        raise SheetError("sheet_wrong_kind")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename.lower() for member in members}
            if any(member.flag_bits & 1 for member in members):
                raise SheetError("sheet_protected")
            if "meta-inf/manifest.xml" in names and len(members) <= MEMBERS_MAX:
                with archive.open(_member(members, "meta-inf/manifest.xml")) as manifest:
                    if b"encryption-data" in manifest.read(1 << 20):
                        raise SheetError("sheet_protected")
            if "xl/workbook.xml" not in names:
                raise SheetError("sheet_wrong_kind")
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
    if len(members) > MEMBERS_MAX:
        raise SheetError("sheet_unreadable")
    # These are the declared sizes. A file that is larger than it declares ends the reader's process at worst.
    if (
        sum(member.file_size for member in members if member.filename.endswith((".xml", ".rels")))
        > UNPACKED_BYTES_MAX
    ):
        raise SheetError("sheet_too_large")


def _member(members: list[zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    return next(member for member in members if member.filename.lower() == name)


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
