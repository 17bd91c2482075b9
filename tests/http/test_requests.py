"""Requests over HTTP: what each caller sees and may, the approval inbox, and the document that the kinds make."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.http.conftest import Api, code

CLAIM = {"amount": "42.50", "asset": "USD", "purpose": "Train to the fair"}


async def filed(api: Api, caller: str = "42", **more: Any) -> dict[str, Any]:
    answer = await api.call(caller, "POST /v1/requests/expense", {**CLAIM, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_filed_paid_and_seen_by_its_owner(api: Api) -> None:
    request = await filed(api)
    path = f"/v1/requests/expense/{request['id']}"
    assert (request["state"], request["user"], request["may"], request["balances"]) == (
        "pending",
        "42",
        ["withdraw"],
        [],
    )
    assert list(request["positions"]) == ["user:42"]
    paid = await api.call("ada", f"POST {path}/pay")
    assert (paid.status_code, paid.json()["state"], paid.json()["may"]) == (201, "paid", ["correct"])
    assert {b["account"] for b in paid.json()["balances"]} == {"house:expenses", "user:42"}
    seen = (await api.call("42", f"GET {path}")).json()
    assert [(s["transition"], s["by"]) for s in seen["history"]] == [("file", "user:42"), ("pay", "user:ada")]
    assert "viewers" not in seen
    assert code(await api.call("7", f"GET {path}")) == "request_not_found"
    balance = (await api.call("42", "GET /v1/accounts/user:42")).json()["balances"]
    assert [b["balance"] for b in balance if b["asset"] == "USD"] == ["52.50"]


async def test_a_history_is_read_in_pages(api: Api) -> None:
    await api.identities.add_user("ida", roles=("admin",))
    api.credentials["ida"], _ = await api.identities.issue_token("ida")
    request = await filed(api, amount="1000", receipt="R7")
    path = f"/v1/requests/expense/{request['id']}"
    for staff in ("ada", "ida"):
        assert (await api.call(staff, f"POST {path}/pay")).status_code == 201
    steps = (await api.call("42", f"GET {path}")).json()
    assert ([s["version"] for s in steps["history"]], steps["history_more"]) == ([1, 2, 3], False)
    first = (await api.call("42", f"GET {path}/history?limit=2")).json()
    assert first["items"] == steps["history"][:0:-1]
    rest = (await api.call("42", f"GET {path}/history?limit=2&cursor={first['cursor']}")).json()
    assert rest == {"items": steps["history"][:1], "cursor": None}
    assert (await api.call("42", f"GET {path}/history?limit=3")).json()["cursor"] is None
    assert code(await api.call("7", f"GET {path}/history")) == "request_not_found"
    elsewhere = (await api.call("42", "GET /v1/requests?limit=1")).json()["cursor"]
    assert code(await api.call("42", f"GET {path}/history?cursor={elsewhere}")) == "invalid_cursor"
    assert (await api.call("ada", f"POST {path}/history")).status_code == 405


async def test_a_repetition_brings_the_first_answer(api: Api) -> None:
    answers = [await api.call("42", "POST /v1/requests/expense", CLAIM, key="same") for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 200]
    assert answers[1].json() == answers[0].json() | {"replayed": True}


async def test_a_decision_on_what_has_changed_since_is_refused(api: Api) -> None:
    request = await filed(api, amount="1000", receipt="R7")
    path = f"POST /v1/requests/expense/{request['id']}/pay"
    await admin(api, "ida")
    first = await api.call("ada", f"{path}?version=1", key="ada's")
    assert first.status_code == 201
    late = await api.call("ida", f"{path}?version=1")
    assert (code(late), late.json()["state"]) == ("wrong_state", "pending")
    # The version is no part of what is written: after a lost answer the screen may show a newer one.
    again = await api.call("ada", f"{path}?version=2", key="ada's")
    assert (again.status_code, again.json()["replayed"]) == (200, True)
    assert (await api.call("ida", f"{path}?version=2")).json()["state"] == "paid"
    for wrong in ("0", "-1", "1.0", "one", "", "9999999999"):
        assert code(await api.call("ida", f"{path}?version={wrong}")) == "invalid_query", wrong


async def admin(api: Api, user: str, email: str | None = None) -> None:
    await api.identities.add_user(user, email=email, roles=("admin",))
    api.credentials[user], _ = await api.identities.issue_token(user)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("adm0", None), ("ADM0", None)),
        (("ida", "ida@example.com"), ("ida@example.com", None)),
        (("Ida@Example.com", None), ("ida", "ida@example.com")),
    ],
)
async def test_one_person_is_one_approver_whatever_the_spelling(
    api: Api, first: tuple[str, str | None], second: tuple[str, str | None]
) -> None:
    request = await filed(api, amount="1000", receipt="R7")
    path = f"/v1/requests/expense/{request['id']}"
    for user, email in (first, second):
        await admin(api, user, email)
    assert (await api.call(first[0], f"POST {path}/pay")).json()["state"] == "pending"
    assert code(await api.call(second[0], f"POST {path}/pay")) == "second_approver"
    own = await api.call(second[0], f"POST /v1/requests/expense?user={second[0]}", CLAIM)
    answer = await api.call(first[0], f"POST /v1/requests/expense/{own.json()['id']}/pay")
    assert code(answer) == "own_request"


async def test_staff_whom_an_admin_makes_decide_nothing_at_first(api: Api) -> None:
    """Or one admin would be two people: make another, and approve as that one."""
    request = await filed(api)
    path = f"/v1/requests/expense/{request['id']}"
    login = {"user": "mallory", "password": "correct horse"}

    async def try_to_pay() -> httpx.Response:
        api.credentials["mallory"] = (await api.call("", "POST /v1/auth/login", login)).json()["token"]
        return await api.call("mallory", f"POST {path}/pay")

    made = await api.call("ada", "POST /v1/users", {**login, "roles": ["admin"]})
    assert made.status_code == 201
    refused = await try_to_pay()
    assert (refused.status_code, code(refused)) == (403, "too_new_to_decide")
    assert refused.json()["decides_after"] > request["filed_at"]
    assert (await api.call("mallory", f"GET {path}")).json()["may"] == []

    # Neither does somebody who was here before, once an admin knows their password or gives them the role.
    for change in ({"password": "another horse"}, {"roles": ["admin"]}):
        await api.identities.add_user(
            f"old-{next(iter(change))}", roles=("admin",) if "password" in change else ()
        )
        user = f"old-{next(iter(change))}"
        assert (await api.call("ada", f"PATCH /v1/users/{user}", change)).status_code == 200
        api.credentials[user], _ = await api.identities.issue_token(user)
        assert code(await api.call(user, f"POST {path}/pay")) == "too_new_to_decide", change

    # A new name changes nothing, nor does what the operator does at the machine.
    await admin(api, "old")
    await api.call("ada", "PATCH /v1/users/old", {"name": "Old", "email": "old@example.com"})
    assert (await api.call("old", f"POST {path}/pay")).status_code == 201


async def test_whether_another_persons_request_exists_is_told_to_nobody_who_may_not_read_it(api: Api) -> None:
    request = await filed(api)
    await api.identities.add_user("pam", roles=("partner",))
    api.credentials["pam"], _ = await api.identities.issue_token("pam")
    for caller in ("7", "pam"):
        for transition in ("pay", "reject", "withdraw"):
            body = {"reason": "x"} if transition == "reject" else None
            there = await api.call(caller, f"POST /v1/requests/expense/{request['id']}/{transition}", body)
            assert code(there) == "request_not_found", (caller, transition)
    assert code(await api.call("42", f"POST /v1/requests/expense/{request['id']}/pay")) == "not_allowed"


async def test_the_inbox_is_for_staff(api: Api) -> None:
    small, large = await filed(api), await filed(api, amount="900", receipt="R7")
    await api.call("ada", f"PUT /v1/looks/{small['id']}")
    inbox = (await api.call("ada", "GET /v1/requests?waits=true&sort=largest&limit=1")).json()
    assert ([r["id"] for r in inbox["items"]], inbox["waiting"]) == ([large["id"]], {"expense": 2})
    more = (
        await api.call("ada", f"GET /v1/requests?waits=true&sort=largest&cursor={inbox['cursor']}")
    ).json()
    assert ([r["id"] for r in more["items"]], more["cursor"]) == ([small["id"]], None)
    assert inbox["items"][0]["may"] == ["pay", "reject"]
    looks = (await api.call("sam", "GET /v1/looks")).json()["items"]
    assert [(look["request"], look["viewers"][0]["by"]) for look in looks] == [(small["id"], "user:ada")]
    assert code(await api.call("42", "GET /v1/requests?waits=true")) == "forbidden"
    assert code(await api.call("42", "GET /v1/requests?user=7")) == "forbidden"
    assert [r["id"] for r in (await api.call("42", "GET /v1/requests")).json()["items"]] == [
        large["id"],
        small["id"],
    ]
    assert (await api.call("7", "GET /v1/requests")).json()["items"] == []


@pytest.mark.parametrize("role", ["system", "service", "owner"])
async def test_no_claim_makes_anybody_the_system(api: Api, role: str) -> None:
    await api.identities.add_user("eve", roles=(role,))
    api.credentials["eve"], _ = await api.identities.issue_token("eve")
    request = await filed(api)
    answer = await api.call("eve", f"POST /v1/requests/expense/{request['id']}/lapse")
    assert code(answer) == "request_not_found"


async def test_people_file_for_themselves_only(api: Api) -> None:
    assert code(await api.call("42", "POST /v1/requests/expense?user=7", CLAIM)) == "forbidden"
    assert code(await api.call("shop", "POST /v1/requests/expense", CLAIM)) == "invalid_query"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({**CLAIM, "purpose": ""}, "invalid_body"),
        ({**CLAIM, "more": 1}, "invalid_body"),
        ({**CLAIM, "amount": "1.001"}, "too_many_digits"),
        ({**CLAIM, "asset": "GOLD"}, "unknown_asset"),
        ({**CLAIM, "purpose": "a\0b"}, "invalid_text"),
        ({**CLAIM, "amount": "500"}, "receipt_missing"),
    ],
)
async def test_bad_claims(api: Api, body: dict[str, Any], expected: str) -> None:
    assert code(await api.call("42", "POST /v1/requests/expense", body)) == expected


async def test_each_kind_has_operations_of_its_own_in_the_document(api: Api) -> None:
    document = (await api.call("", "GET /v1/openapi.json")).json()
    filing = document["paths"]["/v1/requests/expense"]["post"]
    assert filing["operationId"] == "fileExpense"
    assert set(filing["requestBody"]["content"]["application/json"]["schema"]["required"]) == set(CLAIM)
    assert "receipt_missing" in filing["responses"]["422"]["description"]
    assert document["paths"]["/v1/requests/expense/{id}/reject"]["post"]["operationId"] == "rejectExpense"
    assert "/v1/requests/expense/{id}/lapse" not in document["paths"]
    kinds = {kind["name"]: kind for kind in (await api.call("42", "GET /v1/kinds")).json()["items"]}
    assert sorted(kinds) == ["expense", "run"]
    kind = kinds["expense"]
    assert (kind["name"], kind["thresholds"]) == ("expense", {"USD": "1000"})
    assert [(s["name"], s["due"]) for s in kind["states"] if s["waits"]] == [("pending", "lapse")]
