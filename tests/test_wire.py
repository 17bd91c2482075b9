"""The npm packages' types and methods are made from what this server serves, under names that they keep."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

WEB = Path(__file__).parent.parent / "web"
CLIENT = WEB / "client"


@pytest.mark.parametrize("made_from", ["client/schemas", "server/operations"])
def test_what_the_packages_are_made_from_is_what_the_server_serves(made_from: str) -> None:
    printed = subprocess.run(
        [sys.executable, WEB / f"{made_from}.py"], capture_output=True, text=True, check=True
    ).stdout
    assert (WEB / f"{made_from}.json").read_text(encoding="utf-8") == printed, "run: make types"


def test_each_schema_is_a_type_of_its_name() -> None:
    schemas = json.loads((CLIENT / "schemas.json").read_text(encoding="utf-8"))
    types = re.findall(
        r"^export interface (\w+)", (CLIENT / "src" / "wire.ts").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert types == list(schemas)
