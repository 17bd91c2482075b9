"""A kind that a package of somebody else declares has its pages without a line of the console's."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewScreen
from tests.e2e.hands import Hands
from tests.e2e.serving import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that knows expense claims (examples/expense_claims), and no bank."""
    with Server(tmp_path_factory.mktemp("server"), ("--programs", "expenses")) as server:
        yield server


def test_claimed_by_its_form_paid_from_the_inbox_and_seen_at_once(
    server: Server, new_screen: NewScreen
) -> None:
    admin = new_screen("admin", "/inbox")
    admin.has_state("live")
    expect(admin.page.get_by_text("Nothing waits for a decision")).to_be_visible()
    claimant = new_screen("42", "/")
    page = claimant.page
    main = page.get_by_role("navigation", name="Main")
    # The bank's pages are not offered where there is no bank.
    expect(main.get_by_role("link", name="Cards")).to_have_count(0)
    hands = Hands(page)
    hands.press(main.get_by_role("link", name="Requests"))
    expect(page.get_by_role("heading", name="Expense claims", level=1)).to_be_visible()
    hands.press(page.get_by_role("link", name="New expense claim"))
    hands.button("Review")
    # What is missing is said where it is missing, and the first of it has the focus.
    expect(page.get_by_label("Amount", exact=True)).to_be_focused()
    expect(page.get_by_label("Purpose")).to_have_attribute("aria-invalid", "true")
    hands.type("Amount", "142.50")
    hands.type("Purpose", "Train to the fair")
    hands.button("Review")
    hands.button("Claim")
    # A rule of the kind's own: its sentence is shown, and nothing is lost.
    review = page.get_by_test_id("review")
    expect(review.get_by_role("alert")).to_have_text("Claims above 100 need the number of a receipt.")
    hands.button("Change")
    hands.type("Receipt (optional)", "R-7")
    hands.button("Review")
    expect(review).to_contain_text("Train to the fair")
    hands.button("Claim")
    record = page.get_by_test_id("record")
    expect(record).to_have_attribute("data-state", "pending")
    expect(record).to_contain_text("lapses")
    expect(record.get_by_test_id("act-withdraw")).to_be_visible()

    row = admin.page.get_by_test_id("inbox-row")
    expect(row).to_contain_text("Train to the fair")
    expect(admin.page.get_by_test_id("inbox-count").first).to_contain_text("1")
    before = server.balance("42", "USD")
    Hands(admin.page).key("j", "a", "a")
    expect(record).to_have_attribute("data-state", "paid")
    expect(record.get_by_test_id("acts")).to_have_count(0)
    expect(claimant.toast("Expense paid")).to_contain_text("142.50 USD")
    assert Decimal(server.balance("42", "USD")) == Decimal(before) + Decimal("142.50")
    expect(admin.page.get_by_test_id("inbox-count")).to_have_count(0)
    expect(row).to_have_count(0, timeout=8_000)
