"""Real browsers on a real server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, sync_playwright

from groat.demo import OPTIONS
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
APPROVE_PEOPLE = 1_000
"""So many people in a bulk run must be approved by somebody else."""

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
    options = {**OPTIONS, "runs": {"approve_people": APPROVE_PEOPLE}}
    approvals = {"GROAT_OPTIONS": json.dumps(options)}
    settings = ("--programs", "bank,credits")
    with Server(tmp_path_factory.mktemp("server"), settings, environment=approvals) as server:
        yield server


@pytest.fixture(scope="package")
def spares() -> list[BrowserContext] | None:
    """Browsers in which nothing is left but the console's files, which the next test need not fetch and compile again.

    A file whose tests hold up files, or that installs clocks, overrides this with None: its browsers are new ones.
    """
    return []


@pytest.fixture(scope="package")
def credits_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo with the program of credits alone, and its story, on a sandbox."""
    settings = ("--programs", "credits", "--sandbox", "true")
    with Server(tmp_path_factory.mktemp("credits"), settings) as server:
        yield server


@pytest.fixture(scope="module")
def server(shared_server: Server) -> Server:
    """The server of a file; those that kill theirs, or set it up otherwise, make one of their own."""
    return shared_server


def open_context(browser: Browser, language: str | None = "en", **options: Any) -> BrowserContext:
    """A browser with nothing in it: no cookies, no storage, no other tabs. Its person chose this language, if any."""
    looks = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", **options}
    context = browser.new_context(**looks)
    if language:
        # Numbers and dates follow the locale all the same. Some frames have no storage.
        context.add_init_script(f"try {{ localStorage.setItem('groat:language', '{language}') }} catch {{}}")
    context.set_default_timeout(ACTION_MS_MAX)
    return context


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser, with the options of :func:`open_context`."""
    contexts: list[BrowserContext] = []

    def new_context(**options: Any) -> BrowserContext:
        contexts.append(open_context(browser, **options))
        return contexts[-1]

    yield new_context
    for context in contexts:
        context.close()


FORGET = """async () => {
  localStorage.clear();
  sessionStorage.clear();
  for (const {name} of await indexedDB.databases()) indexedDB.deleteDatabase(name);
}"""


def forget(context: BrowserContext, server: Server) -> None:
    """Leave nothing of a person in a browser."""
    page, *others = context.pages
    for other in others:
        other.close()
    context.set_offline(False)
    context.unroute_all()
    page.unroute_all()
    context.clear_cookies()
    # A page of the same origin without code, so that nobody writes anything once it is cleared.
    page.goto(f"{server.address}/coin.svg")
    page.evaluate(FORGET)
    page.close()


@pytest.fixture
def new_screen(
    server: Server,
    browser: Browser,
    new_context: Callable[..., BrowserContext],
    spares: list[BrowserContext] | None,
) -> Iterator[NewScreen]:
    """Sign somebody in, in a browser of their own, or (`context`) open another tab of that browser."""
    screens: list[Screen] = []
    taken: list[BrowserContext] = []

    def of_its_own(**options: Any) -> BrowserContext:
        if spares is None or options:
            return new_context(**options)
        taken.append(spares.pop() if spares else open_context(browser))
        return taken[-1]

    def new_screen(
        user: str | None = None, path: str = "/", *, context: BrowserContext | None = None, **options: Any
    ) -> Screen:
        if context is None:
            context = of_its_own(**options)
            if user is not None:
                sign_in(context, server, user)
        screen = Screen(context, server)
        screens.append(screen)
        return screen.open(path)

    yield new_screen
    problems = [problem for screen in screens for problem in screen.problems]
    for context in taken:
        try:
            forget(context, server)
        except Error:
            # Its server is gone, or it is itself.
            context.close()
        else:
            assert spares is not None
            spares.append(context)
    assert problems == []
