"""The stock JavaScript SDK (centrifuge on npm) in Node, against both transports."""

from __future__ import annotations

import json
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.live.fakes import FakeGroat
from tests.live.node_client import NodeClient, running
from tests.live.serving import Served
from tests.live.waiting import until

ME = "user:42"
SCRIPT = Path(__file__).parent / "node" / "client.mjs"


class Node(NodeClient):
    """A running client of centrifuge."""

    def offsets(self, event: str = "publication") -> list[int]:
        return [context["offset"] for context in self.told.get(event, [])]


def node(served: Served, *tokens: str | None) -> AbstractAsyncContextManager[Node]:
    return running(Node(), "centrifuge", SCRIPT, served.url, json.dumps(tokens))


@pytest.mark.parametrize("missed", [1, 1_000, 9_000])
async def test_away_during_n_events_gets_exactly_these_each_once(served: Served, missed: int) -> None:
    await served.credit("42", 2)
    async with node(served, served.identities.let_in("t", "42")) as client:
        client.do("connect")
        first, room = await client.has("subscribed", 2)
        assert (first["channel"], room["channel"]) == (ME, "role:all")
        assert first["data"]["balances"][0]["balance"] == "2"
        await served.credit("42", 1)
        await client.has("publication")
        client.do("disconnect")
        await client.has("disconnected")
        await served.credit("42", missed)
        client.do("connect")
        await client.has("publication", 1 + missed)
        await served.credit("42", 1)
        await client.has("publication", 2 + missed)
        assert client.offsets() == list(range(3, 5 + missed))
        again = (await client.has("subscribed", 3))[2]
        assert (again["channel"], again["recovered"]) == (ME, True)
        assert "data" not in again


async def test_away_too_long_gets_a_snapshot_and_goes_on(faked: Served) -> None:
    groat: FakeGroat = faked.groat
    async with node(faked, faked.identities.let_in("t", "42")) as client:
        client.do("connect")
        await client.has("subscribed", 2)
        client.do("disconnect")
        await client.has("disconnected")
        groat.publish(ME, 10_001)
        client.do("connect")
        again = (await client.has("subscribed", 3))[2]
        assert again["channel"] == ME
        assert (again["wasRecovering"], again["recovered"], again["data"]) == (True, False, {"total": 10_001})
        groat.publish(ME)
        await client.has("publication")
        assert client.offsets() == [10_002]


async def test_views_beside_the_own_stream(faked: Served) -> None:
    groat: FakeGroat = faked.groat
    async with node(faked, faked.identities.let_in("t", "9", "admin")) as client:
        client.do("connect")
        await client.has("subscribed", 3)
        client.do("view", channel="view:9")
        await client.has("view subscribed")
        groat.publish("user:9")
        await client.has("view publication")
        await client.has("publication")
        client.do("unview", channel="view:9")
        await client.has("view unsubscribed")
        groat.publish("user:9")
        await client.has("publication", 2)
        assert client.offsets("view publication") == [1]


async def test_a_person_may_not_view(faked: Served) -> None:
    async with node(faked, faked.identities.let_in("t", "42")) as client:
        client.do("connect")
        await client.has("connected")
        client.do("view", channel="view:7")
        assert (await client.has("view unsubscribed"))[0]["code"] == 103


async def test_tokens_are_refreshed_in_band_and_expired_ones_renewed(faked: Served) -> None:
    now = int(time.time())
    faked.identities.let_in("short", "42", expires_at=now + 32)
    faked.identities.let_in("shorter", "42", expires_at=now + 4)
    faked.identities.refusals["late"] = "token_expired"
    faked.identities.let_in("last", "42", expires_at=now + 3600)
    async with node(faked, "short", "shorter", "late", "last") as client:
        client.do("connect")
        await client.has("connecting", 2)
        assert client.told["connecting"][1]["code"] == 3005
        await client.has("connected", 2)
        faked.groat.publish(ME)
        await client.has("publication")
        assert "disconnected" not in client.told


async def test_a_revoked_person_whose_app_gives_no_token_is_signed_out(faked: Served) -> None:
    async with node(faked, faked.identities.let_in("t", "42"), None) as client:
        client.do("connect")
        await client.has("connected")
        faked.identities.refusals["t"] = "token_revoked"
        faked.identities.changed.append(ME)
        await client.has("disconnected")
        assert client.told["connecting"][1]["code"] == 3014


async def test_a_draining_server_is_left_to_come_back(faked: Served) -> None:
    async with node(faked, faked.identities.let_in("t", "42")) as client:
        client.do("connect")
        await client.has("connected")
        faked.live.begin_drain(0.05)
        assert (await client.has("connecting", 2))[1]["code"] == 3001
        assert "disconnected" not in client.told


async def test_receipts_are_an_rpc(faked: Served) -> None:
    faked.groat.publish(ME, 3)
    async with node(faked, faked.identities.let_in("t", "42")) as client:
        client.do("connect")
        await client.has("subscribed")
        client.do("rpc", method="seen", data={"stream": ME, "offset": 3})
        client.do("rpc", method="seen", data={"stream": ME, "offset": 4})
        results = await client.has("result", 2)
        assert results == [{"data": {}}, {"code": 107}]
        await until(lambda: faked.groat.streams.receipts)
        assert [row[0:3:2] for row in faked.groat.streams.receipts] == [(ME, 3)]
