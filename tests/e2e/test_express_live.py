"""The example of a shop on Express, on three devices of two people, while groat is killed and comes back."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.apps import SHOWN_MS, WEB
from tests.e2e.serving import Server
from tests.sdk.app import environment, package
from tests.servers import free_port

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "express_live"
ORDER = uuid4()


@pytest.fixture(scope="module")
def page_address() -> str:
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def groat(tmp_path_factory: pytest.TempPathFactory, page_address: str) -> Iterator[Server]:
    origins = {"GROAT_ORIGINS": page_address}
    with Server(tmp_path_factory.mktemp("groat"), passwords={}, environment=origins) as server:
        yield server


@pytest.fixture(scope="module")
def variables(groat: Server) -> dict[str, str]:
    return environment(groat)


@pytest.fixture(scope="module")
def shop(
    tmp_path_factory: pytest.TempPathFactory, page_address: str, variables: dict[str, str]
) -> Iterator[str]:
    """The example's own server; its packages are where this project has them."""
    place = tmp_path_factory.mktemp("shop")
    shutil.copytree(EXAMPLE, place, dirs_exist_ok=True)
    (place / "node_modules" / "@groat").mkdir(parents=True)
    for name in ("express", "cookie-session", "socket.io-client"):
        (place / "node_modules" / name).symlink_to(WEB / "node_modules" / name)
    (place / "node_modules" / "@groat" / "server").symlink_to(package(tmp_path_factory.mktemp("package")))
    own = {"SESSION_SECRET": "of the shop alone", "PORT": page_address.rpartition(":")[2]}
    process = subprocess.Popen(
        ["node", "server.js"], cwd=place, env=variables | own, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == page_address
        yield page_address
    finally:
        process.kill()
        process.communicate()


class Device:
    """The shop's page in a browser of its own."""

    def __init__(self, context: BrowserContext, shop: str, user: str) -> None:
        self.page = context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.goto(shop)
        self.page.get_by_label("Who are you?").fill(user)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name=user)).to_be_visible(timeout=SHOWN_MS)
        self.is_live()

    def is_live(self) -> None:
        expect(self.page.get_by_text("Live", exact=True)).to_be_visible(timeout=SHOWN_MS)

    def shows(self, credits: int, changes: list[str]) -> None:
        expect(self.page.get_by_role("status")).to_have_text(str(credits), timeout=SHOWN_MS)
        expect(self.page.get_by_label("Changes").get_by_role("listitem")).to_have_text(changes)

    def buy(self) -> None:
        self.page.get_by_role("button", name="Buy a hat").click()


def test_each_device_of_a_person_shows_what_they_have(
    new_context: Callable[..., BrowserContext], groat: Server, shop: str, variables: dict[str, str]
) -> None:
    mei, tablet = Device(new_context(), shop, "mei"), Device(new_context(), shop, "mei")
    kofi = Device(new_context(color_scheme="dark"), shop, "kofi")
    for device in (mei, tablet, kofi):
        device.shows(50, [])
    mei.buy()
    for device in (mei, tablet):
        device.shows(20, ["A hat-30"])
    mei.buy()
    expect(mei.page.get_by_role("alert")).to_have_text("You do not have enough credits.", timeout=SHOWN_MS)
    groat.kill()
    expect(tablet.page.get_by_text("Connecting", exact=True)).to_be_visible(timeout=SHOWN_MS)
    # The order waits for groat to come back.
    kofi.buy()
    groat.start()
    kofi.shows(20, ["A hat-30"])
    give(variables, "mei", "7")
    for device in (mei, tablet):
        device.shows(27, ["A gift+7", "A hat-30"])
    assert [*mei.problems, *tablet.problems, *kofi.problems] == []


def give(variables: dict[str, str], user: str, amount: str) -> None:
    posting: dict[str, Any] = {"source": "house:bonus", "destination": f"user:{user}", "asset": "CREDIT"}
    httpx.post(
        f"{variables['GROAT_URL']}/v1/transactions",
        json={"postings": [posting | {"amount": amount}], "reason": "A gift"},
        headers={"Authorization": f"Bearer {variables['GROAT_API_KEY']}", "Idempotency-Key": f"gift-{user}"},
    ).raise_for_status()


def test_a_stranger_gets_nothing_and_an_order_is_paid_for_once(shop: str) -> None:
    with httpx.Client(base_url=shop) as visitor:
        for path in ("/me", "/groat-token"):
            assert visitor.get(path).status_code == 401
        assert visitor.post("/login", json={"user": "a b"}).status_code == 400
        assert visitor.post("/login", json={}).status_code == 400
        for _ in range(2):
            assert visitor.post("/login", json={"user": "ann"}).status_code == 204
        first, again = visitor.post(f"/orders/{ORDER}"), visitor.post(f"/orders/{ORDER}")
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        poor = visitor.post(f"/orders/{uuid4()}")
        assert (poor.status_code, poor.json()["code"]) == (422, "insufficient_funds")
        for no_order in ("é", "1" * 300):
            assert visitor.post(f"/orders/{no_order}").status_code == 404


def test_the_page_about_express_quotes_the_example() -> None:
    example = "".join(
        " ".join((EXAMPLE / name).read_text("utf-8").split()) for name in ("server.js", "public/page.js")
    )
    quoted = re.findall(
        r"^```js\n(.*?)^```$", (ROOT / "docs" / "express.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(quoted) == 8
    assert [block for block in quoted if " ".join(block.split()) not in example] == []
