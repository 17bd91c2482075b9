"""A process of the app that dies right after its commit: servers find what it committed by themselves."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from groat.contrib.django import conf
from groat.identity.tokens import Tokens
from tests.contrib.django import projects
from tests.contrib.django.sites import Site
from tests.servers import Postgres

# Django runs this right behind its COMMIT, and it is where the servers would be told.
DIE = """
import os, signal
from django.db import transaction
from groat.contrib.django import groat
from groat.contrib.django.hints import Hints
groat.add_asset("USD", 2)
Hints.send = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with transaction.atomic():
    groat.post([("house:bonus", "user:7", "2", "USD")], key="last").unwrap()
    groat.notify("role:admin", "Last words", key="told").unwrap()
"""


@pytest.fixture
def site(postgres_server: Postgres, tmp_path: Path) -> Iterator[Site]:
    alias = projects.postgres_alias(postgres_server)
    site = Site(tmp_path, alias)
    with projects.databases(default=alias):
        projects.migrate()
        yield site


def events(url: str, stream: str, user: str, *roles: str) -> Generator[dict[str, Any], None, None]:
    """Read the events of a stream; a snapshot comes first."""
    token = Tokens(conf.settings()).issue(user, roles, 600, int(time.time()))
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    address = f"{url}/v1/streams/{stream}/events"
    with httpx.stream("GET", address, headers=headers, timeout=60) as answer:
        for line in answer.iter_lines():
            if line.startswith("data:"):
                yield json.loads(line[5:])


def test_what_it_committed_is_told_all_the_same(site: Site) -> None:
    with site.live() as live:
        own, room = events(live.url, "user:7", "7"), events(live.url, "role:admin", "boss", "admin")
        assert next(own)["snapshot"]["balances"] == []
        assert "snapshot" in next(room)
        site.manage("shell", "-c", DIE, code=-9)
        assert next(own)["changes"][0]["balance"] == "2.00"
        assert next(room)["notification"]["title"] == "Last words"
        own.close()
        room.close()
