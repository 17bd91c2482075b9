"""The example of an app around CreditContext: an update, an order, a voucher, and another person who takes over."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.apps import SHOWN_MS, WEB, AppLogin, build_app
from tests.e2e.serving import Server
from tests.e2e.test_access import AT_REST, AXE, PHONE, RUN_AXE

EXAMPLE = Path(__file__).parents[2] / "examples" / "credit_context"

NOTES = """
window.notes = {texts: [], said: []};
new MutationObserver(() => window.notes.texts.push(document.body?.innerText ?? '')).observe(
  document, {subtree: true, childList: true, characterData: true});
const post = BroadcastChannel.prototype.postMessage;
BroadcastChannel.prototype.postMessage = function (message) {
  window.notes.said.push(JSON.stringify(message));
  return post.call(this, message);
};
"""
"""Notes every text that the page had, and whatever it told the other tabs."""

KEPT = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, await caches.keys(), await indexedDB.databases(), document.cookie,
])"""
"""All that a page may leave behind in a browser."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built page. It finds its packages where this project has them."""
    directory = tmp_path_factory.mktemp("credit-context")
    source = directory / "source"
    shutil.copytree(EXAMPLE, source)
    (source / "node_modules").symlink_to(WEB / "node_modules")
    return build_app(directory, source)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo with the program of credits, whose people and packages are the tests' own."""
    with Server(tmp_path_factory.mktemp("server"), ("--programs", "credits")) as server:
        yield server


class Shop:
    """The app in one browser; `tab` opens it once more."""

    def __init__(self, context: BrowserContext, server: Server, files: Path, user: str) -> None:
        self.context, self.server = context, server
        self.login = AppLogin(context, server, files)
        self.login.user = user
        context.route("**/app/login", self._sign_in)
        context.add_init_script(NOTES)
        self.problems: list[str] = []
        context.on("weberror", lambda error: self.problems.append(str(error.error)))
        self.page = self.tab()

    def _sign_in(self, route: Route) -> None:
        self.login.user = route.request.post_data
        route.fulfill(body="")

    def tab(self) -> Page:
        page = self.context.new_page()
        page.goto(f"{self.server.address}/app/index.html")
        return page


def shows(page: Page, user: str, credits: int) -> None:
    """Wait until both displays have this number."""
    expect(page.get_by_test_id("user")).to_have_text(user, timeout=SHOWN_MS)
    for name in ("Credits", "Credits again"):
        expect(page.get_by_label(name, exact=True)).to_have_text(f"{credits:,}", timeout=SHOWN_MS)


def set_credits(server: Server, user: str, credits: int) -> None:
    body = {"balance": str(credits), "reason": "For a test"}
    server.call("PUT", f"/v1/accounts/user:{user}/balances/CREDIT", body)


def says(page: Page, text: str) -> None:
    expect(page.get_by_role("status", name="News")).to_contain_text(text, timeout=SHOWN_MS)


def test_updates_orders_and_vouchers_are_on_all_screens(
    new_context: Callable[..., BrowserContext], server: Server, files: Path
) -> None:
    set_credits(server, "42", 1_000)
    set_credits(server, "7", 500)
    staff = Shop(new_context(), server, files, "admin")
    admin = staff.page
    ursula = Shop(new_context(), server, files, "42")
    other = Shop(new_context(viewport=PHONE), server, files, "42").page
    shows(ursula.page, "42", 1_000)
    shows(other, "42", 1_000)

    admin.get_by_role("button", name="Users").click()
    row = admin.get_by_test_id("user-42")
    expect(row.get_by_role("status")).to_have_text("1000", timeout=SHOWN_MS)
    admin.get_by_label("New credits of 42").fill("1200")
    row.get_by_role("button", name="Set").click()
    says(admin, "User credits updated successfully")
    expect(row.get_by_role("status")).to_have_text("1200")
    for page in (ursula.page, other):
        shows(page, "42", 1_200)
    # Acts of others reach the list, too.
    set_credits(server, "42", 1_300)
    expect(row.get_by_role("status")).to_have_text("1300", timeout=SHOWN_MS)
    # A refusal is told in the server's words.
    admin.get_by_label("New credits of 42").fill("-5")
    row.get_by_role("button", name="Set").click()
    problem = server.refused(
        "PUT", "/v1/accounts/user:42/balances/CREDIT", {"balance": "-5", "reason": "Admin update"}
    )
    says(admin, problem["detail"])

    server.call(
        "PUT",
        "/v1/credits/packages/trial",
        {"name": "Trial", "credits": "250", "prices": [{"amount": "5.00", "currency": "USD"}]},
    )
    ursula.page.reload()
    ursula.page.get_by_role("listitem").filter(has_text="Trial").get_by_role("button", name="Order").click()
    expect(ursula.page.get_by_test_id("order").filter(has_text="Trial")).to_contain_text("pending")
    admin.get_by_role("button", name="Orders").click()
    order = admin.get_by_test_id("order").filter(has_text="42: Trial")
    order.get_by_role("button", name="Fulfill").click()
    says(admin, "Order fulfilled")
    for page in (ursula.page, other):
        shows(page, "42", 1_550)
        expect(page.get_by_test_id("order").filter(has_text="Trial")).to_contain_text("fulfilled")

    campaign: Any = {"name": "Spring", "amount": "50", "asset": "CREDIT", "code": "SPRING-2026"}
    server.call("POST", "/v1/vouchers/campaigns", campaign)
    for page in (ursula.page, other):
        page.get_by_role("button", name="Vouchers").click()
    ursula.page.get_by_label("Code").fill("spring 2o26")
    ursula.page.get_by_role("button", name="Redeem").click()
    says(ursula.page, "Voucher redeemed")
    for page in (ursula.page, other):
        shows(page, "42", 1_600)
        expect(page.get_by_test_id("voucher").filter(has_text="Spring")).to_have_count(1, timeout=SHOWN_MS)
    assert staff.problems == ursula.problems == []


def test_another_person_takes_over_and_nothing_is_left(
    new_context: Callable[..., BrowserContext], server: Server, files: Path
) -> None:
    set_credits(server, "42", 41_234)
    set_credits(server, "7", 7_321)
    shop = Shop(new_context(), server, files, "42")
    tabs = [shop.page, shop.tab()]
    for page in tabs:
        shows(page, "42", 41_234)
    # An answer for 42 is on its way when 7 signs in, and comes afterwards.
    late: list[Route] = []
    shop.context.route("**/v1/me", lambda route: late.append(route), times=1)
    # Within five seconds of an answer nobody is asked again, so the button is pressed until somebody is.
    with shop.page.expect_request("**/v1/me"):
        shop.page.get_by_role("button", name="Refresh").evaluate(
            "button => { window.pressing = setInterval(() => button.click(), 100) }"
        )
    shop.page.evaluate("clearInterval(window.pressing)")
    shop.page.evaluate(
        """() => document.querySelector('button[type=submit]').addEventListener(
          'click', () => Object.assign(window.notes, {texts: [], said: []}))"""
    )
    shop.page.get_by_label("Somebody else").fill("7")
    shop.page.get_by_role("button", name="Sign in").click()
    expect(shop.page.get_by_test_id("user")).not_to_have_text("42")
    answer = late[0].fetch()
    assert "41234" in answer.text()
    late[0].fulfill(response=answer)
    for page in tabs:
        shows(page, "7", 7_321)
    notes = shop.page.evaluate("window.notes")
    assert [text for text in notes["texts"] if "41,234" in text] == []
    assert [said for said in notes["said"] if "41234" in said] == []
    # Changes of 42 reach none of these tabs now, and changes of 7 reach both.
    set_credits(server, "42", 45_678)
    set_credits(server, "7", 7_322)
    third = shop.tab()
    for page in (*tabs, third):
        shows(page, "7", 7_322)
        texts = page.evaluate("window.notes.texts.concat(window.notes.said).join(' ')")
        assert "45,678" not in texts
        assert "45678" not in texts
        kept = page.evaluate(KEPT)
        for trace in ("user:42", "41234", '"42"'):
            assert trace not in kept
    assert "41,234" not in third.evaluate("window.notes.texts.join(' ')")
    assert shop.problems == []


def test_it_can_be_used_by_everybody(
    new_context: Callable[..., BrowserContext], server: Server, files: Path
) -> None:
    source = AXE.read_text(encoding="utf-8")
    admin = Shop(new_context(), server, files, "admin").page
    found = []
    for name in ("Users", "Orders", "Vouchers"):
        admin.get_by_role("button", name=name).focus()
        admin.keyboard.press("Enter")
        expect(admin.get_by_role("heading", name=name, exact=True)).to_be_visible()
        admin.evaluate(source)
        for scheme in ("light", "dark"):
            admin.emulate_media(color_scheme=scheme)
            admin.evaluate(AT_REST)
            found += [(name, scheme, *each) for each in admin.evaluate(RUN_AXE, None)]
        admin.set_viewport_size(PHONE)
        assert admin.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
    assert found == []
