"""Every command that uses a database, on PostgreSQL."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import BOOKS, Run, closing_balances, exported_balances
from tests.helpers.databases import PostgresDatabase
from tests.helpers.secrets import JWT_SECRET, SECRET
from tests.servers import Postgres, postgres


@pytest.fixture
def place(postgres_server: Postgres) -> PostgresDatabase:
    return PostgresDatabase(postgres_server)


def test_the_commands_work_on_postgres(place: PostgresDatabase, run: Run, tmp_path: Path) -> None:
    database = ("--database", place.url)
    assert run("migrate", *database).code == 0
    imported = run("import", "transactions", BOOKS, "--floor", "none", *database)
    assert imported.code == 0, imported.err
    balances = exported_balances(run, place.url)
    assert {path: balances[path] for path in closing_balances()} == closing_balances()
    again = run("import", "transactions", BOOKS, "--floor", "none", *database)
    assert again.code == 0, again.err
    assert exported_balances(run, place.url) == balances
    assert run("user", "add", "admin", "--role", "admin", "--password", "correct horse", *database).code == 0
    out = tmp_path / "entries.jsonl"
    assert run("export", "entries", "--format", "jsonl", "-o", out, *database).code == 0
    assert len(out.read_text().splitlines()) > 1_359
    verified = run("verify", *database)
    assert verified.code == 0, verified.out
    (before,) = place.rows("SELECT value FROM groat_meta WHERE name = 'epoch'")
    renewed = run("epoch", "renew", *database)
    assert renewed.code == 0, renewed.err
    (after,) = place.rows("SELECT value FROM groat_meta WHERE name = 'epoch'")
    assert after != before
    assert renewed.out.strip().endswith(str(after[0]))


def test_an_export_may_come_from_a_replica(run: Run) -> None:
    with postgres(fsync="off") as primary, postgres(standby_of=primary, fsync="off") as standby:
        where = ("--database", primary.dsn, "--replica", standby.dsn)
        assert run("import", "transactions", BOOKS, "--floor", "none", "--database", primary.dsn).code == 0
        truth = run("export", "balances", "--database", primary.dsn)
        stale = run("export", "balances", "--max-stale", "300", *where)
        assert (stale.code, stale.out) == (0, truth.out)
        assert re.search(r"from the replica, at most \d+\.\d s old", stale.err)
        # Only whoever allows it gets what may be stale; and the database answers for a replica that is away.
        assert "replica" not in run("export", "balances", *where).err
        standby.stop()
        alone = run("export", "balances", "--max-stale", "300", *where)
        assert (alone.code, alone.out) == (0, truth.out)
        assert "The replica is away" in alone.err


def test_a_password_in_the_address_is_not_printed(place: PostgresDatabase, run: Run) -> None:
    with_password = place.url.replace("postgres@", "postgres:hush@")
    for words in (("migrate",), ("epoch", "renew")):
        ran = run(*words, "--database", with_password)
        assert ran.code == 0, ran.err
        assert "127.0.0.1" in ran.out
        assert "hush" not in ran.out + ran.err


def test_what_only_reads_makes_no_ledger(place: PostgresDatabase, run: Run) -> None:
    for words in (("verify",), ("export", "balances"), ("epoch", "renew")):
        ran = run(*words, "--database", place.url)
        assert (ran.code, "database_not_found" in ran.err) == (2, True), ran
    assert place.rows("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()") == []


def test_a_database_that_is_not_there(run: Run) -> None:
    serve = (
        "serve",
        "--secret",
        SECRET,
        "--jwt-secret",
        JWT_SECRET,
        "--database-wait-s",
        "0",
    )
    for words in (("migrate",), ("verify",), serve):
        ran = run(*words, "--database", "postgresql://postgres:hush@127.0.0.1:1/groat")
        assert (ran.code, "store_unavailable" in ran.err) == (2, True), ran
        assert "hush" not in ran.out + ran.err
        assert "Traceback" not in ran.err


def test_sqlite_serves_from_one_process(run: Run, database: str) -> None:
    for more in (("--workers", "2"), ("--redis", "redis://127.0.0.1"), ("--replica", "postgresql://a/b")):
        ran = run(
            "serve", "--secret", SECRET, "--jwt-secret", JWT_SECRET, "--database", database, *more
        )  # fmt: skip
        assert (ran.code, "needs_postgres" in ran.err) == (2, True), ran
