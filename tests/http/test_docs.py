"""What docs/http-api.md does not tell fails here: every route with who may call it, and every code."""

from pathlib import Path

import pytest

from groat.api.operations import Operation
from tests.http.conftest import EVERYWHERE

PAGE = (Path(__file__).parents[2] / "docs" / "http-api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("operation", EVERYWHERE.operations.values(), ids=lambda operation: operation.id)
def test_every_route_is_documented(operation: Operation) -> None:
    route = f"`{operation.method} {operation.path}`"
    assert f"| {route} | `{operation.id}` | {operation.right.value} | {operation.summary} |" in PAGE


@pytest.mark.parametrize("code", EVERYWHERE.codes)
def test_every_code_is_documented(code: str) -> None:
    assert f"| `{code}` | {EVERYWHERE.codes[code].status} | {EVERYWHERE.codes[code].meaning} |" in PAGE
