"""Accounts that were frozen, closed and opened are so in the database that imports them, and their history too."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path
from typing import Any

import pytest

from groat import Groat, Refused
from tests.cli.conftest import Run
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, PostgresDatabase, SqliteDatabase

DAY_S = 86_400
# The course of each account: its money, its hold, and the changes of its state.
STORIES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "frozen": ("5.00", "1.00", ("freeze",)),
    "new": ("", "", ("freeze",)),
    "going": ("5.00", "1.00", ("close",)),
    "gone": ("5.00", "1.00", ("close", "end")),
    "done": ("5.00", "", ("close",)),
    "again": ("5.00", "", ("close", "reopen", "pay")),
    "twice": ("5.00", "1.00", ("freeze", "close", "end", "reopen", "pay", "close")),
    "back": ("5.00", "1.00", ("freeze", "unfreeze")),
    "promo": ("5.00", "", ("grant", "close", "void")),
}
STANDING = {
    "frozen": "frozen", "new": "frozen", "going": "closing", "gone": "closed", "done": "closed", "again": "open",
    "twice": "closed", "back": "open", "promo": "closed",
}  # fmt: skip
WHO = {"principal": "service:shop", "reason": "=1 order", "actor": "user:8"}


def path_of(name: str) -> str:
    return "house:promo" if name == "promo" else f"user:{name}"


class Story:
    """A ledger whose accounts go through the stories, and then into the archive."""

    def __init__(self, groat: Groat) -> None:
        self.groat = groat
        self.holds: dict[str, str] = {}
        self.grants: dict[str, str] = {}
        self.count = 0

    async def begin(self, name: str, paid: str, held: str) -> None:
        """Pay and hold what the account has at first."""
        if paid:
            await self.groat.post([("house:bank", path_of(name), paid, "USD")], key=f"pay {name}")
        if held:
            view = await self.groat.hold(path_of(name), "house:s", held, "USD", key=f"hold {name}")
            self.holds[name] = str(view.id)

    async def take(self, name: str, step: str) -> None:
        """Take a step with an account."""
        self.count += 1
        path, key = path_of(name), f"{step} {name} {self.count}"
        if step == "end":
            await self.groat.capture(self.holds[name], amount="0.40", key=key)
            await self.groat.close_accounts()
        elif step == "pay":
            await self.groat.post([("house:bank", path, "2.00", "USD")], key=key)
        elif step == "grant":
            view = await self.groat.grant("user:9", "1.00", "USD", source=path, key=key)
            assert isinstance(view.grants, list)
            self.grants[name] = view.grants[0].grant
        elif step == "void":
            # It goes back to where it came from, which is closed by now.
            await self.groat.void_grant(self.grants[name], key=key, reason="Over")
        else:
            rest_to = "house:rest" if step == "close" else ""
            await self.groat.set_state(path, step, key=key, rest_to=rest_to, **WHO)  # type: ignore[arg-type]


async def tell(database: Database, archived: bool = True) -> None:
    clock = Clock()
    async with Groat.open(database.url, store=database.store(clock)) as groat:
        await groat.add_asset("USD", 2)
        story = Story(groat)
        for name, (paid, held, _) in STORIES.items():
            await story.begin(name, paid, held)
        for name, (_, _, steps) in STORIES.items():
            for step in steps:
                clock.advance(1)
                await story.take(name, step)
        if archived:
            clock.advance(40 * DAY_S)
            await groat.archive("2026-02-01T00:00:00Z")
            assert await groat.archived()


def exported(run: Run, url: str) -> tuple[str, list[dict[str, str]]]:
    """The file, and its rows without the moment at which its transactions were recorded; changes by their ids."""
    ran = run("export", "transactions", "--database", url)
    assert ran.code == 0, ran.err
    rows = sorted(csv.DictReader(io.StringIO(ran.out, newline="")), key=lambda row: row["account_act"])
    return ran.out, [
        {**row, "recorded_at": row["account_state"] and row["recorded_at"], "key_form": "", "key_body": ""}
        for row in rows
    ]


async def history(url: str) -> list[Any]:
    """The audit entries of all changes of states, and the balances; nothing contradicts."""
    found: list[Any] = []
    async with Groat.open(url) as groat:
        for name in STORIES:
            path = path_of(name)
            entries = [each for each in await groat.audit(target=path) if each.kind.endswith("_account")]
            # A closing that moved the rest is there as a transaction, too.
            found.append([each for each in entries if "state" in (each.after or {})])
            account = await groat.account(path)
            found.append(account and [(b.asset, b.balance, b.held, b.version) for b in account.balances])
        report = await groat.verify()
        assert report.ok, report.problems
    return found


async def refusals(url: str, try_: str = "try") -> dict[str, str]:
    """The states that callers meet who pay each of the accounts, and who take from it."""
    met: dict[str, str] = {}
    async with Groat.open(url) as groat:
        for name in STORIES:
            for leg in (
                ("house:bank", path_of(name), "1.00", "USD"),
                (path_of(name), "house:s", "0.50", "USD"),
            ):
                try:
                    await groat.post([leg], key=f"{try_} {leg[0]} {leg[1]}")
                    code = "account_open"
                except Refused as refused:
                    code = refused.refusal.code
                assert met.setdefault(name, code) == code
    return {name: code.removeprefix("account_") for name, code in met.items()}


@pytest.mark.parametrize("servers", ["sqlite postgres", "postgres sqlite"])
def test_states_and_their_history_go_round(
    run: Run, tmp_path: Path, request: pytest.FixtureRequest, servers: str
) -> None:
    databases: list[Database] = [
        PostgresDatabase(request.getfixturevalue("postgres_server"))
        if server == "postgres"
        else SqliteDatabase(tmp_path)
        for server in servers.split()
    ]
    first, second = databases[0].url, databases[1].url
    asyncio.run(tell(databases[0]))
    text, rows = exported(run, first)
    file = tmp_path / "file.csv"
    file.write_bytes(text.encode())
    before = asyncio.run(history(first))
    for more, said in (("--dry-run",), ": all rows are good\n"), ((), ", 0 refused\n"), ((), ", 0 refused\n"):
        ran = run("import", "transactions", file, *more, "--database", second)
        end = f"{said}16 changes of accounts' states are in the file: 7 are frozen, closing or closed\n"
        assert (ran.code, ran.out.endswith(end)) == (0, True), ran.out + ran.err
        if not more:
            # Each change stands there with its id, its time, its caller and reason, before and after.
            assert asyncio.run(history(second)) == before
            assert exported(run, second)[1] == rows
    assert asyncio.run(refusals(first)) == asyncio.run(refusals(second)) == STANDING

    async def go_on() -> None:
        async with Groat.open(second) as groat:
            # The call that froze it is known here, as is the one that closed an account and moved its rest.
            calls: list[tuple[str, Any, str, int]] = [
                ("frozen", "freeze", "", 1),
                ("done", "close", "house:rest", 6),
            ]
            for path, act, rest_to, count in calls:
                state = await groat.set_state(
                    path_of(path), act, key=f"{act} {path} {count}", rest_to=rest_to, **WHO
                )
                assert state == STANDING[path]
            # An account that is opened here stays open, whatever is imported again.
            await groat.set_state("user:frozen", "unfreeze", reason="Over", key="open")
            await groat.set_state("user:new", "unfreeze", reason="Over", key="open new")
            await groat.set_state("user:new", "close", reason="Over", rest_to="house:rest", key="close new")
            report = await groat.verify()
            assert report.ok, report.problems

    asyncio.run(go_on())
    assert run("import", "transactions", file, "--database", second).code == 0
    assert asyncio.run(refusals(second, "again")) == {**STANDING, "frozen": "open", "new": "closed"}


def test_a_later_export_goes_on_where_the_last_one_ended(run: Run, tmp_path: Path) -> None:
    first, second = SqliteDatabase(tmp_path), f"sqlite:///{tmp_path}/two.db"
    file = tmp_path / "file.csv"
    asyncio.run(tell(first, archived=False))
    file.write_text(exported(run, first.url)[0])
    again = ("import", "transactions", file, "--database", second)
    assert run(*again).code == 0

    async def reopen() -> None:
        async with Groat.open(first.url) as groat:
            for number, name in enumerate(("gone", "done")):
                await groat.set_state(path_of(name), "reopen", reason="Back", key=f"reopen {name}")
                await groat.post([("house:bank", path_of(name), "1.00", "USD")], key=f"again {name}")
                if number:
                    await groat.set_state(
                        path_of(name), "close", reason="Left", rest_to="house:rest", key="close once more"
                    )

    asyncio.run(reopen())
    file.write_text(exported(run, first.url)[0])
    for _ in range(2):
        ran = run(*again)
        assert (ran.code, ran.out.splitlines()[0].endswith(", 0 refused")) == (0, True), ran.out + ran.err
        assert asyncio.run(history(second)) == asyncio.run(history(first.url))


def test_an_account_that_was_closing_may_have_ended_by_itself_here(run: Run, tmp_path: Path) -> None:
    first, second = (f"sqlite:///{tmp_path}/{n}.db" for n in ("one", "two"))
    file = tmp_path / "file.csv"

    async def begin() -> None:
        async with Groat.open(first) as groat:
            await groat.add_asset("USD", 2)
            story = Story(groat)
            await story.begin("going", "5.00", "1.00")
            await story.take("going", "close")

    async def end(url: str) -> None:
        async with Groat.open(url) as groat:
            (hold,) = [t.hold for t in await groat.transactions() if t.kind == "hold"]
            assert hold is not None
            await groat.release(hold.id, key="end", principal="service:shop")
            await groat.close_accounts()

    asyncio.run(begin())
    file.write_text(exported(run, first)[0])
    again = ("import", "transactions", file, "--database", second)
    assert run(*again).code == 0
    asyncio.run(end(second))
    asyncio.run(end(first))
    file.write_text(exported(run, first)[0])
    ran = run(*again)
    assert (ran.code, ", 0 refused" in ran.out) == (0, True), ran.out + ran.err

    async def rest(url: str) -> tuple[Any, str]:
        async with Groat.open(url) as groat:
            report = await groat.verify()
            assert report.ok, report.problems
            going, kept = await groat.account("user:going"), await groat.account("house:rest")
            assert going is not None
            assert kept is not None
            return going.state, kept.balances[0].balance

    for url in (first, second):
        assert asyncio.run(rest(url)) == ("closed", "5.00")


def test_changes_that_do_not_follow_those_here_are_listed(run: Run, tmp_path: Path) -> None:
    first, second = (f"sqlite:///{tmp_path}/{n}.db" for n in ("one", "two"))
    file = tmp_path / "file.csv"

    async def act(url: str, *acts: tuple[Any, str]) -> None:
        async with Groat.open(url) as groat:
            for name, rest_to in acts:
                await groat.set_state("user:new", name, reason="Why", rest_to=rest_to, key=f"{name} {url}")

    asyncio.run(act(first, ("freeze", "")))
    file.write_text(exported(run, first)[0])
    asyncio.run(act(second, ("close", "house:rest")))
    again = ("import", "transactions", file, "--database", second)
    ran = run(*again)
    assert (ran.code, "wrong_account_state" in ran.err, "state closed" in ran.err) == (1, True, True), ran.err
    asyncio.run(act(second, ("reopen", "")))
    assert run(*again).code == 0
    # It was frozen by the file. Staff here open it and freeze it again, and what the other staff do opens nothing here.
    asyncio.run(act(second, ("unfreeze", ""), ("freeze", "")))
    asyncio.run(act(first, ("unfreeze", "")))
    file.write_text(exported(run, first)[0])
    ran = run(*again)
    assert (ran.code, "wrong_account_state" in ran.err, "state frozen" in ran.err) == (1, True, True), ran.err
    assert [row["account_state"] for row in exported(run, second)[1]][-1] == "frozen"


def test_an_account_with_money_of_its_own_here_is_not_closed(run: Run, tmp_path: Path) -> None:
    first, second = SqliteDatabase(tmp_path), f"sqlite:///{tmp_path}/two.db"
    file = tmp_path / "file.csv"
    asyncio.run(tell(first, archived=False))
    file.write_text(exported(run, first.url)[0])

    async def pay() -> None:
        async with Groat.open(second) as groat:
            await groat.add_asset("USD", 2)
            await groat.post([("house:bank", "user:done", "3.00", "USD")], key="own")

    asyncio.run(pay())
    ran = run("import", "transactions", file, "--database", second)
    assert (ran.code, "wrong_account_state" in ran.err, "balance 3.00" in ran.err) == (1, True, True), ran.err
    assert asyncio.run(refusals(second)) == {**STANDING, "done": "open"}


def test_an_export_of_before_has_the_last_change_alone(run: Run, tmp_path: Path) -> None:
    first, second = SqliteDatabase(tmp_path), f"sqlite:///{tmp_path}/two.db"
    file = tmp_path / "file.csv"
    asyncio.run(tell(first, archived=False))
    rows = list(csv.DictReader(io.StringIO(exported(run, first.url)[0], newline="")))
    last = {row["source"]: row for row in rows if row["account_state"] and row["kind"] != "finish_account"}
    ended = {row["source"] for row in rows if row["kind"] == "finish_account"}
    blank = dict.fromkeys(("transaction", "kind", "key_form", "key_body"), "")
    older = [
        {**row, **blank, "account_state": "closed" if path in ended else row["account_state"]}
        for path, row in last.items()
        if row["account_state"] != "open"
    ]
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(
            out, [name for name in rows[0] if name != "account_act"], extrasaction="ignore"
        )
        writer.writeheader()
        writer.writerows([row for row in rows if not row["account_state"]] + older)
    for _ in range(2):
        ran = run("import", "transactions", file, "--database", second)
        assert (ran.code, ", 0 refused\n" in ran.out) == (0, True), ran.out + ran.err
    assert asyncio.run(history(second))[1::2] == asyncio.run(history(first.url))[1::2]
    assert asyncio.run(refusals(second)) == STANDING


STATES_MENDED = """
    change                           code
    account_state=shut               invalid_text
    source=:                         invalid_account
    reason=                          invalid_text
    principal=nobody                 invalid_principal
    key=                             invalid_key
    destination=user:going           same_account
    account_state=open               invalid_text
    kind=close                       invalid_text
    kind=finish_account              invalid_text
    account_act=1                    invalid_id
    transaction=1                    invalid_id
    recorded_at=yesterday            invalid_time
"""


@pytest.mark.parametrize("line", STATES_MENDED.strip().splitlines()[1:])
def test_a_state_that_somebody_changed_is_checked(run: Run, tmp_path: Path, line: str) -> None:
    name, text = line.split()[0].split("=")
    columns = (
        "transaction,date,source,destination,amount,asset,reason,kind,pending,recorded_at,principal,key,actor"
    )
    columns += ",reverses,hold,metadata,cause,leg,hold_state,hold_expires_at,key_form,key_body"
    columns += ",account_state,account_act"
    row = dict.fromkeys(columns.split(","), "") | {
        "source": "user:going", "destination": "house:rest", "reason": "Left", "principal": "user:9", "actor": "user:9",
        "key": "k", "account_state": "closing", "kind": "close_account", "recorded_at": "2026-01-01T00:00:00Z",
        "account_act": "01900000-0000-7000-8000-000000000000", name: text,
    }  # fmt: skip
    file = tmp_path / "file.csv"
    file.write_text(f"{columns}\n{','.join(row.values())}\n")
    ran = run("import", "transactions", file, "--database", f"sqlite:///{tmp_path}/groat.db")
    assert (ran.code, line.split()[1] in ran.err) == (2, True), ran.err
