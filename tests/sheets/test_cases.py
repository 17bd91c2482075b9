"""Files as people send them, each kind with the value that is right: understood, or asked about, never guessed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from groat.ledger.amounts import Asset
from groat.sheets import ROW_PROBLEMS, WARNINGS, Choices, Sheet, SheetError, read_sheet

SHEETS = Path(__file__).parents[1] / "data" / "sheets"
CREDIT = Asset("CREDIT", 0)
USD = Asset("USD", 2)
BTC = Asset("BTC", 8)


def case(name: str, asset: Asset = USD, choices: Choices = Choices()) -> Sheet:  # noqa: B008  It never changes.
    return read_sheet((SHEETS / name).read_bytes(), asset, "", choices)


def text(content: str, asset: Asset = USD, **choices: Any) -> Sheet:
    return read_sheet(content.encode(), asset, "", Choices(**choices))


def brief(sheet: Sheet) -> list[tuple[str, int | str | None]]:
    """(user, units or error code) of each row."""
    return [(row.user, row.error.code if row.error else row.units) for row in sheet.rows]


def warned(sheet: Sheet) -> list[str]:
    return [warning.code for warning in sheet.head.warnings]


def refused(content: str | bytes, asset: Asset = USD, **choices: Any) -> SheetError:
    data = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(SheetError) as caught:
        read_sheet(data, asset, "", Choices(**choices))
    return caught.value


Styled = tuple[object, str]


def xlsx(*rows: Sequence[object | Styled], **sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook; a cell may be (value, number format), a sheet's name with ``_hidden`` at its end is hidden."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    for sheet, content in [
        (first, rows),
        *((book.create_sheet(name), content) for name, content in sheets.items()),
    ]:
        for row, cells in enumerate(content, start=1):
            for column, cell in enumerate(cells, start=1):
                value, form = cell if isinstance(cell, tuple) else (cell, None)
                place = sheet.cell(row, column, value)
                if form is not None:
                    place.number_format = form
        if sheet.title.endswith("_hidden"):
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class TestNumbers:
    """Which sign parts fractions is shown by the column."""

    @pytest.mark.parametrize(
        ("cells", "expected", "decimal"),
        [
            (["1.234,56", "1.000"], [123456, 100000], ","),
            (["1,234.56", "1,000"], [123456, 100000], "."),
            (["1.000"], ["amount_ambiguous"], None),
            (["1,000"], ["amount_ambiguous"], None),
            (["1.000", "5"], ["amount_ambiguous", 500], None),
            (["-1.000"], ["amount_ambiguous"], None),
            (["1.000", "0,5"], [100000, 50], ","),
            (["1.000", "0.5"], [100, 50], "."),
            (["1.000", "12,5"], [100000, 1250], ","),
            (["1.000.000", "1.000"], [100000000, 100000], ","),
            (["1,000,000", "1,000"], [100000000, 100000], "."),
            (["1,23,456.00", "1,000"], [12345600, 100000], "."),
            (["1 234,50", "1.000"], [123450, 100000], ","),
            (["1'234.50", "1,000"], [123450, 100000], "."),
            (["1\u202f234,5", "2.000"], [123450, 200000], ","),
            (["1.000", "x"], ["amount_ambiguous", "invalid_amount"], None),
            (["1.000", "1.5", "2,5"], ["amount_ambiguous", 150, 250], None),
            (["0.500"], [50], "."),
            (["1234.500"], [123450], "."),
            (["5", "7"], [500, 700], None),
        ],
    )  # fmt: skip
    def test_by_column(self, cells: list[str], expected: list[int | str], decimal: str | None) -> None:
        sheet = text("user;amount\n" + "".join(f"{n};{cell}\n" for n, cell in enumerate(cells)))
        assert [found for _, found in brief(sheet)] == expected
        assert sheet.head.decimal == decimal

    def test_the_cases(self) -> None:
        assert brief(case("points-for-thousands.csv")) == [("42", 123456), ("43", 100000)]
        assert brief(case("points-for-thousands-credit.csv", CREDIT)) == [("42", "amount_ambiguous")]

    def test_a_person_may_say_it(self) -> None:
        assert brief(case("points-for-thousands-credit.csv", CREDIT, Choices(decimal=","))) == [("42", 1000)]
        assert brief(case("points-for-thousands-credit.csv", CREDIT, Choices(decimal="."))) == [("42", 1)]
        assert brief(text("user;amount\n1;1.234,50\n", decimal=".")) == [("1", "invalid_amount")]

    def test_text_in_a_workbook_is_judged_in_the_same_way_and_numbers_are_plain(self) -> None:
        data = xlsx(["user", "amount"], [1, "1.000"], [2, 1.5], [3, 1000])
        assert brief(read_sheet(data, USD)) == [("1", "amount_ambiguous"), ("2", 150), ("3", 100000)]
        data = xlsx(["user", "amount"], [1, "1.000"], [2, "2,5"], [3, 1.5])
        assert brief(read_sheet(data, USD)) == [("1", 100000), ("2", 250), ("3", 150)]

    def test_signs_of_both_kinds_are_said(self) -> None:
        assert warned(text("user;amount\n1;1.5\n2;2,5\n")) == ["decimals_mixed"]

    def test_the_text_of_the_file_stays_beside_its_meaning(self) -> None:
        (row,) = text("user;amount\n1;1.234,50\n").rows
        assert (row.raw, row.amount, row.units) == ({"amount": "1.234,50"}, "1234.5", 123450)

    @pytest.mark.parametrize(
        ("number", "asset", "expected"),
        [
            (0.1 + 0.2, USD, 30),
            (1234567890123.45, USD, 123456789012345),
            (123456789012345.67, USD, "amount_imprecise"),
            (12345678901234.56, USD, "amount_imprecise"),
            (999999999999999, CREDIT, 999999999999999),
            (1234567890123456, CREDIT, "amount_imprecise"),
            (10**15, CREDIT, "amount_imprecise"),
            (12345678.12345678, BTC, "amount_imprecise"),
            (1.12345678, BTC, 112345678),
            (1e300, CREDIT, "amount_imprecise"),
            (datetime(2026, 1, 5, 0, 0), USD, "amount_mangled"),
            (date(2026, 1, 5), USD, "amount_mangled"),
            (True, USD, "amount_mangled"),
            ((0.5, "0%"), USD, "amount_mangled"),
            ((5000, "#,##0,"), USD, "amount_mangled"),
            ((1234.5, "#,##0.00"), USD, 123450),
            ((1234.5, '"$"#,##0.00'), USD, 123450),
        ],
        ids=str,
    )  # fmt: skip
    def test_numbers_of_a_workbook(self, number: object, asset: Asset, expected: int | str) -> None:
        assert brief(read_sheet(xlsx(["user", "amount"], [42, number]), asset)) == [("42", expected)]

    def test_beyond_fifteen_digits(self) -> None:
        assert brief(case("amount-beyond-15-digits.xlsx")) == [("42", "amount_imprecise")]
        assert brief(text("user,amount\n42,1.23457E+14\n")) == [("42", "amount_imprecise")]
        assert brief(text("user,amount\n42,12345678901234567\n", CREDIT)) == [("42", 12345678901234567)]


class TestShape:
    """Cells that are not where the header says."""

    def test_surplus_cells(self) -> None:
        assert brief(case("surplus-cell.csv")) == [("42", "surplus_cells")]
        assert brief(case("surplus-cell-reason.csv")) == [("42", "surplus_cells")]
        assert brief(read_sheet(xlsx(["user", "amount"], [42, 1, 234.5]), USD)) == [("42", "surplus_cells")]

    @pytest.mark.parametrize("row", ["42,5", "42,5,,,,", "42,5,  ,\t"])
    def test_empty_cells_are_no_surplus(self, row: str) -> None:
        assert brief(text(f"user,amount\n{row}\n")) == [("42", 500)]

    def test_a_second_header_with_other_columns(self) -> None:
        error = refused("user,amount\n42,5\n\namount,user\n7,43\n")
        assert (error.code, error.detail.split(" is")[0]) == ("sheet_columns_unclear", "Line 4")
        assert error.fields["columns"] == error.fields["candidates"]
        assert warned(text("user,amount\n42,5\nuser,amount\n43,7\n")) == ["header_again"]

    def test_an_amount_that_spilled_into_the_reason(self) -> None:
        sheet = text("user,amount,reason\n42,1,234.50\n7,1,Bonus\n8,12,345\n9,1,2024 bonus\n")
        assert brief(sheet) == [("42", "amount_ambiguous"), ("7", 100), ("8", "amount_ambiguous"), ("9", 100)]
        assert brief(text("user;amount;reason\n42;1;234\n")) == [("42", 100)]

    def test_a_fraction_behind_a_comma_is_no_reason(self) -> None:
        assert brief(text("user,amount,reason\n42,1,50\n7,1,5\n8,1,500\n")) == [
            ("42", "amount_ambiguous"), ("7", "amount_ambiguous"), ("8", "amount_ambiguous"),
        ]  # fmt: skip
        # The column shows a point, or the choice says it.
        assert brief(text("user,amount,reason\n42,1,50\n7,1.5,x\n")) == [("42", 100), ("7", 150)]
        assert brief(text("user,amount,reason\n42,1,50\n", decimal=".")) == [("42", 100)]
        assert brief(text("user,amount,reason\n42,1,50\n", CREDIT)) == [("42", 1)]

    @pytest.mark.parametrize(
        "header",
        [
            "user,amount,amount",
            "user,amount,Amount ",
            "user,user,amount",
            "user,amount,Amount (EUR),Amount (USD)",
        ],
    )
    def test_a_name_that_two_columns_have(self, header: str) -> None:
        error = refused(f"{header}\n42,1,2,3\n")
        assert error.code == "sheet_columns_unclear"
        assert len(error.fields["candidates"]) >= 2

    @pytest.mark.parametrize("blank", [",,,,,", "", "  ,  ", ";;;"])
    def test_lines_without_a_value_do_not_count(self, blank: str) -> None:
        assert brief(text(f"user,amount\n42,5\n{blank}\n7,6\n{blank}\n".replace(";", ","))) == [
            ("42", 500),
            ("7", 600),
        ]

    def test_phantom_rows(self) -> None:
        assert brief(case("phantom-row.xlsx")) == [("42", 500)]
        assert brief(text("user,amount\n42,5\n" + ",\n" * 60_000 + "7,6\n")) == [("42", 500), ("7", 600)]
        data = xlsx(["user", "amount"], [42, 5])
        book = openpyxl.load_workbook(io.BytesIO(data))
        sheet = book.active
        assert sheet is not None
        sheet.cell(1_000_000, 2, " ")
        sheet.cell(70_000, 1).number_format = "0000"
        out = io.BytesIO()
        book.save(out)
        assert brief(read_sheet(out.getvalue(), USD)) == [("42", 500)]

    def test_a_header_that_comes_again(self) -> None:
        sheet = text("user,amount\n42,5\nuser,amount\n7,6\n")
        assert (brief(sheet), warned(sheet)) == ([("42", 500), ("7", 600)], ["header_again"])


class TestTotals:
    """Rows that sum up others name nobody."""

    def test_the_case(self) -> None:
        sheet = case("total-row.csv")
        assert brief(sheet) == [("42", 500), ("7", 500)]
        assert [(warning.code, warning.line) for warning in sheet.head.warnings] == [("total_row", 4)]

    @pytest.mark.parametrize(
        "row",
        ["Total,12", "TOTAL:,12", "Grand total,12", "Sum,12", "Subtotal,12", "Summe,12", "Итого,12", "Total (2),12",
         ",12", "∑,12", "Sub-Total,12", "sub_total,12", "GrandTotal,12", "Total-USD,12", "Insgesamt,12",
         "Gesamtbetrag,12"],
    )  # fmt: skip
    def test_rows_of_sums(self, row: str) -> None:
        sheet = text(f"user,amount\n42,5\n7,7\n{row}\n")
        assert (brief(sheet), warned(sheet)) == ([("42", 500), ("7", 700)], ["total_row"])

    def test_a_label_in_another_column(self) -> None:
        sheet = text("user,name,amount\n42,Ursula,5\n7,Kofi,7\n,Total,12\n")
        assert (len(sheet.rows), warned(sheet)) == (2, ["total_row"])

    def test_a_total_that_is_another_sum_is_said(self) -> None:
        assert warned(text("user,amount\n42,5\n7,7\nTotal,13\n")) == ["total_row", "total_differs"]

    def test_an_average_is_nobodys(self) -> None:
        assert brief(text("user,amount\n42,5\n7,7\nAverage,6\n")) == [("42", 500), ("7", 700)]

    def test_a_total_in_a_language_that_nobody_knows_is_told(self) -> None:
        sheet = text("user,amount\n42,5\n7,7\n8,1\nKokku,13\n")
        assert (len(sheet.rows), [(w.code, w.line) for w in sheet.head.warnings]) == (4, [("maybe_total", 5)])
        assert warned(text("user,amount\n42,5\n7,7\n8,1\n9,14\n")) == []

    @pytest.mark.parametrize("row", ["total-42,12", "summer,12", "7,12", "sum.of.us,12"])
    def test_people_are_none(self, row: str) -> None:
        assert len(text(f"user,amount\n42,5\n{row}\n").rows) == 2

    def test_somebody_who_is_not_named_is_none(self) -> None:
        assert brief(text("user,amount\n42,5\n,4\n")) == [("42", 500), ("", "user_missing")]


class TestAssets:
    """Rows and formats that name another asset than the list's."""

    def test_a_column_says_it(self) -> None:
        sheet = text(
            "user,amount,Currency\n42,5,EUR\n43,5,USD\n44,5,usd\n45,5,€\n46,5,$\n47,5,\n48,5,Dollars\n"
        )
        other = "amount_other_asset"
        assert [found for _, found in brief(sheet)] == [other, 500, 500, other, 500, 500, 500]

    @pytest.mark.parametrize(
        ("form", "code"),
        [
            ('"$"#,##0.00', None),
            ("[$$-409]#,##0.00", None),
            ("[$-409]0.00", None),
            ("[$€-407] #,##0.00", "amount_other_asset"),
            ("#,##0.00 [$EUR]", "amount_other_asset"),
            ('0.00" GBP"', "amount_other_asset"),
            ("€0.00", "amount_other_asset"),
            ('0.00" k"', "amount_mangled"),
            ('0.0" Mio"', "amount_mangled"),
            ('0.00" bonus"', None),
        ],
    )
    def test_a_format_says_it(self, form: str, code: str | None) -> None:
        sheet = read_sheet(xlsx(["user", "amount"], ["42", (5, form)]), USD, "")
        assert brief(sheet) == [("42", code or 500)]

    def test_a_sign_may_be_of_several_assets(self) -> None:
        data = xlsx(["user", "amount ($)"], ["42", (5, '"$"0.00')])
        assert brief(read_sheet(data, Asset("CAD", 2), "")) == [("42", 500)]


class TestIds:
    """What spreadsheets make of ids."""

    def test_the_case(self) -> None:
        assert [found for _, found in brief(case("ids-changed-by-excel.xlsx"))] == [
            "user_mangled", "user_mangled", "user_mangled", 500,
        ]  # fmt: skip
        assert case("ids-changed-by-excel.xlsx").rows[3].user == "0007"

    @pytest.mark.parametrize(
        ("cell", "user", "code"),
        [
            ((7, "0000"), "0007", None),
            ((7, "[Red]0000"), "0007", None),
            ((7, "00000;-00000"), "00007", None),
            ((7, '"E"000'), "7", "user_mangled"),
            ((7, "00-00"), "7", "user_mangled"),
            ((7, "0%"), "7", "user_mangled"),
            ((7, "0"), "7", None),
            ((1234, "#,##0"), "1234", None),
            ((7, "0.00"), "7", None),
            ((7, "@"), "7", None),
            ("0007", "0007", None),
            ("0.1", "0.1", None),
            ("TRUE", "TRUE", None),
            (0.1, "0.1", "user_mangled"),
            (1.5e-7, "0.00000015", "user_mangled"),
            (True, "TRUE", "user_mangled"),
            (datetime(2026, 1, 5), "2026-01-05T00:00:00", "user_mangled"),
            (date(2026, 1, 5), "2026-01-05T00:00:00", "user_mangled"),
            (time(3, 30), "03:30:00", "user_mangled"),
            (12345678901234567890, None, "user_imprecise"),
        ],
        ids=str,
    )  # fmt: skip
    def test_in_a_workbook(self, cell: object, user: str | None, code: str | None) -> None:
        (row,) = read_sheet(xlsx(["user", "amount"], [cell, 5]), USD).rows
        assert (row.error.code if row.error else None) == code
        if user is not None and code is None:
            assert row.user == user

    @pytest.mark.parametrize(
        "user",
        ["TRUE", "False", "5-Jan", "Jan-05", "2026-01-05", "2026-01-05 00:00:00", "05.01.2026", "1.2E+11", "0.1",
         "WAHR", "VRAI", "05-01-2026", "1-mrt", "Okt-26", "01-janv", "sept-26", "March-2026"],
    )  # fmt: skip
    def test_in_a_text_file(self, user: str) -> None:
        assert brief(text(f"user;amount\n{user};5\n")) == [(user, "user_mangled")]

    @pytest.mark.parametrize(
        "user",
        [
            "0007",
            "jan",
            "march-hare",
            "e5",
            "user.1",
            "a1.5",
            "20260105",
            "j.d-1999",
            "maria-1999",
            "august.in-12",
            "janet-85",
            "Vero",
        ],
    )
    def test_ids_that_are_none_of_this(self, user: str) -> None:
        assert brief(text(f"user;amount\n{user};5\n")) == [(user, 500)]


class TestSheets:
    """Which sheet of a workbook."""

    def test_the_visible_one(self) -> None:
        sheet = case("hidden-sheet-first.xlsx")
        assert (sheet.head.sheet, brief(sheet)) == ("Pay", [("42", 50000)])
        assert [(each.name, each.hidden) for each in sheet.head.sheets] == [("Old", True), ("Pay", False)]
        assert warned(sheet) == ["further_sheets"]
        hidden = case("hidden-sheet-first.xlsx", USD, Choices(sheet="Old"))
        assert (brief(hidden), warned(hidden)) == ([("42", 500)], ["hidden_sheet"])

    def test_further_ones_are_said_and_can_be_chosen(self) -> None:
        first, second = case("two-sheets.xlsx"), case("two-sheets.xlsx", USD, Choices(sheet="Feb"))
        assert (first.head.sheet, brief(first), warned(first)) == ("Jan", [("42", 500)], ["further_sheets"])
        assert (second.head.sheet, brief(second), warned(second)) == ("Feb", [("7", 600)], [])

    def test_one_that_there_is_not(self) -> None:
        error = refused((SHEETS / "two-sheets.xlsx").read_bytes(), sheet="March")
        assert error.code == "sheet_not_found"
        assert [each["name"] for each in error.fields["sheets"]] == ["Jan", "Feb"]

    def test_only_a_hidden_one_has_a_table(self) -> None:
        error = refused(xlsx(["About this"], Pay_hidden=[["user", "amount"], [1, 2]]))
        assert error.code == "sheet_no_header"
        assert {"name": "Pay_hidden", "hidden": True} in error.fields["sheets"]

    def test_hidden_rows_are_said(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(xlsx(["user", "amount"], [42, 5], [7, 6])))
        sheet = book.active
        assert sheet is not None
        sheet.row_dimensions[3].hidden = True
        out = io.BytesIO()
        book.save(out)
        found = read_sheet(out.getvalue(), USD)
        assert (brief(found), warned(found)) == ([("42", 500), ("7", 600)], ["hidden_rows"])

    def test_a_table_that_does_not_begin_in_the_corner(self) -> None:
        data = xlsx([], [], [None, None, "user", "amount"], [None, None, (7, "000"), 5])
        sheet = read_sheet(data, USD)
        assert (brief(sheet), sheet.head.header_line, sheet.head.places) == (
            [("007", 500)],
            3,
            {"user": 3, "amount": 4},
        )

    def test_passwords(self) -> None:
        assert refused((SHEETS / "encrypted.xlsx").read_bytes()).code == "sheet_protected"


class TestColumns:
    """Several columns may be meant: asked, and what is taken is shown."""

    def test_the_number_of_a_row_is_no_person(self) -> None:
        data = (SHEETS / "row-number-as-id.csv").read_bytes()
        error = refused(data)
        assert (error.code, error.fields["role"]) == ("sheet_columns_unclear", "user")
        assert [each["name"] for each in error.fields["candidates"]] == ["ID", "Email"]
        assert error.fields["candidates"][1] == {"number": 3, "name": "Email", "sample": "ursula@example.com"}
        for chosen in ("Email", "email", "3"):
            sheet = read_sheet(data, USD, "", Choices(user_column=chosen))
            assert (brief(sheet), sheet.head.columns["user"]) == ([("ursula@example.com", 500)], "Email")

    def test_two_amounts(self) -> None:
        data = (SHEETS / "two-amount-columns.csv").read_bytes()
        error = refused(data)
        assert (error.code, error.fields["role"]) == ("sheet_columns_unclear", "amount")
        assert [each["name"] for each in error.fields["candidates"]] == ["Credits to add", "Total"]
        sheet = read_sheet(data, USD, "", Choices(amount_column="Credits to add"))
        assert (brief(sheet), sheet.head.places) == ([("42", 500)], {"user": 1, "amount": 2})

    @pytest.mark.parametrize(
        ("header", "column"),
        [
            ("user,Amount (USD)", "Amount (USD)"), ("user,amount in USD", "amount in USD"), ("user,USD", "USD"),
            ("user,USD amount", "USD amount"), ("user,Amount [usd]", "Amount [usd]"), ("user,Amount ($)", "Amount ($)"),
            ("user,Credits to add", "Credits to add"), ("user,Add credits", "Add credits"),
            ("user,amount,Credit limit", "amount"), ("user,Amount*", "Amount*"),
        ],
    )  # fmt: skip
    def test_units_and_words_around_a_name(self, header: str, column: str) -> None:
        sheet = text(f"{header}\n42,5\n")
        assert (brief(sheet), sheet.head.columns["amount"]) == ([("42", 500)], column)

    @pytest.mark.parametrize(
        "header",
        ["user,Amount (EUR)", "user,Amount €", "user,Amount (thousands)", "user,Amount in cents", "user,Credit limit",
         "user,Amount (%)"],
    )  # fmt: skip
    def test_another_unit_is_asked_about(self, header: str) -> None:
        error = refused(f"{header}\n42,5\n")
        assert (error.code, error.fields["role"]) == ("sheet_columns_unclear", "amount")
        assert brief(text(f"{header}\n42,5\n", amount_column="2")) == [("42", 500)]

    def test_the_case_of_a_unit(self) -> None:
        assert brief(case("unit-in-header.csv")) == [("42", 500)]

    def test_columns_of_names_that_nobody_knows(self) -> None:
        content = "Mitarbeiter;Betrag;Notiz\n42;5;hi\n"
        error = refused(content)
        assert error.code == "sheet_no_header"
        assert [each["name"] for each in error.fields["columns"]] == ["Mitarbeiter", "Betrag", "Notiz"]
        sheet = text(content, user_column="Mitarbeiter", amount_column="2", reason_column="Notiz")
        assert (brief(sheet), sheet.rows[0].reason) == ([("42", 500)], "hi")

    def test_reasons_that_are_not_wanted(self) -> None:
        content = "user,amount,note,description\n42,5,secret,Bonus\n"
        assert refused(content).fields["role"] == "reason"
        assert text(content, reason_column="").rows[0].reason == ""
        assert text(content, reason_column="description").rows[0].reason == "Bonus"

    def test_a_column_that_there_is_not(self) -> None:
        for chosen in ("Person", "9", "0"):
            error = refused("user,amount\n42,5\n", user_column=chosen)
            assert (error.code, error.fields["role"]) == ("sheet_column_not_found", "user")

    def test_one_column_has_one_role(self) -> None:
        assert refused("user,amount\n42,5\n", user_column="2").code == "sheet_columns_unclear"

    def test_everything_that_may_be_chosen_is_shown(self) -> None:
        sheet = text("user;name;amount\n42;Ursula;5\n")
        assert [(each.number, each.name, each.sample) for each in sheet.head.found] == [
            (1, "user", "42"), (2, "name", "Ursula"), (3, "amount", "5"),
        ]  # fmt: skip
        assert (sheet.head.places, sheet.head.header_line) == ({"user": 1, "name": 2, "amount": 3}, 1)


class TestLetters:
    """Bytes do not say what letters they are."""

    CYRILLIC = "user;amount;reason\n42;5;Премия за март\n"

    @pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866"])
    def test_asked_where_words_look_foreign(self, encoding: str) -> None:
        data = self.CYRILLIC.encode(encoding)
        error = refused(data)
        assert error.code == "sheet_encoding_unclear"
        samples = {each["encoding"]: each["sample"] for each in error.fields["encodings"]}
        assert "Премия за март" in samples[encoding]
        sheet = read_sheet(data, USD, "", Choices(encoding=encoding))
        assert (sheet.rows[0].reason, sheet.head.encoding, warned(sheet)) == ("Премия за март", encoding, [])

    @pytest.mark.parametrize("encoding", ["cp1253", "cp1255", "shift_jis", "gb18030", "euc-kr"])
    def test_other_scripts(self, encoding: str) -> None:
        words = {
            "cp1253": "Δώρο",
            "cp1255": "מתנה",
            "shift_jis": "賞与です",
            "gb18030": "奖金奖金",
            "euc-kr": "보너스",
        }
        data = f"user;amount;reason\n42;5;{words[encoding]}\n".encode(encoding)
        assert refused(data).code == "sheet_encoding_unclear"
        assert read_sheet(data, USD, "", Choices(encoding=encoding)).rows[0].reason == words[encoding]

    def test_warned_where_words_look_western(self) -> None:
        sheet = read_sheet("user;amount;reason\n42;5;Für Zoë\n".encode("cp1252"), USD)
        assert (sheet.rows[0].reason, sheet.head.encoding, warned(sheet)) == (
            "Für Zoë",
            "cp1252",
            ["encoding_guessed"],
        )
        polish = "user;amount;reason\n42;5;Łukasz\n".encode("cp1250")
        assert warned(read_sheet(polish, USD)) == ["encoding_guessed"]
        chosen = read_sheet(polish, USD, "", Choices(encoding="cp1250"))
        assert (chosen.rows[0].reason, warned(chosen)) == ("Łukasz", [])

    def test_letters_that_were_broken_before(self) -> None:
        broken = "Für Zoë".encode().decode("cp1252")
        sheet = text(f"user;amount;reason\n42;5;{broken}\n7;5;Für Zoë\n8;5;a\ufffdb\n")
        assert [(warning.code, warning.line) for warning in sheet.head.warnings] == [
            ("text_mangled", 2),
            ("text_mangled", 4),
        ]

    def test_a_wrong_choice_is_no_crash(self) -> None:
        assert refused(b"user;amount\n42;5\xff\n", encoding="utf-8").code in (
            "sheet_encoding_unclear", "sheet_wrong_kind",
        )  # fmt: skip


def test_what_comes_out_is_bounded() -> None:
    sheet = text("user;amount;reason\n" + f"{'u' * 9_000};{'9' * 9_000};{'r' * 9_000}\n")
    (row,) = sheet.rows
    assert len(row.user) + len(row.amount) + len(row.reason) < 2_000


@pytest.mark.parametrize("code", [*ROW_PROBLEMS, *WARNINGS])
def test_every_code_is_documented(code: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "http-api.md").read_text()
    assert f"| `{code}` | " in page
