"""Credits in the console: given by staff and seen live, spent, taken back, expired; and everybody can use it."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.serving import Server
from tests.e2e.test_access import PHONE
from tests.e2e.test_two_browsers import adjust


@pytest.fixture(scope="module")
def server(credits_server: Server) -> Server:
    """The server whose program is credits."""
    return credits_server


def give(server: Server, user: str, amount: str, note: str, lasts_s: int) -> Any:
    """Grant over the API; the grant."""
    grant = {"lasts_s": lasts_s, "note": note}
    posting = {
        "source": "house:promotions", "destination": f"user:{user}", "amount": amount, "asset": "CREDIT",
        "grant": grant,
    }  # fmt: skip
    made = server.call("POST", "/v1/transactions", {"postings": [posting], "reason": note})
    return made["grants"][0]["grant"]


def row(page: Page, note: str) -> Any:
    """A grant in a list of grants."""
    return page.get_by_test_id("grant").filter(has_text=note)


def test_staff_grant_and_the_person_sees_it_at_once(server: Server, new_screen: NewScreen) -> None:
    theirs = new_screen("11", "/grants").page
    expect(row(theirs, "Yearly package")).to_be_visible()
    admin = new_screen("admin", "/users/11").page
    admin.get_by_role("button", name="Grant credits").click()
    dialog = admin.get_by_test_id("give-dialog")
    # A button that just came into view takes no click yet.
    act = dialog.get_by_role("button", name="Grant")
    act.scroll_into_view_if_needed()
    expect(act).not_to_have_attribute("aria-disabled", "true")
    act.click()
    expect(dialog.get_by_role("alert")).to_contain_text("Enter an amount")
    dialog.get_by_label("Amount").fill("75")
    dialog.get_by_label("Days until it expires").fill("6")
    dialog.get_by_label("Name (optional)").fill("A present")
    act.click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say why")
    dialog.get_by_label("Reason").fill("You won")
    admin.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(row(admin, "A present")).to_contain_text("75")
    # On the other screen, without a reload, ahead of what expires later.
    expect(theirs.get_by_test_id("grant").first).to_contain_text("A present")
    expect(row(theirs, "A present")).to_contain_text("Expires in 6 days")
    theirs.goto(server.address)
    expect(theirs.get_by_test_id("ending")).to_have_text("75 CREDIT expire in 6 days")


def test_where_it_went_and_which_grants_paid(server: Server, new_screen: NewScreen) -> None:
    id = give(server, "11", "30", "Coffee money", 3_600)
    page = new_screen("11", f"/grants/{id}").page
    expect(page.get_by_test_id("remaining")).to_have_attribute("data-value", "30")
    server.call(
        "POST", "/v1/actions/spend", {"amount": "12", "asset": "CREDIT", "reason": "Coffee"}, user="11"
    )
    expect(page.get_by_test_id("remaining")).to_have_attribute("data-value", "18")
    expect(page.get_by_test_id("moves").get_by_role("listitem").first).to_contain_text("Coffee")
    page.goto(server.address)
    page.get_by_test_id("why").click()
    line = page.get_by_test_id("why-lines").get_by_role("listitem").first
    line.get_by_role("button", name="Which grants?").click()
    expect(line.get_by_test_id("paid-by")).to_contain_text("-12")
    line.get_by_role("link", name="Promotional").click()
    expect(page).to_have_url(re.compile(f"/grants/{id}$"))


def test_a_grant_is_taken_back_and_comes_again(server: Server, new_screen: NewScreen) -> None:
    id = give(server, "7", "40", "Twice", 86_400)
    theirs = new_screen("7", "/grants").page
    expect(row(theirs, "Twice")).to_have_attribute("data-state", "live")
    screen = new_screen("admin", f"/grants/{id}")
    admin = screen.page
    admin.get_by_role("button", name="Take back").click()
    dialog = admin.get_by_test_id("void-dialog")
    dialog.get_by_label("Amount").fill("41")
    dialog.get_by_label("Reason").fill("Given twice")
    dialog.get_by_role("button", name="Take back").click()
    expect(dialog.get_by_role("alert")).to_contain_text("up to 40")
    dialog.get_by_label("Amount").fill("40")
    dialog.get_by_role("button", name="Take back").click()
    expect(dialog).to_have_count(0)
    expect(row(theirs, "Twice")).to_have_attribute("data-state", "voided")
    expect(admin.get_by_test_id("remaining")).to_have_attribute("data-value", "0")
    screen.toast("taken back").get_by_role("button", name="Undo").click()
    expect(row(theirs, "Twice").first).to_have_attribute("data-state", "live")


def test_the_loss_is_told_at_its_moment(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen("42", "/grants")
    page = screen.page
    expect(row(page, "Starter package")).to_be_visible()
    before = int(server.balance("42"))
    give(server, "42", "33", "Flash offer", 3)
    expect(row(page, "Flash offer")).to_have_attribute("data-state", "live")
    expect(row(page, "Flash offer")).to_have_attribute("data-state", "expired", timeout=30_000)
    expect(screen.toast("33 credits expired")).to_be_visible(timeout=30_000)
    assert int(server.balance("42")) == before


def test_an_automatic_top_up_is_seen_from_the_order_to_the_credits(
    server: Server, new_screen: NewScreen
) -> None:
    package = {"name": "Top-up", "credits": "500", "prices": [{"amount": "9.00", "currency": "USD"}]}
    server.call("PUT", "/v1/credits/packages/top-up", package)
    page = new_screen("member-2", "/top-up").page
    card, alert = page.get_by_test_id("top-up-card"), page.get_by_test_id("alert-card")
    before = int(server.balance("member-2"))
    card.get_by_label("When less is left than").fill(str(before - 5))
    act = card.get_by_role("button", name="Turn on")
    act.scroll_into_view_if_needed()
    expect(act).not_to_have_attribute("aria-disabled", "true")
    act.click()
    expect(card.get_by_test_id("state")).to_have_attribute("data-state", "on")
    alert.get_by_label("Below").fill(str(before - 2))
    page.keyboard.press("Enter")
    expect(alert.get_by_role("button", name="Turn off")).to_be_visible()
    # The person spends; the page that is open tells all that follows, without a reload.
    spend = {"source": "user:member-2", "destination": "house:sales", "amount": "10", "asset": "CREDIT"}
    server.call("POST", "/v1/transactions", {"postings": [spend], "reason": "Video clip"})
    expect(card.get_by_test_id("in-flight")).to_contain_text("9")
    expect(alert).to_contain_text("Below now")
    expect(card.get_by_test_id("last")).to_have_text("Credits added", timeout=30_000)
    expect(card.get_by_test_id("state")).to_have_attribute("data-state", "resting")
    expect(card.get_by_test_id("this-month")).to_have_text("1 of 5 orders")
    expect(alert).not_to_contain_text("Below now")
    assert int(server.balance("member-2")) == before + 490
    staff = new_screen("admin", "/users/member-2").page.get_by_test_id("top-up-card")
    expect(staff.get_by_test_id("state")).to_have_attribute("data-state", "resting", timeout=30_000)
    card.get_by_test_id("act-pause").click()
    expect(staff.get_by_test_id("state")).to_have_attribute("data-state", "paused")


def test_reports_and_their_files(new_screen: NewScreen) -> None:
    page = new_screen("support", "/credits").page
    expect(page.get_by_test_id("liability").get_by_role("row")).to_have_count(5)
    bar = page.get_by_test_id("liability").get_by_role("img")
    expect(bar).to_have_attribute(
        "aria-label", re.compile(r"^Outstanding: [\d,]+ Paid, [\d,]+ Promotional, ")
    )
    expect(page.get_by_test_id("breakage")).to_contain_text(re.compile(r"\d{4}"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Outstanding as CSV").click()
    text = download.value.path().read_bytes()
    assert text.startswith(b"asset,class,grants,accounts,amount,held\r\nCREDIT,paid,")


def test_an_admin_updates_credits_and_finds_out_who_saw_it(server: Server, new_screen: NewScreen) -> None:
    before = int(server.balance("11"))
    devices = [new_screen("11"), new_screen("11", viewport=PHONE)]
    admin = new_screen("admin", "/users")
    for device in devices:
        device.shows(before)
    expect(admin.row("11")).to_have_attribute("data-value", str(before))
    adjust(admin, "11", "Add", 25, "You helped out")
    expect(admin.toast("User credits updated successfully")).to_be_visible()
    expect(admin.row("11")).to_have_attribute("data-value", str(before + 25))
    for device in devices:
        device.shows(before + 25)
    # The toast undoes it, in the list and on the devices.
    admin.toast("User credits updated successfully").get_by_role("button", name="Undo").click()
    expect(admin.toast("The update is undone")).to_be_visible(timeout=15_000)
    for device in devices:
        device.shows(before)
    # A refusal is told in the server's words.
    dialog = admin.page.get_by_test_id("adjust-dialog")
    expect(dialog).to_have_count(0)
    adjust(admin, "11", "Subtract", 987654321, "")
    refused = server.refused("POST", "/v1/transactions", {
        "postings": [
            {"source": "user:11", "destination": "house:adjustments", "amount": "987654321", "asset": "CREDIT"}
        ]
    })  # fmt: skip
    expect(admin.toast(refused["detail"])).to_be_visible(timeout=15_000)
    expect(dialog.get_by_role("alert")).to_have_text(refused["detail"])
    admin.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    adjust(admin, "11", "Set to", before + 7, "")
    for device in devices:
        device.shows(before + 7)

    admin.open("/credit-updates?user=11")
    rows = admin.page.get_by_test_id("update-row")
    expect(rows).not_to_have_count(0, timeout=20_000)
    shown = [("Admin update", "+7"), ("Undo: You helped out", "-25"), ("You helped out", "+25")]
    for place, (reason, change) in enumerate(shown):
        expect(rows.nth(place)).to_contain_text(reason)
        expect(rows.nth(place)).to_contain_text("by user:admin")
        expect(rows.nth(place)).to_contain_text(change)
    expect(rows.nth(2)).to_contain_text("undone")
    rows.nth(0).get_by_role("button", name="Admin update").click()
    sheet = admin.page.get_by_test_id("update-sheet")
    told = sheet.get_by_test_id("update-devices").get_by_role("row")
    expect(told).to_have_count(3, timeout=20_000)
    for place in (1, 2):
        expect(told.nth(place).get_by_role("time")).to_have_count(2, timeout=20_000)
    (update_,) = server.call("GET", "/v1/credits/updates?user=11&limit=1")["items"]
    assert {name: update_[name] for name in ("before", "after", "actor", "reason", "sent", "seen")} == {
        "before": str(before), "after": str(before + 7), "actor": "user:admin", "reason": "Admin update", "sent": 2,
        "seen": 2,
    }  # fmt: skip
    sheet.get_by_role("button", name="Undo").click()
    reverse = admin.page.get_by_test_id("reverse-dialog")
    reverse.get_by_label("Reason").fill("By mistake")
    reverse.get_by_role("button", name="Undo transaction").click()
    for device in devices:
        device.shows(before)
    expect(rows.nth(0)).to_contain_text("By mistake")
    # Only what has this reason, by the keyboard alone.
    admin.page.get_by_label("Reason contains").fill("helped")
    admin.page.keyboard.press("Enter")
    expect(rows).to_have_count(2)
    expect(admin.page).to_have_url(re.compile("reason=helped"))


def order(page: Page, id: str) -> Any:
    """An order in a list of orders."""
    return page.locator(f"[data-testid=order][data-row='{id}']")


def act(page: Page, name: str, place: Any = None) -> None:
    """Press a button of a transition, once it takes clicks."""
    button = (place or page).get_by_test_id(f"act-{name}")
    button.scroll_into_view_if_needed()
    expect(button).not_to_have_attribute("aria-disabled", "true")
    button.click()


def test_an_order_is_fulfilled_and_the_buyers_screens_change(server: Server, new_screen: NewScreen) -> None:
    buyer = new_screen("member-2", "/buy-credits")
    phone = new_screen("member-2", "/")
    admin = new_screen("admin", "/orders")
    give(server, "admin", "5", "Of the admin's own", 3_600)
    before = int(server.balance("member-2"))
    expect(phone.number).to_have_attribute("data-value", str(before))
    # By keyboard alone: a package, and the question whether to order it.
    buy = buyer.page.get_by_role("button", name="Buy Studio for 39.00 USD")
    expect(buy).to_be_visible()
    buy.focus()
    buyer.page.keyboard.press("Enter")
    now = buyer.page.get_by_role("button", name="Order now")
    expect(now).to_be_visible()
    expect(now).not_to_have_attribute("aria-disabled", "true")
    now.press("Enter")
    record = buyer.page.get_by_test_id("record")
    expect(record).to_have_attribute("data-state", "pending")
    id = buyer.page.url.rsplit("/", 1)[1]
    # It comes into the admin's list by itself.
    line = order(admin.page, id)
    expect(line).to_have_attribute("data-state", "pending")
    act(admin.page, "fulfil", line)
    dialog = admin.page.get_by_test_id("input-dialog")
    expect(dialog).to_contain_text(f"{before + 2400:,}")
    dialog.get_by_test_id("fulfil").click()
    expect(dialog).to_have_count(0)
    expect(line).to_have_attribute("data-state", "fulfilled")
    # The buyer's screen changes, on each device, and not only the admin's.
    expect(record).to_have_attribute("data-state", "fulfilled")
    expect(buyer.toast("Credits added")).to_be_visible()
    expect(phone.number).to_have_attribute("data-value", str(before + 2400))
    assert server.balance("admin") == "5"
    # The buyer spends some, and a refund says what it cannot take back.
    spend = {"amount": "20", "asset": "CREDIT", "reason": "Coffee"}
    for _ in range(3):
        server.call("POST", "/v1/actions/spend", spend, user="member-2")
    act(admin.page, "refund", line)
    dialog.get_by_label("Reason").fill("Ordered by mistake")
    expect(dialog).to_contain_text("Kept by the buyer")
    dialog.get_by_role("button", name="Refund credits").click()
    expect(dialog).to_have_count(0)
    expect(record).to_have_attribute("data-state", re.compile("refunded$"))


def test_a_cancelled_order_is_opened_again(server: Server, new_screen: NewScreen) -> None:
    filed = server.call("POST", "/v1/requests/credit_order", {"package": "starter"}, user="member-2")
    screen = new_screen("admin", "/orders?state=pending")
    line = order(screen.page, filed["id"])
    act(screen.page, "cancel", line)
    dialog = screen.page.get_by_test_id("input-dialog")
    dialog.get_by_role("button", name="Cancel order").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say why")
    dialog.get_by_label("Reason").fill("Out of stock")
    dialog.get_by_role("button", name="Cancel order").click()
    expect(line).to_have_attribute("data-state", "cancelled")
    screen.toast("Order cancelled").get_by_role("button", name="Undo").click()
    expect(line).to_have_attribute("data-state", "pending")


def test_a_price_from_a_later_day(server: Server, new_screen: NewScreen) -> None:
    page = new_screen("admin", "/catalogue").page
    row_ = page.locator("[data-testid=package-row][data-package=weekend]")
    row_.get_by_role("button", name="Edit Weekend").click()
    dialog = page.get_by_test_id("package-dialog")
    dialog.get_by_label("Another price").fill("4.25")
    dialog.get_by_label("Price from (optional)").fill("2099-01-01")
    dialog.get_by_label("Reason (optional)").fill("Dearer then")
    # A button that just came into view takes no click yet.
    save = dialog.get_by_role("button", name="Save")
    save.scroll_into_view_if_needed()
    expect(save).not_to_have_attribute("aria-disabled", "true")
    save.click()
    expect(dialog).to_have_count(0)
    expect(row_).to_contain_text("4.25")
    shop = new_screen("42", "/buy-credits").page
    expect(shop.get_by_role("button", name="Buy Weekend for 3.50 USD")).to_be_visible()
    expect(shop.locator("[data-package=weekend]")).not_to_contain_text("4.25")


def spend(amount: str) -> tuple[str, dict[str, Any]]:
    return "/v1/actions/spend", {"amount": amount, "asset": "CREDIT", "reason": "Usage"}


SOON_MS = 30_000


def enter(page: Page, dialog: Any, limit: str) -> None:
    """Type the limit of a budget, and send it with the key."""
    dialog.get_by_label("At most").fill(limit)
    # A button that just came into view takes nothing yet.
    act = dialog.locator("button[type=submit]")
    act.scroll_into_view_if_needed()
    expect(act).not_to_have_attribute("aria-disabled", "true")
    dialog.get_by_label("At most").focus()
    page.keyboard.press("Enter")


def test_a_budget_is_hit_and_raised_from_a_phone(server: Server, new_screen: NewScreen) -> None:
    server.credit("42", 200)
    desk = new_screen("42", "/grants").page
    desk.get_by_role("button", name="Set a budget").click()
    dialog = desk.get_by_test_id("budget-dialog")
    enter(desk, dialog, "20")
    expect(dialog).to_have_count(0, timeout=SOON_MS)
    here = desk.get_by_test_id("budget")
    expect(here).to_have_attribute("data-left", "20", timeout=SOON_MS)
    server.call("POST", *spend("15"), user="42")
    expect(here).to_have_attribute("data-left", "5", timeout=SOON_MS)
    problem = server.refused("POST", *spend("10"), user="42")
    assert (problem["code"], problem["left"]) == ("budget_exceeded", "5")
    # Another device of theirs, with keys alone.
    phone = new_screen("42", "/grants", viewport=PHONE).page
    there = phone.get_by_test_id("budget")
    expect(there).to_contain_text("15 of 20 used", timeout=SOON_MS)
    change = there.get_by_role("button", name="Change the budget A day")
    change.focus()
    phone.keyboard.press("Enter")
    on_phone = phone.get_by_test_id("budget-dialog")
    enter(phone, on_phone, "40")
    expect(on_phone).to_have_count(0, timeout=SOON_MS)
    # The next decision goes by it, and the first device shows it without a reload.
    expect(here).to_have_attribute("data-left", "25", timeout=SOON_MS)
    server.call("POST", *spend("10"), user="42")
    expect(here).to_have_attribute("data-left", "15", timeout=SOON_MS)
    there.get_by_role("switch", name="Stop the budget A day").click()
    expect(here).to_have_attribute("data-stopped", "true", timeout=SOON_MS)
    assert server.refused("POST", *spend("1"), user="42")["code"] == "budget_exceeded"
    there.get_by_role("switch", name="Stop the budget A day").click()
    expect(here).to_have_attribute("data-stopped", "false", timeout=SOON_MS)
    # 80 % are reached: they hear of it, once.
    server.call("POST", *spend("9"), user="42")
    expect(desk.get_by_text("80 % of the budget used").first).to_be_visible(timeout=SOON_MS)
    # Budgets of staff are shown, and their owner cannot change them.
    server.call(
        "POST", "/v1/budgets", {"account": "user:42", "asset": "CREDIT", "limit": "900", "window": "month"}
    )
    of_staff = here.filter(has_text="A month")
    expect(of_staff).to_contain_text("Set by the staff", timeout=SOON_MS)
    expect(of_staff.get_by_role("switch")).to_have_count(0)
    staff = new_screen("admin", "/users/42").page
    expect(staff.get_by_test_id("budget").filter(has_text="A month").get_by_role("switch")).to_be_visible(
        timeout=SOON_MS
    )


def forward(page: Page, step: str) -> None:
    """Set the sandbox's clock forward on an admin's screen."""
    page.get_by_test_id("sandbox-clock").click()
    dialog = page.get_by_test_id("clock-dialog")
    before = dialog.get_by_test_id("clock-now").text_content()
    dialog.get_by_role("button", name=f"Forward {step}").click()
    expect(dialog.get_by_test_id("clock-now")).not_to_have_text(str(before))
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_grant_is_warned_of_and_expires_at_its_moment(server: Server, new_screen: NewScreen) -> None:
    """The time of a month passes on the sandbox's clock, on screens that stay open."""
    person = new_screen("member-2", "/")
    page = person.page
    expect(page.get_by_test_id("sandbox-clock")).to_contain_text(", sandbox")
    assert page.get_by_role("button", name="sandbox").count() == 0
    had = server.balance("member-2")
    give(server, "member-2", "120", "Summer package", 29 * 86_400)
    expect(page.get_by_test_id("ending")).to_have_text("120 CREDIT expire in 29 days")
    breakage = int(server.call("GET", "/v1/accounts/house:breakage")["balances"][0]["balance"])
    admin = new_screen("admin", "/users/member-2").page
    forward(admin, "7 days")
    expect(page.get_by_test_id("ending")).to_have_text("120 CREDIT expire in 22 days")
    for _ in range(2):
        forward(admin, "7 days")
    forward(admin, "1 day")
    # The page was not touched: it recounts, and the warning comes by itself.
    expect(page.get_by_test_id("ending")).to_have_text("120 CREDIT expire in 7 days")
    expect(person.toast("120 credits expire on")).to_be_visible(timeout=45_000)
    forward(admin, "7 days")
    expect(person.toast("120 credits expired")).to_be_visible()
    expect(page.get_by_test_id("ending")).to_have_count(0)
    assert server.balance("member-2") == had
    # Other grants of the story have expired meanwhile, too.
    booked = server.call("GET", "/v1/accounts/house:breakage")["balances"][0]["balance"]
    assert int(booked) >= breakage + 120
    (entry, *_) = server.entries("member-2")
    assert (entry["kind"], entry["delta"], entry["counterparty"]) == (
        "expire_grant",
        "-120",
        "house:breakage",
    )


def test_an_account_is_frozen_and_closed_and_its_owner_sees_it(server: Server, new_screen: NewScreen) -> None:
    server.call(
        "POST",
        "/v1/users",
        {"user": "leaving", "name": "Lea", "email": "lea@example.org", "password": "a long password"},
    )
    server.credit("leaving", 30)
    page = new_screen("admin", "/users/leaving").page
    account = page.locator("[data-testid=account][data-account='user:leaving']")
    hero = page.get_by_test_id("balance-user:leaving-CREDIT")
    expect(account).to_have_attribute("data-state", "open")
    # Another admin's page follows what happens here, without a reload.
    other = new_screen("admin", "/users/leaving").page
    there = other.locator("[data-testid=account][data-account='user:leaving']")
    expect(there).to_have_attribute("data-state", "open")

    def take(name: str, **fields: str) -> None:
        account.get_by_role("button", name=name).click()
        dialog = page.get_by_test_id("state-dialog")
        act = dialog.get_by_role("button", name=name)
        act.scroll_into_view_if_needed()
        expect(act).not_to_have_attribute("aria-disabled", "true")
        act.click()
        expect(dialog).to_contain_text("Say why" if not fields else "Enter the account")
        for label, text in fields.items():
            dialog.get_by_label(label.replace("_", " ")).fill(text)
        dialog.get_by_label("Reason").fill("They asked for it")
        page.keyboard.press("Enter")
        expect(dialog).to_have_count(0)

    take("Freeze")
    for shown in (account, there):
        expect(shown).to_have_attribute("data-state", "frozen")
    expect(hero).to_contain_text("Frozen")
    posting = {"source": "user:leaving", "destination": "house:sales", "amount": "1", "asset": "CREDIT"}
    refused = server.refused("POST", "/v1/transactions", {"postings": [posting]})
    assert refused["code"] == "account_frozen"
    take("Unfreeze")
    expect(there).to_have_attribute("data-state", "open")
    expect(hero).not_to_contain_text("Frozen")
    take("Close account", What_is_left_goes_to="house:unclaimed")
    for shown in (account, there):
        expect(shown).to_have_attribute("data-state", "closed")
    expect(hero.get_by_test_id("balance")).to_have_attribute("data-value", "0")
    take("Open again")
    expect(there).to_have_attribute("data-state", "open")


def test_a_shared_account_comes_and_goes_by_itself(server: Server, new_screen: NewScreen) -> None:
    posting = {"source": "house:bonus", "destination": "team:acme", "amount": "80", "asset": "CREDIT"}
    server.call("POST", "/v1/transactions", {"postings": [posting], "reason": "For the team"})
    screen = new_screen("11")
    page = screen.page
    screen.shows(server.balance("11"))
    expect(page.get_by_test_id("shared")).to_have_count(0)
    server.call("PUT", "/v1/accounts/team:acme/members/11", {"rights": ["spend"]})
    team = page.get_by_test_id("shared-account")
    expect(team).to_contain_text("Spend")
    expect(team.locator("[data-value]")).to_have_attribute("data-value", "80")
    server.call("POST", "/v1/transactions", {"postings": [posting]})
    expect(team.locator("[data-value]")).to_have_attribute("data-value", "160")
    server.call("PUT", "/v1/accounts/team:acme/members/11", {"rights": []})
    expect(page.get_by_test_id("shared")).to_have_count(0)


JOB = """
import sys, time
from groat.client import Client
groat = Client(sys.argv[1], sys.argv[2])
with groat.metered("user:7", "40", "CREDIT", destination="house:llm", key="render-1", lasts=3):
    print("working", flush=True)
    time.sleep(600)
"""


def test_a_metered_job_that_dies_gives_back_what_it_held(server: Server, new_screen: NewScreen) -> None:
    server.credit("7", 50)
    page = new_screen("7").page
    shown = {name: page.get_by_test_id(name).first for name in ("balance", "available", "held")}
    before = {name: shown[name].get_attribute("data-value") for name in shown}
    assert before["held"] == "0"
    key = server.call("POST", "/v1/api-keys", {"service": "renderer", "label": "render"})["key"]
    command = [sys.executable, "-c", JOB, server.address, key]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as job:
        try:
            assert job.stdout is not None
            assert job.stdout.readline() == b"working\n"
            expect(shown["held"]).to_have_attribute("data-value", "40")
            expect(shown["available"]).to_have_attribute(
                "data-value", str(int(str(before["available"])) - 40)
            )
            # A sign of life, and it is told on the page.
            expect(page.get_by_text("Hold extended").first).to_be_visible(timeout=SOON_MS)
        finally:
            job.kill()
    # Nobody extends it any more. The page is not loaded anew.
    for name, value in before.items():
        expect(shown[name]).to_have_attribute("data-value", str(value), timeout=SOON_MS)
