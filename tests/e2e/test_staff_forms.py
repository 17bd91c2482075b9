"""Staff file for others: they find the person, then have the same form as its owner."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import NewScreen
from tests.e2e.hands import Hands
from tests.e2e.serving import Server


def test_a_person_is_found_with_the_keyboard_and_a_loan_filed_for_them(
    server: Server, new_screen: NewScreen
) -> None:
    ada = new_screen("admin", "/requests/loan/new")
    page = ada.page
    hands = Hands(page)
    search = page.get_by_role("combobox", name="For")
    hands.type("For", "example.com")
    expect(page.get_by_role("option").nth(2)).to_be_visible()
    # A part of the name is enough; the e-mail address and the id would do as well.
    for typed in ("mei@", "Tanaka"):
        hands.type("For", typed)
        expect(page.get_by_role("option")).to_have_count(1)
        expect(page.get_by_role("option")).to_contain_text("Mei Tanaka")
    expect(search).to_have_attribute("aria-expanded", "true")
    hands.key("Enter")
    expect(page.get_by_test_id("person")).to_contain_text("Mei Tanaka")
    expect(page.get_by_role("button", name="Change person")).to_be_focused()
    # The bank's own form, not the raw schema.
    expect(page.get_by_role("heading", name="What it would cost")).to_be_visible()
    hands.type("Amount", "350")
    hands.type("Months", "7")
    hands.button("Review")
    review = page.get_by_test_id("review")
    expect(review).to_contain_text("Application for")
    hands.button("Apply")
    record = page.get_by_test_id("record")
    expect(record).to_have_attribute("data-state", "pending")
    id = page.url.rpartition("/")[2]
    loan = server.call("GET", f"/v1/requests/loan/{id}")
    assert (loan["user"], loan["filed_by"]) == ("11", "user:admin")


def test_on_a_phone_a_transfer_is_sent_for_somebody_with_their_own_recipients(
    server: Server, new_screen: NewScreen
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    ada = new_screen("admin", "/requests/transfer/new", **phone)
    page = ada.page
    page.get_by_role("option", name="Ursula Lang").tap()
    # Hers, and her money: not the reader's.
    page.get_by_role("radio", name="Kofi").check(force=True)
    usd = next(one for one in server.call("GET", "/v1/users/42")["balances"] if one["asset"] == "USD")[
        "available"
    ]
    expect(page.get_by_text(f"{float(usd):,.2f} USD available")).to_be_visible()
    page.get_by_label("Amount", exact=True).fill("1.23")
    page.get_by_role("button", name="Review").tap()
    review = page.get_by_test_id("review")
    expect(review).to_contain_text("To be sent")
    page.get_by_role("button", name="Send", exact=True).tap()
    expect(page.get_by_test_id("record")).to_have_attribute("data-state", "pending")
    id = page.url.rpartition("/")[2]
    assert server.call("GET", f"/v1/requests/transfer/{id}")["user"] == "42"
