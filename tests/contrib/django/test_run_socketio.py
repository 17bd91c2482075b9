"""``manage.py run_socketio`` is the live server of the project: settings of Django's alone, and never a migration."""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio
from django.db import connection
from django.test import override_settings

from groat.contrib.django import conf
from groat.contrib.django.management.commands.run_socketio import server_settings
from groat.identity.tokens import Tokens
from groat.settings import SettingsError
from tests.contrib.django import projects
from tests.contrib.django.sites import Site


def site_of(tmp_path: Path, alias: dict[str, Any], **settings: Any) -> Site:
    """A site on this database."""
    return Site(tmp_path, alias, **settings)


def token(user: str) -> str:
    """A token as the project's own view makes it."""
    return Tokens(conf.settings()).issue(user, (), 60, int(time.time()))


async def hear(url: str) -> dict[str, Any]:
    """What a stock Socket.IO client of user 7 hears of their own room first."""
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    client = socketio.AsyncClient()
    client.on("snapshot", heard.put)
    await client.connect(url, auth={"token": token("7")})
    try:
        return await asyncio.wait_for(heard.get(), 30)
    finally:
        await client.disconnect()


def test_it_says_what_to_run_when_tables_are_missing_and_makes_none(
    tmp_path: Path, alias: dict[str, Any]
) -> None:
    site = site_of(tmp_path, alias)
    said = site.manage("run_socketio", "--port", "0", code=2)
    assert "not_migrated" in said
    assert "groat 0001" in said
    assert said.rstrip().endswith("Run: python manage.py migrate")
    with projects.databases(default=alias):
        assert not any(name.startswith("groat_") for name in connection.introspection.table_names())


def test_it_serves_and_ends_as_groat_serve_does(tmp_path: Path, alias: dict[str, Any]) -> None:
    site = site_of(tmp_path, alias)
    site.manage("migrate", "--verbosity", "0")
    with site.live() as live:
        me = httpx.get(f"{live.url}/v1/me", headers={"Authorization": f"Bearer {token('7')}"})
        assert (me.status_code, me.json()["user"]) == (200, "7")
        page = {"Origin": "http://localhost:3000"}
        answer = httpx.get(f"{live.url}/v1/me", headers=page | {"Authorization": f"Bearer {token('7')}"})
        assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
        snapshot = asyncio.run(hear(live.url))
        assert snapshot["balances"] == []
        assert live.stop() == 0
    # Killed, it comes back on the same port without repair.
    with site.live() as live:
        live.process.send_signal(signal.SIGKILL)
        live.process.wait()
    with site.live() as live:
        assert httpx.get(f"{live.url}/health/ready").status_code == 200
        taken = live.url.rpartition(":")[2]
        assert "address_unavailable" in site.manage(
            "run_socketio", "--host", "127.0.0.1", "--port", taken, code=2
        )
        assert live.stop() == 0


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
