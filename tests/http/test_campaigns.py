"""Requests of the house, and those that belong to them, over HTTP: who files, reads, lists and hears."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import httpx
import pytest

from groat import Groat
from groat.http.app import create_app
from groat.programs import find_programs, program
from groat.settings import Settings
from tests.http.conftest import SECRET, Api, code
from tests.programs.workflow.campaigns import SECRET as MARGIN

CAMPAIGN = {"title": "Spring", "budget": "10", "worth": "5"}
FILE = "POST /v1/requests/campaign?owner=house:promo"
PEOPLE: dict[str, tuple[str, ...]] = {
    "ada": ("admin",),
    "sam": ("support",),
    "mara": ("marketing",),
    "max": ("marketing",),
    "42": (),
    "7": (),
}


@pytest.fixture
async def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """A server with the program of campaigns."""
    entry = EntryPoint("promo", "tests.programs.workflow.campaigns:PROGRAM", program.GROUP)
    monkeypatch.setattr(program, "entry_points", lambda group: [entry])
    settings = Settings(secret=SECRET, jwt_secret=SECRET, programs=("promo",), messages_per_second=10_000)
    async with Groat.open(
        f"sqlite:///{tmp_path / 'groat.db'}", programs=find_programs(settings.programs)
    ) as groat:
        await groat.add_asset("USD", 2)
        app = create_app(settings, groat)
        async with (
            app.running(),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://groat.test") as client,
        ):
            api = Api(client, groat, app, settings)
            for user, roles in PEOPLE.items():
                await api.identities.add_user(user, name=f"Name of {user}", roles=roles)
                api.credentials[user], _ = await api.identities.issue_token(user)
            api.credentials["shop"], _ = await api.identities.add_key("shop", "test", "user:ada")
            yield api
            api.identities.close()
        report = await groat.verify()
        assert report.ok, report.problems


async def running(api: Api) -> dict[str, Any]:
    filed = await api.call("ada", FILE, CAMPAIGN)
    assert filed.status_code == 201, filed.text
    answer = await api.call("mara", f"POST /v1/requests/campaign/{filed.json()['id']}/approve")
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_who_files_for_the_house(api: Api) -> None:
    told = {who: code(await api.call(who, FILE, CAMPAIGN)) for who in (*PEOPLE, "shop")}
    assert told == {
        "ada": "", "mara": "", "max": "", "shop": "", "sam": "forbidden", "42": "forbidden", "7": "forbidden",
    }  # fmt: skip
    for query, expected in (
        ("", "owner_not_taken"),
        ("?user=42", "owner_not_taken"),
        ("?owner=user:42", "owner_not_taken"),
        ("?owner=house", "invalid_stream"),
        ("?owner=house:a%20b", "invalid_stream"),
        ("?owner=house:promo&user=42", "invalid_query"),
    ):
        assert code(await api.call("ada", f"POST /v1/requests/campaign{query}", CAMPAIGN)) == expected, query
    # A person's request is theirs by either name.
    campaign = await running(api)
    mine = await api.call("42", "POST /v1/requests/redemption?owner=user:42", {"campaign": campaign["id"]})
    assert (mine.status_code, mine.json()["user"], mine.json()["owner"]) == (201, "42", "user:42")
    theirs = "POST /v1/requests/redemption?owner=user:42"
    assert code(await api.call("7", theirs, {"campaign": campaign["id"]})) == "forbidden"


async def test_who_reads_what_is_the_houses(api: Api) -> None:
    campaign = await running(api)
    assert (campaign["user"], campaign["owner"]) == ("", "house:promo")
    one = f"GET /v1/requests/campaign/{campaign['id']}"
    every = {"one": one, "history": f"{one}/history", "list": "GET /v1/requests?owner=house:promo&kind=campaign",
             "inbox": "GET /v1/requests?owner=house:promo&kind=campaign&waits=true",
             "all": "GET /v1/requests?owner=house:promo", "stream": "GET /v1/streams/house:promo/events"}  # fmt: skip
    may = {
        who: {name for name, route in every.items() if not code(await api.call(who, route))}
        for who in (*PEOPLE, "shop")
    }
    whole, deciding = set(every), {"one", "history", "list", "inbox"}
    assert may == {
        "ada": whole, "sam": whole, "shop": whole, "mara": deciding, "max": deciding, "42": set(), "7": set(),
    }  # fmt: skip
    assert code(await api.call("42", one)) == "request_not_found"
    assert "waiting" in (await api.call("sam", every["inbox"])).json()
    assert "waiting" not in (await api.call("mara", every["inbox"])).json()
    (listed,) = (await api.call("mara", every["list"])).json()["items"]
    assert (listed["id"], listed["may"]) == (campaign["id"], ["merge", "announce", "end"])
    snapshot = (await api.call("ada", every["stream"])).json()["reset"]["snapshot"]
    assert [request["id"] for request in snapshot["requests"]] == [campaign["id"]]
    # Nobody's person is called like the house.
    await api.identities.add_user("promo")
    api.credentials["promo"], _ = await api.identities.issue_token("promo")
    for route in every.values():
        assert code(await api.call("promo", route)) in ("request_not_found", "forbidden"), route
    (kind,) = [
        k for k in (await api.call("42", "GET /v1/kinds")).json()["items"] if k["name"] == "redemption"
    ]
    assert (kind["owners"], kind["parents"], kind["parent"]) == (["user:*"], ["campaign"], "campaign")


async def test_a_person_sees_their_part_alone(api: Api) -> None:
    campaign = await running(api)
    answer = await api.call("42", "POST /v1/requests/redemption", {"campaign": campaign["id"]}, key="r")
    redemption = answer.json()
    assert [balance["account"] for balance in redemption["balances"]] == ["user:42"]
    assert set(redemption["positions"]) == {"user:42"}
    (gift,) = redemption["filed"]
    assert gift["owner"] == "user:42"
    again = await api.call("42", "POST /v1/requests/redemption", {"campaign": campaign["id"]}, key="r")
    assert (again.status_code, again.json()["filed"], again.json()["replayed"]) == (200, [gift], True)
    seen = [
        answer.text,
        again.text,
        (await api.call("42", f"GET /v1/requests/redemption/{redemption['id']}")).text,
        (await api.call("42", f"GET /v1/requests/gift/{gift['id']}")).text,
        (await api.call("42", "GET /v1/requests")).text,
        (await api.call("42", f"GET /v1/requests?parent={campaign['id']}")).text,
        (await api.call("42", "GET /v1/me")).text,
        *[event.data.decode() for event in await api.groat.streams.read("user:42", 0)],
    ]
    assert all(MARGIN not in text and "mara" not in text and "house:promo" not in text for text in seen)
    assert code(await api.call("7", f"GET /v1/requests/redemption/{redemption['id']}")) == "request_not_found"
    assert (await api.call("7", f"GET /v1/requests?parent={campaign['id']}")).json()["items"] == []
    children = (await api.call("sam", f"GET /v1/requests?parent={campaign['id']}")).json()["items"]
    assert [child["id"] for child in children] == [redemption["id"]]
