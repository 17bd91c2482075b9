"""Run the official suites of Engine.IO and Socket.IO against this server: `make conformance SOCKETIO=checkout`.

The suites are in a checkout of socketio/socket.io, which is given; they expect an echo application on a port of their
own, so a copy of each gets a free port instead. Ends with status 1 unless every test has passed.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

SUITES: Final = (
    ("Engine.IO 4", "docs/engine.io-protocol/v4-test-suite", "tests.live.socketio.engine_echo"),
    ("Socket.IO 5", "docs/socket.io-protocol/v5-test-suite", "tests.live.socketio.echo"),
)
ADDRESS: Final = "localhost:3000"
START_S: Final = 30
SUITE_S: Final = 300


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


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
        subprocess.run(["npm", "ci", "--ignore-scripts", "--silent"], cwd=copy, check=True)
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
