"""Long-polling over HTTP: the requests of Engine.IO sessions, as an ASGI application."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from groat.asgi import Receive, Scope, Send, path_of
from groat.live import origin
from groat.live.doors import HttpRequest
from groat.live.socketio import engine_packets as packets
from groat.live.socketio.engine_errors import (
    BAD_REQUEST,
    FORBIDDEN,
    UNKNOWN_SID,
    EngineError,
    check_request,
)

if TYPE_CHECKING:
    from groat.live.socketio.engine import Engine, EngineSocket
    from groat.live.socketio.engine_polling import Polling

MAY_GIVE_WAY: Final = "groat.may_give_way"
"""In the scope, the server's own function: tell it that this request's connection may give way to a newcomer."""
_TEXT = b"text/plain; charset=UTF-8"
# Pages of old browsers would offer a download of text/plain.
_OK = b"text/html"
JSON = b"application/json"


class _Gone(Exception):
    """The client has given the request up."""


async def serve(engine: Engine, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request of an Engine.IO client, or pass it on to the worker that keeps its session."""
    answer = partial(_serve, engine)
    if engine.relay is None:
        await answer(scope, receive, send)
    else:
        await engine.relay.serve(answer, engine.limits.inbound_bytes_max, scope, receive, send)


async def _serve(engine: Engine, scope: Scope, receive: Receive, send: Send) -> None:
    try:
        body, kind = await _answer(engine, scope, receive)
    except EngineError as error:
        await send_answer(send, error.status, error.body, JSON, is_head=scope["method"] == "HEAD")
    except _Gone:
        return
    else:
        await send_answer(send, 200, body, kind, is_head=scope["method"] == "HEAD")


async def send_answer(send: Send, status: int, body: bytes, kind: bytes, *, is_head: bool = False) -> None:
    """Send a whole answer of this content type."""
    headers = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else body})


async def _answer(engine: Engine, scope: Scope, receive: Receive) -> tuple[bytes, bytes]:
    """Return body and content type. Raises EngineError, _Gone."""
    client = scope.get("client")
    headers = {name.lower(): value for name, value in scope["headers"]}
    request = HttpRequest(path_of(scope), scope["query_string"], headers, client[0] if client else "")
    page = request.header(b"origin") if b"origin" in headers else None
    host = request.header(b"host")
    if not origin.is_allowed(page, host, engine.limits.origins):
        origin.tell(page, host)
        raise EngineError(FORBIDDEN, "the server's setting origins does not name this origin", 403)
    method = scope["method"]
    sid = check_request(request, "polling", method)
    if not sid:
        if not engine.is_open:
            raise EngineError(BAD_REQUEST, "the server takes no new connections now", 503)
        return engine.begin_polling(request).take(), _TEXT
    socket = engine.sockets.get(sid)
    if socket is not None:
        socket.tick(engine.now())
    polling = socket.polling if socket is not None else None
    if socket is None or sid not in engine.sockets:
        raise EngineError(UNKNOWN_SID)
    if polling is None:
        raise EngineError(BAD_REQUEST, "the session goes on over a WebSocket")
    if polling.is_repeated(method, request.fields().get("t", "")):
        # The packets of the lost answer would be missing, or posted ones would be taken twice. A new session recovers.
        socket.fail("a proxy asked again what was answered")
        raise EngineError(BAD_REQUEST, "this request was answered before")
    if method == "GET":
        return await _fetched(socket, polling, scope, receive), _TEXT
    if method == "POST":
        await _take_in(engine, socket, polling, request, receive)
        return b"ok", _OK
    raise EngineError(BAD_REQUEST, "GET fetches packets and POST sends them")


async def _fetched(socket: EngineSocket, polling: Polling, scope: Scope, receive: Receive) -> bytes:
    """Wait for packets, and fetch them."""
    if polling.is_polled:
        socket.fail("a client has one GET at a time")
        raise EngineError(BAD_REQUEST, polling.fault)
    waiting = polling.poll()
    may_give_way = scope.get(MAY_GIVE_WAY)
    if may_give_way is not None and not socket.is_known:
        may_give_way(lambda: socket.is_known)
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait((waiting, leaving), return_when=asyncio.FIRST_COMPLETED)
        if leaving.done():
            socket.fail("the client gave up a request")
            raise _Gone
        return polling.take()
    finally:
        polling.end_poll()
        leaving.cancel()


async def _left(receive: Receive) -> None:
    """Wait until the client has given the request up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _take_in(
    engine: Engine, socket: EngineSocket, polling: Polling, request: HttpRequest, receive: Receive
) -> None:
    """Take the packets of a body."""
    if request.header(b"content-type").startswith("application/octet-stream"):
        socket.fail("bytes are sent in base64, as text")
    elif polling.is_posting:
        socket.fail("a client has one POST at a time")
    if polling.fault:
        raise EngineError(BAD_REQUEST, polling.fault)
    polling.is_posting = True
    try:
        body = await _body(socket, engine.limits.inbound_bytes_max, receive)
        for packet in packets.split(body, engine.limits.packets_max):
            if not await polling.may_take():
                break
            socket.receive(packet)
    except packets.BadPacket as error:
        socket.fail(str(error))
    finally:
        polling.is_posting = False
    if polling.fault:
        raise EngineError(BAD_REQUEST, polling.fault)


async def _body(socket: EngineSocket, bytes_max: int, receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            socket.fail("the client gave up a request")
            raise _Gone
        body += message.get("body", b"")
        if len(body) > bytes_max:
            socket.fail(f"a body has at most {bytes_max} bytes")
            raise EngineError(BAD_REQUEST, f"a body has at most {bytes_max} bytes", 413)
        if not message.get("more_body", False):
            return bytes(body)
