"""What the routes for money do: replays, bulks, holds, reversals, exact balances, actions, pages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.helpers.money import untimed
from tests.http.conftest import Api, code, give, posting


async def balance(api: Api, account: str = "user:42", asset: str = "CREDIT") -> str:
    answer = await api.call("ada", f"GET /v1/accounts/{account}")
    return next((b["balance"] for b in answer.json().get("balances", []) if b["asset"] == asset), "none")


async def test_a_transaction_is_answered_whole_and_replayed_under_its_key(api: Api) -> None:
    body = give(
        "42", "50", reason="Bonus", metadata={"campaign": "spring", "n": 1.5, "deep": {"ü": [None, True]}}
    )
    first = await api.call("shop", "POST /v1/transactions", body, key="k")
    assert first.status_code == 201
    told = first.json()
    assert told["postings"] == [posting("house:bonus", "user:42", "50")]
    assert (told["principal"], told["actor"], told["key"]) == ("service:shop", "service:shop", "k")
    assert told["metadata"] == body["metadata"]
    assert [(b["account"], b["balance"]) for b in told["balances"]] == [
        ("house:bonus", "-150"),
        ("user:42", "150"),
    ]
    assert list(told["positions"]) == ["user:42"]
    again = await api.call("shop", "POST /v1/transactions", body, key="k")
    assert again.status_code == 200
    assert again.json() == {**told, "replayed": True}
    assert (await api.call("ada", f"GET /v1/transactions/{told['id']}")).json() == told
    assert await balance(api) == "150"


async def test_a_quoted_key_is_the_bare_one(api: Api) -> None:
    first = await api.call("shop", "POST /v1/transactions", give("42", "1"), key='"k"')
    again = await api.call("shop", "POST /v1/transactions", give("42", "1"), key="k")
    assert (first.status_code, again.status_code, first.json()["key"]) == (201, 200, "k")
    assert again.json()["id"] == first.json()["id"]
    other = await api.call("shop", "POST /v1/transactions", give("42", "2"), key='"k"')
    assert (other.status_code, code(other)) == (409, "key_reused")
    hold = {"source": "user:42", "destination": "house:sales", "amount": "1", "asset": "CREDIT"}
    assert (await api.call("shop", "POST /v1/holds", hold, key='"h"')).status_code == 201
    assert (await api.call("shop", "POST /v1/holds", hold, key="h")).status_code == 200
    bulk = {"mode": "independent", "items": [give("42", "1"), give("42", "2")]}
    assert not (await api.call("shop", "POST /v1/transactions/bulk", bulk, key="b")).json()["replayed"]
    assert (await api.call("shop", "POST /v1/transactions/bulk", bulk, key='"b"')).json()["replayed"]


@pytest.mark.parametrize(
    "key", ['"k', 'k"', '"a"b"', '"k";v=1', '"k", "l"', '""', '"a\\b\\"', '"\xfc"', "\x7f"]
)
async def test_a_malformed_key_is_refused(api: Api, key: str) -> None:
    answer = await api.call("shop", "POST /v1/transactions", give("42", "1"), key=key)
    assert (answer.status_code, code(answer)) == (400, "invalid_key")
    assert await balance(api) == "100"


async def test_a_bulk_never_meets_a_key_that_somebody_chose(api: Api) -> None:
    bulk = {"mode": "independent", "items": [give("42", "1"), give("42", "2")]}
    for key in ("b/0", "b\u203a1".encode().decode("latin-1")):
        await api.call("shop", "POST /v1/transactions", give("42", "7"), key=key)
    first = (await api.call("shop", "POST /v1/transactions/bulk", bulk, key="b")).json()
    assert [r["status"] for r in first["results"]] == [201, 201]
    chosen = await api.call("shop", "POST /v1/transactions", give("42", "9"), key="b/1")
    assert chosen.status_code == 201
    again = (await api.call("shop", "POST /v1/transactions/bulk", bulk, key="b")).json()
    assert [r["status"] for r in again["results"]] == [200, 200]
    assert await balance(api) == "119"


async def test_a_key_belongs_to_its_principal(api: Api) -> None:
    for caller in ("ada", "shop"):
        assert (
            await api.call(caller, "POST /v1/transactions", give("42", "1"), key="same")
        ).status_code == 201
    # An API key may be exchanged; its service, and so its keys, stay.
    api.credentials["shop"], _ = await api.identities.add_key("shop", "second", "user:ada")
    assert (await api.call("shop", "POST /v1/transactions", give("42", "1"), key="same")).status_code == 200
    assert await balance(api) == "102"


async def test_a_refusal_is_frozen_under_its_key(api: Api) -> None:
    body = {"postings": [posting("user:7", "house:sales", "5")]}
    first = await api.call("ada", "POST /v1/transactions", body, key="k")
    assert (first.status_code, code(first)) == (422, "insufficient_funds")
    await api.call("ada", "POST /v1/transactions", give("7", "5"))
    again = await api.call("ada", "POST /v1/transactions", body, key="k")
    assert (again.status_code, again.json()) == (422, {**first.json(), "replayed": True})
    assert await balance(api, "user:7") == "5"


async def test_what_is_no_command_freezes_nothing(api: Api) -> None:
    assert code(await api.call("ada", "POST /v1/transactions", give("42", "x"), key="k")) == "invalid_amount"
    assert (await api.call("ada", "POST /v1/transactions", give("42", "1"), key="k")).status_code == 201


async def test_an_independent_bulk_gives_a_verdict_for_each(api: Api) -> None:
    items = [
        give("1", "1"),
        give("2", "x"),
        {"postings": [posting("user:9", "house:sales", "1")]},
        give("3", "3"),
    ]
    body = {"mode": "independent", "items": items, "reason": "Spring"}
    first = (await api.call("ada", "POST /v1/transactions/bulk", body, key="b")).json()
    assert [(r["index"], r["status"], r.get("problem", {}).get("code")) for r in first["results"]] == [
        (0, 201, None), (1, 400, "invalid_amount"), (2, 422, "insufficient_funds"), (3, 201, None),
    ]  # fmt: skip
    assert first["summary"] == {"committed": 2, "refused": 2}
    assert [r["transaction"]["key"] for r in first["results"] if "transaction" in r] == [
        "b\u203a0",
        "b\u203a3",
    ]
    assert {r["transaction"]["reason"] for r in first["results"] if "transaction" in r} == {"Spring"}
    again = (await api.call("ada", "POST /v1/transactions/bulk", body, key="b")).json()
    assert (again["replayed"], [r["status"] for r in again["results"]]) == (True, [200, 400, 422, 200])
    assert await balance(api, "user:1") == "1"


async def test_an_atomic_bulk_is_all_or_nothing(api: Api) -> None:
    bad = {"postings": [posting("user:9", "house:sales", "1")]}
    refused = await api.call(
        "ada", "POST /v1/transactions/bulk", {"mode": "atomic", "items": [give("1", "1"), bad]}
    )
    assert (code(refused), refused.json()["index"]) == ("insufficient_funds", "1")
    invalid = await api.call(
        "ada", "POST /v1/transactions/bulk", {"mode": "atomic", "items": [give("1", "1", "X")]}
    )
    assert (code(invalid), invalid.json()["index"]) == ("unknown_asset", "0")
    assert await balance(api, "user:1") == "none"
    body = {"mode": "atomic", "items": [give("1", "1"), give("2", "2")]}
    first = (await api.call("ada", "POST /v1/transactions/bulk", body, key="b")).json()
    assert ([r["status"] for r in first["results"]], first["replayed"]) == ([201, 201], False)
    again = (await api.call("ada", "POST /v1/transactions/bulk", body, key="b")).json()
    assert ([r["status"] for r in again["results"]], again["replayed"]) == ([200, 200], True)
    assert await balance(api, "user:2") == "2"


async def test_ten_thousand_items(api: Api) -> None:
    items = [give(str(n), "1") for n in range(10_000)]
    answer = await api.call("ada", "POST /v1/transactions/bulk", {"mode": "independent", "items": items})
    assert answer.json()["summary"] == {"committed": 10_000, "refused": 0}
    assert await balance(api, "user:9999") == "1"


async def test_a_bulk_key_leaves_room_for_the_index(api: Api) -> None:
    body = {"mode": "independent", "items": [give("1", "1")]}
    assert code(await api.call("ada", "POST /v1/transactions/bulk", body, key="x" * 254)) == "invalid_key"
    assert (await api.call("ada", "POST /v1/transactions/bulk", body, key="x" * 253)).status_code == 200


async def test_a_hold_is_captured_in_parts_and_released(api: Api) -> None:
    body = {**posting("user:42", "house:sales", "10"), "expires_in": 60, "reason": "Order"}
    held = await api.call("ada", "POST /v1/holds", body, key="h")
    hold = held.json()["hold"]
    assert (held.status_code, hold["state"], hold["remaining"]) == (201, "open", "10")
    assert hold["expires_at"] is not None
    # A duration is the same request at each repetition, though its end is another moment.
    again = await api.call("ada", "POST /v1/holds", body, key="h")
    assert (again.status_code, again.json()["hold"]) == (200, hold)
    part = await api.call("ada", f"POST /v1/holds/{hold['id']}/capture", {"amount": "4", "final": False})
    assert (part.status_code, part.json()["hold"]["remaining"]) == (201, "6")
    released = await api.call("ada", f"POST /v1/holds/{hold['id']}/release", {"reason": "Cancelled"})
    assert (released.status_code, released.json()["hold"]["state"]) == (201, "released")
    assert await balance(api) == "96"
    both = {**body, "expires_at": "2030-01-01T00:00:00Z"}
    assert code(await api.call("ada", "POST /v1/holds", both)) == "invalid_body"


async def test_a_hold_is_extended_while_it_is_open(api: Api) -> None:
    body = {**posting("user:42", "house:sales", "10"), "expires_in": 60}
    hold = (await api.call("ada", "POST /v1/holds", body)).json()["hold"]
    route = f"POST /v1/holds/{hold['id']}/extend"
    longer = await api.call("shop", route, {"expires_in": 600, "reason": "At work"}, key="e")
    told = longer.json()
    assert (longer.status_code, told["kind"], told["postings"][0]["amount"]) == (201, "extend", "0")
    assert told["hold"]["expires_at"] > hold["expires_at"]
    assert list(told["positions"]) == ["user:42"]
    again = await api.call("shop", route, {"expires_in": 600, "reason": "At work"}, key="e")
    assert (again.status_code, again.json()) == (200, {**told, "replayed": True})
    kept = await api.call("shop", route, {"expires_at": hold["expires_at"]})
    assert (kept.status_code, kept.json()["id"]) == (200, None)
    assert (await api.call("ada", f"GET /v1/holds/{hold['id']}")).json() == told["hold"]
    for ends in ({}, {"expires_in": 5, "expires_at": hold["expires_at"]}):
        assert code(await api.call("shop", route, ends)) == "invalid_body"
    assert code(await api.call("shop", route, {"expires_at": "2020-01-01T00:00:00Z"})) == "expires_in_past"
    await api.call("shop", f"POST /v1/holds/{hold['id']}/capture", {"amount": "4", "final": False})
    last = await api.call("shop", f"POST /v1/holds/{hold['id']}/capture", {"amount": "1"})
    assert (last.json()["hold"]["state"], last.json()["hold"]["released"]) == ("captured", "5")
    assert code(await api.call("shop", route, {"expires_in": 900})) == "hold_resolved"


async def test_a_reversal_takes_back_whole_or_part(api: Api) -> None:
    id = (await api.call("ada", "POST /v1/transactions", give("42", "10"))).json()["id"]
    part = await api.call(
        "ada", f"POST /v1/transactions/{id}/reverse", {"amounts": ["4"], "reason": "Partly"}
    )
    assert (part.status_code, part.json()["reverses"]) == (201, id)
    rest = await api.call("ada", f"POST /v1/transactions/{id}/reverse")
    assert rest.json()["postings"] == [posting("user:42", "house:bonus", "6")]
    assert await balance(api) == "100"


async def test_a_balance_is_set_exactly(api: Api) -> None:
    route = "PUT /v1/accounts/user:42/balances/CREDIT"
    up = await api.call("ada", route, {"balance": "120", "reason": "Admin update"})
    assert (up.status_code, up.json()["postings"]) == (201, [posting("house:adjustments", "user:42", "20")])
    same = await api.call("ada", route, {"balance": "120"})
    assert (same.status_code, same.json()["id"]) == (200, None)
    assert code(await api.call("ada", route, {"balance": "-1"})) == "insufficient_funds"


async def test_limits_are_set_and_lifted(api: Api) -> None:
    route = "PATCH /v1/accounts/user:42/balances/USD"
    answer = await api.call("ada", route, {"floor": "-5.00", "ceiling": "50"})
    assert answer.status_code == 200
    assert (answer.json()["floor"], answer.json()["ceiling"]) == ("-5.00", "50.00")
    lifted = (await api.call("ada", route, {"ceiling": None})).json()
    assert (lifted["floor"], lifted["ceiling"]) == ("-5.00", None)


async def test_a_past_balance_and_the_history(api: Api) -> None:
    await api.call("ada", "POST /v1/transactions", give("3", "5", at="2025-01-01T00:00:00Z"))
    await api.call("ada", "POST /v1/transactions", give("3", "7", at="2025-02-01T00:00:00Z"))
    route = "GET /v1/accounts/user:3"
    for at, expected in (("2025-01-15T00:00:00Z", "5"), ("2025-03-01T00:00:00+01:00", "12")):
        answer = await api.call("ada", route, params={"at": at})
        assert answer.json()["balances"][0]["balance"] == expected
    entries: list[dict[str, Any]] = []
    cursor = None
    while True:
        params = {"asset": "CREDIT", "limit": "1"} | ({"cursor": cursor} if cursor else {})
        page = (await api.call("ada", f"{route}/entries", params=params)).json()
        entries += page["items"]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert [(e["delta"], e["balance"], e["version"]) for e in entries] == [("7", "12", 2), ("5", "5", 1)]


async def test_lists_are_paged_to_their_end(api: Api) -> None:
    for user in ("a", "a.b", "b", "c"):
        await api.call("ada", "POST /v1/transactions", give(user, "1"))
    for route, name, expected in (
        ("GET /v1/accounts", "account", ["user:42", "user:a", "user:a.b", "user:b", "user:c"]),
        ("GET /v1/users", "user", ["42", "7", "a", "a.b", "ada", "b", "c", "sam"]),
    ):
        found: list[str] = []
        params = {"limit": "2"} | ({"prefix": "user"} if "accounts" in route else {})
        while True:
            page = (await api.call("ada", route, params=params)).json()
            found += [item[name] for item in page["items"]]
            if page["cursor"] is None:
                break
            params["cursor"] = page["cursor"]
        assert found == expected
    searched = await api.call("ada", "GET /v1/users", params={"q": "of A"})
    assert [user["user"] for user in searched.json()["items"]] == ["ada"]
    for wild in ("%", "_", "\\"):
        assert (await api.call("ada", "GET /v1/users", params={"q": wild})).json()["items"] == []


async def test_actions_move_only_what_is_declared(api: Api) -> None:
    spent = await api.call("42", "POST /v1/actions/spend", {"amount": "5"})
    assert (spent.status_code, spent.json()["reason"]) == (201, "Purchase")
    for body, expected in (
        ({"amount": "5", "to": "7"}, "invalid_body"),
        ({"amount": "5", "source": "user:7"}, "invalid_body"),
        ({"amount": "200"}, "action_limit"),
    ):
        assert code(await api.call("42", "POST /v1/actions/spend", body)) == expected
    for body, expected in (
        ({"amount": "5", "asset": "CREDIT"}, "invalid_body"),
        ({"amount": "5", "asset": "CREDIT", "to": "7:commissions"}, "invalid_user"),
        ({"amount": "5", "asset": "CREDIT", "to": "42"}, "same_account"),
        ({"amount": "5", "to": "7"}, "invalid_body"),
    ):
        assert code(await api.call("42", "POST /v1/actions/transfer", body)) == expected
    assert await balance(api) == "95"


async def test_me_is_cheap_while_nothing_happens(api: Api) -> None:
    first = await api.call("42", "GET /v1/me")
    assert first.json()["name"] == "Name of 42"
    assert first.headers["etag"] == f'"{first.json()["positions"]["user:42"]}"'
    tag = {"If-None-Match": first.headers["etag"]}
    assert (await api.call("42", "GET /v1/me", headers=tag)).status_code == 304
    await api.call("ada", "POST /v1/transactions", give("42", "1"))
    after = await api.call("42", "GET /v1/me", headers=tag)
    assert (after.status_code, after.json()["balances"][0]["balance"]) == (200, "101")
    assert (await api.call("shop", "GET /v1/me")).json() == {
        "user": None, "principal": "service:shop", "name": "", "roles": ["service"], "balances": [],
        "positions": {"role:service": after.json()["positions"]["user:42"].split(":")[0] + ":0"},
    }  # fmt: skip


async def test_streams_over_plain_http(api: Api) -> None:
    snapshot = (await api.call("42", "GET /v1/streams/user:42/events")).json()
    assert snapshot["reset"]["snapshot"]["balances"][0]["balance"] == "100"
    await api.call("ada", "POST /v1/transactions", give("42", "1"), key="hidden")
    page = (
        await api.call("42", "GET /v1/streams/user:42/events", params={"after": snapshot["position"]})
    ).json()
    (event,) = page["events"]
    assert event["changes"][0]["balance"] == "101"
    assert "key" not in event
    assert page["position"].endswith(f":{event['offset']}")


async def test_a_bulk_holds_captures_releases_and_reverses(api: Api) -> None:
    given = (await api.call("ada", "POST /v1/transactions", give("42", "9"))).json()["id"]
    held = (await api.call("ada", "POST /v1/holds", posting("user:42", "house:sales", "3"))).json()["hold"][
        "id"
    ]
    items: list[dict[str, Any]] = [
        give("1", "1"),
        {"hold": {**posting("user:42", "house:sales", "10"), "expires_in": 60}, "reason": "Order"},
        {"capture": {"item": 1, "amount": "4", "final": False}},
        {"extend": {"item": 1, "expires_in": 600}},
        {"release": {"item": 1}},
        {"capture": {"hold": held, "amount": "2"}},
        {"reverse": {"transaction": given, "amounts": ["9"]}, "metadata": {"why": "test"}},
    ]
    bulk = {"mode": "atomic", "items": items, "reason": "All"}
    done = (await api.call("shop", "POST /v1/transactions/bulk", bulk, key="b")).json()
    told = [r["transaction"]["kind"] for r in done["results"]]
    assert told == ["post", "hold", "capture", "extend", "release", "capture", "reverse"]
    assert await balance(api) == "94"
    again = (await api.call("shop", "POST /v1/transactions/bulk", bulk, key="b")).json()
    assert [r["status"] for r in again["results"]] == [200] * 7
    for extra, problem in (
        ({"release": {"item": 9}}, "invalid_item"),
        ({"release": {}}, "invalid_item"),
        ({"release": {"hold": held, "item": 1}}, "invalid_item"),
        ({}, "invalid_item"),
        ({"hold": posting("user:42", "house:sales", "1"), "release": {"item": 1}}, "invalid_item"),
        ({"release": {"item": 1}, "at": "2026-01-01T00:00:00Z"}, "invalid_item"),
        ({"capture": {"hold": held}}, "hold_resolved"),
        ({"capture": {"hold": given, "amount": "1"}}, "hold_not_found"),
        ({"reverse": {"transaction": given}}, "exceeds_transaction"),
        ({"reverse": {"transaction": "x"}}, "invalid_id"),
    ):
        refused = await api.call(
            "shop", "POST /v1/transactions/bulk", {"mode": "atomic", "items": [*items[:2], extra]}
        )
        assert (code(refused), refused.json()["index"]) == (problem, "2"), extra
    assert await balance(api) == "94"


async def test_many_transactions_are_reversed_each_on_its_own(api: Api) -> None:
    ids = [(await api.call("ada", "POST /v1/transactions", give("7", "5"))).json()["id"] for _ in range(3)]
    items = [{"reverse": {"transaction": id}} for id in [*ids, ids[0]]]
    items.append({"release": {"item": 0}})
    body = {"mode": "independent", "items": items, "reason": "Campaign withdrawn"}
    done = (await api.call("ada", "POST /v1/transactions/bulk", body, key="undo")).json()
    assert [(r["status"], r.get("problem", {}).get("code")) for r in done["results"]] == [
        (201, None), (201, None), (201, None), (422, "exceeds_transaction"), (400, "invalid_item"),
    ]  # fmt: skip
    assert {r["transaction"]["reason"] for r in done["results"] if "transaction" in r} == {
        "Campaign withdrawn"
    }
    assert await balance(api, "user:7") == "0"


async def test_at_most_what_is_there(api: Api) -> None:
    most = {**posting("user:42", "house:sales", "130"), "at_most": True}
    spent = await api.call("shop", "POST /v1/transactions", {"postings": [most]}, key="most")
    assert (spent.status_code, spent.json()["moved"]) == (201, "100")
    assert spent.json()["postings"] == [posting("user:42", "house:sales", "100")]
    again = await api.call("shop", "POST /v1/transactions", {"postings": [most]}, key="most")
    assert (again.status_code, again.json()["moved"]) == (200, "100")
    plain = {**most, "at_most": False}
    assert (
        code(await api.call("shop", "POST /v1/transactions", {"postings": [plain]}, key="most"))
        == "key_reused"
    )
    for route, body in (
        ("POST /v1/transactions", {"postings": [most]}),
        ("POST /v1/holds", most),
        ("POST /v1/actions/spend", {"amount": "5", "asset": "CREDIT", "at_most": True}),
    ):
        none = (await api.call("42" if "/actions/" in route else "shop", route, body)).json()
        assert (none["id"], none["moved"], none["hold"], none["postings"]) == (None, "0", None, [])
    items = [{"postings": [most]}, {"hold": {**posting("house:x", "user:7", "4"), "at_most": True}}]
    items.append({"capture": {"item": 1, "amount": "9", "at_most": True}})
    for mode in ("atomic", "independent"):
        bulk = {"mode": mode, "items": items[: 3 if mode == "atomic" else 2]}
        done = (await api.call("shop", "POST /v1/transactions/bulk", bulk)).json()
        told = [(r["status"], r["transaction"]["moved"]) for r in done["results"]]
        assert told == [(200, "0"), (201, "4"), (201, "4")][: len(told)]


async def test_a_reversal_has_a_date_of_its_own(api: Api) -> None:
    body = give("42", "10", at="2026-01-05T00:00:00Z")
    id = (await api.call("ada", "POST /v1/transactions", body)).json()["id"]
    route = f"POST /v1/transactions/{id}/reverse"
    early = await api.call("ada", route, {"at": "2026-01-04T23:59:59Z"})
    assert (code(early), early.json()["effective_at"]) == ("before_original", "2026-01-05T00:00:00.000000Z")
    assert code(await api.call("ada", route, {"at": "2199-01-01T00:00:00Z"})) == "future_effective_date"
    part = await api.call("ada", route, {"at": "2026-01-05T00:00:00Z", "amounts": ["4"]})
    assert (part.status_code, part.json()["at"]) == (201, "2026-01-05T00:00:00.000000Z")
    items = [{"reverse": {"transaction": id}, "at": "2026-01-06T00:00:00Z"}]
    bulk = await api.call("ada", "POST /v1/transactions/bulk", {"mode": "atomic", "items": items})
    assert bulk.json()["results"][0]["transaction"]["at"] == "2026-01-06T00:00:00.000000Z"
    then = (await api.call("ada", "GET /v1/accounts/user:42?at=2026-01-05T12:00:00Z")).json()
    assert [b["balance"] for b in then["balances"] if b["asset"] == "CREDIT"] == ["6"]


BELOW = [
    ("POST /v1/transactions", {"postings": [posting("user:42", "house:sales", "1")], "below_floor": True}),
    ("POST /v1/transactions/{id}/reverse", {"below_floor": True}),
    ("PUT /v1/accounts/user:42/balances/CREDIT", {"balance": "-7", "below_floor": True}),
    ("POST /v1/transactions/bulk",
     {"mode": "atomic", "items": [{"reverse": {"transaction": "{id}"}, "below_floor": True}]}),
    ("POST /v1/transactions/bulk",
     {"mode": "independent", "items": [{**give("42", "1"), "below_floor": True}]}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("caller", "status"), [("", 401), ("42", 403), ("sam", 403), ("shop", 403), ("till", 201), ("ada", 201)]
)
async def test_who_may_let_an_account_fall_below_its_floor(api: Api, caller: str, status: int) -> None:
    if caller == "till":
        api.credentials["till"], _ = await api.identities.add_key("till", "", "user:ada")
    for route, body in BELOW:
        id = (await api.call("ada", "POST /v1/transactions", give("42", "5"))).json()["id"]
        await api.call("ada", "PUT /v1/accounts/user:42/balances/CREDIT", {"balance": "0"})
        sent = json.loads(json.dumps(body).replace("{id}", id))
        answer = await api.call(caller, route.replace("{id}", id), sent, key=f"{caller}{route}{body}"[:200])
        assert answer.status_code == (200 if status == 201 and "bulk" in route else status), answer.text
        if status == 403:
            assert code(answer) == "forbidden"
            assert await balance(api) == "0"


async def test_a_refusal_says_whether_another_key_may_help(api: Api) -> None:
    spend = {"postings": [posting("user:7", "house:sales", "5")]}
    first = await api.call("ada", "POST /v1/transactions", spend, key="k")
    assert first.json()["retryable_with_new_key"] is True
    assert (await api.call("ada", "POST /v1/transactions", spend, key="k")).json()[
        "retryable_with_new_key"
    ] is True
    other = await api.call("ada", "POST /v1/transactions", give("7", "5"), key="k")
    assert (code(other), other.json()["retryable_with_new_key"]) == ("key_reused", False)
    # What is no verdict says nothing about keys.
    assert (
        "retryable_with_new_key" not in (await api.call("ada", "POST /v1/transactions", {}, key="k")).json()
    )


DRY = [
    ("POST /v1/transactions", {"postings": [posting("user:42", "house:sales", "5")]}, 200),
    ("POST /v1/transactions", {"postings": [posting("user:42", "house:sales", "500")]}, 422),
    ("POST /v1/transactions/{id}/reverse", {}, 200),
    ("POST /v1/holds", posting("user:42", "house:sales", "5"), 200),
    ("POST /v1/holds/{hold}/capture", {"amount": "1"}, 200),
    ("POST /v1/holds/{hold}/extend", {"expires_in": 900}, 200),
    ("POST /v1/holds/{hold}/release", {}, 200),
    ("PUT /v1/accounts/user:42/balances/CREDIT", {"balance": "7"}, 200),
    ("PATCH /v1/accounts/user:42/balances/CREDIT", {"ceiling": "7"}, 200),
    ("POST /v1/transactions/bulk", {"mode": "atomic", "items": [give("42", "1"), give("42", "2")]}, 200),
    ("POST /v1/transactions/bulk", {"mode": "independent", "items": [give("42", "1"), give("42", "2")]}, 200),
    ("POST /v1/transactions/bulk",
     {"mode": "atomic", "items": [{"postings": [posting("user:42", "house:sales", "500")]}]}, 422),
    ("42 POST /v1/actions/spend", {"amount": "5", "asset": "CREDIT"}, 200),
    ("42 POST /v1/requests/expense", {"amount": "5", "asset": "USD", "purpose": "Stamps"}, 200),
    ("ada POST /v1/requests/expense/{request}/pay", {}, 200),
    ("42 POST /v1/requests/expense/{request}/pay", {}, 403),
]  # fmt: skip


async def test_a_dry_run_says_so_and_changes_nothing(api: Api) -> None:
    given = (await api.call("ada", "POST /v1/transactions", give("42", "5"))).json()["id"]
    held = await api.call(
        "ada", "POST /v1/holds", {**posting("user:42", "house:sales", "3"), "expires_in": 60}
    )
    claim = {"amount": "1", "asset": "USD", "purpose": "Stamps"}
    filed = (await api.call("42", "POST /v1/requests/expense", claim)).json()["id"]
    names = {"{id}": given, "{hold}": held.json()["hold"]["id"], "{request}": filed}
    before = await _books(api)
    for number, (route, body, status) in enumerate(DRY):
        caller, _, rest = route.partition(" ") if not route.startswith("P") else ("shop", "", route)
        for name, id in names.items():
            rest = rest.replace(name, id)
        told = await api.call(caller, f"{rest}?dry_run=true", body, key=f"dry-{number}")
        assert told.status_code == status, told.text
        assert (told.json()["dry_run"], told.json().get("replayed")) in ((True, False), (True, None)), route
    assert (
        code(await api.call("shop", "POST /v1/transactions?dry_run=yes", give("42", "1"))) == "invalid_query"
    )
    assert await _books(api) == before
    # The keys are free: each real call with one is the first.
    for number, (route, body, _) in enumerate(DRY[:3]):
        real = await api.call("shop", route.replace("{id}", given), body, key=f"dry-{number}")
        assert "replayed" not in real.json() or real.json()["replayed"] is False
    used = await api.call("shop", "POST /v1/transactions?dry_run=true", DRY[0][1], key="dry-0")
    assert (used.json()["replayed"], used.json()["dry_run"]) == (True, True)
    refused = await api.call("shop", "POST /v1/transactions?dry_run=true", DRY[1][1], key="dry-1")
    assert (refused.json()["replayed"], refused.json()["dry_run"]) == (True, True)


async def _books(api: Api) -> Any:
    report = await api.groat.verify()
    requests = (await api.call("ada", "GET /v1/requests")).json()
    return untimed(await api.groat.accounts()), report.transactions, await api.groat.audit(), requests


async def test_an_account_is_frozen_closed_and_opened_again(api: Api) -> None:
    route = "POST /v1/accounts/user:42"
    frozen = await api.call("ada", f"{route}/freeze", {"reason": "Order of a court"}, key="f")
    told = frozen.json()
    assert (frozen.status_code, told["account"], told["state"]) == (200, "user:42", "frozen")
    assert (await api.call("ada", f"{route}/freeze", {"reason": "Order of a court"}, key="f")).json()[
        "replayed"
    ]
    found = (await api.call("42", "GET /v1/accounts/user:42")).json()
    assert found["state"] == "frozen"
    spent = await api.call("42", "POST /v1/actions/spend", {"amount": "1", "asset": "CREDIT"})
    assert (code(spent), spent.json()["retryable_with_new_key"]) == ("account_frozen", True)
    claim = {"amount": "1", "asset": "USD", "purpose": "Stamps"}
    filed = (await api.call("42", "POST /v1/requests/expense", claim)).json()
    assert code(await api.call("ada", f"POST /v1/requests/expense/{filed['id']}/pay")) == "account_frozen"
    acts = (await api.call("ada", "GET /v1/audit?target=user:42")).json()["items"]
    assert ("freeze_account", "Order of a court", "user:ada") in [
        (a["kind"], a["reason"], a["actor"]) for a in acts
    ]
    events = (await api.call("42", "GET /v1/streams/user:42?wait=0")).json()
    assert events
    assert code(await api.call("ada", f"{route}/unfreeze", {})) == "invalid_body"
    dry = (await api.call("ada", f"{route}/unfreeze?dry_run=true", {"reason": "Over"})).json()
    assert (dry["state"], dry["dry_run"], dry["transaction"]) == ("open", True, None)
    assert (await api.call("ada", f"{route}/unfreeze", {"reason": "Over"})).json()["state"] == "open"
    closed = await api.call("ada", f"{route}/close", {"reason": "Gone", "rest_to": "house:unclaimed"})
    assert closed.json()["state"] == "closed"
    assert await balance(api, "house:unclaimed") == "100"
    assert (
        code(await api.call("ada", f"{route}/close", {"reason": "Gone", "rest_to": "user:42"}))
        == "same_account"
    )
    assert (await api.call("ada", f"{route}/reopen", {"reason": "Back"})).json()["state"] == "open"
    assert "state" not in (await api.call("42", "GET /v1/accounts/user:42")).json()
