"""The commands that programs bring, run as groat's own are."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from groat import Groat
from groat.programs import find_programs
from tests.cli.conftest import Run
from tests.helpers.installed import EXAMPLES, install, install_entries
from tests.helpers.secrets import SECRET


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

        async with Groat.open(database, programs=[program]) as groat:
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


GROUPS = """
from groat.programs import Program

def sharpen() -> None:
    print("sharp")

PROGRAM = Program("the_box", command_groups={"knives": (sharpen,)})
"""


def test_a_program_names_a_group_of_commands(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = "box_package:PROGRAM"
    install_entries(
        monkeypatch, tmp_path, "groat-box", {"the_box": where}, {"knives": where, "spoons": where}
    )
    (tmp_path / "site" / "box_package.py").write_text(GROUPS)
    monkeypatch.delenv("GROAT_PROGRAMS", raising=False)
    assert "knives" not in run("--help").out
    ran = run("knives", "sharpen")
    assert (ran.code, "error program_not_turned_on: The program the_box" in ran.err) == (2, True)
    monkeypatch.setenv("GROAT_PROGRAMS", "the_box")
    assert "knives" in run("--help").out
    assert run("knives", "sharpen").out == "sharp\n"
    for words in (("spoons", "bend"), ("the_box", "sharpen")):
        assert "error program_without_commands" in run(*words).err
    sys.modules.pop("box_package", None)


TOOL = """
from typing import Annotated
import msgspec
from msgspec import Meta
from groat.programs import Program

class Gift(msgspec.Struct):
    amount: str

class ToolSettings(msgspec.Struct):
    token: Annotated[str, Meta(description="Token of the tool")]
    port: Annotated[int, Meta(ge=1, description="Its port")] = 80
    wide: Annotated[bool, Meta(description="Wide output")] = False
    places: Annotated[tuple[str, ...], Meta(description="Where to look")] = ()
    ways: Annotated[dict[str, int], Meta(description="Ways")] = {}
    days: Annotated[tuple[int, ...], Meta(description="Days")] = ()
    gift: Annotated[Gift | None, Meta(description="Gift")] = None

    def __post_init__(self):
        if self.wide and self.port == 81:
            raise ValueError("port 81 is never wide")

def show(own: ToolSettings) -> None:
    print(own)

PROGRAM = Program("the_tool", settings=ToolSettings, commands=(show,))
"""


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program with settings of its own, turned on; where its settings file would be."""
    install_entries(monkeypatch, tmp_path, "groat-tool", {"the_tool": "tool_package:PROGRAM"})
    (tmp_path / "site" / "tool_package.py").write_text(TOOL)
    monkeypatch.setenv("GROAT_PROGRAMS", "the_tool")
    yield tmp_path / "groat.toml"
    sys.modules.pop("tool_package", None)


def test_a_program_has_settings_of_its_own(run: Run, tool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool.write_text(
        "[options.the_tool]\ntoken = 'from the file'\nport = 8\nplaces = ['a', 'b']\n[options.off]\nx = 1\n"
    )
    monkeypatch.setenv("GROAT_CONFIG", str(tool))
    said = (
        "ToolSettings(token='from the file', port=8, wide=False, places=('a', 'b'), ways={}, "
        "days=(), gift=None)\n"
    )
    assert run("the_tool", "show").out == said
    for name, text in (
        ("PORT", "9"),
        ("WIDE", "true"),
        ("PLACES", "c, d"),
        ("WAYS", '{"e": 5}'),
        ("DAYS", "7, 1"),
        ("GIFT", '{"amount": "5"}'),
        ("TOKEN", ""),
    ):
        monkeypatch.setenv(f"GROAT_OPTIONS_THE_TOOL_{name}", text)
    said = (
        "ToolSettings(token='from the file', port=9, wide=True, places=('c', 'd'), ways={'e': 5}, "
        "days=(7, 1), gift=Gift(amount='5'))\n"
    )
    assert run("the_tool", "show").out == said
    monkeypatch.setenv("GROAT_OPTIONS", '{"the_tool": {"token": "from JSON", "port": "7"}}')
    assert "token='from JSON', port=9" in run("the_tool", "show").out


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        ("", "setting_invalid", "options.the_tool.token: it has no value and no default; set it"),
        ("token = 't'\nport = 'hunter2'", "setting_invalid", "options.the_tool.port: Expected `int`"),
        (
            "token = 't'\nport = 0",
            "setting_invalid",
            "options.the_tool.port: Expected `int` >= 1. Its meaning: Its port",
        ),
        (
            "prot = 'hunter2'",
            "setting_unknown",
            "options.the_tool.prot: the program has no such setting; it has",
        ),
        ("token = 't'\nways = '{'", "setting_invalid", "options.the_tool.ways: "),
        ("token = 't'\nport = 81\nwide = true", "setting_invalid", "options.the_tool: port 81 is never wide"),
    ],
    ids=["missing", "type", "bounds", "unknown", "JSON", "together"],
)
def test_a_wrong_setting_of_a_program_ends_every_start(
    run: Run, tool: Path, database: str, given: str, code: str, says: str
) -> None:
    tool.write_text(f"[options.the_tool]\n{given}\n")
    secrets = ("--secret", SECRET, "--jwt-secret", SECRET, "--port", "0", "--database", database)
    for words in (("serve", *secrets), ("the_tool", "show"), ("program", "settings", "the_tool")):
        ran = run(*words, "--config", tool)
        assert (ran.code, f"error {code}: {says}" in ran.err) == (2, True), ran.err
        assert "hunter2" not in ran.err


def test_the_settings_of_a_program_are_listed(run: Run, tool: Path) -> None:
    tool.write_text("[options.the_tool]\ntoken = 'hunter2'\n")
    ran = run("program", "settings", "the_tool", "--config", tool)
    assert ran.code == 0
    assert ran.out.splitlines()[:2] == [
        "token (required) [env: GROAT_OPTIONS_THE_TOOL_TOKEN]: Token of the tool",
        "port [default: 80] [env: GROAT_OPTIONS_THE_TOOL_PORT]: Its port",
    ]
    assert "hunter2" not in ran.out


def test_a_program_without_settings_of_its_own_takes_none(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, tmp_path, EXAMPLES / "expense_claims")
    monkeypatch.setenv("GROAT_OPTIONS", '{"expenses": {"budget": "9"}}')
    ran = run("program", "settings", "expenses")
    assert (
        "error setting_unknown: options.expenses.budget: the program has no such setting; it has no"
        in ran.err
    )


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
