"""Bad input: a 4xx with a stable code, whatever comes in; and nothing changes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from groat.api.operations import Operation
from groat.settings import Settings
from tests.helpers.money import untimed
from tests.http.conftest import ACTIONS, EVERYWHERE, SECRET, Api, code, give, posting

_POSTING = '{"source":"house:bonus","destination":"user:42","amount":"50","asset":"CREDIT"}'


def body(amount: Any = "50", **changes: Any) -> dict[str, Any]:
    """A transaction with one thing wrong."""
    parts = {**posting("house:bonus", "user:42", amount), **changes}
    return {"postings": [{name: value for name, value in parts.items() if value is not ...}]}


AMOUNTS = {
    "1e9": "invalid_amount",
    "-5": "amount_not_positive",
    "+5": "invalid_amount",
    "05": "invalid_amount",
    "": "invalid_amount",
    " 5": "invalid_amount",
    "5 ": "invalid_amount",
    "5\n": "invalid_amount",
    "0x10": "invalid_amount",
    "1_000": "invalid_amount",
    "1,5": "invalid_amount",
    ".5": "invalid_amount",
    "5.": "invalid_amount",
    "NaN": "invalid_amount",
    "Infinity": "invalid_amount",
    "٥": "invalid_amount",  # an Arabic digit five
    "５": "invalid_amount",  # a full-width one
    "1" * 65: "invalid_amount",
    "0.001": "too_many_digits",
    "1.0": "too_many_digits",
    "0": "amount_not_positive",
    str(2**63): "amount_overflow",
    "9" * 64: "amount_overflow",
    5: "invalid_body",
    5.5: "invalid_body",
    True: "invalid_body",
    None: "invalid_body",
    ("5",): "invalid_body",
}


async def test_amounts(api: Api) -> None:
    found = {}
    for amount in AMOUNTS:
        answer = await api.call("ada", "POST /v1/transactions", body(amount))
        assert answer.status_code == 400, amount
        found[amount] = code(answer)
    assert found == AMOUNTS


TEXTS = {
    # What is not JSON.
    b"": "invalid_json",
    b"{": "invalid_json",
    b"nonsense": "invalid_json",
    b"\xff\xfe{}": "invalid_json",
    b'\xef\xbb\xbf{"postings":[]}': "invalid_json",
    '{"postings":[]}'.encode("utf-16"): "invalid_json",
    b'{"reason":"\xed\xa0\x80","postings":[]}': "invalid_json",
    b'{"postings":[],"reason":"a\nb"}': "invalid_json",
    b'{"postings":[]} {}': "invalid_json",
    b"{'postings':[]}": "invalid_json",
    b'{"postings":[],}': "invalid_json",
    b'{"postings":[],"metadata":{"a":NaN}}': "invalid_json",
    b'{"postings":[],"metadata":{"a":Infinity}}': "invalid_json",
    b'{"postings":[],"metadata":{"a":-Infinity}}': "invalid_json",
    # JSON that two readers could read differently.
    b'{"postings":[],"postings":[]}': "duplicate_field",
    b'{"postings":[' + _POSTING.replace("}", ',"amount":"1"}').encode() + b"]}": "duplicate_field",
    b'{"postings":[],"metadata":{"a":{"b":1,"b":2}}}': "duplicate_field",
    b'{"postings":[],"metadata":{"a":1e999}}': "number_too_large",
    b'{"postings":[],"metadata":{"a":-1e999}}': "number_too_large",
    b'{"postings":[],"metadata":{"a":9223372036854775808}}': "number_too_large",
    b'{"postings":[],"metadata":{"a":' + b"9" * 100_000 + b"}}": "number_too_large",
    # Nesting.
    b"[" * 100_000: "too_deep",
    b'{"postings":[],"metadata":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}": "too_deep",
    b'{"postings":['
    + _POSTING.encode()
    + b'],"metadata":'
    + b'{"a":' * 20
    + b"1"
    + b"}" * 21: "invalid_metadata",
    # Unicode.
    b'{"postings":[' + _POSTING.encode() + b'],"reason":"a\\u0000b"}': "invalid_text",
    b'{"postings":[' + _POSTING.encode() + b'],"reason":"\\ud800"}': "invalid_text",
    b'{"postings":[' + _POSTING.encode() + b'],"reason":"\\udc00\\ud800"}': "invalid_text",
    b'{"postings":[' + _POSTING.encode() + b'],"metadata":{"\\ud83d":1}}': "invalid_text",
    b'{"postings":[' + _POSTING.encode() + b'],"metadata":{"a":["x\\\\\\u0000"]}}': "invalid_text",
    # Wrong types and names.
    b"[]": "invalid_body",
    b"null": "invalid_body",
    b'"text"': "invalid_body",
    b"1": "invalid_body",
    b"{}": "invalid_body",
    b'{"postings":{}}': "invalid_body",
    b'{"postings":[null]}': "invalid_body",
    b'{"postings":[[]]}': "invalid_body",
    b'{"postings":[],"reason":null}': "invalid_body",
    b'{"postings":[],"metadata":[]}': "invalid_body",
    b'{"postings":[],"raeson":"misspelt"}': "invalid_body",
    b'{"postings":[],"actor":"user:somebody-else"}': "invalid_body",
    b'{"postings":[],"at":0}': "invalid_body",
    # What the ledger says.
    b'{"postings":[]}': "no_postings",
    json.dumps({"postings": [posting("house:bonus", "user:42", "1")] * 1001}).encode(): "too_many_postings",
    json.dumps({**give("42", "1"), "reason": "x" * 1001}).encode(): "text_too_long",
    json.dumps({**give("42", "1"), "metadata": {"a": "x" * 16_384}}).encode(): "metadata_too_large",
    json.dumps({**give("42", "1"), "at": "yesterday"}).encode(): "invalid_time",
    json.dumps({**give("42", "1"), "at": "2026-02-30T00:00:00Z"}).encode(): "invalid_time",
    json.dumps({**give("42", "1"), "at": "9999-01-01T00:00:00Z"}).encode(): "future_effective_date",
    json.dumps(body(source="user:42")).encode(): "same_account",
    json.dumps(body(source="user:42:")).encode(): "invalid_account",
    json.dumps(body(source="user: 42")).encode(): "invalid_account",
    json.dumps(body(source="")).encode(): "invalid_account",
    json.dumps(body(source="a:" * 8 + "a")).encode(): "invalid_account",
    json.dumps(body(source="x" * 65)).encode(): "invalid_account",
    json.dumps(body(source="user:４２")).encode(): "invalid_account",
    json.dumps(body(source="user:\u202e42")).encode(): "invalid_account",
    json.dumps(body(source="user:42\n")).encode(): "invalid_account",
    json.dumps(body(asset="GOLD")).encode(): "unknown_asset",
    json.dumps(body(asset="credit")).encode(): "unknown_asset",
    json.dumps(body(asset="")).encode(): "unknown_asset",
    json.dumps(body(asset="\U0001f4b0" * 100)).encode(): "unknown_asset",
    json.dumps(body(source=...)).encode(): "invalid_body",
    json.dumps(body(amount=...)).encode(): "invalid_body",
}


async def test_bodies(api: Api) -> None:
    before = untimed((await api.call("ada", "GET /v1/accounts")).json())
    found = {}
    for content in TEXTS:
        answer = await api.call("ada", "POST /v1/transactions", content=content)
        assert 400 <= answer.status_code < 500, content[:80]
        found[content] = code(answer)
    assert found == TEXTS
    assert untimed((await api.call("ada", "GET /v1/accounts")).json()) == before


ROUTES_WITH_BODIES = """
POST  /v1/transactions
POST  /v1/transactions/bulk
POST  /v1/transactions/01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f/reverse
POST  /v1/holds
POST  /v1/holds/01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f/capture
POST  /v1/holds/01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f/release
PUT   /v1/accounts/user:42/balances/CREDIT
PATCH /v1/accounts/user:42/balances/CREDIT
POST  /v1/assets
POST  /v1/actions/spend
POST  /v1/notifications
POST  /v1/notifications/read
PUT   /v1/notifications/preferences
POST  /v1/users
PATCH /v1/users/42
POST  /v1/users/42/revoke
POST  /v1/auth/login
POST  /v1/api-keys
"""


async def test_every_body_is_read_strictly(api: Api) -> None:
    too_large = b'{"reason":"' + b"x" * api.settings.body_max + b'"}'
    for line in ROUTES_WITH_BODIES.strip().splitlines():
        route = " ".join(line.split())
        for content, expected in (
            (b"{", "invalid_json"),
            (b'{"a":1,"a":2}', "duplicate_field"),
            (b'{"a":NaN}', "invalid_json"),
            (b'{"a":1e999}', "number_too_large"),
            (b'{"reason":"\\u0000"}', "invalid_text"),
            (b'{"unheard-of":1}', "invalid_body"),
            (b"[]", "invalid_body"),
            (b"[" * 1_000, "too_deep"),
            (too_large, "body_too_large"),
        ):
            assert code(await api.call("ada", route, content=content)) == expected, (route, content[:40])
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"):
            answer = await api.call("ada", route, content=b"{}", headers={"Content-Type": kind})
            assert (answer.status_code, code(answer)) == (415, "unsupported_media_type"), route


def operation_of(route: str) -> Operation:
    method, path = route.split()
    return next(
        each
        for each in EVERYWHERE.operations.values()
        if each.method == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", each.path), path)
    )


@pytest.mark.parametrize("line", ROUTES_WITH_BODIES.strip().splitlines())
async def test_every_body_is_bounded_in_bytes_values_and_depth(api: Api, line: str) -> None:
    route = " ".join(line.split())
    operation = operation_of(route)
    most, values, depth = (
        operation.body_max or api.settings.body_max,
        operation.values_max,
        operation.depth_max,
    )
    texts = b'"' + b"[{,\\\\" * 20 + b'"'
    for content, expected in (
        (b'{"unheard-of":"' + b"x" * (most - 17) + b'"}', "invalid_body"),
        (b'{"unheard-of":"' + b"x" * (most - 16) + b'"}', "body_too_large"),
        (b'{"unheard-of":[' + b",".join([b"0"] * (values - 2)) + b"]}", "invalid_body"),
        (b'{"unheard-of":[' + b",".join([b"0"] * (values - 1)) + b"]}", "too_many_values"),
        (b"{" + b",".join(b'"%d":0' % n for n in range(values)) + b"}", "too_many_values"),
        (b'{"unheard-of":' + b"[" * (depth - 1) + texts + b"]" * (depth - 1) + b"}", "invalid_body"),
        (b'{"unheard-of":' + b"[" * depth + texts + b"]" * depth + b"}", "too_deep"),
        (b"{" * 500 + b"}" * 500, "too_deep"),
        (b"]" * 500 + b"[" * (depth - 1), "invalid_json"),
        (b'{"unheard-of":[' + b",".join([b"[{}]"] * 9) + b"]}", "invalid_body"),
    ):
        if len(content) > most and expected != "body_too_large":
            continue
        answer = await api.call("ada", route, content=content)
        assert code(answer) == expected, (route, content[:40], answer.text)


async def test_a_body_of_unannounced_length_is_bounded_too(api: Api) -> None:
    async def chunks() -> Any:
        for _ in range(9):
            yield b" " * 1024 * 1024

    answer = await api.client.post(
        "/v1/transactions",
        content=chunks(),
        headers={
            "Authorization": f"Bearer {api.credentials['ada']}",
            "Idempotency-Key": "k",
            "Content-Type": "application/json",
        },
    )
    assert code(answer) == "body_too_large"


KEYED = [line for line in ROUTES_WITH_BODIES.strip().splitlines() if not line.split()[1].startswith(
    ("/v1/assets", "/v1/notifications/", "/v1/users", "/v1/auth", "/v1/api-keys"))]  # fmt: skip


async def test_every_write_of_money_needs_a_key(api: Api) -> None:
    for line in KEYED:
        route = " ".join(line.split())
        assert code(await api.call("ada", route, {}, key="")) == "key_required", route
        for key in (b"x" * 256, b"a\tb", b"caf\xe9"):
            answer = await api.call("ada", route, {}, key="", headers={"Idempotency-Key": key})
            assert code(answer) == "invalid_key", (route, key)


async def test_a_key_given_twice_is_none(api: Api) -> None:
    request = api.client.build_request("POST", "/v1/transactions", json=give("42", "1"))
    request.headers = type(request.headers)(
        [*request.headers.multi_items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b"),
         ("Authorization", f"Bearer {api.credentials['ada']}")]
    )  # fmt: skip
    assert code(await api.client.send(request)) == "invalid_key"


QUERIES = """
route                                   query                      code
GET /v1/accounts                        limit=0                    invalid_query
GET /v1/accounts                        limit=501                  invalid_query
GET /v1/accounts                        limit=ten                  invalid_query
GET /v1/accounts                        limit=1&limit=2            invalid_query
GET /v1/accounts                        limti=1                    invalid_query
GET /v1/accounts                        limit                      invalid_query
GET /v1/accounts                        prefix=user:               invalid_account
GET /v1/accounts                        prefix=%00                 invalid_text
GET /v1/accounts                        prefix=%ff                 invalid_query
GET /v1/accounts                        cursor=x                   invalid_cursor
GET /v1/accounts                        cursor=bGlzdFVzZXJzIDQy    invalid_cursor
GET /v1/accounts/user:42                at=now                     invalid_time
GET /v1/accounts/user:42                at=2026-01-01              invalid_time
GET /v1/accounts/user::42                                          invalid_account
GET /v1/accounts/user:99                                           account_not_found
GET /v1/accounts/user:42/entries                                   invalid_query
GET /v1/accounts/user:42/entries        asset=GOLD                 unknown_asset
GET /v1/accounts/user:99/entries        asset=CREDIT               account_not_found
GET /v1/accounts/user:42/entries        asset=CREDIT&cursor=bGlzdEVudHJpZXMgLTE=  invalid_cursor
GET /v1/notifications                   unread=maybe               invalid_query
GET /v1/notifications                   cursor=bGlzdE5vdGlmaWNhdGlvbnMgdXNlcjo0Mj14  invalid_cursor
GET /v1/notifications                   user=a%20b                 invalid_user
GET /v1/users                           cursor=%F0%9F%92%B0        invalid_cursor
GET /v1/users/a%20b                                                invalid_user
GET /v1/users/unknown                                              user_not_found
GET /v1/transactions/1                                             invalid_id
GET /v1/transactions/01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f          transaction_not_found
GET /v1/holds/01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f                 hold_not_found
GET /v1/streams/shop:bonus/events                                  invalid_stream
GET /v1/streams/house/events                                       invalid_stream
GET /v1/streams/user:42/events          after=1                    invalid_position
GET /v1/streams/user:42/events          after=x:-1                 invalid_position
GET /v1/streams/user:42/events          wait=31                    invalid_query
GET /v1/streams/events                  wait=31                    invalid_query
GET /v1/streams/events                  streams=                   invalid_stream
GET /v1/streams/events                  streams=user:42,           invalid_stream
GET /v1/streams/events                  streams=user:42,shop:x     invalid_stream
GET /v1/streams/events                  streams=user:42,user:42    invalid_query
GET /v1/streams/events                  after=e1:7                 invalid_position
GET /v1/streams/events                  after=user:42=x            invalid_position
GET /v1/streams/events                  after==e1:7                invalid_position
GET /v1/streams/events                  after=user:42=e1:7,        invalid_position
GET /v1/me                              x=1                        invalid_query
GET /health/live                        x=1                        invalid_query
GET /v1/nothing                                                    not_found
GET /v1                                                            not_found
DELETE /v1/me                                                      method_not_allowed
PUT /v1/transactions                                               method_not_allowed
GET /v1/transactions/                                              method_not_allowed
DELETE /v1/api-keys/x                                              invalid_id
DELETE /v1/api-keys/01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f           api_key_not_found
"""


async def test_addresses_and_queries(api: Api) -> None:
    for line in QUERIES.strip().splitlines()[1:]:
        method, path, *query, expected = line.split()
        answer = await api.call("ada", f"{method} {path}{'?' + query[0] if query else ''}")
        assert code(answer) == expected, line
        if expected == "method_not_allowed":
            assert answer.headers["allow"]


class TestSmallBodies:
    """The limit is a setting."""

    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(secret=SECRET, jwt_secret=SECRET, actions=ACTIONS, body_max=1024)

    async def test_the_limit_is_the_settings(self, api: Api) -> None:
        assert (await api.call("ada", "POST /v1/transactions", give("42", "1", reason="x" * 700))).is_success
        assert (
            code(await api.call("ada", "POST /v1/transactions", give("42", "1", reason="x" * 1000)))
            == "body_too_large"
        )
