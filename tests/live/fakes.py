"""A ledger of nothing but streams, in memory, whose hints and reads can be made to fail, lag and repeat."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from groat.identity import Identity, Rechecked, Unauthorized
from groat.ledger.errors import Unavailable
from groat.store.batch import Published
from groat.store.streams import BEHIND_MAX, Head, Resume, StoredEvent


@dataclass
class FakeStream:
    epoch: str = "e1"
    events: list[bytes] = field(default_factory=list)
    forgotten: int = 0


class FakeStreams:
    """`groat.streams` over lists.

    `failing` reads raise; `gate`, when set, holds every read until it is opened; a read takes `turns()` of the loop.
    """

    def __init__(self) -> None:
        self.by_name: dict[str, FakeStream] = {}
        self.failing = 0
        self.reads: list[str] = []
        self.gate: asyncio.Event | None = None
        self.turns: Callable[[], int] = lambda: 1
        self.receipts: list[tuple[str, str, int, int]] = []
        self.deliveries: list[tuple[str, str, int, int]] = []
        self.age_s = 0.0

    def of(self, name: str) -> FakeStream:
        return self.by_name.setdefault(name, FakeStream())

    async def _reading(self, what: str) -> None:
        self.reads.append(what)
        for _ in range(self.turns()):
            await asyncio.sleep(0)
        if self.gate is not None:
            await self.gate.wait()
        if self.failing > 0:
            self.failing -= 1
            raise Unavailable()

    def _head(self, name: str) -> Head:
        stream = self.of(name)
        return Head(stream.epoch, len(stream.events), stream.forgotten + 1)

    def _events(self, name: str, after: int, upto: int) -> list[StoredEvent]:
        stream = self.of(name)
        return [
            StoredEvent(offset, stream.events[offset - 1])
            for offset in range(max(after, stream.forgotten) + 1, min(upto, len(stream.events)) + 1)
        ]

    async def heads(self, streams: Sequence[str]) -> dict[str, Head]:
        await self._reading("heads")
        return {name: self._head(name) for name in streams}

    async def read(
        self, stream: str, after: int, limit: int = 1000, bytes_max: int = 256_000
    ) -> list[StoredEvent]:
        await self._reading("read")
        page: list[StoredEvent] = []
        size = 0
        for event in self._events(stream, after, after + limit):
            size += len(event.data)
            if page and size > bytes_max:
                break
            page.append(event)
        return page

    async def read_many(self, ranges: Mapping[str, tuple[int, int]]) -> dict[str, list[StoredEvent]]:
        await self._reading("read_many")
        return {name: self._events(name, after, upto) for name, (after, upto) in ranges.items()}

    async def resume(
        self, stream: str, epoch: str | None, offset: int, limit: int = 1000, bytes_max: int = 256_000
    ) -> Resume:
        await self._reading("resume")
        head = self._head(stream)
        if (
            epoch == head.epoch
            and head.oldest - 1 <= offset <= head.offset
            and head.offset - offset <= BEHIND_MAX
        ):
            events = await self.read(stream, offset, limit, bytes_max)
            return Resume(True, head.epoch, events, offset + len(events), len(self.of(stream).events), None)
        snapshot = json.dumps({"total": head.offset}).encode()
        return Resume(False, head.epoch, [], head.offset, head.offset, snapshot)

    async def seen(self, receipts: Sequence[tuple[str, str, int, int]]) -> None:
        self.receipts += receipts

    async def sent(self, deliveries: Sequence[tuple[str, str, int, int]]) -> None:
        self.deliveries += deliveries

    async def ages(self, events: Sequence[tuple[str, int]]) -> dict[tuple[str, int], float]:
        return dict.fromkeys(events, self.age_s)


class FakeGroat:
    """What the live room needs of a Groat: streams, `listen`, `act`."""

    def __init__(self) -> None:
        self.streams = FakeStreams()
        self.bus: None = None
        self.listeners: list[Callable[[list[Published]], None]] = []
        self.acts: list[tuple[str, str, str]] = []

    def listen(self, callback: Callable[[list[Published]], None]) -> Callable[[], None]:
        self.listeners.append(callback)
        return lambda: self.listeners.remove(callback)

    async def act(self, kind: str, *, actor: str, target: str) -> str:
        self.acts.append((kind, actor, target))
        return "id"

    async def audit(self, *, actor: str, target: str, limit: int) -> list[object]:
        return []

    def commit(self, name: str, count: int = 1, pad: int = 0) -> Published:
        """Add events to a stream without telling anybody; the hint that would tell of them."""
        stream = self.streams.of(name)
        first = len(stream.events) + 1
        fresh = tuple(
            b'{"type":"balance_updated","n":%d,"pad":"%b"}' % (n, b"x" * pad)
            for n in range(first, first + count)
        )
        stream.events += fresh
        return Published(name, stream.epoch, first, first + count - 1, fresh)

    def hint(self, *news: Published) -> None:
        for listener in list(self.listeners):
            listener(list(news))

    def publish(self, name: str, count: int = 1, pad: int = 0) -> None:
        """Commit and tell, as the committer does."""
        self.hint(self.commit(name, count, pad))


class FakeIdentities:
    """Tokens that are just names for identities."""

    def __init__(self) -> None:
        self.tokens: dict[str, Identity] = {}
        self.refusals: dict[str, str] = {}
        self.changed: list[str] = []
        self.open_sessions: set[str | None] = set()
        self.failing: list[Exception] = []
        self.listener: Callable[[], None] = lambda: None

    def let_in(self, token: str, user: str, *roles: str, expires_at: int | None = None) -> str:
        self.tokens[token] = Identity(f"user:{user}", user, frozenset(roles), expires_at, None)
        return token

    async def authenticate_token(self, token: str) -> Identity:
        await asyncio.sleep(0)
        if token in self.refusals:
            raise Unauthorized(self.refusals[token])
        if token not in self.tokens:
            raise Unauthorized("token_invalid")
        return self.tokens[token]

    async def recheck(self, identities: Sequence[Identity]) -> Rechecked:
        if self.failing:
            raise self.failing.pop()
        refused = {self.tokens[token] for token in self.refusals if token in self.tokens}
        unchanged = {identity for identity in identities if identity.session in self.open_sessions}
        return Rechecked(unchanged - refused, set(identities) & refused)

    def listen(self, changed: Callable[[], None]) -> None:
        self.listener = changed

    async def changes(self, after_rev: int) -> tuple[int, list[str]]:
        return len(self.changed), [] if after_rev < 0 else self.changed[after_rev:]
