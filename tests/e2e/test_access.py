"""Everybody can use it: axe finds no barrier, keys are enough, phones and calm motion are respected.

GROAT_SCREENS=test-results/screens keeps screenshots of all views, to be looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.hands import SEEN
from tests.e2e.screens import Screen
from tests.e2e.serving import Server

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = os.environ.get("GROAT_SCREENS", "")
SHEET = b"""user;amount;reason
42;50;Well done
7;20;Well done
kofi@example.com;5;Again
new-one;15;Welcome
;9;
11;x;Bad
"""
TABS_MAX = 60
PHONE: ViewportSize = {"width": 390, "height": 844}
SCREEN: ViewportSize = {"width": 1280, "height": 900}

RUN_AXE = """async (rules) => {
  const options = {resultTypes: ['violations'], ...(rules && {runOnly: {type: 'rule', values: rules}})};
  const {violations} = await window.axe.run(document, options);
  return violations
    .filter(({impact}) => impact === 'serious' || impact === 'critical')
    .map(({id, impact, nodes}) => [
      id, impact, nodes.slice(0, 3).map(({target, failureSummary}) => [target, failureSummary]),
    ]);
}"""

AT_REST = """() => Promise.allSettled(
  document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
    .map((one) => one.finished)
)"""
"""Resolves when nothing moves any more: half-faded text has no contrast yet."""

View = Callable[[Page], object]
Visit = tuple[str | None, str, View]
"""A view: whose, at which address, and what is done there."""


def dialog(page: Page, name: str) -> None:
    expect(page.get_by_test_id(name)).to_be_visible()


def with_adjust(page: Page) -> None:
    page.get_by_test_id("adjust-42").click()
    page.get_by_test_id("adjust-dialog").get_by_label("Amount", exact=True).fill("50")


def with_why(page: Page) -> None:
    page.get_by_test_id("why").click()
    expect(page.get_by_test_id("why-balance")).to_be_visible()


def upload(page: Page, name: str, content: bytes) -> None:
    page.get_by_test_id("sheet-file").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def with_draft(page: Page) -> None:
    upload(page, "bonus.csv", SHEET)
    expect(page.get_by_test_id("draft-bad")).to_have_text("4")
    expect(page.get_by_test_id("draft-row").first).to_be_visible()


def with_question(page: Page) -> None:
    upload(page, "march.csv", "user;amount;reason\n42;5;Премия за март\n".encode("cp1251"))
    expect(page.get_by_test_id("sheet-question")).to_be_visible()


def with_reading(page: Page) -> None:
    rows = b"user;amount;note\n42;1.000;Well done\n7;2.500,5;Well done\nnew-one;5;Welcome\nTotal;3.510,5;\n"
    upload(page, "march.csv", rows)
    page.get_by_role("button", name="Correct the reading").click()


def with_row(page: Page) -> None:
    with_draft(page)
    page.get_by_test_id("draft-row").first.get_by_role("button").click()
    dialog(page, "row-sheet")


def with_list(page: Page) -> None:
    page.get_by_role("radio", name="A list").check()
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_role("alert")).to_be_visible()


def with_selection(page: Page) -> None:
    page.get_by_role("radio", name="People").check()
    page.get_by_role("button", name="Show these people").click()
    expect(page.get_by_role("alert")).to_be_visible()


def with_runs(page: Page) -> None:
    expect(page.get_by_test_id("run-line").first).to_be_visible()


def with_run(page: Page) -> None:
    with_runs(page)
    page.get_by_test_id("run-line").first.get_by_role("link").click()
    expect(page.get_by_test_id("run-row").first).to_be_visible()


def with_receipts(page: Page) -> None:
    with_run(page)
    page.get_by_role("radio", name="Receipts").check()
    expect(page.get_by_test_id("receipt").first).to_be_visible()


def with_undo(page: Page) -> None:
    with_run(page)
    page.get_by_test_id("undo-run").click()
    dialog(page, "undo-dialog")


def with_entry(page: Page) -> None:
    page.get_by_test_id("entry").first.get_by_role("button").click()
    page.get_by_role("menuitem", name="Details").click()
    dialog(page, "entry-sheet")


def with_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    dialog(page, "palette")


def with_status(page: Page) -> None:
    page.get_by_test_id("status").click()
    expect(page.get_by_role("menu")).to_be_visible()


def with_new_user(page: Page) -> None:
    page.get_by_role("button", name="New user").click()
    dialog(page, "create-user-dialog")


def with_audit_row(page: Page) -> None:
    page.get_by_test_id("audit-row").first.get_by_role("button").first.click()
    dialog(page, "audit-sheet")


def with_new_key(page: Page) -> None:
    page.get_by_role("button", name="New key").click()
    dialog(page, "create-key-dialog")


def with_preferences(page: Page) -> None:
    page.get_by_role("button", name="Preferences").click()
    dialog(page, "preferences")


def with_bell(page: Page) -> None:
    page.get_by_test_id("bell").click()
    dialog(page, "bell-panel")


def with_lines(page: Page) -> None:
    page.get_by_role("radio", name="This year").check()
    expect(page.get_by_test_id("statement-line").first).to_be_visible()


def with_inbox(page: Page) -> None:
    expect(page.get_by_test_id("inbox-row").first).to_be_visible()


def with_chosen(page: Page) -> None:
    page.get_by_test_id("inbox-row").first.get_by_role("link").click()
    expect(page.get_by_test_id("timeline")).to_be_visible()


def with_rejection(page: Page) -> None:
    # Not every kind can be rejected.
    row = page.get_by_test_id("inbox-row").filter(has_text="transfer").first
    row.get_by_role("link").click()
    expect(page.get_by_test_id("timeline")).to_be_visible()
    page.keyboard.press("r")
    dialog(page, "input-dialog")


def with_keys(page: Page) -> None:
    page.get_by_role("button", name="Shortcuts").click()
    dialog(page, "keys-dialog")


def with_rows(page: Page) -> None:
    expect(page.get_by_test_id("request").first).to_be_visible()


def with_record(page: Page) -> None:
    with_rows(page)
    page.get_by_test_id("request").first.get_by_role("link").first.click()
    expect(page.get_by_test_id("timeline")).to_be_visible()


def with_review(page: Page) -> None:
    page.get_by_role("radio", name="Kofi").check()
    page.get_by_label("Amount", exact=True).fill("10500")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_test_id("review")).to_be_visible()


def with_missing(page: Page) -> None:
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def with_people(page: Page) -> None:
    page.get_by_role("combobox", name="For").fill("example.com")
    expect(page.get_by_role("option").nth(1)).to_be_visible()


def with_plan(page: Page) -> None:
    page.get_by_label("Amount", exact=True).fill("1200")
    page.get_by_label("Months").fill("12")
    page.get_by_text("All 12 instalments").click()


def with_card(page: Page) -> None:
    expect(page.get_by_test_id("card-usage").first).to_be_visible()


def with_schedule(page: Page) -> None:
    expect(page.get_by_test_id("schedule").first).to_be_visible()


def with_withdrawal(page: Page) -> None:
    with_rows(page)
    page.get_by_role("button", name="Withdraw").click()
    dialog(page, "withdraw-dialog")


def with_repayment(page: Page) -> None:
    page.get_by_test_id("act-repay").click()
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_test_id("repay-review").or_(page.get_by_role("alert")).first).to_be_visible()


def as_it_is(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()


VIEWS: dict[str, Visit] = {
    "login": (None, "/login", as_it_is),
    "overview": ("42", "/", as_it_is),
    "overview-why": ("42", "/", with_why),
    "overview-entry": ("42", "/", with_entry),
    "overview-status": ("42", "/", with_status),
    "users": ("admin", "/users", as_it_is),
    "users-adjust": ("admin", "/users", with_adjust),
    "users-new": ("admin", "/users", with_new_user),
    "users-palette": ("admin", "/users", with_palette),
    "user": ("admin", "/users/42", as_it_is),
    "runs": ("admin", "/runs", with_runs),
    "run": ("admin", "/runs", with_run),
    "run-receipts": ("admin", "/runs", with_receipts),
    "run-undo": ("admin", "/runs", with_undo),
    "run-new": ("admin", "/runs/new", as_it_is),
    "run-list": ("admin", "/runs/new", with_list),
    "run-selection": ("admin", "/runs/new", with_selection),
    "run-question": ("admin", "/runs/new", with_question),
    "draft": ("admin", "/runs/new", with_draft),
    "draft-row": ("admin", "/runs/new", with_row),
    "draft-reading": ("admin", "/runs/new", with_reading),
    "audit": ("admin", "/audit", as_it_is),
    "audit-row": ("admin", "/audit", with_audit_row),
    "keys": ("admin", "/keys", as_it_is),
    "keys-new": ("admin", "/keys", with_new_key),
    "notifications": ("42", "/notifications", as_it_is),
    "notifications-preferences": ("42", "/notifications", with_preferences),
    "bell": ("42", "/", with_bell),
    "statements": ("42", "/statements", with_lines),
    "inbox": ("admin", "/inbox", with_chosen),
    "inbox-list": ("admin", "/inbox", with_inbox),
    "inbox-rejection": ("admin", "/inbox", with_rejection),
    "inbox-keys": ("admin", "/inbox", with_keys),
    "requests": ("admin", "/requests/card", with_rows),
    "request-transfer": ("admin", "/requests/transfer?state=completed", with_record),
    "request-card": ("42", "/requests/card", with_record),
    "request-new": ("42", "/requests/loan/new", with_missing),
    "loan-new": ("42", "/requests/loan/new", with_plan),
    "card-new": ("42", "/requests/card/new", with_missing),
    "staff-person": ("admin", "/requests/loan/new", with_people),
    "staff-transfer": ("admin", "/requests/transfer/new?for=42", with_missing),
    "staff-payment": ("admin", "/requests/card_payment/new?for=42", with_missing),
    "transfers": ("42", "/transfers", with_rows),
    "transfer-new": ("42", "/transfers/new", with_missing),
    "transfer-review": ("42", "/transfers/new", with_review),
    "cards": ("42", "/cards", with_card),
    "loans": ("42", "/loans", with_schedule),
    "loans-repay": ("member-2", "/loans", with_repayment),
    "bitcoin": ("42", "/bitcoin", with_rows),
    "bitcoin-withdrawal": ("42", "/bitcoin", with_withdrawal),
    "staff-only": ("42", "/users", as_it_is),
    "lost": ("42", "/nowhere/at/all", as_it_is),
}


@pytest.fixture(scope="module", autouse=True)
def something_to_show(server: Server) -> None:
    server.credit("42", 25, "Thank you for the report")
    server.call("POST", "/v1/api-keys", {"service": "shop", "label": "production"})
    run = {
        "people": ["42", "7", "11"],
        "amount": "5",
        "asset": "CREDIT",
        "reason": "Thank you",
        "name": "Three",
    }
    server.call("POST", "/v1/runs", run)


def keep(page: Page, name: str) -> None:
    """A screenshot, where they are asked for."""
    if SCREENS:
        page.screenshot(path=Path(SCREENS) / f"{name}.png")


@contextmanager
def shown(screens: dict[str | None, Screen], new_screen: NewScreen, view: Visit) -> Iterator[Page]:
    """One of the views, in the browser of whom it belongs to."""
    user, path, act = view
    if user not in screens:
        screens[user] = new_screen(user, path)
    page = screens[user].open(path).page
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    act(page)
    page.evaluate(AT_REST)
    yield page


def width_of(page: Page) -> int:
    """Return the width of the page, in CSS pixels, once nothing moves any more."""
    page.evaluate(AT_REST)
    return int(page.evaluate("document.documentElement.scrollWidth"))


def barriers(new_screen: NewScreen, views: dict[str, Visit]) -> list[Any]:
    """List the problems that axe finds in views in light and dark, and the views that are wider than a phone."""
    source = AXE.read_text(encoding="utf-8")
    screens: dict[str | None, Screen] = {}
    found: list[Any] = []
    for name, view in views.items():
        with shown(screens, new_screen, view) as page:
            page.evaluate(source)
            for scheme, rules in (("light", None), ("dark", ["color-contrast", "link-in-text-block"])):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.evaluate(AT_REST)
                violations = page.evaluate(RUN_AXE, rules)
                if violations:
                    # What fades under a sheet is no barrier: only what is still there a second look later counts.
                    page.evaluate(AT_REST)
                    violations = page.evaluate(RUN_AXE, rules)
                found += [(name, scheme, *violation) for violation in violations]
                keep(page, f"{name}-{scheme}")
            # To load a view takes longer than to look at it, so it is loaded once.
            page.set_viewport_size(PHONE)
            width = width_of(page)
            keep(page, f"{name}-phone")
            page.set_viewport_size(SCREEN)
            if width > PHONE["width"]:
                found.append((name, "phone", f"{width} px wide"))
    return found


def test_axe_finds_no_barrier_in_light_nor_dark_and_nothing_sticks_out_on_a_phone(
    new_screen: NewScreen,
) -> None:
    assert barriers(new_screen, VIEWS) == []


def too_wide_in_german(new_screen: NewScreen, views: dict[str, Visit]) -> list[str]:
    """The addresses of pages that are wider than a phone in German, whose words are longer; as they open."""
    screens: dict[str, Screen] = {}
    wide: list[str] = []
    for user, path in sorted({(user, path) for user, path, _ in views.values() if user}):
        if user not in screens:
            screens[user] = new_screen(user, path, language="de", locale="de-DE", viewport=PHONE)
            expect(screens[user].page.locator("html")).to_have_attribute("lang", "de")
        page = screens[user].open(path).page
        expect(page.get_by_role("main")).to_be_visible()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        keep(page, f"de-{user}-{path.strip('/').replace('/', '-')}")
        if width_of(page) > PHONE["width"]:
            wide.append(path)
    return wide


def test_in_german_nothing_sticks_out_on_a_phone(new_screen: NewScreen) -> None:
    assert too_wide_in_german(new_screen, VIEWS) == []


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(TABS_MAX):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached with Tab")


def test_keys_are_enough_to_sign_in_and_give_credits(server: Server, new_screen: NewScreen) -> None:
    admin = new_screen(path="/login")
    page = admin.page
    expect(page.get_by_label("Name or e-mail")).to_be_focused()
    page.keyboard.type("admin")
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(server.password("admin"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Users")).to_be_visible()

    before = int(server.balance("7"))
    update = page.get_by_test_id("adjust-7")
    expect(update).to_be_visible()
    tab_to(page, update)
    page.keyboard.press("Enter")
    amount = page.get_by_test_id("adjust-dialog").get_by_label("Amount", exact=True)
    expect(amount).to_be_focused()
    page.keyboard.type("50")
    tab_to(page, page.get_by_test_id("adjust-dialog").get_by_label("Reason"))
    page.keyboard.type("Typed")
    page.wait_for_function(SEEN)
    page.keyboard.press("Enter")
    expect(admin.row("7")).to_have_attribute("data-value", str(before + 50))
    # The focus goes back to where it came from, not to the top of the page.
    expect(update).to_be_focused()
    page.keyboard.press("Enter")
    expect(amount).to_be_focused()
    page.keyboard.press("Escape")
    expect(update).to_be_focused()


def test_who_wants_calm_gets_it(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen("11", reduced_motion="reduce")
    screen.has_state("live")
    before = int(server.balance("11"))
    server.credit("11", 60)
    screen.shows(before + 60)
    expect(screen.page.get_by_test_id("entry").first).to_contain_text("Gift")
    assert screen.witness()["rolls"] == 0
    longest = screen.page.evaluate(
        "Math.max(0, ...document.getAnimations().map((one) => Number(one.effect.getComputedTiming().activeDuration)))"
    )
    assert longest <= 1


def test_a_screen_reader_hears_a_summary(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen("42")
    screen.has_state("live")
    announcer = screen.page.get_by_test_id("announcer")
    expect(announcer).to_have_attribute("role", "status")
    expect(announcer).to_have_text("")
    # What comes in the first moments counts as what was missed before, and is not told.
    while not announcer.inner_text():
        server.credit("42", 1)
        screen.shows(server.balance("42"))
    before = int(server.balance("42"))
    for amount in (1, 2, 3, 4):
        server.credit("42", amount)
    screen.shows(before + 10)
    # Not digit by digit: a sentence about the last balance, some seconds later.
    sentence = re.compile(rf"^\+\d+ CREDIT\. Balance {before + 10:,} CREDIT\.$")
    expect(announcer).to_have_text(sentence, timeout=15_000)
    # The rolling digits are not for it; the number as one text is.
    expect(screen.number.locator("number-flow-react")).to_have_count(1)
    heard = screen.number.evaluate(
        """(number) => {
          const copy = number.cloneNode(true);
          for (const hidden of copy.querySelectorAll('[aria-hidden=true]')) hidden.remove();
          return copy.textContent;
        }"""
    )
    assert heard == f"{before + 10:,}"


def test_the_theme_chosen_stays(new_screen: NewScreen, new_context: Callable[..., BrowserContext]) -> None:
    screen = new_screen("42", color_scheme="light")
    page = screen.page
    page.get_by_test_id("user-menu").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    ground = "getComputedStyle(document.body).backgroundColor"
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate(ground)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(ground) == dark
    page.get_by_test_id("user-menu").click()
    page.get_by_role("menuitemradio", name="As the system").click()
    assert page.evaluate(ground) != dark
