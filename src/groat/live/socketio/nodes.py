"""The servers that run on one database: where the others reach each, and a clock that they share.

Each worker notes in the database, every few seconds, that its node is there. The database is what all nodes have in
common in any case, and its clock is the one by which they compare times: their own may differ.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from contextvars import Context
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from groat.ledger.errors import StoreError
from groat.sparing import SparingLog
from groat.store.flow import Flow, Query

if TYPE_CHECKING:
    from groat.engine.groat import Groat

BEAT_S: Final = 5.0
ALIVE_S: Final = 20.0
"""A node that was not noted for this long is gone."""
LOOK_S: Final = 1.0
"""A node that is not known is looked for at most this often."""
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
        self._first_seen: dict[str, int] = {}
        self._ahead_s = time.time() - time.monotonic()
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._log = SparingLog(log, every_s=float("inf"))

    async def start(self) -> None:
        """Note this node and read the others, now and every few seconds. A database that is away delays nothing."""
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
        if name not in self._addresses:
            async with self._looking:
                if name not in self._addresses and time.monotonic() - self._looked_at >= LOOK_S:
                    with suppress(StoreError):
                        await self._look()
        return self._addresses.get(name, "")

    async def _run(self) -> None:
        while True:
            try:
                await self._groat.write(_beat, self._name, self._address)
                async with self._looking:
                    await self._look()
            except StoreError as error:
                # Whoever was there a moment ago is believed to be there still.
                log.debug("nodes_away", code=error.code)
            except Exception:
                log.exception("nodes_broke")
            await asyncio.sleep(BEAT_S)

    async def _look(self) -> None:
        self._looked_at = asked_at = time.monotonic()
        noted = await self._groat.read(_list)
        if not noted:
            return
        now = noted[0].now
        self._ahead_s = now / _US - (asked_at + time.monotonic()) / 2
        others = [each for each in noted if each.name != self._name and each.seen_at > now - ALIVE_S * _US]
        self._addresses = {each.name: each.address for each in others if each.address}
        # A node that was killed is noted for a while; one that is there is noted anew.
        before = self._first_seen
        self._first_seen = {each.name: before.get(each.name, each.seen_at) for each in others}
        if not self._address and any(each.seen_at > self._first_seen[each.name] for each in others):
            self._log.warning("node_address_missing", setting="node_address", hint=_HINT)


_HINT = (
    "Other servers run on this database and cannot reach this one. Until node_address (GROAT_NODE_ADDRESS) says where, "
    "such as http://10.0.0.11:8000, long-polling of Socket.IO needs sticky sessions at the load balancer, or clients "
    'with transports: ["websocket"].'
)


def _beat(name: str, address: str) -> Flow[None]:
    yield Query("beat_node", (name, address, int((BEAT_S - 1) * _US)))
    yield Query("prune_nodes", (int(KEPT_S * _US),))


def _list() -> Flow[list[Noted]]:
    return [Noted(*row) for row in (yield Query("list_nodes"))]


def _forget(name: str) -> Flow[None]:
    yield Query("forget_node", (name,))
