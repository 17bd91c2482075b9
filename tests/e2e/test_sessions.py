"""Signing in and out, other people, tokens that end, rights that change: each acts on open pages by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Error, Route, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.screens import Screen, sign_in
from tests.e2e.serving import Server

TOKEN_S = 30
"""A live connection asks for its next token after two thirds of the life of the one it has."""
WITHIN_MS = 5_000
"""Expiry, revocation and a change of role take effect within this time."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server"), ("--token-ttl-s", str(TOKEN_S))) as server:
        yield server


def is_signed_out(screen: Screen, within_ms: int = WITHIN_MS) -> None:
    expect(screen.page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=within_ms)
    expect(screen.number).to_have_count(0)


def test_signing_in_and_out_by_hand(new_screen: NewScreen, server: Server) -> None:
    screen = new_screen(path="/")
    is_signed_out(screen)
    page = screen.page
    page.get_by_label("Name or e-mail").fill("42")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Incorrect username or password.")
    page.get_by_label("Password", exact=True).fill(server.password("42"))
    page.get_by_role("button", name="Sign in", exact=True).click()
    screen.shows(server.balance("42"))
    screen.has_state("live")
    page.get_by_test_id("user-menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    is_signed_out(screen)
    # The login stands in the old page's place before the address follows.
    page.wait_for_url("**/login")
    page.go_back()
    is_signed_out(screen)
    assert screen.open_sockets == 0


def test_signing_out_in_one_tab_signs_out_the_others(new_screen: NewScreen) -> None:
    first = new_screen("42")
    first.has_state("live")
    others = [new_screen(context=first.page.context) for _ in range(2)]
    for other in others:
        other.has_state("live")
    others[0].page.get_by_test_id("user-menu").click()
    others[0].page.get_by_role("menuitem", name="Sign out").click()
    for screen in (first, *others):
        is_signed_out(screen)
        assert screen.open_sockets == 0
    # And the session is over, not just hidden.
    is_signed_out(new_screen(context=first.page.context))


def test_another_person_sees_nothing_of_the_former(new_screen: NewScreen, server: Server) -> None:
    screen = new_screen("42")
    screen.shows(server.balance("42"))
    second = new_screen(context=screen.page.context)
    second.shows(server.balance("42"))
    page = screen.page
    page.get_by_test_id("user-menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    # The answers of the next person's first calls are held back: what then stands on the page is what was left on it.
    held: list[Route] = []
    context = page.context
    context.route("**/v1/me", lambda route: held.append(route))
    page.get_by_test_id("demo-7").click()
    expect(page.get_by_text("Opening …")).to_be_visible()
    for tab in (screen, second):
        assert "Ursula" not in tab.page.locator("body").inner_text()
        expect(tab.number).to_have_count(0)
    context.unroute("**/v1/me")
    for route in held:
        # Those of a page that gave up waiting are gone.
        with suppress(Error):
            route.continue_()
    for tab in (screen, second):
        tab.shows(server.balance("7"))
        expect(tab.page.get_by_test_id("user-menu")).to_contain_text("Kofi Mensah")
    before = int(server.balance("7"))
    server.credit("42", 1000)
    server.credit("7", 3)
    for tab in (screen, second):
        tab.shows(before + 3)
        assert str(before) in tab.witness()["values"]
        assert not [toast for toast in tab.witness()["toasts"] if "1,000" in toast]


def test_a_token_is_refreshed_while_live(new_screen: NewScreen, server: Server) -> None:
    screen = new_screen("11")
    screen.has_state("live")
    for _ in range(2):
        with screen.page.expect_response("**/v1/auth/token", timeout=TOKEN_S * 1000) as renewed:
            pass
        assert renewed.value.ok
    before = int(server.balance("11"))
    server.credit("11", 4)
    screen.shows(before + 4)
    assert len(screen.sockets) == 1, "it went on over the same connection"
    screen.has_state("live")


def test_a_session_that_ended_elsewhere_ends_with_its_token(
    new_screen: NewScreen, new_context: Callable[..., BrowserContext]
) -> None:
    screen = new_screen("member-2")
    screen.has_state("live")
    # Without the cookie no further token is to be had.
    screen.page.context.clear_cookies()
    is_signed_out(screen, within_ms=(TOKEN_S + 5) * 1000)


def test_revoked_by_an_admin(new_screen: NewScreen, server: Server) -> None:
    screen = new_screen("42")
    screen.has_state("live")
    second = new_screen(context=screen.page.context)
    second.has_state("live")
    admin = new_screen("admin", "/users/42")
    page = admin.page
    page.get_by_role("button", name="More for Ursula Lang").click()
    page.get_by_role("menuitem", name="Sign out everywhere").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    expect(admin.toast("Ursula Lang is signed out everywhere")).to_be_visible()
    is_signed_out(screen)
    is_signed_out(second)
    # They can sign in again.
    screen.page.get_by_test_id("demo-42").click()
    screen.shows(server.balance("42"))
    second.shows(server.balance("42"))


def test_a_role_given_and_taken(new_screen: NewScreen, server: Server) -> None:
    screen = new_screen("7")
    screen.has_state("live")
    users = screen.page.get_by_role("link", name="Users")
    expect(users).to_have_count(0)
    server.call("PATCH", "/v1/users/7", {"roles": ["support"]})
    expect(users).to_be_visible(timeout=WITHIN_MS)
    users.click()
    expect(screen.row("42")).to_be_visible()
    server.call("PATCH", "/v1/users/7", {"roles": []})
    expect(screen.page.get_by_text("This page is for staff")).to_be_visible(timeout=WITHIN_MS)
    expect(users).to_have_count(0)


def test_a_sign_out_without_network_is_made_up_for(new_screen: NewScreen, server: Server) -> None:
    screen = new_screen("11")
    screen.has_state("live")
    page = screen.page
    page.context.set_offline(True)
    page.get_by_test_id("user-menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    # The code of the sign-in page may not be on this device yet.
    signed_out = page.get_by_role("heading", name="Sign in").or_(page.get_by_test_id("missing-page"))
    expect(signed_out).to_be_visible()
    expect(screen.toast("You are signed out on this device")).to_be_visible()
    page.context.set_offline(False)
    # The cookie is still there, and opens nothing: neither here nor in another tab.
    for tab in (screen, new_screen(context=page.context)):
        tab.open("/")
        expect(tab.page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page.context, server, "11")
    screen.open("/")
    screen.has_state("live")
