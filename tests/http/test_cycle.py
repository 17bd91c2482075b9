"""How an answer goes onto the wire: together, framed as its headers say, and never with a header that breaks out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from groat.http.cycle import Cycle


class Client:
    """The connection of a client that keeps what it is sent, one entry for each write."""

    def __init__(self, method: str = "GET", *, keep_alive: bool = True, body_is_here: bool = True) -> None:
        self.writes: list[bytes] = []
        self.ends: list[str] = []
        protocol: Any = SimpleNamespace(
            transport=SimpleNamespace(
                write=self.writes.append,
                writelines=lambda parts: self.writes.append(b"".join(parts)),
                close=lambda: self.ends.append("closed"),
            ),
            flow=SimpleNamespace(write_paused=False),
            logger=logging.getLogger("uvicorn.error"),
            on_response_complete=lambda: self.ends.append("complete"),
            hang_up=lambda: self.ends.append("hung up"),
            expect_100_continue=False,
            server_state=SimpleNamespace(default_headers=[(b"date", b"now")]),
        )
        self.cycle = Cycle(protocol, {"method": method}, keep_alive)
        self.cycle.more_body = not body_is_here

    def answer(
        self, headers: Sequence[tuple[bytes, bytes]], *bodies: bytes, status: int = 200
    ) -> tuple[list[bytes], list[str]]:
        """Run an application that answers with these headers and parts of a body."""

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            assert self.writes == []
            for number, body in enumerate(bodies, 1):
                await send({"type": "http.response.body", "body": body, "more_body": number < len(bodies)})

        asyncio.run(self.cycle.run_asgi(app))
        return self.writes, self.ends


def length(size: int) -> tuple[bytes, bytes]:
    return (b"Content-Length", b"%d" % size)


def test_head_and_body_go_together() -> None:
    writes, ends = Client().answer([length(5)], b"hello")
    assert writes == [b"HTTP/1.1 200 OK\r\ndate: now\r\ncontent-length: 5\r\n\r\nhello"]
    assert ends == ["complete"]


def test_each_further_part_of_a_body_goes_at_once() -> None:
    writes, ends = Client().answer([length(5)], b"he", b"l", b"lo")
    assert [each[-2:] for each in writes] == [b"he", b"l", b"lo"]
    assert ends == ["complete"]


def test_a_body_of_unknown_length_goes_in_chunks() -> None:
    writes, ends = Client().answer([], b"x" * 17, b"", b"end")
    assert b"".join(writes).endswith(
        b"transfer-encoding: chunked\r\n\r\n11\r\n" + b"x" * 17 + b"\r\n3\r\nend\r\n0\r\n\r\n"
    )
    assert ends == ["complete"]


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_an_answer_without_a_body_is_a_head(method: str, status: int) -> None:
    headers = [length(5)] if method == "HEAD" else []
    writes, ends = Client(method).answer(headers, b"hello" if method == "HEAD" else b"", status=status)
    assert b"".join(writes).endswith(b"\r\n\r\n")
    assert b"chunked" not in writes[0]
    assert ends == ["complete"]


@pytest.mark.parametrize(
    ("client", "headers", "ends"),
    [
        (Client(keep_alive=False), [], ["closed", "complete"]),
        (Client(), [(b"Connection", b"x, Close")], ["closed", "complete"]),
        # The rest of the request's body is still to come, so it is read on for a moment.
        (Client(body_is_here=False), [], ["hung up", "complete"]),
    ],
    ids=["as the client wishes", "as the application wishes", "before the body has come"],
)
def test_an_answer_ends_the_connection(client: Client, headers: list[Any], ends: list[str]) -> None:
    writes, ended = client.answer([*headers, length(2)], b"ok")
    assert writes[0].lower().count(b"connection: ") == 1
    assert b"close" in writes[0].lower()
    assert ended == ends


@pytest.mark.parametrize("character", [b"\n", b"\r", b"\0", b"\x7f"])
def test_a_header_with_a_control_character_is_not_sent(character: bytes) -> None:
    for header in ((b"x" + character, b"y"), (b"x", b"y" + character + b"set-cookie: z")):
        writes, ends = Client().answer([header, length(2)], b"ok")
        assert (writes, ends) == ([], ["closed"]), header


@pytest.mark.parametrize("said", [1, 3])
def test_a_body_of_another_length_ends_the_connection(said: int) -> None:
    writes, ends = Client().answer([length(said)], b"ok")
    assert len(writes) == (0 if said < 2 else 1)
    assert ends == ["closed"]
