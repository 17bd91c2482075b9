"""The examples of docs/python-client.md run, one after the other, and that of the README."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from groat.client import Client
from groat.client.__main__ import main
from tests.crash.server import JWT_SECRET, Server

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "python-client.md"


@pytest.fixture
def environment(server: Server, api_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of the examples."""
    monkeypatch.setenv("GROAT_URL", server.address)
    monkeypatch.setenv("GROAT_API_KEY", api_key)
    monkeypatch.setenv("GROAT_JWT_SECRET", JWT_SECRET)


def blocks(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


@pytest.mark.usefixtures("environment")
def test_its_examples_run(
    admin: Client, server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.add_user(user="7", name="Ada")
    # The command of the page, whose address is another server's here.
    assert main([server.address, "Shop"]) == 0
    shop = ModuleType("shop")
    monkeypatch.setitem(sys.modules, "shop", shop)
    exec(compile(capsys.readouterr().out, "shop.py", "exec"), shop.__dict__)
    names: dict[str, Any] = {"__name__": "page"}
    assert len(blocks(PAGE)) == 14
    for number, block in enumerate(blocks(PAGE), 1):
        exec(compile(block, f"{PAGE.name}, example {number}", "exec"), names)
    names["groat"].close()
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].endswith(" False")
    assert printed[1] == "50"
    assert printed[2] == "2 100"
    assert printed[3] == "7 13"
    assert "insufficient_funds 43 1000" in printed
    assert printed[5:10] == ["-7 43 ", "0 50 ", "-5 50 ", "5 55 ", "50 50 Welcome bonus"]
    assert "42 43" in printed
    assert printed[-2].endswith(" 10")
    assert printed[-1] == "pending receipt_missing"


@pytest.mark.usefixtures("environment")
def test_the_readmes_example_runs(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = (each for each in blocks(ROOT / "README.md") if "groat.client" in each)
    told = []
    for balance in ("29", "30"):
        client.set_balance("user:42", "CREDIT", balance=balance)
        names: dict[str, Any] = {"__name__": "readme"}
        # A refusal is told again under its key, so each round has one of its own.
        exec(compile(block.replace("4711", balance), "README.md", "exec"), names)
        names["groat"].close()
        told.append(capsys.readouterr().out.strip())
    assert told == ["29", "False"]
