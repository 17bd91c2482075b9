"""Any table that a spreadsheet program or a CSV dialect can write is read back as the same rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groat.ledger.amounts import Asset, format_amount
from groat.sheets import Choices, read_sheet
from tests.sheets.test_formats import number, ods, row, table

USD = Asset("USD", 2)
NONE = Choices(email_column="", name_column="", date_column="")


class Written(NamedTuple):
    """A row as it is written, and what it must be read as."""

    user: str
    units: int
    reason: str


ids = st.one_of(
    st.from_regex(r"[A-Za-z][A-Za-z0-9_|-]{0,20}", fullmatch=True).filter(
        # Words that spreadsheets make of ids, or that sum up, are told; other tests are about them.
        lambda text: not text.isalpha() and "-" not in text and not text.lower().startswith("total")
    ),
    st.integers(0, 10**14).map(str),
    st.from_regex(r"0[0-9]{1,10}", fullmatch=True),
    st.from_regex(r"[a-z]{1,8}[0-9]\.[a-z]{1,8}@[a-z]{1,8}\.example", fullmatch=True),
)
letters = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn"), exclude_characters="ÂÃÐÑ\ufffd"
)
reasons = st.text(letters, max_size=40).map(str.strip)
rows = st.lists(
    st.builds(Written, ids, st.integers(1, 10**10), reasons), min_size=1, max_size=8, unique_by=lambda row: row.user
).filter(lambda rows: not _sums_up(rows))  # fmt: skip
many = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _sums_up(rows: Sequence[Written]) -> bool:
    return any(row.user.isdecimal() and len(row.user) > 14 for row in rows)


def amount(units: int) -> str:
    return format_amount(units, USD.scale)


def same(data: bytes, rows: Sequence[Written], choices: Choices = NONE) -> None:
    sheet = read_sheet(data, USD, "", choices)
    assert [(each.user, each.units, each.reason, each.error) for each in sheet.rows] == [
        (each.user, each.units, each.reason, None) for each in rows
    ]


@many
@given(rows, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]), st.booleans())  # fmt: skip
def test_dialects_of_csv(
    rows: list[Written], delimiter: str, newline: str, encoding: str, quoting: int, comma: bool
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(["user", "amount", "reason"])
    for each in rows:
        text = amount(each.units)
        writer.writerow([each.user, text.replace(".", ",") if comma else text, each.reason])
    if encoding in ("utf-16-le", "utf-16-be") and not out.getvalue()[0].isascii():
        return
    same(out.getvalue().encode(encoding), rows, Choices(email_column="", name_column="", delimiter=delimiter))


@many
@given(rows, st.booleans(), st.integers(0, 3), st.integers(0, 3))
def test_openpyxl(rows: list[Written], as_numbers: bool, down: int, right: int) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    written = [("user", "amount", "reason"), *((each.user, amount(each.units), each.reason) for each in rows)]
    for y, cells in enumerate(written, start=1 + down):
        for x, cell in enumerate(cells, start=1 + right):
            place = sheet.cell(y, x, cell)
            place.data_type = "s"
            if y > 1 + down and x == right + 2 and as_numbers:
                place.value = float(cell)
            elif y > 1 + down and x == right + 1 and as_numbers and cell.isdecimal():
                place.value, place.number_format = int(cell), "0" * len(cell)
    out = io.BytesIO()
    book.save(out)
    same(out.getvalue(), rows)


@many
@given(rows, st.booleans(), st.booleans())
def test_xlsxwriter(rows: list[Written], in_memory: bool, as_numbers: bool) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": in_memory, "in_memory": True}) as book:
        sheet = book.add_worksheet()
        for x, word in enumerate(("user", "amount", "reason")):
            sheet.write_string(0, x, word)
        for y, each in enumerate(rows, start=1):
            if as_numbers and each.user.isdecimal():
                sheet.write_number(
                    y, 0, int(each.user), book.add_format({"num_format": "0" * len(each.user)})
                )
            else:
                sheet.write_string(y, 0, each.user)
            if as_numbers:
                sheet.write_number(y, 1, each.units / 100, book.add_format({"num_format": "#,##0.00"}))
            else:
                sheet.write_string(y, 1, amount(each.units))
            sheet.write_string(y, 2, each.reason)
    same(out.getvalue(), rows)


@many
@given(rows, st.booleans())
def test_ods(rows: list[Written], as_numbers: bool) -> None:
    def text(content: str) -> str:
        content = content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return f'<table:table-cell office:value-type="string"><text:p>{content}</text:p></table:table-cell>'

    lines = [
        row(
            number(int(each.user), each.user) if as_numbers and each.user.isdecimal() else text(each.user),
            number(each.units / 100, amount(each.units)) if as_numbers else text(amount(each.units)),
            text(each.reason) if each.reason else "",
        )
        for each in rows
    ]
    same(ods(table("Sheet 1", row("user", "amount", "reason"), *lines)), rows)


@pytest.mark.parametrize("dialect", csv.list_dialects())
def test_the_dialects_of_the_library(dialect: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, dialect)
    writer.writerows([["user", "amount", "reason"], ["42", "5.00", 'a, "b"\n c'], ["0007", "1.50", ""]])
    same(out.getvalue().encode(), [Written("42", 500, 'a, "b"\n c'), Written("0007", 150, "")])
