"""The examples of docs/python-client.md run, one after the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from groat.client import Client
from tests.crash.server import JWT_SECRET, Server

PAGE = Path(__file__).parents[2] / "docs" / "python-client.md"


def test_its_examples_run(
    server: Server,
    admin: Client,
    api_key: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    admin.add_user(user="7", name="Ada")
    for name, value in (
        ("GROAT_URL", server.address),
        ("GROAT_API_KEY", api_key),
        ("GROAT_JWT_SECRET", JWT_SECRET),
    ):
        monkeypatch.setenv(name, value)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 10
    names: dict[str, Any] = {"__name__": "page"}
    for number, block in enumerate(blocks, 1):
        exec(compile(block, f"{PAGE.name}, example {number}", "exec"), names)
    names["groat"].close()
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].endswith(" False")
    assert printed[1] == "50"
    assert "insufficient_funds 55 1000" in printed
    assert printed[3:5] == ["5 55 ", "50 50 Welcome bonus"]
    assert "42 55" in printed
    assert printed[-1].endswith(" 10")
