"""Real books into the ledger: whole, twice, killed in the middle, refused in part, followed live."""

import asyncio
import csv
import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from groat import Groat
from tests.cli.conftest import BOOKS, Run, closing_balances, exported_balances

DEADLINE_S = 60.0


def books() -> list[dict[str, str]]:
    with BOOKS.open() as file:
        return list(csv.DictReader(file))


def folded(rows: list[dict[str, str]]) -> dict[str, Decimal]:
    """Balances computed from the file alone."""
    balances: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        balances[row["source"]] -= Decimal(row["amount"])
        balances[row["destination"]] += Decimal(row["amount"])
    return dict(balances)


def test_the_books_close_as_their_authors_closed_them(run: Run, database: str) -> None:
    first = run("import", "transactions", BOOKS, "--floor", "none", "--database", database)
    assert (first.code, first.out) == (0, "1359 posted, 0 known from earlier runs, 0 refused\n")
    assert "USD is new: its scale is 2" in first.err
    balances = exported_balances(run, database)
    assert balances == closing_balances()
    assert sum(balances.values()) == 0

    second = run("import", "transactions", BOOKS, "--floor", "none", "--database", database)
    assert (second.code, second.out) == (0, "0 posted, 1359 known from earlier runs, 0 refused\n")
    assert exported_balances(run, database) == balances
    verified = run("verify", "--database", database)
    assert verified.code == 0, verified.out
    assert "1359 transactions, 1416 postings, 51 balances" in verified.out


async def balances_at(database: str, paths: list[str], moment: str) -> dict[str, Decimal]:
    async with Groat.open(database) as groat:
        found = {path: await groat.account(path, at=moment) for path in paths}
    return {
        path: sum((Decimal(balance.balance) for balance in account.balances), Decimal())
        if account
        else Decimal()
        for path, account in found.items()
    }


def test_balances_of_past_days(run: Run, database: str) -> None:
    assert run("import", "transactions", BOOKS, "--floor", "none", "--database", database).code == 0
    rows = books()
    days = sorted({row["date"] for row in rows})
    chosen = ["2015-01-01", days[0], *days[:: len(days) // 6], days[-1], "2025-06-30"]
    paths = sorted(closing_balances())
    for day in chosen:
        expected = dict.fromkeys(paths, Decimal()) | folded([row for row in rows if row["date"] <= day])
        assert asyncio.run(balances_at(database, paths, f"{day}T23:59:59Z")) == expected, day


def committed(database: str) -> int:
    """How many transactions another process has committed so far."""
    address = f"file:{database.removeprefix('sqlite:///')}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM groat_txn").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def start_import(database: str, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "groat", "import", "transactions", str(BOOKS), "--floor", "none"]
    return subprocess.Popen(
        [*command, "--database", database, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize("after", [1, 300])
def test_killed_in_the_middle_and_repeated(run: Run, database: str, after: int) -> None:
    with start_import(database, "--rate", "500") as process:
        deadline = time.monotonic() + DEADLINE_S
        while committed(database) < after:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    posted = committed(database)
    assert after <= posted < 1359
    repeated = run("import", "transactions", BOOKS, "--floor", "none", "--database", database)
    assert repeated.out == f"{1359 - posted} posted, {posted} known from earlier runs, 0 refused\n"
    assert exported_balances(run, database) == closing_balances()
    assert run("verify", "--database", database).code == 0


def replay_with_floors(rows: list[dict[str, str]]) -> tuple[dict[str, Decimal], list[str]]:
    """The balances and the refused transactions when no account may fall below zero, by the plainest reading."""
    balances: dict[str, Decimal] = defaultdict(Decimal)
    refused = []
    for id, legs in itertools.groupby(rows, key=lambda row: row["transaction"]):
        changes = folded(list(legs))
        if any(change < 0 and balances[path] + change < 0 for path, change in changes.items()):
            refused.append(id)
            continue
        for path, change in changes.items():
            balances[path] += change
    return balances, refused


def test_without_floor_none_what_would_overdraw_is_refused_and_listed(run: Run, database: str) -> None:
    balances, refused = replay_with_floors(books())
    ran = run("import", "transactions", BOOKS, "--database", database)
    posted = 1359 - len(refused)
    assert (ran.code, ran.out) == (1, f"{posted} posted, 0 known from earlier runs, {len(refused)} refused\n")
    assert all(id in ran.err for id in refused)
    assert "insufficient_funds" in ran.err
    assert {path: balance for path, balance in exported_balances(run, database).items() if balance} == {
        path: balance for path, balance in balances.items() if balance
    }
    again = run("import", "transactions", BOOKS, "--database", database)
    assert (again.code, again.out) == (
        1,
        f"0 posted, {posted} known from earlier runs, {len(refused)} refused\n",
    )
    assert run("verify", "--database", database).code == 0


SMALL = """\
transaction,date,source,destination,amount,asset
t1,2026-01-01,user:1,house:sales,5,CREDIT
t2,2026-01-02,house:bonus,user:1,8,CREDIT
"""


def test_what_was_refused_can_be_tried_again(run: Run, database: str, tmp_path: Path) -> None:
    file = tmp_path / "small.csv"
    file.write_text(SMALL)
    command = ("import", "transactions", file, "--database", database)
    assert run(*command).out == "1 posted, 0 known from earlier runs, 1 refused\n"
    assert run(*command).out == "0 posted, 1 known from earlier runs, 1 refused\n"
    assert run(*command, "--retry-refused").out == "1 posted, 1 known from earlier runs, 0 refused\n"
    assert run(*command, "--retry-refused").out == "0 posted, 2 known from earlier runs, 0 refused\n"
    # A run without the option says so too, for it was posted.
    dry = run(*command, "--dry-run")
    assert (dry.code, "would post 0, 2 are known from earlier runs, 0 would be refused" in dry.out) == (
        0,
        True,
    )
    plain = run(*command)
    assert (plain.code, plain.out) == (0, "0 posted, 2 known from earlier runs, 0 refused\n")
    assert exported_balances(run, database)["user:1"] == 3


def test_a_dry_run_checks_and_writes_nothing(run: Run, database: str) -> None:
    ran = run("import", "transactions", BOOKS, "--dry-run", "--floor", "none", "--database", database)
    assert (ran.code, ran.out) == (0, "1359 transactions in 1416 rows on 51 balances: all rows are good\n")
    assert exported_balances(run, database) == {}


def test_the_scale_may_be_given(run: Run, database: str, tmp_path: Path) -> None:
    file = tmp_path / "small.csv"
    file.write_text(SMALL.replace("CREDIT", "BTC"))
    assert (
        run(
            "import", "transactions", file, "--asset", "BTC:8", "--floor", "none", "--database", database
        ).code
        == 0
    )
    ran = run("export", "balances", "--database", database)
    assert "user:1,BTC,3.00000000," in ran.out


WRONG = """
    row                                                   code
    t,2026-01-01,user:1,house:a,5.001,USD                 too_many_digits
    t,2026-01-01,user:1,house:a,-5,USD                    amount_not_positive
    t,2026-01-01,user:1,house:a,0,USD                     amount_not_positive
    t,2026-01-01,user:1,house:a,1e3,USD                   invalid_amount
    t,2026-01-01,user:1,house:a,,USD                      invalid_amount
    t,2026-01-01,user:1,user:1,5,USD                      same_account
    t,2026-01-01,user 1,house:a,5,USD                     invalid_account
    t,2026-01-01,,house:a,5,USD                           invalid_account
    t,2026-13-01,user:1,house:a,5,USD                     invalid_time
    t,01.02.2026,user:1,house:a,5,USD                     invalid_time
    t,2026-01-01,user:1,house:a,5,usd                     unknown_asset
    t,2026-01-01,user:1,house:a,5,                        invalid_asset
    t\N{LATIN SMALL LETTER U WITH DIAERESIS},2026-01-01,user:1,house:a,5,USD                    invalid_key
    ,2026-01-01,user:1,house:a,5,USD                      invalid_key
    t0,2026-01-02,user:1,house:a,5,USD                    invalid_time
    t,2026-01-01,user:1                                   invalid_asset
"""


@pytest.mark.parametrize("line", WRONG.strip().splitlines()[1:])
def test_one_wrong_row_and_nothing_is_written(run: Run, database: str, tmp_path: Path, line: str) -> None:
    row, code = line.strip().rsplit(maxsplit=1)
    file = tmp_path / "wrong.csv"
    header = "transaction,date,source,destination,amount,asset\n"
    file.write_text(f"{header}t0,2026-01-01,house:b,user:1,5.00,USD\n{row.strip()}\n")
    ran = run("import", "transactions", file, "--asset", "USD:2", "--database", database)
    assert ran.code == 2
    assert "rows_invalid" in ran.err
    assert code in ran.err
    assert exported_balances(run, database) == {}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "file_unreadable"),
        (b"", "columns_missing"),
        (b"transaction,date\n", "columns_missing"),
        (b"\xff\xfe\x00", "file_unreadable"),
        (b'transaction,date,source,destination,amount,asset\n"t', "file_unreadable"),
    ],
)
def test_files_that_are_none(
    run: Run, database: str, tmp_path: Path, content: bytes | None, code: str
) -> None:
    file = tmp_path / "none.csv"
    if content is not None:
        file.write_bytes(content)
    ran = run("import", "transactions", file, "--database", database)
    assert ran.code == 2
    assert code in ran.err


HEADER = "transaction,date,source,destination,amount,asset"
ROW = "t1,2026-01-02,house:in,user:1,5,USD"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("transaction,date,source,destination,asset,amount", "u,2026-01-02,house:in,user:1,USD,1,234.50"),
        ("transaction,date,source,destination,asset,amount,", "u,2026-01-02,house:in,user:1,USD,1,234.50"),
        (HEADER + ",reason", "u,2026-01-02,house:in,user:1,5,USD,Bonus, and more"),
        (HEADER, f"{ROW},,,x"),
    ],
)
def test_a_cell_beyond_the_columns_is_an_error(
    run: Run, database: str, tmp_path: Path, header: str, row: str
) -> None:
    file = tmp_path / "file.csv"
    file.write_text(f"{header}\n{row}\n")
    for more in ((), ("--dry-run",)):
        ran = run("import", "transactions", file, *more, "--database", database)
        assert (ran.code, "surplus_cell" in ran.err) == (2, True), ran.err
    assert exported_balances(run, database) == {}


@pytest.mark.parametrize("more", [",amount", ",Amount", ", AMOUNT ", ",reason,reason"])
def test_a_column_named_twice_is_an_error(run: Run, database: str, tmp_path: Path, more: str) -> None:
    file = tmp_path / "file.csv"
    file.write_text(f"{HEADER}{more}\n{ROW},7,7\n")
    ran = run("import", "transactions", file, "--database", database)
    assert (ran.code, "columns_doubled" in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("end", [",,,,,\n", " , ,\t,,,\n", "\n\n", ",,,,,,,,,\n", "\r\n,,,,,\r\n"])
def test_rows_without_a_value_are_skipped(run: Run, database: str, tmp_path: Path, end: str) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(f"{HEADER}\n{end}{ROW}\n{end}".encode())
    ran = run("import", "transactions", file, "--database", database)
    assert (ran.code, ran.out) == (0, "1 posted, 0 known from earlier runs, 0 refused\n"), ran.err


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_delimiters_and_encodings(run: Run, database: str, tmp_path: Path, mark: str, encoding: str) -> None:
    file = tmp_path / "file.csv"
    text = f"{HEADER},reason\n{ROW},\u0417\u0430\u0440\u043f\u043b\u0430\u0442\u0430\n".replace(",", mark)
    file.write_bytes(text.encode(encoding))
    command: tuple[str | Path, ...] = ("import", "transactions", file, "--database", database)
    if encoding == "cp1251":
        ran = run(*command)
        assert (ran.code, "--encoding" in ran.err) == (2, True), ran.err
        command = (*command, "--encoding", "cp1251")
    assert run(*command).out == "1 posted, 0 known from earlier runs, 0 refused\n"
    ran = run("export", "transactions", "--database", database)
    assert "\u0417\u0430\u0440\u043f\u043b\u0430\u0442\u0430" in ran.out
    assert run(*command, "--encoding", "no-such").code == 2


AMOUNTS = """
    amounts                 option      balance or code
    1.000                   -           amount_ambiguous
    "1,000"                 -           amount_ambiguous
    1.000 2.500             -           amount_ambiguous
    1.000 2.50              -           3.5
    "1,000" 2.50            -           1002.5
    1.000 "2,50"            -           1002.5
    "1.234,56" 1.000        -           2234.56
    "1,234.56" "1,000"      -           2234.56
    1.000 1000.5            -           1001.5
    1.000 0.125             -           1.125
    1.000                   point       1
    1.000                   comma       1000
    "1,000"                 point       1000
    2.50 "2,50"             -           invalid_amount
    1000                    -           1000
    "1,00,000.5"            -           100000.5
    +5                      -           invalid_amount
    1.0.0                   -           invalid_amount
"""


@pytest.mark.parametrize("line", AMOUNTS.strip().splitlines()[1:])
def test_the_column_says_how_its_numbers_are_written(
    run: Run, database: str, tmp_path: Path, line: str
) -> None:
    *amounts, option, expected = line.split()
    file = tmp_path / "file.csv"
    rows = [f"t{n},2026-01-02,house:in,user:1,{amount},USD" for n, amount in enumerate(amounts)]
    file.write_text("\n".join([HEADER, *rows]) + "\n")
    more = () if option == "-" else ("--decimal", option)
    command = ("import", "transactions", file, "--asset", "USD:3", *more, "--database", database)
    dry, ran = run(*command, "--dry-run"), run(*command)
    assert dry.code == ran.code
    if expected[0].isdigit():
        assert exported_balances(run, database)["user:1"] == Decimal(expected)
    else:
        assert (ran.code, expected in ran.err, expected in dry.err) == (2, True, True), ran.err


@pytest.mark.parametrize(
    "rows",
    [
        # the newest first, also within a day
        ["o1,2026-01-03,user:o,house:out,5,USD", "o2,2026-01-02,house:in,user:o,5,USD"],
        ["a,2026-01-03,user:o,house:s,5,USD", "b,2026-01-03,house:i,user:o,5,USD", "c,2026-01-02,house:i,user:x,1,USD"],
        # in no order
        ["b,2026-01-02,house:i,user:o,5,USD", "c,2026-01-04,user:o,house:s,9,USD", "a,2026-01-03,house:i,user:o,4,USD"],
        # of one day, as they stand
        ["a,2026-01-02,house:in,user:o,5,USD", "b,2026-01-02,user:o,house:out,5,USD"],
    ],
    ids=["newest first", "newest first within a day", "in no order", "one day"],
)  # fmt: skip
def test_what_was_effective_first_is_posted_first(
    run: Run, database: str, tmp_path: Path, rows: list[str]
) -> None:
    file = tmp_path / "file.csv"
    file.write_text("\n".join([HEADER, *rows]) + "\n")
    command = ("import", "transactions", file, "--database", database)
    assert run(*command, "--dry-run").code == 0
    assert run(*command).out == f"{len(rows)} posted, 0 known from earlier runs, 0 refused\n"
    assert exported_balances(run, database)["user:o"] == 0


def test_a_dry_run_and_the_run_agree_on_what_is_refused(run: Run, database: str) -> None:
    _, refused = replay_with_floors(books())
    command = ("import", "transactions", BOOKS, "--database", database)
    dry = run(*command, "--dry-run")
    posted = 1359 - len(refused)
    assert (dry.code, dry.out) == (
        1,
        "1359 transactions in 1416 rows on 51 balances: all rows are good; a run would post"
        f" {posted}, 0 are known from earlier runs, {len(refused)} would be refused\n",
    )
    ran = run(*command)
    assert (ran.code, [line for line in dry.err.splitlines() if "books-" in line]) == (
        1,
        [line for line in ran.err.splitlines() if "books-" in line],
    )
    again = run(*command, "--dry-run")
    assert f"would post 0, {posted} are known from earlier runs, {len(refused)} would be refused" in again.out


def test_ids_with_a_slash_and_further_attempts_never_meet(run: Run, database: str, tmp_path: Path) -> None:
    file, money = tmp_path / "file.csv", tmp_path / "money.csv"
    file.write_text(
        f"{HEADER}\nINV/1,2026-01-02,user:z,house:in,5,USD\nINV/1/2,2026-01-02,house:in,user:y,7,USD\n"
        f"INV,2026-01-02,user:z,house:in,1,USD\nopen/x,2026-01-02,house:in,user:y,1,USD\n"
    )
    money.write_text(f"{HEADER}\nm,2026-01-01,house:in,user:z,6,USD\n")
    command = ("import", "transactions", file, "--floor", "policy", "--database", database)
    assert run(*command).out == "2 posted, 0 known from earlier runs, 2 refused\n"
    assert run("import", "transactions", money, "--database", database).code == 0
    dry = run(*command, "--retry-refused", "--dry-run")
    assert "would post 2, 2 are known from earlier runs, 0 would be refused" in dry.out
    assert run(*command, "--retry-refused").out == "2 posted, 2 known from earlier runs, 0 refused\n"
    assert run(*command, "--retry-refused").out == "0 posted, 4 known from earlier runs, 0 refused\n"
    balances = exported_balances(run, database)
    assert (balances["user:z"], balances["user:y"]) == (Decimal(0), Decimal(8))


async def follow(database: str, stream: str) -> tuple[list[int], str]:
    """The offsets of the stream's events as they arrive while another process imports, and the last balance."""
    changed = asyncio.Event()
    async with Groat.open(database) as groat:
        await groat.add_asset("USD", 2)
        unlisten = groat.listen(lambda _published: changed.set())
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "groat", "import", "transactions", str(BOOKS), "--floor", "none",
            "--database", database, "--rate", "2000",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        offsets: list[int] = []
        async with asyncio.timeout(DEADLINE_S):
            while len(offsets) < events_of_member():
                await changed.wait()
                changed.clear()
                while events := await groat.streams.read(stream, offsets[-1] if offsets else 0, 100):
                    offsets += [event.offset for event in events]
            assert await process.wait() == 0
        unlisten()
        account = await groat.account(stream)
    assert account is not None
    return offsets, account.balances[0].balance


def events_of_member() -> int:
    """How many transactions of the books touch member-2: one event each."""
    touching = {
        row["transaction"] for row in books() if "user:member-2" in (row["source"], row["destination"])
    }
    return len(touching)


def test_another_process_hears_of_every_transaction(database: str) -> None:
    offsets, balance = asyncio.run(follow(database, "user:member-2"))
    assert offsets == list(range(1, events_of_member() + 1))
    assert Decimal(balance) == closing_balances()["user:member-2"]
