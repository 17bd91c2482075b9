"""An admin in one browser, a person in another: what is given here is on the screen there."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.screens import Screen
from tests.e2e.serving import Server


def adjust(admin: Screen, user: str, way: str, amount: int, reason: str) -> None:
    """Fill the dialog of the users page in and send it."""
    page = admin.page
    page.get_by_test_id(f"adjust-{user}").click()
    dialog = page.get_by_test_id("adjust-dialog")
    dialog.get_by_role("radio", name=way).check()
    dialog.get_by_label("New balance" if way == "Set to" else "Amount", exact=True).fill(str(amount))
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name=re.compile(rf"^(Add|Subtract|Set) {amount:,}$")).click()


def closes(page: Page) -> None:
    expect(page.get_by_test_id("adjust-dialog")).to_have_count(0)


def test_what_the_admin_gives_is_on_the_persons_screen(server: Server, new_screen: NewScreen) -> None:
    ursula = new_screen("42")
    admin = new_screen("admin", "/users")
    support = new_screen("support", "/users")
    before = int(server.balance("42"))
    ursula.has_state("live")
    ursula.shows(before)
    expect(admin.row("42")).to_have_attribute("data-value", str(before))
    expect(support.row("42")).to_have_attribute("data-value", str(before))
    assert ursula.witness()["rolls"] == 0

    adjust(admin, "42", "Add", 50, "Well done")
    ursula.shows(before + 50)
    expect(ursula.toast("+50 CREDIT")).to_contain_text("Well done")
    expect(admin.toast("User credits updated successfully")).to_be_visible()
    expect(admin.row("42")).to_have_attribute("data-value", str(before + 50))
    expect(support.row("42")).to_have_attribute("data-value", str(before + 50))
    assert ursula.witness()["rolls"] == 1
    closes(admin.page)

    adjust(admin, "42", "Subtract", 20, "Counted twice")
    ursula.shows(before + 30)
    expect(support.row("42")).to_have_attribute("data-value", str(before + 30))
    closes(admin.page)

    adjust(admin, "42", "Set to", 1234, "Agreed with her")
    ursula.shows(1234)
    expect(support.row("42")).to_have_attribute("data-value", "1234")
    closes(admin.page)

    # All of it on the page that was opened once: a reload would have emptied its notes.
    witness = ursula.witness()
    assert witness["values"] == [str(value) for value in (before, before + 50, before + 30, 1234)]
    reasons = ursula.page.get_by_test_id("entry")
    expect(reasons.nth(0)).to_contain_text("Agreed with her")
    expect(reasons.nth(2)).to_contain_text("Well done")


def test_a_refusal_is_told_kindly_and_changes_nothing(server: Server, new_screen: NewScreen) -> None:
    kofi = new_screen("7")
    admin = new_screen("admin", "/users")
    before = server.balance("7")
    kofi.has_state("live")
    adjust(admin, "7", "Subtract", 100_000, "Too much")
    told = admin.page.get_by_test_id("adjust-dialog").get_by_role("alert")
    expect(told).to_contain_text(re.compile("available|floor|enough", re.IGNORECASE))
    expect(admin.toast(told.inner_text())).to_be_visible()
    assert "{" not in told.inner_text()
    # What was typed is still there to be mended; and the mended one goes through.
    dialog = admin.page.get_by_test_id("adjust-dialog")
    expect(dialog.get_by_label("Reason")).to_have_value("Too much")
    dialog.get_by_label("Amount", exact=True).fill("1")
    dialog.get_by_role("button", name="Subtract 1").click()
    kofi.shows(int(before) - 1)
    assert kofi.witness()["values"] == [before, str(int(before) - 1)]
