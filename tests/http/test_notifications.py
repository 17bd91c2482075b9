"""Notifications over HTTP: sent to a person, a role, everybody; listed, read on all devices, preferred."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from groat import Groat
from groat.cli.options import open_ledger
from groat.engine.groat import DAY_US
from groat.engine.groat import Groat as Engine
from groat.http.app import create_app
from groat.programs.notifications import flows
from groat.settings import Settings
from groat.store.opening import make_store
from tests.helpers.smtp import SmtpServer, smtp_server
from tests.http.conftest import ACTIONS, SECRET, Api, code


async def send(api: Api, to: str, title: str = "Hello", **more: Any) -> str:
    answer = await api.call("shop", "POST /v1/notifications", {"to": to, "title": title, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def listed(api: Api, caller: str, **params: Any) -> tuple[list[str], int]:
    """The titles a caller is shown, and how many are unread."""
    answer = await api.call(caller, "GET /v1/notifications", params=params)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    return [item["title"] for item in page["items"]], page["unread"]


async def read(api: Api, caller: str, **what: Any) -> int:
    answer = await api.call(caller, "POST /v1/notifications/read", what)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["unread"])


async def events(api: Api, caller: str, stream: str) -> list[dict[str, Any]]:
    start = (await api.groat.streams.heads([stream]))[stream]
    answer = await api.call(caller, f"GET /v1/streams/{stream}/events", params={"after": f"{start.epoch}:0"})
    assert answer.status_code == 200, answer.text
    return [event for event in answer.json()["events"] if event["kind"].startswith("notification")]


async def test_sending_and_reading(api: Api) -> None:
    body = {
        "to": "user:42", "title": "Parcel sent", "body": "Tomorrow.", "level": "success", "category": "orders",
        "thread": "order-7", "subject": {"kind": "order", "id": "7"},
    }  # fmt: skip
    sent = await api.call("ada", "POST /v1/notifications", body, key="k")
    assert sent.status_code == 201
    again = await api.call("ada", "POST /v1/notifications", body, key="k")
    assert (again.status_code, again.json()) == (200, sent.json() | {"replayed": True})
    (item,) = (await api.call("42", "GET /v1/notifications")).json()["items"]
    to = body.pop("to")
    assert item == {
        **body,
        "id": sent.json()["id"],
        "at": item["at"],
        "read": False,
        "stream": to,
        "number": 1,
    }
    done = await api.call("42", "POST /v1/notifications/read", {"ids": [item["id"]]})
    assert done.json()["unread"] == 0
    told, marked = await events(api, "42", "user:42")
    assert told["notification"] == {**item, "unread": 1}
    assert (marked["type"], marked["data"]) == (
        "notifications_read", {"unread": 0, "marks": {"user:42": {"upto": 1, "spans": []}}},
    )  # fmt: skip
    assert done.json()["positions"]["user:42"].endswith(f":{marked['offset']}")
    # What was read stays so, and is told once.
    again = await api.call("42", "POST /v1/notifications/read", {"ids": [item["id"]]})
    marks = {"user:42": {"upto": 1, "spans": []}, "role:all": {"upto": 0, "spans": []}}
    assert again.json() == {"unread": 0, "marks": marks, "positions": {}}
    assert await listed(api, "42", unread="true") == ([], 0)


async def test_each_gets_what_is_theirs(api: Api) -> None:
    await api.identities.set_roles("7", ("partner",))
    await send(api, "user:42", "to 42")
    await send(api, "user:7", "to 7")
    await send(api, "role:partner", "to partners")
    await send(api, "role:admin", "to admins")
    await send(api, "all", "to all")
    assert await listed(api, "42") == (["to all", "to 42"], 2)
    assert await listed(api, "7") == (["to all", "to partners", "to 7"], 3)
    assert await listed(api, "ada") == (["to all", "to admins"], 2)
    # Staff and services see what a person alone was told, and staff leave a trace of it.
    assert await listed(api, "sam", user="42") == (["to 42"], 1)
    assert await listed(api, "shop", user="7") == (["to 7"], 1)
    audit = (await api.call("ada", "GET /v1/audit", params={"actor": "user:sam"})).json()["items"]
    assert [(entry["kind"], entry["target"]) for entry in audit] == [("view", "user:42")]
    for caller, stream, status in (
        ("42", "role:all", 200),
        ("7", "role:partner", 200),
        ("42", "role:partner", 403),
    ):
        answer = await api.call(caller, f"GET /v1/streams/{stream}/events")
        assert answer.status_code == status


async def test_a_room_is_read_by_each_for_themselves(api: Api) -> None:
    first, second = await send(api, "all", "one"), await send(api, "all", "two")
    assert await read(api, "42", ids=[second]) == 1
    assert await listed(api, "42", unread="true") == (["one"], 1)
    assert await listed(api, "7") == (["two", "one"], 2)
    (marked,) = await events(api, "42", "user:42")
    assert marked["data"] == {"unread": 0, "marks": {"role:all": {"upto": 0, "spans": [[2, 2]]}}}
    assert await events(api, "7", "user:7") == []
    assert [event["notification"]["number"] for event in await events(api, "7", "role:all")] == [1, 2]
    assert "unread" not in (await events(api, "7", "role:all"))[0]["notification"]
    assert await read(api, "42", ids=[first]) == 0
    # The marks of both are in the snapshots of both.
    snapshot = (await api.call("42", "GET /v1/streams/user:42/events")).json()["reset"]["snapshot"]
    assert snapshot["notifications"]["marks"]["role:all"] == {"upto": 2, "spans": []}


async def test_reading_a_thread_and_all_up_to_one(api: Api) -> None:
    for n in range(3):
        await send(api, "user:42", f"a{n}", thread="a")
        await send(api, "all", f"b{n}", thread="b" if n else "a")
    assert await read(api, "42", thread="a") == 2
    assert await listed(api, "42", unread="true") == (["b2", "b1"], 2)
    items = (await api.call("42", "GET /v1/notifications")).json()["items"]
    upto = next(item["id"] for item in items if item["title"] == "b1")
    assert await read(api, "42", upto=upto) == 1
    assert await listed(api, "42", unread="true") == (["b2"], 1)
    # One that is above all others reaches every stream.
    await send(api, "user:42", "last")
    last = (await api.call("42", "GET /v1/notifications", params={"limit": 1})).json()["items"][0]["id"]
    assert await read(api, "42", upto=last) == 0


async def test_pages_hold_everything_once(api: Api) -> None:
    titles = []
    for n in range(17):
        to = ("user:42", "all", "user:42", "role:admin")[n % 4]
        await send(api, to, f"{n}")
        if to != "role:admin":
            titles.append(f"{n}")
    for limit in (4, 1, 100):
        seen: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await api.call("42", "GET /v1/notifications", params={"limit": limit, **cursor})).json()
            seen += [item["title"] for item in page["items"]]
            assert page["unread"] == len(titles)
            if page["cursor"] is None:
                break
            # What comes meanwhile belongs before the pages.
            await send(api, "user:7")
            cursor = {"cursor": page["cursor"]}
        assert seen == titles[::-1]
    items = (await api.call("42", "GET /v1/notifications", params={"limit": 100})).json()["items"]
    await read(api, "42", ids=[item["id"] for item in items[1::2]])
    unread: list[str] = []
    cursor = {}
    while True:
        params: dict[str, Any] = {"limit": 3, "unread": "true", **cursor}
        page = (await api.call("42", "GET /v1/notifications", params=params)).json()
        unread += [item["title"] for item in page["items"]]
        if page["cursor"] is None:
            break
        cursor = {"cursor": page["cursor"]}
    assert unread == titles[::-1][::2]


async def test_old_news_of_a_room_are_no_news(api: Api, tmp_path: Path) -> None:
    await send(api, "all", "old")
    await send(api, "user:42", "old, but mine")
    with closing(sqlite3.connect(tmp_path / "groat.db")) as connection, connection:
        connection.execute("UPDATE groat_notification SET at = at - ?", (31 * 86_400_000_000,))
    await send(api, "all", "new")
    assert await listed(api, "7") == (["new", "old"], 1)
    assert await listed(api, "42", unread="true") == (["new", "old, but mine"], 2)
    snapshot = (await api.call("7", "GET /v1/streams/role:all/events")).json()["reset"]["snapshot"]
    said = snapshot["notifications"]
    assert (said["total"], said["stale"], [item["read"] for item in said["items"]]) == (2, 1, [False, True])


async def test_the_snapshot_knows_the_latest(api: Api) -> None:
    for n in range(25):
        await send(api, "user:42", f"{n}")
    await read(api, "42", ids=[(await api.call("42", "GET /v1/notifications")).json()["items"][0]["id"]])
    await api.call("42", "PUT /v1/notifications/preferences", {"ways": {"*": []}})
    said = (await api.call("42", "GET /v1/streams/user:42/events")).json()["reset"]["snapshot"][
        "notifications"
    ]
    assert (said["total"], said["unread"], said["ways"]) == (25, 24, {"*": []})
    assert said["marks"] == {"user:42": {"upto": 0, "spans": [[25, 25]]}}
    assert [item["number"] for item in said["items"]] == list(range(25, 5, -1))
    assert [item["read"] for item in said["items"]] == [True] + [False] * 19
    # Who was never notified has nothing to say of it.
    nobody = (await api.call("7", "GET /v1/streams/user:7/events")).json()["reset"]["snapshot"]
    assert "notifications" not in nobody


class TestPreferences:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(secret=SECRET, jwt_secret=SECRET, actions=ACTIONS, smtp_url="smtp://127.0.0.1:9")

    async def test_they_are_chosen_by_category_and_told_to_all_devices(self, api: Api) -> None:
        route = "/v1/notifications/preferences"
        await send(api, "user:42", category="orders")
        await send(api, "all", category="news")
        found = (await api.call("42", f"GET {route}")).json()
        assert found == {"ways": {}, "categories": ["news", "orders"], "email": None, "mail": True}
        ways = {"orders": ["email", "toast"], "*": []}
        answer = await api.call("42", f"PUT {route}", {"ways": ways})
        assert answer.json()["ways"] == {"*": [], "orders": ["toast", "email"]}
        *_, told = await events(api, "42", "user:42")
        assert (told["type"], told["data"]) == ("notification_preferences", {"ways": answer.json()["ways"]})
        assert (await api.call("42", f"GET {route}")).json()["ways"] == answer.json()["ways"]

    async def test_where_mail_goes_is_not_for_people_to_say(self, api: Api) -> None:
        route = "/v1/notifications/preferences"
        assert code(await api.call("42", f"PUT {route}", {"email": "x@y.example"})) == "forbidden"
        assert code(await api.call("sam", f"PUT {route}?user=42", {"ways": {}})) == "forbidden"
        assert code(await api.call("7", f"PUT {route}?user=42", {"ways": {}})) == "forbidden"
        assert code(await api.call("7", f"GET {route}?user=42")) == "forbidden"
        answer = await api.call("shop", f"PUT {route}?user=42", {"email": "X@y.example"})
        assert answer.json()["email"] == "x@y.example"
        # An account's own address comes first.
        await api.call("ada", "PATCH /v1/users/42", {"email": "record@y.example"})
        assert (await api.call("42", f"GET {route}")).json()["email"] == "record@y.example"
        # No event tells of an address, and what nobody asked for stays.
        assert all("y.example" not in str(event) for event in await events(api, "42", "user:42"))
        assert (await api.call("shop", f"PUT {route}?user=42", {"email": ""})).is_success


class TestRetention:
    async def test_servers_forget_what_is_older_than_the_setting_says(self, tmp_path: Path) -> None:
        settings = Settings(database=f"sqlite:///{tmp_path / 'groat.db'}", secret=SECRET, jwt_secret=SECRET)
        store = make_store(
            settings.database, Groat.standing, clock=lambda: time.time_ns() // 1_000 - 400 * DAY_US
        )
        async with Groat.open(settings.database, store=store) as groat:
            await groat.notify("user:42", "Long ago", key="a")
        # A command drops none, whatever the setting says.
        async with open_ledger(settings) as groat:
            assert await kept_after_pruning(groat) == 1
        for days, kept in ((0, 1), (401, 1), (399, 0)):
            app = create_app(msgspec.structs.replace(settings, notification_days=days))
            async with app.running():
                assert app.services is not None
                assert await kept_after_pruning(app.services.groat) == kept


async def kept_after_pruning(groat: Engine) -> int:
    await groat.prune()
    return len((await groat.read(flows.read_page, "user:42", [])).items)


class TestMail:
    @pytest.fixture
    async def smtp(self) -> AsyncIterator[SmtpServer]:
        async with smtp_server() as server:
            yield server

    @pytest.fixture
    def settings(self, smtp: SmtpServer) -> Settings:
        sender = "Shop <shop@shop.example>"
        return Settings(
            secret=SECRET, jwt_secret=SECRET, actions=ACTIONS, smtp_url=smtp.url, smtp_from=sender
        )

    async def test_who_asks_for_mail_gets_mail(self, api: Api, smtp: SmtpServer) -> None:
        await api.call("ada", "PATCH /v1/users/42", {"email": "ada@people.example"})
        ways = {"orders": ["toast", "email"]}
        assert (await api.call("42", "PUT /v1/notifications/preferences", {"ways": ways})).is_success
        await send(api, "user:42", "Parcel sent", category="orders")
        await send(api, "user:42", "News", category="news")
        (mail,) = await smtp.has(1)
        assert (mail.recipients, mail.message["Subject"]) == (("ada@people.example",), "Parcel sent")
        assert mail.message["From"] == "Shop <shop@shop.example>"
