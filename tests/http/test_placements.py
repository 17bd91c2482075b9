"""Placements and their candidates over HTTP: who may do what, and what a candidate sees of others, which is nothing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from groat import Groat
from groat.http.app import create_app
from groat.programs import find_programs
from groat.programs.placements import PLACEMENTS, giving
from groat.programs.placements.finishing import Finisher
from groat.programs.placements.own_settings import PlacementsSettings
from groat.programs.placements.words import Placements
from groat.programs.runs.errors import RunError
from groat.settings import Settings
from groat.store.streams import write_receipts, write_sent
from tests.http.conftest import CALLERS, SECRET, Api, code, give, serve
from tests.servers import Postgres

NOWHERE = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"


@pytest.fixture
def settings() -> Settings:
    """The program of placements alone."""
    return Settings(secret=SECRET, jwt_secret=SECRET, programs=("placements",), messages_per_second=10_000)


async def made(api: Api, **more: Any) -> dict[str, Any]:
    answer = await api.call("ada", "POST /v1/placements", {"title": "Spring intake", **more})
    assert answer.status_code == 201, answer.text
    placement: dict[str, Any] = answer.json()
    return placement


async def test_a_placement_is_made_once_changed_and_archived(api: Api) -> None:
    body = {"title": " Spring ", "id": "spring"}
    first = await api.call("shop", "POST /v1/placements", body, key="p-1")
    assert (first.status_code, first.json()["title"], first.json()["asset"]) == (201, "Spring", "CREDIT")
    again = await api.call("shop", "POST /v1/placements", body, key="p-1")
    assert (again.status_code, again.json()["id"]) == (200, "spring")
    assert code(await api.call("ada", "POST /v1/placements", body)) == "placement_exists"
    unnamed = [await api.call("ada", "POST /v1/placements", {"title": "A"}, key="p-2") for _ in range(2)]
    assert len({answer.json()["id"] for answer in unnamed}) == 1

    path = "PATCH /v1/placements/spring"
    changed = await api.call("ada", path, {"title": "Summer", "version": 1})
    assert (changed.json()["title"], changed.json()["version"]) == ("Summer", 2)
    assert code(await api.call("ada", path, {"title": "Autumn", "version": 1})) == "placement_changed"
    archived = await api.call("ada", path, {"archived": True, "reason": "Over"})
    assert archived.json()["archived_by"] == "user:ada"
    place = "PUT /v1/placements/spring/candidates/42"
    assert code(await api.call("ada", place)) == "placement_archived"
    listed = {
        which: [
            p["id"] for p in (await api.call("sam", f"GET /v1/placements?archived={which}")).json()["items"]
        ]
        for which in ("true", "false")
    }
    assert listed == {"true": ["spring"], "false": [unnamed[0].json()["id"]]}
    back = await api.call("ada", path, {"archived": False})
    assert back.json()["archived_at"] is None
    audit = (await api.call("sam", "GET /v1/audit")).json()["items"]
    kinds = [entry["kind"] for entry in audit if entry["target"] == "placement/spring"]
    assert kinds == ["placement_change"] * 3 + ["placement_create"]


async def test_bad_input_is_told_before_anything_is_written(api: Api) -> None:
    for body, expected in (
        ({"title": " "}, "placement_title_wrong"),
        ({"title": "x" * 201}, "placement_title_wrong"),
        ({"title": "A", "id": "a b"}, "invalid_user"),
        ({"title": "A", "asset": "NONE"}, "unknown_asset"),
        ({"title": "A\0"}, "invalid_text"),
        ({"titel": "A"}, "invalid_body"),
    ):
        assert code(await api.call("ada", "POST /v1/placements", body)) == expected, body
    assert code(await api.call("ada", "GET /v1/placements/none")) == "placement_not_found"
    assert code(await api.call("ada", "PATCH /v1/placements/none", {})) == "placement_not_found"
    assert code(await api.call("ada", "PUT /v1/placements/none/candidates/42")) == "placement_not_found"
    assert code(await api.call("ada", "GET /v1/candidates/none")) == "candidate_not_found"
    assert code(await api.call("ada", "PUT /v1/candidates/9", {"name": "x" * 201})) == "candidate_wrong"
    assert code(await api.call("ada", "GET /v1/placements?archived=perhaps")) == "invalid_query"
    assert code(await api.call("ada", "GET /v1/placements?cursor=x")) == "invalid_cursor"
    assert (await api.call("ada", "GET /v1/placements")).json()["items"] == []


async def test_lists_are_paged_and_searched(api: Api) -> None:
    ids = [(await made(api, id=f"p{number}"))["id"] for number in range(5)]
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = (await api.call("sam", f"GET /v1/placements?limit=2{cursor}")).json()
        seen += [placement["id"] for placement in page["items"]]
        cursor = f"&cursor={page['cursor']}"
    assert seen == ids[::-1]
    for user, body in (
        ("ursula", {"email": "Ursula@Example.com", "name": "Ursula Lang"}),
        ("old-7", {"email": "kofi@example.com", "name": "Kofi 100%", "origin": "legacy"}),
    ):
        assert (await api.call("ada", f"PUT /v1/candidates/{user}", body)).is_success
    assert (await api.call("ada", "PUT /v1/placements/p1/candidates/mei", {"name": "Mei"})).is_success
    for query, expected in (
        ("", ["mei", "old-7", "ursula"]),
        ("q=EXAMPLE", ["old-7", "ursula"]),
        ("q=0%25", ["old-7"]),
        ("which=placed", ["mei"]),
        ("which=regular", ["ursula"]),
        ("which=legacy", ["old-7"]),
    ):
        page = (await api.call("sam", f"GET /v1/candidates?{query}")).json()
        assert [candidate["user"] for candidate in page["items"]] == expected, query
    members = (await api.call("sam", "GET /v1/placements/p1/candidates")).json()["items"]
    assert [(m["user"], m["files"], m["fresh"]) for m in members] == [("mei", 0, False)]
    # Anything not said here is known of people's accounts.
    await api.call("ada", "PUT /v1/placements/p1/candidates/42")
    assert (await api.call("sam", "GET /v1/candidates/42")).json()["name"] == "Name of 42"
    kept = (await api.call("ada", "PUT /v1/candidates/ursula", {"origin": "regular"})).json()
    assert kept["name"] == "Ursula Lang"


async def test_a_candidate_reads_their_own_dashboard_and_nothing_else(api: Api) -> None:
    await made(api, id="spring")
    await api.call("ada", "PUT /v1/placements/spring/candidates/42", {"name": "Ursula"})
    await api.call("ada", "POST /v1/transactions", give("42", "30", reason="Bonus"))
    spent = {
        "postings": [{"source": "user:42", "destination": "house:sales", "amount": "10", "asset": "CREDIT"}]
    }
    await api.call("ada", "POST /v1/transactions", {**spent, "reason": "Course"})
    wrong = await api.call("ada", "POST /v1/transactions", give("42", "5", reason="By mistake"))
    await api.call("ada", f"POST /v1/transactions/{wrong.json()['id']}/reverse", {"reason": "Sorry"})

    mine = (await api.call("42", "GET /v1/candidates/42/dashboard")).json()
    assert {name: mine[name] for name in ("credits", "held", "granted", "spent", "updates")} == {
        "credits": "120", "held": "0", "granted": "130", "spent": "10", "updates": 5,
    }  # fmt: skip
    assert mine["last_update"]["reason"] == "Sorry"
    assert mine["name"] == "Ursula"
    assert [(place["id"], place["archived"]) for place in mine["placements"]] == [("spring", False)]

    rights = {
        "GET /v1/candidates/42/dashboard": (401, 200, 403, 200, 200, 200),
        "GET /v1/candidates/42": (401, 403, 403, 200, 200, 200),
        "GET /v1/candidates": (401, 403, 403, 200, 200, 200),
        "PUT /v1/candidates/42": (401, 403, 403, 403, 200, 200),
        "GET /v1/placements": (401, 403, 403, 200, 200, 200),
        "POST /v1/placements": (401, 403, 403, 403, 201, 201),
        "GET /v1/placements/spring": (401, 403, 403, 200, 200, 200),
        "PATCH /v1/placements/spring": (401, 403, 403, 403, 200, 200),
        "GET /v1/placements/spring/candidates": (401, 403, 403, 200, 200, 200),
        "PUT /v1/placements/spring/candidates/42": (401, 403, 403, 403, 200, 200),
        "GET /v1/placements/spring/files": (401, 403, 403, 200, 200, 200),
        "POST /v1/placements/spring/files": (401, 403, 403, 403, 404, 404),
        f"GET /v1/placements/spring/files/{NOWHERE}/candidates": (401, 403, 403, 404, 404, 404),
        f"POST /v1/placements/spring/files/{NOWHERE}/process": (401, 403, 403, 403, 404, 404),
        f"POST /v1/placements/spring/files/{NOWHERE}/credits": (401, 403, 403, 403, 404, 404),
        "POST /v1/placements/spring/files/credits": (401, 403, 403, 403, 422, 422),
        "POST /v1/placements/spring/credits": (401, 403, 403, 403, 200, 200),
        "GET /v1/placements/spring/acts": (401, 403, 403, 200, 200, 200),
    }
    assert len(rights) == len(PLACEMENTS.operations)
    preview = {"credits": "1", "dry_run": True}
    bodies: dict[str, Any] = {
        "POST /v1/placements": {"title": "B"},
        "PATCH /v1/placements/spring": {"note": "n"},
        "POST /v1/placements/spring/files": {"draft": NOWHERE},
        f"POST /v1/placements/spring/files/{NOWHERE}/credits": preview,
        "POST /v1/placements/spring/files/credits": {"credits": "1"},
        "POST /v1/placements/spring/credits": preview,
    }
    told = {
        route: tuple(
            [
                (await api.call(who, route, bodies.get(route))).status_code
                for who in ("", "42", "7", "sam", "ada", "shop")
            ]
        )
        for route in rights
    }
    assert told == rights


async def test_candidates_hear_of_their_placements_and_others_do_not(api: Api) -> None:
    before = {
        who: (await api.call(who, f"GET /v1/streams/user:{who}/events")).json()["position"]
        for who in ("42", "7")
    }
    await made(api, id="spring")
    await api.call("ada", "PUT /v1/placements/spring/candidates/42")
    for _ in range(2):
        await api.call("ada", "PATCH /v1/placements/spring", {"title": "Summer"})
    await api.call("ada", "PATCH /v1/placements/spring", {"archived": True})
    heard: dict[str, list[Any]] = {}
    for who, after in before.items():
        path = f"GET /v1/streams/user:{who}/events"
        events = (await api.call(who, path, params={"after": after})).json()["events"]
        heard[who] = [
            (e["data"]["title"], e["data"]["archived"]) for e in events if e["type"] == "placement_updated"
        ]
    assert heard == {"42": [("Spring intake", False), ("Summer", False), ("Summer", True)], "7": []}


async def drafted(api: Api, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    body = {"rows": rows, "asset": "CREDIT", "name": "april.csv", **more}
    answer = await api.call("ada", "POST /v1/runs/drafts", body)
    assert answer.status_code == 201, answer.text
    draft: dict[str, Any] = answer.json()
    return draft


async def attached(api: Api, rows: list[dict[str, Any]], placement: str = "spring", **more: Any) -> str:
    """Make a draft of rows, attach it as a file, and return the file's id."""
    draft = await drafted(api, rows, **more)
    answer = await api.call("ada", f"POST /v1/placements/{placement}/files", {"draft": draft["id"]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def balances(api: Api, *users: str) -> list[str]:
    found = []
    for user in users:
        view = (await api.call("ada", f"GET /v1/candidates/{user}/dashboard")).json()
        found.append(view["credits"])
    return found


async def done(api: Api, run: str) -> dict[str, Any]:
    """Wait until a run has ended."""
    while True:
        view: dict[str, Any] = (await api.call("ada", f"GET /v1/runs/{run}")).json()
        if view["state"] not in ("running", "pending"):
            return view
        await asyncio.sleep(0.01)


async def test_a_file_is_processed_once_and_makes_candidates(api: Api) -> None:
    await made(api, id="spring")
    await api.call("ada", "PUT /v1/candidates/old-7", {"email": "kofi@example.com", "origin": "legacy"})
    rows = [
        {"user": "42", "amount": "10", "reason": "April"},
        {"user": "mei@example.com", "amount": "20"},
        {"user": "Kofi@example.com", "amount": "30"},
    ]
    file = await attached(api, rows)
    path = f"POST /v1/placements/spring/files/{file}/process"
    shown = (await api.call("ada", path, {"dry_run": True})).json()
    assert (shown["people"], shown["new_people"], shown["total"], shown["run"]) == (3, 1, "60", None)
    rows_shown = (await api.call("ada", f"GET /v1/runs/drafts/{shown['draft']['id']}/rows")).json()["items"]
    assert [row["user"] for row in rows_shown] == ["42", "mei@example.com", "old-7"]
    assert await balances(api, "42", "old-7") == ["100", "0"]

    given = await api.call("ada", path, {"reason": "Intake"}, key="process")
    assert given.status_code == 201, given.text
    run = given.json()["run"]["id"]
    assert (await done(api, run))["posted"] == {"rows": 3, "amount": "60"}
    assert await balances(api, "42", "mei@example.com", "old-7") == ["110", "20", "30"]
    again = await api.call("ada", path, {"reason": "Intake"}, key="process")
    assert (again.status_code, again.json()["run"]["id"]) == (200, run)
    other = await api.call("ada", path)
    assert code(other) == "file_processed"
    assert other.json()["run"] == run
    assert await balances(api, "42", "mei@example.com", "old-7") == ["110", "20", "30"]

    listed = (await api.call("sam", "GET /v1/placements/spring/files")).json()["items"]
    assert [(f["state"], f["candidates"], f["new_candidates"], f["run"]) for f in listed] == [
        ("processed", 3, 1, run)
    ]
    people = (await api.call("sam", f"GET /v1/placements/spring/files/{file}/candidates")).json()["items"]
    assert [(p["user"], p["origin"], p["fresh"], p["amount"], p["balance"]) for p in people] == [
        ("42", "file", False, "10", "110"),
        ("mei@example.com", "file", True, "20", "20"),
        ("old-7", "legacy", False, "30", "30"),
    ]
    mine = (await api.call("42", "GET /v1/candidates/42/dashboard")).json()
    assert [(p["id"], p["files"]) for p in mine["placements"]] == [("spring", 1)]
    assert mine["last_update"]["reason"] == "April"


async def test_each_of_the_three_ways_reaches_its_people_once(api: Api) -> None:
    await made(api, id="spring")
    await api.call("ada", "PUT /v1/candidates/ben", {"email": "ben@example.com"})
    await api.call("ada", "PUT /v1/placements/spring/candidates/zoe")
    first = await attached(api, [{"user": "42", "amount": "1"}, {"user": "ben@example.com", "amount": "1"}])
    await attached(api, [{"user": "42", "amount": "5"}, {"user": "7", "amount": "5"}], name="may.csv")
    processed = await api.call("ada", f"POST /v1/placements/spring/files/{first}/process")
    await done(api, processed.json()["run"]["id"])

    async def give(path: str, **body: Any) -> str:
        answer = await api.call("ada", f"POST /v1/placements/spring/{path}", {"reason": "Bonus", **body})
        assert answer.status_code == 201, answer.text
        run = answer.json()["run"]["id"]
        assert (await done(api, run))["state"] == "done"
        return str(run)

    everybody = ("42", "7", "ben", "zoe")
    assert await balances(api, *everybody) == ["101", "0", "1", "0"]
    await give(f"files/{first}/credits", credits="10")
    assert await balances(api, *everybody) == ["111", "0", "11", "0"]
    await give("files/credits", credits="100")
    assert await balances(api, *everybody) == ["211", "100", "111", "0"]
    last = await give("credits", credits="7", mode="set")
    assert await balances(api, *everybody) == ["7", "7", "7", "7"]
    acts = (await api.call("sam", "GET /v1/placements/spring/acts")).json()["items"]
    assert [(a["act"], a["people"], a["credits"], a["mode"], a["state"]) for a in acts] == [
        ("assignPlacementCredits", 4, "7", "set", "done"),
        ("assignBulkFileCredits", 3, "100", "add", "done"),
        ("updateFileCredits", 2, "10", "add", "done"),
        ("processPlacementFile", 2, None, "add", "done"),
    ]
    assert acts[0]["run"] == last
    audit = (await api.call("sam", "GET /v1/audit?limit=200")).json()["items"]
    named = {"processPlacementFile", "updateFileCredits", "assignBulkFileCredits", "assignPlacementCredits"}
    assert named <= {entry["kind"] for entry in audit}
    why = [e["after"] for e in audit if e["kind"] == "assignBulkFileCredits"]
    assert [(w["credits"], w["people"], w["total"]) for w in why] == [("100", 3, "300")]


async def test_a_repeated_call_gives_once_whoever_joined_meanwhile(api: Api) -> None:
    await made(api, id="spring")
    await api.call("ada", "PUT /v1/placements/spring/candidates/42")
    path, body = "POST /v1/placements/spring/credits", {"credits": "5", "reason": "Bonus"}
    first = await api.call("shop", path, body, key="bonus")
    assert first.status_code == 201, first.text
    await done(api, first.json()["run"]["id"])
    await api.call("ada", "PUT /v1/placements/spring/candidates/7")
    await api.call("ada", "PATCH /v1/placements/spring", {"archived": True})
    again = await api.call("shop", path, body, key="bonus")
    assert (again.status_code, again.json()["run"]["id"]) == (200, first.json()["run"]["id"])
    assert code(await api.call("shop", path, {**body, "credits": "6"}, key="bonus")) == "key_reused"
    assert code(await api.call("shop", path, body)) == "placement_archived"
    assert await balances(api, "42", "7") == ["105", "0"]


async def test_what_cannot_be_given_is_refused_or_left_out(api: Api) -> None:
    await made(api, id="spring")
    for user in ("ann", "anna"):
        await api.call("ada", f"PUT /v1/candidates/{user}", {"email": "ann@example.com"})
    rows = [
        {"user": "42", "amount": "abc"},
        {"user": "no id!", "amount": "1"},
        {"user": "ann@example.com", "amount": "2"},
    ]
    file = await attached(api, rows)
    path = f"POST /v1/placements/spring/files/{file}"
    for body, expected in (
        ({"credits": "0"}, "amount_not_positive"),
        ({"credits": "1.5"}, "too_many_digits"),
        ({"credits": "-1"}, "amount_not_positive"),
        ({"credits": "1", "mode": "take"}, "invalid_body"),
        ({"credits": "1"}, "candidates_ambiguous"),
    ):
        assert code(await api.call("ada", f"{path}/credits", body)) == expected, body
    assert code(await api.call("ada", f"{path}/process")) == "candidates_ambiguous"
    assert code(await api.call("ada", f"{path}/process", {"leave_out": True})) == "nobody_reached"
    # Its own amount is none, but the person is clear.
    given = await api.call("ada", f"{path}/credits", {"credits": "3", "leave_out": True})
    assert given.status_code == 201, given.text
    body = given.json()
    assert (body["people"], body["left_out"], body["ambiguous"]) == (1, 1, ["ann@example.com"])
    await done(api, body["run"]["id"])
    assert await balances(api, "42", "ann", "anna") == ["103", "0", "0"]
    assert (
        code(await api.call("ada", "POST /v1/placements/spring/credits", {"credits": "1"}))
        == "candidates_ambiguous"
    )
    await made(api, id="empty")
    assert (
        code(await api.call("ada", "POST /v1/placements/empty/credits", {"credits": "1"})) == "nobody_reached"
    )
    elsewhere = f"POST /v1/placements/empty/files/{file}/credits"
    assert code(await api.call("ada", elsewhere, {"credits": "1"})) == "file_not_found"


async def test_a_draft_is_a_file_of_one_placement(api: Api) -> None:
    for id in ("spring", "autumn"):
        await made(api, id=id)
    draft = await drafted(api, [{"user": "42", "amount": "1"}])
    path = "POST /v1/placements/spring/files"
    first, again = [await api.call("ada", path, {"draft": draft["id"]}) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert (
        code(await api.call("ada", "POST /v1/placements/autumn/files", {"draft": draft["id"]}))
        == "draft_attached"
    )
    money = await drafted(api, [{"user": "42", "amount": "1"}], asset="USD")
    assert code(await api.call("ada", path, {"draft": money["id"]})) == "draft_not_file"
    assert code(await api.call("ada", path, {"draft": "x"})) == "invalid_id"
    assert code(await api.call("ada", path, {"draft": first.json()["id"]})) == "draft_not_found"
    # Rows that somebody filed as they were uploaded are not paid again.
    filing = {"draft": draft["id"], "version": draft["version"]}
    filed = await api.call("ada", "POST /v1/requests/run?owner=house:runs", filing)
    await done(api, filed.json()["id"])
    processed = await api.call("ada", f"{path}/{first.json()['id']}/process")
    assert processed.status_code in (200, 201), processed.text
    assert processed.json()["run"]["id"] == filed.json()["id"]
    assert await balances(api, "42") == ["101"]
    kept = await drafted(api, [{"user": "7", "amount": "1"}])
    assert kept["expires_at"] is not None
    file = (await api.call("ada", path, {"draft": kept["id"]})).json()
    read = (await api.call("ada", f"GET /v1/runs/drafts/{kept['id']}")).json()
    assert read["expires_at"] is None
    assert code(await api.call("ada", f"DELETE /v1/runs/drafts/{kept['id']}")) == "draft_kept"
    listed = (await api.call("ada", "GET /v1/runs/drafts")).json()["items"]
    assert kept["id"] not in [draft["id"] for draft in listed]
    # Rows that were processed are not given again as they were uploaded.
    processed = await api.call("ada", f"{path}/{file['id']}/process")
    await done(api, processed.json()["run"]["id"])
    filing = {"draft": kept["id"], "version": kept["version"]}
    assert code(await api.call("ada", "POST /v1/requests/run?owner=house:runs", filing)) == "draft_closed"
    changed = await api.call("ada", f"PATCH /v1/runs/drafts/{kept['id']}", {"reason": "Again"})
    assert code(changed) == "draft_closed"
    assert await balances(api, "7") == ["1"]


async def test_rows_of_a_file_are_kept_until_long_after_its_placement(
    tmp_path: Path, settings: Settings
) -> None:
    settings = msgspec.structs.replace(settings, options={"placements": {"keep_rows_days": 30}})
    async with serve(tmp_path, settings) as api:
        await made(api, id="spring")
        await attached(api, [{"user": "42", "amount": "1"}])

        async def rows() -> int:
            assert api.app.services is not None
            await api.app.services.part(Finisher).sweep()
            await api.groat.prune()
            return int((await api.call("ada", "GET /v1/placements/spring/files")).json()["items"][0]["rows"])

        async def age(table: str, column: str, days: int) -> None:
            with closing(sqlite3.connect(tmp_path / "groat.db")) as database, database:
                database.execute(f"UPDATE {table} SET {column} = {column} - ?", (days * 86_400_000_000,))

        await age("groat_run_draft", "made_at", 100)
        assert await rows() == 1
        await api.call("ada", "PATCH /v1/placements/spring", {"archived": True})
        await age("groat_placement", "archived_at", 29)
        assert await rows() == 1
        await age("groat_placement", "archived_at", 2)
        assert await rows() == 0
        file = (await api.call("ada", "GET /v1/placements/spring/files")).json()["items"][0]
        assert file["expired"]
        await api.call("ada", "PATCH /v1/placements/spring", {"archived": False})
        route = f"POST /v1/placements/spring/files/{file['id']}/credits"
        assert code(await api.call("ada", route, {"credits": "1"})) == "file_expired"


async def test_files_and_acts_are_paged(api: Api) -> None:
    await made(api, id="spring")
    await api.call("ada", "PUT /v1/placements/spring/candidates/42")
    files = [await attached(api, [{"user": "42", "amount": "1"}], name=f"{n}.csv") for n in range(3)]
    acts = []
    for number in range(3):
        given = await api.call(
            "ada", "POST /v1/placements/spring/credits", {"credits": "1", "reason": f"{number}"}
        )
        acts.append(given.json()["run"]["id"])
        await done(api, acts[-1])
    for what, name, expected in (("files", "id", files), ("acts", "run", acts)):
        seen: list[str] = []
        cursor = ""
        while True:
            page = (await api.call("sam", f"GET /v1/placements/spring/{what}?limit=2{cursor}")).json()
            seen += [item[name] for item in page["items"]]
            if page["cursor"] is None:
                break
            cursor = f"&cursor={page['cursor']}"
        assert seen == expected[::-1]
        assert code(await api.call("sam", f"GET /v1/placements/spring/{what}?cursor=x")) == "invalid_cursor"


@pytest.mark.parametrize("which", ["process", "credits"])
async def test_an_act_whose_server_died_is_finished_by_another(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    """It dies between the act and its run."""
    await made(api, id="spring")
    file = await attached(api, [{"user": "42", "amount": "5"}, {"user": "mei@example.com", "amount": "5"}])
    route = f"POST /v1/placements/spring/files/{file}/{which}"
    sent = {"reason": "Intake"} | ({"credits": "5"} if which == "credits" else {})
    with monkeypatch.context() as dying:

        async def die(*_: object) -> None:
            raise ConnectionResetError

        dying.setattr(giving, "_finish", die)
        assert (await api.call("ada", route, sent, key="once")).status_code == 500
        assert await balances(api, "42") == ["100"]
        acts = (await api.call("ada", "GET /v1/placements/spring/acts")).json()["items"]
        assert [act["run"] for act in acts] == [None]
    with closing(sqlite3.connect(tmp_path / "groat.db")) as database, database:
        database.execute("UPDATE groat_placement_act SET at = at - 10000000")
    assert api.app.services is not None
    await api.app.services.part(Finisher).finish()
    (act,) = (await api.call("ada", "GET /v1/placements/spring/acts")).json()["items"]
    await done(api, act["run"])
    again = await api.call("ada", route, sent, key="once")
    if which == "credits":
        assert again.json()["run"]["id"] == act["run"]
    else:
        assert again.status_code == 200, again.text
        (shown,) = (await api.call("ada", "GET /v1/placements/spring/files")).json()["items"]
        assert (shown["candidates"], shown["new_candidates"]) == (2, 1)
    assert await balances(api, "42", "mei@example.com") == ["105", "5"]
    assert await api.app.services.part(Finisher).finish() == 0


async def test_an_act_has_a_receipt_for_each_of_its_people(api: Api) -> None:
    await made(api, id="spring")
    for user in ("42", "7"):
        await api.call("ada", f"PUT /v1/placements/spring/candidates/{user}")
    before = (await api.call("42", "GET /v1/streams/user:42/events")).json()["position"]
    given = await api.call("ada", "POST /v1/placements/spring/credits", {"credits": "5", "reason": "Bonus"})
    await done(api, given.json()["run"]["id"])
    (act,) = (await api.call("sam", "GET /v1/placements/spring/acts")).json()["items"]
    route = f"GET /v1/runs/{act['run']}/receipts"
    page = (await api.call("42", "GET /v1/streams/user:42/events", params={"after": before})).json()
    offset = int(page["position"].rpartition(":")[2])
    for device, moment in (("phone", 1_800_000_000_000_000), ("laptop", 1_800_000_001_000_000)):
        await api.groat.write(write_sent, [("user:42", device, offset - 1, 1_700_000_000_000_000)])
        await api.groat.write(write_sent, [("user:42", device, offset, moment)])
    await api.groat.write(write_receipts, [("user:42", "phone", offset, 1_800_000_002_000_000)])
    told = {each["user"]: each for each in (await api.call("sam", route)).json()["items"]}
    assert all(each["outcome"] == "posted" and each["committed_at"] for each in told.values())
    assert [(told[user]["sent"], told[user]["seen"]) for user in ("42", "7")] == [(2, 1), (0, 0)]
    assert told["42"]["seen_at"] == "2027-01-15T08:00:02.000000Z"
    exported = (await api.call("sam", f"{route}.csv")).text.splitlines()
    assert len(exported) == 3
    assert exported[0].startswith("line,user,amount,outcome")
    assert (await api.call("42", route)).status_code == 403


async def test_an_act_is_undone_as_a_run(api: Api) -> None:
    await made(api, id="spring")
    for user in ("42", "7"):
        await api.call("ada", f"PUT /v1/placements/spring/candidates/{user}")
    given = await api.call("ada", "POST /v1/placements/spring/credits", {"credits": "5", "reason": "Oops"})
    run = given.json()["run"]["id"]
    await done(api, run)
    draft = (await api.call("ada", f"POST /v1/runs/{run}/undo", {"reason": "By mistake"})).json()
    filed = await api.call(
        "ada", "POST /v1/requests/run?owner=house:runs", {"draft": draft["id"], "version": draft["version"]}
    )
    assert filed.status_code == 201, filed.text
    await done(api, filed.json()["id"])
    assert await balances(api, "42", "7") == ["100", "0"]
    mine = (await api.call("7", "GET /v1/candidates/7/dashboard")).json()
    assert (mine["granted"], mine["spent"], mine["updates"]) == ("0", "0", 2)


async def test_apps_with_the_ledger_give_credits_to_many_as_one_run(api: Api) -> None:
    words = api.groat.program(Placements)
    run = await words.emitBulkCreditUpdate(["7", 8], 50, reason="Spring bonus", key="spring")
    again = await words.emitBulkCreditUpdate(["7", 8], 50, reason="Spring bonus", key="spring")
    assert (run.people, run.total, again.id) == (2, "100", run.id)
    await done(api, run.id)
    assert await balances(api, "7", "8") == ["50", "50"]
    with pytest.raises(RunError) as refused:
        await words.emitBulkCreditUpdate(["7", "no id"], 50, key="one-is-bad")
    assert refused.value.code == "run_rows_bad"
    with pytest.raises(TypeError, match="list of ids"):
        await words.emitBulkCreditUpdate("42", 50, key="no-list")
    assert await balances(api, "7") == ["50"]


@pytest.fixture
async def on_postgres(settings: Settings, postgres_server: Postgres) -> AsyncIterator[Api]:
    """The same server over PostgreSQL."""
    async with Groat.open(
        postgres_server.new_database("placements"),
        programs=find_programs(settings.programs),
        settings=settings,
    ) as groat:
        await groat.add_asset("CREDIT", 0)
        app = create_app(settings, groat)
        async with (
            app.running(),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://groat.test") as client,
        ):
            api = Api(client, groat, app, settings)
            for user, roles in CALLERS.items():
                await api.identities.add_user(user, name=f"Name of {user}", roles=roles)
                api.credentials[user], _ = await api.identities.issue_token(user)
            api.credentials["shop"], _ = await api.identities.add_key("shop", "test", "user:ada")
            await groat.post([("house:bonus", "user:42", "100", "CREDIT")], key="start")
            yield api
            api.identities.close()
        report = await groat.verify()
        assert report.ok, report.problems


async def test_the_same_on_postgres(on_postgres: Api) -> None:
    api = on_postgres
    await test_lists_are_paged_and_searched(api)
    await test_each_of_the_three_ways_reaches_its_people_once(api)
    spring = (await api.call("sam", "GET /v1/placements/spring")).json()
    assert (spring["files"], spring["candidates"]) == (2, 3)
    files = (await api.call("sam", "GET /v1/placements/spring/files")).json()["items"]
    assert [file["candidates"] for file in files] == [0, 2]
    people = await api.call("sam", f"GET /v1/placements/spring/files/{files[1]['id']}/candidates?limit=1")
    assert [person["user"] for person in people.json()["items"]] == ["42"]
    mine = (await api.call("42", "GET /v1/candidates/42/dashboard")).json()
    # 204 was taken to set the balance: that is no reversal, so it counts as spent.
    assert (mine["granted"], mine["spent"], mine["updates"]) == ("211", "204", 5)
    # The sweep leaves the rows that are kept, and an act that is done is not finished again.
    finisher = Finisher(api.groat, PlacementsSettings(keep_rows_days=1))
    await finisher.sweep()
    await api.groat.prune()
    assert await finisher.finish() == 0
    kept = (await api.call("sam", "GET /v1/placements/spring/files")).json()["items"]
    assert [file["rows"] for file in kept] == [2, 2]
    path = "PATCH /v1/placements/spring"
    made_at_once = await asyncio.gather(
        *(api.call("ada", "POST /v1/placements", {"title": "A", "id": "one"}) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in made_at_once) == [201, 409, 409, 409, 409]
    changes = [api.call("ada", path, {"title": f"T{n}", "version": 1}) for n in range(5)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*changes)) == [
        200,
        409,
        409,
        409,
        409,
    ]
