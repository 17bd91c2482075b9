"""The bank's stories: a customer, and two admins who decide, each in a browser of their own and by keyboard alone.

Whoever looks on sees the same at once; nothing is reloaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.conftest import ACTION_MS_MAX, NewScreen
from tests.e2e.hands import Hands
from tests.e2e.screens import Screen, sign_in
from tests.e2e.serving import Server

MADE_S_MAX = 15
"""Cards, addresses and withdrawals are worked on once a second."""
CHAIN_S_MAX = 75
"""Coins arrive 15 s after an address is made, and a block comes every 10 s: three of them count."""


PAGE = 25
"""How many rows of a list come at once."""
SHOWN_STATE = "[data-testid=state]:visible"
"""The state stands in its column, or on a phone under what it is the state of."""


@pytest.fixture(scope="module", autouse=True)
def coins(server: Server) -> dict[str, Any]:
    """What happens outside takes its time: it begins with the first story, and the last one looks at it."""
    server.credit("7", "0.01000000", "Opening", asset="BTC")
    address = server.call("POST", "/v1/requests/bitcoin_address", {"note": "Savings"}, user="7")
    return {"address": address["id"], "before": server.balance("7", "BTC")}


def filed(server: Server, kind: str, data: dict[str, Any], user: str) -> str:
    """File a request behind the browsers' backs; its id."""
    return str(server.call("POST", f"/v1/requests/{kind}", data, user=user)["id"])


def transfer(server: Server, payer: str, to: str, amount: str, reference: str) -> str:
    data = {"user": to, "amount": amount, "asset": "USD", "reference": reference}
    return filed(server, "transfer", data, payer)


def held(server: Server, user: str) -> Decimal:
    account = server.call("GET", f"/v1/accounts/user:{user}")
    return next(Decimal(row["held"]) for row in account["balances"] if row["asset"] == "USD")


def usd(server: Server, user: str) -> Decimal:
    return Decimal(server.balance(user, "USD"))


def waiting(screen: Screen, id: str) -> Locator:
    """The row of a request in the inbox."""
    return screen.page.locator(f"[data-testid=inbox-row][data-row='{id}']")


def record(screen: Screen) -> Locator:
    return screen.page.get_by_test_id("record")


def has_state(screen: Screen, state: str, *, within_s: float = 10) -> None:
    expect(record(screen)).to_have_attribute("data-state", state, timeout=within_s * 1000)


def open_row(screen: Screen, id: str) -> Hands:
    """Go to a request of the inbox with J, and into it with Enter."""
    hands = Hands(screen.page)
    row = waiting(screen, id)
    # While somebody is at work in the list, what is new waits behind a button, or N.
    expect(row.or_(screen.page.get_by_test_id("new-rows"))).to_be_visible()
    if not row.is_visible():
        hands.key("n")
    expect(row).to_be_visible()
    link = row.get_by_role("link")
    for step in ("k", "j"):
        for _ in range(screen.page.get_by_test_id("inbox-row").count()):
            if link.get_attribute("aria-current") != "true":
                hands.key(step)
    expect(link).to_have_attribute("aria-current", "true")
    hands.key("Enter")
    expect(screen.page.get_by_test_id("inbox-pane")).to_be_focused()
    expect(record(screen)).to_be_visible()
    return hands


@pytest.fixture(scope="module")
def desks(server: Server, browser: Browser) -> Iterator[tuple[Screen, Screen]]:
    """Two admins, each in a browser that stays open over all stories."""
    contexts, screens = [], []
    for user in ("admin", "admin2"):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
        context.set_default_timeout(ACTION_MS_MAX)
        sign_in(context, server, user)
        contexts.append(context)
        screens.append(Screen(context, server))
    yield screens[0], screens[1]
    for context in contexts:
        context.close()
    assert [screen.problems for screen in screens] == [[], []]


@pytest.fixture
def admins(desks: tuple[Screen, Screen]) -> tuple[Screen, Screen]:
    """Ada and Bela at the inbox."""
    for screen in desks:
        screen.open("/inbox")
    for screen in desks:
        screen.has_state("live")
    return desks


def test_a_transfer_is_approved_by_one_while_the_other_looks_on(
    server: Server, new_screen: NewScreen, admins: tuple[Screen, Screen]
) -> None:
    ada, bela = admins
    payer, receiver = new_screen("7", "/transfers/new"), new_screen("11", "/transfers")
    receiver.has_state("live")
    before, received, kept = usd(server, "7"), usd(server, "11"), held(server, "7")

    hands = Hands(payer.page)
    hands.pick("Recipient", "groat user")
    hands.type("Id or e-mail address", "nobody@nowhere.example")
    hands.type("Amount", "12.50")
    hands.type("Reference (optional)", "Lunch")
    hands.button("Review")
    # An unknown recipient is told of before anything is looked at once more, and mended at the field.
    field = payer.page.get_by_label("Id or e-mail address")
    expect(field).to_have_attribute("aria-invalid", "true")
    hands.type("Id or e-mail address", "mei@example.com")
    hands.button("Review")
    review = payer.page.get_by_test_id("review")
    expect(review).to_contain_text("12.50")
    expect(review).to_contain_text("Mei Tanaka (11)")
    expect(review.get_by_role("button", name="Send")).to_be_focused()
    hands.key("Enter")
    has_state(payer, "pending")
    id = payer.page.url.rpartition("/")[2]
    assert (usd(server, "7"), held(server, "7")) == (before, kept + Decimal("12.50"))

    open_row(bela, id)
    hands = open_row(ada, id)
    # Who is looking is asked for every five seconds; whoever comes later knows at once.
    expect(record(ada).get_by_test_id("viewers")).to_contain_text("Bela Admin is looking at this now")
    expect(waiting(ada, id).get_by_test_id("viewers")).to_contain_text("Bela Admin", timeout=8_000)
    expect(record(bela).get_by_test_id("viewers")).to_contain_text("Ada Admin", timeout=8_000)
    # The first A shows what would be approved, the second does it.
    hands.key("a")
    expect(ada.page.get_by_role("status").filter(has_text="approve 12.50 USD")).to_be_visible()
    has_state(bela, "pending")
    hands.key("a")

    has_state(payer, "completed")
    expect(receiver.toast("Money received")).to_contain_text("Lunch")
    has_state(bela, "completed")
    expect(record(bela)).to_contain_text("Decided by Ada Admin")
    expect(waiting(bela, id)).to_have_attribute("data-left", "true")
    expect(waiting(ada, id)).to_have_count(0, timeout=8_000)
    assert (usd(server, "7"), held(server, "7")) == (before - Decimal("12.50"), kept)
    assert usd(server, "11") == received + Decimal("12.50")


def test_a_rejected_transfer_returns_the_hold_and_its_filer_reads_why(
    server: Server, new_screen: NewScreen, admins: tuple[Screen, Screen]
) -> None:
    ada, bela = admins
    before, kept = usd(server, "11"), held(server, "11")
    id = transfer(server, "11", "7", "30.00", "The other half")
    payer = new_screen("11", f"/requests/transfer/{id}")
    has_state(payer, "pending")
    assert held(server, "11") == kept + 30

    hands = open_row(ada, id)
    hands.key("r")
    dialog = ada.page.get_by_test_id("input-dialog")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    hands.key("Control+Enter")
    hands.button("Reject", dialog)
    expect(dialog.get_by_role("alert")).to_contain_text("Fill this in")
    hands.type("Reason", "Please call us first", dialog)
    hands.button("Reject", dialog)

    has_state(payer, "rejected")
    expect(record(payer)).to_contain_text("Please call us first")
    expect(payer.toast("Transfer rejected")).to_contain_text("Please call us first")
    expect(waiting(bela, id)).to_have_attribute("data-left", "true")
    expect(waiting(bela, id)).to_contain_text("Ada Admin")
    assert (usd(server, "11"), held(server, "11")) == (before, kept)


def test_above_the_threshold_two_approve_and_nobody_their_own(
    server: Server, new_screen: NewScreen, admins: tuple[Screen, Screen]
) -> None:
    ada, bela = admins
    server.credit("42", "20000.00", "Inheritance", asset="USD")
    id = transfer(server, "42", "11", "10000.00", "The car")
    payer = new_screen("42", f"/requests/transfer/{id}")
    needs = record(payer).get_by_test_id("approval-list")
    expect(needs).to_contain_text("Needs 2 approvers")

    hands = open_row(ada, id)
    hands.key("a", "a")
    # It stays where it is, and shows who is missing: in the row, on the record, on the filer's screen.
    for screen in (ada, bela):
        expect(waiting(screen, id).get_by_test_id("approvals")).to_have_text("1 of 2 approved")
    expect(needs).to_contain_text("Somebody else")
    has_state(payer, "pending")
    ada.open(f"/inbox?id={id}")
    expect(record(ada)).to_contain_text("You approved it. Somebody else must approve it as well.")
    expect(record(ada).get_by_test_id("act-approve")).to_have_count(0)

    hands = open_row(bela, id)
    hands.key("a", "a")
    has_state(payer, "completed")

    server.credit("admin", "50.00", "Expenses", asset="USD")
    own = transfer(server, "admin", "11", "5.00", "Mine")
    open_row(ada, own)
    expect(record(ada)).to_contain_text("somebody else must decide it")
    expect(record(ada).get_by_test_id("act-approve")).to_have_count(0)
    open_row(bela, own).key("a", "a")
    has_state(ada, "completed")


def test_who_is_slower_is_told_who_decided(
    server: Server, new_screen: NewScreen, admins: tuple[Screen, Screen]
) -> None:
    ada, bela = admins
    id = transfer(server, "7", "11", "3.00", "Coffee")
    slow = open_row(bela, id)
    # Bela holds the screen still, and so does not see that Ada is quicker.
    slow.press(bela.status)
    slow.press(bela.page.get_by_role("menuitem", name="Pause live"))
    bela.has_state("paused")
    open_row(ada, id).key("a", "a")
    expect(waiting(ada, id)).to_have_attribute("data-left", "true")
    has_state(bela, "pending")
    slow.press(bela.page.get_by_test_id("act-approve"))
    told = record(bela).get_by_role("alert")
    expect(told).to_contain_text(re.compile("Ada Admin decided it first"))
    assert server.call("GET", f"/v1/requests/transfer/{id}")["decided_by"] == "user:admin"


def test_a_card_is_approved_made_and_frozen(
    server: Server, new_screen: NewScreen, admins: tuple[Screen, Screen]
) -> None:
    ada, _ = admins
    holder = new_screen("7", "/requests/card/new")
    hands = Hands(holder.page)
    hands.type("Limit a month, USD", "0")
    hands.button("Review")
    # What is wrong is told at its field, and the field has the focus.
    limit = holder.page.get_by_label("Limit a month, USD")
    expect(limit).to_be_focused()
    expect(limit).to_have_attribute("aria-invalid", "true")
    hands.type("Limit a month, USD", "200")
    hands.button("Review")
    expect(holder.page.get_by_test_id("review")).to_contain_text("Kofi Mensah")
    hands.key("Enter")
    has_state(holder, "pending")
    id = holder.page.url.rpartition("/")[2]
    open_row(ada, id).key("a", "a")
    has_state(holder, "active", within_s=MADE_S_MAX)
    last4 = server.call("GET", f"/v1/requests/card/{id}")["data"]["last4"]
    expect(record(holder).get_by_test_id("card-visual")).to_contain_text(last4)

    holder.open("/cards")
    panel = holder.page.locator(f"[data-testid=card-panel][data-row='{id}']")
    switch = panel.get_by_role("switch", name="Frozen")
    payment = {"card": id, "amount": "25.00", "asset": "USD", "merchant": "Bookshop"}
    server.call("POST", "/v1/requests/card_payment?user=7", payment)
    expect(panel.get_by_test_id("card-payment")).to_contain_text("Bookshop")
    expect(panel.get_by_test_id("card-usage")).to_contain_text("25.00 of 200.00")
    hands.press(switch, "Space")
    expect(switch).to_be_checked()
    expect(panel.get_by_test_id("card-visual")).to_have_attribute("data-state", "frozen")
    refused = server.refused("POST", "/v1/requests/card_payment?user=7", payment)
    assert refused["code"] == "card_frozen"
    hands.press(switch, "Space")
    expect(switch).not_to_be_checked()
    server.call("POST", "/v1/requests/card_payment?user=7", payment)
    expect(panel.get_by_test_id("card-usage")).to_contain_text("50.00 of 200.00")

    hands.press(panel.get_by_test_id("act-set_limit"))
    dialog = holder.page.get_by_test_id("input-dialog")
    expect(dialog.get_by_test_id("card-usage")).to_contain_text("50.00 of 200.00")
    hands.type("New limit, USD a month", "300", dialog)
    hands.button("Set limit", dialog)
    expect(dialog.get_by_role("alert")).to_contain_text("Only the bank can set more than 200.00 USD")
    hands.type("New limit, USD a month", "50", dialog)
    expect(dialog).to_contain_text("50.00 USD are spent already")
    hands.button("Set limit", dialog)
    expect(panel.get_by_test_id("card-usage")).to_contain_text("50.00 of 50.00")


def test_a_loan_is_approved_paid_out_and_repaid(
    server: Server, new_screen: NewScreen, admins: tuple[Screen, Screen]
) -> None:
    ada, _ = admins
    borrower = new_screen("11", "/requests/loan/new")
    before = usd(server, "11")
    hands = Hands(borrower.page)
    hands.type("Amount", "600")
    hands.type("Months", "121")
    hands.type("Purpose (optional)", "A bicycle")
    hands.button("Review")
    expect(borrower.page.get_by_label("Months")).to_be_focused()
    expect(borrower.page.get_by_role("alert")).to_contain_text("1 to 120")
    hands.type("Months", "6")
    hands.type("Estimated annual rate (%)", "6")
    preview = borrower.page.get_by_test_id("loan-preview")
    expect(preview).to_contain_text("10.55")
    hands.press(preview.locator("summary"))
    planned = preview.get_by_test_id("planned").all_inner_texts()
    hands.button("Review")
    expect(borrower.page.get_by_test_id("review")).to_contain_text("101.76")
    hands.key("Enter")
    has_state(borrower, "pending")
    id = borrower.page.url.rpartition("/")[2]

    hands = open_row(ada, id)
    hands.key("a")
    dialog = ada.page.get_by_test_id("input-dialog")
    hands.type("Rate", "6", dialog)
    expect(dialog.get_by_test_id("loan-preview")).to_contain_text("101.76")
    hands.button("Approve", dialog)
    has_state(borrower, "active")
    assert usd(server, "11") == before + 600
    rows = borrower.page.get_by_test_id("instalment")
    expect(rows).to_have_count(6)
    expect(rows.last).to_contain_text("0.00")
    # At the rate that was reckoned with, the schedule is what was shown before.
    loan = server.call("GET", f"/v1/requests/loan/{id}")["data"]
    parts = ("payment", "interest", "principal", "balance")
    assert [text.split()[1:] for text in planned] == [
        [row[part] for part in parts] for row in loan["schedule"]
    ]

    borrower.open("/loans")
    panel = borrower.page.locator(f"[data-testid=loan-panel][data-row='{id}']")
    expect(panel.get_by_test_id("loan-standing")).to_contain_text("600.00")
    hands = Hands(borrower.page)
    repay = borrower.page.get_by_test_id("input-dialog")
    hands.press(panel.get_by_test_id("act-repay"))
    hands.type("Amount", "100", repay)
    hands.button("Review", repay)
    expect(repay.get_by_test_id("repay-review")).to_contain_text("500.00")
    expect(repay.get_by_role("button", name="Repay")).to_be_focused()
    hands.key("Enter")
    expect(panel.get_by_test_id("loan-standing")).to_contain_text("500.00")
    hands.press(panel.get_by_test_id("act-repay"))
    hands.pick("How much", "All of it")
    hands.button("Review", repay)
    hands.button("Repay", repay)
    expect(panel).to_have_count(0)
    paid = server.call("GET", f"/v1/requests/loan/{id}")
    assert (paid["state"], paid["data"]["owed"], usd(server, "11")) == ("paid_off", "0.00", before)


def test_bitcoin_comes_in_and_a_withdrawal_fails(
    server: Server, new_screen: NewScreen, admins: tuple[Screen, Screen], coins: dict[str, Any]
) -> None:
    ada, _ = admins
    owner = new_screen("7", "/bitcoin")
    page = owner.page
    hands = Hands(page)
    hands.button("Withdraw")
    dialog = page.get_by_test_id("withdraw-dialog")
    hands.type("Amount", "0.002", dialog)
    hands.type("To address", "sim1qthiswillfail0000000000000000", dialog)
    hands.button("Review", dialog)
    hands.button("Withdraw", dialog)
    expect(dialog).to_have_count(0)
    newest = server.call("GET", "/v1/requests?kind=bitcoin_transaction&user=7&state=requested")["items"][0]
    row = page.locator(f"[data-testid=request][data-row='{newest['id']}']")
    expect(row.locator(SHOWN_STATE)).to_have_attribute("data-state", "requested")
    expect(page.get_by_test_id("held")).to_have_attribute("data-value", "0.00200000")
    open_row(ada, newest["id"]).key("a", "a")
    expect(row.locator(SHOWN_STATE)).to_have_attribute("data-state", "failed", timeout=MADE_S_MAX * 1000)
    expect(row).to_contain_text("Given back to you")
    expect(page.get_by_test_id("held")).to_have_attribute("data-value", "0.00000000")

    # The coins that were sent to the address meanwhile: seen, confirmed block by block, and then theirs.
    deposit = page.get_by_test_id("request").filter(has_text="Deposit").first
    expect(deposit).to_be_visible(timeout=CHAIN_S_MAX * 1000)
    state = deposit.locator(SHOWN_STATE)
    expect(state).to_have_attribute("data-state", "completed", timeout=CHAIN_S_MAX * 1000)
    amount = server.call("GET", "/v1/requests?kind=bitcoin_transaction&user=7&state=completed")["items"][0][
        "amount"
    ]
    expected = Decimal(coins["before"]) + Decimal(amount)
    assert Decimal(server.balance("7", "BTC")) == expected
    owner.shows(f"{expected:.8f}")


def test_the_table_of_a_kind_is_live_and_does_not_jump(server: Server, new_screen: NewScreen) -> None:
    ada = new_screen("admin", "/requests/transfer")
    ada.has_state("live")
    rows = ada.page.get_by_test_id("request")
    expect(rows.first).to_be_visible()
    before = rows.count()
    hands = Hands(ada.page)
    hands.to(rows.first.get_by_role("link"))
    id = transfer(server, "11", "7", "1.00", "Club")
    pill = ada.page.get_by_test_id("new-rows")
    expect(pill).to_have_text("1 new")
    assert rows.count() == before
    # It comes by itself when they are done there.
    hands.to(ada.page.get_by_label("State"))
    expect(rows.first).to_have_attribute("data-row", id)
    server.call("POST", f"/v1/requests/transfer/{id}/cancel", {}, user="11")
    state = rows.first.locator(SHOWN_STATE)
    expect(state).to_have_attribute("data-state", "cancelled")
    hands.key("R")
    others = ada.page.locator("[data-testid=request] [data-testid=state]:not([data-state=rejected])")
    expect(others).to_have_count(0)
    hands.press(ada.page.get_by_role("button", name="Amount"))
    expect(ada.page.get_by_role("columnheader", name="Amount")).to_have_attribute(
        "aria-sort", re.compile("ing")
    )


def test_the_server_sorts_by_date_over_all_pages(server: Server, new_screen: NewScreen) -> None:
    def save(number: int) -> str:
        recipient = {"external": f"SORTED{number:04}", "name": f"Recipient {number}"}
        return filed(server, "beneficiary", recipient, "member-2")

    saved = [save(number) for number in range(30)]
    ada, bela = (new_screen(user, "/requests/beneficiary") for user in ("admin", "admin2"))
    for screen in (ada, bela):
        screen.has_state("live")
    rows = ada.page.get_by_test_id("request")

    def shown() -> list[str | None]:
        return [row.get_attribute("data-row") for row in rows.all()]

    def by(column: str, sort: str) -> None:
        ada.page.get_by_role("button", name=column, exact=True).click()
        header = ada.page.get_by_role("columnheader", name=column)
        expect(header).to_have_attribute("aria-sort", sort)

    expect(rows).to_have_count(PAGE)
    header = ada.page.get_by_role("columnheader", name="Submitted")
    expect(header).to_have_attribute("aria-sort", "descending")
    assert shown() == saved[: -PAGE - 1 : -1]
    # By other columns only what is there can be sorted, and the page says so.
    by("Person", "ascending")
    expect(ada.page.get_by_text(f"Sorted among the {PAGE} loaded")).to_be_visible()

    by("Submitted", "descending")
    expect(ada.page.get_by_text("Sorted among")).to_have_count(0)
    by("Submitted", "ascending")
    oldest = server.call("GET", "/v1/requests?kind=beneficiary&sort=oldest&limit=100")["items"]
    expect(rows.first).to_have_attribute("data-row", oldest[0]["id"])
    assert shown() == [request["id"] for request in oldest[:PAGE]]

    # What is new is on a later page then: nothing to offer before the first row.
    saved.append(save(30))
    expect(bela.page.get_by_test_id("request").first).to_have_attribute("data-row", saved[-1])
    expect(ada.page.get_by_test_id("new-rows")).to_have_count(0)
    ada.page.get_by_role("button", name="Show newer").click()
    expect(rows.last).to_have_attribute("data-row", saved[-1])
    assert shown() == [request["id"] for request in oldest] + saved[-1:]
    # With the last page there, what comes next stands below it.
    saved.append(save(31))
    expect(rows.last).to_have_attribute("data-row", saved[-1])
    expect(ada.page.get_by_test_id("new-rows")).to_have_count(0)
