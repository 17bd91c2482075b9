"""Calls over HTTP as a careful service makes them: with a key, and again with the same key until there is an answer."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from groat.ledger.keys import derive
from tests.crash.server import Reachable, bearing


class Answer(NamedTuple):
    """Status and decoded body of an answer."""

    status: int
    body: Any

    @property
    def replayed(self) -> bool:
        return bool(self.body.get("replayed", False))

    @property
    def first(self) -> tuple[int, Any]:
        """What it says apart from being told again; 200 and 201 differ in nothing else."""
        status = 200 if self.status == 201 else self.status
        body = {name: value for name, value in self.body.items() if name != "replayed"}
        if "results" in body:
            body["results"] = [
                Answer(result["status"], result.get("transaction") or result["problem"]).first
                for result in body["results"]
            ]
        return status, body


class Wire:
    """One keep-alive connection to the server. Raises OSError or EOFError when an answer does not come whole."""

    def __init__(self, server: Reachable) -> None:
        self.server = server
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.server.port, limit=2**20)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    async def ask(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        await self.open()
        assert self._streams is not None
        reader, writer = self._streams
        data = json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", "host: groat", "content-type: application/json"]
        lines += [f"content-length: {len(data)}", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        answered = dict(line.split(": ", 1) for line in head[1:] if line)
        content = await reader.readexactly(int(answered["content-length"]))
        if answered.get("connection") == "close":
            self.close()
        return Answer(int(head[0].split()[1]), json.loads(content))


class Write:
    """One write of money and everything its sender knows about it.

    ``answer`` is None while no answer came; ``lost`` counts the calls that were not answered. ``then`` makes the next
    write of the same sender out of the answer. ``shared``: others use the same key at the same time.
    """

    def __init__(
        self,
        principal: str,
        bearer: str,
        key: str,
        method: str,
        path: str,
        body: Any,
        then: Callable[[Any], Write] | None = None,
        *,
        shared: bool = False,
    ) -> None:
        self.principal = principal
        self.key = key
        self.method = method
        self.path = path
        self.body = body
        self.then = then
        self.shared = shared
        self.answer: Answer | None = None
        self.lost = 0
        self.survived: list[bool] = []
        """For each of ``keys``, whether the database knew it after the last kill that left this unanswered."""
        self._headers = {**bearing(bearer), "idempotency-key": key}

    def __repr__(self) -> str:
        body = json.dumps(self.body)[:200]
        return f"{self.method} {self.path} {body} key={self.key} by {self.principal}: {self.answer}"

    @property
    def keys(self) -> list[str]:
        """The keys in the database: each item of an independent bulk has its own."""
        if self.body.get("mode") == "independent":
            return [derive(self.key, index) for index in range(len(self.body["items"]))]
        return [self.key]

    @property
    def verdicts(self) -> list[Answer]:
        """What was answered for each of ``keys``."""
        assert self.answer is not None, self
        if self.body.get("mode") == "independent":
            results = self.answer.body["results"]
            return [Answer(r["status"], r.get("transaction") or r["problem"]) for r in results]
        return [self.answer]

    async def ask(self, wire: Wire) -> Answer:
        """Send it once, whether or not it was answered before."""
        return await wire.ask(self.method, self.path, self.body, self._headers)


class Senders:
    """Many senders at once, each with its own connection. ``answered`` counts the answers that arrived."""

    def __init__(self, server: Reachable) -> None:
        self.server = server
        self.writes: list[Write] = []
        self.answered = 0
        self._running = 0
        self._stranded: Counter[int] = Counter()

    @property
    def quiet(self) -> bool:
        """Whether nobody waits for an answer: each sender is done, or waits for the server's next life."""
        return self._running == self._stranded[self.server.lives]

    async def send_all(self, writes: list[Write]) -> None:
        """Send these all at once, over a connection each that is open before the first is sent."""
        wires = [Wire(self.server) for _ in writes]
        await asyncio.gather(*(wire.open() for wire in wires))
        self._running += len(writes)
        async with asyncio.TaskGroup() as tasks:
            for write, wire in zip(writes, wires, strict=True):
                tasks.create_task(self._send(write, wire))

    async def _send(self, write: Write, wire: Wire) -> None:
        try:
            step: Write | None = write
            while step is not None:
                self.writes.append(step)
                await self._settle(step, wire)
                assert step.answer is not None
                step = step.then(step.answer.body) if step.then and step.answer.status < 300 else None
        finally:
            self._running -= 1
            wire.close()

    async def _settle(self, write: Write, wire: Wire) -> None:
        while write.answer is None:
            life = self.server.lives
            try:
                answer = await write.ask(wire)
            except (OSError, EOFError):
                write.lost += 1
                wire.close()
                # When it is back already, it was killed and started again while this call hung.
                if self.server.lives == life:
                    self._stranded[life] += 1
                    await self.server.up.wait()
                continue
            if answer.status == 503:
                # Overloaded or closing: nothing was frozen, and the server says to come again.
                await asyncio.sleep(0.05)
                continue
            write.answer = answer
            self.answered += 1
