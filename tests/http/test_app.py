"""The application around the operations: console, headers, cross-origin pages, metrics, documents, life and death."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

import httpx
import pytest

from groat.http.app import create_app
from groat.http.pages import Console
from groat.settings import Settings
from tests.http.conftest import ACTIONS, SECRET, Api, code, give


async def get(app: object, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://groat.test") as client:  # type: ignore[arg-type]
        return await client.get(path)


@pytest.fixture
def built(tmp_path: Path) -> Console:
    (tmp_path / "console" / "assets").mkdir(parents=True)
    (tmp_path / "console" / "index.html").write_text("<title>console</title>")
    (tmp_path / "console" / "assets" / "index-1.js").write_text("let one;")
    (tmp_path / "console" / "assets" / "packed-1.js").write_text("let packed;")
    (tmp_path / "console" / "assets" / "packed-1.js.gz").write_bytes(gzip.compress(b"let packed;"))
    (tmp_path / "console" / "assets" / "packed-1.js.br").write_bytes(b"brotli")
    (tmp_path / "secret.txt").write_text("secret")
    return Console(tmp_path / "console")


async def test_the_console_answers_each_of_its_addresses(built: Console) -> None:
    for path in ("/", "/login", "/users", "/users/ada@example.com"):
        answer = await get(built, path)
        assert (answer.status_code, answer.text) == (200, "<title>console</title>")
        assert answer.headers["cache-control"] == "no-cache"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    script = await get(built, "/assets/index-1.js")
    assert (script.text, "immutable" in script.headers["cache-control"]) == ("let one;", True)
    assert script.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, identity", "gzip"),
        ("br;q=0, gzip;q=1.0", "gzip"),
        ("br;q=0.000, gzip; q=0", None),
        ("identity", None),
        ("", None),
        ("zstd", None),
    ],
)
async def test_assets_come_packed_as_the_client_takes_them(
    built: Console, accepted: str, coding: str | None
) -> None:
    path = "/assets/packed-1.js"
    app: Any = built
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://groat.test") as client:
        async with client.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
            body = b"".join([part async for part in answer.aiter_raw()])
        plain = gzip.decompress(body) if coding == "gzip" else body
        assert plain == (b"brotli" if coding == "br" else b"let packed;")
        assert answer.headers.get("content-encoding") == coding
        assert answer.headers["content-length"] == str(len(body))
        assert answer.headers["vary"] == "accept-encoding"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"].startswith("text/javascript")
        again = {"Accept-Encoding": accepted, "If-None-Match": answer.headers["etag"]}
        known = await client.get(path, headers=again)
        assert (known.status_code, known.content) == (304, b"")
        assert known.headers["etag"] == answer.headers["etag"]
        # Another coding is another representation.
        other = "identity" if coding else "br"
        assert (await client.get(path, headers={**again, "Accept-Encoding": other})).status_code == 200
        for packed in (f"{path}.br", f"{path}.gz"):
            assert (await client.get(packed)).status_code == 404


async def test_nothing_outside_the_console_is_served(built: Console) -> None:
    for path in (
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/secret.txt",
        "/assets/none.js",
    ):
        answer = await get(built, path)
        assert "secret" not in answer.text
        assert answer.status_code == 200 or code(answer) == "not_found"


async def test_a_console_that_is_not_built_says_so(tmp_path: Path) -> None:
    answer = await get(Console(tmp_path / "none"), "/")
    assert (answer.status_code, "make web" in answer.text) == (200, True)


async def test_the_server_has_a_console_unless_told_otherwise(api: Api, tmp_path: Path) -> None:
    assert (await api.call("", "GET /users/42")).headers["content-type"].startswith("text/html")
    settings = Settings(
        secret=SECRET, jwt_secret=SECRET, console=False, database=f"sqlite:///{tmp_path / 'other.db'}"
    )
    app = create_app(settings)
    async with app.running():
        assert code(await get(app, "/")) == "not_found"


async def test_before_it_runs_nothing_is_answered_but_that(tmp_path: Path) -> None:
    app = create_app(
        Settings(secret=SECRET, jwt_secret=SECRET, database=f"sqlite:///{tmp_path / 'other.db'}")
    )
    assert code(await get(app, "/v1/me")) == "closed"
    async with app.running():
        assert (await get(app, "/health/ready")).status_code == 200
    assert code(await get(app, "/health/ready")) == "closed"


async def test_a_draining_server_is_not_ready(api: Api) -> None:
    assert api.app.groat_live is not None
    api.app.groat_live.begin_drain(0.0)
    assert code(await api.call("", "GET /health/ready")) == "closed"
    assert (await api.call("", "GET /health/live")).status_code == 200


async def test_metrics_count_what_happened(api: Api) -> None:
    await api.call("ada", "POST /v1/transactions", give("42", "1"))
    text = (await api.call("sam", "GET /metrics")).text
    assert 'groat_http_requests_total{operation="postTransaction",status="201"} 1.0' in text
    assert "groat_commands_total 3.0" in text
    assert 'groat_http_request_seconds_count{operation="postTransaction"} 1.0' in text
    assert "groat_live_connections 0.0" in text


async def test_metrics_are_open_to_the_machine_itself_unless_a_proxy_calls(api: Api) -> None:
    for address, headers, status in (
        ("127.0.0.1", {}, 200), ("::1", {}, 200), ("192.0.2.1", {}, 401),
        ("127.0.0.1", {"X-Forwarded-For": "198.51.100.7"}, 401), ("127.0.0.1", {"Forwarded": "for=198.51.100.7"}, 401),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 401), ("127.0.0.1", {"X-Real-IP": "198.51.100.7"}, 401),
    ):  # fmt: skip
        transport = httpx.ASGITransport(api.app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://groat.test") as client:
            assert (await client.get("/metrics", headers=headers)).status_code == status


class TestMetricsBehindABareProxy:
    """A proxy that adds no header looks like a caller on the same machine."""

    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(secret=SECRET, jwt_secret=SECRET, local_metrics=False)

    async def test_the_setting_closes_them(self, api: Api) -> None:
        assert (await api.call("", "GET /metrics")).status_code == 401
        assert (await api.call("ada", "GET /metrics")).status_code == 200


async def test_who_reads_other_origins(api: Api) -> None:
    """Without the setting no page of another origin may call; the answers carry no permission."""
    answer = await api.call("42", "GET /v1/me", headers={"Origin": "https://app.example"})
    assert "access-control-allow-origin" not in answer.headers


class TestCrossOrigin:
    """With the setting `origins`."""

    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(secret=SECRET, jwt_secret=SECRET, actions=ACTIONS, origins=("https://app.example",))

    async def test_listed_pages_may_call_with_a_token(self, api: Api) -> None:
        for origin, allowed in (
            ("https://app.example", "https://app.example"),
            ("https://evil.example", None),
        ):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            preflight = await api.client.options("/v1/transactions", headers=asked)
            assert preflight.status_code == 204
            assert preflight.headers.get("access-control-allow-origin") == allowed
            assert ("idempotency-key" in preflight.headers.get("access-control-allow-headers", "")) == bool(
                allowed
            )
            for route in ("GET /v1/me", "GET /v1/nothing", "POST /v1/transactions"):
                answer = await api.call("42", route, headers={"Origin": origin})
                assert answer.headers.get("access-control-allow-origin") == allowed
                assert "access-control-allow-credentials" not in answer.headers


async def test_the_documents(api: Api) -> None:
    page = await api.call("", "GET /v1/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "//" not in page.text.replace("://", "").split("<section")[0]
    assert "/v1/transactions/bulk" in page.text


async def test_many_at_once(api: Api) -> None:
    answers = await asyncio.gather(
        *[api.call("shop", "POST /v1/transactions", give(str(n % 7), "1")) for n in range(300)]
    )
    assert {answer.status_code for answer in answers} == {201}
