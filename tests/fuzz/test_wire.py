"""Fuzzing what reads bytes from strangers first: the request head, and WebSocket frames."""

from __future__ import annotations

import asyncio
import random
import zlib
from collections.abc import Iterator
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from groat.http.gate import Gate, HttpLimits
from groat.http.protocol import FRAMING_BYTES, PIPELINE_MAX, SLICE_BYTES, Protocol
from groat.live import rfc6455
from groat.live.websocket import WebSocketProtocol
from tests.fuzz.harness import fuzz

pytestmark = pytest.mark.soak

READ_BYTES = 256 * 1024
LIMITS = HttpLimits(head_max=2_048, line_max=512, headers_max=16)


def pieces(data: bytes) -> list[bytes]:
    """The input cut at places that follow from itself, so that a finding repeats."""
    dice = random.Random(zlib.crc32(data))
    cuts = sorted(dice.randrange(len(data) + 1) for _ in range(dice.randrange(6))) if data else []
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def heard(parts: list[bytes]) -> tuple[list[rfc6455.Message], int | None]:
    """What a reader makes of the parts: messages, and the code of the fault that ended it."""
    reader = rfc6455.FrameReader(1_024)
    messages: list[rfc6455.Message] = []
    try:
        for part in parts:
            messages += reader.feed(part)
            if messages and messages[-1].opcode == rfc6455.CLOSE:
                break
    except rfc6455.Fault as fault:
        return messages, fault.code
    return messages, None


def test_frames() -> None:
    """However the bytes are cut, the same messages come, and the same fault."""

    def attempt(data: bytes) -> None:
        whole, cut = heard([data]), heard(pieces(data))
        singly = heard([data[at : at + 1] for at in range(len(data))]) if len(data) < 2_000 else cut
        # A fault within one read drops what came before it there; with smaller reads more is heard first.
        assert whole[1] == cut[1] == singly[1], (whole, cut, singly)
        assert singly[0][: len(whole[0])] == whole[0]
        assert whole[1] is not None or whole[0] == cut[0] == singly[0]
        assert sum(len(message.payload) for message in whole[0]) <= len(data)

    fuzz(
        "frames",
        attempt,
        words=[b"\x81\x80", b"\x01\x80", b"\x00\x80", b"\x80\x80", b"\x89\x80", b"\x88\x82", bytes(4)],
    )


class Pipe:
    """A transport that keeps what is written; an event loop's, for a protocol."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False
        self.reading = True
        self.protocol: Any = None

    def get_extra_info(self, name: str, default: object = None) -> object:
        return ("127.0.0.1", 1) if name in ("peername", "sockname") else default

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.written += data

    def close(self) -> None:
        self.closed = True

    abort = write_eof = close

    def can_write_eof(self) -> bool:
        return True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, *_: int) -> None: ...

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol

    def get_protocol(self) -> Any:
        return self.protocol


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body and answers."""
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message["more_body"]:
            break
    assert size <= READ_BYTES
    assert all(name == name.lower() for name, _ in scope["headers"])
    assert sum(len(name) + len(value) for name, value in scope["headers"]) <= LIMITS.head_max
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def test_heads(loop: asyncio.AbstractEventLoop) -> None:
    """Whatever comes is answered by requests' own answers and at most one problem, within the bounds."""
    config = uvicorn.Config(application, log_config=None, ws=WebSocketProtocol, lifespan="off")
    config.load()

    async def answered(parts: list[bytes]) -> bytes:
        gate, pipe, state = Gate(LIMITS), Pipe(), ServerState()
        protocol = Protocol(config, state, {}, loop, gate=gate)
        pipe.protocol = protocol
        protocol.connection_made(cast(asyncio.Transport, pipe))
        for part in parts:
            if pipe.closed:
                break
            pipe.protocol.data_received(part)
            assert len(protocol.pipeline) <= PIPELINE_MAX + 1
            for _ in range(2 * (3 + len(part) // SLICE_BYTES)):
                await asyncio.sleep(0)
        while state.tasks or not pipe.reading:
            before = len(pipe.written)
            for _ in range(20):
                await asyncio.sleep(0)
            if len(pipe.written) == before:
                break
        pipe.protocol.connection_lost(None)
        await asyncio.gather(*state.tasks)
        assert (gate.count, len(gate.waiting), len(gate.timed)) == (0, 0, 0)
        return pipe.written

    def attempt(data: bytes) -> None:
        whole = loop.run_until_complete(answered([data]))
        cut = loop.run_until_complete(answered(pieces(data)))
        for written in (whole, cut):
            assert written == b"" or written.startswith(b"HTTP/1.1 ")
            assert written.count(b"application/problem+json") <= 1
        assert whole.count(b"HTTP/1.1 200") == cut.count(b"HTTP/1.1 200"), (whole, cut)
        # The bytes of a head are counted to within a slice, so that one cut may be over the bound and another not.
        if b"head_too_large" not in whole + cut:
            assert whole[-40:] == cut[-40:], (whole, cut)

    words = [
        b"\r\n\r\n",
        b"\r\n",
        b": ",
        b" HTTP/1.1",
        b"Content-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\n",
    ]
    fuzz(
        "head",
        attempt,
        cases=1_000,
        words=[*words, b"Connection: close\r\n", b"x" * FRAMING_BYTES, b"X: y\r\n" * 17],
    )
