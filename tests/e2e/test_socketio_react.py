"""The example of a React page on stock socket.io-client, in two browsers, one of which loses its network."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.apps import SHOWN_MS, WEB, AppLogin, build_app
from tests.e2e.serving import Server

EXAMPLE = Path(__file__).parents[2] / "examples" / "socketio_react"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built page. It finds its packages where this project has them."""
    directory = tmp_path_factory.mktemp("socketio")
    source = directory / "source"
    shutil.copytree(EXAMPLE, source)
    (source / "node_modules").symlink_to(WEB / "node_modules")
    return build_app(directory, source)


class Dashboard:
    """The page of one person, in a browser of its own."""

    def __init__(self, context: BrowserContext, server: Server, files: Path, user: str) -> None:
        self.context = context
        self.login = AppLogin(context, server, files)
        self.login.user = user
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        # Stock clients do not believe that localhost is out of reach.
        self.page.goto(f"http://127.0.0.1:{server.port}/app/index.html")

    def is_live(self, recovered: bool = False) -> None:
        state = self.page.get_by_text("Live", exact=True)
        expect(state).to_be_visible(timeout=SHOWN_MS)
        expect(state).to_have_attribute("data-recovered", str(recovered).lower())

    def shows(self, credits: int, changes: list[str]) -> None:
        expect(self.page.get_by_role("status")).to_have_text(str(credits), timeout=SHOWN_MS)
        expect(self.page.get_by_label("Changes").get_by_role("listitem")).to_have_text(changes)


def credits_of(server: Server, user: str) -> int:
    balances = server.call("GET", "/v1/me", user=user)["balances"]
    return int(next((each["balance"] for each in balances if each["account"] == f"user:{user}"), "0"))


def give(server: Server, user: str, amount: int, reason: str) -> None:
    posting = {
        "source": "house:bonus",
        "destination": f"user:{user}",
        "amount": str(amount),
        "asset": "CREDIT",
    }
    server.call("POST", "/v1/transactions", {"postings": [posting], "reason": reason})


def test_a_page_on_the_stock_client_is_live_and_misses_nothing(
    new_context: Callable[..., BrowserContext], server: Server, files: Path
) -> None:
    mei = Dashboard(new_context(), server, files, "11")
    kofi = Dashboard(new_context(color_scheme="dark"), server, files, "7")
    mine, his = credits_of(server, "11"), credits_of(server, "7")
    for each, credits in ((mei, mine), (kofi, his)):
        each.is_live()
        each.shows(credits, [])
    give(server, "11", 3, "a bonus")
    mei.shows(mine + 3, ["a bonus+3"])
    # The app's own back end is away, too, when the page comes back.
    mei.login.failures = 1
    mei.context.set_offline(True)
    expect(mei.page.get_by_text("Connecting", exact=True)).to_be_visible(timeout=SHOWN_MS)
    give(server, "11", 1, "while away")
    give(server, "11", 2, "also while away")
    mei.context.set_offline(False)
    mei.is_live(recovered=True)
    mei.shows(mine + 6, ["also while away+2", "while away+1", "a bonus+3"])
    kofi.shows(his, [])
    assert mei.login.failures == 0
    assert mei.problems == kofi.problems == []
