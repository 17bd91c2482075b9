"""Placements in the console: every way to give credits, on the screens of two candidates and of staff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.screens import Screen
from tests.e2e.serving import Server
from tests.e2e.test_access import AT_REST, AXE, PHONE, RUN_AXE, SCREEN, View, as_it_is, keep, tab_to, width_of

SOON_MS = 30_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo with the program of placements."""
    with Server(tmp_path_factory.mktemp("placements"), ("--programs", "placements")) as server:
        yield server


def press(where: Page | Locator, name: str | re.Pattern[str]) -> None:
    """Press a button, once it takes clicks: one that just came into view takes none yet."""
    act = where.get_by_role("button", name=name, exact=isinstance(name, str))
    expect(act).not_to_have_attribute("aria-disabled", "true")
    act.click()


def figure(screen: Screen, name: str) -> Locator:
    return screen.page.get_by_test_id(name)


def shows(screen: Screen, **figures: str) -> None:
    """Wait until a dashboard shows these figures; the number itself is ``credits``."""
    screen.shows(figures.pop("credits"))
    for name, value in figures.items():
        expect(figure(screen, name.replace("_", "-"))).to_have_attribute("data-value", value)


def give(page: Page, amount: str, reason: str, mode: str = "Add") -> None:
    """Fill in the dialog of credits, look at the preview, and give them."""
    dialog = page.get_by_test_id("credits-dialog")
    dialog.get_by_text(mode, exact=True).click()
    dialog.get_by_label(re.compile("^Credits ")).fill(amount)
    dialog.get_by_label("Reason").fill(reason)
    press(dialog, "Preview")
    expect(dialog.get_by_test_id("given-row")).not_to_have_count(0)
    press(dialog, "Give credits" if mode == "Add" else "Set credits")
    expect(dialog).to_have_count(0)


def attach(server: Server, placement: str, name: str, rows: list[dict[str, str]]) -> Any:
    """Upload rows as a file of a placement."""
    draft = server.call("POST", "/v1/runs/drafts", {"rows": rows, "asset": "CREDIT", "name": name})
    return server.call("POST", f"/v1/placements/{placement}/files", {"draft": draft["id"]})


def test_every_way_to_give_credits_moves_the_whole_dashboard(server: Server, new_screen: NewScreen) -> None:
    admin = new_screen("admin", "/admin/placements")
    press(admin.page, "New placement")
    dialog = admin.page.get_by_test_id("placement-dialog")
    dialog.get_by_label("Title").fill("Autumn intake")
    press(dialog, "Make it")
    expect(admin.page.get_by_role("heading", name="Autumn intake")).to_be_visible()
    admin.page.wait_for_url("**/admin/placement-details/*")
    placement = admin.page.url.rpartition("/")[2]

    second = new_screen("admin2", f"/admin/placement-details/{placement}")
    ursula = new_screen("42", "/candidate/dashboard")
    kofi = new_screen("7", "/candidate/dashboard", viewport=PHONE)
    before = {user: int(server.balance(user)) for user in ("42", "7")}
    granted: dict[str, int] = {}
    counts: dict[str, int] = {}
    for user, screen in (("42", ursula), ("7", kofi)):
        screen.shows(before[user])
        granted[user] = int(figure(screen, "granted").get_attribute("data-value") or "")
        counts[user] = int(figure(screen, "updates").get_attribute("data-value") or "")
        screen.page.evaluate("window.stayed = true")

    def follow(user: str, screen: Screen, amount: int, more: int, reason: str, changes: int) -> None:
        shows(
            screen,
            credits=str(before[user] + amount),
            granted=str(granted[user] + more),
            updates=str(counts[user] + changes),
        )
        expect(figure(screen, "last-update")).to_contain_text(reason)
        expect(screen.page.get_by_test_id("entry").first).to_contain_text(reason)

    # Kofi is known by his e-mail address alone, and a third person is new.
    sheet = "Candidate;Credits;Reason\n42;20;Intake\nkofi@example.com;30;Intake\nnia@example.com;40;Intake\n"
    admin.page.get_by_test_id("placement-file").set_input_files(
        {"name": "april.csv", "mimeType": "text/csv", "buffer": sheet.encode()}
    )
    for page in (admin.page, second.page):
        expect(page.get_by_test_id("file").get_by_text("Not processed yet")).to_be_visible()
    # Its rows are a page of bulk runs, which leads back.
    second.page.get_by_test_id("file").get_by_role("link", name="Rows").click()
    expect(second.page.get_by_test_id("draft-row")).to_have_count(3)
    second.page.get_by_role("link", name="Back", exact=True).click()
    expect(second.page.get_by_role("heading", name="Autumn intake")).to_be_visible()
    press(admin.page, "Process data")
    dialog = admin.page.get_by_test_id("process-dialog")
    expect(dialog.get_by_test_id("given-people")).to_have_attribute("data-value", "3")
    expect(dialog.get_by_test_id("given-total")).to_have_attribute("data-value", "90")
    press(dialog, "Process data")
    expect(dialog).to_have_count(0)
    for user, screen, amount in (("42", ursula, 20), ("7", kofi, 30)):
        follow(user, screen, amount, amount, "Intake", 1)
        expect(screen.page.get_by_test_id("place").filter(has_text="Autumn intake")).to_be_visible()
        expect(figure(screen, "granted")).not_to_have_attribute("data-changes", "0")
    for page in (admin.page, second.page):
        expect(page.get_by_test_id("file")).to_have_attribute("data-state", "processed")
        expect(page.get_by_test_id("member")).to_have_count(3)
        expect(page.get_by_test_id("act").first).to_have_attribute("data-state", "done")

    press(admin.page, re.compile("^Credits for april.csv"))
    give(admin.page, "10", "Well done")
    follow("42", ursula, 30, 30, "Well done", 2)
    follow("7", kofi, 40, 40, "Well done", 2)

    attach(server, placement, "may.csv", [{"user": "7", "amount": "1"}])
    expect(admin.page.get_by_test_id("file")).to_have_count(2)
    press(admin.page, "Bulk Credits")
    give(admin.page, "5", "For all files")
    follow("42", ursula, 35, 35, "For all files", 3)
    follow("7", kofi, 45, 45, "For all files", 3)

    press(admin.page, "Placement Credits")
    give(admin.page, str(max(before.values()) + 100), "A clean start", mode="Set to")
    for user, screen in (("42", ursula), ("7", kofi)):
        to = max(before.values()) + 100 - before[user]
        follow(user, screen, to, to, "A clean start", 4)

    # Undone as a run, from the page to which the act leads.
    acts = second.page.get_by_test_id("act")
    expect(acts).to_have_count(4)
    expect(acts.first).to_have_attribute("data-state", "done")
    acts.first.get_by_role("link").click()
    second.page.wait_for_url("**/runs/*")
    # Whom it reached is with the run: Ursula and Kofi have it on their screens, and Nia has none.
    second.page.get_by_role("radio", name="Receipts").check()
    receipts = second.page.get_by_test_id("receipt")
    expect(receipts).to_have_count(3)
    for user in ("42", "7"):
        told = receipts.filter(has=second.page.locator(f"a[href$='/users/{user}']"))
        expect(told).to_contain_text("sent to 1", timeout=SOON_MS)
        expect(told).to_contain_text(re.compile(r"seen .*\d"), timeout=SOON_MS)
    expect(receipts.filter(has_text="no device yet")).to_have_count(1)
    run = urlsplit(second.page.url).path.rpartition("/")[2]
    draft = server.call("POST", f"/v1/runs/{run}/undo", {"reason": "By mistake"})
    filing = {"draft": draft["id"], "version": draft["version"]}
    server.call("POST", "/v1/requests/run?owner=house:runs", filing)
    follow("42", ursula, 35, 35, "By mistake", 5)
    follow("7", kofi, 45, 45, "By mistake", 5)

    press(admin.page, "Archive")
    press(admin.page.get_by_role("dialog"), "Archive it")
    for screen in (ursula, kofi):
        expect(screen.page.get_by_test_id("place").filter(has_text="Autumn intake")).to_contain_text(
            "Archived"
        )
        assert screen.page.evaluate("window.stayed"), "it was all live, without a reload"


def test_the_browser_is_asked_for_notifications_on_a_click_alone(
    server: Server, new_screen: NewScreen
) -> None:
    screen = new_screen("42", permissions=[])
    page = screen.page
    page.add_init_script("""
        window.asked = 0;
        window.told = [];
        window.Notification = class {
          static permission = "default";
          static async requestPermission() { window.asked += 1; return "granted"; }
          constructor(title, {body}) { window.told.push([title, body]); }
        };
    """)
    screen.open("/candidate/dashboard")
    press_me = page.get_by_role("button", name="Notify me in this browser")
    expect(press_me).to_be_visible()
    assert page.evaluate("window.asked") == 0
    press(page, "Notify me in this browser")
    expect(page.get_by_text("Browser notifications are on")).to_be_visible()
    assert page.evaluate("window.asked") == 1
    page.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'hidden'})")
    server.credit("42", 7, "While away")
    page.wait_for_function("window.told.length === 1")
    assert page.evaluate("window.told") == [["+7 CREDIT", "While away"]]


def test_pages_of_staff_are_for_staff(server: Server, new_screen: NewScreen) -> None:
    page = new_screen("11", "/admin/placements").page
    for path in (
        "/admin/placements",
        "/admin/candidates",
        "/admin/candidates/42",
        "/admin/placement-details/x",
    ):
        page.goto(server.address + path)
        expect(page.get_by_role("heading", name="This page is for staff")).to_be_visible()
    refused = server.refused("GET", "/v1/candidates/42/dashboard", user="11")
    assert refused["code"] == "forbidden"


def with_file(page: Page) -> None:
    expect(page.get_by_test_id("file")).to_have_count(2)
    page.get_by_test_id("file").get_by_role("button", name="Candidates", exact=True).click()
    expect(page.get_by_test_id("file-candidate").first).to_be_visible()


def with_credits(page: Page) -> None:
    press(page, "Placement Credits")
    dialog = page.get_by_test_id("credits-dialog")
    dialog.get_by_label("Credits for each").fill("5")
    dialog.get_by_label("Reason").fill("Bonus")
    press(dialog, "Preview")
    expect(page.get_by_test_id("credits-preview").or_(dialog.get_by_role("alert"))).to_be_visible()


def with_process(page: Page) -> None:
    press(page, "Process data")
    expect(page.get_by_test_id("process-dialog").get_by_test_id("given-people")).to_be_visible()


def with_new(page: Page) -> None:
    press(page, "New placement")
    expect(page.get_by_test_id("placement-dialog")).to_be_visible()


DETAILS = "/admin/placement-details/spring-intake"
VIEWS: dict[str, tuple[str, str, View]] = {
    "placements": ("admin", "/admin/placements", as_it_is),
    "placements-new": ("admin", "/admin/placements", with_new),
    "placement": ("admin", DETAILS, with_file),
    "placement-credits": ("admin", DETAILS, with_credits),
    "placement-process": ("admin", DETAILS, with_process),
    "candidates": ("admin", "/admin/candidates", as_it_is),
    "candidate": ("admin", "/admin/candidates/42", as_it_is),
    "dashboard": ("42", "/candidate/dashboard", as_it_is),
    "dashboard-empty": ("member-2", "/candidate/dashboard", as_it_is),
}


def test_axe_finds_no_barrier_and_nothing_sticks_out_on_a_phone(
    server: Server, new_screen: NewScreen
) -> None:
    source = AXE.read_text(encoding="utf-8")
    screens = {user: new_screen(user) for user in ("42", "admin", "member-2")}
    found: list[Any] = []
    for name, (user, path, act) in VIEWS.items():
        page = screens[user].open(path).page
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        act(page)
        page.evaluate(source)
        for scheme, rules in (("light", None), ("dark", ["color-contrast", "link-in-text-block"])):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.evaluate(AT_REST)
            found += [(name, scheme, *violation) for violation in page.evaluate(RUN_AXE, rules)]
            keep(page, f"{name}-{scheme}")
        page.set_viewport_size(PHONE)
        width = width_of(page)
        keep(page, f"{name}-phone")
        page.set_viewport_size(SCREEN)
        if width > PHONE["width"]:
            found.append((name, "phone", f"{width} px wide"))
    assert found == []


def test_in_german_nothing_sticks_out_on_a_phone(server: Server, new_screen: NewScreen) -> None:
    for user in ("42", "admin"):
        screen = new_screen(user, language="de", locale="de-DE", viewport=PHONE)
        for path in sorted({path for who, path, _ in VIEWS.values() if who == user}):
            page = screen.open(path).page
            expect(page.locator("html")).to_have_attribute("lang", "de")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            width = width_of(page)
            keep(page, f"de{path.replace('/', '-')}")
            assert width <= PHONE["width"], path


def test_keys_are_enough_to_give_credits(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen("admin", DETAILS)
    page, keyboard = screen.page, screen.page.keyboard
    before = int(server.balance("11"))
    act = page.get_by_role("button", name="Placement Credits")
    expect(act).not_to_have_attribute("aria-disabled", "true")
    act.focus()
    keyboard.press("Enter")
    dialog = page.get_by_test_id("credits-dialog")
    expect(dialog.get_by_label("Credits for each")).to_be_focused()
    keyboard.type("3")
    keyboard.press("Tab")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    keyboard.type("By keys")
    preview = dialog.get_by_role("button", name="Preview")
    expect(preview).not_to_have_attribute("aria-disabled", "true")
    keyboard.press("Enter")
    expect(page.get_by_test_id("credits-preview")).to_be_visible()
    give_all = dialog.get_by_role("button", name="Give credits")
    expect(give_all).not_to_have_attribute("aria-disabled", "true")
    tab_to(page, give_all)
    keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_test_id("act").first).to_contain_text("By keys")
    expect(page.get_by_test_id("act").first).to_have_attribute("data-state", "done")
    assert int(server.balance("11")) == before + 3
