"""Placements and their candidates over HTTP: who may do what, and what a candidate sees of others, which is nothing."""

from __future__ import annotations

from typing import Any

import pytest

from groat.programs.placements import PLACEMENTS
from groat.settings import Settings
from tests.http.conftest import SECRET, Api, code, give


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
    }
    bodies: dict[str, Any] = {
        "POST /v1/placements": {"title": "B"},
        "PATCH /v1/placements/spring": {"note": "n"},
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
    declared = {f"{op.method} {op.path}" for op in PLACEMENTS.operations}
    assert len(declared) == len(rights)


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
