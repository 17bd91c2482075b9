"""The script that runs the official suites says in plain words why it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.socketio.conformance import ADDRESS, SUITES

ROOT = Path(__file__).parents[3]


def run(*args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.live.socketio.conformance", *args],
        cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose suites have no list of packages, so that npm cannot install them."""
    for _, folder, _ in SUITES:
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "test-suite.js").write_text(f'const URL = "http://{ADDRESS}";\n')
    return tmp_path


def test_what_npm_says_is_told(checkout: Path) -> None:
    done = run(str(checkout))
    assert done.returncode == 1
    assert "npm could not install the packages of the suite" in done.stderr
    assert "package-lock.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_npm_must_be_there(checkout: Path, tmp_path: Path) -> None:
    done = run(str(checkout), PATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (1, "npm is not installed: the suites run in Node 20 or newer\n")


def test_another_folder_is_no_checkout(tmp_path: Path) -> None:
    for args in ([str(tmp_path)], [], [""]):
        done = run(*args)
        assert done.returncode == 2
        assert "a checkout of socketio/socket.io" in done.stderr
