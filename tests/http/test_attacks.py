"""Whoever attacks a server, others are served meanwhile: little comes before their calls, and memory stays small.

The bounds are those of docs/security.md. The attacker is a process of its own. What a neighbour waits for is counted in
the work of the server's event loop between a call and its answer, not in time, and without what it did while the
neighbour had to wait for a processor: this machine may have other work, which no attack is to be blamed for.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import httpx
import pytest

from groat import Groat
from groat.identity import Identities
from groat.settings import Settings
from tests.helpers.waiting import wait_until
from tests.http.attackers import ATTACKS
from tests.http.serving import SECRET, Process, server_process

WORK_S = 0.25
# One call may come when all of the attackers arrive at once.
ARRIVAL_S = 1.0
MEMORY_MIB = 300
CALLS = 12
CUT_OFF = {
    "a header without end", "headers without end", "an address without end", "blank lines", "large logins",
    "tiny chunks", "chunk extensions", "trailers", "pongs", "pongs when connected", "pings when connected",
    "blank lines in messages", "empty messages", "empty fragments", "Socket.IO: unread refusals",
    "Socket.IO: empty fragments", "Socket.IO: events when connected",
}  # fmt: skip
"""Attacks whose connections the server ends; it would go on reading if their bounds were gone. Two bounds end an
address without end, and tiny chunks: test_protocol.py tells them apart."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("attacks")


@pytest.fixture(scope="module")
def tokens(folder: Path) -> dict[str, str]:
    async def prepare() -> dict[str, str]:
        async with Groat.open(f"sqlite:///{folder / 'groat.db'}") as groat:
            await groat.add_asset("CREDIT", 0)
            identities = Identities(groat, Settings(secret=SECRET, jwt_secret=SECRET))
            issued = {
                user: (await identities.issue_token(user, roles))[0]
                for user, roles in (("ada", ("admin",)), ("42", ()))
            }
            identities.close()
        return issued

    return asyncio.run(prepare())


@pytest.fixture(scope="module")
def server(folder: Path, tokens: dict[str, str]) -> Iterator[Process]:
    with server_process(folder / "groat.db") as process:
        yield process


class Neighbour:
    """Somebody who posts, and checks health over connections that are new each time."""

    def __init__(self, server: Process, token: str) -> None:
        self._server = server
        self._address = server.url.removeprefix("http://")
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._keys = count()

    def works_s(self) -> list[float]:
        """What the server's event loop did between each call and its answer, in seconds of CPU, most last."""
        works = []
        for _ in range(CALLS):
            before = self._waited_s()
            connection = http.client.HTTPConnection(self._address, timeout=60)
            posting = {"source": "house:bonus", "destination": "user:42", "amount": "1", "asset": "CREDIT"}
            key = f"{self._address}/{next(self._keys)}/{time.time_ns()}"
            connection.request(
                "POST", "/v1/transactions", json.dumps({"postings": [posting]}),
                {**self._headers, "Idempotency-Key": key},
            )  # fmt: skip
            answer = connection.getresponse()
            assert (answer.status, len(answer.read()) > 0) == (201, True)
            connection.close()
            works.append(self._waited_s() - before)
        return sorted(works)

    def _waited_s(self) -> float:
        """What the event loop, in the server's main thread, has done so far, less this thread's own waits."""
        pid = self._server.process.pid
        work, _, _ = schedstat(f"{pid}/task/{pid}")
        _, waits, _ = schedstat("thread-self")
        return (work - waits) / 1e9


def schedstat(thread: str) -> list[int]:
    """For how long a thread has run and waited for a processor, in nanoseconds, and its turns."""
    return [int(number) for number in Path(f"/proc/{thread}/schedstat").read_text().split()]


@contextmanager
def attacked(server: Process, name: str, token: str) -> Iterator[Callable[[], bool]]:
    """Attack a server; yields a function that tells whether it has cut a connection off."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    attacker = subprocess.Popen(
        [sys.executable, "-m", "tests.http.attackers", name, host, port, token],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert attacker.stdout is not None
        assert attacker.stdout.readline() == b"under way\n"
        os.set_blocking(attacker.stdout.fileno(), False)
        yield lambda: attacker.stdout.readline() == b"cut off\n"  # type: ignore[union-attr]
        assert attacker.poll() is None, "the attacker gave up"
    finally:
        attacker.kill()
        attacker.wait()
        assert attacker.stdout is not None
        attacker.stdout.close()


def peak_mib(server: Process) -> float:
    """The most memory that the server has held since the last call."""
    folder = Path(f"/proc/{server.process.pid}")
    (found,) = re.findall(r"VmHWM:\s+(\d+) kB", (folder / "status").read_text())
    (folder / "clear_refs").write_text("5")
    return int(found) / 1024


@pytest.mark.parametrize("name", ATTACKS)
def test_neighbours_of_an_attacker_are_served(server: Process, tokens: dict[str, str], name: str) -> None:
    neighbour = Neighbour(server, tokens["ada"])
    peak_mib(server)
    with attacked(server, name, tokens["42"]) as cuts_off:
        *_, second, worst = neighbour.works_s()
        memory = peak_mib(server)
        if name in CUT_OFF:
            wait_until(cuts_off)
    print(f"{name}: {worst * 1e3:.0f} and {second * 1e3:.0f} ms of work, {memory:.0f} MiB")
    assert second < WORK_S
    assert worst < ARRIVAL_S
    assert memory < MEMORY_MIB


def test_readers_that_left_free_their_places_at_once(server: Process, tokens: dict[str, str]) -> None:
    """Twenty abandoned long-polls: the next one is let in when the server has heard of their end, not of their time."""
    host, _, port = server.url.removeprefix("http://").partition(":")

    def path(user: str, name: str) -> str:
        headers = {"Authorization": f"Bearer {tokens[name]}"}
        stream = f"{server.url}/v1/streams/user:{user}/events"
        return f"/v1/streams/user:{user}/events?after={httpx.get(stream, headers=headers).json()['position']}"

    own, brief = path("42", "42"), {"Authorization": f"Bearer {tokens['42']}"}

    def poll(path: str, name: str) -> socket.socket:
        connection = socket.create_connection((host, int(port)))
        head = f"GET {path}&wait=30 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {tokens[name]}\r\n\r\n"
        connection.sendall(head.encode())
        return connection

    def refused() -> bool:
        return httpx.get(f"{server.url}{own}&wait=0", headers=brief).status_code == 429

    with poll(path("ada", "ada"), "ada") as longer:
        with ExitStack() as stack:
            for _ in range(20):
                stack.enter_context(poll(own, "42"))
            wait_until(refused)
            answer = httpx.get(f"{server.url}{own}&wait=0", headers=brief)
            assert answer.json()["code"] == "too_many_readers"
            assert "connections_per_user" in answer.json()["detail"]
        wait_until(lambda: not refused())
        # One that began before them still waits for the end of its half minute.
        longer.setblocking(False)
        with pytest.raises(BlockingIOError):
            longer.recv(1)
