"""A statement as CSV and as PDF: what stands in them, read back."""

from __future__ import annotations

import csv
import io
import re
from contextlib import closing
from datetime import UTC
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from groat import Groat
from groat.ledger.amounts import Asset, parse_amount
from groat.ledger.text import parse_time
from groat.programs.statements import (
    AccountStatement,
    Letterhead,
    StatementLine,
    csv_chunks,
    fonts,
    make_statement,
    write_pdf,
)
from groat.programs.statements.statement import Bounds

USD = Asset("USD", 2)
START, END = parse_time("2026-01-01T00:00:00Z"), parse_time("2026-02-01T00:00:00Z")
HEAD = Letterhead("groat", "Ursula Lang", parse_time("2026-02-01T12:00:00Z"))


def made(reasons: list[str], opening: int = 0, asset: Asset = USD, amount: int = 100) -> AccountStatement:
    """A statement of one line for each reason, an hour apart, each of the same amount."""
    statement = AccountStatement(
        "user:42", asset, START, END, Bounds(0, opening, opening + amount * len(reasons), 0)
    )
    hour = 3_600_000_000
    statement.take(
        [
            (
                START + n * hour,
                n,
                START + n * hour,
                f"01938c5e-7d3a-7c52-8d0f-{n:012}",
                "post",
                "house:bank",
                text,
                amount,
            )
            for n, text in enumerate(reasons)
        ]
    )
    return statement


def rows_of(statement: AccountStatement) -> list[dict[str, str]]:
    with closing(statement):
        return list(csv.DictReader(io.StringIO(b"".join(csv_chunks(statement)).decode())))


def pages_of(statement: AccountStatement, head: Letterhead = HEAD) -> list[str]:
    with closing(statement):
        reader = PdfReader(io.BytesIO(write_pdf(statement, head)))
        return [page.extract_text() for page in reader.pages]


def test_csv_tells_both_ends_and_each_line() -> None:
    opening, line, last, end = rows_of(made(["Rent, March", 'A "quote"\nand a line'], opening=-250))
    assert (opening["kind"], opening["at"], opening["balance"]) == (
        "opening_balance", "2026-01-01T00:00:00.000000Z", "-2.50",
    )  # fmt: skip
    assert line == {
        "at": "2026-01-01T00:00:00.000000Z", "recorded_at": "2026-01-01T00:00:00.000000Z",
        "transaction": "01938c5e-7d3a-7c52-8d0f-000000000000", "kind": "post", "counterparty": "house:bank",
        "reason": "Rent, March", "amount": "1.00", "balance": "-1.50", "asset": "USD",
    }  # fmt: skip
    assert (last["reason"], last["balance"]) == ('A "quote"\nand a line', "-0.50")
    assert (end["kind"], end["at"], end["balance"]) == (
        "closing_balance",
        "2026-02-01T00:00:00.000000Z",
        "-0.50",
    )


@pytest.mark.parametrize("reason", ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\tx", "\r=x"])
def test_a_reason_is_never_a_formula(reason: str) -> None:
    _, line, _ = rows_of(made([reason]))
    assert line["reason"] == "'" + reason


def test_csv_comes_in_bounded_chunks() -> None:
    with closing(made([f"{n}" for n in range(1_200)])) as statement:
        chunks = list(csv_chunks(statement))
    assert len(chunks) == 5
    assert max(map(len, chunks)) < 100_000


def test_the_pdf_says_what_a_bank_s_would() -> None:
    (page,) = pages_of(made(["Rent for March", "Salary"], opening=123_456_00))
    for text in (
        "Statement of account", "Ursula Lang", "user:42 · USD", "01 January 2026 to 31 January 2026",
        "Rent for March", "Salary", "123,456.00", "123,457.00", "123,458.00", "2 entries", "0 entries", "2.00",
        "Closing balance", "house:bank · 000000000001", "Page 1 of",
    ):  # fmt: skip
        assert text in page, text


@pytest.mark.parametrize("issuer", ["Bank", "W" * 60, "田中銀行" * 15])
def test_whoever_issues_it_stands_beside_the_title(issuer: str) -> None:
    places: dict[str, tuple[float, float]] = {}

    def note(text: str, _: object, at: list[float], __: object, size: float) -> None:
        places.setdefault(text.strip(), (at[4], size))

    with closing(made([])) as statement:
        reader = PdfReader(io.BytesIO(write_pdf(statement, HEAD._replace(issuer=issuer))))
    assert reader.metadata is not None
    assert reader.metadata.author == issuer
    text = reader.pages[0].extract_text(visitor_text=note)
    assert text.splitlines()[0].startswith(issuer)
    assert "groat" not in text
    (left, size), (title, _) = places[issuer], places["Statement of account"]
    assert left + fonts.width(issuer, size, fonts.BOLD) < title


def test_each_page_goes_on_from_the_one_before() -> None:
    pages = pages_of(made([f"Line {n}" for n in range(100)]))
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of" in page
    for page, following in pairwise(pages):
        (carried,) = re.findall(r"Carried forward\s+([\d,.]+)", page)
        (brought,) = re.findall(r"Brought forward\s+([\d,.]+)", following)
        assert carried == brought
    text = "\n".join(pages)
    assert all(text.count(f"Line {n}\n") == 1 for n in range(100))
    assert re.search(r"Closing balance\s+100.00", pages[-1])


NAMES = ("Žofia Łęcka", "Μαρία Παπαδοπούλου", "Мария Иванова", "田中 美衣", "さくら", "김민준", "Zoë Ünal")


def test_names_of_all_alphabets() -> None:
    (page,) = pages_of(made([*NAMES[:-1], "Zoë \u0000\u200b\n Ünal"]), HEAD._replace(holder="田中 Ursula"))
    for name in (*NAMES, "田中 Ursula"):
        assert name in page, name


def test_what_no_font_has_is_shown_as_missing() -> None:
    fonts.load()
    assert fonts.clean("a\U0001f9ffb") == "a\N{REPLACEMENT CHARACTER}b"


def test_long_reasons_are_broken_and_end_in_an_ellipsis() -> None:
    fonts.load()
    lines = fonts.wrap("word " * 100, 8.5, 200, 3)
    assert len(lines) == 3
    assert all(fonts.width(line, 8.5) <= 200 for line in lines)
    assert lines[-1].endswith("…")
    assert fonts.wrap("x" * 500, 8.5, 200, 2)[0] == "x" * len(fonts.wrap("x" * 500, 8.5, 200, 2)[0])
    assert fonts.wrap("short", 8.5, 200, 3) == ["short"]
    assert fonts.wrap("", 8.5, 200, 3) == []


def test_the_largest_amounts_fit() -> None:
    wei = Asset("WEI", 18)
    (page,) = pages_of(made(["All of it"], asset=wei, amount=2**62))
    assert "4.611686018427387904" in page


def test_times_are_told_in_the_reader_s_zone() -> None:
    (page,) = pages_of(made(["Midnight in Vienna"]), HEAD._replace(zone=ZoneInfo("Europe/Vienna")))
    assert "01:00" in page
    assert "times in Europe/Vienna" in page


def test_nothing_booked() -> None:
    (page,) = pages_of(made([]))
    assert "Nothing was booked in this period." in page


async def test_both_forms_agree_with_the_ledger(groat: Groat) -> None:
    for number in range(30):
        sides = ("house:bank", "user:42") if number % 2 == 0 else ("user:42", "house:shop")
        amount = f"{100 - number}.{number:02}"
        await groat.post(
            [(*sides, amount, "USD")], key=f"{number}", reason=f"Number {number}", at="2025-12-31T23:00:00Z"
        )
    start, end = parse_time("2025-12-01T00:00:00Z"), START
    statement = await make_statement(groat, "user:42", USD, start, end)
    assert statement is not None
    found: list[StatementLine] = list(statement.lines())
    rows = list(csv.DictReader(io.StringIO(b"".join(csv_chunks(statement)).decode())))
    assert [parse_amount(row["balance"], USD, signed=True) for row in rows[1:-1]] == [
        line.balance for line in found
    ]
    entries = await groat.entries("user:42", "USD", limit=500)
    assert [row["balance"] for row in rows[1:-1]] == [entry.balance for entry in reversed(entries)]
    pages = "\n".join(pages_of(statement, HEAD._replace(zone=UTC)))
    for entry in entries:
        assert f"{entry.balance}" in pages
        assert f"{entry.reason}\n" in pages
