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


@pytest.mark.parametrize(
    ("script", "made"),
    [
        ("client/schemas.py", "client/schemas.json"),
        ("server/operations.py", "server/operations.json"),
        ("console/kinds.py", "console/tests/kinds.json"),
        ("console/notices.py", "console/tests/notices.json"),
    ],
)
def test_what_the_packages_are_made_from_is_what_the_server_serves(script: str, made: str) -> None:
    printed = subprocess.run(
        [sys.executable, WEB / script], capture_output=True, text=True, check=True
    ).stdout
    assert (WEB / made).read_text(encoding="utf-8") == printed, "run: make types"


def test_each_schema_is_a_type_of_its_name() -> None:
    schemas = json.loads((CLIENT / "schemas.json").read_text(encoding="utf-8"))
    types = re.findall(
        r"^export interface (\w+)", (CLIENT / "src" / "wire.ts").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert types == list(schemas)
