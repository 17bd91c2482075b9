"""Run the official suites of Engine.IO and Socket.IO against this server: `make conformance SOCKETIO=checkout`.

The suites are in a checkout of socketio/socket.io, which is given; they expect an echo application on a port of their
own, so a copy of each gets a free port instead. Ends with status 1 unless every test has passed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.servers import free_port

SUITES: Final = (
    ("Engine.IO 4", "docs/engine.io-protocol/v4-test-suite", "tests.live.socketio.engine_echo"),
    ("Socket.IO 5", "docs/socket.io-protocol/v5-test-suite", "tests.live.socketio.echo"),
)
ADDRESS: Final = "localhost:3000"
START_S: Final = 30
SUITE_S: Final = 300


def install(suite: Path) -> None:
    """Install what a suite needs. Raises SystemExit with what npm said."""
    try:
        npm = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=suite,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise SystemExit("npm is not installed: the suites run in Node 20 or newer") from None
    if npm.returncode:
        raise SystemExit(
            f"npm could not install the packages of the suite (npm ci ended with {npm.returncode}):\n"
            f"{npm.stderr.strip()}\n"
            "The suites need a registry that npm can reach: look at npm config get registry, and try again."
        )


def run(suite: Path, application: str) -> dict[str, Any]:
    """Run one suite in a copy of its folder; return the report of its runner."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "suite"
        shutil.copytree(suite, copy, ignore=shutil.ignore_patterns("node_modules"))
        port = free_port()
        tests = copy / "test-suite.js"
        text = tests.read_text(encoding="utf-8")
        if ADDRESS not in text:
            raise SystemExit(
                f"{suite} does not speak to {ADDRESS}: this script must learn where its address is"
            )
        tests.write_text(text.replace(ADDRESS, f"127.0.0.1:{port}"), encoding="utf-8")
        install(copy)
        server = subprocess.Popen([sys.executable, "-m", application, str(port)], stdout=subprocess.PIPE)
        try:
            assert server.stdout is not None
            server.stdout.readline()
            report = copy / "report.json"
            into = ("--reporter", "json", "--reporter-option", f"output={report}")
            subprocess.run(
                ["npx", "mocha", "--exit", *into, "test-suite.js"],
                cwd=copy,
                timeout=SUITE_S,
                stdout=subprocess.DEVNULL,
                check=False,
            )
            if not report.exists():
                raise SystemExit(f"mocha ran no test of {suite}: run it there by hand to see why")
            result: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
            return result
        finally:
            server.terminate()
            server.wait(START_S)


def main() -> int:
    """Run both suites; print what failed and how many passed."""
    if len(sys.argv) != 2 or not all((Path(sys.argv[1]) / folder).is_dir() for _, folder, _ in SUITES):
        print("usage: make conformance SOCKETIO=<a checkout of socketio/socket.io>", file=sys.stderr)
        return 2
    failed = 0
    for name, folder, application in SUITES:
        report = run(Path(sys.argv[1]) / folder, application)
        stats = report["stats"]
        for failure in report["failures"]:
            print(f"  {failure['fullTitle']}: {failure['err'].get('message', '')}")
        missed = stats["tests"] - stats["passes"]
        failed += missed + (stats["tests"] == 0)
        print(f"{name}: {stats['passes']} of {stats['tests']} passed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
