"""Settlements over HTTP: what they answer, as items of bulks, as dry runs, and who may overdraw."""

from __future__ import annotations

from typing import Any

from tests.http.conftest import Api, code, posting


async def hold(api: Api, amount: str = "10", **more: Any) -> str:
    body = {**posting("user:42", "house:llm", amount), **more}
    return str((await api.call("shop", "POST /v1/holds", body)).json()["hold"]["id"])


async def test_a_settlement_is_answered_whole_and_replayed(api: Api) -> None:
    id = await hold(api)
    body = {"actual": "17", "excess": "available", "reason": "3,512 tokens", "metadata": {"model": "m"}}
    dry = await api.call("shop", f"POST /v1/holds/{id}/settle?dry_run=true", body)
    first = await api.call("shop", f"POST /v1/holds/{id}/settle", body, key="s")
    told = first.json()
    assert first.status_code == 201
    assert dry.json()["settled"] == told["settled"]
    assert told["settled"] == {"captured": "10", "spent": "7", "freed": "0", "shortfall": "0"}
    assert [p["amount"] for p in told["postings"]] == ["10", "7"]
    assert told["hold"]["state"] == "captured"
    again = await api.call("shop", f"POST /v1/holds/{id}/settle", body, key="s")
    assert (again.status_code, again.json()) == (200, {**told, "replayed": True})
    assert (await api.call("shop", f"GET /v1/transactions/{told['id']}")).json() == told
    # Its owner sees what became of the hold, and not what the app noted.
    seen = (await api.call("42", f"GET /v1/transactions/{told['id']}")).json()
    assert (seen["settled"], seen["metadata"]) == (told["settled"], {})
    other = await api.call("shop", f"POST /v1/holds/{id}/settle", {**body, "excess": "refuse"}, key="s")
    assert code(other) == "key_reused"
    assert code(await api.call("shop", f"POST /v1/holds/{id}/settle", body)) == "hold_resolved"


async def test_what_is_used_and_not_paid_is_told(api: Api) -> None:
    for policy, settled in (
        ({}, {"captured": "10", "spent": "0", "freed": "0", "shortfall": "190", "refused": "insufficient_funds"}),
        ({"excess": "available"}, {"captured": "10", "spent": "80", "freed": "0", "shortfall": "110"}),
    ):  # fmt: skip
        told = await api.call("shop", f"POST /v1/holds/{await hold(api)}/settle", {"actual": "200", **policy})
        assert told.json()["settled"] == settled
    audit = (await api.call("ada", "GET /v1/audit", params={"kind": "settle"})).json()
    assert audit


async def test_only_who_may_go_below_the_floor_overdraws(api: Api) -> None:
    body = {"actual": "130", "excess": "overdraft", "overdraft": "25"}
    id = await hold(api)
    refused = await api.call("shop", f"POST /v1/holds/{id}/settle", body)
    assert (refused.status_code, code(refused)) == (403, "forbidden")
    bulk = {"mode": "atomic", "items": [{"settle": {"hold": id, **body}}]}
    assert code(await api.call("shop", "POST /v1/transactions/bulk", bulk)) == "forbidden"
    told = (await api.call("ada", f"POST /v1/holds/{id}/settle", body)).json()
    assert told["settled"] == {"captured": "10", "spent": "115", "freed": "0", "shortfall": "5"}
    assert [b["balance"] for b in told["balances"] if b["account"] == "user:42"] == ["-25"]


async def test_bulks_settle_what_they_hold(api: Api) -> None:
    made = {**posting("user:42", "house:llm", "10"), "expires_in": 60}
    items: list[dict[str, Any]] = [
        {"hold": made},
        {"settle": {"item": 0, "actual": "12", "excess": "available"}},
        {"settle": {"hold": await hold(api), "actual": "0"}},
    ]
    done = (await api.call("shop", "POST /v1/transactions/bulk", {"mode": "atomic", "items": items})).json()
    assert [r["transaction"].get("settled", {}).get("captured") for r in done["results"]] == [None, "10", "0"]
    each = {"mode": "independent", "items": [items[1], {"settle": {"hold": await hold(api), "actual": "3"}}]}
    told = (await api.call("shop", "POST /v1/transactions/bulk", each)).json()["results"]
    assert [r["status"] for r in told] == [400, 201]
    assert told[1]["transaction"]["settled"]["freed"] == "7"


async def test_what_is_no_settlement_is_said_to_be_none(api: Api) -> None:
    id = await hold(api)
    for body, said in (
        ({}, "invalid_body"),
        ({"actual": "1", "excess": "all"}, "invalid_body"),
        ({"actual": 1}, "invalid_body"),
        ({"actual": "-1"}, "amount_not_positive"),
        ({"actual": "0.5"}, "too_many_digits"),
        ({"actual": "1", "overdraft": "5"}, "invalid_excess"),
        ({"actual": "1", "metadata": {"settle": {}}}, "invalid_metadata"),
    ):
        assert code(await api.call("shop", f"POST /v1/holds/{id}/settle", body)) == said
    nowhere = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"
    lost = await api.call("shop", f"POST /v1/holds/{nowhere}/settle", {"actual": "1"})
    assert (lost.status_code, code(lost)) == (404, "hold_not_found")
