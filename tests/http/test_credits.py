"""Credits over HTTP: who may read which grants and reports, pages of them, forecasts, CSV."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from groat.programs.credits import CREDITS
from groat.programs.credits.jobs import CreditsWork
from groat.programs.credits.vouchers.errors import VOUCHER_ERRORS, VOUCHER_REFUSALS
from groat.settings import Settings
from tests.helpers.tables import parse_table
from tests.http.conftest import ACTIONS, SECRET, Api, code, serve
from tests.live.waiting import until

PAGES = ("credits", "orders", "topups")
DOCS = "".join(
    (Path(__file__).parents[2] / "docs" / f"{page}.md").read_text(encoding="utf-8") for page in PAGES
)

# As in test_rights.py: "42" owns what the path names, "7" is another person.
TABLE = """
operation             nobody  42   7    sam  ada  shop
listGrants            401     200  403  200  200  200
getGrant              401     200  404  200  200  200
listGrantMoves        401     200  404  200  200  200
forecastGrants        401     200  403  200  200  200
reportLiability       401     403  403  200  200  403
reportExpiring        401     403  403  200  200  403
reportBreakage        401     403  403  200  200  403
reportSpent           401     403  403  200  200  403
previewGroupGrant     401     403  403  403  200  200
grantToGroup          401     403  403  403  201  201
listAlerts            401     200  403  200  200  200
setAlert              401     200  403  403  200  200
listCreditPackages    401     200  200  200  200  200
putCreditPackage      401     403  403  403  200  403
fulfillCreditOrder    401     403  403  403  404  404
receiveCreditPayment  401     401  401  401  401  401
listCreditPayments    401     403  403  200  200  403
listCreditUpdates     401     403  403  200  200  403
listUpdateDevices     401     403  403  200  200  403
"""
ROWS = parse_table(TABLE)
BODIES: dict[str, Any] = {
    "putCreditPackage": {
        "name": "Starter", "credits": "500",
        "prices": [{"amount": "9.00", "currency": "USD", "from": "2099-01-01T00:00:00Z"}],
    },
    "fulfillCreditOrder": {},
    "setAlert": {"below": "5"},
}  # fmt: skip
# tests/http/test_vouchers.py has those of vouchers.
OPERATIONS = {each.id: each for each in CREDITS.operations if each.tag != "vouchers"}


@pytest.fixture
def settings() -> Settings:
    return Settings(
        secret=SECRET, jwt_secret=SECRET, actions=ACTIONS, messages_per_second=10_000, programs=("credits",)
    )


@pytest.fixture
async def grants(api: Api) -> list[str]:
    """Grants beside 42's hundred credits: paid for ever, promotional for 40 and for 3 days."""
    terms: list[tuple[Literal["paid", "promotional"], str, int | None]] = [
        ("paid", "50", None), ("promotional", "20", 40), ("promotional", "10", 3),
    ]  # fmt: skip
    ids = []
    for cls, amount, days in terms:
        made = await api.groat.grant(
            "user:42", amount, "CREDIT", cls=cls, lasts=None if days is None else timedelta(days=days),
            key=f"grant/{amount}",
        )  # fmt: skip
        assert isinstance(made.grants, list)
        ids.append(made.grants[-1].grant)
    return ids


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["operation"])
async def test_who_may_do_what(api: Api, grants: list[str], row: dict[str, str]) -> None:
    operation = OPERATIONS[row["operation"]]
    grant = (await api.call("ada", f"GET /v1/grants/{grants[0]}")).json()["grant"]
    path = operation.path.replace("{account}", "user:42").replace("{grant}", grants[0])
    path = path.replace("{asset}", "CREDIT").replace("{package}", "starter").replace("{id}", grants[0])
    path = path.replace("{transaction}", grant["transaction"])
    params = {"forecastGrants": {"asset": "CREDIT"}, "listUpdateDevices": {"user": "42"}}.get(operation.id)
    for caller in ("nobody", "42", "7", "sam", "ada", "shop"):
        who = "" if caller == "nobody" else caller
        body = (
            BODIES.get(operation.id, {"amount": "1", "asset": "CREDIT", "users": ["42"]})
            if operation.body
            else None
        )
        answer = await api.call(who, f"{operation.method} {path}", body, params=params)
        assert (caller, answer.status_code) == (caller, int(row[caller])), answer.text


def test_the_table_is_whole() -> None:
    assert [row["operation"] for row in ROWS] == list(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.id)
def test_operations_are_documented(operation: Any) -> None:
    route = f"{operation.method} {operation.path}"
    row = f"| `{route}` | `{operation.id}` | {operation.right.value} | {operation.summary} |\n"
    assert row in DOCS


@pytest.mark.parametrize(
    "name", sorted(CREDITS.errors.keys() - VOUCHER_REFUSALS.keys() - VOUCHER_ERRORS.keys())
)
def test_codes_are_documented(name: str) -> None:
    rule = CREDITS.errors[name]
    assert f"| `{name}` | {rule.status} | {rule.meaning} |\n" in DOCS


async def test_grants_are_listed_in_the_order_in_which_they_are_spent(api: Api, grants: list[str]) -> None:
    paid, long, short = grants
    found = []
    params: dict[str, str] | None = {"limit": "1"}
    while params is not None:
        page = (await api.call("42", "GET /v1/accounts/user:42/grants", params=params)).json()
        found += [item["id"] for item in page["items"]]
        params = {**params, "cursor": page["cursor"]} if page["cursor"] else None
    assert found == [short, long, paid]
    every = await api.call("42", "GET /v1/accounts/user:42/grants", params={"state": "all", "limit": "2"})
    assert [item["id"] for item in every.json()["items"]] == sorted(grants, reverse=True)[:2]
    rest = await api.call(
        "42", "GET /v1/accounts/user:42/grants", params={"state": "all", "cursor": every.json()["cursor"]}
    )
    assert [item["id"] for item in rest.json()["items"]] == sorted(grants)[:1]
    ended = await api.call("42", "GET /v1/accounts/user:42/grants", params={"state": "ended"})
    assert ended.json() == {"items": [], "cursor": None}


@pytest.mark.parametrize(
    ("route", "params", "wanted"),
    [
        ("/v1/accounts/user:42/grants", {"state": "old"}, "invalid_query"),
        ("/v1/accounts/user:42/grants", {"cursor": "bogus"}, "invalid_cursor"),
        ("/v1/accounts/user:42/grants", {"asset": "EUR"}, "unknown_asset"),
        ("/v1/accounts/user 42/grants", {}, "invalid_account"),
        ("/v1/accounts/user:42/grants/forecast", {"asset": "CREDIT", "days": "0"}, "invalid_query"),
        ("/v1/accounts/user:42/grants/forecast", {"asset": "CREDIT", "zone": "Mars"}, "invalid_query"),
        ("/v1/accounts/user:42/grants/forecast", {}, "invalid_query"),
        ("/v1/accounts/user:none/grants/forecast", {"asset": "CREDIT"}, "account_not_found"),
        ("/v1/grants/nothing", {}, "invalid_id"),
        ("/v1/grants/01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f", {}, "grant_not_found"),
        ("/v1/credits/spent", {"from": "2026-13"}, "invalid_query"),
        ("/v1/credits/spent", {"from": "2026-02", "to": "2026-01"}, "invalid_query"),
        ("/v1/credits/spent", {"from": "1990-01"}, "report_too_long"),
        ("/v1/credits/liability", {"format": "pdf"}, "invalid_query"),
        ("/v1/credits/updates", {"user": "a b"}, "invalid_user"),
        ("/v1/credits/updates", {"from": "yesterday"}, "invalid_time"),
        ("/v1/credits/updates", {"reason": "x" * 101}, "invalid_query"),
        ("/v1/credits/updates", {"cursor": "bogus"}, "invalid_cursor"),
        ("/v1/credits/updates/nothing/devices", {"user": "42"}, "invalid_id"),
        ("/v1/credits/updates/01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f/devices", {}, "invalid_query"),
        (
            "/v1/credits/updates/01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f/devices",
            {"user": "42"},
            "update_not_found",
        ),
    ],
)
async def test_bad_input_is_told(api: Api, route: str, params: dict[str, str], wanted: str) -> None:
    assert code(await api.call("ada", f"GET {route}", params=params)) == wanted


async def test_a_forecast(api: Api, grants: list[str]) -> None:
    params = {"asset": "CREDIT", "days": "60", "zone": "Europe/Vienna"}
    found = (await api.call("42", "GET /v1/accounts/user:42/grants/forecast", params=params)).json()
    assert (found["now"], found["other"], len(found["days"])) == ("80", "100", 60)
    steps = [(day["paid"], day["promotional"]) for day in found["days"]]
    assert sorted(set(steps), key=steps.index) == [("50", "30"), ("50", "20"), ("50", "0")]
    assert [day["expires"] for day in found["days"] if day["expires"] != "0"] == ["10", "20"]


async def test_reports_for_staff(api: Api, grants: list[str]) -> None:
    liability = (await api.call("sam", "GET /v1/credits/liability")).json()
    assert [(i["class"], i["grants"], i["accounts"], i["amount"]) for i in liability["items"]] == [
        ("paid", 1, 1, "50"), ("promotional", 2, 1, "30"), ("other", 0, 1, "100"),
    ]  # fmt: skip
    expiring = (await api.call("sam", "GET /v1/credits/expiring", params={"asset": "CREDIT"})).json()
    assert sum(int(item["amount"]) for item in expiring["items"]) == 80
    assert [(i["month"], i["class"], i["amount"]) for i in expiring["items"]][-1] == ("", "paid", "50")
    answer = await api.call("ada", "GET /v1/credits/liability", params={"format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="liability-')
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[:2] == [
        ["asset", "class", "grants", "accounts", "amount", "held"], ["CREDIT", "paid", "1", "1", "50", "0"],
    ]  # fmt: skip
    for name in ("spent", "breakage"):
        assert (await api.call("sam", f"GET /v1/credits/{name}")).json()["items"] == []


async def test_an_update_is_looked_up_with_its_devices(api: Api) -> None:
    await api.groat.streams.sent([("user:42", "phone", 0, 1)])
    body = {"balance": "120", "reason": "Admin update"}
    made = (await api.call("ada", "PUT /v1/accounts/user:42/balances/CREDIT", body)).json()
    offset = int(made["positions"]["user:42"].split(":")[1])
    await api.groat.streams.sent([("user:42", "phone", offset, 2)])
    await api.groat.streams.seen([("user:42", "phone", offset, 3)])
    params = {"user": "42", "actor": "user:ada", "limit": "1", "from": made["at"]}
    page = (await api.call("sam", "GET /v1/credits/updates", params=params)).json()
    (update,) = page["items"]
    shown = {
        name: update[name] for name in ("transaction", "before", "after", "actor", "reason", "sent", "seen")
    }
    assert shown == {
        "transaction": made["id"], "before": "100", "after": "120", "actor": "user:ada", "reason": "Admin update",
        "sent": 1, "seen": 1,
    }  # fmt: skip
    route = f"GET /v1/credits/updates/{made['id']}/devices"
    devices = (await api.call("sam", route, params={"user": "42"})).json()["items"]
    at = "1970-01-01T00:00:00.00000"
    assert devices == [{"device": "phone", "sent_at": f"{at}2Z", "seen_at": f"{at}3Z"}]
    rest = await api.call("sam", "GET /v1/credits/updates", params={**params, "cursor": page["cursor"]})
    assert rest.json() == {"items": [], "cursor": None}


async def test_a_grant_for_a_group(api: Api) -> None:
    body = {
        "amount": "50", "asset": "CREDIT", "users": ["42", "7", "42", "stranger"], "lasts_s": 86_400,
        "note": "Autumn gift", "reason": "Thanks",
    }  # fmt: skip
    preview = (await api.call("ada", "POST /v1/grants/group/preview", body)).json()
    assert (preview["people"], preview["total"], preview["unknown"], preview["repeated"]) == (3, "150", 1, 1)
    assert preview["items"][0] == {"user": "42", "name": "Name of 42", "known": True}
    given = await api.call("ada", "POST /v1/grants/group", body, key="group")
    assert (given.status_code, given.json()) == (
        201, {"people": 3, "total": "150", "asset": "CREDIT", "replayed": False},
    )  # fmt: skip
    again = await api.call("ada", "POST /v1/grants/group", body, key="group")
    assert (again.status_code, again.json()["replayed"]) == (200, True)
    page = (await api.call("7", "GET /v1/accounts/user:7/grants")).json()
    assert [(g["amount"], g["note"], g["cause"]) for g in page["items"]] == [("50", "Autumn gift", "group")]
    other = await api.call("ada", "POST /v1/grants/group", {**body, "amount": "51"}, key="group")
    assert code(other) == "key_reused"


async def test_a_role_is_a_group_whose_first_answer_stays(api: Api) -> None:
    body = {"amount": "5", "asset": "CREDIT", "role": "partner"}
    assert code(await api.call("ada", "POST /v1/grants/group", body)) == "group_empty"
    for user in ("42", "7"):
        await api.identities.set_roles(user, ("partner",))
    await api.identities.add_user("gone", roles=("partner",))
    await api.call("ada", "PATCH /v1/users/gone", {"disabled": True})
    given = await api.call("ada", "POST /v1/grants/group", body, key="role")
    assert (given.status_code, given.json()["people"]) == (201, 2)
    await api.identities.add_user("new", roles=("partner",))
    again = await api.call("ada", "POST /v1/grants/group", body, key="role")
    assert (again.status_code, again.json()["people"], again.json()["replayed"]) == (200, 2, True)
    assert await api.groat.account("user:new") is None


async def test_all_of_a_group_or_nobody(api: Api) -> None:
    await api.groat.set_limits("user:7", "CREDIT", ceiling="10", key="limits")
    body = {"amount": "50", "asset": "CREDIT", "users": ["42", "7"]}
    refused = await api.call("ada", "POST /v1/grants/group", body)
    assert (code(refused), refused.json()["index"]) == ("ceiling_exceeded", "1")
    assert (await api.call("42", "GET /v1/accounts/user:42/grants")).json()["items"] == []


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, "group_wrong"),
        ({"users": ["42"], "role": "partner"}, "group_wrong"),
        ({"users": []}, "group_empty"),
        ({"users": [str(n) for n in range(10_001)]}, "group_too_large"),
        ({"users": ["4 2"]}, "invalid_user"),
        ({"role": "No role"}, "invalid_role"),
        ({"users": ["42"], "lasts_s": 5, "expires_at": "2030-01-01T00:00:00Z"}, "invalid_grant"),
        ({"users": ["42"], "expires_at": "soon"}, "invalid_time"),
        ({"users": ["42"], "class": "gift"}, "invalid_body"),
        ({"users": ["42"], "asset": "EUR"}, "unknown_asset"),
    ],
)
async def test_a_group_that_cannot_be_is_told(api: Api, more: dict[str, Any], wanted: str) -> None:
    body = {"amount": "5", "asset": "CREDIT", **more}
    for route in ("/v1/grants/group/preview", "/v1/grants/group"):
        assert code(await api.call("ada", f"POST {route}", body)) == wanted


async def test_the_first_token_of_a_person_brings_the_sign_up_grant(tmp_path: Path) -> None:
    """Many connections of somebody new at once, on a whole server."""
    settings = Settings(
        secret=SECRET, jwt_secret=SECRET, messages_per_second=10_000, programs=("credits",),
        options={"credits": {"sign_up": {"amount": "100", "lasts_days": 30, "note": "Welcome"}}},
    )  # fmt: skip
    async with serve(tmp_path, settings) as api:
        api.credentials["new"], _ = await api.identities.issue_token("new")
        await asyncio.gather(*(api.call("new", "GET /v1/me") for _ in range(20)))
        assert api.app.services is not None
        job = api.app.services.part(CreditsWork).sign_ups
        assert job is not None
        await until(lambda: job.given == 1, 60)
        (grant,) = (await api.call("new", "GET /v1/accounts/user:new/grants")).json()["items"]
        assert (grant["amount"], grant["cause"], grant["note"]) == ("100", "signup", "Welcome")
        metrics = (await api.call("ada", "GET /metrics")).text
        assert "groat_credits_sign_ups_total 1.0" in metrics


async def test_people_set_alerts_of_their_own_accounts(api: Api) -> None:
    route = "PUT /v1/accounts/user:42/alerts/CREDIT"
    for caller, status in (("42", 200), ("ada", 200), ("sam", 403), ("7", 403)):
        answer = await api.call(caller, route, {"below": "50"})
        assert answer.status_code == status, (caller, answer.text)
    for caller, status in (("42", 200), ("ada", 200), ("sam", 200), ("7", 403)):
        assert (await api.call(caller, "GET /v1/accounts/user:42/alerts")).status_code == status
    (alert,) = (await api.call("42", "GET /v1/accounts/user:42/alerts")).json()["items"]
    assert (alert["below"], alert["own"]) == ("50", True)
    assert (
        code(await api.call("ada", "PUT /v1/accounts/house:s/alerts/CREDIT", {"below": "5"}))
        == "account_of_nobody"
    )
    assert code(await api.call("42", route, {"below": "0"})) == "amount_not_positive"


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("spend", {"amount": "15", "asset": "CREDIT"}, 201),
        ("any", {"amount": "175", "asset": "CREDIT"}, 201),
        ("any", {"amount": "999", "asset": "CREDIT", "at_most": True}, 201),
        # A payment to somebody else has its terms there.
        ("transfer", {"amount": "35", "asset": "CREDIT", "to": "7"}, 201),
        ("any", {"amount": "999", "asset": "CREDIT"}, 422),
    ],
)
async def test_a_persons_own_dry_run_says_which_grants_would_pay(
    api: Api, grants: list[str], action: str, body: dict[str, Any], status: int
) -> None:
    async def books() -> Any:
        found = [
            (await api.call("ada", f"GET /v1/accounts/user:{who}/grants", params={"state": "all"})).json()
            for who in ("42", "7")
        ]
        return found, (await api.groat.verify()).transactions, len(await api.groat.audit())

    route, before = f"POST /v1/actions/{action}", await books()
    dry = await api.call("42", route, body, params={"dry_run": "true"}, key="own")
    assert dry.status_code == (200 if status == 201 else status), dry.text
    assert dry.json()["dry_run"] is True
    assert await books() == before
    done = await api.call("42", route, body, key="own")
    assert done.status_code == status, done.text
    told = [{name: value for name, value in each.json().items() if name not in MADE} for each in (dry, done)]
    assert told[0] == told[1]
    if status == 201:
        taken = {each["grant"]: each["amount"] for each in told[1]["grants"] if each["grant"] in grants}
        assert taken, told


MADE = {"at", "id", "positions", "dry_run", "recorded_at", "effective_at", "instance"}
"""The members of an answer in which a dry run differs from what is done after it."""
