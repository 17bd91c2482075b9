"""Checks of live connections, step by step: the WebSocket of Centrifuge, Socket.IO and the event stream.

Each reads as a page does, and moves no money: it connects, waits for the snapshot that a reader begins with, and then
for the answer to a ping.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import quote

from groat.cli.doctor.client import (
    ClosedByServer,
    DoctorClient,
    HttpAnswer,
    ServerUnreachable,
    Trouble,
    WebSocket,
)
from groat.cli.doctor.findings import Diagnosis
from groat.live.centrifuge.door import PATH as CENTRIFUGE
from groat.live.centrifuge.protocol import DISCONNECTS, ERRORS
from groat.live.endings import Ending
from groat.live.errors import Denial
from groat.live.socketio.connection import UNKNOWN_NAMESPACE
from groat.live.socketio.engine_errors import UNKNOWN_SID
from groat.live.socketio.engine_packets import SEPARATOR
from groat.live.socketio.packets import MAIN

SOCKET_IO = "/socket.io/?EIO=4&transport="
_BUSY = {ERRORS[Denial.TOO_OFTEN].code, ERRORS[Denial.TOO_MANY_READERS].code}
_TOLD = {101: "it brought no token", 109: "the token has expired, or was revoked"}


class _DoorStep:
    """The step that is under way, for the sentence that says which one failed."""

    def __init__(self, diagnosis: Diagnosis, door: str) -> None:
        self._report = diagnosis
        self.door = door
        self.name = ""

    def failed(self, code: str, why: str, remedy: str = "") -> None:
        self._report.find(code, f"{self.door}: {self.name} fails: {why}.", remedy)

    def done(self, sentence: str) -> None:
        self._report.right(sentence)


class _Failed(Exception):
    """A step has failed, and was told of."""


@asynccontextmanager
async def _steps(diagnosis: Diagnosis, door: str) -> AsyncIterator[_DoorStep]:
    """Tell of whatever breaks a step."""
    diagnosis.begin(door)
    step = _DoorStep(diagnosis, door)
    try:
        yield step
    except _Failed:
        return
    except ServerUnreachable as error:
        code = "live_silent" if error.why is Trouble.SILENT else "live_cut"
        step.failed(code, str(error))
    except (AttributeError, KeyError, TypeError, ValueError):
        step.failed("live_refused", "the answer is none that groat gives")
    except ClosedByServer as closed:
        code = "live_cut"
        if closed.code in (DISCONNECTS[Ending.TOKEN_INVALID].code, DISCONNECTS[Ending.MALFORMED].code):
            code = "live_refused"
        step.failed(code, f"the server closes with {closed}")


@asynccontextmanager
async def _websocket(step: _DoorStep, client: DoctorClient, path: str) -> AsyncIterator[WebSocket]:
    """Open a WebSocket. Raises _Failed."""
    step.name = "opening the WebSocket"
    opened = False
    try:
        async with client.opening(path) as answered:
            if isinstance(answered, HttpAnswer):
                _tell_refusal(step, answered)
                raise _Failed
            opened = True
            yield answered
    except ServerUnreachable as error:
        if opened:
            raise
        step.failed("websocket_blocked", f"calls arrive, but here {error}")
        raise _Failed from None


def _tell_refusal(step: _DoorStep, answer: HttpAnswer) -> None:
    """Find out from the answer to a WebSocket's handshake who gave it, the proxy or groat, and to what request."""
    said = answer.problem or f"status {answer.status}"
    if answer.problem == "closed":
        step.failed("live_refused", "the server stops")
    elif _is_groats(answer) or (300 <= answer.status < 500 and answer.status != 404):
        step.failed("websocket_blocked", f"the answer is {said}, not 101 Switching Protocols")
    else:
        step.failed("live_path_missing", f"{said}, which is not groat's")


def _is_groats(answer: HttpAnswer) -> bool:
    """Return whether groat gave this answer: a problem, an error of Engine.IO, or the console's page."""
    told = answer.json()
    is_engines = isinstance(told, dict) and told.keys() == {"code", "message"}
    return bool(answer.problem) or is_engines or b"<title>groat" in answer.body


async def check_centrifuge(diagnosis: Diagnosis, client: DoctorClient, token: str) -> None:
    """Connect to the WebSocket of Centrifuge, and wait for the snapshot and for the answer to a ping."""
    async with _steps(diagnosis, "websocket") as step, _websocket(step, client, CENTRIFUGE) as websocket:
        step.name = "connecting with the token"
        await websocket.send(json.dumps({"id": 1, "connect": {"token": token, "name": "groat-doctor"}}))
        reply = await _reply(websocket, 1)
        if error := reply.get("error"):
            code = "live_busy" if error.get("code") in _BUSY else "live_refused"
            step.failed(code, _TOLD.get(error.get("code"), str(error.get("message"))))
            return
        step.name = "the snapshot"
        streams: dict[str, Any] = reply.get("connect", {}).get("subs", {})
        if not streams or not all("data" in each for each in streams.values()):
            step.failed("live_silent", "the answer to connect brings none")
            return
        step.name = "a ping"
        await websocket.send('{"id":2,"rpc":{"method":"ping","data":{}}}')
        await _reply(websocket, 2)
        step.done(f"{', '.join(streams)} followed, snapshot read, ping answered")


async def _reply(websocket: WebSocket, id: int) -> dict[str, Any]:
    """Return the reply to a command. Raises ClosedByServer."""
    while True:
        for line in (await websocket.receive()).splitlines():
            reply = _json(line)
            if isinstance(reply, dict) and reply.get("id") == id:
                return reply


async def check_socketio(
    diagnosis: Diagnosis, client: DoctorClient, token: str, namespace: str, known_on: bool
) -> None:
    """Connect to Socket.IO as a stock client does: over long-polling, and then try a WebSocket for the same session.

    ``known_on`` tells that the settings turn it on.
    """
    async with _steps(diagnosis, "socketio") as step:
        step.name = "opening long-polling"
        answer = await client.ask("GET", f"{SOCKET_IO}polling")
        opening = _json(answer.body[1:]) if answer.body[:1] == b"0" else None
        if answer.status != 200 or not isinstance(opening, dict):
            _tell_no_engine(diagnosis, step, answer, known_on)
            return
        path = f"{SOCKET_IO}{{}}&sid={quote(str(opening.get('sid')))}"
        try:
            await _join(step, client, path.format("polling"), token, namespace)
            async with _websocket(step, client, path.format("websocket")) as websocket:
                step.name = "a ping over the WebSocket"
                await websocket.send("2probe")
                while await websocket.receive() != "3probe":
                    pass
            step.done(f"namespace {namespace} joined over long-polling, snapshot read, WebSocket answers")
        finally:
            with suppress(ServerUnreachable):
                await client.ask("POST", path.format("polling"), _TEXT, b"1")


_TEXT = {"Content-Type": "text/plain;charset=UTF-8"}


async def _join(step: _DoorStep, client: DoctorClient, path: str, token: str, namespace: str) -> None:
    """Connect to a namespace over long-polling, and wait for the snapshot and the position. Raises _Failed."""
    step.name = f"connecting to namespace {namespace} with the token"
    head = "" if namespace == MAIN else f"{namespace},"
    await _polled(step, client, "POST", path, f"40{head}{json.dumps({'token': token})}".encode())
    joined = False
    while True:
        body = await _polled(step, client, "GET", path)
        for packet in body.split(SEPARATOR):
            text = packet.decode("utf-8", "replace")
            kind, rest = text[:2], text[2:].removeprefix(head)
            if text == "1":
                step.failed("live_busy", "the server sends the client away for now")
                raise _Failed
            if kind == "44":
                _tell_connect_error(step, _json(rest))
                raise _Failed
            if kind == "40":
                joined = True
                step.name = "the snapshot"
            elif joined and rest.startswith('["groat:position"'):
                return
            elif text == "2":
                await _polled(step, client, "POST", path, b"3")


async def _polled(
    step: _DoorStep, client: DoctorClient, method: str, path: str, body: bytes | None = None
) -> bytes:
    """Send a request of a session, and return the body of its answer. Raises _Failed."""
    answer = await client.ask(method, path, _TEXT if body else None, body)
    if answer.status == 200:
        return answer.body
    told = answer.json()
    if isinstance(told, dict) and told.get("code") == UNKNOWN_SID:
        step.failed("socketio_session_lost", "the server does not know the session that it has just opened")
    else:
        step.failed("live_cut", f"status {answer.status} {str(told)[:200] if told else ''}".rstrip())
    raise _Failed


def _tell_connect_error(step: _DoorStep, error: Any) -> None:
    error = error if isinstance(error, dict) else {}
    message = str(error.get("message"))
    if message == UNKNOWN_NAMESPACE:
        step.failed("socketio_namespace", message)
    else:
        detail = (error.get("data") or {}).get("detail", "")
        step.failed("live_refused", f"{message} ({detail.rstrip('.')})" if detail else message)


def _tell_no_engine(diagnosis: Diagnosis, step: _DoorStep, answer: HttpAnswer, known_on: bool) -> None:
    """Tell why Engine.IO does not answer at its path."""
    told = answer.json()
    if not _is_groats(answer):
        step.failed("live_path_missing", f"status {answer.status}, which is not groat's")
    elif isinstance(told, dict) and "message" in told:
        step.failed("live_refused", str(told["message"]))
    elif known_on:
        sentence = "Socket.IO is on in the settings here, and the server has it off."
        diagnosis.find("server_settings_differ", sentence)
    else:
        diagnosis.find("socketio_off")


async def check_event_stream(diagnosis: Diagnosis, client: DoctorClient, token: str, user: str) -> None:
    """Open the event stream of a person, and wait for the snapshot with which it begins."""
    async with _steps(diagnosis, "stream") as step:
        step.name = "opening the event stream"
        headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {token}"}
        async with client.listening(f"/v1/streams/user:{quote(user)}/events", headers) as (answer, reader):
            if answer.status != 200:
                code = "live_busy" if answer.problem == "too_many_readers" else "live_refused"
                step.failed(code, answer.problem or f"status {answer.status}")
                return
            step.name = "the snapshot"
            await reader.readuntil(b"event: reset")
            step.done(f"user:{user} followed as an event stream, snapshot read")


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
