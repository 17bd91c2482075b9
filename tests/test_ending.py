"""A run of the tests leaves nothing behind, however it ends, and says what it had to run twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DEADLINE_S = 120.0
BUSY = """
import json, subprocess, sys, time
from pathlib import Path
from shutil import which

def test_that_starts_one_of_each_and_stays(postgres_server, redis_server, tmp_path):
    here = Path(__file__).parent
    groat = subprocess.Popen([sys.executable, "-m", "groat", "demo", "--port", "0"], cwd=tmp_path)
    chromium = which("chromium") or which("chromium-browser")
    browser = subprocess.Popen([chromium, "--headless", "--no-sandbox", f"--user-data-dir={tmp_path}/c", "about:blank"])
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; events {{}} http {{ access_log off; server {{ listen unix:{tmp_path}/s; }} }}"
    )
    nginx = which("nginx", path="/usr/sbin:/usr/bin")
    proxy = subprocess.Popen([nginx, "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "e")])
    time.sleep(2)
    pids = [postgres_server.pid, redis_server._process.pid, groat.pid, browser.pid, proxy.pid]
    (here / "started.new").write_text(json.dumps([str(postgres_server.folder), pids]))
    (here / "started.new").rename(here / "started")
    time.sleep(600)
"""
FLAKY = """
from pathlib import Path

def test_that_fails_beside_others():
    seen = Path(__file__).parent / "seen"
    first = not seen.exists()
    seen.touch()
    assert not first, "starved"

def test_that_fails():
    assert 1 == 2

def test_that_passes():
    pass
"""


def lives(pid: int) -> bool:
    """Whether a process is there, and more than the name of one that has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def start(folder: Path, *command: str) -> subprocess.Popen[str]:
    (folder / "pytest.ini").write_text(
        "[pytest]\naddopts = -p tests.conftest\nasyncio_default_fixture_loop_scope = function\n"
    )
    # This test may itself run in a worker of xdist, whose variables are no business of a run of its own.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.Popen(
        [sys.executable, "-m", *command, "test_it.py"],
        cwd=folder,
        env={**environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
@pytest.mark.parametrize("command", [("pytest",), ("pytest", "-n", "1"), ("tests.run",)], ids=" ".join)
def test_whatever_was_started_ends_with_the_run(
    tmp_path: Path, command: tuple[str, ...], number: signal.Signals
) -> None:
    if (command, number) == (("tests.run",), signal.SIGKILL):
        # Nobody can pass that on; `make` sends SIGTERM.
        number = signal.SIGINT
    (tmp_path / "test_it.py").write_text(BUSY)
    run = start(tmp_path, *command)
    deadline = time.monotonic() + DEADLINE_S
    while not (tmp_path / "started").exists() and run.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert run.poll() is None, run.communicate()
    folder, pids = json.loads((tmp_path / "started").read_text())
    assert all(lives(pid) for pid in pids)
    run.send_signal(number)
    run.communicate(timeout=DEADLINE_S)
    while any(lives(pid) for pid in pids) or Path(folder).exists():
        assert time.monotonic() < deadline, [pid for pid in pids if lives(pid)]
        time.sleep(0.1)


def test_the_last_lines_say_what_was_run_twice(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(FLAKY)
    run = start(tmp_path, "tests.run")
    out, _ = run.communicate(timeout=DEADLINE_S)
    *_, count, flaky, first, failing, second, last = out.splitlines()
    assert run.returncode == 1
    assert count == "2 run a second time, alone:"
    assert flaky.startswith("  passed: ")
    assert flaky.endswith("::test_that_fails_beside_others")
    assert first == "    first: AssertionError: starved"
    assert failing.startswith("  failed again: ")
    assert second == "    first: assert 1 == 2"
    assert " 1 failed, 2 passed in " in last
    assert last.startswith("===")
