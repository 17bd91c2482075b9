"""What is undocumented fails here."""

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import typer.main

from groat.cli import app
from groat.cli.options import default_text, written
from groat.cli.plugged import group_of
from groat.http.app import create_app
from groat.programs.program import GROUP, Program, find_programs
from groat.programs.standing import STANDING
from groat.settings import Settings, describe, meaning
from tests.helpers.installed import install_entries
from tests.helpers.secrets import SECRET

ROOT = Path(__file__).parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Each command that does something: its words ("import transactions") and typer's own description of it."""
    command = command or typer.main.get_command(app)
    if not hasattr(command, "commands"):
        yield " ".join(path), command
        return
    for name, inner in command.commands.items():
        yield from commands(inner, (*path, name))


# Programs of other packages are documented there.
OWN_PROGRAMS = [
    *STANDING,
    *find_programs(entry.name for entry in entry_points(group=GROUP) if entry.value.startswith("groat.")),
]
COMMANDS = dict(commands()) | {
    f"{program.name} {name}": command
    for program in OWN_PROGRAMS
    if program.commands
    for name, command in group_of(program).commands.items()
}
COMMANDS |= {
    f"{group} {name}": command
    for program in OWN_PROGRAMS
    for group in program.command_groups
    for name, command in group_of(program, group).commands.items()
}


def section(name: str) -> str:
    """The part of the page about one command."""
    _, _, rest = OPERATIONS.partition(f"\n### {name}\n")
    return re.split(r"\n##", rest)[0]


def test_the_commands_are_found() -> None:
    assert {
        "serve",
        "demo",
        "migrate",
        "token",
        "user add",
        "user list",
        "user password",
        "user roles",
        "user disable",
        "user enable",
        "user revoke",
        "import transactions",
        "import credits",
        "adopt",
        "grants adopt",
        "credits simulate-door",
        "verify",
        "doctor",
        "archive",
        "clock show",
        "clock forward",
        "clock confirm",
        "epoch renew",
        "program list",
        "program remove",
        "program settings",
        "export",
        "bench",
    } == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_are_documented(name: str) -> None:
    assert f"| `groat {name}` |" in OPERATIONS
    assert section(name).strip()
    assert COMMANDS[name].help


@pytest.mark.parametrize("name", COMMANDS)
def test_options_are_documented_and_explained(name: str) -> None:
    settings = {
        "--" + setting.replace("_", "-") for setting in (*Settings.__struct_fields__, "config", "help")
    }
    for parameter in COMMANDS[name].params:
        assert parameter.help, parameter.name
        flags = {flag for flag in parameter.opts if flag.startswith("--")}
        assert flags <= settings or all(flag in section(name) for flag in flags), flags


@pytest.mark.parametrize("name", Settings.__struct_fields__)
def test_settings_are_documented(name: str) -> None:
    default = f"`{default_text(name)}`" if default_text(name) else ""
    assert f"| `{name}` | {default} | {describe(name)} |\n" in OPERATIONS


OWN_SETTINGS = [
    (program, field)
    for program in OWN_PROGRAMS
    if program.settings
    for field in msgspec.structs.fields(program.settings)
]


@pytest.mark.parametrize(("program", "field"), OWN_SETTINGS, ids=lambda each: each.name)
def test_settings_of_programs_are_documented(program: Program, field: msgspec.structs.FieldInfo) -> None:
    page = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
    default = f"`{written(field.default)}`" if written(field.default) else ""
    assert f"| `{field.name}` | {default} | {meaning(field.type)} |\n" in page


def test_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_quickstart_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "quickstart.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "quickstart.md", "exec"), {"__name__": "quickstart"})
    assert "('user:42', '50')" in capsys.readouterr().out


async def test_the_first_program_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of just the blocks that the page shows, with its files where the page says."""
    page = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
    part = re.split(r"\n### ", page.partition("\n## A program of your own\n")[2])[0]
    (toml,), (sql,), (code,) = (
        re.findall(rf"```{language}\n(.*?)```", part, re.DOTALL) for language in ("toml", "sql", "python")
    )
    package = tmp_path / "vouchers"
    files = re.split(r"^-- (\S+\.sql)$", sql, flags=re.MULTILINE)
    assert len(files) == 5
    for name, text in zip(files[1::2], files[2::2], strict=True):
        for dialect in ("sqlite", "postgres"):
            path = package / name.replace("/sqlite/", f"/{dialect}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    (package / "__init__.py").write_text(code)
    entries = tomllib.loads(toml)["project"]["entry-points"]["groat.programs"]
    install_entries(monkeypatch, tmp_path, "vouchers", entries)
    monkeypatch.syspath_prepend(str(tmp_path))
    database = f"sqlite:///{tmp_path / 'groat.db'}"
    app = create_app(
        Settings(database=database, secret=SECRET, jwt_secret=SECRET, programs=tuple(entries), console=False)
    )
    try:
        async with (
            app.running(),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://groat.test") as client,
        ):
            assert app.services is not None
            await app.services.identities.add_user("ada", name="Ada", roles=("support",))
            token, _ = await app.services.identities.issue_token("ada")
            answer = await client.get("/v1/vouchers", headers={"Authorization": f"Bearer {token}"})
    finally:
        del sys.modules["vouchers"]
    assert (answer.status_code, answer.json()) == (200, {"open": 0})
