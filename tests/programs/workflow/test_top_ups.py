"""The example of a program from outside the tree: its kind, and its console module as its source makes it."""

from __future__ import annotations

import importlib
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from groat import Groat
from groat.engine import groat as engine
from groat.programs import Program
from groat.programs.workflow import Workflow
from groat.programs.workflow.testing import USER, walk
from tests.helpers.clock import Clock
from tests.helpers.installed import EXAMPLES, install

EXAMPLE = EXAMPLES / "top_ups"
WEB = Path(__file__).parents[3] / "web"


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    install(monkeypatch, tmp_path, EXAMPLE)
    found: Program = importlib.import_module("top_ups").TOP_UPS
    return found


async def test_each_transition_of_a_refund(groat: Groat, clock: Clock, program: Program) -> None:
    async def prepare(groat: engine.Groat, workflow: Workflow) -> Mapping[str, Any]:
        await groat.post([("house:payments", f"user:{USER}", "100", "USD")], key=f"walk/{clock()}")
        return {}

    [refund] = program.kinds
    walked = await walk(groat, refund, prepare)
    assert walked.refused > 0


def npm(place: Path, *arguments: str) -> None:
    done = subprocess.run(["npm", *arguments], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_built_module_is_what_its_source_makes(tmp_path: Path, program: Program) -> None:
    """Builds a copy as its author would, types and all. `make examples` renews the files in the package."""
    for name in ("client", "react", "module"):
        # The types may be of an earlier state of the sources.
        npm(WEB, "run", "--silent", "build", "-w", name)
    copy = tmp_path / "copy" / "console"
    shutil.copytree(EXAMPLE / "console", copy)
    (copy / "node_modules").symlink_to(WEB / "node_modules")
    npm(copy, "run", "build")
    assert program.console is not None
    made = {path.name: path.read_bytes() for path in (tmp_path / "copy/src/top_ups/console").iterdir()}
    assert made == program.console.read().files
