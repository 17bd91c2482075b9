"""Sheets of strangers: each is read or refused in a declared way, and what comes out is consistent and bounded."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest

from groat.ledger.amounts import Asset, parse_amount
from groat.sandbox.pool import GrowingAnswer, Pool, SandboxWork, WorkFailed
from groat.sheets import ROW_PROBLEMS, WARNINGS, Choices, Sheet, SheetError, read_sheet
from groat.sheets.answer import SheetAnswer
from groat.sheets.order import SheetOrder
from tests.fuzz.harness import fuzz, mutate_zip

USD = Asset("USD", 2)
CHOICES = [
    Choices(),
    Choices(decimal=","),
    Choices(user_column="1", amount_column="2"),
    Choices(encoding="cp1251"),
]
READ = SandboxWork(
    "groat.sheets.order:read", memory_bytes=256 << 20, cpu_s=5, wall_s=30.0, answer_bytes=32 << 20
)

pytestmark = pytest.mark.soak


def check(sheet: Sheet) -> None:
    lines = [row.line for row in sheet.rows]
    assert lines == sorted(set(lines))
    head = sheet.head
    assert head.count == len(lines)
    assert set(head.places) == set(head.columns) <= {"user", "email", "name", "amount", "reason", "date"}
    assert len(set(head.places.values())) == len(head.places)
    assert all(warning.code in WARNINGS for warning in head.warnings)
    for row in sheet.rows:
        assert (row.units is None) == (row.error is not None)
        assert len(row.user) + len(row.amount) + len(row.reason) <= 1_200
        if row.units is not None:
            assert parse_amount(row.amount, USD) == row.units > 0
        elif row.error is not None and row.error.code in ROW_PROBLEMS:
            assert "{" not in row.error.detail


def test_csv() -> None:
    dice = random.Random(1)

    def attempt(data: bytes) -> None:
        try:
            sheet = read_sheet(data, USD, "", dice.choice(CHOICES))
        except SheetError:
            return
        check(sheet)

    words = [
        b",",
        b";",
        b"\t",
        b'"',
        b"1.000",
        b"1,5",
        b"Total",
        b"amount",
        b"user",
        b"1E+5",
        b"5-Jan",
        b"\r\n",
        b"user:42",
    ]
    fuzz("csv", attempt, cases=3_000, words=words)


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


XLSX_WORDS = [
    b"<row>", b"</row>", b'<c r="XFD1048576">', b'<c t="s"><v>0</v></c>', b"<v>", b"</v>", b't="d"', b't="e"',
    b's="99"', b'r="A0000001"', b'count="4294967295"', b"1E400",
    b"&#0;", b"<!DOCTYPE x>", b'hidden="1"', b'formatCode="0000"',
]  # fmt: skip
ODS_WORDS = [
    b"<table:table-row>", b"</table:table-row>", b"<table:table-cell/>", b"<table:covered-table-cell/>",
    b"</table:table-cell>", b"<text:p>", b"</text:p>", b'office:value-type="float"', b'office:value="7"',
    b' table:number-columns-repeated="16384"', b' table:number-rows-repeated="1048576"',
    b' table:number-rows-spanned="9"', b' table:visibility="collapse"', b"<!-- x -->", b"<![CDATA[x]]>", b"&#48;",
    b"&gt;", b"'>'", b"0007", b"50%", b"\xef\xbb\xbf", b"<?x?>",
]  # fmt: skip


@pytest.mark.parametrize(("name", "words"), [("xlsx", XLSX_WORDS), ("ods", ODS_WORDS)])
def test_workbooks(runner: asyncio.Runner, name: str, words: list[bytes]) -> None:
    """In children, for a parser that aborts would end the test, too."""
    dice = random.Random(1)
    pool = Pool(("groat.sheets.order",))

    async def parts(data: bytes) -> AsyncIterator[bytes]:
        yield msgspec.json.encode(SheetOrder(USD, "", dice.choice(CHOICES)))
        yield data

    async def read(data: bytes) -> Sheet:
        answer = GrowingAnswer()
        async with SheetAnswer(answer, pool.run(READ, "user:1", parts(data), answer)) as sheet:
            rows = [row async for batch in sheet.batches() for row in batch]
            return Sheet(sheet.head, rows)

    def attempt(data: bytes) -> None:
        try:
            sheet = runner.run(read(data))
        except SheetError:
            return
        except WorkFailed as error:
            # A limit is a fine end; a fault of ours is none.
            if error.reason == "crash":
                raise
            return
        check(sheet)

    try:
        fuzz(name, attempt, cases=250, mutate=lambda dice, data: mutate_zip(dice, data, words))
    finally:
        runner.run(pool.close())
