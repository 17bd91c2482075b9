"""The project's own files agree with each other."""

import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def names(lines: list[str]) -> set[str]:
    """The packages that requirement lines name."""
    return {
        re.split(r"[<>=;,~ ]", line)[0].lower()
        for line in lines
        if line and not line.startswith(("#", "-", " "))
    }


def test_the_lock_covers_what_the_wheel_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert names((ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()) == names(
        project["dependencies"]
    )
    locked = {
        re.sub(r"\[.*\]", "", name)
        for name in names((ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines())
    }
    wanted = {
        re.sub(r"\[.*\]", "", name)
        for extra in project["optional-dependencies"].values()
        for name in names(extra)
    }
    assert wanted - {"groat"} <= locked


def bare(name: str) -> str:
    """A package's name as all spellings of it have it."""
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()


def imported() -> set[str]:
    """The packages that the project's files import."""
    folders = ("benchmarks", "deploy", "examples", "src", "tests")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    modules = {
        module
        for file in files
        for module in re.findall(r"^\s*(?:from|import) (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    return {
        bare(name)
        for module, names in packages_distributions().items()
        if module in modules
        for name in names
    }


def test_every_package_for_development_has_a_use() -> None:
    """It is imported, or the decisions say what it is for."""
    wanted = {
        bare(name) for name in names((ROOT / "requirements-dev.in").read_text(encoding="utf-8").splitlines())
    }
    text = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Packages for development$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    told = {
        name
        for cell in re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)
        for name in re.findall(r"`(.*?)`", cell)
    }
    assert "aiohttp" in told
    assert wanted - imported() - told == set(), "nobody needs these, or nobody says why"
    assert told - wanted == set(), "these are gone"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locks_have_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"--(index-url|extra-index-url|find-links|trusted-host)", text)
    packages = re.findall(r"^[a-z].*==", text, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^[a-z][^\n]*==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE))


ROOMS = ("api", "bus", "cli", "engine", "http", "identity", "ledger", "live", "sandbox", "sheets", "store")
PROGRAMS = [
    name
    for package in (ROOT, *(ROOT / "examples").iterdir())
    if (package / "pyproject.toml").exists()
    for name in tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "entry-points"
    ]["groat.programs"]
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_room_names_a_program_that_is_turned_on_by_a_setting(program: str) -> None:
    source = ROOT / "src" / "groat"
    # The demo's own settings turn a program on.
    files = {*source.glob("*.py")} - {source / "demo.py"}
    for room in ROOMS:
        files |= {*(source / room).rglob("*.py"), *(source / room / "sql").rglob("*.sql")}
    assert len(files) > 100
    # Credits are also the ledger's own word, so there the program is known by its place.
    word = r"programs[./]credits\b" if program == "credits" else rf"(?<!house:)\b{program}\b"
    named = re.compile(word)
    assert {
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if named.search(line)
    } == set()
