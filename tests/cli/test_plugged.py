"""The commands that programs bring, run as groat's own are."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from groat import Groat
from groat.programs import find_programs
from tests.cli.conftest import Run
from tests.helpers.installed import EXAMPLES, install, install_entries


@pytest.fixture
def top_ups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example, installed."""
    monkeypatch.delenv("GROAT_PROGRAMS", raising=False)
    install(monkeypatch, tmp_path, EXAMPLES / "top_ups")


@pytest.fixture
def paid(database: str, top_ups: None) -> str:
    """A database in which 42 has topped up."""

    async def fill() -> None:
        (program,) = find_programs(["topups"])
        from top_ups.payments import TakeIn  # type: ignore[import-not-found]

        assert program.extension is not None
        async with Groat.open(database, extensions=[program.extension]) as groat:
            await groat.add_asset("USD", 2)
            for payment, amount in (("pay_1", 1250), ("pay_2", 99)):
                await groat.execute(
                    TakeIn(
                        principal="service:topups", key=payment, payment=payment, owner="user:42",
                        amount=amount, asset="USD",
                    )
                )  # fmt: skip

    asyncio.run(fill())
    return database


@pytest.mark.parametrize("way", ["flag", "variable", "file"])
def test_a_command_of_a_program_reads_the_settings_as_ours_do(
    run: Run, paid: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    words = ["topups", "payments", "42"]
    if way == "flag":
        words += ["--database", paid, "--programs", "topups"]
    elif way == "variable":
        monkeypatch.setenv("GROAT_DATABASE", paid)
        monkeypatch.setenv("GROAT_PROGRAMS", "topups")
    else:
        file = tmp_path / "groat.toml"
        file.write_text(f'database = "{paid}"\nprograms = ["topups"]\n')
        words += ["--config", str(file)]
    ran = run(*words)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "pay_1: 12.50 USD\npay_2: 0.99 USD\n"
    assert run(*words, "--asset", "EUR").out == ""


def test_a_program_that_is_not_turned_on_runs_no_command(run: Run, paid: str) -> None:
    ran = run("topups", "payments", "42", "--database", paid)
    assert (ran.code, ran.out) == (2, "")
    assert "error program_not_turned_on: The program topups is installed" in ran.err
    assert "--programs topups" in ran.err
    ran = run("topups", "payments", "42", "--database", paid, "--programs", "bank")
    assert "--programs bank,topups" in ran.err


@pytest.mark.usefixtures("top_ups")
def test_a_mistyped_database_is_not_made(run: Run, database: str) -> None:
    ran = run("topups", "payments", "42", "--database", database, "--programs", "topups")
    assert (ran.code, "error database_not_found: " in ran.err) == (2, True)


@pytest.mark.usefixtures("top_ups")
def test_help_tells_of_programs_that_are_turned_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "topups" not in run("--help").out
    monkeypatch.setenv("GROAT_PROGRAMS", "topups")
    assert "topups" in run("--help").out
    assert "payments" in run("topups", "--help").out
    said = run("topups", "payments", "--help").out
    assert all(word in said for word in ("--asset", "--database", "--programs", "--config", "GROAT_DATABASE"))
    monkeypatch.setenv("GROAT_PORT", "high")
    assert "import" in run("--help").out


def test_a_program_without_commands_says_so(run: Run) -> None:
    ran = run("bank", "anything")
    assert (ran.code, "error program_without_commands: The program bank" in ran.err) == (2, True)
    assert run("nothing").code == 2


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import a_package_that_is_not_there", "ModuleNotFoundError: No module named"),
        ("PROGRAM = 7", "broken_package:PROGRAM does not"),
        ("from groat.programs import Program\nPROGRAM = Program('other')", "the Program of this name"),
    ],
    ids=["import", "no program", "another name"],
)
def test_a_broken_package_harms_nothing_but_its_own_commands(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str, source: str, says: str
) -> None:
    install_entries(monkeypatch, tmp_path, "groat-broken", {"broken": "broken_package:PROGRAM"})
    (tmp_path / "site" / "broken_package.py").write_text(source)
    monkeypatch.setenv("GROAT_PROGRAMS", "broken")
    shown = run("--help")
    assert (shown.code, "broken" in shown.out) == (0, True)
    assert "broken_package" not in sys.modules
    for words in (("broken", "--help"), ("broken", "anything"), ("migrate", "--database", database)):
        ran = run(*words)
        sys.modules.pop("broken_package", None)
        assert (ran.code, ran.out) == (2, "")
        assert "error program_broken: " in ran.err
        assert "groat-broken 0.1.0" in ran.err
        assert says in ran.err
