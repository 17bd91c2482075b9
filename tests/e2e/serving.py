"""A groat server as a process of its own, and the calls with which a test acts behind the browsers' backs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any, Self

import httpx

START_S_MAX = 60.0
WIDE = ("--connects-per-minute", "1000")
"""A test reconnects oftener than people do."""

_keys = count(1)


class Server:
    """`groat demo` with a database that outlives it, on a port that stays the same when it is started again."""

    def __init__(self, directory: Path, settings: Sequence[str] = ()) -> None:
        self.database = f"sqlite:///{directory / 'groat.db'}"
        self.log = directory / "server.log"
        self.directory = directory
        self._settings = settings
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        # The browser comes by name: other cookies and storage than 127.0.0.1, the same server.
        self.address = f"http://localhost:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)
        self._tokens: dict[str, str] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._http.close()

    def start(self) -> None:
        """Start the process and wait until it is ready."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "groat", "demo", "--port", str(self.port)]
            self._process = subprocess.Popen(
                [*command, "--database", self.database, *WIDE, *self._settings],
                stdout=log,
                stderr=log,
                cwd=self.directory,
            )
        deadline = time.monotonic() + START_S_MAX
        while not self._is_ready():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """End the process as a power cut would (kill -9)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def groat(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Run a `groat` command on the same database, beside the server."""
        command = [sys.executable, "-m", "groat", *arguments, "--database", self.database]
        return subprocess.Popen(command, cwd=self.directory, stdout=subprocess.DEVNULL, env=dict(os.environ))

    def _is_ready(self) -> bool:
        try:
            return self._http.get("/health/ready").status_code == 200
        except httpx.TransportError:
            return False

    def password(self, user: str) -> str:
        """The public password of one of the demo people."""
        people = self._http.get("/v1/demo/people").json()
        return next(str(person["password"]) for person in people if person["user"] == user)

    def call(self, method: str, path: str, body: Any = None, *, user: str = "admin") -> Any:
        """A call of the API in somebody's name; the answer's JSON. A key is sent along."""
        if user not in self._tokens:
            login = {"user": user, "password": self.password(user)}
            self._tokens[user] = self._http.post("/v1/auth/login", json=login).json()["token"]
        headers = {"Authorization": f"Bearer {self._tokens[user]}", "Idempotency-Key": f"e2e/{next(_keys)}"}
        answer = self._http.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def credit(self, user: str, amount: int | str, reason: str = "Gift", asset: str = "CREDIT") -> Any:
        """Give somebody something; the transaction."""
        posting = {
            "source": "house:bonus",
            "destination": f"user:{user}",
            "amount": str(amount),
            "asset": asset,
        }
        return self.call("POST", "/v1/transactions", {"postings": [posting], "reason": reason})

    def balance(self, user: str, asset: str = "CREDIT") -> str:
        """What the database says."""
        account = self.call("GET", f"/v1/accounts/user:{user}")
        return next(str(row["balance"]) for row in account["balances"] if row["asset"] == asset)
