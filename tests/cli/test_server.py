"""Servers as processes: the demo, a server of one's own, and an import beside it that its clients follow."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import BOOKS, Run, closing_balances
from tests.helpers.secrets import JWT_SECRET as JWT_SECRET
from tests.helpers.secrets import SECRET as SECRET
from tests.servers import free_port

DEADLINE_S = 60.0
SECRETS = {
    "GROAT_SECRET": SECRET,
    "GROAT_JWT_SECRET": JWT_SECRET,
}

Start = Callable[..., tuple[subprocess.Popen[str], str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start ``groat`` with arguments on a free port; gives the process and its address once it is ready."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **environ: str) -> tuple[subprocess.Popen[str], str]:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "groat", *arguments, "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "TMPDIR": str(tmp_path), **environ},
        )
        started.append(process)
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + DEADLINE_S
        while True:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            with suppress(httpx.TransportError):
                if httpx.get(f"{address}/health/ready").status_code == 200:
                    return process, address
            time.sleep(0.05)

    yield start
    for process in started:
        process.kill()
        process.communicate()


def stop(process: subprocess.Popen[str]) -> tuple[int, str]:
    """End a server politely; its exit code and what it printed."""
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=DEADLINE_S)
    return process.returncode, out


def test_the_demo_says_where_and_who(start: Start, tmp_path: Path) -> None:
    process, address = start("demo")
    people = httpx.get(f"{address}/v1/demo/people").json()
    assert {"admin", "42", "member-2"} <= {person["user"] for person in people}
    for person in people:
        login = httpx.post(
            f"{address}/v1/auth/login",
            json={"user": person["user"], "password": person["password"]},
            headers={"Origin": address},
        )
        assert login.status_code == 200, login.text
    me = httpx.get(f"{address}/v1/me", headers={"Authorization": f"Bearer {login.json()['token']}"}).json()
    assert {balance["asset"] for balance in me["balances"]} == {"CREDIT", "USD"}
    code, out = stop(process)
    assert code == 0
    assert out.splitlines()[-1].startswith(f"groat is ready on {address.replace('127.0.0.1', 'localhost')}")
    assert all(person["password"] in out for person in people)
    assert list(tmp_path.glob("groat-demo-*")) == []


def test_a_demo_with_a_database_of_its_own_keeps_it(start: Start, run: Run, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'demo.db'}"
    for _ in range(2):
        process, _ = start("demo", "--database", database)
        stop(process)
    assert run("verify", "--database", database).code == 0


def test_clients_of_a_server_follow_an_import_beside_it(start: Start, run: Run, database: str) -> None:
    _, address = start("serve", "--database", database, **SECRETS)
    token = run("token", "--user", "member-2", "--jwt-secret", SECRETS["GROAT_JWT_SECRET"]).out.strip()
    headers = {"Authorization": f"Bearer {token}"}
    stream = f"{address}/v1/streams/user:member-2/events"
    first = httpx.get(stream, params={"wait": 0}, headers=headers).json()
    command = [sys.executable, "-m", "groat", "import", "transactions", str(BOOKS), "--floor", "none"]
    balance, position = "", first["position"]
    offsets: list[int] = []
    wanted = closing_balances()["user:member-2"]
    with subprocess.Popen([*command, "--rate", "1000", "--database", database]) as process:
        deadline = time.monotonic() + DEADLINE_S
        while process.poll() is None or not balance or Decimal(balance) != wanted:
            assert time.monotonic() < deadline, (balance, offsets[-3:])
            page = httpx.get(
                stream, params={"after": position, "wait": 1}, headers=headers, timeout=10
            ).json()
            position = page["position"]
            for event in page["events"]:
                offsets.append(event["offset"])
                (change,) = event["changes"]
                balance = change["balance"]
    assert process.returncode == 0
    assert offsets == list(range(1, len(offsets) + 1))
    assert balance == f"{wanted:.2f}"
