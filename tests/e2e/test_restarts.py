"""The server dies and comes back, or the network: the last value stays, marked, and then is right again."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from groat.sync import SyncGroat
from tests.e2e.conftest import NewScreen
from tests.e2e.serving import Server

STALE_S = 20
BACK_S = 40
HAS_LOANS = (
    "performance.getEntriesByType('resource').some((read) => /loans-/.test(read.name) && read.responseEnd)"
)
AS_OF = re.compile(r"as of \d\d:\d\d:\d\d")


@pytest.fixture(scope="module")
def spares() -> None:
    """Take new browsers: what they have fetched matters here."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(autouse=True)
def started(server: Server) -> None:
    """A test that failed may have left it dead."""
    server.start()


def give_beside(server: Server, user: str, amounts: list[int]) -> None:
    """Give somebody something while no server runs."""
    with SyncGroat.open(server.database) as groat:
        for number, amount in enumerate(amounts):
            groat.post(
                [("house:bonus", f"user:{user}", str(amount), "CREDIT")],
                key=f"beside/{user}/{number}",
                reason="While you slept",
            )


def test_killed_and_restarted(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen("42")
    screen.has_state("live")
    follower = new_screen(context=screen.page.context)
    follower.has_state("live")
    before = int(server.balance("42"))
    server.credit("42", 50, "Before")
    screen.shows(before + 50)
    rolls = screen.witness()["rolls"]

    server.kill()
    for tab in (screen, follower):
        tab.has_state(re.compile("stale|offline"), within_s=STALE_S)
        tab.shows(before + 50)
        expect(tab.page.get_by_text(AS_OF).first).to_be_visible()
        expect(tab.page.get_by_text("The server does not answer.")).to_be_visible()

    # Trying again by hand says why it cannot, and changes nothing.
    screen.status.click()
    screen.page.get_by_role("menuitem", name="Refresh now").click()
    expect(screen.toast("The server cannot be reached")).to_be_visible()
    screen.has_state("stale")

    give_beside(server, "42", [100, 20])
    server.start()
    for tab in (screen, follower):
        tab.has_state("live", within_s=BACK_S)
        tab.shows(before + 170)
        expect(tab.toast("+120 CREDIT while you were away")).to_be_visible()
        expect(tab.page.get_by_text(AS_OF)).to_have_count(0)
        expect(tab.page.get_by_test_id("entry").filter(has_text="While you slept")).to_have_count(2)
    # It jumped: nobody saw the digits go from one to the other.
    assert screen.witness()["rolls"] == rolls
    assert screen.witness()["values"] == [str(before), str(before + 50), str(before + 170)]

    server.credit("42", 1)
    screen.shows(before + 171)
    assert screen.witness()["rolls"] == rolls + 1


def test_a_device_without_network(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen("11")
    screen.has_state("live")
    before = int(server.balance("11"))
    context = screen.page.context
    context.set_offline(True)
    screen.has_state("offline")
    expect(screen.page.get_by_text("You are offline.")).to_be_visible()
    expect(screen.page.get_by_text(AS_OF).first).to_be_visible()
    screen.shows(before)
    server.credit("11", 30)
    context.set_offline(False)
    screen.has_state("live", within_s=BACK_S)
    screen.shows(before + 30)


def test_a_page_that_is_opened_offline_says_so_and_comes_by_itself(new_screen: NewScreen) -> None:
    screen = new_screen("42")
    screen.has_state("live")
    page = screen.page
    # The code of the other pages comes a moment after the first one.
    while not page.evaluate(HAS_LOANS):
        page.wait_for_timeout(100)
    page.context.set_offline(True)
    screen.has_state("offline", within_s=STALE_S)
    page.get_by_role("link", name="Loans", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Loans")).to_be_visible()
    told = page.get_by_role("main").get_by_role("alert")
    expect(told).to_contain_text("This could not be loaded", timeout=STALE_S * 1000)
    expect(told.get_by_role("button", name="Try again")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_test_id("loan-panel").first).to_be_visible(timeout=BACK_S * 1000)
