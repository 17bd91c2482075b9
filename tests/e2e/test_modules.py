"""The console module of a program from outside the tree (examples/top_ups): its page, its entries, its faces."""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.hands import Hands
from tests.e2e.serving import Server
from tests.e2e.test_access import AT_REST, AXE, RUN_AXE
from tests.helpers.installed import EXAMPLES, environment

KEY = b"0123456789abcdef"
PHONE = {"width": 390, "height": 844}
NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation', ({blockedURI, violatedDirective}) =>
  window.violations.push([violatedDirective, blockedURI]));
"""


def pay(server: Server, payment: str, amount: str, user: str = "42") -> None:
    """Let the payment provider tell of a payment."""
    message = {"type": "payment.paid", "payment": payment, "user": user, "amount": amount, "asset": "USD"}
    body = json.dumps(message).encode()
    moment = str(int(time.time()))
    digest = hmac.digest(KEY, f"msg_{payment}.{moment}.".encode() + body, "sha256")
    headers = {
        "content-type": "application/json",
        "webhook-id": f"msg_{payment}",
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    answer = httpx.post(f"http://127.0.0.1:{server.port}/v1/topups/webhook", content=body, headers=headers)
    assert answer.status_code == 201, answer.text


def main_of(page: Page) -> Any:
    return page.get_by_role("navigation", name="Main")


@pytest.fixture(scope="module")
def spares() -> None:
    """Take new browsers: what they have fetched matters here."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with examples/top_ups turned on."""
    place = tmp_path_factory.mktemp("server")
    variables = environment(place, EXAMPLES / "top_ups") | {
        "GROAT_OPTIONS_TOPUPS_WEBHOOK_SECRET": "whsec_" + base64.b64encode(KEY).decode()
    }
    with Server(place, ("--programs", "topups"), environment=variables) as server:
        yield server


def test_its_page_is_live_by_keyboard_under_the_policy(server: Server, new_screen: NewScreen) -> None:
    admin = new_screen("admin", "/login")
    page = admin.page
    page.add_init_script(NOTE_VIOLATIONS)
    admin.open("/")
    admin.has_state("live")
    hands = Hands(page)
    hands.press(main_of(page).get_by_role("link", name="Top-ups"))
    expect(page.get_by_role("heading", name="Top-ups", level=1)).to_be_visible()
    expect(page).to_have_title("Top-ups · groat")
    hands.type("Person (id)", "42")
    hands.button("Show")
    table = page.get_by_role("table", name="Payments of 42")
    expect(page.get_by_text("No payment yet")).to_be_visible()
    pay(server, "pay_1", "12.50")
    expect(table.get_by_role("row").filter(has_text="pay_1")).to_contain_text("12.50USD")
    pay(server, "pay_2", "7")
    expect(table.get_by_role("row").filter(has_text="pay_2")).to_contain_text("7.00USD")
    # The address says whose payments they are, so it can be passed on.
    admin.open(page.url.removeprefix(server.address))
    expect(table.get_by_role("row").filter(has_text="pay_2")).to_be_visible()
    # Its own stylesheet is in use, with the console's colours.
    font = table.locator("code").first.evaluate("(element) => getComputedStyle(element).fontFamily")
    assert "monospace" in font
    # It was found by the palette's words, too.
    page.keyboard.press("Control+k")
    page.keyboard.type("look a person")
    expect(page.get_by_role("option", name="Look a person's top-ups up")).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("window.violations") == []


def test_a_refund_has_its_face_in_the_inbox_and_on_its_page(server: Server, new_screen: NewScreen) -> None:
    pay(server, "pay_3", "20")
    person = new_screen("42", "/topups/refunds")
    page = person.page
    # A member has an entry for their own, and none for staff.
    expect(main_of(page).get_by_role("link", name="Refunds")).to_have_attribute("data-status", "active")
    expect(main_of(page).get_by_role("link", name="Top-ups")).to_have_count(0)
    expect(page.get_by_text("You have asked for none")).to_be_visible()
    hands = Hands(page)
    hands.press(page.get_by_role("link", name="Ask for a refund"))
    hands.type("Payment", "pay_3")
    hands.type("Amount", "20")
    page.get_by_label("Asset", exact=True).select_option("USD")
    hands.type("Why (optional)", "Paid twice")
    hands.button("Review")
    hands.button("Ask for a refund")
    record = page.get_by_test_id("record")
    expect(record).to_have_attribute("data-state", "waiting")
    expect(record.locator("code.topups-payment")).to_have_text("pay_3")
    expect(record.get_by_text("Paid in")).to_have_count(0)
    # The way back is the program's page.
    expect(page.get_by_role("main").get_by_role("link", name="Refunds")).to_be_visible()

    admin = new_screen("admin", "/inbox")
    expect(main_of(admin.page).get_by_role("link", name="Refunds")).to_have_count(0)
    row = admin.page.get_by_test_id("inbox-row")
    expect(row).to_contain_text("pay_3 · Paid twice")
    Hands(admin.page).key("j")
    pane = admin.page.get_by_test_id("inbox-pane")
    expect(pane.locator("dl").filter(has_text="Paid in")).to_contain_text("20.00USD")
    Hands(admin.page).key("a", "a")
    expect(record).to_have_attribute("data-state", "sent")
    admin.open("/topups")
    expect(admin.page.get_by_text("No refund waits")).to_be_visible()


def test_a_member_sees_no_staff_page(new_screen: NewScreen) -> None:
    page = new_screen("42", "/topups").page
    expect(page.get_by_text("This page is for staff")).to_be_visible()


def test_an_address_of_the_program_that_it_has_not_is_no_page(new_screen: NewScreen) -> None:
    page = new_screen("42", "/topups/none").page
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()


def test_on_a_phone_its_entry_is_at_the_foot_and_nothing_sticks_out(new_screen: NewScreen) -> None:
    person = new_screen("42", "/topups/refunds", viewport=PHONE, has_touch=True, is_mobile=True)
    page = person.page
    expect(page.get_by_role("heading", name="Refunds", level=1)).to_be_visible()
    expect(main_of(page).get_by_role("link", name="Refunds")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("suffix", ["js", "css"])
def test_a_module_that_was_tampered_with_is_not_used(new_screen: NewScreen, suffix: str) -> None:
    admin = new_screen("admin", "/login")
    page = admin.page

    def alter(route: Route) -> None:
        answer = route.fetch()
        more = {"js": "window.stolen = true;", "css": "body { display: none }"}[suffix]
        route.fulfill(response=answer, body=f"{more}\n{answer.text()}")

    page.route(re.compile(rf"/console/modules/topups/.*\.{suffix}$"), alter)
    admin.open("/")
    expect(page.get_by_test_id("missing-modules")).to_contain_text("topups")
    assert page.evaluate("window.stolen") is None
    expect(main_of(page).get_by_role("link", name="Top-ups")).to_have_count(0)
    expect(main_of(page).get_by_role("link", name="Users")).to_be_visible()


def test_what_the_docs_promise_to_modules_is_there(new_screen: NewScreen) -> None:
    page = new_screen("admin").page
    docs = (
        (EXAMPLES.parent / "docs" / "programs.md")
        .read_text("utf-8")
        .partition("## Its part of the console")[2]
    )
    names = set(re.findall(r"`(--[a-z-]+)`", docs))
    names |= {f"--color-{name}-soft" for name in ("good", "warn", "bad")}
    assert len(names) > 20
    missing = """(names) => {
      const style = getComputedStyle(document.documentElement);
      return names.filter((name) => style.getPropertyValue(name) === '');
    }"""
    assert page.evaluate(missing, sorted(names)) == []
    table = docs.partition("| `@groat/console` |")[2].partition("\n")[0]
    parts = set(re.findall(r"`(\w+)`", table))
    assert len(parts) > 20
    exported = set(page.evaluate("import('@groat/console').then(Object.keys)"))
    assert exported == parts | {"version"}


def test_axe_finds_no_barrier_in_light_nor_dark(new_screen: NewScreen) -> None:
    page = new_screen("admin", "/topups").page
    expect(page.get_by_role("heading", name="Top-ups", level=1)).to_be_visible()
    page.evaluate(AXE.read_text("utf-8"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(AT_REST)
        assert page.evaluate(RUN_AXE, None) == []
