"""The other commands: tokens, people, exports, verification, benchmark, and how they fail."""

import asyncio
import csv
import json
import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import jwt
import pytest

from groat import Groat
from groat.identity import IdentityError
from groat.identity.identities import Identities
from groat.programs import find_programs, record
from groat.settings import DEMO_SECRET, Settings
from tests.cli.conftest import Run
from tests.helpers.secrets import SECRET


async def fill(database: str) -> None:
    """Two assets, a hold, a reason that a spreadsheet would run."""
    async with Groat.open(database) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.add_asset("USD", 2)
        await groat.post(
            [("house:bonus", "user:42", "50", "CREDIT"), ("house:bank", "user:42", "12.50", "USD")],
            key="1", reason="=HYPERLINK(1)", metadata={"a": [1, "ü"]}, at="2026-01-02T03:04:05Z",
        )  # fmt: skip
        await groat.hold("user:42", "house:sales", "5", "CREDIT", key="2", reason="order")


@pytest.fixture
def filled(database: str) -> str:
    asyncio.run(fill(database))
    return database


def test_version_and_help(run: Run) -> None:
    assert run("--version").out == "groat 0.1.0\n"
    assert "import" in run("--help").out


def test_the_token_stands_alone_on_the_last_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROAT_JWT_SECRET", SECRET)
    ran = run(
        "token",
        "--user",
        "42",
        "--role",
        "admin",
        "--role",
        "support",
        "--jwt-issuer",
        "here",
        "--token-ttl-s",
        "60",
    )
    claims = jwt.decode(ran.out.splitlines()[-1], SECRET, algorithms=["HS256"], issuer="here")
    assert (claims["sub"], claims["roles"], claims["exp"] - claims["iat"]) == ("42", ["admin", "support"], 60)
    assert claims["iat"] > 0


def test_a_token_for_the_demo(run: Run) -> None:
    ran = run("token", "--user", "42", "--demo", "true")
    assert jwt.decode(ran.out.strip(), DEMO_SECRET, algorithms=["HS256"])["sub"] == "42"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["token", "--user", "42"], "secret_missing"),
        (["token", "--user", "42", "--jwt-secret", "short"], "secret_too_short"),
        (["token", "--user", "a b", "--jwt-secret", SECRET], "invalid_user"),
        (["serve"], "secret_missing"),
        (["serve", "--secret", SECRET], "secret_missing"),
        (["serve", "--port", "eighty"], "setting_invalid"),
        (["serve", "--config", "/nowhere/groat.toml"], "config_not_found"),
        (["verify", "--database", "mysql://x"], "wrong_scheme"),
        (["verify", "--database", "sqlite:////nowhere/groat.db"], "database_not_found"),
        (["export", "balances", "--database", "sqlite:////nowhere/groat.db"], "database_not_found"),
        (["migrate", "--database", "sqlite:////dev/null/groat.db"], "store_unavailable"),
    ],
)
def test_failures_are_one_line_with_a_code(run: Run, arguments: list[str], code: str) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert f"error {code}: " in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken(run: Run, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        secrets = ("--secret", SECRET, "--jwt-secret", SECRET)
        ran = run(command, "--port", port, *secrets)
    assert ran.code == 2
    assert f"error address_unavailable: 127.0.0.1:{port}: Address already in use" in ran.err


def test_migrate_may_be_repeated(run: Run, database: str, tmp_path: Path) -> None:
    for _ in range(2):
        assert run("migrate", "--database", database).out == f"{database} is up to date\n"
    assert (tmp_path / "groat.db").exists()


def test_a_newer_database_is_refused(run: Run, filled: str) -> None:
    with closing(sqlite3.connect(filled.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute(
            "INSERT INTO groat_migration (room, number, name) VALUES ('groat', 9999, 'future')"
        )
    ran = run("verify", "--database", filled)
    assert ran.code == 2
    assert "newer_database" in ran.err


async def sign_in(database: str, name: str, password: str) -> str:
    async with Groat.open(database) as groat:
        identities = Identities(groat, Settings(secret=SECRET, jwt_secret=SECRET))
        try:
            return (await identities.login(name, password, "127.0.0.1")).user
        finally:
            identities.close()


def test_a_person_who_was_added_can_sign_in(run: Run, database: str) -> None:
    command = ("user", "add", "42", "--name", "Ursula", "--email", "Ursula@Example.com", "--role", "admin")
    ran = run(*command, "--password", "correct horse", "--database", database)
    assert (ran.code, ran.out) == (0, "user:42 can sign in\n")
    assert asyncio.run(sign_in(database, "ursula@example.com", "correct horse")) == "42"
    again = run(*command, "--password", "correct horse", "--database", database)
    assert again.code == 2
    assert "user_exists" in again.err
    weak = run("user", "add", "43", "--password", "short", "--database", database)
    assert "weak_password" in weak.err


PEOPLE = {
    "typo": (("add", "9", "--role", "admn", "--password", "correct horse"), 2, "Did you mean admin?"),
    "an app's role": (("add", "9", "--role", "courier", "--new-roles", "--password", "correct horse"), 0, ""),
    "a program's role": (("add", "9", "--role", "support", "--password", "correct horse"), 0, ""),
    "a role of somebody": (("roles", "42", "--role", "courier", "--role", "admin"), 0, ""),
    "a typo for somebody": (("roles", "42", "--role", "suport"), 2, "unknown_role"),
    "no role": (("roles", "42"), 2, "--none"),
    "roles and none": (("roles", "42", "--role", "admin", "--none"), 2, "--none"),
    "nobody's roles": (("roles", "nobody", "--none"), 2, "user_not_found"),
    "nobody's password": (("password", "nobody", "--password", "correct horse"), 2, "user_not_found"),
    "a weak password": (("password", "42", "--password", "short"), 2, "weak_password"),
    "nobody disabled": (("disable", "nobody"), 2, "user_not_found"),
    "nobody revoked": (("revoke", "nobody"), 2, "user_not_found"),
    "no id": (("disable", "a b"), 2, "invalid_user"),
}


@pytest.fixture
def people(run: Run, database: str) -> str:
    for user, role in (("42", "admin"), ("7", "courier")):
        added = run(
            "user", "add", user, "--name", f"Name of {user}", "--role", role, "--new-roles", "--password",
            "correct horse", "--database", database,
        )  # fmt: skip
        assert added.code == 0, added.err
    return database


@pytest.mark.parametrize("name", PEOPLE)
def test_words_about_people(run: Run, people: str, name: str) -> None:
    command, code, told = PEOPLE[name]
    ran = run("user", *command, "--database", people)
    assert ran.code == code, ran.err
    assert told in ran.err


def test_people_are_listed_with_all_that_counts(run: Run, people: str) -> None:
    assert run("user", "disable", "7", "--database", people).out == "user:7 is disabled\n"
    lines = run("user", "list", "--database", people).out.splitlines()
    assert [line.split() for line in lines] == [
        ["id", "name", "e-mail", "roles", "state"],
        ["42", "Name", "of", "42", "admin"],
        ["7", "Name", "of", "7", "courier", "disabled"],
    ]
    assert len(run("user", "list", "of 7", "--database", people).out.splitlines()) == 2


def test_an_admin_who_is_locked_out_gets_back_in(run: Run, people: str) -> None:
    assert run("user", "password", "42", "--password", "another horse", "--database", people).code == 0
    assert asyncio.run(sign_in(people, "42", "another horse")) == "42"
    with pytest.raises(IdentityError):
        asyncio.run(sign_in(people, "42", "correct horse"))


def test_who_is_disabled_comes_back_only_when_enabled(run: Run, people: str) -> None:
    run("user", "disable", "7", "--reason", "Left the company", "--database", people)
    with pytest.raises(IdentityError):
        asyncio.run(sign_in(people, "7", "correct horse"))
    assert run("user", "enable", "7", "--database", people).code == 0
    assert asyncio.run(sign_in(people, "7", "correct horse")) == "7"


def test_what_was_done_to_people_is_in_the_audit_log(run: Run, people: str) -> None:
    run("user", "roles", "7", "--none", "--reason", "Left the company", "--database", people)
    run("user", "revoke", "7", "--database", people)

    async def acts() -> list[tuple[str, str, str]]:
        async with Groat.open(people) as groat:
            found = await groat.audit(limit=2, target="user:7")
            return [(act.kind, act.actor, act.reason) for act in found]

    assert asyncio.run(acts()) == [
        ("revoke_user", "service:cli", "groat user revoke"),
        ("change_user", "service:cli", "Left the company"),
    ]


def test_without_a_terminal_the_variable_is_named(run: Run, database: str) -> None:
    ran = run("user", "add", "42", "--database", database)
    assert ran.code == 2
    assert "GROAT_PASSWORD" in ran.err


def test_nobody_else_reads_a_new_database(run: Run, database: str, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        run("migrate", "--database", database)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("groat.db*")} == {0o600}


def test_archive(run: Run, filled: str) -> None:
    def exported() -> list[str]:
        words = ("transactions", "entries", "balances")
        return [run("export", what, "--database", filled).out for what in words]

    before = exported()
    assert run("archive", "--before", "2020-02", "--database", filled).out == ""
    with closing(sqlite3.connect(filled.removeprefix("sqlite:///"))) as connection, connection:
        (count,) = connection.execute("SELECT count(*) FROM groat_txn").fetchone()
        connection.execute("UPDATE groat_batch SET at = 1577836800000000")
    ran = run("archive", "--before", "2020-02", "--database", filled)
    assert ran.code == 0, ran.err
    assert ran.out.startswith(f"2020-01: {count} transactions, ")
    assert run("archive", "--database", filled).out == ran.out
    assert exported() == before
    assert run("verify", "--database", filled).code == 0
    early = run("archive", "--before", "2999-01", "--database", filled)
    assert (early.code, "error month_not_over: " in early.err) == (2, True)


def test_export_balances(run: Run, filled: str) -> None:
    ran = run("export", "balances", "--database", filled)
    assert ran.out.splitlines() == [
        "account,asset,balance,available,held,version,floor,ceiling",
        "house:bank,USD,-12.50,-12.50,0.00,1,,",
        "house:bonus,CREDIT,-50,-50,0,1,,",
        "house:sales,CREDIT,0,0,0,1,,",
        "user:42,CREDIT,50,45,5,2,0,",
        "user:42,USD,12.50,12.50,0.00,1,0.00,",
    ]


def test_export_entries(run: Run, filled: str) -> None:
    lines = [
        json.loads(line)
        for line in run("export", "entries", "--format", "jsonl", "--database", filled).out.splitlines()
    ]
    mine = [line for line in lines if (line["account"], line["asset"]) == ("user:42", "CREDIT")]
    assert [
        (e["version"], e["delta"], e["balance"], e["held_delta"], e["held"], e["counterparty"]) for e in mine
    ] == [
        (1, "50", "50", "0", "0", "house:bonus"),
        (2, "0", "50", "5", "5", "house:sales"),
    ]
    assert mine[0]["at"] == "2026-01-02T03:04:05.000000Z"
    assert len(lines) == 6


def test_export_transactions_can_be_read_again(run: Run, filled: str, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    ran = run("export", "transactions", "-o", file, "--database", filled)
    assert (ran.code, ran.out, ran.err) == (0, "", "3 rows\n")
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [row["reason"] for row in rows] == ["'=HYPERLINK(1)", "'=HYPERLINK(1)", "order"]
    assert json.loads(rows[0]["metadata"]) == {"a": [1, "ü"]}
    assert (rows[2]["kind"], rows[2]["amount"], rows[2]["pending"]) == ("hold", "0", "5")
    # A hold posts nothing, so it is no transaction to import; the rest is.
    posted = [row for row in rows if row["kind"] == "post"]
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(posted)
    other = f"sqlite:///{tmp_path / 'other.db'}"
    assert run("import", "transactions", file, "--database", other).out.startswith("1 posted, ")
    balances = run("export", "balances", "--database", other).out
    assert "user:42,CREDIT,50,50,0,1,0," in balances
    assert "user:42,USD,12.50,12.50,0.00,1,0.00," in balances


def test_exports_in_many_pages_are_whole(run: Run, database: str, tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    header = "transaction,date,source,destination,amount,asset"
    file.write_text(
        "\n".join([header, *(f"t{n},2026-01-01,house:bonus,user:{n % 7},1,CREDIT" for n in range(2_345))])
    )
    assert run("import", "transactions", file, "--database", database).code == 0
    transactions = run("export", "transactions", "--format", "jsonl", "--database", database).out.splitlines()
    assert len({json.loads(line)["transaction"] for line in transactions}) == len(transactions) == 2_345
    entries = [
        json.loads(line)
        for line in run("export", "entries", "--format", "jsonl", "--database", database).out.splitlines()
    ]
    assert [e["version"] for e in entries if e["account"] == "house:bonus"] == list(range(1, 2_346))


TAMPERED = [
    "UPDATE groat_account SET credits = credits + 1 WHERE path = 'user:42' AND asset = 'CREDIT'",
    "UPDATE groat_posting SET amount = amount + 1",
    "UPDATE groat_txn SET reason = 'other'",
    "UPDATE groat_hold SET released = 1",
    "DELETE FROM groat_event WHERE offset = 2",
]


@pytest.mark.parametrize("statement", TAMPERED)
def test_verify_finds_what_was_tampered_with(run: Run, filled: str, statement: str) -> None:
    whole = run("verify", "--database", filled)
    assert whole.code == 0
    assert "WRONG" not in whole.out
    with closing(sqlite3.connect(filled.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute(statement)
    ran = run("verify", "--database", filled)
    assert ran.code == 1
    assert "WRONG" in ran.out


def test_commands_drop_no_events(run: Run, filled: str) -> None:
    """Only servers know the retention; a command beside one must not apply another."""
    path = filled.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE groat_event SET at = 0")
        (before,) = connection.execute("SELECT count(*) FROM groat_event").fetchone()
    for command in (["verify"], ["export", "balances"], ["migrate"]):
        assert run(*command, "--database", filled).code == 0
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute("SELECT count(*) FROM groat_event").fetchone() == (before,)
    assert before == 2


def test_bench_prints_json_lines(run: Run, tmp_path: Path) -> None:
    ran = run("bench", "--commands", "300", "--callers", "50", "--directory", tmp_path)
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert [(line["trial"], line["transactions"]) for line in lines] == [
        ("one a commit", 100),
        ("batched", 300),
    ]
    assert all(line["per_second"] > 0 for line in lines)
    assert list(tmp_path.iterdir()) == []


def test_programs_are_listed_and_removed(run: Run, database: str) -> None:
    async def start() -> None:
        async with Groat.open(database) as groat:
            await record.start_with(groat, find_programs(["bank"]), Settings())

    asyncio.run(start())
    ran = run("program", "list", "--database", database)
    assert ran.code == 0
    assert ran.out.startswith("bank: ")
    assert "transfer (0 open)" in ran.out
    secrets = ("--secret", SECRET, "--jwt-secret", SECRET, "--port", "0")
    ran = run("serve", "--database", database, *secrets)
    assert (ran.code, ran.out) == (2, "")
    assert "error program_missing: Nodes have run bank on this database." in ran.err
    ran = run("program", "remove", "shop", "--database", database)
    assert (ran.code, "error program_not_recorded: " in ran.err) == (2, True)
    ran = run("program", "remove", "bank", "--database", database, "--programs", "bank")
    assert (ran.code, ran.out) == (0, "bank is removed\n")
    assert "records it again" in ran.err
    assert run("program", "list", "--database", database).out == ""
