"""Running the command line as its users do."""

import csv
import functools
import logging
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
import structlog
import typer.main

from groat.cli import main
from tests.cli.doctoring import doctor, ledger

__all__ = ["doctor", "ledger"]

DATA = Path(__file__).parent.parent / "data"
BOOKS = DATA / "open-books.csv"


class Ran(NamedTuple):
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture(scope="session", autouse=True)
def command_line_made_once() -> Iterator[None]:
    """Make the commands of their declarations once: that takes as long as most of them run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", functools.cache(typer.main.get_command))
        yield


@pytest.fixture(autouse=True)
def keep_logging() -> Iterator[None]:
    """Leave the process's logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The address of a database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'groat.db'}"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``groat`` with arguments in this process."""
    for name in ("GROAT_CONFIG", "GROAT_DATABASE", "GROAT_SECRET", "GROAT_JWT_SECRET", "JWT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["groat", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        captured = capsys.readouterr()
        return Ran(code if isinstance(code, int) else 0 if code is None else 1, captured.out, captured.err)

    return run


def exported_balances(run: Run, database: str) -> dict[str, Decimal]:
    """The balances of all accounts, by path, as ``groat export`` writes them."""
    ran = run("export", "balances", "--database", database)
    assert ran.code == 0, ran.err
    return {row["account"]: Decimal(row["balance"]) for row in csv.DictReader(ran.out.splitlines())}


def closing_balances() -> dict[str, Decimal]:
    """What ledger-cli computed from the same books."""
    with (DATA / "open-books-balances.csv").open() as file:
        return {row["account"]: Decimal(row["balance"]) for row in csv.DictReader(file)}
