"""A write belongs to who began it: nothing of a session is sent, shown or kept in the next, however that came about.

Each test has two people, A (42) and B (7), and looks at the books in the end: B never pays for A.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from tests.e2e.apps import AppLogin, AppPage, build_app
from tests.e2e.conftest import FLAGS, NewScreen
from tests.e2e.screens import sign_in
from tests.e2e.serving import Server

A, B = "42", "7"
SPEND = re.compile("/v1/actions/spend$")
REFUSAL = '{"type": "urn:groat:busy", "title": "busy", "status": 503, "code": "busy", "detail": "busy"}'


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_app(tmp_path_factory.mktemp("app"))


class App:
    """A browser with the app in it."""

    def __init__(self, context: BrowserContext, server: Server, files: Path) -> None:
        self.context = context
        self.server = server
        self.login = AppLogin(context, server, files)
        self.tabs: list[AppPage] = []

    def open(self, query: str = "") -> AppPage:
        """Another tab."""
        tab = AppPage(self.context, self.server, query)
        self.tabs.append(tab)
        return tab


@pytest.fixture
def app(new_context: Callable[..., BrowserContext], server: Server, files: Path) -> Iterator[App]:
    app = App(new_context(), server, files)
    yield app
    for tab in app.tabs:
        assert tab.problems == []


class Busy:
    """Answers each spend with 503 while it is on; notes in whose name they are sent."""

    def __init__(self, context: BrowserContext) -> None:
        self.on = True
        self.tokens: list[str] = []
        context.route(SPEND, self._take)

    def _take(self, route: Route) -> None:
        self.tokens.append(route.request.headers["authorization"])
        if self.on:
            route.fulfill(status=503, content_type="application/problem+json", body=REFUSAL)
        else:
            route.continue_()

    def wait_for_a_try(self, page: Page) -> None:
        """Until it was sent once more."""
        before = len(self.tokens)
        while len(self.tokens) == before:
            page.wait_for_event("response", lambda response: SPEND.search(response.url) is not None)


# Sign-out and switch of user.


def test_a_spend_that_is_being_repeated_is_not_the_next_persons(app: App, server: Server) -> None:
    app.login.user = A
    page = app.open()
    had = server.balance(A), server.balance(B)
    page.is_of(A, had[0])
    page.is_live()
    busy = Busy(app.context)
    page.spend("repeated", "3")
    busy.wait_for_a_try(page.page)
    page.forget_shown()
    app.login.user = B
    page.page.evaluate("window.groat.switchUser()")
    assert page.outcome("repeated") == f"session_ended of {A}"
    busy.on = False
    page.is_of(B, had[1])
    page.is_live()
    # B's own spend goes out, and is the only one that does.
    before = len(busy.tokens)
    page.spend("own", "1")
    assert page.outcome("own") == "done"
    page.is_of(B, str(int(had[1]) - 1))
    assert len(busy.tokens) == before + 1
    assert (server.balance(A), server.balance(B)) == (had[0], str(int(had[1]) - 1))
    assert {line for line in page.shown() if line.startswith(f"{A}:")} == set()


def test_signing_out_gives_up_what_is_under_way_and_shows_nothing(app: App, server: Server) -> None:
    context = app.context
    sign_in(context, server, A)
    had = server.balance(A)
    page = app.open("?built-in")
    page.is_of(A, had)
    page.is_live()
    held: list[Route] = []
    context.route("**/v1/me", lambda route: held.append(route))
    busy = Busy(context)
    page.spend("given-up", "3")
    busy.wait_for_a_try(page.page)
    with page.page.expect_request("**/v1/me"):
        page.page.evaluate("void window.groat.refresh().catch(() => undefined)")
    page.page.evaluate("window.groat.logout()")
    assert page.outcome("given-up") == f"session_ended of {A}"
    busy.on = False
    # What was asked for before the sign-out is answered after it, as far as anybody still listens.
    for route in held:
        with suppress(Error):
            route.continue_()
    page.is_of(None, "none")
    page.forget_shown()
    before = len(busy.tokens)
    page.page.get_by_role("button", name="Spend").click()
    expect(page.text("spend")).to_have_text(re.compile("^idle, (signed_out|session_ended)$"))
    assert len(busy.tokens) == before
    assert server.balance(A) == had
    assert all(line.startswith("null: null") for line in page.shown())


def test_tokens_of_a_signed_out_session_open_nothing(app: App, server: Server) -> None:
    sign_in(app.context, server, A)
    page = app.open("?built-in")
    page.is_of(A)
    with page.page.expect_request("**/v1/me") as asked:
        page.page.evaluate("void window.groat.refresh().catch(() => undefined)")
    token = asked.value.headers["authorization"]
    page.page.evaluate("window.groat.logout()")
    page.is_of(None, "none")
    me = f"{server.address}/v1/me"
    with_token = "([me, token]) => fetch(me, {headers: {authorization: token}}).then(a => a.json())"
    answer = page.page.evaluate(with_token, [me, token])
    assert answer["code"] == "token_revoked"


# A silent change of the token's person.


def test_a_token_that_is_another_persons_never_pays(app: App, server: Server) -> None:
    app.login.user = A
    first, second = app.open(), app.open()
    had = server.balance(A), server.balance(B)
    for tab in (first, second):
        tab.is_of(A, had[0])
        tab.is_live()
        tab.forget_shown()
    # It begins as A's, and is repeated until the tab has learnt whose the next token is.
    busy = Busy(app.context)
    first.spend("as-whom", "3")
    busy.wait_for_a_try(first.page)
    app.login.user = B
    app.login.revoke(A)
    busy.on = False
    assert first.outcome("as-whom") == f"session_ended of {A}"
    for tab in (first, second):
        tab.is_of(B, had[1])
        tab.is_live()
    assert (server.balance(A), server.balance(B)) == had
    for tab in (first, second):
        # No number stood beside the wrong name: neither A's as B's, nor the other way round.
        mixed = {f"{A}: {had[1]}", f"{B}: {had[0]}"}
        assert mixed.isdisjoint(tab.shown())
        expect(tab.text("history")).not_to_contain_text(f"user:{A} ")


def test_what_hooks_keep_goes_with_the_person(app: App, server: Server) -> None:
    app.login.user = A
    page = app.open()
    page.is_of(A)
    page.is_live()
    server.call("POST", "/v1/notifications", {"to": f"user:{A}", "title": "For A alone"})
    server.credit(A, 1, "Only A knows")
    expect(page.text("news")).to_contain_text("For A alone")
    expect(page.text("toasts")).to_contain_text("For A alone")
    expect(page.text("history")).to_contain_text("Only A knows")
    busy = Busy(app.context)
    page.page.get_by_role("button", name="Spend").click()
    busy.wait_for_a_try(page.page)
    expect(page.text("spend")).to_have_text("pending, fine")
    app.login.user = B
    page.page.evaluate("window.groat.switchUser()")
    expect(page.text("user")).not_to_have_text(A)
    expect(page.text("spend")).to_have_text("idle, fine")
    page.is_of(B, server.balance(B))
    body = page.page.locator("body")
    for gone in ("For A alone", "Only A knows", f"user:{A} "):
        expect(body).not_to_contain_text(gone)
    expect(page.text("spend")).to_have_text("idle, fine")


# Other tabs.


def test_switch_user_in_one_tab_switches_all(app: App, server: Server) -> None:
    app.login.user = A
    tabs = [app.open() for _ in range(3)]
    for tab in tabs:
        tab.is_of(A, server.balance(A))
        tab.is_live()
    app.login.user = B
    tabs[1].page.evaluate("window.groat.switchUser()")
    for tab in tabs:
        tab.is_of(B, server.balance(B))
        tab.is_live()
    before = int(server.balance(B))
    server.credit(A, 1000)
    server.credit(B, 2)
    for tab in tabs:
        tab.is_of(B, str(before + 2))


def test_a_spend_in_one_tab_ends_when_another_tab_signs_in_somebody_else(app: App, server: Server) -> None:
    context = app.context
    sign_in(context, server, A)
    first, second = app.open("?built-in"), app.open("?built-in")
    had = server.balance(A), server.balance(B)
    for tab in (first, second):
        tab.is_of(A, had[0])
        tab.is_live()
    busy = Busy(context)
    first.spend("in-the-first", "3")
    busy.wait_for_a_try(first.page)
    login = "([user, password]) => window.groat.login({user, password})"
    second.page.evaluate(login, [B, server.password(B)])
    assert first.outcome("in-the-first") == f"session_ended of {A}"
    busy.on = False
    for tab in (first, second):
        tab.is_of(B, had[1])
        tab.is_live()
    assert (server.balance(A), server.balance(B)) == had


# The back/forward cache.

WITNESS = """
window.addEventListener('pageshow', (event) => {
  window.persisted = event.persisted;
  // What is on the page when it is painted next.
  requestAnimationFrame(() => { window.first = document.body.innerText; });
});
"""


class Cached:
    """A page that was left for another, and is kept by the browser."""

    def __init__(self, context: BrowserContext, server: Server, files: Path) -> None:
        self.context = context
        self.server = server
        self.login = AppLogin(context, server, files)
        context.add_init_script(WITNESS)

    def leave(self, page: Page) -> None:
        """Go somewhere else in the same tab."""
        page.goto("data:text/html,elsewhere")

    def back(self, page: Page) -> str:
        """Go back, and return what is painted first."""
        # A page out of the cache is not loaded, which Playwright's own way back would wait for.
        page.evaluate("setTimeout(() => history.back())")
        page.wait_for_function("window.first !== undefined && window.persisted")
        return str(page.evaluate("window.first"))


@pytest.fixture(scope="module")
def caching_browser(browser: Browser) -> Iterator[Browser]:
    """A Chromium that keeps pages for the way back, which Playwright's own turns off."""
    chromium = browser.browser_type.launch(
        executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
        args=list(FLAGS),
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield chromium
    chromium.close()


@pytest.fixture
def cached(caching_browser: Browser, server: Server, files: Path) -> Iterator[Cached]:
    context = caching_browser.new_context(locale="en-GB")
    yield Cached(context, server, files)
    context.close()


def test_back_to_a_page_whose_person_signed_out_elsewhere(cached: Cached, server: Server) -> None:
    sign_in(cached.context, server, A)
    page, other = (AppPage(cached.context, server, "?built-in") for _ in range(2))
    for tab in (page, other):
        tab.is_of(A, server.balance(A))
        tab.is_live()
    cached.leave(page.page)
    other.page.evaluate("window.groat.logout()")
    other.is_of(None, "none")
    first = cached.back(page.page)
    assert server.balance(A) not in first.split()
    page.is_of(None, "none")
    expect(page.text("status")).to_have_text("offline")


def test_back_to_a_page_when_another_is_signed_in(cached: Cached, server: Server) -> None:
    sign_in(cached.context, server, A)
    page, other = (AppPage(cached.context, server, "?built-in") for _ in range(2))
    for tab in (page, other):
        tab.is_of(A, server.balance(A))
        tab.is_live()
    cached.leave(page.page)
    login = "([user, password]) => window.groat.login({user, password})"
    other.page.evaluate(login, [B, server.password(B)])
    other.is_of(B, server.balance(B))
    first = cached.back(page.page)
    assert server.balance(A) not in first.split()
    page.is_of(B, server.balance(B))
    page.is_live()


@pytest.mark.parametrize("now", [None, B])
def test_back_to_a_page_asks_the_app_again(cached: Cached, server: Server, now: str | None) -> None:
    cached.login.user = A
    page = AppPage(cached.context, server)
    page.is_of(A, server.balance(A))
    page.is_live()
    cached.leave(page.page)
    # The app's own login is left without a word to groat.
    cached.login.user = now
    cached.back(page.page)
    page.is_of(now, "none" if now is None else server.balance(now))


def test_back_to_a_page_of_the_same_person_goes_on(cached: Cached, server: Server) -> None:
    sign_in(cached.context, server, A)
    page = AppPage(cached.context, server, "?built-in")
    page.is_of(A, server.balance(A))
    page.is_live()
    cached.leave(page.page)
    before = server.balance(A)
    server.credit(A, 6)
    assert before in cached.back(page.page).split()
    page.is_of(A, str(int(before) + 6))
    page.is_live()


# React's StrictMode.


def test_strict_mode_mounts_twice_and_is_in_one_session(app: App, server: Server) -> None:
    app.login.user = A
    page = app.open()
    page.is_live()
    sockets: list[str] = []
    page.page.on("websocket", lambda socket: sockets.append(socket.url))
    page.page.reload()
    had = server.balance(A)
    page.is_of(A, had)
    page.is_live()
    assert len(sockets) == 1
    page.page.get_by_role("button", name="Spend").dblclick()
    page.is_of(A, str(int(had) - 1))
    expect(page.text("spend")).to_have_text("idle, fine")
    # A double mount in the middle of a switch, with a spend of the former person's under way.
    busy = Busy(app.context)
    page.page.get_by_role("button", name="Spend").click()
    busy.wait_for_a_try(page.page)
    app.login.user = B
    page.page.evaluate("window.groat.switchUser(); window.groat.stop(); window.groat.start()")
    bs = server.balance(B)
    page.is_of(B, bs)
    page.is_live()
    expect(page.text("spend")).to_have_text("idle, fine")
    busy.on = False
    page.page.get_by_role("button", name="Spend").dblclick()
    page.is_of(B, str(int(bs) - 1))
    expect(page.text("spend")).to_have_text("idle, fine")
    assert (server.balance(A), server.balance(B)) == (str(int(had) - 1), str(int(bs) - 1))


# The console.


def test_what_was_typed_and_told_is_gone_for_the_next_person(new_screen: NewScreen, server: Server) -> None:
    screen = new_screen(A)
    screen.has_state("live")
    server.credit(A, 5, "Told to A alone")
    expect(screen.page.get_by_test_id("entry").filter(has_text="Told to A alone")).to_have_count(1)
    form = screen.page.get_by_test_id("actions")
    form.get_by_label("Amount").fill("4")
    second = new_screen(context=screen.page.context)
    second.has_state("live")
    login = {"user": B, "password": server.password(B)}
    # Somebody else signs in, in the other tab, while this one is as it is.
    second.page.get_by_test_id("user-menu").click()
    second.page.get_by_role("menuitem", name="Sign out").click()
    expect(screen.page.locator("[data-sonner-toast]")).to_have_count(0)
    second.page.get_by_label("Name or e-mail").fill(login["user"])
    second.page.get_by_label("Password", exact=True).fill(login["password"])
    second.page.get_by_role("button", name="Sign in", exact=True).click()
    for tab in (screen, second):
        tab.shows(server.balance(B))
    expect(screen.page.get_by_test_id("actions").get_by_label("Amount")).to_have_value("")
    expect(screen.page.get_by_text("Told to A alone")).to_have_count(0)
