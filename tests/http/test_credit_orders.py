"""Orders of credits over HTTP: the catalogue, fulfilling, and the signed webhook of a payment gateway."""

from __future__ import annotations

import hmac
import json
import time
from base64 import b64encode
from itertools import count
from typing import Any

import httpx
import pytest

from groat.programs.credits.orders.catalogue import CATALOGUE_RULES
from groat.programs.credits.orders.order import ORDER_RULES
from groat.settings import Settings
from tests.http.conftest import ACTIONS, SECRET, Api, code

STARTER = {"name": "Starter", "credits": "500", "prices": [{"amount": "9.00", "currency": "USD"}]}
OLD, NEW = b"the old secret of a gateway", b"the new secret of a gateway"
_numbers = count(1)


@pytest.fixture
def settings() -> Settings:
    secrets = ["whsec_" + b64encode(OLD).decode(), b64encode(NEW).decode()]
    return Settings(
        secret=SECRET, jwt_secret=SECRET, actions=ACTIONS, messages_per_second=10_000, programs=("credits",),
        options={"credits": {"payment_secrets": secrets}},
    )  # fmt: skip


@pytest.fixture
async def shop(api: Api) -> Api:
    answer = await api.call("ada", "PUT /v1/credits/packages/starter", STARTER)
    assert answer.status_code == 200, answer.text
    return api


async def ordered(api: Api, caller: str = "42", **form: Any) -> dict[str, Any]:
    answer = await api.call(caller, "POST /v1/requests/credit_order", {"package": "starter", **form})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def told(
    api: Api,
    order: str,
    payment: str = "pay_1",
    *,
    key: bytes = NEW,
    id: str = "",
    late_s: float = 0.0,
    **data: str,
) -> httpx.Response:
    """Return a gateway's message, signed with a key."""
    id = id or f"msg_{next(_numbers)}"
    said = {"payment": payment, "order": order, "amount": "9.00", "currency": "USD", **data}
    body = json.dumps(
        {"type": said.pop("type", "payment.succeeded"), "data": said, "livemode": True}
    ).encode()
    moment = str(int(time.time() - late_s))
    sign = b64encode(hmac.digest(key, f"{id}.{moment}.".encode() + body, "sha256")).decode()
    headers = {"webhook-id": id, "webhook-timestamp": moment, "webhook-signature": f"v1,bogus v1,{sign}"}
    return await api.call("", "POST /v1/credits/payments", content=body, headers=headers, key="")


async def events(api: Api, caller: str, after: str) -> list[dict[str, Any]]:
    stream = "user:42" if caller == "42" else "role:admin"
    answer = await api.call(caller, f"GET /v1/streams/{stream}/events", params={"after": after})
    return list(answer.json()["events"])


async def test_people_see_what_is_sold_and_staff_all_of_it(shop: Api) -> None:
    stored = (await shop.call("ada", "GET /v1/credits/packages", params={"all": "true"})).json()["items"][0]
    later = {"amount": "12", "currency": "USD", "from": "2099-01-01T00:00:00Z"}
    changed = {**STARTER, "prices": [*stored["prices"], later], "version": 1, "reason": "Dearer"}
    answer = await shop.call("ada", "PUT /v1/credits/packages/starter", changed)
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    await shop.call("ada", "PUT /v1/credits/packages/gone", {**STARTER, "active_to": "2026-01-01T00:00:00Z"})
    [mine] = (await shop.call("42", "GET /v1/credits/packages")).json()["items"]
    assert [(price["amount"], mine["credits"]) for price in mine["prices"]] == [("9.00", "500")]
    assert "changed_by" not in mine
    everything = (await shop.call("sam", "GET /v1/credits/packages", params={"all": "true"})).json()["items"]
    assert {each["id"]: (len(each["prices"]), each["sold"]) for each in everything} == {
        "starter": (2, True), "gone": (1, False),
    }  # fmt: skip
    assert code(await shop.call("42", "GET /v1/credits/packages", params={"all": "true"})) == "forbidden"
    [entry] = [
        e for e in (await shop.call("ada", "GET /v1/audit")).json()["items"] if e["reason"] == "Dearer"
    ]
    assert (entry["kind"], entry["actor"], entry["target"]) == ("credit_package", "user:ada", "starter")
    assert (len(entry["before"]["prices"]), len(entry["after"]["prices"])) == (1, 2)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"credits": "0.5"}, "too_many_digits"),
        ({"credits": "0"}, "amount_not_positive"),
        ({"asset": "NONE"}, "unknown_asset"),
        ({"prices": []}, "invalid_body"),
        ({"prices": [{"amount": "9", "currency": "EUR"}]}, "unknown_asset"),
        ({"prices": [{"amount": "9", "currency": "USD"}] * 2}, "package_wrong"),
        ({"active_from": "2027-01-01T00:00:00Z", "active_to": "2026-01-01T00:00:00Z"}, "package_wrong"),
        ({"active_to": "tomorrow"}, "invalid_time"),
        ({"class": "free"}, "invalid_body"),
        ({"pay_within_s": 0}, "invalid_body"),
        ({"colour": "red"}, "invalid_body"),
        ({}, "price_in_force"),
        ({"version": 0}, "package_changed"),
    ],
)
async def test_a_package_that_cannot_be_is_told(shop: Api, change: dict[str, Any], wanted: str) -> None:
    answer = await shop.call("ada", "PUT /v1/credits/packages/starter", {**STARTER, **change})
    assert code(answer) == wanted, answer.text


async def test_an_id_is_a_word(shop: Api) -> None:
    for id in ("Starter", "-", "a" * 65):
        assert code(await shop.call("ada", f"PUT /v1/credits/packages/{id}", STARTER)) == "invalid_id"


async def test_fulfilling_reaches_the_buyer_and_not_the_admin(shop: Api) -> None:
    order = await ordered(shop)
    path = f"POST /v1/credits/orders/{order['id']}/fulfill"
    for caller, status in (("", 401), ("42", 403), ("7", 403), ("sam", 403)):
        assert (await shop.call(caller, path)).status_code == status
    refused = await shop.call("ada", path, {"fulfilled_by": "sam"})
    assert (code(refused), refused.json()["fulfilled_by"]) == ("fulfilled_by_differs", "ada")
    before = (await shop.call("42", "GET /v1/me")).json()["balances"]
    places = {
        stream: (await shop.call("ada", f"GET /v1/streams/{stream}/events")).json()["position"]
        for stream in ("user:42", "role:admin")
    }
    done = await shop.call("ada", path, {"fulfilled_by": "ada"}, key="mine")
    assert (done.status_code, done.json()["state"], done.json()["data"]["user_id"]) == (
        201,
        "fulfilled",
        "42",
    )
    again = await shop.call("ada", path, {"fulfilled_by": "ada"}, key="mine")
    assert (again.status_code, again.json()["replayed"]) == (200, True)
    late = await shop.call("shop", path)
    assert (code(late), late.json()["decided_by"]) == ("already_decided", "user:ada")
    of = {each["asset"]: int(each["balance"]) for each in before if each["asset"] == "CREDIT"}
    after = (await shop.call("42", "GET /v1/me")).json()["balances"]
    assert {b["asset"]: int(b["balance"]) for b in after if b["asset"] == "CREDIT"} == {
        "CREDIT": of["CREDIT"] + 500
    }
    assert not any(b["asset"] == "CREDIT" for b in (await shop.call("ada", "GET /v1/me")).json()["balances"])
    [news] = [
        each for each in await events(shop, "42", places["user:42"]) if each["type"] == "credit_order_updated"
    ]
    assert (news["data"]["state"], news["changes"][0]["delta"]) == ("fulfilled", "500")
    staff = await events(shop, "ada", places["role:admin"])
    lines = [item for each in staff if each["type"] == "requests_updated" for item in each["data"]["items"]]
    assert [(line["kind"], line["state"]) for line in lines] == [("credit_order", "fulfilled")]


async def test_a_signed_payment_fulfils_and_is_kept_as_it_came(shop: Api) -> None:
    order = await ordered(shop)
    first = await told(shop, order["id"], id="msg_a", key=OLD)
    assert (first.status_code, first.json()["outcome"], first.json()["replayed"]) == (200, "fulfilled", False)
    again = await told(shop, order["id"], id="msg_a")
    assert (again.json()["outcome"], again.json()["replayed"]) == ("fulfilled", True)
    twice = await told(shop, order["id"], id="msg_b")
    assert twice.json()["outcome"] == "repeated"
    other = await told(shop, order["id"], id="msg_a", payment="pay_9")
    assert code(other) == "message_differs"
    wrong = await told(shop, order["id"], "pay_2", amount="8")
    assert wrong.json()["outcome"] == "paid_twice" or wrong.json()["outcome"] == "wrong_amount"
    case = (await shop.call("sam", f"GET /v1/requests/credit_payment/{wrong.json()['case']}")).json()
    assert (case["state"], case["waits"], case["owner"]) == ("unmatched", True, "house:payments")
    resolved = await shop.call(
        "ada", f"POST /v1/requests/credit_payment/{case['id']}/resolve", {"reason": "Paid back"}
    )
    assert resolved.json()["state"] == "resolved"
    assert (await shop.call("42", f"GET /v1/requests/credit_payment/{case['id']}")).status_code == 404
    kept = (await shop.call("sam", "GET /v1/credits/payments", params={"order": order["id"]})).json()["items"]
    assert [each["id"] for each in kept][-2:] == ["msg_b", "msg_a"]
    assert json.loads(kept[-1]["body"])["livemode"] is True
    found = (await shop.call("42", f"GET /v1/requests/credit_order/{order['id']}")).json()
    assert (found["data"]["payment"], found["data"]["fulfilled_by"]) == ("pay_1", "system:payments")


@pytest.mark.parametrize(
    "wrong", [{"key": b"another"}, {"late_s": 400.0}, {"late_s": -400.0}], ids=["key", "old", "ahead"]
)
async def test_a_payment_that_nobody_signed_is_not_kept(shop: Api, wrong: dict[str, Any]) -> None:
    order = await ordered(shop)
    assert code(await told(shop, order["id"], **wrong)) == "signature_invalid"
    assert (await shop.call("sam", "GET /v1/credits/payments")).json()["items"] == []


async def test_pages_of_messages(shop: Api) -> None:
    for number in range(5):
        await told(shop, "", f"pay_{number}", id=f"m {number}")
    seen: list[str] = []
    params: dict[str, str] | None = {"limit": "2", "outcome": "no_order"}
    while params is not None:
        page = (await shop.call("sam", "GET /v1/credits/payments", params=params)).json()
        seen += [each["payment"] for each in page["items"]]
        params = {**params, "cursor": page["cursor"]} if page["cursor"] else None
    assert seen == [f"pay_{number}" for number in reversed(range(5))]
    for bad in ({"cursor": "bogus"}, {"outcome": "lost"}, {"order": "none"}):
        assert (await shop.call("sam", "GET /v1/credits/payments", params=bad)).status_code == 400


async def test_it_is_told_what_is_wrong_with_a_message(shop: Api) -> None:
    for payment, amount in (("", "9"), ("x" * 101, "9"), ("pay_1", "9" * 65)):
        assert code(await told(shop, "", payment, amount=amount)) == "invalid_body"
    assert code(await told(shop, "", "pay\u0000")) == "invalid_text"


def test_codes_are_documented() -> None:
    from tests.http.test_credits import DOCS

    for name, rule in {**ORDER_RULES, **CATALOGUE_RULES}.items():
        assert f"| `{name}` | {rule.status} | {rule.meaning} |\n" in DOCS
