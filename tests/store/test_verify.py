"""Each kind of tampering is found, and named as what it is."""

from __future__ import annotations

from typing import Any

import pytest

from groat import Groat
from groat.ledger.lines import SetLine
from groat.store import verify
from groat.store.verify import CHECKS
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, SqliteDatabase
from tests.helpers.money import give, standing

# What somebody did behind groat's back, the check that is there for it, and the others that see it too.
TAMPERINGS = [
    (
        "UPDATE groat_account SET credits = credits + 5 WHERE path = 'user:a'",
        "verify_sums",
        {"verify_counters"},
    ),
    (
        "UPDATE groat_account SET debits_pending = debits_pending + 5 WHERE path = 'user:a'",
        "verify_sums",
        {"verify_counters", "verify_pending"},
    ),
    ("UPDATE groat_account SET version = version + 1 WHERE path = 'user:a'", "verify_counters", set()),
    (
        "UPDATE groat_account SET debits = debits + 5, credits = credits + 5 WHERE path = 'user:a'",
        "verify_counters",
        set(),
    ),
    (
        "DELETE FROM groat_posting WHERE txn = (SELECT id FROM groat_txn WHERE kind = 'reverse')",
        "verify_counters",
        {"verify_running", "hash_chain"},
    ),
    (
        "UPDATE groat_posting SET source_balance = source_balance + 1 WHERE source_version = 1",
        "verify_running",
        {"hash_chain"},
    ),
    (
        "UPDATE groat_posting SET destination_held = 7 WHERE destination_version = 2",
        "verify_running",
        {"hash_chain"},
    ),
    (
        "UPDATE groat_hold SET captured = captured - 1, released = released + 1 WHERE captured > 0",
        "verify_holds",
        set(),
    ),
    ("UPDATE groat_hold SET status = 'released' WHERE status = 'open'", "verify_holds", {"verify_pending"}),
    (
        "UPDATE groat_grant SET remaining = remaining - 1 WHERE held > 0",
        "verify_grants",
        {"verify_purse_sums"},
    ),
    ("UPDATE groat_account SET purse_live = 5 WHERE path = 'user:g'", "verify_purse_sums", set()),
    ("UPDATE groat_account SET purse_free = 5 WHERE path = 'user:g'", "verify_purse_sums", set()),
    ("UPDATE groat_account SET purse_next = 5 WHERE path = 'user:g'", "verify_purse_sums", set()),
    ("UPDATE groat_account SET purse_next_at = 5 WHERE path = 'user:g'", "verify_purse_sums", set()),
    ("UPDATE groat_hold_part SET captured = 1", "verify_hold_parts", set()),
    ("UPDATE groat_account SET extras = 0 WHERE path = 'user:g'", "verify_purses", set()),
    ("UPDATE groat_allocation SET account = 0 WHERE held > 0", "verify_allocations", {"hash_chain"}),
    ("UPDATE groat_grant SET note = 'x' WHERE parent IS NOT NULL", "verify_lineage", {"hash_chain"}),
    ("UPDATE groat_account SET extras = 0 WHERE path = 'user:line'", "verify_lines", set()),
    ("UPDATE groat_account SET extras = extras | 32 WHERE path = 'user:b'", "verify_lines", set()),
    ("DELETE FROM groat_line", "verify_lines", set()),
    ("UPDATE groat_line SET account = 0", "verify_lines", set()),
    ("UPDATE groat_crossing SET direction = 'down'", "verify_lines", set()),
    ("UPDATE groat_crossing SET version = 2", "verify_lines", set()),
    ("UPDATE groat_crossing SET available = 8", "verify_lines", set()),
    ("UPDATE groat_account SET extras = 0 WHERE path = 'user:spender'", "verify_budgets", set()),
    ("UPDATE groat_account SET extras = extras | 16 WHERE path = 'user:b'", "verify_budgets", set()),
    ("UPDATE groat_budget SET spent = '[]'", "verify_budgets", set()),
    ("UPDATE groat_budget_use SET amount = amount - 1", "verify_budgets", set()),
    ("UPDATE groat_budget_use SET leg = leg + 1", "verify_budgets", set()),
    ("UPDATE groat_budget SET account = account + 1", "verify_budgets", set()),
    # Nobody freezes, opens or closes an account by its mark or its path's row, nor by both, without an audit entry.
    ("UPDATE groat_account SET extras = 0 WHERE path = 'user:late'", "verify_states", set()),
    ("UPDATE groat_account SET extras = extras | 2 WHERE path = 'user:b'", "verify_states", set()),
    ("UPDATE groat_account SET extras = 1 WHERE path = 'user:f'", "verify_states", set()),
    ("UPDATE groat_account SET extras = 10 WHERE path = 'user:gone'", "verify_states", set()),
    ("UPDATE groat_path SET state = 'closed' WHERE path = 'user:late'", "verify_states", set()),
    (
        "UPDATE groat_path SET state = 'open' WHERE path = 'user:late';"
        "UPDATE groat_account SET extras = 0 WHERE path = 'user:late'",
        "verify_states",
        set(),
    ),
    (
        "INSERT INTO groat_path (path, state, rest_to, turn) VALUES ('user:b', 'frozen', '', 1);"
        "UPDATE groat_account SET extras = 2 WHERE path = 'user:b'",
        "verify_states",
        set(),
    ),
    ("DELETE FROM groat_path WHERE path = 'user:opened'", "verify_states", set()),
    ("UPDATE groat_path SET turn = turn + 1 WHERE path = 'user:opened'", "verify_states", set()),
    ("UPDATE groat_path SET rest_to = '' WHERE state = 'closing'", "verify_states", set()),
    (
        "UPDATE groat_act SET before = '{\"state\":\"closing\"}' WHERE kind = 'unfreeze_account'",
        "verify_states",
        {"hash_chain"},
    ),
    ("DELETE FROM groat_act WHERE kind = 'close_account'", "verify_states", {"hash_chain"}),
    (
        "UPDATE groat_account SET credits = credits + 5 WHERE path = 'user:gone'",
        "verify_states",
        {"verify_sums", "verify_counters"},
    ),
    (
        "UPDATE groat_account SET debits_pending = 5 WHERE path = 'user:gone'",
        "verify_states",
        {"verify_sums", "verify_counters", "verify_pending"},
    ),
    # Nobody becomes a member, or none any more, without an audit entry; and the mark is that of the members.
    ("UPDATE groat_member SET rights = 'read,manage' WHERE member = 'user:a'", "verify_members", set()),
    ("UPDATE groat_member SET rights = '' WHERE member = 'user:a'", "verify_members", set()),
    ("UPDATE groat_member SET turn = turn + 1", "verify_members", set()),
    ("DELETE FROM groat_member WHERE member = 'user:b'", "verify_members", set()),
    ("UPDATE groat_account SET extras = 0 WHERE path = 'team:x'", "verify_members", set()),
    ("UPDATE groat_account SET extras = extras | 64 WHERE path = 'user:b'", "verify_members", set()),
    # An extended hold ends when its last extension says; what was not extended has no first end.
    (
        "UPDATE groat_hold SET expires_at = expires_at - 1 WHERE first_expires_at IS NOT NULL",
        "verify_holds",
        set(),
    ),
    ("UPDATE groat_hold SET first_expires_at = NULL WHERE first_expires_at > 0", "verify_holds", set()),
    ("UPDATE groat_hold SET first_expires_at = 1 WHERE captured > 0", "verify_holds", set()),
    (
        "UPDATE groat_account SET debits_pending = debits_pending + 5 WHERE path = 'user:a';"
        "UPDATE groat_account SET credits_pending = credits_pending + 5 WHERE path = 'house:s'",
        "verify_pending",
        {"verify_counters"},
    ),
    (
        "UPDATE groat_txn SET reverses = (SELECT id FROM groat_txn WHERE reason = 'small') WHERE reverses IS NOT NULL",
        "verify_reversals",
        {"hash_chain"},
    ),
    (
        "UPDATE groat_key SET txn = '0' WHERE txn = (SELECT id FROM groat_txn WHERE reason = 'small')",
        "verify_keys",
        set(),
    ),
    (
        "DELETE FROM groat_key WHERE txn = (SELECT id FROM groat_txn WHERE reason = 'small')",
        "verify_keys",
        set(),
    ),
    ("DELETE FROM groat_key WHERE outcome LIKE '%transactions%'", "verify_keys", set()),
    ("DELETE FROM groat_event WHERE offset = 2", "verify_streams", set()),
    ("UPDATE groat_stream SET head = head + 1 WHERE name = 'user:a'", "verify_streams", set()),
    ("UPDATE groat_stream SET head = head - 1 WHERE name = 'user:a'", "verify_streams", set()),
    (
        "DELETE FROM groat_batch WHERE id = (SELECT max(batch) FROM groat_txn)",
        "verify_unbatched",
        {"hash_chain"},
    ),
    ("DELETE FROM groat_batch WHERE id = 2", "verify_unbatched", {"hash_chain"}),
    (
        "INSERT INTO groat_later (at, txn, stream, event) VALUES (1, '0', 'role:admin', '{}')",
        "verify_later",
        set(),
    ),
    ("UPDATE groat_txn SET reason = 'because' WHERE reason = 'small'", "hash_chain", set()),
    ("UPDATE groat_txn SET actor = 'user:b' WHERE reason = 'small'", "hash_chain", set()),
    ("UPDATE groat_posting SET effective_at = effective_at - 1", "hash_chain", set()),
    ("UPDATE groat_act SET actor = 'user:b' WHERE kind = 'set_limits'", "hash_chain", set()),
    ("UPDATE groat_batch SET hash = previous WHERE id = 3", "hash_chain", set()),
]


@pytest.fixture(params=["whole", "in small pieces"])
def pages(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verification reads pages, and some accounts at a time: as large as they are, or so small that all are cut."""
    if request.param != "whole":
        for name, size in (
            ("BATCHES_PAGE", 3),
            ("TRANSACTIONS_PAGE", 2),
            ("ACCOUNTS_PAGE", 1),
            ("ACCOUNTS_MAX", 2),
        ):
            monkeypatch.setattr(verify, name, size)


@pytest.fixture
async def books(sqlite: SqliteDatabase, clock: Clock, pages: None) -> SqliteDatabase:
    await write_books(sqlite, clock)
    return sqlite


async def write_books(database: Database, clock: Clock) -> None:
    """A little of everything."""
    async with Groat.open(database.url, store=database.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        first = await give(groat, "user:a", "50")
        await groat.post([("house:x", "user:b", "3", "CREDIT")], key="small", reason="small")
        await groat.reverse(str(first.id), amounts=["10"], key="reverse")
        await groat.hold("user:a", "house:s", "5", "CREDIT", key="open")
        hold = await groat.hold("user:a", "house:s", "6", "CREDIT", key="hold")
        await groat.capture(str(hold.id), amount="4", key="capture")
        brief = await groat.hold("user:a", "house:s", "1", "CREDIT", key="brief", expires_at=clock.after(3))
        await groat.extend(str(brief.id), expires_in=4, key="longer")
        await groat.extend(str(brief.id), expires_in=5, key="still longer")
        clock.advance(5)
        await groat.bulk([[("house:x", "user:a", "1", "CREDIT")]] * 2, key="bulk")
        await groat.grant("user:g", 10, "CREDIT", key="grant")
        await groat.hold("user:g", "house:s", 4, "CREDIT", key="of a grant")
        await groat.post([("user:g", "user:f", 2, "CREDIT")], key="travel")
        line = SetLine(
            principal="service:t", key="line", account="user:line", asset="CREDIT", line_kind="k", threshold=5,
        )  # fmt: skip
        await groat.execute(line)
        await groat.post([("house:x", "user:line", 7, "CREDIT")], key="up")
        await groat.set_budget("user:spender", "CREDIT", 20, window="day", key="budget")
        await groat.set_budget(
            "", "CREDIT", 1_000, window="hour", rolling=True, of="service:local", key="across"
        )
        await groat.post([("house:x", "user:spender", 7, "CREDIT")], key="for it")
        held = await groat.hold("user:spender", "house:y", 5, "CREDIT", key="counted")
        assert held.hold is not None
        await groat.capture(held.hold.id, amount=3, key="given back")
        await write_states(groat)
        await groat.set_limits("user:a", "CREDIT", floor="-5", key="limits")


async def write_states(groat: Groat) -> None:
    """Freeze, open, close; also what has grants, what is opened later, and what waits for the end of a hold."""
    await groat.set_state("user:late", "freeze", reason="Suspicious", key="late")
    await groat.set_limits("user:late", "CREDIT", ceiling="5", key="opened late")
    await groat.set_state("user:f", "freeze", reason="Suspicious", key="f")
    await groat.set_state("user:opened", "freeze", reason="Suspicious", key="freeze")
    await groat.set_state("user:opened", "unfreeze", reason="No more", key="unfreeze")
    await groat.set_member("team:x", "a", ["read"], key="member a")
    await groat.set_member("team:x", "b", ["spend"], key="member b")
    await groat.set_member("team:x", "b", [], key="no member b")
    await give(groat, "team:x", "7")
    await give(groat, "user:going", "7")
    await groat.hold("user:going", "house:s", "5", "CREDIT", key="of one that goes")
    await give(groat, "user:gone", "7")
    for path in ("user:going", "user:gone"):
        await groat.set_state(path, "close", reason="Left", rest_to="house:rest", key=path)


async def report_of(database: Database) -> set[str]:
    # Without a ledger that runs: it would tell rooms what waits for them.
    store = database.store()
    await store.open()
    report = await store.read(verify.verify, lambda *_: None, {})
    await store.close()
    assert report.ok == (not report.problems)
    for problem in report.problems:
        assert problem.what
        assert problem.expected != problem.found
    return {problem.check for problem in report.problems}


async def test_untouched_books_agree(books: SqliteDatabase) -> None:
    assert await report_of(books) == set()


@pytest.mark.parametrize(
    ("sql", "check", "others"), TAMPERINGS, ids=[f"{c}: {s[:60]}" for s, c, _ in TAMPERINGS]
)
async def test_tampering_is_found(books: SqliteDatabase, sql: str, check: str, others: set[str]) -> None:
    with books.raw() as connection:
        changed = connection.total_changes
        for statement in sql.split(";"):
            connection.execute(statement)
        assert connection.total_changes > changed
    assert await report_of(books) == {check, *others}


async def test_the_books_agree_on_every_store(database: Database, clock: Clock, pages: None) -> None:
    await write_books(database, clock)
    assert await report_of(database) == set()


async def test_postings_of_accounts_that_are_not_there_are_found(books: SqliteDatabase) -> None:
    with books.raw() as connection:
        connection.execute("DELETE FROM groat_account WHERE path = 'user:b'")
    assert await report_of(books) == {"verify_sums", "verify_counters"}


async def test_a_report_is_no_longer_than_anybody_reads(
    books: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "PROBLEMS_MAX", 3)
    with books.raw() as connection:
        connection.execute("UPDATE groat_batch SET hash = 'x' || hash")
    async with Groat.open(books.url, store=books.store()) as groat:
        report = await groat.verify()
    assert [problem.check for problem in report.problems] == ["hash_chain"] * 3


async def test_what_is_due_may_come_to_a_closed_account(sqlite: SqliteDatabase, clock: Clock) -> None:
    async with Groat.open(sqlite.url, store=sqlite.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        made: Any = await groat.grant("user:g", 10, "CREDIT", key="grant", source="house:promo")
        await groat.set_state("house:promo", "close", reason="Over", rest_to="house:rest", key="close")
        await groat.void_grant(made.grants[0].grant, key="void", reason="Over")
        assert (await standing(groat, "house:promo")).balance == "10"
    assert await report_of(sqlite) == set()


def test_every_check_is_tried() -> None:
    assert {check for _, check, _ in TAMPERINGS} == set(CHECKS)


async def test_progress_is_told(books: SqliteDatabase) -> None:
    told: list[tuple[str, int, int]] = []
    async with Groat.open(books.url, store=books.store()) as groat:
        report = await groat.verify(lambda *step: told.append(step))
    assert {name for name, _, _ in told} >= set(CHECKS)
    assert all(0 <= done <= total for _, done, total in told)
    counts = [
        books.rows(f"SELECT count(*) FROM groat_{table}")[0][0]
        for table in ("txn", "posting", "account", "batch")
    ]
    assert [report.transactions, report.postings, report.accounts, report.batches] == counts
