"""Automatic top-ups through a payment door that pays, fails, is slow, is away, and tells what it likes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from groat.api.signatures import read_secret
from groat.programs.credits.door_simulator import Behaviour, DoorSimulator, behaviour_of
from groat.settings import Settings
from tests.http.conftest import SECRET, Api, serve
from tests.live.waiting import until

KEY = "whsec_f5aUPgu40sRN8QIeXmWlP2wJcVbt6yHk"

# The door's behaviour with a charge, and the states in which the order, the rule and the balance end.
ENDS: dict[Behaviour, tuple[str, str, str]] = {
    "pay": ("fulfilled", "resting", "540"),
    "fail": ("cancelled", "resting", "40"),
    "slow": ("fulfilled", "resting", "540"),
    "twice": ("fulfilled", "resting", "540"),
    "out-of-order": ("fulfilled", "resting", "540"),
    "never": ("expired", "resting", "40"),
    "refuse": ("cancelled", "resting", "40"),
    "down": ("fulfilled", "resting", "540"),
    "hang-up": ("fulfilled", "resting", "540"),
}


@pytest.fixture
def door() -> Iterator[DoorSimulator]:
    """A door whose behaviour is the name of who pays."""
    door = DoorSimulator(lambda owner: owner.removeprefix("user:"), "", read_secret(KEY))
    thread = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield door
    door.stop()
    thread.join()


@pytest.fixture
def settings(door: DoorSimulator) -> Settings:
    options = {
        "payment_door": {"url": door.url, "secret": KEY}, "payment_secrets": [KEY], "payment_wait_s": 12,
    }  # fmt: skip
    return Settings(
        secret=SECRET,
        jwt_secret=SECRET,
        messages_per_second=10_000,
        programs=("credits",),
        options={"credits": options},
    )


@pytest.fixture
async def api(tmp_path: Path, settings: Settings, door: DoorSimulator) -> AsyncIterator[Api]:
    """The server, also on a port, where the door reaches it."""
    async with serve(tmp_path, settings) as api:
        config = uvicorn.Config(api.app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        await until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        door.answers_to = f"http://127.0.0.1:{port}/v1/credits/payments"
        yield api
        server.should_exit = True
        await task


async def test_each_door_ends_each_order(api: Api, door: DoorSimulator) -> None:
    package = {"name": "Starter", "credits": "500", "prices": [{"amount": "9.00", "currency": "USD"}]}
    assert (await api.call("ada", "PUT /v1/credits/packages/starter", package)).is_success
    rules: dict[str, str] = {}
    for user in ENDS:
        await api.groat.post([("house:bonus", f"user:{user}", "60", "CREDIT")], key=f"give/{user}")
        rule = {"below": "50", "package": "starter"}
        filed = await api.call("ada", f"POST /v1/requests/auto_top_up?user={user}", rule)
        assert filed.status_code == 201, filed.text
        rules[user] = filed.json()["id"]
    await asyncio.gather(
        *(api.groat.post([(f"user:{u}", "house:s", "20", "CREDIT")], key=f"spend/{u}") for u in ENDS)
    )

    async def read(path: str, **params: str) -> Any:
        answer = await api.call("ada", f"GET {path}", params=params)
        assert answer.is_success, answer.text
        return answer.json()

    async def ended(user: str) -> None:
        async with asyncio.timeout(60):
            while True:
                rule = await read(f"/v1/requests/auto_top_up/{rules[user]}")
                if rule["state"] not in ("checking", "on", "ordering", "late"):
                    break
                await asyncio.sleep(0.1)
        order = await read(f"/v1/requests/credit_order/{rule['data']['last']}")
        (balance,) = (await read(f"/v1/accounts/user:{user}"))["balances"]
        wanted = ENDS[user]  # type: ignore[index]
        assert (order["state"], rule["state"], balance["balance"]) == wanted, user

    await asyncio.gather(*map(ended, ENDS))
    # A charge came again only where the door did not take it, and nobody was charged for it twice.
    page = await read("/v1/requests", kind="credit_order")
    assert len(page["items"]) == len(ENDS)
    times = sorted(door.came.values())
    assert (times[:7], times[-1]) == ([1] * 7, 3)
    assert (await read("/v1/requests", kind="credit_payment"))["items"] == []


def test_the_behaviour_is_read_at_each_charge(tmp_path: Path) -> None:
    file = tmp_path / "door"
    find = behaviour_of("pay", file)
    found = [find("user:1")]
    for text in ("fail\n", '{"user:1": "never", "*": "slow"}', '{"user:2": "never"}', "nonsense"):
        file.write_text(text, "utf-8")
        found.append(find("user:1"))
    assert found == ["pay", "fail", "never", "pay", "pay"]
