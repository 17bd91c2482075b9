"""The client needs httpx and nothing of the server."""

from __future__ import annotations

import subprocess
import sys

LOADED = """
import sys
import groat.client
print(*sorted(name for name in sys.modules if name.startswith("groat.")))
"""

WITHOUT_HTTPX = """
import sys
sys.modules["httpx"] = None
import groat.client
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_it_loads_no_room_of_the_server() -> None:
    loaded = run(LOADED).stdout.split()
    assert "groat.client" in loaded
    # Metering is a room of its own, which the server and the client use alike.
    shared = ("groat.client", "groat.metering")
    assert [name for name in loaded if not name.startswith(shared)] == []


def test_without_httpx_it_says_what_to_install() -> None:
    done = run(WITHOUT_HTTPX)
    assert done.returncode == 1
    assert "pip install 'groat[client]'" in done.stderr.splitlines()[-1]
