"""A groat server as a process of its own, and the calls with which a test acts behind the browsers' backs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Self

import httpx

from groat.demo import PEOPLE
from tests.helpers.secrets import JWT_SECRET as JWT_SECRET
from tests.helpers.secrets import SECRET as SECRET
from tests.servers import free_port

START_S_MAX = 60.0
TOKEN_MARGIN_S = 10
ENVIRONMENT = {
    **os.environ,
    "GROAT_SECRET": SECRET,
    "GROAT_JWT_SECRET": JWT_SECRET,
}
WIDE = ("--connects-per-minute", "1000")
"""A test reconnects oftener than people do."""

_keys = count(1)


class Server:
    """A groat with a database that outlives it, on a port that stays the same when it is started again.

    It is `groat demo`; or, with `passwords` by user, `groat serve` on an empty database with just these people.
    `environment` adds variables to those of the process.
    """

    def __init__(
        self,
        directory: Path,
        settings: Sequence[str] = (),
        passwords: dict[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.database = f"sqlite:///{directory / 'groat.db'}"
        self.log = directory / "server.log"
        self.directory = directory
        self._settings = settings
        self._people = passwords
        self._environment = {**ENVIRONMENT, **(environment or {})}
        self.port = free_port()
        # The browser comes by name: other cookies and storage than 127.0.0.1, the same server.
        self.address = f"http://localhost:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)
        self._tokens: dict[str, tuple[str, float]] = {}

    def __enter__(self) -> Self:
        for user, password in (self._people or {}).items():
            assert self.groat("user", "add", user, "--name", user, "--password", password).wait() == 0
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._http.close()

    def start(self) -> None:
        """Start the process, unless it runs, and wait until it is ready."""
        if self._process is not None:
            return
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "groat", "demo" if self._people is None else "serve"]
            self._process = subprocess.Popen(
                [*command, "--database", self.database, "--port", str(self.port), *WIDE, *self._settings],
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env=self._environment,
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
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command, cwd=self.directory, stdout=log, stderr=log, env=self._environment
            )

    def _is_ready(self) -> bool:
        try:
            return self._http.get("/health/ready").status_code == 200
        except httpx.TransportError:
            return False

    def password(self, user: str) -> str:
        """The password of one of the people."""
        return (self._people or {person.user: person.password for person in PEOPLE})[user]

    def call(self, method: str, path: str, body: Any = None, *, user: str = "admin") -> Any:
        """A call of the API in somebody's name; the answer's JSON. A key is sent along."""
        answer = self._send(method, path, body, user)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, body: Any = None, *, user: str = "admin") -> Any:
        """A call that the server says no to; the problem."""
        answer = self._send(method, path, body, user)
        assert answer.is_client_error, answer.text
        return answer.json()

    def _send(self, method: str, path: str, body: Any, user: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token(user)}", "Idempotency-Key": f"e2e/{next(_keys)}"}
        return self._http.request(method, path, json=body, headers=headers)

    def _token(self, user: str) -> str:
        token, ends_at = self._tokens.get(user, ("", 0.0))
        if ends_at < time.time() + TOKEN_MARGIN_S:
            login = {"user": user, "password": self.password(user)}
            answer = self._http.post("/v1/auth/login", json=login).json()
            # The next person signs in beside this one, not in their place: that would end this session.
            self._http.cookies.clear()
            token, ends_at = answer["token"], datetime.fromisoformat(answer["expires_at"]).timestamp()
            self._tokens[user] = token, ends_at
        return token

    def credit(self, user: str, amount: int | str, reason: str = "Gift", asset: str = "CREDIT") -> Any:
        """Give somebody something; the transaction."""
        posting = {
            "source": "house:bonus",
            "destination": f"user:{user}",
            "amount": str(amount),
            "asset": asset,
        }
        return self.call("POST", "/v1/transactions", {"postings": [posting], "reason": reason})

    def metrics(self) -> str:
        """What the server counts, in Prometheus' text form."""
        return self._http.get("/metrics").text

    def balance(self, user: str, asset: str = "CREDIT") -> str:
        """What the database says."""
        account = self.call("GET", f"/v1/accounts/user:{user}")
        return next(str(row["balance"]) for row in account["balances"] if row["asset"] == asset)

    def entries(self, user: str, asset: str = "CREDIT", *, reader: str = "admin") -> list[dict[str, Any]]:
        """All entries of somebody's main account, newest first."""
        path = f"/v1/accounts/user:{user}/entries?limit=100&asset={asset}"
        page = self.call("GET", path, user=reader)
        found = list(page["items"])
        while page["cursor"]:
            page = self.call("GET", f"{path}&cursor={page['cursor']}", user=reader)
            found += page["items"]
        return found
