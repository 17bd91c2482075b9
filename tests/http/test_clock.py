"""The time of the ledger over HTTP and on the command line; that of a sandbox is set forward."""

from __future__ import annotations

import msgspec
import pytest

from groat.settings import Settings
from tests.http.conftest import ACTIONS, SECRET, Api, code

DAY_S = 86_400


@pytest.fixture
def settings() -> Settings:
    """A server on a sandbox."""
    return Settings(secret=SECRET, jwt_secret=SECRET, actions=ACTIONS, sandbox=True)


async def test_admins_set_it_forward_and_everybody_sees_it(api: Api) -> None:
    assert (await api.call("", "GET /health/ready")).json() == {"status": "ready", "sandbox": True}
    assert (await api.call("", "GET /v1/config")).json()["sandbox"] is True
    before = (await api.call("42", "GET /v1/clock")).json()
    assert (before["sandbox"], before["ahead_s"]) == (True, 0)
    step = {"forward_s": 30 * DAY_S, "reason": "Month end"}
    route = "POST /v1/sandbox/clock"
    dry = await api.call("ada", f"{route}?dry_run=true", step)
    assert (dry.status_code, dry.json()["ahead_s"], dry.json()["dry_run"]) == (200, 30 * DAY_S, True)
    first = await api.call("ada", route, step, key="k")
    again = await api.call("ada", route, step, key="k")
    assert (first.status_code, first.json()["ahead_s"], first.json()["replayed"]) == (200, 30 * DAY_S, False)
    assert again.json() == {**first.json(), "replayed": True}
    assert code(await api.call("ada", route, {"forward_s": 1}, key="k")) == "key_reused"
    assert (await api.call("42", "GET /v1/clock")).json()["ahead_s"] == 30 * DAY_S
    assert (await api.call("42", "GET /v1/me")).json()["ahead_s"] == 30 * DAY_S
    page = (await api.call("7", "GET /v1/streams/role:all/events")).json()
    assert page["reset"]["snapshot"]["ahead_s"] == 30 * DAY_S
    assert code(await api.call("sam", route, step)) == "forbidden"


async def test_what_is_no_step_forward_is_refused(api: Api) -> None:
    route = "POST /v1/sandbox/clock"
    for body, refusal in (
        ({"to": "2020-01-01T00:00:00Z"}, "clock_goes_forward"),
        ({"to": "9999-12-01T00:00:00Z"}, "too_far_forward"),
        ({}, "invalid_time"),
        ({"forward_s": 5, "to": "2099-01-01T00:00:00Z"}, "invalid_time"),
        ({"to": "tomorrow"}, "invalid_time"),
        ({"forward_s": -5}, "invalid_body"),
        ({"forward_s": 1e12}, "invalid_body"),
    ):
        assert code(await api.call("ada", route, body)) == refusal, body


async def test_a_hold_and_a_statement_go_by_it(api: Api) -> None:
    body = {
        "source": "user:42", "destination": "house:sales", "amount": "5", "asset": "CREDIT", "expires_in": 3600,
    }  # fmt: skip
    held = (await api.call("ada", "POST /v1/holds", body)).json()
    await api.call("ada", "POST /v1/sandbox/clock", {"forward_s": 2 * DAY_S})
    assert code(await api.call("ada", f"POST /v1/holds/{held['hold']['id']}/capture")) == "hold_expired"
    late = await api.call("ada", "POST /v1/transactions", {"postings": [
        {"source": "house:bonus", "destination": "user:42", "amount": "3", "asset": "CREDIT"}]})  # fmt: skip
    now = msgspec.convert((await api.call("42", "GET /v1/clock")).json()["now"], str)
    assert late.json()["recorded_at"][:10] == now[:10]
    lines = await api.call(
        "42", "GET /v1/accounts/user:42/statement", params={"asset": "CREDIT", "from": "2026-01-01T00:00:00Z"}
    )
    assert now[:10] in lines.text
