"""Every odd request gets the answer that was recorded when Litestar routed: statuses, codes, Allow and headers."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from groat import Groat
from groat.http.routes import Routes
from groat.identity import Identities
from groat.settings import Settings
from tests.http.serving import SECRET, Process, server_process

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND")
# A path, the methods that it answers in the order of Allow, and the answer to the first of them, asked by an admin.
RECORDED = """
/ | GET | 200 page
/v1 | -
/v1/ | -
/v1/me | GET | 200 json
/v1/me/ | GET | 200 json
//v1/me | GET | 200 json
/v1//me | GET | 200 json
/v1/me// | GET | 200 json
/V1/me | GET | 200 page
/v1/Me | -
/v1/me/x | -
/v1/nothing | -
/nothing | GET | 200 page
/nothing/at/all | GET | 200 page
/v1/transactions | POST | 400 key_required
/v1/transactions/ | POST | 400 key_required
//v1/transactions | POST | 400 key_required
/v1/transactions//bulk | POST | 400 key_required
/v1/transactions/bulk | POST | 400 key_required
/v1/transactions/bulk/ | POST | 400 key_required
/v1/transactions/x | GET | 400 invalid_id
/v1/transactions/x/ | GET | 400 invalid_id
/v1/transactions/x/reverse | POST | 400 key_required
/v1/transactions/bulk/reverse | POST | 400 key_required
/v1/transactions/x/nothing | -
/v1/accounts/user:42 | GET | 404 account_not_found
/v1/accounts/user%3A42 | GET | 404 account_not_found
/v1/accounts/user:42%7Ca | GET | 404 account_not_found
/v1/accounts/user|42 | GET | 404 account_not_found
/v1/accounts/a%2Fb | -
/v1/accounts/%2F | GET | 200 json
/v1/accounts/a%2Fentries | GET | 400 invalid_query
/v1/accounts/%FF | GET | 400 invalid_account
/v1/accounts/%00 | GET | 400 invalid_account
/v1/accounts/%E2%82%AC | GET | 400 invalid_account
/v1/accounts/%zz | GET | 400 invalid_account
/v1/accounts/%C3%28 | GET | 400 invalid_account
/v1/accounts/a%20b | GET | 400 invalid_account
/v1/accounts/a+b | GET | 400 invalid_account
/v1/accounts/%252F | GET | 400 invalid_account
/v1/accounts/user:42/balances/USD | PUT PATCH | 400 key_required
/v1/accounts/user:42/balances/ | -
/v1/accounts/user:42/balances | -
/v1/accounts/user:42/entries | GET | 400 invalid_query
/v1/accounts/user:42/entries/ | GET | 400 invalid_query
/v1/users/ada | GET PATCH | 404 user_not_found
/v1/users/ada/revoke | POST | 404 user_not_found
/v1/requests/x/y | GET | 404 kind_not_found
/v1/requests/x/y/history | GET | 404 kind_not_found
/v1/requests/x/y/z | POST | 400 key_required
/v1/requests/x | POST | 400 key_required
/v1/requests/x/y/z/w | -
/v1/streams/events | GET | 200 json
/v1/streams/events/events | GET | 400 invalid_stream
/v1/streams/user:42/events | GET | 200 json
/v1/notifications/read | POST | 415 unsupported_media_type
/v1/notifications/preferences | GET PUT | 200 json
/v1/notifications/other | -
/health | GET | 200 page
/health/live | GET | 200 json
/health/ready | GET | 200 json
/health/live/ | GET | 200 json
/health/nothing | GET | 200 page
/metrics | GET | 200 text
/metrics/ | GET | 200 text
/metrics/x | GET | 200 page
/v1/docs | GET | 200 page
/v1/openapi.json | GET | 200 json
/v1/openapi.json/ | GET | 200 json
/v1/openapi%2Ejson | GET | 200 json
/connection/websocket | GET | 200 page
/connection/websocket/ | GET | 200 page
/connection | GET | 200 page
/assets/nothing.js | GET | 404 not_found
/assets/ | GET | 200 page
/assets/%2e%2e/index.html | GET | 404 not_found
/favicon.svg | GET | 404 not_found
/favicon.svg/ | GET | 404 not_found
/nothing.txt | GET | 404 not_found
/people/a.b | GET | 200 page
/x/nothing.txt | GET | 200 page
/. | GET | 404 not_found
/.. | GET | 404 not_found
/./v1/me | GET | 200 page
/v1/./me | -
/v1/../v1/me | -
/%2e%2e/etc/passwd | GET | 200 page
/;v1/me | GET | 200 page
/v1/me;x | -
/v1/me?x=1 | GET | 400 invalid_query
/v1/me?# | GET | 200 json
/v1/me?limit=1&limit=2 | GET | 400 invalid_query
/v1/kinds?x=%zz | GET | 400 invalid_query
/v1/me%3Fx | -
/* | GET | 200 page
/v1%2Fme | GET | 200 json
/v1%2fme%2f | GET | 200 json
/%76%31/me | GET | 200 json
/v1/auth/login | POST | 415 unsupported_media_type
/v1/actions/spend | POST | 400 key_required
/v1/actions/ | -
/v1/actions | -
/v1/demo/people | GET | 404 not_found
/v1/people/a | GET | 404 user_not_found
/v1/looks/%2F | GET | 200 json
"""
# Without the console, what it served is not found.
BARE = """
/ | -
/nothing | -
/health | -
/assets/nothing.js | -
/v1/me | GET | 200 json
/v1/transactions | POST | 400 key_required
"""
PROBLEM = {
    "cache-control": "no-store",
    "connection": "close",
    "content-type": "application/problem+json",
    "x-content-type-options": "nosniff",
}
ORIGIN = "Origin: https://app.example"
ALLOWED = {
    "access-control-allow-origin": "https://app.example",
    "access-control-expose-headers": "etag, groat-stale, retry-after",
    "vary": "origin",
}
PREFLIGHT = {
    "access-control-allow-headers": "authorization, content-type, idempotency-key, if-none-match, last-event-id",
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
    "access-control-max-age": "600",
    "cache-control": "no-store",
    "connection": "close",
    "x-content-type-options": "nosniff",
}
BODY = ("Content-Type: application/json", "Idempotency-Key: k", "Content-Length: 99999999")
# A request, its headers, and what came: the status, the code of the problem, and all headers but date and length.
ODD: tuple[tuple[str, tuple[str, ...], int, str, dict[str, str]], ...] = (
    ("POST /v1/transactions", BODY, 413, "body_too_large", PROBLEM),
    ("POST /v1/transactions/", BODY, 413, "body_too_large", PROBLEM),
    ("POST /v1/transactions/bulk", BODY, 413, "body_too_large", PROBLEM),
    ("POST /v1/nothing", BODY, 404, "not_found", PROBLEM),
    ("DELETE /v1/me", BODY, 405, "method_not_allowed", {**PROBLEM, "allow": "GET, OPTIONS"}),
    ("OPTIONS /v1/me", BODY, 204, "", {"connection": "close", "allow": "GET, OPTIONS"}),
    ("OPTIONS /v1/me", (ORIGIN,), 204, "", {"connection": "close", "allow": "GET, OPTIONS", **ALLOWED}),
    ("GET /v1/nothing", (ORIGIN,), 404, "not_found", {**PROBLEM, **ALLOWED}),
    ("DELETE /v1/me", (ORIGIN,), 405, "method_not_allowed", {**PROBLEM, "allow": "GET, OPTIONS", **ALLOWED}),
    ("OPTIONS /v1/me", (ORIGIN, "Access-Control-Request-Method: POST"), 204, "", {**PREFLIGHT, **ALLOWED}),
    ("OPTIONS /nowhere", (ORIGIN, "Access-Control-Request-Method: POST"), 204, "", {**PREFLIGHT, **ALLOWED}),
    (
        "OPTIONS /v1/me",
        ("Origin: https://evil.example", "Access-Control-Request-Method: POST"),
        204,
        "",
        {"cache-control": "no-store", "connection": "close", "x-content-type-options": "nosniff"},
    ),
    ("GET /v1/me", ("Host: a b/<x>",), 400, "invalid_request", PROBLEM),
    ("OPTIONS /v1/me", ("Host: a b/<x>",), 400, "invalid_request", PROBLEM),
    ("GET /", ('Host: a"b',), 400, "invalid_request", PROBLEM),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("routes")


@pytest.fixture(scope="module")
def token(folder: Path) -> str:
    async def prepare() -> str:
        async with Groat.open(f"sqlite:///{folder / 'groat.db'}") as groat:
            await groat.add_asset("USD", 2)
            identities = Identities(groat, Settings(secret=SECRET, jwt_secret=SECRET))
            issued, _ = await identities.issue_token("ada", ("admin",))
            identities.close()
        return issued

    return asyncio.run(prepare())


@pytest.fixture(scope="module")
def server(folder: Path, token: str) -> Iterator[Process]:
    with server_process(folder / "groat.db", origins="https://app.example") as process:
        yield process


@pytest.fixture(scope="module")
def bare(folder: Path, token: str) -> Iterator[Process]:
    with server_process(folder / "groat.db", console="false") as process:
        yield process


def ask(server: Process, route: str, *headers: str) -> tuple[int, dict[str, str], bytes]:
    """Send a request byte for byte, which no client library would, and read the answer to its end."""
    hosts = [] if any(header.startswith("Host:") for header in headers) else ["Host: groat.test"]
    lines = [f"{route} HTTP/1.1", *hosts, "Connection: close", *headers, "", ""]
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall("\r\n".join(lines).encode("latin-1"))
        received = b""
        while piece := connection.recv(65_536):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in rest), body


def kind_of(answer: tuple[int, dict[str, str], bytes]) -> str:
    """The status with the code of a problem, or the kind of a success."""
    status, headers, body = answer
    kind = headers["content-type"].partition(";")[0]
    if kind == "application/problem+json":
        return f"{status} {json.loads(body)['code']}"
    return f"{status} { {'text/html': 'page', 'application/json': 'json', 'text/plain': 'text'}[kind] }"


def check(server: Process, token: str, line: str) -> None:
    path, methods, *first = line.split(" | ")
    allow = [] if methods == "-" else [*methods.split(), "OPTIONS"]
    if first:
        assert kind_of(ask(server, f"{allow[0]} {path}", f"Authorization: Bearer {token}")) == first[0]
    for method in METHODS:
        if method in allow and method != "OPTIONS":
            continue
        status, headers, body = ask(server, f"{method} {path}")
        del headers["date"]
        if method == "OPTIONS" and allow:
            assert (status, body) == (204, b"")
            assert headers == {"allow": ", ".join(sorted(allow)), "connection": "close"}
            continue
        length = int(headers.pop("content-length"))
        assert len(body) == (0 if method == "HEAD" else length)
        code = json.loads(body)["code"] if body else ""
        if allow:
            assert (status, code or "method_not_allowed") == (405, "method_not_allowed")
            assert headers == {**PROBLEM, "allow": ", ".join(allow)}
        else:
            assert (status, code or "not_found") == (404, "not_found")
            assert headers == PROBLEM


@pytest.mark.parametrize("line", RECORDED.strip().splitlines())
def test_a_path_is_answered_as_recorded(server: Process, token: str, line: str) -> None:
    check(server, token, line)


@pytest.mark.parametrize("line", BARE.strip().splitlines())
def test_a_path_without_the_console_is_answered_as_recorded(bare: Process, token: str, line: str) -> None:
    check(bare, token, line)


@pytest.mark.parametrize(("route", "sent", "status", "code", "headers"), ODD)
def test_an_odd_request_is_answered_as_recorded(
    server: Process,
    token: str,
    route: str,
    sent: tuple[str, ...],
    status: int,
    code: str,
    headers: dict[str, str],
) -> None:
    answer = ask(server, route, f"Authorization: Bearer {token}", *sent)
    assert answer[0] == status
    assert (json.loads(answer[2])["code"] if answer[2] else "") == code
    assert {
        name: value for name, value in answer[1].items() if name not in ("date", "content-length")
    } == headers


@pytest.mark.parametrize(
    "route",
    ["POST /v1/transactions", "GET /v1/transactions", "GET /v1/me", "GET /v1/accounts/a", "GET /people/42"],
)
def test_every_road_wants_a_well_formed_host(server: Process, route: str) -> None:
    status, _, body = ask(server, route, "Host: a/b")
    assert (status, json.loads(body)["code"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "path", ["", "/", "v1/x", "/v1/x/", "/v1//x", "/v1/{id}.csv", "/v1/{}", "/v1/{id", "/v1/x y", "/{a}/{a}"]
)
def test_a_malformed_path_of_a_program_is_a_clear_error(path: str) -> None:
    with pytest.raises(ValueError, match="the path"):
        Routes[str]().add("GET", path, "endpoint")
