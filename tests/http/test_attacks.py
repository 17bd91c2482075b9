"""Whoever attacks a server, others are served meanwhile: posting stays quick, and memory small.

The bounds are those of docs/security.md. The attacker is a process of its own; the neighbour is measured here, and of
several rounds the best counts, for this machine may have other work, which no attack is to be blamed for.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
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

P99_S = 0.25
MEMORY_MIB = 300
ROUNDS = 8
CALLS = 60


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
        self._address = server.url.removeprefix("http://")
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._keys = count()

    def worst_s(self) -> float:
        """The 99th percentile of a round, in seconds: its slowest call, for there are fewer than a hundred."""
        times = []
        for _ in range(CALLS):
            began = time.perf_counter()
            connection = http.client.HTTPConnection(self._address, timeout=30)
            posting = {"source": "house:bonus", "destination": "user:42", "amount": "1", "asset": "CREDIT"}
            key = f"{self._address}/{next(self._keys)}/{time.time_ns()}"
            connection.request(
                "POST", "/v1/transactions", json.dumps({"postings": [posting]}),
                {**self._headers, "Idempotency-Key": key},
            )  # fmt: skip
            answer = connection.getresponse()
            assert (answer.status, len(answer.read()) > 0) == (201, True)
            connection.close()
            times.append(time.perf_counter() - began)
        return max(times)


@contextmanager
def attacked(server: Process, name: str, token: str) -> Iterator[None]:
    host, _, port = server.url.removeprefix("http://").partition(":")
    attacker = subprocess.Popen(
        [sys.executable, "-m", "tests.http.attackers", name, host, port, token],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert attacker.stdout is not None
        assert attacker.stdout.readline() == b"under way\n"
        yield
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
    quiet = neighbour.worst_s()
    # Where the machine is as slow without an attack, the attack is not why.
    bound = max(P99_S, 2 * quiet)
    peak_mib(server)
    with attacked(server, name, tokens["42"]):
        worst: list[float] = []
        while len(worst) < ROUNDS and min(worst, default=bound) >= bound:
            worst.append(neighbour.worst_s())
        memory = peak_mib(server)
    print(
        f"{name}: quiet {quiet * 1e3:.0f} ms, attacked {[round(s * 1e3) for s in worst]} ms, {memory:.0f} MiB"
    )
    assert min(worst) < bound
    assert memory < MEMORY_MIB


def test_readers_that_left_free_their_places_at_once(server: Process, tokens: dict[str, str]) -> None:
    """Twenty abandoned long-polls: the next one is let in as soon as the server has heard of their end."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    headers = {"Authorization": f"Bearer {tokens['42']}"}
    position = httpx.get(f"{server.url}/v1/streams/user:42/events", headers=headers).json()["position"]
    path = f"/v1/streams/user:42/events?after={position}&wait=30"
    poll = f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: {headers['Authorization']}\r\n\r\n".encode()
    brief = f"{server.url}/v1/streams/user:42/events?after={position}&wait=0"

    def refused() -> bool:
        return httpx.get(brief, headers=headers).status_code == 429

    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(socket.create_connection((host, int(port)))).sendall(poll)
        wait_until(refused)
        answer = httpx.get(brief, headers=headers)
        assert answer.json()["code"] == "too_many_readers"
        assert "connections_per_user" in answer.json()["detail"]
        began = time.monotonic()
    wait_until(lambda: not refused())
    # The polls themselves would have waited half a minute.
    assert time.monotonic() - began < 25
