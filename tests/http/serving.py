"""The server as it runs in production, as a process of its own, for what only a real one shows."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.helpers.secrets import SECRET as SECRET

START_S = 60
STOP_S = 40


class Process:
    """A server process: its address, and how to end it."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    def stop(self) -> int:
        """Ask it to end as a service manager does, and wait; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_S)


@contextmanager
def server_process(database: Path | str, **settings: object) -> Iterator[Process]:
    """``groat serve`` on a free port, over this database file, or the database at this address."""
    environment = {
        **os.environ,
        "GROAT_DATABASE": f"sqlite:///{database}" if isinstance(database, Path) else database,
        "GROAT_SECRET": SECRET,
        "GROAT_JWT_SECRET": SECRET,
        "GROAT_LOG_FORMAT": "json",
        **{f"GROAT_{name.upper()}": str(value) for name, value in settings.items()},
    }
    code = (
        "from groat import settings; from groat.http import server; import os\n"
        "s = server.make_server(settings.load({'port': '0'}), lambda: print('port', "
        "s.servers[0].sockets[0].getsockname()[1], flush=True))\n"
        "s.run()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        seen = ""
        for line in process.stdout:
            seen += line
            if found := re.match(r"port (\d+)", line):
                break
        else:
            raise AssertionError(f"the server did not start: {seen}")
        yield Process(process, f"http://127.0.0.1:{found.group(1)}")
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(STOP_S)
        process.stdout.close()
