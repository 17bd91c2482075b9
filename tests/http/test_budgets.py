"""Budgets over HTTP: owners set their own and never change those of staff, screens hear of it, a check tells ahead."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.http.conftest import Api, code, give, posting

DAY: dict[str, Any] = {"asset": "CREDIT", "window": "day", "zone": "Europe/Berlin"}


async def made(api: Api, caller: str, **body: Any) -> dict[str, Any]:
    answer = await api.call(caller, "POST /v1/budgets", {**DAY, **body})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def spend(api: Api, amount: str) -> Any:
    return await api.call(
        "ada", "POST /v1/transactions", {"postings": [posting("user:42", "house:s", amount)]}
    )


async def test_an_owner_sets_raises_stops_and_removes_one_and_the_stream_tells(api: Api) -> None:
    await api.call("ada", "POST /v1/transactions", give("42", "100"))
    budget = await made(api, "42", account="user:42", limit="10")
    assert (budget["set_by"], budget["left"], budget["stopped"]) == ("owner", "10", False)
    path = f"/v1/budgets/{budget['id']}"
    refused = await spend(api, "11")
    assert code(refused) == "budget_exceeded"
    members = refused.json()
    assert (members["budget"], members["left"]) == (budget["id"], "10")
    assert members["resets_at"] == budget["resets_at"]
    assert members["retryable_with_new_key"] is True
    tried = await api.call("42", f"PATCH {path}", {"limit": "20"}, params={"dry_run": "true"})
    assert (tried.json()["limit"], tried.json()["dry_run"]) == ("20", True)
    raised = await api.call("42", f"PATCH {path}", {"limit": "20"}, key="raise")
    again = await api.call("42", f"PATCH {path}", {"limit": "20"}, key="raise")
    assert (raised.json()["replayed"], again.json()["replayed"]) == (False, True)
    assert (await spend(api, "11")).status_code == 201
    assert (await api.call("42", f"PATCH {path}", {"stopped": True})).json()["left"] == "0"
    assert code(await spend(api, "1")) == "budget_exceeded"
    assert (await api.call("42", f"POST {path}/remove", {})).json()["removed"] is True
    assert code(await api.call("42", f"GET {path}")) == "budget_not_found"
    assert (await spend(api, "80")).status_code == 201
    events = [msgspec.json.decode(each.data) for each in await api.groat.streams.read("user:42", 0)]
    told = [each["data"] for each in events if each["type"] == "budget_updated"]
    assert [(each["limit"], each["stopped"]) for each in told] == [
        ("10", False), ("20", False), ("20", True), ("20", True),
    ]  # fmt: skip


async def test_nobody_changes_what_is_above_them(api: Api) -> None:
    of_staff = await made(api, "ada", account="user:42", limit="10")
    own = await made(api, "42", account="user:42", limit="50")
    for change in ({"limit": "99"}, {"stopped": True}):
        refused = await api.call("42", f"PATCH /v1/budgets/{of_staff['id']}", change)
        assert code(refused) == "budget_of_staff"
    assert code(await api.call("42", f"POST /v1/budgets/{of_staff['id']}/remove", {})) == "budget_of_staff"
    assert code(await api.call("7", f"PATCH /v1/budgets/{own['id']}", {"limit": "99"})) == "budget_not_found"
    assert (
        code(await api.call("7", "POST /v1/budgets", {**DAY, "account": "user:42", "limit": "1"}))
        == "forbidden"
    )
    # A service limits people, not services, itself among them.
    service = {**DAY, "of": "service:shop", "limit": "5"}
    assert code(await api.call("shop", "POST /v1/budgets", service)) == "forbidden"
    of_key = await made(api, "ada", **service)
    assert code(await api.call("shop", f"PATCH /v1/budgets/{of_key['id']}", {"limit": "9"})) == "forbidden"
    await made(api, "shop", account="user:42", limit="30")
    listed = await api.call("42", "GET /v1/budgets")
    assert [each["limit"] for each in listed.json()["items"]] == ["10", "50", "30"]


async def test_a_check_says_what_a_posting_would_meet(api: Api) -> None:
    await api.call("ada", "POST /v1/transactions", give("42", "100"))
    await made(api, "ada", account="user:42", limit="30")
    await spend(api, "12")

    async def check(caller: str = "ada", **query: str) -> Any:
        route = "GET /v1/accounts/user:42/check"
        return (await api.call(caller, route, params={"asset": "CREDIT", **query})).json()

    yes, no, any_ = await check(amount="18"), await check(amount="19"), await check("42")
    assert (yes["allowed"], yes["refusal"], yes["most"]) == (True, None, "18")
    assert (no["allowed"], no["refusal"], no["budget"]["left"]) == (False, "budget_exceeded", "18")
    assert (any_["allowed"], any_["of"], any_["available"]) == (True, "user:42", "188")
    assert (any_["pace"]["hour"], any_["pace"]["lasts_at_hour_s"]) == ("12", 5_400)
    assert (await check(amount="189", of="service:x"))["refusal"] == "insufficient_funds"
    assert code(
        await api.call("42", "GET /v1/accounts/user:42/check", params={"asset": "CREDIT", "of": "user:7"})
    ) == ("forbidden")
