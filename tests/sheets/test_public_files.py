"""Test files of python-calamine, XlsxWriter and csv-spectrum: each row is understood or listed with its fault."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from groat.ledger.amounts import Asset
from groat.sheets import ROW_PROBLEMS, Choices, SheetError, read_sheet
from groat.sheets.texts import Text

FILES = Path(__file__).parents[1] / "data" / "public_sheets"
USD = Asset("USD", 2)
LEDGERS = {"invalid_amount", "too_many_digits", "amount_not_positive", "amount_overflow", "invalid_text"}

WORKBOOKS: dict[tuple[str, str | None], str | dict[str, int]] = {
    **{
        (f"calamine/any_sheets.{kind}", "Visible"): {"good": 2, "user_invalid": 1}
        for kind in ("ods", "xls", "xlsx")
    },
    **{
        (f"calamine/any_sheets.{kind}", sheet): "sheet_empty"
        for kind in ("ods", "xls", "xlsx")
        for sheet in ("Hidden", "VeryHidden")
    },
    **{
        (f"calamine/base.{kind}", sheet): code
        for kind in ("ods", "xls", "xlsx")
        for sheet, code in (("Sheet1", "sheet_columns_unclear"), ("Sheet2", "sheet_empty"), ("Nope", "sheet_not_found"))
    },
    ("calamine/base.xlsx", "Sheet3"): {"user_missing": 2},
    ("calamine/base.xlsb", None): "sheet_wrong_kind",
    ("calamine/empty_file.ods", None): "sheet_empty",
    ("calamine/empty_file.xlsx", None): "sheet_empty",
    ("calamine/issue139.xlsx", None): "sheet_column_not_found",
    **{(f"calamine/password.{kind}", None): "sheet_protected" for kind in ("ods", "xls", "xlsb", "xlsx")},
    ("calamine/table-multiple.xlsx", "Sheet1"): {"invalid_amount": 4},
    ("calamine/table-multiple.xlsx", "Sheet2"): {"good": 4},
    ("calamine/table-multiple.xlsx", "Sheet3"): {"good": 8},
    ("xlsxwriter/autofilter01.xlsx", None): {"invalid_amount": 50},
    ("xlsxwriter/autofilter05.xlsx", None): {"invalid_amount": 49, "user_missing": 1},
    ("xlsxwriter/chartsheet01.xlsx", None): {"good": 4},
    ("xlsxwriter/date_1904_01.xlsx", None): "sheet_column_not_found",
    ("xlsxwriter/date_examples01.xlsx", None): "sheet_column_not_found",
    ("xlsxwriter/escapes03.xlsx", None): "sheet_column_not_found",
    ("xlsxwriter/formula_results01.xlsx", None): "sheet_columns_unclear",
    ("xlsxwriter/merge_cells01.xlsx", None): {},
    ("xlsxwriter/merge_range01.xlsx", None): {},
    ("xlsxwriter/outline01.xlsx", "Outlined Rows"): {"good": 8, "user_invalid": 2},
    ("xlsxwriter/rich_string01.xlsx", None): "sheet_column_not_found",
    ("xlsxwriter/shared_strings01.xlsx", None): "sheet_columns_unclear",
    ("xlsxwriter/table01.xlsx", None): {},
    ("xlsxwriter/types02.xlsx", None): "sheet_column_not_found",
}  # fmt: skip


def found(data: bytes, sheet: str | None = None) -> str | dict[str, int]:
    """The rows of a file by what became of them, with the first column as people and the second as amounts."""
    choices = Choices(
        sheet=sheet, user_column="1", amount_column="2", email_column="", name_column="", reason_column=""
    )
    try:
        rows = read_sheet(data, USD, "", choices).rows
    except SheetError as error:
        return error.code
    codes = Counter(row.error.code if row.error else "good" for row in rows)
    assert set(codes) <= {"good", *ROW_PROBLEMS, *LEDGERS}
    return dict(codes)


@pytest.mark.parametrize(("name", "sheet"), WORKBOOKS)
def test_workbooks(name: str, sheet: str | None) -> None:
    assert found((FILES / name).read_bytes(), sheet) == WORKBOOKS[name, sheet]


def test_every_workbook_is_tried() -> None:
    present = {
        str(path.relative_to(FILES)) for path in FILES.glob("*/*.*[sx]*") if path.suffix[1:3] in ("od", "xl")
    }
    assert present == {name for name, _ in WORKBOOKS}


@pytest.mark.parametrize("path", sorted(FILES.glob("csv-spectrum/*.csv")), ids=lambda path: path.stem)
def test_cells_of_text_files(path: Path) -> None:
    data = path.read_bytes()
    lines = [list(line.cells) for line in Text(data, Choices()).table(",").lines()]
    header, *rows = lines
    told = json.loads(path.with_suffix(".json").read_text())
    assert [dict(zip(header, row, strict=True)) for row in rows] == told
    counts = found(data)
    assert isinstance(counts, dict)
    assert sum(counts.values()) == len(told)
