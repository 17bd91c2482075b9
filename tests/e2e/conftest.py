"""Real browsers on a real server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.e2e.screens import Screen, sign_in
from tests.e2e.serving import Server

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page whose files a test hands over counts as one from afar, which may not reach a server on this machine.
    "--disable-features=LocalNetworkAccessChecks",
)
ACTION_MS_MAX = 15_000

NewScreen = Callable[..., Screen]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests; it ends with them, for its loop would be in the way of asynchronous tests."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    assert executable, "the browser tests need Chromium (make chromium)"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo server for all who leave it as it is, but for what people have."""
    with Server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def server(shared_server: Server) -> Server:
    """The server of a file; those that kill theirs, or set it up otherwise, make one of their own."""
    return shared_server


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser with nothing in it: no cookies, no storage, no other tabs."""
    contexts: list[BrowserContext] = []

    def new_context(**options: Any) -> BrowserContext:
        looks = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", **options}
        context = browser.new_context(**looks)
        context.set_default_timeout(ACTION_MS_MAX)
        contexts.append(context)
        return context

    yield new_context
    for context in contexts:
        context.close()


@pytest.fixture
def new_screen(server: Server, new_context: Callable[..., BrowserContext]) -> Iterator[NewScreen]:
    """Sign somebody in, in a browser of their own, or (`context`) open another tab of that browser."""
    screens: list[Screen] = []

    def new_screen(
        user: str | None = None, path: str = "/", *, context: BrowserContext | None = None, **options: Any
    ) -> Screen:
        if context is None:
            context = new_context(**options)
            if user is not None:
                sign_in(context, server, user)
        screen = Screen(context, server)
        screens.append(screen)
        return screen.open(path)

    yield new_screen
    for screen in screens:
        assert screen.problems == []
