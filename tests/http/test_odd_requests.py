"""Odd input to the bank's requests, lists, notifications and statements: whatever it is, it is an answer, never a fault
of the server, and nobody sees what is somebody else's.
"""

from __future__ import annotations

import base64
import json
import random
from typing import Any

import pytest

from groat.programs.bank import BANK
from groat.programs.workflow import FILE, Workflow
from groat.settings import Settings
from tests.http.conftest import ACTIONS, SECRET, Api, code

SEED = 20_260_101
CALLS = 500
ODD: tuple[Any, ...] = (
    "", "0", "-1", "1e3", "NaN", "Infinity", "9" * 30, "0.00000001", "92233720368547758.07", "92233720368547758.08",
    "\u0661\u0662", "6.0\n", " 1", "1.", ".5", "1,5", "+1", "-0", "0" * 400 + "1", "2026-02-30", "0001-01-01",
    "9999-12-31", "2026-02-03\n", "week", "USD", "usd", "GOLD", "BTC", "42", "7", "sam", "user:7", "../..", "a\nb",
    "\u202eabc", "\U0001f600", "=1+1", "'; DROP TABLE request; --", "x" * 300, "x" * 20_000, None, True, False, 0, 1,
    -1, 2**53, 2**63 - 1, 1.5, -1e308, [], [1], {}, {"a": {"b": [None]}}, "withdrawal", "deposit", "100.0001", "1000",
    "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f", "01938C5E-7D3A-7C52-8D0F-5A6D3C1B2E4F", "de89 3704 0044 0532 0130 00",
)  # fmt: skip
RAW = (b'{"amount":"\\ud800"}', b'{"amount":"\\u0000","asset":"USD"}', b"", b"[", b"null", b"[]", b'""', b"{}", b"\xff",
       b'{"amount":1e999}', b'{"a":' * 2_000, b'{"amount":"1","amount":"2"}')  # fmt: skip


@pytest.fixture
def settings() -> Settings:
    return Settings(
        secret=SECRET, jwt_secret=SECRET, actions=ACTIONS, messages_per_second=10_000, programs=("bank",)
    )


def cursor(operation: str, value: str) -> str:
    """A cursor that nobody was given."""
    return base64.urlsafe_b64encode(f"{operation} {value}".encode()).decode()


async def test_whatever_is_sent_is_answered(api: Api) -> None:
    print(f"seed {SEED}")
    dice = random.Random(SEED)
    await api.groat.add_asset("BTC", 8)
    for user in ("42", "7", "ada"):
        await api.groat.post([("house:bank", f"user:{user}", "5000", "USD")], key=f"odd/{user}")
    known: list[tuple[str, str]] = []
    seen: dict[int, int] = {}
    for number in range(CALLS):
        kind = dice.choice(BANK.kinds)
        caller = dice.choice(("42", "7", "ada", "shop"))
        body: dict[str, Any] = dict(kind.example)
        path = f"/v1/requests/{kind.name}" + ("?user=42" if caller == "shop" else "")
        if known and dice.random() < 0.6:
            name, id = dice.choice(known)
            kind = next(k for k in BANK.kinds if k.name == name)
            transition = dice.choice([t for t in kind.transitions if t != FILE])
            body = dict(kind.transitions[transition].example or {})
            path = f"/v1/requests/{name}/{id}/{transition}"
            fields: list[str] = list(kind.transitions[transition].input.__struct_fields__)
        else:
            fields = list(kind.form.__struct_fields__)
        if "card" in body:
            body["card"] = next((id for name, id in known if name == "card"), "")
        for field in dice.sample(fields, min(len(fields), dice.choice((0, 0, 1, 1, 2)))):
            body[field] = dice.choice(ODD)
        if dice.random() < 0.03:
            body[dice.choice(("", "amount ", "__class__", "x" * 200))] = dice.choice(ODD)
        content = dice.choice(RAW) if dice.random() < 0.05 else json.dumps(body).encode()
        answer = await api.call(caller, f"POST {path}", content=content)
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, (number, caller, path, content[:500], answer.text)
        if answer.is_success and path.count("/") == 3:
            known.append((kind.name, answer.json()["id"]))
        elif not answer.is_success:
            code(answer)
        if number % 50 == 0:
            await api.app.services.part(Workflow).take_due()  # type: ignore[union-attr]
    print(seen)
    assert seen[201] > CALLS / 10


@pytest.mark.parametrize(
    "query",
    [
        f"waits=true&sort=largest&cursor={cursor('listRequests', f'01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f {2**63}')}",
        f"waits=true&cursor={cursor('listRequests', 'x 1')}",
        f"waits=true&cursor={cursor('listRequests', '01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f')}",
        f"cursor={cursor('listRequests', '01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f 1')}",
        "cursor=%00", "cursor=AAAA", "parent=", "parent=x", "user=", "user=a%20b", "sort=largest", "sort=", "sort=x",
        "waits=1",
        "limit=0", "limit=501", "limit=-1", "limit=%D9%A1", "kind=%F0%9F%98%80&state=" + "x" * 3_000,
        "waits=true&parent=01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f", "kind=a%00b",
    ],
    ids=lambda query: query[:40],
)  # fmt: skip
@pytest.mark.parametrize("caller", ["ada", "42"])
async def test_odd_lists(api: Api, caller: str, query: str) -> None:
    answer = await api.call(caller, f"GET /v1/requests?{query}")
    assert answer.status_code < 500, answer.text
    code(answer)


async def test_filters_count_in_every_list(api: Api) -> None:
    await api.groat.post([("house:bank", "user:7", "50", "USD")], key="7")
    saved = (
        await api.call(
            "42", "POST /v1/requests/beneficiary", {"external": "DE89370400440532013000", "name": "E"}
        )
    ).json()["id"]
    mine = {"amount": "1", "asset": "USD", "beneficiary": saved}
    transfer = (await api.call("42", "POST /v1/requests/transfer", mine)).json()["id"]
    order = (await api.call("42", "POST /v1/requests/standing_order", {**mine, "first": "2099-01-01"})).json()
    assert order["code"] == "day_wrong"
    await api.call("7", "POST /v1/requests/transfer", {"amount": "1", "asset": "USD", "user": "42"})

    async def ids(caller: str, query: str) -> list[str]:
        answer = await api.call(caller, f"GET /v1/requests?{query}")
        assert answer.is_success, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert await ids("ada", f"parent={saved}") == [transfer]
    assert await ids("ada", f"parent={saved}&kind=standing_order") == []
    assert await ids("ada", f"parent={saved}&state=completed") == []
    assert await ids("ada", f"parent={saved}&user=7") == []
    assert await ids("42", f"parent={saved}") == [transfer]
    assert await ids("ada", "waits=true&user=42") == [transfer]
    assert await ids("ada", "waits=true&user=42&sort=largest&state=pending") == [transfer]
    assert await ids("ada", "waits=true&user=42&sort=oldest&state=scheduled") == []
    newest = await ids("ada", "")
    assert len(newest) == 3
    assert await ids("ada", "sort=oldest") == newest[::-1]
    assert await ids("42", "sort=oldest&kind=transfer") == [transfer]
    first = (await api.call("ada", "GET /v1/requests?sort=oldest&limit=2")).json()
    assert await ids("ada", f"sort=oldest&limit=2&cursor={first['cursor']}") == newest[:1]


async def test_the_list_of_a_strangers_request_is_empty(api: Api) -> None:
    """Its cursor would name an id, and tell how many there are."""
    saved = (
        await api.call(
            "42", "POST /v1/requests/beneficiary", {"external": "DE89370400440532013000", "name": "E"}
        )
    ).json()["id"]
    await api.call("42", "POST /v1/requests/transfer", {"amount": "1", "asset": "USD", "beneficiary": saved})
    answer = (await api.call("7", f"GET /v1/requests?parent={saved}&limit=1")).json()
    assert (answer["items"], answer["cursor"]) == ([], None)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "UTC"])
@pytest.mark.parametrize(
    ("begin", "end"),
    [("1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"), ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000001Z"),
     ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999Z")],
)  # fmt: skip
async def test_the_ends_of_time(api: Api, zone: str, begin: str, end: str) -> None:
    for form in ("csv", "pdf"):
        path = f"/v1/accounts/user:42/statement?asset=USD&from={begin}&to={end}&format={form}&zone={zone}"
        answer = await api.call("42", f"GET {path}")
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "zone", ["", "..", "Europe", "../../etc/passwd", "/etc/passwd", "x" * 5_000, "%C3%A4", "posixrules"]
)
async def test_odd_zones(api: Api, zone: str) -> None:
    path = f"/v1/accounts/user:42/statement?asset=USD&from=2026-01-01T00:00:00Z&format=pdf&zone={zone}"
    answer = await api.call("42", f"GET {path}")
    assert answer.status_code in (200, 400), answer.text


@pytest.mark.parametrize(
    "value", ["user:42=999999999999999", "user:42=1 user:42=2", "=1", "role:admin=5", "x", "user:7=99"]
)
async def test_odd_places_of_notifications(api: Api, value: str) -> None:
    await api.groat.notify("user:7", "Secret", key="n")
    answer = await api.call("42", f"GET /v1/notifications?cursor={cursor('listNotifications', value)}")
    assert answer.status_code < 500, answer.text
    assert "Secret" not in answer.text
