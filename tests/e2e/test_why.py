"""Why a number is what it is: its lines, its past, and undoing one of them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.serving import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo in which nothing happened since its history."""
    with Server(tmp_path_factory.mktemp("server")) as server:
        yield server


def slide(slider: Locator, part: float) -> int:
    """Move the slider to a part of its way; the moment it stands at, in ms since 1970."""
    return int(
        slider.evaluate(
            """(slider, part) => {
              const value = Number(slider.min) + (slider.max - slider.min) * part;
              const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
              set.call(slider, String(value));
              slider.dispatchEvent(new Event('input', {bubbles: true}));
              return Number(slider.value);
            }""",
            part,
        )
    )


def balance_at(server: Server, user: str, at_ms: int) -> str:
    """What the server says the credits were."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    moment = moment.replace("+00:00", "999Z")
    account = server.call("GET", f"/v1/accounts/user:{user}?at={moment}")
    return next((str(row["balance"]) for row in account["balances"] if row["asset"] == "CREDIT"), "0")


def test_the_lines_add_up_now_and_then(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen("42")
    page = screen.page
    screen.shows(server.balance("42"))
    page.get_by_test_id("why").click()
    sheet = page.get_by_test_id("why-sheet")
    shown = sheet.get_by_test_id("why-balance")
    expect(shown).to_have_attribute("data-value", server.balance("42"))
    expect(sheet).to_contain_text("The lines add up to it exactly.")
    lines = sheet.get_by_test_id("why-lines").get_by_role("listitem")
    entries = server.entries("42")
    expect(lines).to_have_count(len(entries))
    expect(lines.first).to_contain_text(entries[0]["reason"])
    assert any(entry["reason"] == "Welcome bonus" for entry in entries)
    # A hold of the demo's history is part of the answer, with whom it is for.
    expect(sheet.get_by_test_id("open-holds")).to_contain_text("house:sales")

    slider = sheet.get_by_test_id("time-slider")
    past = set()
    for part in (0.15, 0.4, 0.65, 0.9):
        moment = slide(slider, part)
        wanted = balance_at(server, "42", moment)
        expect(shown).to_have_attribute("data-value", wanted)
        expect(sheet).to_contain_text("The lines add up to it exactly.")
        past.add(wanted)
    assert len(past) > 1
    # Back to now, where it goes on being live.
    sheet.get_by_role("button", name="Now").click()
    before = int(server.balance("42"))
    server.credit("42", 8, "While you look")
    expect(shown).to_have_attribute("data-value", str(before + 8))
    expect(lines.first).to_contain_text("While you look")


def test_before_the_first_change_there_was_nothing(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen("7")
    screen.shows(server.balance("7"))
    screen.page.get_by_test_id("why").click()
    sheet = screen.page.get_by_test_id("why-sheet")
    expect(sheet.get_by_test_id("why-balance")).to_have_attribute("data-value", server.balance("7"))
    slide(sheet.get_by_test_id("time-slider"), 0)
    expect(sheet.get_by_test_id("why-balance")).to_have_attribute("data-value", "0")
    expect(sheet).to_contain_text("No change up to this moment.")


def test_an_admin_undoes_a_line_with_a_reason(server: Server, new_screen: NewScreen) -> None:
    before = int(server.balance("11"))
    given = server.credit("11", 77, "Given by mistake")
    mei = new_screen("11")
    mei.shows(before + 77)
    mei.has_state("live")
    admin = new_screen("admin", "/users/11")
    page = admin.page
    admin.shows(before + 77)
    row = page.get_by_test_id("entry").filter(has_text="Given by mistake").first
    row.get_by_role("button", name="Actions for Given by mistake").click()
    page.get_by_role("menuitem", name=re.compile("Undo")).click()
    dialog = page.get_by_test_id("reverse-dialog")
    dialog.get_by_role("button", name="Undo transaction").click()
    expect(dialog).to_contain_text("Say why")
    dialog.get_by_label("Reason").fill("It was meant for Kofi")
    dialog.get_by_role("button", name="Undo transaction").click()
    expect(dialog).to_have_count(0)
    for screen in (mei, admin):
        screen.shows(before)
        expect(screen.page.get_by_test_id("entry").first).to_contain_text("It was meant for Kofi")
    expect(mei.toast("77 CREDIT")).to_contain_text("It was meant for Kofi")
    newest = server.call("GET", "/v1/accounts/user:11/entries?asset=CREDIT&limit=1")["items"][0]
    undoing = server.call("GET", f"/v1/transactions/{newest['transaction']}")
    assert undoing["reverses"] == given["id"]
    assert undoing["actor"] == "user:admin"

    # A second time is refused, and the refusal is in words.
    page.get_by_test_id("entry").filter(has_text="Given by mistake").first.get_by_role("button").click()
    page.get_by_role("menuitem", name=re.compile("Undo")).click()
    dialog.get_by_label("Reason").fill("Once more")
    dialog.get_by_role("button", name="Undo transaction").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    mei.shows(before)

    # The audit log has it, with who and why.
    page.goto(f"{server.address}/audit?target=user:11")
    undone = page.get_by_test_id("audit-row").filter(has_text="It was meant for Kofi")
    expect(undone).to_contain_text("user:admin")
    undone.get_by_role("button").first.click()
    expect(page.get_by_test_id("audit-sheet")).to_contain_text("It was meant for Kofi")
