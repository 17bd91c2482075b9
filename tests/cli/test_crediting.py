"""Files of people and amounts on the command line: checked, posted once as a run, exported and read again."""

from __future__ import annotations

import asyncio
import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from groat import Groat
from groat.programs.runs import drafts, reading, rows
from tests.cli.conftest import Run
from tests.sheets.test_cases import xlsx

PEOPLE = "Candidate ID;Credits;Reason\n42;50;Bonus\n7;20;=1+1\nnew;1;-x\n"
PEOPLE_MANY, CHUNK = 45, 10


def balances(database: str, *people: str) -> dict[str, str]:
    async def read() -> dict[str, str]:
        async with Groat.open(database) as groat:
            found = {person: await groat.account(f"user:{person}") for person in people}
            return {person: each.balances[0].balance for person, each in found.items() if each}

    return asyncio.run(read())


@pytest.fixture
def ledger(database: str) -> str:
    async def fill() -> None:
        async with Groat.open(database) as groat:
            await groat.add_asset("CREDIT", 0)
            await groat.post([("house:bonus", "user:42", "100", "CREDIT")], key="1")
            await groat.post([("house:bonus", "user:7", "1", "CREDIT")], key="2")

    asyncio.run(fill())
    return database


def test_a_file_is_checked_posted_once_and_read_again(run: Run, ledger: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    tried = run("import", "credits", file, "--dry-run", "--database", ledger)
    assert (tried.code, tried.out) == (
        0, "3 rows: 3 good, 0 bad; 3 people, 1 of them new; CREDIT 71 in all, 50 at most\n",
    ), tried.err  # fmt: skip
    assert "user: column 1, “Candidate ID”" in tried.err
    assert balances(ledger, "42", "7", "new") == {"42": "100", "7": "1"}

    posted = run("import", "credits", file, "--database", ledger)
    assert posted.code == 0, posted.err
    assert "done, 3 of 3 rows posted, 71 in all" in posted.out
    assert balances(ledger, "42", "7", "new") == {"42": "150", "7": "21", "new": "1"}

    repeated = run("import", "credits", file, "--database", ledger)
    assert (repeated.code, "was posted before" in repeated.out) == (0, True)
    assert balances(ledger, "42") == {"42": "150"}

    id = posted.out.split("run ")[1].split(":")[0]
    exported = tmp_path / "run.csv"
    assert run("export", "run", "--run", id, "-o", exported, "--database", ledger).code == 0
    with exported.open() as source:
        assert [(row["user"], row["amount"]) for row in csv.DictReader(source)] == [
            ("42", "50"), ("7", "20"), ("new", "1"),
        ]  # fmt: skip
    again = run("import", "credits", exported, "--database", ledger)
    assert again.code == 0, again.err
    assert balances(ledger, "42", "7", "new") == {"42": "200", "7": "41", "new": "2"}
    id = again.out.split("run ")[1].split(":")[0]
    second = tmp_path / "second.csv"
    assert run("export", "run", "--run", id, "-o", second, "--database", ledger).code == 0

    def given(path: Path) -> list[tuple[str, ...]]:
        with path.open() as source:
            return [(row["user"], row["amount"], row["reason"]) for row in csv.DictReader(source)]

    assert given(second) == given(exported)
    assert run("verify", "--database", ledger).code == 0


def test_one_amount_for_all_rows(run: Run, ledger: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("user,level\n42,1\n7,2\n")
    assert run("import", "credits", file, "--dry-run", "--database", ledger).code == 2
    tried = run("import", "credits", file, "--amount", "5", "--dry-run", "--database", ledger)
    assert (tried.code, "CREDIT 10 in all" in tried.out) == (0, True)
    chosen = run("import", "credits", file, "--amount-column", "level", "--dry-run", "--database", ledger)
    assert (chosen.code, "CREDIT 3 in all" in chosen.out) == (0, True)


def test_bad_rows_are_listed_and_left_out_only_when_told(run: Run, ledger: str, tmp_path: Path) -> None:
    file = tmp_path / "people.xlsx"
    file.write_bytes(xlsx(["user", "amount"], [42, 5], [7, "x"], [None, 3], [8, 1], [8, 1]))
    bad = tmp_path / "bad.csv"
    refused = run("import", "credits", file, "--bad-rows", bad, "--database", ledger)
    assert refused.code == 1
    assert "5 rows: 1 good, 4 bad" in refused.out
    assert "invalid_amount" in refused.err
    with bad.open() as source:
        rows = list(csv.DictReader(source))
    assert [(row["user"], row["amount"], row["problem"]) for row in rows] == [
        ("7", "x", "invalid_amount"), ("", "3", "user_missing"), ("8", "1", "duplicate"), ("8", "1", "duplicate"),
    ]  # fmt: skip
    assert balances(ledger, "42", "8") == {"42": "100"}
    posted = run(
        "import",
        "credits",
        file,
        "--skip-bad",
        "--duplicates",
        "sum",
        "--reason",
        "Gift",
        "--database",
        ledger,
    )
    assert posted.code == 0, posted.err
    assert balances(ledger, "42", "8") == {"42": "105", "8": "2"}


def test_what_is_unclear_is_asked(run: Run, ledger: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("ID;Email;Credits\n42;u@example.com;1.000\n")
    asked = run("import", "credits", file, "--database", ledger)
    assert (asked.code, "sheet_columns_unclear" in asked.err) == (2, True)
    unclear = run("import", "credits", file, "--user", "ID", "--email", "", "--database", ledger)
    assert (unclear.code, "amount_ambiguous" in unclear.err) == (1, True)
    said = run(
        "import", "credits", file, "--user", "1", "--email", "", "--decimal", "comma", "--database", ledger
    )
    assert (said.code, balances(ledger, "42")) == (0, {"42": "1100"}), said.err


def test_a_command_that_was_killed_goes_on(
    run: Run, ledger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "people.csv"
    people = [f"p{number}" for number in range(PEOPLE_MANY)]
    file.write_text("".join(f"{line}\n" for line in ("user,amount", *(f"{person},5" for person in people))))
    command = ["import", "credits", str(file), "--database", ledger]
    dying = Path(__file__).with_name("dying_import.py")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    # Each dies after it posted a chunk, and before the next one is committed: the second goes on where the first was.
    for paid in (CHUNK, 2 * CHUNK):
        killed = subprocess.run(
            [sys.executable, dying, str(CHUNK), *command], env=environ, capture_output=True, text=True, check=False
        )  # fmt: skip
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert balances(ledger, *people) == dict.fromkeys(people[:paid], "5")
    for room in (rows, drafts, reading):
        monkeypatch.setattr(room, "ATOMIC_MAX", CHUNK)
        monkeypatch.setattr(room, "CHUNK_ROWS", CHUNK)
    resumed = run(*command)
    assert (resumed.code, f"done, {PEOPLE_MANY} of {PEOPLE_MANY} rows" in resumed.out) == (0, True), (
        resumed.err
    )
    assert balances(ledger, *people) == dict.fromkeys(people, "5")
    repeated = run(*command)
    assert (repeated.code, "was posted before" in repeated.out) == (0, True)
    assert balances(ledger, *people) == dict.fromkeys(people, "5")
    assert run("verify", "--database", ledger).code == 0
