"""A device that loses its network stays inside the app, and what was sent then is neither lost nor done twice."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.screens import Screen, sign_in
from tests.e2e.serving import Server
from tests.e2e.test_seen import GAPS_MS, click_twice, seen

BACK_MS = 30_000
PAGES = "**/assets/*.js"
OTHERS = re.compile(r"/assets/(loans|cards|transfers|statements|bitcoin|palette)-")


@pytest.fixture(scope="module")
def spares() -> None:
    """Take new browsers: what they have fetched matters here."""


def without_other_pages(page: Page) -> None:
    """The first page can be had: the code of the others is lost on the way."""

    def answer(route: Route) -> None:
        if OTHERS.search(route.request.url):
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route(PAGES, answer)


def transfers(server: Server, reference: str) -> list[Any]:
    found = server.call("GET", "/v1/requests?kind=transfer&user=7&limit=100")["items"]
    return [one for one in found if one["data"]["reference"] == reference]


@pytest.mark.parametrize("name", ["Loans", "Cards", "Transfers", "Statements", "Bitcoin"])
def test_a_page_whose_code_is_missing_is_told_of_inside_the_app(new_screen: NewScreen, name: str) -> None:
    screen = new_screen("7", "/")
    screen.page.unroute_all()
    screen = Screen(screen.page.context, screen.server)
    without_other_pages(screen.page)
    screen.open("/")
    screen.has_state("live")
    screen.page.evaluate("window.here = true")
    screen.page.context.set_offline(True)
    screen.page.get_by_role("link", name=name, exact=True).first.click()
    missing = screen.page.get_by_test_id("missing-page")
    expect(missing).to_contain_text("You are offline")
    expect(screen.page.get_by_role("navigation").first).to_be_visible()
    missing.get_by_role("button", name="Try again").click()
    expect(missing).to_contain_text("You are offline")
    # It was never loaded anew, and comes by itself when the network is back.
    assert screen.page.evaluate("window.here")
    screen.page.unroute(PAGES)
    screen.page.context.set_offline(False)
    expect(screen.page.get_by_role("heading", level=1, name=name)).to_be_visible(timeout=BACK_MS)
    assert screen.page.evaluate("window.here")


def test_code_that_a_newer_version_took_away_asks_for_a_reload(new_screen: NewScreen) -> None:
    screen = new_screen("7", "/")
    page = Screen(screen.page.context, screen.server).page
    page.route(
        PAGES,
        lambda route: (
            route.fulfill(status=404, body="gone") if OTHERS.search(route.request.url) else route.continue_()
        ),
    )
    page.goto(screen.server.address)
    page.get_by_role("link", name="Cards", exact=True).first.click()
    missing = page.get_by_test_id("missing-page")
    expect(missing).to_contain_text("A newer version is available")
    page.unroute(PAGES)
    missing.get_by_role("button", name="Reload").click()
    expect(page.get_by_role("heading", level=1, name="Cards")).to_be_visible()


def test_the_search_that_is_missing_says_so(new_screen: NewScreen) -> None:
    screen = new_screen("7", "/")
    screen = Screen(screen.page.context, screen.server)
    without_other_pages(screen.page)
    screen.open("/")
    screen.has_state("live")
    screen.page.context.set_offline(True)
    screen.page.keyboard.press("Control+k")
    expect(screen.toast("The search is not on this device yet")).to_be_visible()
    screen.page.unroute(PAGES)
    screen.page.context.set_offline(False)
    screen.has_state("live", within_s=BACK_MS / 1000)
    screen.page.keyboard.press("Control+k")
    expect(screen.page.get_by_test_id("palette")).to_be_visible()


def review(page: Page, reference: str, amount: str) -> None:
    """Fill in a transfer, up to its review: the server names the recipient, so this needs the network."""
    page.get_by_role("radio", name="groat user").check(force=True)
    page.get_by_label("Id or e-mail address").fill("11")
    page.get_by_label("Amount").fill(amount)
    page.get_by_label("Reference (optional)").fill(reference)
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_test_id("review")).to_be_visible()


def reload_offline(page: Page) -> None:
    """Nothing can be had without a network, this page neither."""
    # Chromium ends the emulation for the page before while that still runs, and no real network comes back for it.
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('Failed to fetch')) }")
    with pytest.raises(BrowserError, match="ERR_INTERNET_DISCONNECTED"):
        page.reload()
    page.wait_for_function("location.protocol === 'chrome-error:'")


def test_sent_offline_and_loaded_anew_it_is_paid_once(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen("7", "/transfers/new")
    page = screen.page
    screen.has_state("live")
    review(page, "Sent offline", "2.35")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("button", name="Send", exact=True)).to_have_attribute("aria-busy", "true")
    reload_offline(page)
    page.context.set_offline(False)
    screen.open("/transfers")
    open_write = page.get_by_test_id("unconfirmed")
    expect(open_write).to_contain_text("Transfer: 2.35 USD")
    assert transfers(server, "Sent offline") == []
    open_write.get_by_role("button", name="Try again").click()
    expect(open_write).to_have_count(0)
    expect(screen.toast("Confirmed")).to_be_visible()
    screen.open("/transfers")
    expect(open_write).to_have_count(0)
    assert len(transfers(server, "Sent offline")) == 1


def test_an_answer_that_was_lost_is_asked_for_under_the_same_key(
    server: Server, new_screen: NewScreen
) -> None:
    screen = new_screen("7", "/transfers/new")
    page = screen.page
    screen.has_state("live")
    review(page, "Answer lost", "2.36")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/v1/requests/transfer*", lose)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("button", name="Send", exact=True)).to_have_attribute("aria-busy", "true")
    while not transfers(server, "Answer lost"):
        page.wait_for_timeout(50)
    page.reload()
    page.unroute_all(behavior="ignoreErrors")
    open_write = page.get_by_test_id("unconfirmed")
    expect(open_write).to_contain_text("Transfer: 2.36 USD")
    open_write.get_by_role("button", name="Try again").click()
    expect(open_write).to_have_count(0)
    assert len(transfers(server, "Answer lost")) == 1


def test_what_one_person_left_open_is_not_sent_by_the_next(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen("7", "/transfers/new")
    page = screen.page
    screen.has_state("live")
    review(page, "Left open", "2.37")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("button", name="Send", exact=True)).to_have_attribute("aria-busy", "true")
    reload_offline(page)
    page.context.set_offline(False)
    sign_in(page.context, server, "11")
    screen.open("/")
    screen.has_state("live")
    expect(page.get_by_test_id("unconfirmed")).to_have_count(0)
    # It is forgotten, for whoever comes after that, too.
    sign_in(page.context, server, "7")
    screen.open("/")
    screen.has_state("live")
    expect(page.get_by_test_id("unconfirmed")).to_have_count(0)
    assert transfers(server, "Left open") == []


@pytest.mark.parametrize("gap_ms", GAPS_MS)
def test_a_double_click_gives_up_one_of_two(server: Server, new_screen: NewScreen, gap_ms: int) -> None:
    screen = new_screen("7", "/transfers/new")
    page = screen.page
    for amount in ("2.38", "2.39"):
        screen.open("/transfers/new")
        screen.has_state("live")
        review(page, f"Left at {gap_ms}", amount)
        page.context.set_offline(True)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_role("button", name="Send", exact=True)).to_have_attribute("aria-busy", "true")
        reload_offline(page)
        page.context.set_offline(False)
    screen.open("/transfers")
    screen.has_state("live")
    rows = page.get_by_test_id("unconfirmed").get_by_role("listitem")
    expect(rows).to_have_count(2)
    click_twice(page, rows.first.get_by_role("button", name="Dismiss"), gap_ms)
    dismiss = rows.first.get_by_role("button", name="Dismiss")
    seen(dismiss)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("2.39 USD")
    dismiss.click()
    expect(rows).to_have_count(0)
    assert transfers(server, f"Left at {gap_ms}") == []
