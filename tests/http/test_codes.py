"""Every stable code that HTTP can answer is answered here, with its documented status; the rest say why not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from groat import Closed, Overloaded
from groat.http.openapi import codes_of
from groat.ledger.errors import Busy, CommandFailed, Interrupted, OlderNodes, Unavailable
from groat.programs.outbox import Channel, each
from groat.programs.outbox.sender import Sender
from groat.programs.runs.worker import Poster
from groat.sandbox.pool import PER_PERSON_MAX
from groat.sheets import FILE_BYTES_MAX
from groat.store.flow import Flow, Query
from tests.http.conftest import EVERYWHERE, PASSWORD, SECRET, Api, code, give, posting

Case = Callable[[Api], Awaitable[httpx.Response]]
SHEETS = Path(__file__).parents[1] / "data" / "sheets"
_NOWHERE = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"


def post(body: Any, caller: str = "ada", **more: Any) -> Case:
    return lambda api: api.call(caller, "POST /v1/transactions", body, **more)


def call(route: str, json: Any = None, caller: str = "ada", **more: Any) -> Case:
    return lambda api: api.call(caller, route, json, **more)


def bearer(token: str) -> Case:
    return lambda api: api.call("", "GET /v1/me", headers={"Authorization": f"Bearer {token}"})


def signed(**claims: Any) -> str:
    return jwt.encode({"sub": "42", "exp": int(time.time()) + 60, **claims}, SECRET, algorithm="HS256")


def sheet(data: bytes, **choices: str) -> Case:
    fields = {"asset": "CREDIT", **choices}
    return lambda api: api.call(
        "ada", "POST /v1/sheets/preview", files={"file": ("f.csv", data)}, data=fields
    )


async def outbox_entry_done(api: Api) -> httpx.Response:
    """Replays a mail that was delivered."""
    await api.call(
        "ada", "PUT /v1/notifications/preferences", {"ways": {"*": ["email"]}, "email": "u@x.example"},
        params={"user": "42"},
    )  # fmt: skip
    told = await api.call("ada", "POST /v1/notifications", {"to": "user:42", "title": "Hello"})

    async def deliver(services: Any, entry: Any) -> None:
        """Nothing fails."""

    waiting = await api.call("sam", "GET /v1/outbox", params={"state": "waiting", "channel": "mail"})
    assert [entry["id"] for entry in waiting.json()["items"]] == [told.json()["id"]]
    assert await Sender(api.groat, Channel("mail", each(deliver))).send_due()
    return await api.call("ada", f"POST /v1/outbox/{told.json()['id']}/replay")


def decided(
    name: str, caller: str, *, filer: str = "42", before: str = "", amount: str = "5", given: Any = None
) -> Case:
    async def case(api: Api) -> httpx.Response:
        claim = {"amount": amount, "asset": "USD", "purpose": "Stamps", "receipt": "R1"}
        filed = await api.call(filer, "POST /v1/requests/expense", claim)
        path = f"POST /v1/requests/expense/{filed.json()['id']}"
        if before:
            assert (await api.call("ada", f"{path}/{before}")).status_code == 201
        return await api.call(caller, f"{path}/{name}", given)

    return case


def drafted(method: str, given: Any = None) -> Case:
    """A call on a draft of one person's."""

    async def case(api: Api) -> httpx.Response:
        made = await api.call("ada", "POST /v1/runs/drafts", {"people": ["42"], "amount": "1"})
        return await api.call("ada", f"{method} /v1/runs/drafts/{made.json()['id']}", given)

    return case


def of_placement(method: str, given: Any = None) -> Case:
    """A call on a draft that a placement keeps as a file, and whose rows it has given."""

    async def case(api: Api) -> httpx.Response:
        made = await api.call("ada", "POST /v1/runs/drafts", {"people": ["42"], "amount": "1"})
        id = made.json()["id"]

        def give_rows() -> Flow[None]:
            yield Query("write_run_drafts", ([(id, 1, 1, 1, None, "", 1, 1)],))

        await api.groat.write(give_rows)
        return await api.call("ada", f"{method} /v1/runs/drafts/{id}", given)

    return case


def run_code(route: str, given: Any = None, posts: bool = True) -> Case:
    """A call on a run, or on the draft that it was."""

    async def case(api: Api) -> httpx.Response:
        # An account of nobody's may not fall below zero, so that a run out of it stops at once.
        sent = {"people": ["42"], "amount": "1", "source": "house:bonus" if posts else "team:poor"}
        run = (await api.call("ada", "POST /v1/runs", sent)).json()
        return await api.call("ada", route.format(run=run["id"], draft=run["draft"]), given)

    return case


async def run_is_undo(api: Api) -> httpx.Response:
    assert api.app.services is not None
    poster = api.app.services.part(Poster)
    run = (await api.call("ada", "POST /v1/runs", {"people": ["42"], "amount": "1"})).json()["id"]
    while await poster.round():
        pass
    undo = (await api.call("ada", f"POST /v1/runs/{run}/undo", {"reason": "Why"})).json()
    sent = {"draft": undo["id"], "version": undo["version"]}
    filed = await api.call("ada", "POST /v1/requests/run?owner=house:runs", sent)
    return await api.call("ada", f"POST /v1/runs/{filed.json()['id']}/undo", {"reason": "Why"})


async def hold(api: Api, **more: Any) -> str:
    answer = await api.call("ada", "POST /v1/holds", {**posting("user:42", "house:sales", "5"), **more})
    return str(answer.json()["hold"]["id"])


async def given(api: Api) -> str:
    return str((await api.call("ada", "POST /v1/transactions", give("42", "5"))).json()["id"])


async def key_reused(api: Api) -> httpx.Response:
    await api.call("ada", "POST /v1/transactions", give("42", "1"), key="same")
    return await api.call("ada", "POST /v1/transactions", give("42", "2"), key="same")


async def nothing_to_correct(api: Api) -> httpx.Response:
    claim = {"amount": "5", "asset": "USD", "purpose": "Stamps", "receipt": "R1"}
    path = f"/v1/requests/expense/{(await api.call('42', 'POST /v1/requests/expense', claim)).json()['id']}"
    assert (await api.call("42", f"POST {path}/withdraw")).status_code == 201
    return await api.call("ada", f"POST {path}/correct", {"reason": "Sent twice"})


async def belongs_to_request(api: Api) -> httpx.Response:
    claim = {"amount": "5", "asset": "USD", "purpose": "Stamps", "receipt": "R1"}
    filed = await api.call("42", "POST /v1/requests/expense", claim)
    return await api.call("ada", f"POST /v1/transactions/{filed.json()['id']}/reverse")


async def hold_resolved(api: Api) -> httpx.Response:
    id = await hold(api)
    await api.call("ada", f"POST /v1/holds/{id}/release")
    return await api.call("ada", f"POST /v1/holds/{id}/capture")


async def hold_expired(api: Api) -> httpx.Response:
    id = await hold(api, expires_in=1)
    deadline = time.monotonic() + 20
    while (await api.call("ada", f"GET /v1/holds/{id}")).json()["state"] == "open":
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    return await api.call("ada", f"POST /v1/holds/{id}/capture")


async def granted(api: Api, times: int = 1) -> httpx.Response:
    """The answer to a person's being granted 1, so many times."""
    body = {"postings": [{**posting("house:bonus", "user:8", "1"), "grant": {}}] * times}
    return await api.call("ada", "POST /v1/transactions", body)


async def grant_spent(api: Api) -> httpx.Response:
    given = await granted(api)
    await api.call("ada", "POST /v1/transactions", {"postings": [posting("user:8", "house:sales", "1")]})
    return await api.call("ada", f"POST /v1/transactions/{given.json()['id']}/reverse")


async def too_many_grants(api: Api) -> httpx.Response:
    return await granted(api, times=201)


async def exceeds_hold(api: Api) -> httpx.Response:
    return await api.call("ada", f"POST /v1/holds/{await hold(api)}/capture", {"amount": "6"})


async def too_many_members(api: Api) -> httpx.Response:
    for number in range(51):
        path = f"PUT /v1/accounts/team:crowd/members/{number}"
        answer = await api.call("ada", path, {"rights": ["read"]})
    return answer


async def settle_to_nothing(api: Api) -> httpx.Response:
    body = {"actual": "6", "excess": "overdraft"}
    return await api.call("ada", f"POST /v1/holds/{await hold(api)}/settle", body)


async def not_reversible(api: Api) -> httpx.Response:
    back = await api.call("ada", f"POST /v1/transactions/{await given(api)}/reverse")
    return await api.call("ada", f"POST /v1/transactions/{back.json()['id']}/reverse")


async def wrong_legs(api: Api) -> httpx.Response:
    return await api.call("ada", f"POST /v1/transactions/{await given(api)}/reverse", {"amounts": ["1", "1"]})


async def exceeds_transaction(api: Api) -> httpx.Response:
    return await api.call("ada", f"POST /v1/transactions/{await given(api)}/reverse", {"amounts": ["6"]})


async def before_original(api: Api) -> httpx.Response:
    early = {"at": "2020-01-01T00:00:00Z"}
    return await api.call("ada", f"POST /v1/transactions/{await given(api)}/reverse", early)


def budget(limit: str = "5", **more: Any) -> dict[str, Any]:
    return {"account": "user:42", "asset": "CREDIT", "limit": limit, "window": "day", **more}


async def budget_exceeded(api: Api) -> httpx.Response:
    await api.call("ada", "POST /v1/budgets", budget(account="user:8"))
    await api.call("ada", "POST /v1/transactions", give("8", "9"))
    return await api.call("ada", "POST /v1/holds", posting("user:8", "house:sales", "6"))


async def budget_of_staff(api: Api) -> httpx.Response:
    made = await api.call("ada", "POST /v1/budgets", budget())
    return await api.call("42", f"PATCH /v1/budgets/{made.json()['id']}", {"limit": "6"})


async def too_many_budgets(api: Api) -> httpx.Response:
    for _ in range(20):
        await api.call("ada", "POST /v1/budgets", budget(account="user:9"))
    return await api.call("ada", "POST /v1/budgets", budget(account="user:9"))


async def account_frozen(api: Api) -> httpx.Response:
    await api.call("ada", "POST /v1/accounts/user:42/freeze", {"reason": "Order of a court"})
    return await api.call("ada", "POST /v1/transactions", give("42", "2"))


async def account_closing(api: Api) -> httpx.Response:
    await api.call("ada", "POST /v1/holds", _ONE)
    await api.call("ada", "POST /v1/accounts/user:42/close", {"reason": "Gone", "rest_to": "house:rest"})
    return await api.call("ada", "POST /v1/transactions", give("42", "2"))


async def account_closed(api: Api) -> httpx.Response:
    await api.call("ada", "POST /v1/accounts/user:42/close", {"reason": "Gone", "rest_to": "house:rest"})
    return await api.call("ada", "POST /v1/transactions", give("42", "2"))


async def ceiling_exceeded(api: Api) -> httpx.Response:
    await api.call("ada", "PATCH /v1/accounts/user:42/balances/CREDIT", {"ceiling": "101"})
    return await api.call("ada", "POST /v1/transactions", give("42", "2"))


async def token_revoked(api: Api) -> httpx.Response:
    await api.identities.revoke("42")
    answer = await api.call("42", "GET /v1/me")
    # The server's own copy of what it let in is at most a second old.
    deadline = time.monotonic() + 5
    while answer.is_success and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
        answer = await api.call("42", "GET /v1/me")
    return answer


async def api_key_invalid(api: Api) -> httpx.Response:
    keys = (await api.call("ada", "GET /v1/api-keys")).json()["items"]
    assert (await api.call("ada", f"DELETE /v1/api-keys/{keys[0]['id']}")).status_code == 204
    return await api.call("shop", "GET /v1/me")


async def login_throttled(api: Api) -> httpx.Response:
    for _ in range(10):
        answer = await api.call("", "POST /v1/auth/login", {"user": "nobody", "password": PASSWORD})
        assert code(answer) == "login_failed"
    return await api.call("", "POST /v1/auth/login", {"user": "nobody", "password": PASSWORD})


async def rate_limited(api: Api) -> httpx.Response:
    assert api.app.services is not None
    api.app.services.limiter = type(api.app.services.limiter)(2)
    answers = [await api.call("42", "GET /v1/assets") for _ in range(5)]
    return next(answer for answer in answers if not answer.is_success)


async def too_new_to_decide(api: Api) -> httpx.Response:
    await api.call("ada", "POST /v1/users", {"user": "new", "roles": ["admin"]})
    api.credentials["new"], _ = await api.identities.issue_token("new")
    return await api.call("new", f"POST /v1/requests/expense/{_NOWHERE}/pay")


async def user_exists(api: Api) -> httpx.Response:
    await api.call("ada", "POST /v1/users", {"user": "x", "email": "X@example.com"})
    return await api.call("ada", "POST /v1/users", {"user": "y", "email": "x@EXAMPLE.com"})


async def too_many_files(api: Api) -> httpx.Response:
    assert api.app.services is not None
    with ExitStack() as stack:
        for _ in range(PER_PERSON_MAX):
            stack.enter_context(api.app.services.sandbox.holding("user:ada"))
        return await sheet(b"user,amount\n1,1\n")(api)


async def files_overloaded(api: Api) -> httpx.Response:
    assert api.app.services is not None
    await api.app.services.sandbox.close()
    return await sheet(b"user,amount\n1,1\n")(api)


def failing(error: Exception) -> Case:
    async def case(api: Api) -> httpx.Response:
        async def execute(_: Any) -> Any:
            raise error

        api.groat.execute = execute  # type: ignore[assignment, method-assign]
        return await api.call("ada", "POST /v1/transactions", give("42", "1"))

    return case


_ONE = posting("house:bonus", "user:42", "1")
CASES: dict[str, Case] = {
    # Refusals of decide().
    "key_reused": key_reused,
    "transaction_not_found": call(f"POST /v1/transactions/{_NOWHERE}/reverse"),
    "hold_not_found": call(f"POST /v1/holds/{_NOWHERE}/capture"),
    "grant_not_found": call(f"POST /v1/grants/{_NOWHERE}/void", {"reason": "Given twice"}),
    "grant_spent": grant_spent,
    "too_many_grants": too_many_grants,
    "hold_expired": hold_expired,
    "belongs_to_request": belongs_to_request,
    "hold_resolved": hold_resolved,
    "not_reversible": not_reversible,
    "wrong_legs": wrong_legs,
    "exceeds_hold": exceeds_hold,
    "exceeds_transaction": exceeds_transaction,
    "before_original": before_original,
    "budget_not_found": call(f"GET /v1/budgets/{_NOWHERE}"),
    "budget_of_staff": budget_of_staff,
    "budget_exceeded": budget_exceeded,
    "too_many_budgets": too_many_budgets,
    "invalid_budget": call("POST /v1/budgets", budget(zone="Mars/Olympus")),
    "not_a_manager": call("PUT /v1/accounts/team:acme/members/7", {"rights": ["read"]}, "7"),
    "member_not_found": call("PUT /v1/accounts/team:acme/members/7", {"rights": []}),
    "too_many_members": too_many_members,
    "invalid_member": call("PUT /v1/accounts/team:acme/members/a:b", {"rights": ["read"]}),
    "account_frozen": account_frozen,
    "account_closing": account_closing,
    "account_closed": account_closed,
    "wrong_account_state": call("POST /v1/accounts/user:42/unfreeze", {"reason": "Why"}),
    "clock_steady": call("POST /v1/clock/confirm", {"reason": "Why"}),
    "no_sandbox": call("POST /v1/sandbox/clock", {"forward_s": 60}),
    "future_effective_date": post(give("42", "1", at="9999-01-01T00:00:00Z")),
    "expires_in_past": call("POST /v1/holds", {**_ONE, "expires_at": "2020-01-01T00:00:00Z"}),
    "balance_overflow": post({"postings": [posting("house:a", "house:b", str(2**63 - 1))] * 2}),
    "past_floor": post(
        {
            "postings": [posting("user:42", "house:sales", "1")],
            "at": "2020-01-01T00:00:00Z",
            "check_past": True,
        }
    ),
    "insufficient_funds": post({"postings": [posting("user:7", "house:sales", "1")]}),
    "ceiling_exceeded": ceiling_exceeded,
    "invalid_limits": call("PATCH /v1/accounts/user:42/balances/CREDIT", {"floor": "5", "ceiling": "4"}),
    "request_not_found": call("POST /v1/requests/expense/" + _NOWHERE + "/pay"),
    "not_allowed": decided("pay", "42"),
    "already_decided": decided("pay", "ada", before="pay"),
    "wrong_state": decided("withdraw", "42", before="pay"),
    "own_request": decided("pay", "ada", filer="ada"),
    "nothing_to_correct": nothing_to_correct,
    "correction_wrong": decided(
        "correct", "ada", before="pay", given={"amount": "5.01", "reason": "Sent twice"}
    ),
    "second_approver": decided("pay", "ada", before="pay", amount="5000"),
    # Input.
    "invalid_amount": post(give("42", "1e9")),
    "too_many_digits": post(give("42", "0.001")),
    "amount_not_positive": post(give("42", "0")),
    "amount_overflow": post(give("42", str(2**63))),
    "unknown_asset": post(give("42", "1", "GOLD")),
    "invalid_asset": call("POST /v1/assets", {"code": "lower", "scale": 2}),
    "asset_exists": call("POST /v1/assets", {"code": "USD", "scale": 3}),
    "invalid_account": call("GET /v1/accounts/a%20b"),
    "same_account": post({"postings": [posting("user:42", "user:42", "1")]}),
    "no_postings": post({"postings": []}),
    "too_many_postings": post({"postings": [_ONE] * 1001}),
    "no_items": call("POST /v1/transactions/bulk", {"mode": "atomic", "items": []}),
    "invalid_item": call(
        "POST /v1/transactions/bulk", {"mode": "independent", "items": [{"reason": "Nothing"}]}
    ),
    "too_many_items": call(
        "POST /v1/transactions/bulk", {"mode": "atomic", "items": [{"postings": []}] * 10_001}
    ),
    "key_required": post(give("42", "1"), key=""),
    "invalid_key": post(give("42", "1"), key="x" * 256),
    "invalid_text": post(give("42", "1", reason="a\0b")),
    "reason_required": call(f"POST /v1/grants/{_NOWHERE}/void", {"reason": " "}),
    "invalid_excess": settle_to_nothing,
    "invalid_grant": post({"postings": [{**posting("user:42", "user:7", "1"), "grant": {}}]}),
    "text_too_long": post(give("42", "1", reason="x" * 1001)),
    "invalid_metadata": post(give("42", "1", metadata={"a": eval("[" * 17 + "]" * 17)})),
    "metadata_too_large": post(give("42", "1", metadata={"a": "x" * 16_384})),
    "invalid_id": call("GET /v1/holds/1"),
    "invalid_time": post(give("42", "1", at="yesterday")),
    "owner_not_taken": call(
        "POST /v1/requests/expense?owner=house:promo",
        {"amount": "1", "asset": "USD", "purpose": "A train"},
        key="owner",
    ),
    "invalid_position": call("GET /v1/streams/user:42/events?after=1"),
    "invalid_stream": call("GET /v1/streams/shop:bonus/events"),
    # Passing trouble.
    "overloaded": failing(Overloaded()),
    "busy": failing(Busy()),
    "interrupted": failing(Interrupted()),
    "store_unavailable": failing(Unavailable()),
    "closed": failing(Closed()),
    "older_nodes": failing(OlderNodes()),
    "command_failed": failing(CommandFailed()),
    "internal_error": failing(ZeroDivisionError()),
    # Who calls.
    "unauthenticated": call("GET /v1/me", caller=""),
    "token_invalid": bearer("nonsense"),
    "token_expired": bearer(signed(exp=1)),
    "token_not_yet_valid": bearer(signed(nbf=int(time.time()) + 3600, exp=int(time.time()) + 7200)),
    "token_type_refused": bearer(signed(token_type="refresh", exp=int(time.time()) + 3600)),
    "token_revoked": token_revoked,
    "api_key_invalid": api_key_invalid,
    "session_invalid": call("POST /v1/auth/token", caller=""),
    "login_failed": call("POST /v1/auth/login", {"user": "42", "password": "wrong"}),
    "login_throttled": login_throttled,
    "too_new_to_decide": too_new_to_decide,
    "user_not_found": call("PATCH /v1/users/nobody", {"name": "x"}),
    "user_exists": user_exists,
    "api_key_not_found": call(f"DELETE /v1/api-keys/{_NOWHERE}"),
    "invalid_user": call("POST /v1/users", {"user": "a b"}),
    "invalid_service": call("POST /v1/api-keys", {"service": "a:b"}),
    "invalid_role": call("POST /v1/users", {"user": "x", "roles": ["a b"]}),
    "invalid_email": call("POST /v1/users", {"user": "x", "email": "nobody"}),
    "weak_password": call("POST /v1/users", {"user": "x", "password": "short"}),
    # HTTP.
    "invalid_request": call("GET /v1/me", headers={"Host": "a b"}),
    "invalid_json": call("POST /v1/assets", content=b"{"),
    "duplicate_field": call("POST /v1/assets", content=b'{"code":"A","code":"B"}'),
    "too_deep": call("POST /v1/assets", content=b"[" * 1_000),
    "too_many_values": call("POST /v1/assets", content=b'{"a":[' + b"0," * 9_999 + b"0]}"),
    "number_too_large": call("POST /v1/assets", content=b'{"code":"A","scale":1e999}'),
    "invalid_body": call("POST /v1/assets", {"code": 1, "scale": 1}),
    "invalid_query": call("GET /v1/me?x=1"),
    "invalid_cursor": call("GET /v1/accounts?cursor=x"),
    "invalid_file": call("POST /v1/sheets/preview", files={"other": ("f.csv", b"a")}),
    "forbidden": call("GET /v1/users", caller="42"),
    "board_not_found": call("GET /v1/streams/board:run:missing/events"),
    "action_not_declared": call("POST /v1/actions/mint", {"amount": "1"}, caller="42"),
    "origin_refused": call("POST /v1/auth/token", headers={"Origin": "https://evil.example"}),
    "not_found": call("GET /v1/nothing"),
    "kind_not_found": call("POST /v1/requests/holiday", {}),
    "transition_not_found": call("POST /v1/requests/expense/" + _NOWHERE + "/vanish"),
    "account_not_found": call("GET /v1/accounts/user:99"),
    "method_not_allowed": call("DELETE /v1/me"),
    "body_too_large": call("POST /v1/assets", content=b" " * (8 * 1024 * 1024 + 1)),
    "unsupported_media_type": call("POST /v1/assets", content=b"{}", headers={"Content-Type": "text/plain"}),
    "asset_not_allowed": call("POST /v1/actions/spend", {"amount": "1", "asset": "USD"}, caller="42"),
    "action_limit": call("POST /v1/actions/spend", {"amount": "21"}, caller="42"),
    "invalid_notice": call("POST /v1/notifications", {"to": "user:42", "title": ""}),
    "invalid_audience": call("POST /v1/notifications", {"to": "house:bonus", "title": "Hello"}),
    "invalid_preferences": call(
        "PUT /v1/notifications/preferences", {"ways": {"With Spaces": []}}, caller="42"
    ),
    "notification_not_found": call("POST /v1/notifications/read", {"ids": [_NOWHERE]}, caller="42"),
    "outbox_entry_not_found": call(f"POST /v1/outbox/{_NOWHERE}/replay"),
    "outbox_entry_done": outbox_entry_done,
    "nothing_to_change": call("PATCH /v1/users/42", {"reason": "none"}),
    "own_rights": call("PATCH /v1/users/ada", {"roles": []}),
    "rate_limited": rate_limited,
    # Files.
    "sheet_empty": sheet(b""),
    "sheet_too_large": sheet(b"x" * (FILE_BYTES_MAX + 1)),
    "sheet_too_costly": sheet((SHEETS / "far-corner-other-folder.xlsx").read_bytes()),
    "sheet_too_many_rows": sheet(b"user,amount\n" + b"1,1\n" * 100_001),
    "sheet_too_many_columns": sheet(b"user,amount" + b",x" * 200 + b"\n1,1\n"),
    "sheet_unreadable": sheet(b"PK\x03\x04 not an archive"),
    "sheet_wrong_kind": sheet(b"\xd0\xcf\x11\xe0" + bytes(64)),
    "sheet_no_header": sheet(b"1,2\n3,4\n"),
    "sheet_protected": sheet((SHEETS / "encrypted.xlsx").read_bytes()),
    "sheet_columns_unclear": sheet((SHEETS / "two-amount-columns.csv").read_bytes()),
    "sheet_column_not_found": sheet(b"user,amount\n1,1\n", amount_column="7"),
    "sheet_not_found": sheet((SHEETS / "two-sheets.xlsx").read_bytes(), sheet="March"),
    "sheet_encoding_unclear": sheet("user,amount,reason\n1,1,Премия\n".encode("cp1251")),
    "too_many_files": too_many_files,
    "draft_not_found": call(f"GET /v1/runs/drafts/{_NOWHERE}"),
    "draft_filed": run_code("DELETE /v1/runs/drafts/{draft}"),
    "draft_closed": of_placement("PATCH", {"reason": "Again"}),
    "draft_kept": of_placement("DELETE"),
    "draft_changed": drafted("PATCH", {"version": 7}),
    "run_changes_nothing": call("POST /v1/runs", {"people": ["42"], "amount": "100", "mode": "set"}),
    "run_is_undo": run_is_undo,
    "run_nothing_to_undo": run_code("POST /v1/runs/{run}/undo", {"reason": "Why"}, posts=False),
    "run_not_found": call(f"GET /v1/runs/{_NOWHERE}"),
    "run_rows_bad": call("POST /v1/runs", {"people": ["4 2"], "amount": "1"}),
    "run_rows_wrong": call("POST /v1/runs", {"people": ["42"]}),
    "run_mode_wrong": call(
        "POST /v1/runs", {"people": ["42"], "amount": "1", "mode": "set", "source": "house:a"}
    ),
    "run_choice_wrong": drafted("PATCH", {"short": "refuse"}),
    "files_overloaded": files_overloaded,
}
NOT_OVER_HTTP = {
    "clock_goes_forward": "only sandboxes answer it: tests/http/test_clock.py",
    "too_far_forward": "only sandboxes answer it: tests/http/test_clock.py",
    "approval_differs": "shown in tests/programs/workflow/test_terms.py",
    "signature_invalid": "only programs have signed operations: tests/http/test_programs.py",
    "was_corrected": "shown in tests/programs/workflow/test_corrections.py",
    "parent_not_found": "shown in tests/programs/workflow/test_workflow.py",
    "parent_not_taking": "shown in tests/programs/workflow/test_campaigns.py",
    "named_not_found": "shown in tests/programs/workflow/test_campaigns.py",
    "too_many_open": "shown in tests/http/test_open_requests.py",
    "statement_too_long": "shown in tests/http/test_statements.py",
    "invalid_data": "over HTTP it is invalid_body",
    "invalid_posting": "over HTTP it is invalid_body",
    "invalid_limit": "over HTTP it is invalid_query",
    "invalid_principal": "principals come from checked credentials",
    "newer_database": "the server does not start",
    "not_migrated": "the server does not start",
    "wrong_scheme": "the server does not start",
    "unknown_role": "only the command line asks: tests/cli/test_commands.py",
    "keys_unavailable": "shown in tests/identity/test_tokens.py",
    "request_timeout": "shown in tests/http/test_protocol.py",
    "line_too_long": "shown in tests/http/test_protocol.py",
    "head_too_large": "shown in tests/http/test_protocol.py",
    "too_many_connections": "shown in tests/http/test_gate.py",
    "too_many_boards": "shown in tests/live/test_boards.py",
    "too_many_readers": "shown in tests/http/test_attacks.py",
    "host_refused": "shown in tests/http/test_protocol.py",
    "server_full": "shown in tests/http/test_protocol.py",
}


def test_every_code_has_its_case() -> None:
    assert set(CASES) | set(NOT_OVER_HTTP) == set(EVERYWHERE.codes)


@pytest.mark.parametrize("name", CASES)
async def test_code(api: Api, name: str) -> None:
    answer = await CASES[name](api)
    assert code(answer) == name, answer.text
    assert answer.status_code == EVERYWHERE.codes[name].status
    if answer.status_code in (429, 503):
        assert int(answer.headers["retry-after"]) > 0
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["cache-control"] == "no-store"


def test_every_documented_code_exists_and_every_code_is_documented() -> None:
    documented = {code for operation in EVERYWHERE.operations.values() for code in codes_of(operation)}
    outside_of_operations = {"method_not_allowed", "internal_error", "command_failed"}
    assert documented | outside_of_operations | set(NOT_OVER_HTTP) == set(EVERYWHERE.codes)
