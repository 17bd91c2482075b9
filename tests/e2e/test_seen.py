"""No press decides what nobody has seen for a second: double clicks, double keys, and what changes by itself."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.screens import Screen
from tests.e2e.serving import Server

GAPS_MS = (150, 300, 600)
FREE = "(element) => element.getAttribute('aria-disabled') !== 'true'"


def transfer(server: Server, reference: str, amount: str = "1.00") -> str:
    data = {"user": "11", "amount": amount, "asset": "USD", "reference": reference}
    return str(server.call("POST", "/v1/requests/transfer", data, user="7")["id"])


def state(server: Server, id: str) -> str:
    return str(server.call("GET", f"/v1/requests/transfer/{id}")["state"])


def seen(button: Locator) -> None:
    """Wait until it takes a press."""
    expect(button).to_be_visible()
    handle = button.element_handle()
    assert handle is not None
    button.page.wait_for_function(FREE, arg=handle)


def click_twice(page: Page, button: Locator, gap_ms: int) -> None:
    """Two clicks at one place, the second after a while, wherever the button has gone by then."""
    seen(button)
    box = button.bounding_box()
    assert box is not None
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*at)
    page.mouse.click(*at)
    page.wait_for_timeout(gap_ms)
    page.mouse.click(*at)


@pytest.fixture
def ada(new_screen: NewScreen) -> Screen:
    screen = new_screen("admin", "/inbox?kind=transfer")
    screen.has_state("live")
    return screen


def open_first(ada: Screen, server: Server, gap: str) -> tuple[str, str]:
    """Two transfers wait; the newer one is looked at. Both ids, the open one first."""
    older = transfer(server, f"older {gap}")
    newer = transfer(server, f"newer {gap}")
    ada.open(f"/inbox?kind=transfer&id={newer}")
    expect(ada.page.locator(f"[data-testid=inbox-row][data-row='{older}']")).to_be_visible()
    expect(ada.page.get_by_test_id("record")).to_contain_text(f"newer {gap}")
    return newer, older


@pytest.mark.parametrize("gap_ms", GAPS_MS)
def test_a_double_click_on_approve_approves_one_request(server: Server, ada: Screen, gap_ms: int) -> None:
    first, second = open_first(ada, server, f"click {gap_ms}")
    click_twice(ada.page, ada.page.get_by_test_id("act-approve"), gap_ms)
    # The pane shows the next one, and it is still undecided when a press would count again.
    expect(ada.page.get_by_test_id("record")).to_contain_text(f"older click {gap_ms}")
    seen(ada.page.get_by_test_id("act-approve"))
    assert (state(server, first), state(server, second)) == ("completed", "pending")
    # Who has seen it decides it.
    ada.page.get_by_test_id("act-approve").click()
    expect(ada.toast("Completed").or_(ada.toast("Approved")).first).to_be_visible()


@pytest.mark.parametrize("gap_ms", GAPS_MS)
def test_double_keys_decide_one_request(server: Server, ada: Screen, gap_ms: int) -> None:
    # On a busy machine these keys come late, and then they count. So the page's clock stands still between them.
    clock = ada.page.clock
    clock.install()
    first, second = open_first(ada, server, f"key {gap_ms}")
    approve = ada.page.get_by_test_id("act-approve")
    approve.focus()
    seen(approve)
    # A second ahead: the page may be past a nearer time before it hears of it.
    clock.pause_at(ada.page.evaluate("Date.now()") + 1_000)
    ada.page.keyboard.press("Enter")
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_test_id("record")).to_contain_text(f"older key {gap_ms}")
    for key in ("Enter", "a", "a"):
        clock.run_for(gap_ms // 3)
        ada.page.keyboard.press(key)
    expect(ada.page.get_by_test_id("record")).to_contain_text(f"older key {gap_ms}")
    clock.resume()
    seen(approve)
    assert (state(server, first), state(server, second)) == ("completed", "pending")


def test_what_changes_by_itself_must_be_seen_anew(server: Server, new_screen: NewScreen) -> None:
    """A card that somebody else freezes under the pointer: the press that was aimed at freezing does not thaw it."""
    data = {"holder": "Kofi Mensah", "asset": "USD", "limit": "10.00"}
    card = server.call("POST", "/v1/requests/card", data, user="7")["id"]
    server.call("POST", f"/v1/requests/card/{card}/approve", {})
    screen = new_screen("7", "/cards")
    screen.has_state("live")
    panel = screen.page.locator(f"[data-testid=card-panel][data-row='{card}']")
    switch = panel.get_by_role("switch")
    expect(switch).to_be_visible(timeout=15_000)
    seen(switch)
    box = switch.bounding_box()
    assert box is not None
    screen.page.mouse.move(box["x"] + 10, box["y"] + 10)
    server.call("POST", f"/v1/requests/card/{card}/freeze", {}, user="7")
    expect(switch).to_be_checked()
    screen.page.mouse.click(box["x"] + 10, box["y"] + 10)
    seen(switch)
    expect(switch).to_be_checked()
    assert server.call("GET", f"/v1/requests/card/{card}")["state"] == "frozen"
    switch.click()
    expect(switch).not_to_be_checked()


@pytest.mark.parametrize("gap_ms", GAPS_MS)
def test_enter_twice_stops_at_the_review(server: Server, new_screen: NewScreen, gap_ms: int) -> None:
    screen = new_screen("7", "/transfers/new")
    page = screen.page
    page.get_by_text("groat user", exact=True).click()
    page.get_by_label("Id or e-mail address").fill("11")
    page.get_by_label("Amount").fill("1.25")
    before = len(sent(server))
    page.get_by_label("Amount").press("Enter")
    page.wait_for_timeout(gap_ms)
    page.keyboard.press("Enter")
    send = page.get_by_test_id("review").get_by_role("button", name="Send")
    seen(send)
    assert len(sent(server)) == before
    send.press("Enter")
    expect(page.get_by_test_id("record")).to_be_visible()
    assert len(sent(server)) == before + 1


@pytest.mark.parametrize("gap_ms", GAPS_MS)
def test_a_click_that_opens_a_dialog_does_not_answer_it(server: Server, ada: Screen, gap_ms: int) -> None:
    """A double click anywhere on a row's menu, or Enter held down in a form: nothing is written that was not read."""
    id = transfer(server, f"reject {gap_ms}")
    ada.open(f"/requests/transfer/{id}")
    reject = ada.page.get_by_test_id("act-reject")
    seen(reject)
    reject.focus()
    ada.page.keyboard.press("Enter")
    dialog = ada.page.get_by_test_id("input-dialog")
    dialog.get_by_label("Reason").fill("No")
    ada.page.wait_for_timeout(gap_ms // 3)
    ada.page.keyboard.press("Enter")
    act = dialog.get_by_role("button", name="Reject")
    seen(act)
    assert state(server, id) == "pending"
    act.click()
    expect(ada.page.get_by_test_id("record")).to_have_attribute("data-state", "rejected")


def sent(server: Server) -> list[Any]:
    found: list[Any] = server.call("GET", "/v1/requests?kind=transfer&user=7&limit=100")["items"]
    return found
