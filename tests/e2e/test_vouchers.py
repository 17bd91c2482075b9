"""Vouchers in the console: a race for the last use, seen on every screen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.serving import Server


@pytest.fixture(scope="module")
def server(credits_server: Server) -> Server:
    """The server whose program is credits."""
    return credits_server


def begin(server: Server, code: str, **more: Any) -> Any:
    """Begin a campaign over the API."""
    body = {"name": f"Campaign {code}", "amount": "25", "asset": "CREDIT", "code": code, **more}
    return server.call("POST", "/v1/vouchers/campaigns", body)


def check(page: Page) -> None:
    """Ask what the code is worth, and see it."""
    act = page.get_by_role("button", name="Check the code")
    expect(act).not_to_have_attribute("aria-disabled", "true")
    act.click()
    expect(page.get_by_role("button", name="Redeem 25 CREDIT")).to_be_visible()


def redeem(page: Page) -> None:
    act = page.get_by_role("button", name="Redeem 25 CREDIT")
    # A button that just came into view takes no click yet.
    expect(act).not_to_have_attribute("aria-disabled", "true")
    act.click()


def test_a_race_for_the_last_use(server: Server, new_screen: NewScreen) -> None:
    made = begin(server, "LAST-ONE", uses_max=1)
    admin = new_screen("admin", f"/campaigns/{made['id']}").page
    expect(admin.get_by_test_id("uses")).to_have_text("0")
    # One types, the other comes by the link of a QR code.
    first, second = new_screen("7", "/redeem"), new_screen("11", "/redeem?code=LAST-ONE")
    other = new_screen("7", "/redeem").page
    first.page.get_by_label("Code").fill(" last 0ne".replace("0", "O"))
    before = {user: int(server.balance(user)) for user in ("7", "11")}
    for each in (first, second):
        check(each.page)
    redeem(first.page)
    expect(first.page.get_by_test_id("redeemed")).to_contain_text("are yours now")
    redeem(second.page)
    expect(second.page.get_by_role("alert")).to_contain_text("This code has been used up")
    assert {user: int(server.balance(user)) for user in ("7", "11")} == {**before, "7": before["7"] + 25}
    # The winner's other device and the admin's page follow without a reload.
    expect(other.get_by_test_id("redemptions").get_by_text("Campaign LAST-ONE")).to_be_visible()
    expect(admin.get_by_test_id("uses")).to_have_text("1")
    expect(admin.get_by_test_id("redemptions").get_by_role("link", name="7", exact=True)).to_be_visible()
    # Staff undo it: the use is free again, and the other one gets it.
    admin.get_by_role("button", name="Undo the redemption of 7").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Drawn again")
    act = dialog.get_by_role("button", name="Undo it")
    expect(act).not_to_have_attribute("aria-disabled", "true")
    act.click()
    expect(dialog).to_have_count(0)
    expect(other.get_by_text("Undone")).to_be_visible()
    expect(admin.get_by_test_id("uses")).to_have_text("0")


def test_a_code_is_withdrawn(server: Server, new_screen: NewScreen) -> None:
    campaign = {"name": "Flyers", "amount": "25", "asset": "CREDIT"}
    made = server.call("POST", "/v1/vouchers/campaigns", campaign)
    server.call("POST", f"/v1/vouchers/campaigns/{made['id']}/codes", {"count": 2})
    page = new_screen("admin", f"/campaigns/{made['id']}").page
    codes = page.get_by_test_id("code")
    expect(codes).to_have_count(2)
    page.get_by_role("button", name="Withdraw code 1", exact=True).click()
    dialog = page.get_by_test_id("withdraw-dialog")
    act = dialog.get_by_role("button", name="Withdraw code")
    act.scroll_into_view_if_needed()
    expect(act).not_to_have_attribute("aria-disabled", "true")
    act.click()
    expect(dialog).to_contain_text("Say why")
    dialog.get_by_label("Reason").fill("Lost in the post")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-testid=code][data-state=void]")).to_have_count(1)
    expect(page.locator("[data-testid=code][data-state=unused]")).to_have_count(1)
