"""Bulk runs over HTTP: drafts are checked, changed and filed, posted, stopped and undone, and read again."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from groat.programs.runs.worker import Poster
from groat.settings import Settings
from tests.http.conftest import SECRET, Api, code

FILE = "POST /v1/requests/run?owner=house:runs"


@pytest.fixture
def settings() -> Settings:
    return Settings(
        secret=SECRET, jwt_secret=SECRET, messages_per_second=10_000,
        options={"runs": {"approve_amount": {"CREDIT": "1000"}, "approve_people": 2_000}},
    )  # fmt: skip


def body(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def draft(api: Api, rows: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    sent = {"rows": rows, "asset": "CREDIT", "reason": "Bonus", **more}
    return body(await api.call("ada", "POST /v1/runs/drafts", sent), 201)


async def file(api: Api, made: dict[str, Any], by: str = "ada") -> dict[str, Any]:
    sent = {"draft": made["id"], "version": made["version"]}
    return body(await api.call(by, FILE, sent), 201)


async def posted(api: Api, id: str) -> dict[str, Any]:
    """Let the server post all that is running, and read a run."""
    assert api.app.services is not None
    while await api.app.services.part(Poster).round():
        pass
    return body(await api.call("ada", f"GET /v1/runs/{id}"))


async def balance(api: Api, user: str) -> str:
    found = body(await api.call("ada", f"GET /v1/accounts/user:{user}"))
    return str(found["balances"][0]["balance"])


async def test_a_list_is_checked_filed_posted_and_read(api: Api) -> None:
    made = await draft(api, [{"user": "42", "amount": "50"}, {"user": "new", "amount": "20"}])
    assert made["summary"] | {"problems": {}} == {
        "rows": 2, "good": 2, "bad": 0, "selected": 2, "unselected": 0, "people": 2, "duplicates": 0, "new_people": 1,
        "over_limit": 0, "total": "70", "biggest": "50", "spent": "0", "problems": {},
    }  # fmt: skip
    assert (made["source"], made["atomic"], made["chunks"], made["needs_approval"]) == (
        "house:bonus",
        True,
        1,
        False,
    )
    page = body(await api.call("sam", f"GET /v1/runs/drafts/{made['id']}/rows"))
    assert [(row["user"], row["balance"], row["after"], row["known"]) for row in page["items"]] == [
        ("42", "100", "150", True), ("new", None, "20", False),
    ]  # fmt: skip
    filed = await file(api, made)
    run = await posted(api, filed["id"])
    assert (run["state"], run["posted"], run["total"]) == ("done", {"rows": 2, "amount": "70"}, "70")
    assert (await balance(api, "42"), await balance(api, "new")) == ("150", "20")
    rows = body(await api.call("sam", f"GET /v1/runs/{run['id']}/rows"))["items"]
    assert [(row["outcome"], row["balance"], row["after"]) for row in rows] == [
        ("posted", "100", "150"), ("posted", "0", "20"),
    ]  # fmt: skip
    transaction = body(await api.call("ada", f"GET /v1/transactions/{rows[0]['transaction']}"))
    assert (transaction["kind"], transaction["reason"], transaction["actor"]) == (
        "run.post",
        "Bonus",
        "user:ada",
    )
    assert transaction["cause"] == f"run:add:{run['id']}"
    reverse = await api.call(
        "ada", f"POST /v1/transactions/{rows[0]['transaction']}/reverse", {"reason": "No"}
    )
    assert code(reverse) == "belongs_to_run"
    assert reverse.json()["run"] == run["id"]
    report = await api.groat.verify()
    assert report.ok, report.problems


async def test_rows_are_left_out_and_taken_in_again(api: Api) -> None:
    made = await draft(api, [{"user": str(number), "amount": "5"} for number in range(1, 7)])
    route = f"PATCH /v1/runs/drafts/{made['id']}"
    changed = body(await api.call("ada", route, {"unselect": {"numbers": [2, 5]}}))
    assert (changed["summary"]["selected"], changed["summary"]["total"]) == (4, "20")
    left_out = body(await api.call("sam", f"GET /v1/runs/drafts/{made['id']}/rows?show=unselected"))["items"]
    assert [row["number"] for row in left_out] == [2, 5]
    both = {"select": {"numbers": [5]}, "unselect": {"show": "all"}}
    assert body(await api.call("ada", route, both))["summary"]["selected"] == 1
    assert body(await api.call("ada", route, {"select": {"show": "all"}}))["summary"]["selected"] == 6


async def test_a_run_is_posted_by_one_call_that_may_be_repeated(api: Api) -> None:
    sent = {"people": ["42", "7"], "amount": "5", "asset": "CREDIT", "reason": "Thanks"}
    first = body(await api.call("shop", "POST /v1/runs", sent, key="thanks"), 201)
    again = body(await api.call("shop", "POST /v1/runs", sent, key="thanks"))
    assert (again["id"], again["replayed"]) == (first["id"], True)
    assert (
        code(await api.call("shop", "POST /v1/runs", {**sent, "amount": "6"}, key="thanks")) == "key_reused"
    )
    run = await posted(api, first["id"])
    assert (run["state"], run["by"], run["posted"]["rows"]) == ("done", "service:shop", 2)
    bad = await api.call(
        "shop",
        "POST /v1/runs",
        {"rows": [{"user": "42", "amount": "5"}, {"user": "7", "amount": "x"}], "reason": "Thanks"},
        key="bad",
    )
    assert (code(bad), bad.json()["bad"]) == ("run_rows_bad", 1)
    assert bad.json()["rows"][0]["problem"]["code"] == "invalid_amount"


async def test_a_selection_of_people(api: Api) -> None:
    sent = {"selection": {"q": "name of 4"}, "amount": "5", "asset": "CREDIT"}
    made = body(await api.call("ada", "POST /v1/runs/drafts", sent), 201)
    assert (made["origin"]["what"], made["summary"]["people"], made["summary"]["total"]) == (
        "selection",
        1,
        "5",
    )
    sent = {"selection": {"role": "admin"}, "amount": "5", "asset": "CREDIT"}
    made = body(await api.call("ada", "POST /v1/runs/drafts", sent), 201)
    rows = body(await api.call("ada", f"GET /v1/runs/drafts/{made['id']}/rows"))
    assert [row["user"] for row in rows["items"]] == ["ada"]
