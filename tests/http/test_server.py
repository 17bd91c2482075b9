"""The server process: its hot path over a real socket, its event stream, and how it ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from groat import Groat
from groat.identity import Identities
from groat.settings import Settings
from tests.http.conftest import give
from tests.http.serving import SECRET, Process, server_process

KEY = {"Idempotency-Key": "k"}


@pytest.fixture
def tokens(tmp_path: Path) -> dict[str, dict[str, str]]:
    """Headers of an admin and of user 42, over a database with CREDIT."""

    async def prepare() -> dict[str, dict[str, str]]:
        settings = Settings(secret=SECRET, jwt_secret=SECRET)
        async with Groat.open(f"sqlite:///{tmp_path / 'groat.db'}") as groat:
            await groat.add_asset("CREDIT", 0)
            identities = Identities(groat, settings)
            issued = {
                user: (await identities.issue_token(user, roles))[0]
                for user, roles in (("ada", ("admin",)), ("42", ()))
            }
            identities.close()
        return {user: {"Authorization": f"Bearer {token}"} for user, token in issued.items()}

    return asyncio.run(prepare())


@pytest.fixture
def server(tmp_path: Path, tokens: dict[str, dict[str, str]]) -> Iterator[Process]:
    with server_process(tmp_path / "groat.db") as process:
        yield process


def test_a_stream_of_events_ends_when_the_server_does(
    server: Process, tokens: dict[str, dict[str, str]]
) -> None:
    with httpx.Client(base_url=server.url) as client:
        events = {**tokens["42"], "Accept": "text/event-stream"}
        with client.stream("GET", "/v1/streams/user:42/events", headers=events) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.iter_lines()
            assert "event: reset" in [next(lines) for _ in range(4)]
            posted = httpx.post(
                f"{server.url}/v1/transactions", json=give("42", "5"), headers=tokens["ada"] | KEY
            )
            assert posted.status_code == 201
            event = next(line for line in lines if line.startswith("data:") and "changes" in line)
            assert '"balance":"5"' in event
            assert server.stop() == 0
            # What is left of the stream ends without an error.
            assert [line for line in lines if line.startswith("data:")] == []


def test_a_write_that_waits_is_answered_before_the_server_ends(
    server: Process, tokens: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    """What was acknowledged is there after a restart, and its key still knows it."""
    posted = httpx.post(f"{server.url}/v1/transactions", json=give("42", "5"), headers=tokens["ada"] | KEY)
    assert posted.status_code == 201
    assert server.stop() == 0
    with server_process(tmp_path / "groat.db") as again:
        replay = httpx.post(f"{again.url}/v1/transactions", json=give("42", "5"), headers=tokens["ada"] | KEY)
        assert (replay.status_code, replay.json()["id"]) == (200, posted.json()["id"])
        assert again.stop() == 0


def test_broken_http_is_answered_with_400_and_harms_nobody(
    server: Process, tokens: dict[str, dict[str, str]]
) -> None:
    host, _, port = server.url.removeprefix("http://").partition(":")
    for sent in (
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        b"POST /v1/transactions HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/transactions HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"GET /v1/me HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            try:
                answer = connection.recv(4096)
            except ConnectionResetError:
                answer = b""
            assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 200")), sent[:40]
    assert httpx.get(f"{server.url}/v1/me", headers=tokens["42"]).status_code == 200
