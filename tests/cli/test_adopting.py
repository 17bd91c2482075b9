"""``groat adopt``: a column of balances becomes opening balances, once, and is compared with the ledger after that."""

from __future__ import annotations

import asyncio
import csv
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from groat import Groat
from tests.cli.conftest import Run
from tests.helpers.databases import PostgresDatabase
from tests.servers import Postgres, pgbouncer

ROWS = [(1, "12.50"), (2, "0"), (3, "-4.20"), (4, None), (5, "0.001"), (6, "1000000")]
ADOPT = (
    "adopt",
    "--asset",
    "USD:2",
    "--account",
    "user:{id}",
    "--query",
    "SELECT id, balance FROM users ORDER BY id",
)


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with a table of users, and nothing of groat yet."""
    if request.param == "sqlite":
        with closing(sqlite3.connect(tmp_path / "shop.db")) as connection, connection:
            connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, balance DECIMAL)")
            connection.executemany("INSERT INTO users VALUES (?, ?)", ROWS)
        return f"sqlite:///{tmp_path / 'shop.db'}"
    database = PostgresDatabase(request.getfixturevalue("postgres_server"))
    values = ", ".join(f"({id}, {value or 'NULL'})" for id, value in ROWS)
    for sql in (
        "CREATE TABLE users (id int PRIMARY KEY, balance numeric)",
        f"INSERT INTO users VALUES {values}",
    ):
        database.rows(sql)
    return database.url


async def _change(url: str, sql: str) -> None:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
            connection.execute(sql)
    else:
        connection = await asyncpg.connect(url)
        await connection.execute(sql)
        await connection.close()


async def _balances(url: str) -> dict[str, str]:
    async with Groat.open(url) as groat:
        assert (await groat.verify()).ok
        return {view.account: view.balances[0].balance for view in await groat.accounts()}


async def _spend(url: str) -> None:
    async with Groat.open(url) as groat:
        await groat.post([("user:1", "house:sales", "2", "USD")], key="spent")


def test_a_column_is_taken_once_and_compared_after_that(shop: str, run: Run, tmp_path: Path) -> None:
    rehearsed = run(*ADOPT, "--database", shop, "--dry-run")
    assert (rehearsed.code, rehearsed.out.splitlines()[0]) == (1, "3 adopted, 1 same, 1 empty, 1 invalid")
    assert asyncio.run(_balances(shop)) == {}
    report = tmp_path / "report.csv"
    ran = run(*ADOPT, "--database", shop, "--report", report)
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "3 adopted, 1 same, 1 empty, 1 invalid",
        "USD: column 1000008.30, ledger 0.00 before",
    ]
    assert "too_many_digits" in ran.err
    with report.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["account"], row["column"], row["outcome"]) == ("user:5", "0.001", "invalid")
    balances = {
        "house:opening": "-1000008.30", "user:1": "12.50", "user:3": "-4.20", "user:6": "1000000.00",
    }  # fmt: skip
    assert asyncio.run(_balances(shop)) == balances
    asyncio.run(_change(shop, "DELETE FROM users WHERE id = 5"))
    again = run(*ADOPT, "--database", shop)
    assert (again.code, again.out.splitlines()[0]) == (0, "4 same, 1 empty")
    assert asyncio.run(_balances(shop)) == balances


def test_differences_are_reported_and_corrected_only_if_asked(shop: str, run: Run) -> None:
    asyncio.run(_change(shop, "DELETE FROM users WHERE id > 2"))
    assert run(*ADOPT, "--database", shop).code == 0
    asyncio.run(_spend(shop))
    ran = run(*ADOPT, "--database", shop)
    assert (ran.code, ran.out.splitlines()[0]) == (1, "1 same, 1 differs")
    assert "by 2.00" in ran.err
    assert asyncio.run(_balances(shop))["user:1"] == "10.50"
    ran = run(*ADOPT, "--database", shop, "--correct")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "1 corrected, 1 same")
    assert asyncio.run(_balances(shop))["user:1"] == "12.50"
    asyncio.run(_change(shop, "UPDATE users SET balance = 7 WHERE id = 2"))
    shadow = run(*ADOPT, "--database", shop, "--shadow")
    assert (shadow.code, shadow.out.splitlines()[0]) == (1, "1 same, 1 differs")
    assert asyncio.run(_balances(shop)).get("user:2") is None


def test_a_file_will_do_as_well(database: str, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "balances.csv"
    file.write_text("Account;Balance\nuser:1;1.234,50\nuser:2;nothing\n")
    ran = run("adopt", "--database", database, "--asset", "USD:2", "--csv", file, "--decimal", "comma")
    assert (ran.code, ran.out.splitlines()[0]) == (1, "1 adopted, 1 invalid")
    assert asyncio.run(_balances(database))["user:1"] == "1234.50"


def test_rows_that_cannot_all_be_right_are_told(database: str, run: Run, tmp_path: Path) -> None:
    """Of two rows of one account only the first counts, in each run; money does not come from its own destination."""
    file, report = tmp_path / "balances.csv", tmp_path / "report.csv"
    rows = [f"user:{n},{n}.001" for n in range(60)]
    file.write_text("\n".join(["account,balance", "user:a,5", "user:a,5", "house:opening,1", *rows]))
    words = ("adopt", "--database", database, "--asset", "USD:2", "--csv", file)
    for first, more in (("1 adopted", ()), ("1 same", ("--report", report)), ("1 same", ("--shadow",))):
        ran = run(*words, *more)
        assert (ran.code, ran.out.splitlines()[0]) == (1, f"{first}, 62 invalid")
        assert ("and 12 more" in ran.err) == (not more or more == ("--shadow",))
        assert "An earlier row has the same" in ran.err
    assert asyncio.run(_balances(database)) == {"house:opening": "-5.00", "user:a": "5.00"}
    with report.open(newline="") as lines:
        told = list(csv.DictReader(lines))
    assert len(told) == 62
    assert [(row["account"], row["detail"][:12]) for row in told[:2]] == [
        ("user:a", "An earlier r"),
        ("house:opening", "same_account"),
    ]


@pytest.mark.parametrize("place", ["no/folder/report.csv", "/dev/full"])
def test_a_report_that_cannot_be_written_is_said(database: str, run: Run, tmp_path: Path, place: str) -> None:
    file = tmp_path / "balances.csv"
    file.write_text("account,balance\nuser:a,5\n")
    ran = run(
        "adopt", "--database", database, "--asset", "USD:2", "--csv", file, "--report", tmp_path / place
    )
    assert (ran.code, "report_unwritable" in ran.err) == (2, True), ran.err
    if place != "/dev/full":
        # Before any money moved.
        assert asyncio.run(_balances(database)) == {}


def test_a_query_behind_a_pooler_runs_beside_what_others_prepared(postgres_server: Postgres) -> None:
    """The session that the pooler has may keep statements of another run, under the names that the driver gives."""
    database = postgres_server.new_database("adopted_behind_pooler")
    asyncio.run(_change(database, "CREATE TABLE users AS SELECT 1 AS id, 7 AS balance"))
    names = [f"__asyncpg_stmt_{n:x}__" for n in range(64)]
    with pgbouncer(postgres_server, default_pool_size="1") as pooler:
        url = database.replace(f":{postgres_server.port}/", f":{pooler.port}/")
        asyncio.run(_change(url, "; ".join(f'PREPARE "{name}" AS SELECT 1' for name in names)))
        # The names begin anew in each process.
        command = [sys.executable, "-m", "groat", *ADOPT, "--database", database, "--source", url]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert (ran.returncode, ran.stdout.splitlines()[:1]) == (0, ["1 adopted"]), ran.stderr


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ((), "source_missing"),
        (("--query", "SELECT 1", "--csv", "x.csv"), "source_missing"),
        (("--query", "SELECT nothing FROM nowhere"), "query_failed"),
        (("--query", "SELECT 1 AS id, 2 AS balance", "--account", "user:{no}"), "column_unknown"),
        (("--query", "SELECT 'user:1' AS account"), "column_unknown"),
        (("--query", "DROP TABLE groat_account"), "query_failed"),
        (("--csv", "nowhere.csv"), "file_unreadable"),
        (("--csv", Path(__file__)), "columns_missing"),
        (("--query", "SELECT 1 AS id, 2 AS balance", "--source", "mysql://x"), "wrong_scheme"),
    ],
)
def test_what_cannot_be_read_is_said(database: str, run: Run, more: tuple[Any, ...], code: str) -> None:
    run("migrate", "--database", database)
    ran = run("adopt", "--database", database, "--asset", "USD:2", *more)
    assert (ran.code, code in ran.err) == (2, True), ran.err


def test_an_asset_is_not_made_by_a_word(database: str, run: Run) -> None:
    ran = run("adopt", "--database", database, "--asset", "USD", "--query", "SELECT 1")
    assert (ran.code, "unknown_asset" in ran.err) == (2, True)


def test_a_refusal_of_an_earlier_run_is_tried_again(database: str, run: Run, tmp_path: Path) -> None:
    """A ceiling that is too low is one; once it is lifted, the same command adopts."""
    file = tmp_path / "balances.csv"
    file.write_text("account,balance\nuser:1,10\n")
    words: tuple[Any, ...] = ("adopt", "--database", database, "--asset", "USD:2", "--csv", file)

    async def limit(ceiling: str | None) -> None:
        async with Groat.open(database) as groat:
            await groat.add_asset("USD", 2)
            if ceiling:
                await groat.open_account("user:1", "USD", ceiling=ceiling, key="open")
            else:
                await groat.set_limits("user:1", "USD", ceiling=None, key="lift")

    asyncio.run(limit("5"))
    ran = run(*words)
    assert (ran.code, ran.out.splitlines()[0]) == (1, "1 refused")
    asyncio.run(limit(None))
    ran = run(*words)
    assert (ran.code, ran.out.splitlines()[0]) == (0, "1 adopted")
