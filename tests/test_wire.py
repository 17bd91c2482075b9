"""The client's types are made from the schemas that this server serves, under names that the client keeps."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

CLIENT = Path(__file__).parent.parent / "web" / "client"


def test_the_schemas_that_the_client_is_made_from_are_those_of_the_server() -> None:
    printed = subprocess.run(
        [sys.executable, CLIENT / "schemas.py"], capture_output=True, text=True, check=True
    ).stdout
    assert (CLIENT / "schemas.json").read_text(encoding="utf-8") == printed, "run: make types"


def test_each_schema_is_a_type_of_its_name() -> None:
    schemas = json.loads((CLIENT / "schemas.json").read_text(encoding="utf-8"))
    types = re.findall(
        r"^export interface (\w+)", (CLIENT / "src" / "wire.ts").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert types == list(schemas)
