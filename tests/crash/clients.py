"""Those who watch: stock clients in Python and Node, a reader of an event stream, and one that polls.

All of them keep a `Record` of what they were given, in order, and come back by themselves whenever the server dies.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from centrifuge import (
    PublicationContext,
    ServerPublicationContext,
    ServerSubscribedContext,
    SubscribedContext,
)

from tests.crash.server import Reachable, bearing
from tests.live.python_client import Sdk, View

BACK_OFF_S = 0.05
NODE_CLIENT = Path(__file__).with_name("node_client.mjs")


class Began(NamedTuple):
    """The stream began, or went on: from a position, with a snapshot when what was missed cannot be had."""

    epoch: str
    offset: int
    recovered: bool
    snapshot: Any


class Heard(NamedTuple):
    """An event."""

    offset: int
    data: Any


class Record:
    """Everything one client was told about one stream, in order."""

    def __init__(self, client: str, stream: str) -> None:
        self.client = client
        self.stream = stream
        self.steps: list[Began | Heard] = []
        self.offset = -1

    def began(self, epoch: str, offset: int, recovered: bool, snapshot: Any) -> None:
        self.steps.append(Began(epoch, offset, recovered, snapshot))
        self.offset = max(self.offset, offset)

    def heard(self, offset: int, data: Any) -> None:
        self.steps.append(Heard(offset, data))
        self.offset = offset

    @property
    def begun(self) -> bool:
        return self.offset >= 0

    @property
    def resumed(self) -> int:
        """How often it went on after an interruption."""
        return sum(isinstance(step, Began) for step in self.steps) - 1


class PythonClient(Sdk):
    """The stock Python SDK, following its person's stream; `watch` follows others as staff do."""

    def __init__(
        self, server: Reachable, user: str, bearer: str, back_off_s: tuple[float, float] = (0.01, 0.05)
    ) -> None:
        super().__init__(server.websocket, bearer, back_off_s)
        self.record = Record(f"centrifuge-python of {user}", f"user:{user}")

    async def on_subscribed(self, ctx: ServerSubscribedContext) -> None:
        await super().on_subscribed(ctx)
        if ctx.channel == self.record.stream:
            position = ctx.stream_position
            self.record.began(position.epoch, position.offset, ctx.recovered, ctx.data)

    async def on_publication(self, ctx: ServerPublicationContext) -> None:
        if ctx.channel == self.record.stream:
            self.record.heard(ctx.pub.offset, ctx.pub.data)

    async def watch(self, user: str) -> Watching:
        watching = Watching(self, user)
        watching.subscription = self.client.new_subscription(f"view:{user}", events=watching)
        await watching.subscription.subscribe()
        return watching


class Watching(View):
    """A client-side subscription to somebody else's stream."""

    def __init__(self, sdk: PythonClient, user: str) -> None:
        super().__init__(sdk)
        self.record = Record(f"centrifuge-python watching {user}", f"user:{user}")

    async def on_subscribed(self, ctx: SubscribedContext) -> None:
        await super().on_subscribed(ctx)
        position = ctx.stream_position
        self.record.began(position.epoch, position.offset, ctx.recovered, ctx.data)

    async def on_publication(self, ctx: PublicationContext) -> None:
        self.record.heard(ctx.pub.offset, ctx.pub.data)


class NodeClients:
    """The stock npm client, several of them in one Node process that prints what they hear."""

    def __init__(self, server: Reachable, people: dict[str, str]) -> None:
        self.records = {user: Record(f"centrifuge (npm) of {user}", f"user:{user}") for user in people}
        self.errors: list[Any] = []
        self._plan = json.dumps({"url": server.websocket, "people": people})
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            "node",
            str(NODE_CLIENT),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**24,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(self._plan.encode() + b"\n")
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            record = self.records[told["user"]]
            if told["what"] == "subscribed":
                record.began(told["epoch"], told["offset"], told["recovered"], told.get("data"))
            elif told["what"] == "publication":
                record.heard(told["offset"], told["data"])
            else:
                self.errors.append(told)

    async def stop(self) -> None:
        """Let it leave: it ends when nobody talks to it any more."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._reading is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._reading


class Reader:
    """A reader over plain HTTP, in a task of its own; ``read`` is one visit, after which it comes back."""

    def __init__(self, server: Reachable, user: str, bearer: str) -> None:
        self.record = Record(f"{type(self).__name__} of {user}", f"user:{user}")
        self.position = ""
        self._path = f"/v1/streams/user:{user}/events"
        self._http = httpx.AsyncClient(
            base_url=server.address, headers=bearing(bearer), timeout=40, trust_env=False
        )
        self._task = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        while True:
            try:
                await self.visit()
            except httpx.TransportError:
                await asyncio.sleep(BACK_OFF_S)

    async def visit(self) -> None:
        """Read for a while from ``position``."""
        raise NotImplementedError

    def reset(self, position: str, snapshot: Any) -> None:
        epoch, _, offset = position.rpartition(":")
        self.record.began(epoch, int(offset), False, snapshot)

    async def stop(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self._http.aclose()


class Poller(Reader):
    """Long-poll."""

    async def visit(self) -> None:
        params = {"wait": "25"} | ({"after": self.position} if self.position else {})
        answer = await self._http.get(self._path, params=params)
        if answer.status_code == 503:
            await asyncio.sleep(BACK_OFF_S)
            return
        assert answer.status_code == 200, answer.text
        page = answer.json()
        if "reset" in page:
            self.reset(page["position"], page["reset"]["snapshot"])
        for event in page["events"]:
            self.record.heard(event.pop("offset"), event)
        self.position = page["position"]


class EventSource(Reader):
    """`text/event-stream`, as browsers read it: the last id is sent when it comes back."""

    async def visit(self) -> None:
        headers = {"accept": "text/event-stream"} | (
            {"last-event-id": self.position} if self.position else {}
        )
        async with self._http.stream("GET", self._path, headers=headers) as answer:
            if answer.status_code == 503:
                await asyncio.sleep(BACK_OFF_S)
                return
            assert answer.status_code == 200
            fields: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                    continue
                # Only a blank line makes an event of what was read: half of one is nothing.
                if "data" in fields:
                    self._dispatch(fields["id"], fields.get("event", "message"), json.loads(fields["data"]))
                fields = {}

    def _dispatch(self, position: str, event: str, data: Any) -> None:
        if event == "reset":
            self.reset(position, data["snapshot"])
        else:
            self.record.heard(int(position.rpartition(":")[2]), data)
        self.position = position


async def stop_all(clients: Sequence[PythonClient | NodeClients | Reader]) -> None:
    for client in clients:
        await (client.leave() if isinstance(client, PythonClient) else client.stop())
