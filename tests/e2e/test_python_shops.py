"""The examples of shops in FastAPI and Flask, in two browsers, while groat is killed and comes back.

The shop in FastAPI has groat mounted in it, and that one is the groat of the shop in Flask.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import BrowserContext, Route, expect

from groat.client import Client, sign_token
from tests.e2e.apps import SHOWN_MS, WEB
from tests.helpers.secrets import JWT_SECRET, SECRET
from tests.servers import WAIT_S, free_port

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
ORDER = uuid4()
STOCK = WEB / "node_modules" / "socket.io-client" / "dist" / "socket.io.min.js"


class Shop:
    """One of the examples as its author starts it."""

    def __init__(self, example: str, port: int, *command: str, **environment: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._command = [sys.executable, "-m", *command, "--port", str(port)]
        self._folder = EXAMPLES / example
        self._environment = {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
            "SESSION_SECRET": SECRET,
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                httpx.get(self.address, trust_env=False)
                return
            except httpx.TransportError:
                assert self._process.poll() is None, "the shop has ended"
                assert time.monotonic() < deadline, "the shop does not answer"
                time.sleep(0.05)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def running(shop: Shop) -> Iterator[Shop]:
    try:
        shop.start()
        yield shop
    finally:
        shop.kill()


@pytest.fixture(scope="module")
def flask_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def in_fastapi(tmp_path_factory: pytest.TempPathFactory, flask_port: int) -> Iterator[Shop]:
    shop = Shop(
        "fastapi_live", free_port(), "uvicorn", "shop:app", "--timeout-graceful-shutdown", "1",
        GROAT_DATABASE=f"sqlite:///{tmp_path_factory.mktemp('shop')}/groat.db",
        GROAT_SECRET=SECRET,
        GROAT_JWT_SECRET=JWT_SECRET,
        GROAT_ORIGINS=f"http://127.0.0.1:{flask_port}",
    )  # fmt: skip
    with running(shop):
        yield shop


@pytest.fixture(scope="module")
def in_flask(in_fastapi: Shop, flask_port: int) -> Iterator[Shop]:
    url = f"{in_fastapi.address}/groat"
    admin = sign_token("root", secret=JWT_SECRET, expires_in_s=600, roles=["admin"])
    with Client(url, admin) as client:
        key = client.add_api_key(service="shop").key
    assert key is not None
    shop = Shop(
        "flask_live", flask_port, "flask", "--app", "shop", "run",
        GROAT_URL=url, GROAT_API_KEY=key, GROAT_JWT_SECRET=JWT_SECRET,
    )  # fmt: skip
    with running(shop):
        yield shop


class Visit:
    """A shop's page in a browser of its own."""

    def __init__(self, context: BrowserContext, shop: Shop, user: str) -> None:
        self.page = context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        context.route("https://cdn.socket.io/**", self._stock)
        self.page.goto(shop.address)
        self.page.get_by_label("Who are you?").fill(user)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name=user)).to_be_visible(timeout=SHOWN_MS)
        self.is_live()

    @staticmethod
    def _stock(route: Route) -> None:
        route.fulfill(path=STOCK, content_type="text/javascript")

    def is_live(self) -> None:
        expect(self.page.get_by_text("Live", exact=True)).to_be_visible(timeout=SHOWN_MS)

    def shows(self, credits: int) -> None:
        expect(self.page.get_by_role("status")).to_have_text(str(credits), timeout=SHOWN_MS)

    def buy(self) -> None:
        self.page.get_by_role("button", name="Buy a hat").click()

    def is_told(self, text: str) -> None:
        expect(self.page.get_by_role("alert")).to_have_text(text, timeout=SHOWN_MS)


def test_both_show_what_a_person_has(
    new_context: Callable[..., BrowserContext], in_fastapi: Shop, in_flask: Shop
) -> None:
    one = Visit(new_context(), in_fastapi, "mei")
    other = Visit(new_context(color_scheme="dark"), in_flask, "mei")
    # Each shop has welcomed her: a key is its principal's own.
    for buyer, left in ((None, 100), (other, 70), (one, 40), (other, 10)):
        if buyer is not None:
            buyer.buy()
        for visit in (one, other):
            visit.shows(left)
    for visit in (one, other):
        visit.buy()
        visit.is_told("You do not have enough credits.")
    kofi = Visit(new_context(), in_flask, "kofi")
    in_fastapi.kill()
    expect(kofi.page.get_by_text("Connecting", exact=True)).to_be_visible(timeout=SHOWN_MS)
    # The order waits for groat to come back.
    kofi.buy()
    in_fastapi.start()
    kofi.shows(20)
    for visit in (one, other, kofi):
        visit.is_live()
    one.shows(10)
    assert [*one.problems, *other.problems, *kofi.problems] == []


@pytest.mark.parametrize("name", ["in_fastapi", "in_flask"])
def test_a_stranger_gets_nothing_and_an_order_is_paid_for_once(
    name: str, request: pytest.FixtureRequest
) -> None:
    shop: Shop = request.getfixturevalue(name)
    body = "json" if name == "in_fastapi" else "data"

    def sign_in(visitor: httpx.Client, user: str) -> int:
        answer = visitor.request("POST", "/login", **{body: {"user": user}})  # type: ignore[arg-type]
        return answer.status_code

    with httpx.Client(base_url=shop.address, trust_env=False) as visitor:
        assert visitor.get("/groat-token").status_code == 401
        assert visitor.post(f"/orders/{ORDER}").status_code == 401
        assert sign_in(visitor, "a b") in (400, 422)
        for _ in range(2):
            assert sign_in(visitor, f"ann-{name}") in (204, 302)
        first, again = visitor.post(f"/orders/{ORDER}"), visitor.post(f"/orders/{ORDER}")
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        poor = visitor.post(f"/orders/{uuid4()}")
        assert (poor.status_code, poor.json()["code"]) == (422, "insufficient_funds")
        for no_order in ("é", "1" * 300):
            assert visitor.post(f"/orders/{no_order}").status_code in (404, 422)


@pytest.mark.parametrize(("page", "example"), [("fastapi.md", "fastapi_live"), ("flask.md", "flask_live")])
def test_the_pages_quote_the_examples(page: str, example: str) -> None:
    files = (path for path in (EXAMPLES / example).rglob("*") if path.suffix in (".py", ".html"))
    said = "".join(" ".join(path.read_text("utf-8").split()) for path in sorted(files))
    text = (ROOT / "docs" / page).read_text("utf-8")
    quoted = re.findall(r"^```(?:python|js)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(quoted) >= 5
    assert [block for block in quoted if " ".join(block.split()) not in said] == []
