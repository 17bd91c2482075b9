"""A real ``groat serve`` that is started, killed and started again on the same port and database."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import httpx
import jwt

from tests.helpers.secrets import JWT_SECRET as JWT_SECRET
from tests.helpers.secrets import SECRET as SECRET
from tests.live.waiting import until
from tests.servers import free_port

DEADLINE_S = 60.0
START_S = 180.0
"""Several servers that start together on a busy machine may take a minute each."""
ASK_S = 0.02
ACTIONS = {
    "spend": {"source": "user:{user}", "destination": "house:sales", "assets": ["CREDIT"], "max": "1000"},
    "transfer": {"source": "user:{user}", "destination": "user:{to}", "assets": ["CREDIT"]},
}
SETTINGS = {
    "GROAT_SECRET": SECRET,
    "GROAT_JWT_SECRET": JWT_SECRET,
    "GROAT_ACTIONS": json.dumps(ACTIONS),
    "GROAT_CONSOLE": "false",
    "GROAT_LOG_FORMAT": "json",
}
# What a log line of this level tells of must never happen in a trial.
ALARMING = ("error", "critical")


def token(user: str, *roles: str) -> str:
    """A person's token, valid for an hour."""
    claims = {"sub": user, "roles": list(roles), "exp": int(time.time()) + 3600}
    return jwt.encode(claims, JWT_SECRET, algorithm="HS256")


ADMIN = token("admin", "admin")


def bearing(bearer: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {bearer}"}


class Reachable(Protocol):
    """What senders and clients know of a server, or of several behind one address."""

    port: int
    address: str
    websocket: str
    lives: int
    up: asyncio.Event


class Server:
    """The server as its operator sees it. ``lives`` counts its starts; `up` is set while it answers."""

    def __init__(self, directory: Path, **settings: str) -> None:
        self.directory = directory
        self.path = directory / "groat.db"
        self.database = f"sqlite:///{self.path}"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.websocket = f"ws://127.0.0.1:{self.port}/connection/websocket"
        self.lives = 0
        self.up = asyncio.Event()
        self.log = directory / "server.log"
        self._environ = {**os.environ, **SETTINGS, **settings}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the server was not started"
        return self._process

    def spawn(self) -> None:
        """Start the process and wait for nothing."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "groat",
                    "serve",
                    "--port",
                    str(self.port),
                    "--database",
                    self.database,
                ],
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=self._environ,
            )

    async def start(self) -> None:
        """Start the process and wait until it is ready."""
        self.spawn()
        await self.ready()

    async def ready(self) -> None:
        deadline = time.monotonic() + START_S
        async with httpx.AsyncClient(base_url=self.address, trust_env=False) as http:
            while True:
                assert self.process.poll() is None, self.tail()
                assert time.monotonic() < deadline, self.tail()
                # Until it listens, and until it is ready.
                with suppress(httpx.TransportError):
                    if (await http.get("/health/ready")).status_code == 200:
                        break
                await asyncio.sleep(ASK_S)
        self.lives += 1
        self.up.set()

    def kill(self) -> None:
        """kill -9, and the corpse is buried."""
        self.up.clear()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(DEADLINE_S)

    async def terminate(self) -> int:
        """SIGTERM; the exit code."""
        self.up.clear()
        self.process.send_signal(signal.SIGTERM)
        await until(lambda: self.process.poll() is not None, DEADLINE_S)
        return self.process.returncode

    def bury(self) -> None:
        """Whatever happened: leave no process behind."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(DEADLINE_S)

    def memory_bytes(self) -> int:
        """The resident memory of the process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) * 1024

    def tail(self) -> str:
        """The end of the log."""
        return self.log.read_text()[-4000:]

    def alarms(self) -> list[dict[str, Any]]:
        """The lines of the log that tell of something wrong."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line.get("level") in ALARMING]

    async def verify(self) -> str:
        """What ``groat verify`` says; fails when it finds a contradiction."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "groat", "verify", "--database", self.database,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode == 0, out.decode() + err.decode()
        return out.decode()
