"""Those who write to a server, and those who watch what comes of it, by every transport and several SDKs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

import httpx

from tests.crash.calls import Senders
from tests.crash.clients import EventSource, NodeClients, Poller, PythonClient, Record, Watching, stop_all
from tests.crash.mixture import TOKENS, USERS, Mixture
from tests.crash.server import ADMIN, DEADLINE_S, Reachable, bearing, token
from tests.crash.truth import Stream
from tests.live.waiting import until

S = TypeVar("S", bound=Senders)


class Crowd(Generic[S]):
    """The first ``people`` users watch by the Python SDK, those of ``node`` by the npm one, the next two otherwise."""

    def __init__(
        self,
        server: Reachable,
        senders: S,
        mixture: Mixture,
        people: int,
        node: range,
        back_off_s: tuple[float, float] = (0.01, 0.05),
    ) -> None:
        self.senders = senders
        self.mixture = mixture
        self.people = [PythonClient(server, user, TOKENS[user], back_off_s) for user in USERS[:people]]
        self.staff = PythonClient(server, "admin", ADMIN, back_off_s)
        self.watching: list[Watching] = []
        self.node = NodeClients(server, {USERS[n]: TOKENS[USERS[n]] for n in node})
        first, second = USERS[node.stop : node.stop + 2]
        self.readers = [
            EventSource(server, first, TOKENS[first]),
            Poller(server, second, TOKENS[second]),
            Poller(server, "saver", token("saver")),
        ]
        self._server = server

    @property
    def records(self) -> list[Record]:
        """What each of those who watch heard."""
        stock: list[PythonClient | Watching] = [*self.people, *self.watching]
        return [
            *(each.record for each in stock),
            *(each.record for each in self.readers),
            *self.node.records.values(),
        ]

    async def open(self) -> None:
        """Assets, money, things to refer to; everybody who watches is there."""
        async with httpx.AsyncClient(
            base_url=self._server.address, headers=bearing(ADMIN), trust_env=False
        ) as http:
            for code, scale in (("CREDIT", 0), ("USD", 2)):
                assert (await http.post("/v1/assets", json={"code": code, "scale": scale})).status_code == 201
        await self.senders.send_all(self.mixture.opening())
        await self.node.start()
        for client in (*self.people, self.staff):
            await client.client.connect()
        self.watching = [await self.staff.watch(user) for user in USERS[:2]]
        referred = self.mixture.referred()
        await self.senders.send_all(referred)
        self.mixture.learn(referred)
        await until(lambda: all(record.begun for record in self.records), DEADLINE_S)

    async def caught_up(self, streams: Mapping[str, Stream]) -> None:
        """Wait until everybody who watches has heard of everything."""
        await until(
            lambda: all(record.offset == streams[record.stream].head for record in self.records), DEADLINE_S
        )

    async def close(self) -> None:
        """Everybody goes."""
        await stop_all([*self.people, self.staff, self.node, *self.readers])
