"""Everybody can use the pages of credits: axe, dark and light, phones, German, and the keyboard alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.hands import Hands
from tests.e2e.serving import Server
from tests.e2e.test_access import Visit, as_it_is, barriers, dialog, too_wide_in_german


@pytest.fixture(scope="module")
def server(credits_server: Server) -> Server:
    """The server whose program is credits."""
    return credits_server


@pytest.fixture(scope="module", autouse=True)
def made(server: Server) -> dict[str, Any]:
    """Something to show on each page."""
    campaign = {"name": "A view", "amount": "25", "asset": "CREDIT", "budget": "500", "uses_max": 20}
    codes = server.call("POST", "/v1/vouchers/campaigns", campaign)
    server.call("POST", f"/v1/vouchers/campaigns/{codes['id']}/codes", {"count": 3})
    server.call("POST", "/v1/vouchers/campaigns", {**campaign, "name": "To type", "code": "VIEWED"})
    server.call("POST", "/v1/vouchers/redeem", {"code": "VIEWED"}, user="42")
    for limit, window in (("300", "day"), ("900", "month")):
        budget = {"account": "user:42", "asset": "CREDIT", "limit": limit, "window": window}
        server.call("POST", "/v1/budgets", budget)
    posting = {"source": "house:bonus", "destination": "team:views", "amount": "80", "asset": "CREDIT"}
    server.call("POST", "/v1/transactions", {"postings": [posting]})
    server.call("PUT", "/v1/accounts/team:views/members/7", {"rights": ["spend", "manage"]})
    order = server.call("POST", "/v1/requests/credit_order", {"package": "starter"}, user="11")
    return {"campaign": codes["id"], "order": order["id"]}


def with_grants(page: Page) -> None:
    expect(page.get_by_test_id("grant").first).to_be_visible()
    expect(page.get_by_test_id("budgets-card")).to_be_visible()


def with_opened_grant(page: Page) -> None:
    page.get_by_test_id("grant").first.get_by_role("link").first.click()
    expect(page.get_by_test_id("remaining")).to_be_visible()


def with_new_budget(page: Page) -> None:
    page.get_by_role("button", name="Set a budget").click()
    dialog(page, "budget-dialog")
    page.get_by_test_id("budget-dialog").get_by_role("radio", name="Rolling").check(force=True)


def with_budget(page: Page) -> None:
    page.get_by_role("button", name="Change the budget A day").first.click()
    dialog(page, "budget-dialog")


def with_reports(page: Page) -> None:
    expect(page.get_by_test_id("liability")).to_be_visible()


def with_group(page: Page) -> None:
    page.get_by_role("button", name="Grant to a group").click()
    group = page.get_by_test_id("group-dialog")
    group.get_by_label("People", exact=True).fill("42, 7, 7, nobody-yet")
    group.get_by_label("Amount for each").fill("5")
    group.get_by_label("Reason").fill("To look at")
    group.get_by_role("button", name="Review").click()
    dialog(page, "group-preview")


def with_missing_group(page: Page) -> None:
    page.get_by_role("button", name="Grant to a group").click()
    page.get_by_test_id("group-dialog").get_by_role("button", name="Review").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def with_give(page: Page) -> None:
    page.get_by_role("button", name="Grant credits").click()
    dialog(page, "give-dialog")


def with_state(page: Page) -> None:
    page.get_by_role("button", name="Close account").click()
    dialog(page, "state-dialog")


def with_update(page: Page) -> None:
    page.get_by_test_id("update-row").first.get_by_role("button").first.click()
    dialog(page, "update-sheet")


def with_adjust(page: Page) -> None:
    page.get_by_test_id("adjust-42").click()
    dialog(page, "adjust-dialog")


def with_package(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Edit ")).first.click()
    dialog(page, "package-dialog")


def with_order(page: Page) -> None:
    page.get_by_test_id("order").first.get_by_role("link").first.click()
    expect(page.get_by_test_id("record")).to_be_visible()


def with_fulfil(page: Page) -> None:
    act = page.get_by_test_id("act-fulfil").first
    act.scroll_into_view_if_needed()
    expect(act).not_to_have_attribute("aria-disabled", "true")
    act.click()
    dialog(page, "input-dialog")


def with_buy(page: Page) -> None:
    buy = page.get_by_role("button", name=re.compile("^Buy ")).first
    expect(buy).to_be_visible()
    buy.click()
    expect(page.get_by_role("button", name="Order now")).to_be_visible()


def with_new_campaign(page: Page) -> None:
    page.get_by_role("button", name="New campaign").click()
    form = page.get_by_role("dialog")
    form.get_by_role("button", name="Begin").scroll_into_view_if_needed()
    expect(form).to_be_visible()


def with_campaign(page: Page) -> None:
    page.get_by_role("link", name="A view").first.click()
    expect(page.get_by_test_id("code").first).to_be_visible()


def with_withdrawal(page: Page) -> None:
    with_campaign(page)
    page.get_by_role("button", name="Withdraw code 1", exact=True).click()
    dialog(page, "withdraw-dialog")


def with_prints(page: Page) -> None:
    with_campaign(page)
    page.get_by_role("link", name="QR codes").click()
    expect(page.get_by_role("main").locator("svg").first).to_be_visible()


def with_code(page: Page) -> None:
    page.get_by_label("Code").fill("viewed")
    page.get_by_role("button", name="Check the code").click()
    expect(page.get_by_text("You have redeemed this as often")).to_be_visible()


def with_shared(page: Page) -> None:
    expect(page.get_by_test_id("shared-account").first).to_be_visible()


VIEWS: dict[str, Visit] = {
    "grants": ("42", "/grants", with_grants),
    "grant": ("42", "/grants", with_opened_grant),
    "budget-new": ("42", "/grants", with_new_budget),
    "budget": ("admin", "/users/42", with_budget),
    "give": ("admin", "/users/42", with_give),
    "accounts": ("admin", "/users/42", with_state),
    "shared": ("7", "/", with_shared),
    "users": ("admin", "/users", with_adjust),
    "updates": ("admin", "/credit-updates", as_it_is),
    "update": ("admin", "/credit-updates", with_update),
    "liability": ("admin", "/credits", with_reports),
    "group": ("admin", "/credits", with_group),
    "group-missing": ("admin", "/credits", with_missing_group),
    "top-up": ("42", "/top-up", as_it_is),
    "buy": ("11", "/buy-credits", with_buy),
    "my-order": ("11", "/orders", with_order),
    "orders": ("admin", "/orders", as_it_is),
    "orders-fulfil": ("admin", "/orders?state=pending", with_fulfil),
    "catalogue": ("admin", "/catalogue", with_package),
    "campaigns": ("admin", "/campaigns", with_new_campaign),
    "campaign": ("admin", "/campaigns", with_campaign),
    "campaign-code": ("admin", "/campaigns", with_withdrawal),
    "campaign-print": ("admin", "/campaigns", with_prints),
    "redeem": ("42", "/redeem", with_code),
}


def test_axe_finds_no_barrier_in_light_nor_dark_and_nothing_sticks_out_on_a_phone(
    new_screen: NewScreen,
) -> None:
    assert barriers(new_screen, VIEWS) == []


def test_in_german_nothing_sticks_out_on_a_phone_and_what_is_declared_is_german(
    new_screen: NewScreen, made: dict[str, Any]
) -> None:
    campaign = {"campaign": ("admin", f"/campaigns/{made['campaign']}", as_it_is)}
    order = {"order": ("11", f"/requests/credit_order/{made['order']}", as_it_is)}
    assert too_wide_in_german(new_screen, {**VIEWS, **campaign, **order}) == []
    page = new_screen("11", f"/requests/credit_order/{made['order']}", language="de", locale="de-DE").page
    expect(page.get_by_role("heading", level=1)).to_contain_text("Guthabenbestellung")
    expect(page.get_by_test_id("record")).to_contain_text("Wartet auf Zahlung")
    expect(page.get_by_test_id("act-cancel")).to_contain_text("Bestellung stornieren")


def test_keys_are_enough_to_grant_to_a_group(server: Server, new_screen: NewScreen) -> None:
    reason = "Thanks for a good year"
    screen = new_screen("admin", "/credits")
    page = screen.page
    hands = Hands(page)
    hands.button("Grant to a group")
    group = page.get_by_test_id("group-dialog")
    hands.button("Review", group)
    expect(group.get_by_label("People", exact=True)).to_have_attribute("aria-invalid", "true")
    hands.type("People", "7 11 7", group)
    hands.type("Amount for each", "15", group)
    hands.type("Reason", reason, group)
    hands.button("Review", group)
    expect(group).to_contain_text("2 people get 15 CREDIT each: 30 CREDIT in all.")
    expect(group).to_contain_text("One was named more than once")
    hands.button("Grant 30 CREDIT", group)
    expect(group).to_have_count(0)
    expect(screen.toast("30 CREDIT granted to 2 people")).to_be_visible()
    for user in ("7", "11"):
        given = [entry["delta"] for entry in server.entries(user) if entry["reason"] == reason]
        assert given == ["15"], user
