"""The examples run, and print what they promise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"

PRINTED = {
    "async_facade.py": """\
  user:42:  50 -> 50 (post)
same transaction: True replayed: True
  user:42:   0 -> 50 (hold)
  user:42: -12 -> 38 (capture)
refused: insufficient_funds available: 38
  v3 capture   -12 -> 38 12 pages
  v2 hold        0 -> 50
  v1 post       50 -> 50 Welcome
position: 3 balance: 38
books agree: True
""",
    "in_fastapi.py": """\
balance: 50 CREDIT
without a token: 401 unauthenticated
described at: /credits
""",
    "metered_llm.py": """\
5 tokens: 0.25 of the hold, 0.00 beyond it, 0.00 unpaid
1 token, then nobody read on: 0.05 of the hold, 0.00 beyond it, 0.00 unpaid
16 tokens: 0.50 of the hold, 0.20 beyond it, 0.10 unpaid
balance: 0.00
books agree: True
""",
    "sync_facade.py": """\
sold: 3 refused: 2
balance: 40.00 USD, changes: 5
books agree: True
""",
}


def test_every_example_is_tried() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(PRINTED)


@pytest.mark.parametrize("name", PRINTED)
def test_example(name: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / name, f"sqlite:///{tmp_path}/example.db"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    printed = "".join(line for line in ran.stdout.splitlines(keepends=True) if "migrated" not in line)
    assert (ran.returncode, printed, ran.stderr) == (0, PRINTED[name], "")
