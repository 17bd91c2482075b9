"""Credits over HTTP: who may read which grants and reports, pages of them, forecasts, CSV."""

from __future__ import annotations

import csv
import io
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from groat.engine.ids import new_id
from groat.programs.credits import CREDITS
from groat.settings import Settings
from tests.helpers.tables import parse_table
from tests.http.conftest import ACTIONS, SECRET, Api, code

DOCS = Path(__file__).parents[2] / "docs" / "credits.md"
DAY_US = 86_400_000_000

# As in test_rights.py: "42" owns what the path names, "7" is another person.
TABLE = """
operation        nobody  42   7    sam  ada  shop
listGrants       401     200  403  200  200  200
getGrant         401     200  404  200  200  200
listGrantMoves   401     200  404  200  200  200
forecastGrants   401     200  403  200  200  200
reportLiability  401     403  403  200  200  403
reportExpiring   401     403  403  200  200  403
reportBreakage   401     403  403  200  200  403
reportSpent      401     403  403  200  200  403
"""
ROWS = parse_table(TABLE)
OPERATIONS = {operation.id: operation for operation in CREDITS.operations}


@pytest.fixture
def settings() -> Settings:
    return Settings(
        secret=SECRET, jwt_secret=SECRET, actions=ACTIONS, messages_per_second=10_000, programs=("credits",)
    )


@pytest.fixture
def grants(api: Api, tmp_path: Path) -> list[str]:
    """Three grants of 42's hundred credits: paid for ever, promotional for 3 and for 40 days."""
    path = tmp_path / "groat.db"
    now = int(datetime.now(UTC).timestamp() * 1e6)
    ids = sorted(new_id() for _ in range(3))
    terms: list[tuple[str, int, int | None]] = [
        ("paid", 50, None), ("promotional", 20, now + 40 * DAY_US), ("promotional", 10, now + 3 * DAY_US),
    ]  # fmt: skip
    with closing(sqlite3.connect(path)) as raw, raw:
        account, origin = (
            raw.execute(
                "SELECT id FROM groat_account WHERE path = ? AND asset = 'CREDIT'", (path_,)
            ).fetchone()[0]
            for path_ in ("user:42", "house:bonus")
        )
        (txn,) = raw.execute("SELECT id FROM groat_txn WHERE key = 'start/credit'").fetchone()
        for id, (cls, amount, ends) in zip(ids, terms, strict=True):
            raw.execute(
                "INSERT INTO groat_grant VALUES (?,?,?,?,0,0,0,1,?,NULL,?,100,?,'','',NULL,?,?,1,?)",
                (id, account, amount, amount, ends, ends, cls, txn, origin, now),
            )
    return ids


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["operation"])
async def test_who_may_do_what(api: Api, grants: list[str], row: dict[str, str]) -> None:
    operation = OPERATIONS[row["operation"]]
    path = operation.path.replace("{account}", "user:42").replace("{grant}", grants[0])
    params = {"asset": "CREDIT"} if operation.id == "forecastGrants" else {}
    for caller in ("nobody", "42", "7", "sam", "ada", "shop"):
        who = "" if caller == "nobody" else caller
        answer = await api.call(who, f"{operation.method} {path}", params=params)
        assert (caller, answer.status_code) == (caller, int(row[caller])), answer.text


def test_the_table_is_whole() -> None:
    assert [row["operation"] for row in ROWS] == list(OPERATIONS)


@pytest.mark.parametrize("operation", CREDITS.operations, ids=lambda operation: operation.id)
def test_operations_are_documented(operation: Any) -> None:
    route = f"{operation.method} {operation.path}"
    row = f"| `{route}` | `{operation.id}` | {operation.right.value} | {operation.summary} |\n"
    assert row in DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CREDITS.errors)
def test_codes_are_documented(name: str) -> None:
    rule = CREDITS.errors[name]
    assert f"| `{name}` | {rule.status} | {rule.meaning} |\n" in DOCS.read_text(encoding="utf-8")


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
    ],
)
async def test_bad_input_is_told(api: Api, route: str, params: dict[str, str], wanted: str) -> None:
    assert code(await api.call("ada", f"GET {route}", params=params)) == wanted


async def test_a_forecast(api: Api, grants: list[str]) -> None:
    params = {"asset": "CREDIT", "days": "60", "zone": "Europe/Vienna"}
    found = (await api.call("42", "GET /v1/accounts/user:42/grants/forecast", params=params)).json()
    assert (found["now"], found["other"], len(found["days"])) == ("80", "20", 60)
    steps = [(day["paid"], day["promotional"]) for day in found["days"]]
    assert sorted(set(steps), key=steps.index) == [("50", "30"), ("50", "20"), ("50", "0")]
    assert [day["expires"] for day in found["days"] if day["expires"] != "0"] == ["10", "20"]


async def test_reports_for_staff(api: Api, grants: list[str]) -> None:
    liability = (await api.call("sam", "GET /v1/credits/liability")).json()
    assert [(i["class"], i["grants"], i["accounts"], i["amount"]) for i in liability["items"]] == [
        ("paid", 1, 1, "50"), ("promotional", 2, 1, "30"), ("other", 0, 1, "20"),
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
