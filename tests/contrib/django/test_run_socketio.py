"""``manage.py run_socketio`` is the live server of the project: settings of Django's alone, and never a migration."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import override_settings

from groat.cli.doctor import CODES
from groat.contrib.django import conf, groat
from groat.contrib.django.management.commands.run_socketio import server_settings
from groat.contrib.django.wording import in_project
from groat.identity.tokens import Tokens
from groat.settings import SettingsError
from tests.contrib.django import projects
from tests.contrib.django.shop.models import Purchase
from tests.contrib.django.sites import Site


def site_of(tmp_path: Path, alias: dict[str, Any], **settings: Any) -> Site:
    """A site on this database."""
    return Site(tmp_path, alias, **settings)


def token(user: str) -> str:
    """A token as the project's own view makes it."""
    return Tokens(conf.settings()).issue(user, (), 60, int(time.time()))


async def hear(url: str, user: str, post: Callable[[], Any]) -> list[tuple[str, Any]]:
    """List what a stock Socket.IO client hears until the first change of its balance, which ``post`` makes."""
    heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
    client = socketio.AsyncClient()

    async def note(event: str, data: Any = None) -> None:
        await heard.put((event, data))

    client.on("*", note)
    await client.connect(url, auth={"token": token(user)})
    try:
        found = [await asyncio.wait_for(heard.get(), 30)]
        await sync_to_async(post)()
        while found[-1][0] != "balance_updated" or found[-1][1].get("snapshot"):
            found.append(await asyncio.wait_for(heard.get(), 30))
        return found
    finally:
        await client.disconnect()


def buy(user: User) -> None:
    """A view's work: a row of the app's own and a posting, committed together."""
    with transaction.atomic():
        Purchase.objects.create(user=user, thing="book", credits=20)
        groat.post([("house:bonus", f"user:{user.pk}", "20", "CREDIT")], key=f"buy/{user.pk}").unwrap()


def give(user: User) -> None:
    """A credit, outside of any block."""
    groat.post([("house:bonus", f"user:{user.pk}", "1", "CREDIT")], key="given").unwrap()


def test_it_says_what_to_run_when_tables_are_missing_and_makes_none(
    tmp_path: Path, alias: dict[str, Any]
) -> None:
    site = site_of(tmp_path, alias)
    said = site.manage("run_socketio", "--port", "0", code=2)
    assert "not_migrated" in said
    assert "groat 0001" in said
    assert said.rstrip().endswith("Run: python manage.py migrate")
    # The doctor says it in the project's words, too.
    told = json.loads(site.manage("groat_doctor", "--json", code=1).partition("CommandError")[0])
    (finding,) = [each for each in told["findings"] if each["code"] == "database_empty"]
    assert finding["level"] == "wrong"
    assert finding["remedy"] == "manage.py migrate makes it."
    with projects.databases(default=alias):
        assert not any(name.startswith("groat_") for name in connection.introspection.table_names())


def test_it_serves_and_ends_as_groat_serve_does(tmp_path: Path, migrated: dict[str, Any]) -> None:
    site = site_of(tmp_path, migrated)
    with projects.databases(default=migrated), site.live() as live:
        me = httpx.get(f"{live.url}/v1/me", headers={"Authorization": f"Bearer {token('7')}"})
        assert (me.status_code, me.json()["user"]) == (200, "7")
        page = {"Origin": "http://localhost:3000"}
        answer = httpx.get(f"{live.url}/v1/me", headers=page | {"Authorization": f"Bearer {token('7')}"})
        assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
        ada = User.objects.create_user("ada")
        groat.add_asset("CREDIT", 0)
        heard = asyncio.run(hear(live.url, str(ada.pk), partial(buy, ada)))
        assert (heard[0][0], heard[-1][1]["balance"]) == ("snapshot", "20")
        assert Purchase.objects.count() == 1
        taken = live.url.rpartition(":")[2]
        said = site.manage("run_socketio", "--host", "127.0.0.1", "--port", taken, code=2)
        assert "address_unavailable" in said
        # The tests' PostgreSQL syncs no file.
        is_durable = migrated["ENGINE"].endswith("sqlite3")
        said = site.manage("groat_doctor", "--host", "127.0.0.1", "--port", taken, code=not is_durable)
        assert "right: token: the server takes it" in said
        assert said.rstrip().endswith("all is well" if is_durable else "Something is wrong.")
        assert is_durable or "database_not_durable" in said
        live.process.send_signal(signal.SIGKILL)
        live.process.wait()
        # A commit that is made while no server runs is told when one comes back.
        groat.post([("house:bonus", f"user:{ada.pk}", "5", "CREDIT")], key="meanwhile").unwrap()
        with site.live() as again:
            (first, *_) = asyncio.run(hear(again.url, str(ada.pk), partial(give, ada)))
            assert first[1]["balances"][0]["balance"] == "25"
            assert again.stop() == 0


def test_host_and_port_have_defaults_and_flags_come_first() -> None:
    with projects.databases(default=projects.sqlite_alias(Path("/nowhere/shop.db"))):
        told = server_settings({"host": None, "port": None, "workers": None})
        assert (told.host, told.port, told.workers, told.migrate) == ("0.0.0.0", 8001, 1, False)
        with override_settings(GROAT={"HOST": "::1", "PORT": 9000}):
            told = server_settings({"host": None, "port": "9001", "workers": None})
            assert (told.host, told.port) == ("::1", 9001)
        with pytest.raises(SettingsError) as caught:
            server_settings({"host": None, "port": "lots", "workers": None})
        assert "--port" in caught.value.detail


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(SettingsError) as caught:
        server_settings({"host": None, "port": None, "workers": None})
    assert "memory" in caught.value.detail


def test_the_doctor_speaks_of_the_project() -> None:
    spoken = "|".join(in_project(code.remedy) for code in CODES.values())
    assert 'GROAT["ORIGINS"]' in spoken
    assert "manage.py run_socketio" in spoken
    assert not re.search(r"GROAT_|groat (migrate|serve)", spoken)
