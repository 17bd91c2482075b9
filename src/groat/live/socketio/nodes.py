"""The servers that run on one database: where the others reach each, and a clock that they share.

Each node notes in the database, twice a minute, that it is there. The database is what all nodes have in common in any
case, and its clock is the one by which they compare times: their own may differ.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from contextvars import Context
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from groat.ledger.book import KNOWN_EXTRAS
from groat.ledger.errors import StoreError
from groat.settings import whereabouts
from groat.sparing import SparingLog
from groat.store.flow import Flow, Query

if TYPE_CHECKING:
    from groat.engine.groat import Groat

LOOK_S: Final = 5.0
LOOK_AGAIN_S: Final = 1.0
"""A node that is not known is looked for at most this often."""
BEAT_S: Final = 30.0
ALIVE_S: Final = 90.0
"""A node that was not noted for this long is gone."""
KEPT_S: Final = 600.0
_US: Final = 1_000_000

log = structlog.get_logger("groat.live")


class Noted(NamedTuple):
    """A node as the database has it; `seen_at` and `now` are microseconds of the database's clock."""

    name: str
    address: str
    seen_at: int
    now: int


class Nodes:
    """Notes that this node is there, and knows the addresses of the others.

    `name` is the node's. `address` is its own, such as http://10.0.0.11:8000, "" if it has none.
    """

    def __init__(self, groat: Groat, name: str, address: str) -> None:
        self._groat = groat
        self._name = name
        self._address = address
        self._addresses: dict[str, str] = {}
        self._since = 0
        self._ahead_s = time.time() - time.monotonic()
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._log = SparingLog(log, every_s=float("inf"))

    async def start(self) -> None:
        """Note this node and read the others, now and again and again. A database that is away delays nothing."""
        # Use an empty context: the task is no part of a trace.
        self._task = asyncio.create_task(self._run(), name="groat-nodes", context=Context())

    async def stop(self) -> None:
        """End, and take this node out of the database, unless that is away."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            with suppress(StoreError):
                await self._groat.write(_forget, self._name)

    def now(self) -> float:
        """Return the time of the database in seconds since 1970, about as all nodes have it."""
        return time.monotonic() + self._ahead_s

    async def address(self, name: str) -> str:
        """Return where a node is reached, "" if it is not known or gone. Looks into the database if need be."""
        asked_at = time.monotonic()
        if name not in self._addresses:
            async with self._looking:
                # Whoever waited here is content with a look that began meanwhile.
                if name not in self._addresses and self._looked_at < asked_at:
                    await asyncio.sleep(self._looked_at + LOOK_AGAIN_S - time.monotonic())
                    with suppress(StoreError):
                        await self._look()
        return self._addresses.get(name, "")

    async def _run(self) -> None:
        while True:
            try:
                async with self._looking:
                    noted = await self._look()
                if self._is_due(noted):
                    await self._groat.write(_beat, self._name, self._address)
            except StoreError as error:
                # Whoever was there a moment ago is believed to be there still.
                log.debug("nodes_away", code=error.code)
            except Exception:
                log.exception("nodes_broke")
            await asyncio.sleep(LOOK_S)

    def _is_due(self, noted: list[Noted]) -> bool:
        """Return whether to note this node anew: one of its workers has to, twice a minute."""
        mine = next((each for each in noted if each.name == self._name), None)
        return mine is None or mine.address != self._address or mine.now - mine.seen_at > BEAT_S * _US

    async def _look(self) -> list[Noted]:
        """Read all nodes. Raises StoreError."""
        self._looked_at = asked_at = time.monotonic()
        noted = await self._groat.read(_list)
        now = noted[0].now if noted else 1
        if noted:
            self._ahead_s = now / _US - (asked_at + time.monotonic()) / 2
        self._since = self._since or now
        others = [
            each for each in noted if each.name != self._name and each.now - each.seen_at < ALIVE_S * _US
        ]
        self._addresses = {each.name: each.address for each in others if each.address}
        # A node that was killed is noted for a while; one that is there is noted anew.
        if not self._address and any(each.seen_at > self._since for each in others):
            self._log.warning("node_address_missing", setting="node_address", hint=_HINT)
        return noted


_HINT = (
    f"Other servers run on this database and cannot reach this one. Until {whereabouts('node_address')} says where, "
    "such as http://10.0.0.11:8000, long-polling of Socket.IO needs sticky sessions at the load balancer, or clients "
    'with transports: ["websocket"].'
)


def _beat(name: str, address: str) -> Flow[None]:
    yield Query("beat_node", (name, address, KNOWN_EXTRAS))
    yield Query("prune_nodes", (int(KEPT_S * _US),))


def _list() -> Flow[list[Noted]]:
    return [Noted(*row) for row in (yield Query("list_nodes"))]


def _forget(name: str) -> Flow[None]:
    yield Query("forget_node", (name,))
