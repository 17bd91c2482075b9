"""Bulk runs over HTTP: drafts are checked, changed and filed, posted, stopped and undone, and read again."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from groat import Groat
from groat.api.forms import BESIDE_MAX
from groat.http.app import create_app
from groat.identity.flows import Change
from groat.programs.runs import reading
from groat.programs.runs.worker import Poster
from groat.settings import Settings
from groat.sheets import FILE_BYTES_MAX
from groat.store.streams import write_receipts, write_sent
from tests.http.conftest import SECRET, Api, code, posting

FILE = "POST /v1/requests/run?owner=house:runs"


@pytest.fixture
def settings() -> Settings:
    return Settings(
        secret=SECRET, jwt_secret=SECRET, messages_per_second=10_000,
        options={"runs": {"approve_amount": {"CREDIT": "1000"}, "approve_people": 2_000}},
    )  # fmt: skip


@asynccontextmanager
async def serve_again(tmp_path: Path, settings: Settings, api: Api) -> AsyncIterator[Api]:
    """A second server of the database, with other settings."""
    async with Groat.open(f"sqlite:///{tmp_path / 'groat.db'}", settings=settings) as groat:
        app = create_app(settings, groat)
        transport = httpx.ASGITransport(app, client=("192.0.2.1", 4711))
        async with (
            app.running(),
            httpx.AsyncClient(transport=transport, base_url="http://groat.test") as client,
        ):
            other = Api(client, groat, app, settings)
            other.credentials = api.credentials
            yield other
            other.identities.close()


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


async def test_a_run_is_undone_by_a_run(api: Api) -> None:
    people = [{"user": user, "amount": "50"} for user in ("42", "7", "spender")]
    first = await posted(api, (await file(api, await draft(api, people)))["id"])
    assert (await api.call("ada", "POST /v1/transactions", spend("spender", "30"))).status_code == 201
    undo = f"POST /v1/runs/{first['id']}/undo"
    made = body(await api.call("ada", undo, {"reason": "Wrong file"}), 201)
    assert made["summary"]["problems"] == {"insufficient_funds": 1}
    assert (made["summary"]["spent"], made["summary"]["total"], made["undoes"]) == ("30", "100", first["id"])
    await api.call("ada", f"DELETE /v1/runs/drafts/{made['id']}")
    # A part of it first, then what is left of the rest.
    part = body(await api.call("ada", undo, {"reason": "Wrong file", "numbers": [2]}), 201)
    assert (part["summary"]["rows"], part["summary"]["total"]) == (1, "50")
    run = await posted(api, (await file(api, part))["id"])
    assert (run["state"], run["mode"], run["undoes"]) == ("done", "undo", first["id"])
    found = body(await api.call("ada", f"GET /v1/runs/{first['id']}"))
    assert (found["undone"], found["undone_by"]) == ("part", [run["id"]])
    rest = body(await api.call("ada", undo, {"reason": "Wrong file", "short": "take_what_is_left"}), 201)
    assert (rest["summary"]["rows"], rest["summary"]["total"], rest["summary"]["spent"]) == (2, "70", "30")
    run = await posted(api, (await file(api, rest))["id"])
    rows = body(await api.call("ada", f"GET /v1/runs/{run['id']}/rows"))["items"]
    assert [(row["user"], row["balance"], row["after"]) for row in rows] == [
        ("42", "150", "100"), ("spender", "20", "0"),
    ]  # fmt: skip
    assert [await balance(api, user) for user in ("42", "7", "spender")] == ["100", "0", "0"]
    left = body(await api.call("ada", undo, {"reason": "Debt", "short": "below_floor"}), 201)
    assert (left["summary"]["rows"], left["summary"]["total"]) == (1, "30")
    await posted(api, (await file(api, left))["id"])
    assert await balance(api, "spender") == "-30"
    assert code(await api.call("ada", undo, {"reason": "Again"})) == "run_nothing_to_undo"
    assert code(await api.call("shop", undo, {"reason": "Debt", "short": "below_floor"})) == "forbidden"


async def test_balances_are_set_and_put_back(api: Api) -> None:
    people = [{"user": "42", "amount": "30"}, {"user": "7", "amount": "20"}, {"user": "new", "amount": "0"}]
    made = await draft(api, people, mode="set")
    assert (made["source"], made["summary"]["total"], made["summary"]["bad"]) == (
        "house:adjustments",
        "50",
        0,
    )
    run = await posted(api, (await file(api, made))["id"])
    assert (run["total"], run["posted"], run["idle"]) == ("90", {"rows": 2, "amount": "90"}, 1)
    assert [await balance(api, user) for user in ("42", "7")] == ["30", "20"]
    undo = body(await api.call("ada", f"POST /v1/runs/{run['id']}/undo", {"reason": "No"}), 201)
    await posted(api, (await file(api, undo))["id"])
    assert [await balance(api, user) for user in ("42", "7")] == ["100", "0"]


async def test_another_person_approves_what_is_large(api: Api) -> None:
    made = await draft(api, [{"user": "42", "amount": "600"}, {"user": "sam", "amount": "600"}])
    assert (made["needs_approval"], made["approval"]) == (True, "amount")
    filed = await file(api, made)
    path = f"POST /v1/requests/run/{filed['id']}/approve"
    assert (await posted(api, filed["id"]))["state"] == "pending"
    assert code(await api.call("ada", path)) == "own_request"
    await api.identities.add_user("eve", roles=("admin",))
    api.credentials["eve"], _ = await api.identities.issue_token("eve")
    assert body(await api.call("eve", f"GET /v1/runs/{filed['id']}"))["may"] == [
        "approve",
        "reject",
        "cancel",
    ]
    assert (await api.call("eve", path)).status_code == 201
    run = await posted(api, filed["id"])
    assert (run["state"], run["decided_by"], await balance(api, "42")) == ("done", "user:eve", "700")
    # Nobody approves a run that pays them, whatever the case of their id.
    await api.identities.change_user("eve", Change(email="Eve@Example.com"))
    for name in ("EVE", "eve@example.com"):
        made = await draft(api, [{"user": name, "amount": "600"}, {"user": "42", "amount": "600"}])
        filed = await file(api, made)
        assert code(await api.call("eve", f"POST /v1/requests/run/{filed['id']}/approve")) == "own_request"


async def test_nobody_approves_what_pays_an_address_that_became_theirs(api: Api) -> None:
    made = await draft(api, [{"user": "eve@example.com", "amount": "600"}, {"user": "42", "amount": "600"}])
    filed = await file(api, made)
    await api.identities.add_user("eve", email="Eve@example.com", roles=("admin",))
    api.credentials["eve"], _ = await api.identities.issue_token("eve")
    assert code(await api.call("eve", f"POST /v1/requests/run/{filed['id']}/approve")) == "own_request"


async def test_the_settings_of_the_filing_decide_who_approves(
    api: Api, settings: Settings, tmp_path: Path
) -> None:
    kept = [await draft(api, [{"user": "42", "amount": amount}]) for amount in ("50", "1000")]
    assert [made["approval"] for made in kept] == ["", "amount"]
    stricter = {"runs": {"approve_amount": {"CREDIT": "20"}}}
    laxer: dict[str, Any] = {"runs": {}}
    for options, made, approval in ((stricter, kept[0], "amount"), (laxer, kept[1], "")):
        async with serve_again(tmp_path, msgspec.structs.replace(settings, options=options), api) as other:
            read = body(await other.call("ada", f"GET /v1/runs/drafts/{made['id']}"))
            assert (read["approval"], read["needs_approval"]) == (approval, bool(approval))
            filed = await file(other, made)
            run = body(await other.call("ada", f"GET /v1/runs/{filed['id']}"))
            assert run["approval"] == approval
            assert (run["state"] == "pending") == bool(approval)
            # It needs what it needed when it was filed, whatever the settings are later.
            assert body(await api.call("ada", f"GET /v1/runs/drafts/{made['id']}"))["approval"] == approval


async def test_a_run_stops_at_what_is_refused_and_goes_on(api: Api) -> None:
    users = ["42", "cold", "colder", "coldest", "7"]
    for user in users[1:4]:
        await api.groat.post([("house:bonus", f"user:{user}", "1", "CREDIT")], key=f"open/{user}")
    made = await draft(api, [{"user": user, "amount": "5"} for user in users])
    for user in users[1:4]:
        frozen = await api.call("ada", f"POST /v1/accounts/user:{user}/freeze", {"reason": "Why"})
        assert frozen.status_code == 200, frozen.text
    filed = await file(api, made)
    id, path = filed["id"], f"POST /v1/requests/run/{filed['id']}"
    run = await posted(api, id)
    assert (run["state"], run["problem"]["number"], run["problem"]["code"]) == (
        "stopped",
        2,
        "account_frozen",
    )
    assert (run["posted"]["rows"], run["may"]) == (0, ["resume", "skip", "cancel"])
    assert (await api.call("ada", f"{path}/skip")).status_code == 201
    run = await posted(api, id)
    assert (run["problem"]["number"], run["skipped"]) == (3, 1)
    await api.call("ada", "POST /v1/accounts/user:colder/unfreeze", {"reason": "Why"})
    assert (await api.call("ada", f"{path}/resume")).status_code == 201
    assert (await posted(api, id))["problem"]["number"] == 4
    assert (await api.call("ada", f"{path}/skip", {"every": True})).status_code == 201
    run = await posted(api, id)
    assert (run["state"], run["posted"]["rows"], run["skipped"]) == ("done", 3, 2)
    rows = body(await api.call("ada", f"GET /v1/runs/{id}/rows"))["items"]
    assert [row["outcome"] for row in rows] == ["posted", "skipped", "posted", "skipped", "posted"]
    assert code(await api.call("ada", f"{path}/cancel", {"reason": "Late"})) == "wrong_state"
    again = await draft(api, [{"user": user, "amount": "5"} for user in users])
    assert again["summary"]["problems"] == {"account_frozen": 2}
    assert (again["summary"]["over_limit"], [each["run"] for each in again["repeats"]]) == (2, [id])


async def test_rows_of_one_person_are_asked_about(api: Api) -> None:
    rows = [
        {"user": "42", "amount": "5"},
        {"user": "7", "amount": "1"},
        {"email": "ada@example.com", "amount": "2"},
    ]
    rows += [
        {"user": "42", "amount": "7"},
        {"name": "Name of 7", "amount": "3"},
        {"name": "Nobody", "amount": "3"},
    ]
    made = await draft(api, rows)
    assert made["summary"]["problems"] == {"duplicate": 4, "user_unknown_name": 1}
    path = f"/v1/runs/drafts/{made['id']}"
    summed = body(await api.call("ada", f"PATCH {path}", {"duplicates": "sum", "version": made["version"]}))
    assert (summed["summary"]["people"], summed["summary"]["total"]) == (3, "18")
    assert code(await api.call("ada", f"PATCH {path}", {"version": 1})) == "draft_changed"
    first = body(await api.call("ada", f"PATCH {path}", {"duplicates": "first"}))
    assert (first["summary"]["people"], first["summary"]["total"]) == (3, "8")
    left = body(await api.call("ada", f"PATCH {path}", {"unselect": {"numbers": [1]}}))
    assert (left["summary"]["people"], left["summary"]["unselected"]) == (2, 1)
    kept = body(await api.call("ada", f"PATCH {path}", {"reason": "Other"}))
    assert (kept["summary"]["people"], kept["reason"]) == (2, "Other")
    shown = body(
        await api.call("ada", f"GET {path}/rows", params={"show": "duplicates", "from": "1", "limit": "5"})
    )
    assert ([(row["number"], row["duplicate_of"]) for row in shown["items"]], shown["total"]) == ([(5, 2)], 2)
    none = body(await api.call("ada", f"PATCH {path}", {"unselect": {"show": "all"}}))
    assert none["summary"]["selected"] == 0
    empty = await api.call("ada", FILE, {"draft": none["id"], "version": none["version"]})
    assert code(empty) == "draft_empty"
    assert (await api.call("ada", f"DELETE {path}")).status_code == 204
    assert code(await api.call("ada", f"GET {path}")) == "draft_not_found"


def spend(user: str, amount: str) -> dict[str, Any]:
    return {"postings": [posting(f"user:{user}", "house:sales", amount)]}


async def upload(api: Api, data: bytes, **fields: str) -> httpx.Response:
    return await api.client.post(
        "/v1/runs/drafts", files={"file": ("people.csv", data)}, data={"asset": "CREDIT", **fields},
        headers={"Authorization": f"Bearer {api.credentials['ada']}"},
    )  # fmt: skip


async def test_a_file_may_be_larger_than_other_bodies(api: Api) -> None:
    table = b"user,amount,reason\n42,5,Bonus\n"
    most = api.settings.body_max
    assert (
        body(await upload(api, table + (b" " * 99_999 + b"\n") * (most // 100_000 + 1)), 201)["summary"][
            "good"
        ]
        == 1
    )
    assert code(await upload(api, table + b"\n" * (FILE_BYTES_MAX + BESIDE_MAX))) == "body_too_large"
    listed = await api.call("ada", "POST /v1/runs/drafts", content=b'{"reason":"' + b"x" * most + b'"}')
    assert code(listed) == "body_too_large"


async def test_a_file_that_shows_its_fault_after_many_rows_leaves_no_draft(api: Api) -> None:
    rows = b"".join(b"u%d,5,,\n" % number for number in range(1_200))
    faulty = b"user,amount,reason,x\n" + rows + b"name,x,user,amount\n1,2,3,4\n"
    assert code(await upload(api, faulty)) == "sheet_columns_unclear"
    assert body(await api.call("ada", "GET /v1/runs/drafts"))["items"] == []
    good = body(await upload(api, b"user,amount,reason,x\n" + rows), 201)
    corrected = await api.call("ada", f"PATCH /v1/runs/drafts/{good['id']}", {"columns": {"amount": "9"}})
    assert code(corrected) == "sheet_column_not_found"
    again = body(await api.call("ada", f"GET /v1/runs/drafts/{good['id']}"))
    assert (again["ready"], again["version"], again["summary"]) == (True, good["version"], good["summary"])


async def test_a_file_that_only_names_people_gets_one_amount_for_all(api: Api) -> None:
    people = b"user,reason\n42,Spring\n7,\n"
    assert code(await upload(api, people)) == "sheet_no_header"
    assert code(await upload(api, people, amount="1.234")) == "too_many_digits"
    made = body(await upload(api, people, amount="5"), 201)
    assert (made["amount"], made["summary"]["total"], made["reading"]["columns"]) == (
        "5", "10", {"user": "user", "reason": "reason"},
    )  # fmt: skip
    path = f"/v1/runs/drafts/{made['id']}"
    more = body(await api.call("ada", f"PATCH {path}", {"amount": "6"}))
    assert more["summary"]["total"] == "12"
    assert code(await api.call("ada", f"PATCH {path}", {"amount": None})) == "sheet_no_header"
    assert body(await api.call("ada", f"GET {path}"))["summary"]["total"] == "12"


async def test_one_amount_for_all_heals_a_bad_column_and_is_taken_back(api: Api) -> None:
    made = body(await upload(api, b"user,amount\n42,x\n7,3\n"), 201)
    path = f"/v1/runs/drafts/{made['id']}"
    assert made["summary"]["bad"] == 1
    one = body(await api.call("ada", f"PATCH {path}", {"amount": "4"}))
    assert (one["summary"]["bad"], one["summary"]["total"]) == (0, "8")
    assert [each["code"] for each in one["reading"]["warnings"]] == ["amount_for_all"]
    own = body(await api.call("ada", f"PATCH {path}", {"amount": None}))
    assert (own["summary"]["bad"], own["summary"]["total"]) == (1, "3")


async def test_a_file_is_read_corrected_and_recognised(api: Api) -> None:
    data = b"Candidate ID;Credits;Bonus\n42;5;1\n7;x;2\nada@example.com;3;3\n"
    made = body(await upload(api, data, reason="October", name="people.csv"), 201)
    assert made["reading"]["columns"] == {"user": "Candidate ID", "amount": "Credits"}
    assert (made["origin"]["what"], made["origin"]["name"], made["summary"]["good"]) == (
        "file",
        "people.csv",
        2,
    )
    path = f"/v1/runs/drafts/{made['id']}"
    bad = body(await api.call("ada", f"GET {path}/rows", params={"show": "bad"}))["items"]
    assert [(row["line"], row["user"], row["problem"]["code"]) for row in bad] == [(3, "7", "invalid_amount")]
    other = body(await api.call("ada", f"PATCH {path}", {"columns": {"amount": "Bonus"}}))
    assert (other["summary"]["good"], other["summary"]["total"]) == (3, "6")
    run = await posted(api, (await file(api, other))["id"])
    assert (run["posted"], await balance(api, "42")) == ({"rows": 3, "amount": "6"}, "101")
    again = body(await upload(api, data), 201)
    assert [each["run"] for each in again["repeats"]] == [run["id"]]
    assert code(await upload(api, b"PK\x03\x04 no archive")) == "sheet_unreadable"
    assert code(await upload(api, data, mode="undo")) == "run_mode_wrong"
    assert code(await upload(api, data, duplicates="all")) == "invalid_file"
    listed = body(await api.call("ada", "GET /v1/runs/drafts"))["items"]
    assert [each["id"] for each in listed] == [again["id"]]


async def test_receipts_and_exports(api: Api) -> None:
    made = body(await upload(api, b"user;amount\n42;5\n7;=1+1\nnew;3\n"), 201)
    path = f"/v1/runs/drafts/{made['id']}"
    bad = await api.call("sam", f"GET {path}/rows.csv", params={"show": "bad"})
    assert [line.split(",")[:5] for line in bad.text.splitlines()[1:]] == [["3", "7", "", "", "'=1+1"]]
    run = await posted(api, (await file(api, made))["id"])
    rows = (await api.call("sam", f"GET /v1/runs/{run['id']}/rows.csv", params={"show": "selected"})).text
    assert [line.split(",")[:6] for line in rows.splitlines()[1:]] == [
        ["42", "5", "", "posted", "100", "105"], ["new", "3", "", "posted", "0", "3"],
    ]  # fmt: skip
    again = body(await upload(api, rows.encode()), 201)
    assert (again["summary"]["good"], again["summary"]["total"]) == (2, "8")
    found = body(await api.call("sam", f"GET /v1/runs/{run['id']}/receipts"))
    assert [(each["user"], each["before"], each["after"], each["sent"], each["seen"]) for each in found["items"]] == [
        ("42", "100", "105", 0, 0), ("new", "0", "3", 0, 0),
    ]  # fmt: skip
    transaction = found["items"][0]["transaction"]
    position = body(await api.call("ada", f"GET /v1/transactions/{transaction}"))["positions"]["user:42"]
    offset = int(position.rpartition(":")[2])
    await api.groat.write(write_sent, [("user:42", "phone", offset - 1, 1_700_000_000_000_000)])
    await api.groat.write(write_sent, [("user:42", "phone", offset, 1_800_000_000_000_000)])
    await api.groat.write(write_receipts, [("user:42", "phone", offset, 1_800_000_000_000_001)])
    seen = body(await api.call("sam", f"GET /v1/runs/{run['id']}/receipts"))["items"][0]
    assert (seen["sent"], seen["seen"], seen["seen_at"]) == (1, 1, "2027-01-15T08:00:00.000001Z")
    listed = (await api.call("sam", f"GET /v1/runs/{run['id']}/receipts.csv")).text
    assert len(listed.splitlines()) == 3


async def test_old_drafts_are_forgotten_and_filed_files_too(api: Api, tmp_path: Path) -> None:
    old = body(await upload(api, b"user;amount\n42;5\n"), 201)
    filed = body(await upload(api, b"user;amount\n42;6\n"), 201)
    run = await posted(api, (await file(api, filed))["id"])
    kept = body(await upload(api, b"user;amount\n42;7\n"), 201)
    with closing(sqlite3.connect(tmp_path / "groat.db")) as raw, raw:
        raw.execute("UPDATE groat_run_draft SET made_at = made_at - 604801000000 WHERE id = ?", (old["id"],))
    await api.groat.prune()
    assert code(await api.call("ada", f"GET /v1/runs/drafts/{old['id']}")) == "draft_not_found"
    assert body(await api.call("ada", f"GET /v1/runs/drafts/{kept['id']}"))["summary"]["good"] == 1
    assert await api.groat.read(reading.read_piece, filed["id"], 0) is None
    assert body(await api.call("ada", f"GET /v1/runs/{run['id']}/rows"))["total"] == 1


async def test_a_row_against_a_limit_says_why_it_is_out_and_what_to_do(api: Api) -> None:
    body(await api.call("ada", "PATCH /v1/accounts/user:42/balances/CREDIT", {"ceiling": "120"}))
    await api.groat.post([("house:bonus", "user:cold", "1", "CREDIT")], key="cold")
    body(await api.call("ada", "POST /v1/accounts/user:cold/freeze", {"reason": "Fraud"}))
    rows = [{"user": user, "amount": "50"} for user in ("42", "cold", "7")]
    made = await draft(api, rows)
    assert (made["summary"]["over_limit"], made["summary"]["bad"], made["summary"]["total"]) == (2, 2, "50")
    page = body(await api.call("sam", f"GET /v1/runs/drafts/{made['id']}/rows?show=over_limit"))["items"]
    assert [(row["user"], row["problem"]["code"]) for row in page] == [
        ("42", "ceiling_exceeded"),
        ("cold", "account_frozen"),
    ]
    ceiling, frozen = (row["problem"]["detail"] for row in page)
    assert ceiling == "user:42 would reach 150 CREDIT, its ceiling is 120. Give less, or raise the ceiling."
    assert frozen.endswith("Unfreeze the account, then check again.")
    # Once the limit is mended, a new check takes the rows in.
    body(await api.call("ada", "PATCH /v1/accounts/user:42/balances/CREDIT", {"ceiling": "150"}))
    await api.call("ada", "POST /v1/accounts/user:cold/unfreeze", {"reason": "Cleared"})
    again = body(await api.call("ada", f"PATCH /v1/runs/drafts/{made['id']}", {}))["summary"]
    assert (again["over_limit"], again["selected"], again["total"]) == (0, 3, "150")


async def test_rows_of_a_check_that_nobody_ended_are_forgotten(api: Api, tmp_path: Path) -> None:
    made = await draft(api, [{"user": str(number), "amount": "5"} for number in range(3)])
    with closing(sqlite3.connect(tmp_path / "groat.db")) as database, database:
        # So much is left where a process dies between a new check and its clean-up.
        columns = (
            "number, person, units, posts, moves, reason, selected, bad, detail, first, known, over, original,"
            " given"
        )
        for edition in (0, 7):
            database.execute(
                f"INSERT INTO groat_run_row (draft, edition, {columns}) SELECT draft, ?, {columns} FROM groat_run_row"
                " WHERE edition = 1",
                (edition,),
            )
        database.execute("UPDATE groat_run_draft SET untidy = 1")
    await api.groat.prune()
    with closing(sqlite3.connect(tmp_path / "groat.db")) as database:
        left = database.execute("SELECT edition, count(*) FROM groat_run_row GROUP BY edition").fetchall()
    assert left == [(1, 3)]
    assert body(await api.call("ada", f"GET /v1/runs/drafts/{made['id']}/rows"))["total"] == 3


async def test_verify_compares_a_run_with_its_money(api: Api, tmp_path: Path) -> None:
    run = await posted(api, (await file(api, await draft(api, [{"user": "42", "amount": "5"}])))["id"])
    for change, back in (("posted = 2", "posted = 1"), ("moved = 6", "moved = 5")):
        with closing(sqlite3.connect(tmp_path / "groat.db")) as raw, raw:
            raw.execute(f"UPDATE groat_run SET {change}")
        report = await api.groat.verify()
        assert [(problem.check, problem.what) for problem in report.problems] == [
            ("verify_runs", f"run {run['id']}")
        ]
        with closing(sqlite3.connect(tmp_path / "groat.db")) as raw, raw:
            raw.execute(f"UPDATE groat_run SET {back}")
