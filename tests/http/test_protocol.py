"""What the server bounds before any operation is asked: heads, bodies, times, and how many connections there are.

Over raw sockets to a server process, for no client library sends such things.
"""

from __future__ import annotations

import asyncio
import json
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from deploy import cluster
from groat import Groat
from groat.identity import Identities
from groat.settings import Settings
from tests.helpers.waiting import wait_until
from tests.http.attackers import Target, text
from tests.http.serving import SECRET, Process, server_process
from tests.servers import free_port

HEALTH = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
LOGIN = b"POST /v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CHUNKED = LOGIN + b"Transfer-Encoding: chunked\r\n\r\n"
ANSWER_S = 30.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("protocol")


@pytest.fixture(scope="module")
def token(folder: Path) -> str:
    async def prepare() -> str:
        async with Groat.open(f"sqlite:///{folder / 'groat.db'}") as groat:
            await groat.add_asset("CREDIT", 0)
            identities = Identities(groat, Settings(secret=SECRET, jwt_secret=SECRET))
            issued, _ = await identities.issue_token("ada", ("admin",))
            identities.close()
        return issued

    return asyncio.run(prepare())


@pytest.fixture(scope="module")
def server(folder: Path, token: str) -> Iterator[Process]:
    """A server with short times."""
    limits = {"head_s": 1, "body_s": 1, "idle_s": 1, "answer_s": 1, "waiting_max": 30, "line_max": 1000}
    with server_process(folder / "groat.db", **limits) as process:
        yield process


@pytest.fixture(scope="module")
def patient(folder: Path, token: str) -> Iterator[Process]:
    """A server with the default times."""
    with server_process(folder / "patient.db") as process:
        yield process


def connect(server: Process) -> socket.socket:
    host, _, port = server.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=ANSWER_S)


def read(connection: socket.socket) -> bytes:
    """All that comes until the server ends the connection."""
    parts = []
    try:
        while part := connection.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def problem(answer: bytes) -> tuple[int, str]:
    """The status and code of the last answer, which must end the connection."""
    head, _, body = answer[answer.rindex(b"HTTP/1.1 ") :].partition(b"\r\n\r\n")
    assert b"\r\nconnection: close" in head.lower(), answer
    assert b"\r\ncontent-type: application/problem+json" in head.lower()
    found = json.loads(body)
    return int(head.split()[1]), found["code"]


def send(server: Process, *parts: bytes) -> bytes:
    with connect(server) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return read(connection)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"nonsense\r\n\r\n", (400, "invalid_request")),
        (b"GET /" + b"x" * 1_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", (414, "line_too_long")),
        (b"GET /" + b"x" * 5_000_000, (414, "line_too_long")),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 5_000_000, (431, "head_too_large")),
        (b"GET / HTTP/1.1\r\n" + b"x" * 5_000_000, (431, "head_too_large")),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 33_000 + b"\r\n\r\n", (431, "head_too_large")),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 101 + b"\r\n", (431, "head_too_large")),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 1_000_000, (431, "head_too_large")),
        (b"\r\n" * 1_000_000, (431, "head_too_large")),
        (LOGIN + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", (400, "invalid_request")),
        (CHUNKED + b"1;" + b"x" * 5_000_000, (400, "invalid_request")),
        # Few tiny chunks are no large body: the bound of their framing alone ends them.
        (CHUNKED + b"000000000000001\r\n \r\n" * 3_000, (400, "invalid_request")),
        # Large chunks have hardly any framing: the bound of the body alone ends them.
        (CHUNKED + (b"8000\r\n" + b" " * 32_768 + b"\r\n") * 40, (413, "body_too_large")),
        (CHUNKED + b"0\r\n" + b"T: x\r\n" * 200_000, (400, "invalid_request")),
    ],
    ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else str(value),
)  # fmt: skip
def test_what_is_too_large_is_refused_before_it_is_kept(
    server: Process, sent: bytes, expected: tuple[int, str]
) -> None:
    assert problem(send(server, sent)) == expected


@pytest.fixture(scope="module")
def demo(folder: Path, token: str) -> Iterator[Process]:
    """A demo, whose secrets everybody knows."""
    with server_process(folder / "demo.db", demo="true") as process:
        yield process


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("bank.localhost:8000", 200),
        ("127.0.0.1", 200),
        ("127.8.9.10:1", 200),
        ("[::1]:8000", 200),
        ("192.168.1.7:8000", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("203.0.114.7", 421),
        ("evil.example:8000", 421),
        ("", 421),
    ],
)
def test_the_demo_is_no_name_of_a_page_elsewhere(
    demo: Process, server: Process, host: str, status: int
) -> None:
    request = f"GET /health/live HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    answer = send(demo, request)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer
    if status == 421:
        assert problem(answer) == (421, "host_refused")
    # A server of one's own is known by whatever name it has.
    assert send(server, request).startswith(b"HTTP/1.1 200 "), host


def test_a_head_of_many_headers_within_the_bounds_is_served(server: Process) -> None:
    sent = b"GET /health/live HTTP/1.1\r\n" + b"X: " + b"y" * 300 + b"\r\n"
    answer = send(server, sent + b"Y: z\r\n" * 97 + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200"), answer


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"GET / HT", (408, "request_timeout")),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", (408, "request_timeout")),
        (LOGIN + b"Content-Length: 50\r\n\r\n{", (408, "request_timeout")),
        (LOGIN + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", (408, "request_timeout")),
        (HEALTH + b"GET / HT", (408, "request_timeout")),
    ],
    ids=repr,
)
def test_a_request_that_does_not_come_is_refused(
    server: Process, sent: bytes, expected: tuple[int, str]
) -> None:
    assert problem(send(server, sent)) == expected


def test_a_connection_without_a_request_is_closed(server: Process) -> None:
    assert send(server) == b""
    answer = send(server, HEALTH)
    assert answer.count(b"HTTP/1.1 200") == 1


def test_an_answer_before_the_body_ends_the_connection(patient: Process) -> None:
    head = b"POST /v1/transactions HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n"
    answer = send(patient, head + b" " * 99)
    assert problem(answer) == (401, "unauthenticated")


BODY_BYTES = 10_000_000


@pytest.mark.parametrize("framing", ["announced", "in chunks"])
@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/socket.io/?EIO=4&transport=polling&sid=", 413),
        ("/v1/auth/login", 413),
        ("/v1/transactions", 400),
        ("/v1/me", 405),
        ("/v1/nowhere", 404),
    ],
)
def test_a_client_that_sends_all_of_a_body_too_large_reads_the_answer(
    patient: Process, token: str, target: str, status: int, framing: str
) -> None:
    """Simple clients read when they have sent everything. A reset would keep the answer from them."""
    if target.endswith("sid="):
        opening = httpx.get(f"{patient.url}{target.removesuffix('&sid=')}").text
        target += json.loads(opening[1:])["sid"]
    head = f"POST {target} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n".encode()
    body = b"x" * BODY_BYTES
    if framing == "announced":
        head += b"Content-Length: %d\r\n\r\n" % BODY_BYTES
    else:
        head += b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % BODY_BYTES
        body += b"\r\n0\r\n\r\n"
    with connect(patient) as connection:
        connection.sendall(head + body[:2_000_000])
        # The answer is there, and most of the body is still to come.
        assert select.select([connection], [], [], ANSWER_S)[0]
        connection.sendall(body[2_000_000:])
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
    assert b"".join(parts).startswith(b"HTTP/1.1 %d " % status), parts


def test_a_proxy_that_sends_all_of_a_body_too_large_reads_the_answer(patient: Process, token: str) -> None:
    port = free_port()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k", "Content-Type": "application/json"}
    with (
        cluster.nginx(port, [int(patient.url.rpartition(":")[2])]),
        # It may not listen yet.
        httpx.Client(transport=httpx.HTTPTransport(retries=6), base_url=f"http://127.0.0.1:{port}") as http,
    ):
        answer = http.post("/v1/transactions", content=b"x" * 8_000_000, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_client_that_sends_on_for_ever_is_cut_off(patient: Process) -> None:
    with connect(patient) as connection:
        connection.sendall(b"POST /v1/nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n")
        with pytest.raises(ConnectionError):
            connection.sendall(bytes(100_000_000))


def test_pipelined_requests_are_answered_in_order_however_many(patient: Process) -> None:
    count = 3_000
    with connect(patient) as connection:
        sender = threading.Thread(
            target=connection.sendall,
            args=(HEALTH * count + b"GET /v1/nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",),
        )
        sender.start()
        answer = read(connection)
        sender.join()
    assert answer.count(b"HTTP/1.1 200") == count
    assert problem(answer) == (404, "not_found")


def test_a_broken_request_is_refused_after_the_answers_before_it(patient: Process, token: str) -> None:
    answer = send(patient, HEALTH + b"GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n" + b"nonsense\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 2
    assert problem(answer) == (400, "invalid_request")


def test_trailers_are_not_headers(patient: Process) -> None:
    """A proxy passes trailers on; one that names a token must not sign anybody in."""
    sent = (
        b"POST /v1/auth/logout HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    answer = send(patient, sent + b"0\r\nOrigin: https://evil.example\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 204"), answer


def test_an_unread_answer_is_given_up(server: Process) -> None:
    with connect(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"GET /v1/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 40)
        # Nothing is read. When the server gives up it resets the connection.
        poll = select.poll()
        poll.register(connection, 0)
        assert poll.poll(ANSWER_S * 1_000)


@pytest.mark.parametrize("size", [100, 5_000, 60_000])
def test_frames_in_the_write_of_the_handshake_are_taken(patient: Process, token: str, size: int) -> None:
    """They may come in one read with it, however long they are; whoever floods a server must not get lost there."""
    target = Target("", 0, token)
    frame = text(f'{{"id":1,"connect":{{"token":"{token}"}}{" " * size}}}'.encode())
    with connect(patient) as connection:
        connection.sendall(target.upgrade() + frame)
        found = b""
        while b'"client":' not in found:
            part = connection.recv(65_536)
            assert part, found
            found += part


def test_the_oldest_waiting_connection_gives_way(server: Process) -> None:
    """Thirty may wait; whoever comes then is served, and the first of them is told why it went."""
    with ExitStack() as stack:
        waiting = [stack.enter_context(connect(server)) for _ in range(31)]
        assert httpx.get(f"{server.url}/health/live").status_code == 200
        assert problem(read(waiting[0])) == (503, "server_full")


@pytest.fixture(scope="module")
def small(folder: Path, token: str) -> Iterator[Process]:
    """A server with room for few."""
    with server_process(folder / "small.db", connections_max=12) as process:
        yield process


def test_whoever_finds_no_room_is_told_so(small: Process, token: str) -> None:
    """Requests that are being answered do not give way, so a newcomer is refused, until one of them is through."""
    headers = f"Host: a\r\nAccept: text/event-stream\r\nAuthorization: Bearer {token}\r\n\r\n"
    events = f"GET /v1/streams/user:1/events HTTP/1.1\r\n{headers}"
    with ExitStack() as stack:
        readers = [stack.enter_context(connect(small)) for _ in range(12)]
        for reader in readers:
            reader.sendall(events.encode())
            assert reader.recv(4096).startswith(b"HTTP/1.1 200")
        assert problem(send(small)) == (503, "server_full")
        readers[0].close()
        wait_until(lambda: httpx.get(f"{small.url}/health/live").status_code == 200)
