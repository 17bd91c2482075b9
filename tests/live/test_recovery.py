"""What stock clients get after having been away."""

from __future__ import annotations

from pathlib import Path

import pytest

from groat import Groat
from tests.live.fakes import FakeGroat
from tests.live.python_client import Sdk
from tests.live.serving import Served, serving
from tests.live.waiting import until

ME = "user:42"


async def connected(served: Served) -> Sdk:
    return await Sdk(served.url, served.identities.let_in("t42", "42")).connect()


async def test_a_new_client_gets_the_balance_then_every_change_of_it(served: Served) -> None:
    await served.credit("42", 3)
    sdk = await connected(served)
    first = sdk.subscribed[ME][0]
    assert first.data["balances"][0]["balance"] == "3"
    assert (first.recoverable, first.recovered, first.stream_position.offset) == (True, False, 3)
    await served.credit("42", 2)
    await until(lambda: len(sdk.events.get(ME, [])) == 2)
    assert sdk.offsets(ME) == [4, 5]
    change = sdk.events[ME][-1][1]["changes"][0]
    assert (change["account"], change["asset"], change["balance"]) == ("user:42", "CREDIT", "5")
    await sdk.leave()


@pytest.mark.parametrize("missed", [1, 1_000, 9_000])
async def test_away_during_n_events_gets_exactly_these_each_once(served: Served, missed: int) -> None:
    await served.credit("42", 2)
    sdk = await connected(served)
    await served.credit("42", 1)
    await until(lambda: sdk.offsets(ME) == [3])
    await sdk.leave()
    await served.credit("42", missed)
    await sdk.connect(times=2)
    await until(lambda: len(sdk.offsets(ME)) >= 1 + missed, timeout_s=30)
    await served.credit("42", 1)
    await until(lambda: sdk.offsets(ME)[-1] == 4 + missed)
    assert sdk.offsets(ME) == list(range(3, 5 + missed))
    assert sdk.subscribed[ME][1].recovered is True
    assert sdk.subscribed[ME][1].data is None
    assert [int(data["changes"][0]["balance"]) for _, data in sdk.events[ME]] == sdk.offsets(ME)
    await sdk.leave()


async def test_away_beyond_10_000_gets_a_snapshot(plain_asgi: bool) -> None:
    groat = FakeGroat()
    async with serving(groat, plain_asgi=plain_asgi) as served:
        sdk = await connected(served)
        groat.publish(ME)
        await until(lambda: sdk.offsets(ME) == [1])
        await sdk.leave()
        groat.publish(ME, 10_001)
        await sdk.connect(times=2)
        again = sdk.subscribed[ME][1]
        assert (again.recovered, again.data) == (False, {"total": 10_002})
        groat.publish(ME)
        await until(lambda: sdk.offsets(ME) == [1, 10_003])
        await sdk.leave()


async def test_away_beyond_retention_gets_a_snapshot(plain_asgi: bool) -> None:
    groat = FakeGroat()
    async with serving(groat, plain_asgi=plain_asgi) as served:
        sdk = await connected(served)
        await sdk.leave()
        groat.publish(ME, 20)
        groat.streams.of(ME).forgotten = 5
        await sdk.connect(times=2)
        assert (sdk.subscribed[ME][1].recovered, sdk.subscribed[ME][1].data) == (False, {"total": 20})
        await sdk.leave()


@pytest.mark.parametrize("position", ["another epoch", "ahead of the head"])
async def test_a_position_of_another_history_gets_a_snapshot(served: Served, position: str) -> None:
    await served.credit("42", 5)
    sdk = await connected(served)
    await sdk.leave()
    before = sdk.subscribed[ME][0].stream_position.epoch
    known = sdk.client._server_subs[ME]
    if position == "another epoch":
        known.epoch = "from-elsewhere"
    else:
        known.offset = 6
    await sdk.connect(times=2)
    again = sdk.subscribed[ME][1]
    assert again.recovered is False
    assert again.data["balances"][0]["balance"] == "5"
    # Being ahead proves lost history, so the old epoch must never be recovered from again.
    assert (again.stream_position.epoch == before) is (position == "another epoch")
    await served.credit("42", 1)
    await until(lambda: len(sdk.offsets(ME)) == 1)
    assert sdk.events[ME][0][1]["changes"][0]["balance"] == "6"
    await sdk.leave()


async def test_a_restored_database_resets_the_readers_who_stayed(served: Served, ledger: Groat) -> None:
    await served.credit("42", 5)
    staying = await connected(served)
    ahead = Sdk(served.url, "t42")
    await ahead.connect()
    await ahead.leave()
    ahead.client._server_subs[ME].offset = 50
    await ahead.connect(times=2)
    await until(lambda: len(staying.subscribed[ME]) == 2)
    assert 3010 in staying.connecting
    assert staying.subscribed[ME][1].recovered is False
    await served.credit("42", 1)
    await until(lambda: staying.events.get(ME) and ahead.events.get(ME))
    assert staying.events[ME] == ahead.events[ME]
    await staying.leave()
    await ahead.leave()


async def test_commits_of_another_process_arrive_too(served: Served, tmp_path: Path) -> None:
    sdk = await connected(served)
    async with Groat.open(f"sqlite:///{tmp_path}/groat.db") as other:
        for number in range(20):
            await other.post([("house:bonus", ME, "1", "CREDIT")], key=f"other-{number}")
        await served.credit("42", 1)
        await until(lambda: len(sdk.offsets(ME)) == 21)
    assert sdk.offsets(ME) == list(range(1, 22))
    await sdk.leave()


async def test_one_connection_can_hold_views_and_its_own_stream(served: Served) -> None:
    token = served.identities.let_in("staff", "9", "support")
    sdk = await Sdk(served.url, token).connect()
    await served.credit("42", 2)
    view = await sdk.view("view:42")
    assert view.contexts[0].data["balances"][0]["balance"] == "2"
    await served.credit("42", 1)
    await served.credit("9", 1)
    await until(lambda: view.events and sdk.events.get("user:9"))
    assert [offset for offset, _ in view.events] == [3]
    assert sdk.offsets("user:9") == [1]
    assert "view:42" not in sdk.events
    await sdk.leave()
    await served.credit("42", 3)
    await sdk.connect(times=2)
    await until(lambda: len(view.events) == 4)
    assert [offset for offset, _ in view.events] == [3, 4, 5, 6]
    await sdk.leave()
