"""Clients that run in Node: they are told what to do by lines of JSON, and tell what happens by such lines."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.live.waiting import until

PACKAGES = Path(__file__).parents[2] / "web" / "node_modules"
DEADLINE_S = 30.0


class NodeClient:
    """A running script; `told` holds all it has told, by its field `on`."""

    def __init__(self) -> None:
        self.told: dict[str, list[dict[str, Any]]] = {}
        self.process: asyncio.subprocess.Process

    def hear(self, told: dict[str, Any]) -> None:
        """Take a line."""
        self.told.setdefault(told.pop("on"), []).append(told)

    async def listen(self) -> None:
        """Take all lines until the script ends."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.hear(json.loads(line))

    def do(self, what: str, **more: Any) -> None:
        """Tell the script what to do."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": what, **more}).encode() + b"\n")

    async def has(self, kind: str, times: int = 1) -> list[dict[str, Any]]:
        """Wait until this has been told so many times; all of them."""
        await until(lambda: len(self.told.get(kind, [])) >= times, DEADLINE_S)
        return self.told[kind]


C = TypeVar("C", bound=NodeClient)


@asynccontextmanager
async def running(client: C, package: str, script: Path, *args: str) -> AsyncIterator[C]:
    """Run a script that uses this package of npm. It ends by itself when nobody talks to it any more."""
    assert (PACKAGES / package).is_dir(), f"{package} is not installed: run make setup"
    client.process = await asyncio.create_subprocess_exec(
        "node", str(script), *args, stdin=PIPE, stdout=PIPE, limit=2**24
    )
    listening = asyncio.create_task(client.listen())
    try:
        yield client
    finally:
        assert client.process.stdin is not None
        client.process.stdin.close()
        await asyncio.wait_for(client.process.wait(), DEADLINE_S)
        await listening
