"""A person's own pages: what they read, and what they download, is the same everywhere."""

from __future__ import annotations

import csv
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.screens import Screen
from tests.e2e.serving import Server

PHONE = {"width": 390, "height": 844}


def tell(server: Server, user: str, title: str, **more: str) -> None:
    server.call("POST", "/v1/notifications", {"to": f"user:{user}", "title": title, **more})


def wake(server: Server, user: str, screen: Screen, **more: str) -> None:
    """Tell until it pops up: what comes in the first moments counts as what was missed before."""
    screen.has_state("live")
    hello = screen.toast("Hello")
    while not hello.count():
        tell(server, user, "Hello", thread="hello", **more)
        screen.page.wait_for_timeout(100)


def row(page: Page, title: str) -> Locator:
    return page.get_by_test_id("notification").filter(has_text=title)


def unread(screen: Screen) -> int:
    return int(screen.page.get_by_test_id("bell").get_attribute("data-unread") or "")


def has_unread(screen: Screen, count: int) -> None:
    expect(screen.page.get_by_test_id("bell")).to_have_attribute("data-unread", str(count))


def test_a_notification_read_on_one_device_is_read_on_the_other(
    server: Server, new_screen: NewScreen
) -> None:
    laptop = new_screen("11", "/notifications")
    phone = new_screen("11", viewport=PHONE, has_touch=True, is_mobile=True)
    screens = (laptop, phone)
    for screen in screens:
        wake(server, "11", screen)
    before = unread(phone)
    has_unread(laptop, before)

    tell(server, "11", "Your parcel is on its way", body="It arrives tomorrow.", thread="order-7")
    for screen in screens:
        expect(screen.toast("Your parcel is on its way")).to_contain_text("It arrives tomorrow.")
        has_unread(screen, before + 1)
    # What comes next of the same thread takes the place of the toast before.
    tell(server, "11", "Your parcel is here", level="success", thread="order-7")
    for screen in screens:
        expect(screen.toast("Your parcel is here")).to_have_count(1)
        expect(screen.toast("Your parcel is on its way")).to_have_count(0)
        has_unread(screen, before + 2)

    here = row(laptop.page, "Your parcel is here")
    expect(here).to_have_attribute("data-read", "false")
    here.get_by_role("button", name="Mark as read").click()
    expect(here).to_have_attribute("data-read", "true")
    for screen in screens:
        has_unread(screen, before + 1)
        expect(screen.toast("Your parcel is here")).to_have_count(0)

    phone.page.get_by_test_id("bell").click()
    expect(row(phone.page, "Your parcel is here")).to_have_attribute("data-read", "true")
    phone.page.get_by_test_id("bell-panel").get_by_role("button", name="Mark all as read").click()
    for screen in screens:
        has_unread(screen, 0)
    expect(laptop.page.locator("[data-testid=notification][data-read=false]")).to_have_count(0)


def test_who_wants_no_toasts_of_a_category_gets_none(server: Server, new_screen: NewScreen) -> None:
    laptop = new_screen("member-2", "/notifications")
    phone = new_screen("member-2", viewport=PHONE, has_touch=True, is_mobile=True)
    screens = (laptop, phone)
    for screen in screens:
        wake(server, "member-2", screen, category="news")

    laptop.page.get_by_role("button", name="Preferences").click()
    sheet = laptop.page.get_by_test_id("preferences")
    choice = sheet.get_by_role("checkbox", name="News: on screen")
    expect(choice).to_be_checked()
    choice.click()
    expect(choice).not_to_be_checked()
    expect(sheet.locator("[aria-busy=true]")).to_have_count(0)
    sheet.get_by_role("button", name="Close").click()

    tell(server, "member-2", "A sale", category="news")
    tell(server, "member-2", "Something that matters")
    for screen in screens:
        expect(screen.toast("Something that matters")).to_be_visible()
        assert not [toast for toast in screen.witness()["toasts"] if "A sale" in toast]
    # It is kept all the same.
    expect(row(laptop.page, "A sale")).to_have_attribute("data-read", "false")


def test_a_statement_is_what_the_ledger_says(server: Server, new_screen: NewScreen, tmp_path: Path) -> None:
    screen = new_screen("7", "/statements", timezone_id="America/New_York")
    main = screen.page.get_by_role("main")
    main.get_by_label("Account").select_option(label="Main · USD")
    main.get_by_role("radio", name="This year").check()
    preview = screen.page.get_by_test_id("statement-preview")
    lines = preview.get_by_test_id("statement-line")
    screen.has_state("live")

    # What happens while it is on the screen is on the next line of it.
    server.credit("7", "12.34", "=Not a formula", asset="USD")
    expect(lines.last).to_contain_text("=Not a formula")
    expect(lines.last).to_contain_text("+12.34")

    files = {}
    for form in ("CSV", "PDF"):
        with screen.page.expect_download() as download:
            preview.get_by_role("button", name=f"Download {form}").click()
        files[form] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[form])
    assert files["PDF"].read_bytes().startswith(b"%PDF-")
    assert files["CSV"].name.startswith("statement-user-7-USD-")

    with files["CSV"].open(newline="", encoding="utf-8") as file:
        opening, *stated, closing = csv.DictReader(file)
    start, end = (datetime.fromisoformat(each["at"]) for each in (opening, closing))
    assert end.year == start.year + 1
    booked = [
        entry
        for entry in server.entries("7", "USD")
        if Decimal(entry["delta"]) and start <= datetime.fromisoformat(entry["at"]) < end
    ]
    booked.sort(key=lambda entry: (entry["at"], entry["version"]))
    assert [(line["at"], line["transaction"], line["amount"]) for line in stated] == [
        (entry["at"], entry["transaction"], entry["delta"]) for entry in booked
    ]
    balances = [Decimal(line["balance"]) for line in (opening, *stated)]
    changes = [Decimal(line["amount"]) for line in stated]
    assert [after - before for before, after in pairwise(balances)] == changes
    assert closing["balance"] == stated[-1]["balance"] == server.balance("7", "USD")
    assert stated[-1]["reason"] == "'=Not a formula"
    expect(lines).to_have_count(len(stated))


def test_a_long_history_is_there_to_its_first_step(server: Server, new_screen: NewScreen) -> None:
    filed = server.call("POST", "/v1/requests/beneficiary", {"user": "7", "name": "Kofi"}, user="11")
    path = f"/v1/requests/beneficiary/{filed['id']}"
    for number in range(60):
        server.call("POST", f"{path}/rename", {"name": f"Kofi {number}"}, user="11")
    screen = new_screen("11", path.removeprefix("/v1"))
    screen.has_state("live")
    timeline = screen.page.get_by_test_id("timeline")
    steps = timeline.get_by_role("listitem")
    expect(steps).to_have_count(50)
    more = screen.page.get_by_role("button", name="Show earlier")
    more.click()
    expect(steps).to_have_count(61)
    expect(more).to_have_count(0)
    # What happens meanwhile is added once.
    server.call("POST", f"{path}/rename", {"name": "Kofi again"}, user="11")
    expect(steps).to_have_count(62)
    expect(steps.first).to_contain_text("Kofi again")
