"""People are matched by id, e-mail or name, and each reading stands beside the text of the file."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from groat.ledger.amounts import Asset
from groat.sheets import Choices, Reading, ReadRow, Sheet, SheetError, read_sheet
from tests.sheets.test_cases import xlsx

USD = Asset("USD", 2)


def text(content: str, **choices: Any) -> Sheet:
    return read_sheet(content.encode(), USD, "", Choices(**choices))


def who(sheet: Sheet) -> list[tuple[str, str, str, str | None]]:
    return [(row.user, row.email, row.name, row.error.code if row.error else None) for row in sheet.rows]


class TestPeople:
    def test_a_row_may_name_a_person_in_three_ways(self) -> None:
        sheet = text(
            "Candidate ID,Name,Email,Credits\n42,Ursula,u@example.com,5\n,Kofi,k@example.com,5\n,Ada Ö.,,5\n"
            "7,,n/a,5\n,,n/a,5\n,,,5\n"
        )
        assert who(sheet) == [
            ("42", "u@example.com", "Ursula", None),
            ("", "k@example.com", "Kofi", None),
            ("", "", "Ada Ö.", None),
            ("7", "", "", None),
            ("", "", "", "user_missing"),
            ("", "", "", "user_missing"),
        ]
        assert sheet.head.places == {"user": 1, "name": 2, "email": 3, "amount": 4}

    def test_names_alone(self) -> None:
        sheet = text("Full name;Credits\nUrsula Kofi;5\nTotal;5\n")
        assert who(sheet) == [("", "", "Ursula Kofi", None)]
        assert [warning.code for warning in sheet.head.warnings] == ["total_row"]

    def test_a_column_of_addresses_names_the_people_where_no_other_does(self) -> None:
        sheet = text("Name;Email;Credits\nUrsula;u@example.com;5\n")
        assert who(sheet) == [("u@example.com", "", "Ursula", None)]
        assert sheet.head.columns["user"] == "Email"

    def test_columns_may_be_chosen_or_left_out(self) -> None:
        content = "ID;Mail;Who;Credits\n1;u@example.com;Ursula;5\n"
        with pytest.raises(SheetError) as caught:
            text(content)
        assert caught.value.fields["role"] == "user"
        assert who(text(content, user_column="", email_column="2", name_column="Who")) == [
            ("", "u@example.com", "Ursula", None)
        ]
        assert who(text(content, user_column="1")) == [("1", "u@example.com", "", None)]
        assert who(text(content, user_column="1", email_column="")) == [("1", "", "", None)]

    def test_two_columns_of_names_are_asked_about(self) -> None:
        with pytest.raises(SheetError) as caught:
            text("user,name,full name,amount\n42,U,Ursula,5\n")
        assert (caught.value.code, caught.value.fields["role"]) == ("sheet_columns_unclear", "name")

    def test_the_same_person_named_in_the_same_way(self) -> None:
        sheet = text("Name,Email,Credits,Candidate ID\nU,u@e.de,5,\nU,u@e.de,5,\nU,,5,\n,,5,42\n,,5,42\n")
        assert [row.duplicate_of for row in sheet.rows] == [None, 2, None, None, 5]


class TestDates:
    @pytest.mark.parametrize(
        ("cells", "expected", "order"),
        [
            (["2026-01-05", ""], ["2026-01-05", ""], None),
            (["13/04/2026", "03/04/2026"], ["2026-04-13", "2026-04-03"], "dmy"),
            (["04/13/2026", "03/04/2026"], ["2026-04-13", "2026-03-04"], "mdy"),
            (["03/04/2026"], ["date_ambiguous"], None),
            (["03.04.2026", "31.12.2025"], ["2026-04-03", "2025-12-31"], "dmy"),
            (["05/05/2026"], ["2026-05-05"], None),
            (["13/04/2026", "04/13/2026"], ["2026-04-13", "2026-04-13"], None),
            (["26-01-31"], ["date_ambiguous"], None),
            (["5 Jan 2026", "January 5, 2026", "1. Mai 2026"], ["2026-01-05", "2026-01-05", "2026-05-01"], None),
            (["20260105", "2026/1/5", "2026-01-05T10:30:00Z"], ["2026-01-05"] * 3, None),
            (["soon", "31.02.2026", "46027"], ["date_invalid"] * 3, None),
        ],
    )  # fmt: skip
    def test_by_column(self, cells: list[str], expected: list[str], order: str | None) -> None:
        sheet = text(
            "user;amount;effective date\n" + "".join(f"{n};5;{cell}\n" for n, cell in enumerate(cells))
        )
        assert [row.error.code if row.error else row.date for row in sheet.rows] == expected
        assert sheet.head.date_order == order

    def test_a_person_may_say_the_order_and_the_column(self) -> None:
        content = "user;amount;day\n1;5;03/04/2026\n"
        assert text(content).rows[0].date == ""
        (row,) = text(content, date_column="day", date_order="dmy").rows
        assert (row.date, row.raw) == ("2026-04-03", {"date": "03/04/2026"})
        assert text(content, date_column="3", date_order="mdy").rows[0].date == "2026-03-04"

    def test_cells_with_dates(self) -> None:
        rows = (["user", "amount", "value date"], [1, 5, date(2026, 4, 3)], [2, 5, datetime(2026, 4, 3, 9)],
                [3, 5, 46027], [4, 5, True], [5, 5, None])  # fmt: skip
        found = read_sheet(xlsx(*rows), USD).rows
        assert [row.error.code if row.error else row.date for row in found] == [
            "2026-04-03", "2026-04-03", "date_invalid", "date_invalid", "",
        ]  # fmt: skip


def test_a_balance_to_set_may_be_zero() -> None:
    content = b"user;amount\n1;0,00\n2;-1\n3;2,50\n"
    found = [row.error.code if row.error else row.units for row in Reading(content, USD, to_set=True).rows()]
    assert found == [0, "amount_not_positive", 250]
    assert [row.units for row in Reading(content, USD).rows()] == [None, None, 250]


class TestRaw:
    """The text of the file stays beside every cell that was read as something else."""

    def test_each_role(self) -> None:
        sheet = text("user;amount;effective date\nuser:42;1.234,50;31.12.2026\n7;5;2026-01-01\n")
        assert [row.raw for row in sheet.rows] == [
            {"user": "user:42", "amount": "1.234,50", "date": "31.12.2026"}, {},
        ]  # fmt: skip

    def test_in_a_workbook(self) -> None:
        (row,) = read_sheet(xlsx(["user", "amount"], [(7, "0000"), "1,50"]), USD).rows
        assert (row.user, row.raw) == ("0007", {"user": "7", "amount": "1,50"})


class TestOneAmountForAll:
    def reading(self, data: bytes, amount: str = "2.50", **choices: str) -> Sheet:
        found = Reading(data, USD, "", Choices(**choices), amount=amount)  # type: ignore[arg-type]
        rows = list(found.rows())
        return Sheet(found.head(), rows)

    def test_a_file_that_only_names_people(self) -> None:
        sheet = self.reading(b"People of May\nuser,reason\n1,a\n2,\nTotal,\nuser,reason\n3,1\n")
        assert [(row.user, row.units, row.amount) for row in sheet.rows] == [(u, 250, "2.50") for u in "123"]
        assert sheet.head.columns == {"user": "user", "reason": "reason"}
        assert [each.code for each in sheet.head.warnings] == ["total_row", "header_again"]
        assert [row.user for row in self.reading(b"Ada's list\nemail\na@b.example\n").rows] == ["a@b.example"]
        with pytest.raises(SheetError, match="sheet_no_header"):
            read_sheet(b"user,reason\n1,a\n", USD)

    def test_a_column_of_amounts_is_not_read_and_that_is_said(self) -> None:
        sheet = self.reading(b"user,credits\n1,x\n2,5\n", amount="3")
        assert [row.units for row in sheet.rows] == [300, 300]
        assert [each.code for each in sheet.head.warnings] == ["amount_for_all"]

    def test_people_by_a_chosen_column(self) -> None:
        assert [row.user for row in self.reading(b"Kennung,x\n7,1\n", user_column="Kennung").rows] == ["7"]

    def test_an_empty_choice_without_an_amount_is_none(self) -> None:
        assert read_sheet(b"user,amount\n1,5\n", USD, "", Choices(amount_column="")).rows[0].units == 500


class TestMerged:
    def workbook(self, *ranges: str) -> bytes:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in (
            ["Bonus", None, None],
            ["user", "amount", "reason"],
            [1, 5, "a"],
            [2, 6, None],
            [3, 7, "c"],
        ):
            sheet.append(row)
        for each in ranges:
            sheet.merge_cells(each)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def test_a_title_does_not_matter(self) -> None:
        assert [row.units for row in read_sheet(self.workbook("A1:C1"), USD).rows] == [500, 600, 700]

    @pytest.mark.parametrize("cells", ["A3:A4", "B3:B4"])
    def test_people_and_amounts_are_not_shared(self, cells: str) -> None:
        rows = read_sheet(self.workbook(cells), USD).rows
        assert [row.error and row.error.code for row in rows] == ["merged_cells", "merged_cells", None]

    def test_a_row_without_anything_of_its_own_is_bad_too(self) -> None:
        rows = read_sheet(self.workbook("A3:B4"), USD).rows
        assert [row.error and row.error.code for row in rows] == ["merged_cells", "merged_cells", None]

    def test_rows_below_the_last_value(self) -> None:
        rows = read_sheet(self.workbook("A5:C7"), USD).rows
        assert [(row.line, row.error and row.error.code) for row in rows] == [
            (3, None), (4, None), (5, "merged_cells"), (6, "merged_cells"), (7, "merged_cells"),
        ]  # fmt: skip

    @pytest.mark.parametrize("cells", ["A6:B8", "A2:A3"])
    def test_merged_cells_without_a_value_of_a_person_share_nothing(self, cells: str) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in (["user", "amount"], [1, 5], [2, 6]) if cells == "A6:B8" else (["user", "amount"], []):
            sheet.append(row)
        sheet.cell(9 if cells == "A6:B8" else 4, 1, 9)
        sheet.cell(9 if cells == "A6:B8" else 4, 2, 7)
        sheet.merge_cells(cells)
        out = io.BytesIO()
        book.save(out)
        rows = read_sheet(out.getvalue(), USD).rows
        assert [row.error for row in rows] == [None] * len(rows)
        assert rows[-1].user == "9"

    def test_a_reason_is(self) -> None:
        rows = read_sheet(self.workbook("C3:C4"), USD, "else").rows
        assert [row.reason for row in rows] == ["a", "a", "c"]


def test_errors_of_formulas_and_hidden_columns() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(["user", "x", "amount"], [1, 0, 5], [2, 0, 6], [3, 0, 7])))
    sheet = book.active
    assert sheet is not None
    for place, error in (("C3", "#REF!"), ("A4", "#N/A")):
        sheet[place].value, sheet[place].data_type = error, "e"
    sheet.column_dimensions["A"].hidden = True
    sheet.column_dimensions["B"].hidden = True
    out = io.BytesIO()
    book.save(out)
    found = read_sheet(out.getvalue(), USD)
    assert [row.error and (row.error.code, "#" in row.error.detail) for row in found.rows] == [
        None, ("formula_error", True), ("formula_error", True),
    ]  # fmt: skip
    assert [warning.detail for warning in found.head.warnings] == [
        "The column user is hidden in the workbook. It is read, too."
    ]


class TestBrokenText:
    """Lines of a text file that cannot be told apart are listed, and all others are read."""

    @staticmethod
    def brief(content: bytes) -> list[tuple[int, str, int | str | None]]:
        sheet = read_sheet(content, USD)
        return [(row.line, row.user, row.error.code if row.error else row.units) for row in sheet.rows]

    def test_a_broken_quote(self) -> None:
        content = b'user,amount,reason\n1,5,"a"b\n2,5,"fine ""x"""\n3,5,ok\n'
        assert self.brief(content) == [(2, '1,5,"a"b', "quotes_broken"), (3, "2", 500), (4, "3", 500)]

    def test_what_a_quote_may_have_swallowed_is_not_read(self) -> None:
        content = b'user,amount,reason\n1,5,"open\n2,500,x\n3,5,"close"d\n4,5,y\n'
        assert self.brief(content) == [
            (2, '1,5,"open', "quotes_broken"), (3, "2,500,x", "quotes_broken"),
            (4, '3,5,"close"d', "quotes_broken"), (5, "4", 500),
        ]  # fmt: skip
        assert "line 2" in read_sheet(content, USD).rows[1].error.detail  # type: ignore[union-attr]

    def test_a_quote_without_end(self) -> None:
        assert self.brief(b'user,amount\n1,5\n2,"5\n3,5\n') == [
            (2, "1", 500), (3, '2,"5', "quotes_broken"), (4, "3,5", "quotes_broken"),
        ]  # fmt: skip

    def test_a_huge_cell(self) -> None:
        content = b"user,amount\n" + b"9" * 200_000 + b",5\n7,5\n"
        (first, second) = self.brief(content)
        assert (first[2], len(first[1]), second) == ("cell_too_long", 80, (3, "7", 500))

    def test_too_many_cells_in_one_row(self) -> None:
        content = b"user,amount\n" + b"1,5\n" * 40 + b"2,5" + b",x" * 300 + b"\n3,5\n"
        assert [found[2] for found in self.brief(content)[39:]] == [500, "surplus_cells", 500]

    def test_stray_zeros_and_ends(self) -> None:
        content = (
            b"user,amount,reason\r\n1,5,fine here\r\n2\0,5,\r\n3,5,a\0b\r\n4,\0,\r\n\0\0\r\n5,5,\r\n\x1a"
        )
        assert [found[1:] for found in self.brief(content)] == [
            ("1", 500), ("2\0", "user_invalid"), ("3", "invalid_text"), ("4", "invalid_amount"), ("5", 500),
        ]  # fmt: skip

    def test_mixed_line_ends_and_marks(self) -> None:
        content = "\ufeffuser,amount\r1,5\r\n2,5\n\n3,5\n\r4,5".encode()
        assert [found[1:] for found in self.brief(content)] == [
            ("1", 500),
            ("2", 500),
            ("3", 500),
            ("4", 500),
        ]

    @pytest.mark.parametrize("mark", [";", "|", "\t", "^", "~"])
    def test_the_first_line_may_say_the_delimiter(self, mark: str) -> None:
        content = f"sep={mark}\nuser,or id{mark}amount\n42{mark}5\n".replace("user,or id", "user")
        sheet = text(content)
        assert (sheet.rows, sheet.head.delimiter) == ([ReadRow(3, "42", "5", "", 500)], mark)
