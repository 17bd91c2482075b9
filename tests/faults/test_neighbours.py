"""What goes wrong with one command, one row or one connection does not harm the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from groat import Groat, Refusal
from groat.ledger.book import Book, Move
from groat.ledger.commands import Effect, Post, Posting
from groat.store.batch import Done
from groat.store.postgres import PostgresStore
from tests.faults.ledgers import fresh, ledger, plain
from tests.servers import Postgres, postgres

PEOPLE = [f"user:{number}" for number in range(20)]


def post(account: str, key: str, source: str = "house:bonus") -> Post:
    return Post(principal="service:x", key=key, postings=(Posting(source, account, 1, "CREDIT"),))


async def verdicts(groat: Groat, commands: Sequence[Post]) -> list[Done | Refusal | BaseException]:
    """What became of each command, all having been queued at once."""
    return await asyncio.gather(*groat.committer.submit(commands), return_exceptions=True)


def codes(found: Sequence[Done | Refusal | BaseException]) -> list[str]:
    return ["done" if isinstance(each, Done) else getattr(each, "code", repr(each)) for each in found]


async def balances(groat: Groat) -> dict[str, str]:
    return {view.account: view.balances[0].balance for view in await groat.accounts("user", limit=500)}


TAKEN = {
    "a row that is locked": "SELECT 1 FROM groat_account WHERE path = 'user:taken' FOR UPDATE",
    "an account that is being opened": "INSERT INTO groat_account (path, asset, debits, credits, debits_pending,"
    " credits_pending, version, opened_at) VALUES ('user:new', 'CREDIT', 0, 0, 0, 0, 0, 0)",
    "a stream that is being begun": "INSERT INTO groat_stream (name, generation, head) VALUES ('user:new', 0, 0)",
}


@pytest.mark.parametrize("statement", TAKEN.values(), ids=TAKEN.keys())
async def test_what_another_transaction_holds_is_waited_for_apart(
    postgres_server: Postgres, statement: str
) -> None:
    dsn = fresh(postgres_server)
    taken = "user:taken" if "taken" in statement else "user:new"
    async with ledger(dsn) as groat, plain(dsn) as other:
        assert set(codes(await verdicts(groat, [post("user:taken", "0"), post("user:1", "1")]))) == {"done"}
        await other.execute("BEGIN")
        await other.execute(statement)
        stuck = asyncio.create_task(verdicts(groat, [post(taken, "k"), *(post(p, f"k{p}") for p in PEOPLE)]))
        async with asyncio.timeout(4):
            while len(await balances(groat)) < len(PEOPLE) + 1:  # noqa: ASYNC110 (seen only in the database)
                await asyncio.sleep(0.02)
        assert set(codes(await verdicts(groat, [post(p, f"l{p}") for p in PEOPLE]))) == {"done"}
        assert not stuck.done()
        assert codes(await stuck) == ["busy", *("done" for _ in PEOPLE)]
        await other.execute("ROLLBACK")
        assert codes(await verdicts(groat, [post(taken, "k")])) == ["done"], "busy froze nothing"


class Twin(Post, kw_only=True):
    """A program's mistake: both legs of its transaction have one number."""

    def decide(self, book: Book) -> Effect | Refusal:
        (posting,) = self.postings
        house, user = book.accounts[posting.source, "CREDIT"], book.accounts[posting.destination, "CREDIT"]
        legs = book.move([Move(0, house, user, 1, 0), Move(0, house, user, 1, 0)])
        assert not isinstance(legs, Refusal)
        return Effect([self.record(book, legs)])


class Echo(Post, kw_only=True):
    """Another one: two transactions under one id."""

    def decide(self, book: Book) -> Effect | Refusal:
        return Effect([self.record(book, []), self.record(book, [])])


@pytest.mark.parametrize("kind", [Twin, Echo])
async def test_a_program_that_counts_wrongly_harms_itself(
    postgres_server: Postgres, kind: type[Post]
) -> None:
    dsn = fresh(postgres_server)
    async with ledger(dsn) as groat:
        wrong = kind(principal="service:x", key="p", postings=(Posting("house:p", "user:p", 1, "CREDIT"),))
        found = await verdicts(groat, [post("user:1", "1"), wrong, post("user:2", "2")])
        assert codes(found) == ["done", "command_failed", "done"]
        assert groat.committer.stats.failed_batches == 0


async def test_accounts_of_a_database_that_was_replaced_are_not_taken(postgres_server: Postgres) -> None:
    dsn = fresh(postgres_server)
    async with Groat.open(dsn, store=PostgresStore(dsn)) as groat, plain(dsn) as other:
        await groat.add_asset("CREDIT", 0)
        for key in ("opened", "known"):
            assert codes(await verdicts(groat, [post("user:taken", key), post("user:1", f"{key} 1", "house:1")])) == [
                "done", "done",
            ]  # fmt: skip
        await other.execute("UPDATE groat_account SET id = 1000 + id WHERE path IN ('house:1', 'user:1')")
        await other.execute("BEGIN")
        await other.execute(TAKEN["a row that is locked"])
        (stuck, free) = groat.committer.submit([post("user:taken", "k"), post("user:1", "k 1", "house:1")])
        async with asyncio.timeout(4):
            await free
        assert not stuck.done()
        await other.execute("ROLLBACK")
        await stuck


# A fault inside PostgreSQL itself, whenever an account with this path changes.
FAULT = """
CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {what}; RETURN NEW; END $$;
CREATE TRIGGER fault BEFORE UPDATE ON groat_account
FOR EACH ROW WHEN (NEW.path = 'user:poison') EXECUTE FUNCTION fault();
"""


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("RAISE check_violation", "command_failed"),
        ("PERFORM 1 / 0", "command_failed"),
        ("PERFORM pg_sleep(60)", "busy"),
    ],
    ids=["a constraint", "data", "a statement time-out"],
)
async def test_a_poisonous_command_is_alone_in_the_end(
    postgres_server: Postgres, what: str, code: str
) -> None:
    dsn = fresh(postgres_server)
    people = PEOPLE[:3]
    async with ledger(dsn) as groat, plain(dsn) as other:
        await other.execute(FAULT.format(what=what))
        # From houses of their own, or else they would wait for the row that the poison holds while it is tried.
        sane = [post(person, "k", f"house:{person[5:]}") for person in people]
        batch = [*sane[:1], post("user:poison", "p"), *sane[1:]]
        for each, person in zip(sane, people, strict=True):
            each.key = f"k{person}"
        found = await verdicts(groat, batch)
        assert codes(found) == ["done", code, "done", "done"]
        assert await balances(groat) == dict.fromkeys(people, "1")
        await other.execute("DROP TRIGGER fault ON groat_account")
        assert codes(await verdicts(groat, [post("user:poison", "p")])) == ["done"], "nothing was frozen"


@pytest.mark.parametrize("state", ["serialization_failure", "deadlock_detected"])
async def test_a_failed_serialization_is_run_again(postgres_server: Postgres, state: str) -> None:
    """Once in three times the change of an account fails as a transaction that must be repeated."""
    dsn = fresh(postgres_server)
    async with ledger(dsn) as groat, plain(dsn) as other:
        await other.execute("CREATE SEQUENCE failing")
        failing = f"IF nextval('failing') % 3 = 1 THEN RAISE {state}; END IF"
        await other.execute(FAULT.format(what=failing))
        batch = [post("user:poison", "p"), *(post(person, f"k{person}") for person in PEOPLE)]
        assert set(codes(await verdicts(groat, batch))) == {"done"}
        assert await other.fetchval("SELECT last_value FROM failing") == 2, "it failed, and was run again"


async def all_connections(server: Postgres) -> list[Any]:
    """Connect until the server takes no more."""
    taken: list[Any] = []
    while True:
        try:
            taken.append(await asyncpg.connect(server.dsn))
        except asyncpg.TooManyConnectionsError:
            return taken


async def test_no_connection_is_left() -> None:
    """Others take every connection the server has: a node goes on with those it holds, and takes more later."""
    with postgres(max_connections="30", superuser_reserved_connections="0", fsync="off") as server:
        dsn = fresh(server)
        async with ledger(dsn) as groat:
            others = await all_connections(server)
            many = [verdicts(groat, [post(p, f"{n}/{p}") for p in PEOPLE]) for n in range(20)]
            found = [code for each in await asyncio.gather(*many) for code in codes(each)]
            assert set(found) == {"done"}
            read = await asyncio.gather(*(balances(groat) for _ in range(20)), return_exceptions=True)
            assert {getattr(each, "code", "read") for each in read} <= {"read", "store_unavailable"}
            for other in others:
                await other.close()
            assert await balances(groat) == dict.fromkeys(PEOPLE, "20")
