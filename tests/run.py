"""Run all tests beside each other, and what failed once more, alone; the last lines say what that was.

A test that fails beside others and passes alone is a finding, not noise: it is named here with its first failure, and
is to be followed to its cause. More than ``ALONE_MAX`` failures are not run again, for then something else is wrong.

    python -m tests.run [options of pytest]

Exits as pytest does: 0 when all passed, the second time at the latest.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

PARALLEL = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
ALONE_MAX = 20
FAILED = 1
LINE_MAX = 160
_COUNTS = re.compile(r"(\d+) (passed|failed|skipped|xfailed|xpassed|errors?|deselected)")


class Run:
    """Runs of pytest, one at a time, which a signal to this process ends, too."""

    def __init__(self, folder: Path) -> None:
        self._notes = folder / "failures"
        self._process: subprocess.Popen[str] | None = None
        self.counts: dict[str, int] = {}

    def pytest(self, *args: str) -> tuple[int, dict[str, str]]:
        """Run it; its exit status, and the first failure of each test that failed."""
        self._notes.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *args],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TESTS_FAILED_TO": str(self._notes)},
        )
        assert self._process.stdout is not None
        last = ""
        try:
            for line in self._process.stdout:
                print(line, end="", flush=True)
                last = line if line.startswith("=") else last
        finally:
            # After a signal, too (see `end`).
            status = self._process.wait()
        self.counts = {what: int(count) for count, what in _COUNTS.findall(last)}
        failures: dict[str, str] = {}
        if self._notes.exists():
            for line in self._notes.read_text().splitlines():
                test, _, first = json.loads(line)
                failures.setdefault(test, first)
        return status, failures

    def end(self, number: int, frame: FrameType | None) -> None:
        """Pass a signal on. What pytest started ends with it (tests/guard.py)."""
        if self._process is not None:
            self._process.send_signal(number)
        # It is not waited for here: who is interrupted may be waiting for it already, and holds the lock of that.
        raise SystemExit(128 + number)


def main(args: list[str]) -> int:
    """See the module."""
    began = time.monotonic()
    with TemporaryDirectory(prefix="groat-tests-") as folder:
        run = Run(Path(folder))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, run.end)
        # The tests start hundreds of processes, each of which would compile all sources anew.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        status, failures = run.pytest(*PARALLEL, *args)
        counts = run.counts
        if status != FAILED or not 0 < len(failures) <= ALONE_MAX:
            return status
        print(f"\n{len(failures)} failed beside others: once more, each alone", flush=True)
        status, again = run.pytest("-v", *failures)
        if status not in (0, FAILED):
            # They were not run.
            again = failures
    passed = len(failures) - len(again)
    print(f"\n{len(failures)} run a second time, alone:")
    for test, first in failures.items():
        print(f"  {'failed again' if test in again else 'passed'}: {test}\n    first: {first[:LINE_MAX]}")
    print(summary(counts.get("passed", 0) + passed, len(again), counts, time.monotonic() - began), flush=True)
    return status


def summary(passed: int, failed: int, counts: dict[str, int], seconds: float) -> str:
    """The last line, as pytest words it."""
    parts = [f"{failed} failed"] if failed else []
    parts.append(f"{passed} passed")
    parts += [f"{counts[what]} {what}" for what in ("skipped", "xfailed", "deselected") if what in counts]
    return f" {', '.join(parts)} in {seconds:.2f}s ".center(80, "=")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
