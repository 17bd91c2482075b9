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


async def test_who_manages_a_shared_account_limits_its_members(api: Api) -> None:
    team, checking = "/v1/accounts/team:acme", "GET /v1/accounts/team:acme/check"
    mine = {"account": "team:acme"}

    async def share(user: str, *rights: str) -> None:
        answer = await api.call("ada", f"PUT {team}/members/{user}", {"rights": rights})
        assert answer.status_code == 200, answer.text

    async def refused_to(caller: str, path: str) -> list[str]:
        """The refusals on what changes budgets."""
        tried = [
            ("POST /v1/budgets", {**DAY, "account": "team:acme", "limit": "1"}),
            ("POST /v1/budgets", {**DAY, "account": "team:acme", "limit": "1", "of": f"user:{caller}"}),
            (f"PATCH {path}", {"limit": "1"}),
            (f"POST {path}/remove", {}),
        ]
        return [code(await api.call(caller, route, body)) for route, body in tried]

    await share("42", "manage")
    postings = {"postings": [posting("house:in", "team:acme", "100")]}
    assert (await api.call("ada", "POST /v1/transactions", postings)).status_code == 201
    budget = await made(api, "42", account="team:acme", of="user:8", limit="10")
    assert budget["set_by"] == "owner"
    path = f"/v1/budgets/{budget['id']}"
    # Somebody who is no member learns nothing of it.
    assert await refused_to("7", path) == ["forbidden"] * 2 + ["budget_not_found"] * 2
    assert code(await api.call("7", f"GET {path}")) == "budget_not_found"
    assert code(await api.call("7", "GET /v1/budgets", params=mine)) == "forbidden"
    assert code(await api.call("7", checking, params={"asset": "CREDIT"})) == "forbidden"
    # Members who read or spend see budgets and check, and change none.
    for right in ("read", "spend"):
        await share("7", right)
        assert await refused_to("7", path) == ["forbidden"] * 4
        assert (await api.call("7", f"GET {path}")).json()["left"] == "10"
    assert [each["of"] for each in (await api.call("7", "GET /v1/budgets", params=mine)).json()["items"]] == [
        "user:8"
    ]
    own = await made(api, "42", account="team:acme", of="user:7", limit="30")
    check = (await api.call("7", checking, params={"asset": "CREDIT", "amount": "31"})).json()
    assert (check["refusal"], check["most"], check["available"]) == ("budget_exceeded", "30", "100")
    assert code(await api.call("42", checking, params={"asset": "CREDIT", "of": "user:7"})) == "forbidden"
    assert (await api.call("42", f"PATCH /v1/budgets/{own['id']}", {"limit": "99"})).status_code == 200
    # Budgets of staff stay above those who manage, who lose that right with their membership.
    of_staff = await made(api, "ada", account="team:acme", limit="50")
    changed = await api.call("42", f"PATCH /v1/budgets/{of_staff['id']}", {"limit": "60"})
    assert code(changed) == "budget_of_staff"
    await share("42")
    assert await refused_to("42", path) == ["forbidden"] * 2 + ["budget_not_found"] * 2
    await api.call("ada", f"PATCH {path}", {"limit": "11"})
    for user, told in (("42", ["10", "30", "99", "50"]), ("7", ["30", "99", "50", "11"])):
        events = [msgspec.json.decode(each.data) for each in await api.groat.streams.read(f"user:{user}", 0)]
        assert [each["data"]["limit"] for each in events if each["type"] == "budget_updated"] == told


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
