"""Bulk runs in the console: checked, corrected, filed, approved by somebody else, held, resumed, and taken back."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.screens import Screen
from tests.e2e.serving import Server

MANY = 20_000
SOON_MS = 30_000
LONG_MS = 90_000
MANY_READS = 6
"""A screen reads a run when its state changes, and not more often for what goes on in it."""
NOTE_PROGRESS = """() => {
    window.progress = [];
    const note = () => {
        const posted = document.querySelector('[data-testid=run-progress]')?.dataset.posted;
        if (posted !== undefined) window.progress.push(Number(posted));
    };
    new MutationObserver(note).observe(document.body, {subtree: true, attributeFilter: ['data-posted']});
}"""


def draft(server: Server, rows: list[dict[str, str]], name: str, **more: str) -> str:
    """Check rows; the id of the draft."""
    body = {"rows": rows, "asset": "CREDIT", "name": name, "reason": "Autumn bonus", **more}
    return str(server.call("POST", "/v1/runs/drafts", body)["id"])


def press(page: Page, name: str) -> None:
    """Press a button by its test id, once it takes clicks."""
    button = page.get_by_test_id(name)
    button.scroll_into_view_if_needed()
    expect(button).to_be_enabled(timeout=SOON_MS)
    expect(button).not_to_have_attribute("aria-disabled", "true", timeout=SOON_MS)
    button.click()


def has_state(page: Page, state: str, timeout: int = SOON_MS) -> None:
    expect(page.get_by_test_id("run")).to_have_attribute("data-state", state, timeout=timeout)


def posted(page: Page) -> int:
    return int(page.get_by_test_id("run-progress").get_attribute("data-posted") or "-1")


def file(page: Page) -> str:
    """File the draft on screen; the id of the run."""
    press(page, "file-run")
    expect(page.get_by_test_id("run")).to_be_visible(timeout=SOON_MS)
    return page.url.rsplit("/", 1)[1]


def toasts(screen: Screen, text: str) -> int:
    return sum(text in toast for toast in screen.witness()["toasts"])


def test_a_run_is_approved_held_and_resumed_while_others_watch(server: Server, new_screen: NewScreen) -> None:
    before = int(server.balance("42"))
    rows = [{"user": f"many-{number}", "amount": "3"} for number in range(1, MANY)]
    id = draft(server, [*rows, {"user": "42", "amount": "7"}], "Many people")
    person = new_screen("42")
    person.has_state("live")
    maker = new_screen("admin", f"/runs/drafts/{id}").page
    expect(maker.get_by_test_id("draft-selected")).to_have_text(f"{MANY:,}")
    expect(maker.get_by_test_id("steps")).to_contain_text("20 steps of up to 1,000 rows")
    expect(maker.get_by_test_id("needs-approval")).to_be_visible()
    run = file(maker)
    has_state(maker, "pending")
    # Nobody approves their own: the button is another person's.
    expect(maker.get_by_test_id("act-approve")).to_have_count(0)
    expect(maker.get_by_test_id("record")).to_contain_text("somebody else must decide it")
    assert server.balance("42") == str(before)

    approver = new_screen("admin2", f"/runs/{run}").page
    has_state(approver, "pending")
    press(approver, "act-approve")
    # Held in the middle, on the screen of whoever is at hand; the other one follows.
    approver.get_by_test_id("act-pause").click(timeout=SOON_MS)
    has_state(maker, "paused")
    has_state(approver, "paused")
    held = server.call("GET", f"/v1/runs/{run}")["posted"]["rows"]
    assert 0 < held < MANY, "it was held between its steps"
    maker.reload()
    has_state(maker, "paused")
    expect(maker.get_by_test_id("run-progress")).to_have_attribute("data-posted", str(held))
    expect(maker.get_by_test_id("run-progress")).to_contain_text(f"{held:,} of {MANY:,} rows")

    # Progress comes by itself: more steps than anybody asks for.
    approver.evaluate(NOTE_PROGRESS)
    asked: list[str] = []
    approver.on("request", lambda request: asked.append(request.url))
    maker.get_by_test_id("act-resume").click()
    has_state(approver, "done", LONG_MS)
    has_state(maker, "done", LONG_MS)
    for page in (maker, approver):
        expect(page.get_by_test_id("run-progress")).to_have_attribute("data-posted", str(MANY))
    seen = approver.evaluate("window.progress")
    assert seen == sorted(seen)
    assert any(held < rows < MANY for rows in seen), "it was seen on its way"
    assert sum(url.endswith(f"/v1/runs/{run}") for url in asked) <= MANY_READS
    person.shows(before + 7)
    expect(person.page.get_by_test_id("entry").first).to_contain_text("Autumn bonus")
    assert toasts(person, "+7") == 1
    assert server.balance("many-1") == "3"


def sheet(rows: list[list[Any]], *more: tuple[str, list[list[Any]]]) -> bytes:
    """A workbook whose first sheet is called January."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "January"
    for name, content in (("January", rows), *more):
        page = book[name] if name in book.sheetnames else book.create_sheet(name)
        for row in content:
            page.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def upload(page: Page, name: str, data: bytes) -> None:
    page.get_by_test_id("sheet-file").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )


def test_an_ugly_file_is_corrected_filed_received_and_known_again(
    server: Server, new_screen: NewScreen
) -> None:
    """The page asks for what the file leaves open, shows each reading beside the text, and lets staff correct it."""
    rows: list[list[Any]] = [
        ["Bonuses of this spring"],
        [],
        ["ID", "User", "Candidate", "Credits", "Note"],
        [1, "42", "Ursula", "1.000", "Bonus"],
        [2, "kofi@example.com", "Kofi", "2.500", ""],
        [3, "", "", "20", "nobody"],
        [4, "11", "Mei", "x", "half"],
        [5, "Total", "", "3.520", ""],
    ]
    ugly = sheet(rows, ("February", [["User", "Credits"], ["42", 7]]))
    before = int(server.balance("42"))
    person, phone = new_screen("42"), new_screen("42", viewport={"width": 390, "height": 844})
    person.has_state("live")
    phone.has_state("live")
    page = new_screen("admin", "/runs/new").page
    upload(page, "two-months.xlsx", ugly)
    question = page.get_by_test_id("sheet-question")
    expect(question.get_by_role("alert")).to_contain_text("Which column holds the person")
    question.get_by_label("Person’s id").select_option(label="User (42)")
    question.get_by_role("button", name="Read the file").click()

    # Nothing is guessed: which sign parts fractions is not shown by these amounts.
    reading = page.get_by_test_id("reading")
    expect(reading.locator("dl")).to_contain_text("January")
    expect(page.get_by_test_id("draft-bad")).to_have_text("4")
    expect(reading.get_by_role("list", name="Check these")).to_contain_text("February")
    reading.get_by_role("button", name="Correct the reading").press("Enter")
    decimal = reading.get_by_label("Numbers are written")
    decimal.focus()
    decimal.select_option(",")
    expect(page.get_by_test_id("draft-total")).to_have_text("3,500", timeout=SOON_MS)
    expect(decimal).to_be_focused()
    expect(page.get_by_test_id("draft-row").first).to_contain_text("1.000")
    # The bad rows alone, each with why.
    with page.expect_download() as download:
        page.get_by_role("button", name="Bad rows as CSV").click()
    bad = list(csv.reader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert len(bad) == 3
    assert all(row[-1] for row in bad[1:]), "each bad row says why"
    assert server.balance("42") == str(before)

    file(page)
    has_state(page, "done")
    for screen in (person, phone):
        screen.shows(before + 1000)
        assert toasts(screen, "+1,000") == 1
    # The receipts follow by themselves: two devices have shown it.
    page.get_by_role("radio", name="Receipts").check()
    receipt = page.get_by_test_id("receipt").first
    expect(receipt).to_contain_text("sent to 2", timeout=SOON_MS)
    expect(receipt).to_contain_text("seen", timeout=SOON_MS)
    with page.expect_download() as download:
        page.get_by_role("button", name="Receipts as CSV").click()
    assert len(download.value.path().read_text(encoding="utf-8-sig").splitlines()) == 3

    # The same file once more is known, whoever sends it.
    again = new_screen("admin2", "/runs/new").page
    upload(again, "two-months.xlsx", ugly)
    again.get_by_test_id("sheet-question").get_by_label("Person’s id").select_option(label="User (42)")
    again.get_by_role("button", name="Read the file").click()
    expect(again.get_by_test_id("repeats")).to_be_visible(timeout=SOON_MS)
    again.get_by_test_id("repeats").get_by_role("link").click()
    has_state(again, "done")


def test_a_pasted_list_and_a_selection_of_people(server: Server, new_screen: NewScreen) -> None:
    page = new_screen("admin", "/runs/new").page
    page.get_by_role("radio", name="A list").check()
    page.get_by_label("One person a line").fill("7\nmei@example.com; 25\nbrand-new-2; 5; Welcome")
    page.get_by_label("Amount for lines without one").fill("10")
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_test_id("draft-total")).to_have_text("40", timeout=SOON_MS)
    expect(page.get_by_test_id("draft-new")).to_have_text("1")
    page.goto(f"{server.address}/runs/new")
    page.get_by_role("radio", name="People").check()
    page.get_by_label("Name, id or e-mail contains").fill("ursula")
    page.get_by_label("Amount for each").fill("3")
    page.get_by_role("button", name="Show these people").click()
    expect(page.get_by_test_id("draft-people")).to_have_text("1", timeout=SOON_MS)
    expect(page.get_by_test_id("draft-row").first).to_contain_text("42")


def test_the_list_of_runs_is_live_and_a_run_goes_on_past_refused_rows(
    server: Server, new_screen: NewScreen
) -> None:
    page = new_screen("support", "/runs").page
    expect(page.get_by_role("heading", name="Bulk runs", level=1)).to_be_visible()
    # Staff look on; only administrators give.
    expect(page.get_by_role("link", name="New run")).to_have_count(0)
    body = {"people": ["7", "11"], "amount": "4", "asset": "CREDIT", "reason": "Thanks", "name": "For two"}
    server.call("POST", "/v1/runs", body)
    line = page.get_by_test_id("run-line").filter(has_text="For two")
    expect(line).to_contain_text("Done", timeout=SOON_MS)
    line.get_by_role("link").click()
    has_state(page, "done")
    expect(page.get_by_test_id("undo-run")).to_have_count(0)

    # Three accounts are frozen after the rows were checked: the first of them stops the run.
    people = ["row-1", "cold-1", "cold-2", "cold-3", "row-5"]
    for person in people:
        server.credit(person, 1)
    id = draft(server, [{"user": person, "amount": "5"} for person in people], "Past the cold")
    maker = new_screen("admin", f"/runs/drafts/{id}").page
    expect(maker.get_by_test_id("draft-total")).to_have_text("25")
    for person in people[1:4]:
        server.call("POST", f"/v1/accounts/user:{person}/freeze", {"reason": "They left"})
    page.goto(f"{server.address}/runs")
    file(maker)
    has_state(maker, "stopped")
    expect(page.get_by_test_id("run-line").filter(has_text="Past the cold")).to_contain_text(
        "Stopped", timeout=SOON_MS
    )
    refused = maker.get_by_test_id("run-progress").get_by_role("alert")
    expect(refused).to_contain_text("cold-1 in row 2 was refused")
    expect(refused).to_contain_text("frozen")
    assert [server.balance(person) for person in people] == ["1"] * 5, "a step is posted whole or not at all"
    skip(maker)
    expect(refused).to_contain_text("cold-2 in row 3 was refused", timeout=SOON_MS)
    expect(maker.get_by_test_id("run-progress")).to_contain_text("one row skipped")
    skip(maker, every=True)
    has_state(maker, "done")
    expect(maker.get_by_test_id("run-progress")).to_contain_text("3 rows skipped")
    expect(refused).to_have_count(0)
    expect(maker.get_by_test_id("run-row").nth(1)).to_contain_text("skipped")
    assert [server.balance(person) for person in people] == ["6", "1", "1", "1", "6"]


def skip(page: Page, *, every: bool = False) -> None:
    """Leave out the row at which the run on screen stopped, or whatever is refused from there on."""
    press(page, "act-skip")
    dialog = page.get_by_test_id("input-dialog")
    if every:
        dialog.get_by_role("checkbox", name="Every").check()
    act = dialog.get_by_role("button", name="Leave out the row")
    expect(act).not_to_have_attribute("aria-disabled", "true", timeout=SOON_MS)
    act.click()
    expect(dialog).to_have_count(0, timeout=SOON_MS)


def test_a_draft_is_changed_row_by_row_and_by_the_keyboard(server: Server, new_screen: NewScreen) -> None:
    rows: list[dict[str, Any]] = [
        {"user": "42", "amount": "5"},
        {"user": "7", "amount": "6"},
        {"user": "42", "amount": "8"},
        {"user": "brand-new", "amount": "9"},
        {"name": "Nobody of that name", "amount": "1"},
        {"user": "11", "amount": "1,5x"},
    ]
    page = new_screen("admin", f"/runs/drafts/{draft(server, rows, 'Six rows')}").page
    total, bad = page.get_by_test_id("draft-total"), page.get_by_test_id("draft-bad")
    # One person in two rows is asked about, and nothing is given before that is answered.
    expect(bad).to_have_text("4")
    expect(total).to_have_text("15")
    asked = page.get_by_test_id("ask-duplicates")
    asked.get_by_role("radio", name="Leave out").focus()
    page.keyboard.press("ArrowRight")
    expect(asked.get_by_role("radio", name="First only")).to_be_checked()
    expect(total).to_have_text("20", timeout=SOON_MS)
    page.keyboard.press("ArrowRight")
    expect(total).to_have_text("28", timeout=SOON_MS)
    expect(bad).to_have_text("2")
    # A row by its checkbox, with the space bar.
    box = page.get_by_role("checkbox", name="Choose line 4,")
    box.focus()
    page.keyboard.press("Space")
    expect(box).not_to_be_checked()
    expect(total).to_have_text("19", timeout=SOON_MS)
    page.get_by_label("Rows to show").select_option("bad")
    expect(page.get_by_test_id("draft-row")).to_have_count(2)
    expect(page.get_by_test_id("draft-row").first).to_contain_text("Nobody has this name")
    page.get_by_label("Rows to show").select_option("unselected")
    expect(page.get_by_test_id("draft-row")).to_have_count(1)
    page.get_by_role("button", name="Choose all").click()
    expect(total).to_have_text("28", timeout=SOON_MS)
    # All about a row, and back to where one was.
    page.get_by_test_id("draft-row").first.get_by_role("button").press("Enter")
    expect(page.get_by_test_id("row-sheet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("row-sheet")).to_have_count(0)
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep draft").click()
    expect(page.get_by_test_id("draft")).to_be_visible()


def test_a_run_is_taken_back_in_part_and_then_the_rest(server: Server, new_screen: NewScreen) -> None:
    body = {"amount": "40", "asset": "CREDIT", "reason": "By mistake", "name": "Three people"}
    people = ["undo-1", "undo-2", "undo-3"]
    run = server.call("POST", "/v1/runs", {**body, "people": people})["id"]
    page = new_screen("admin", f"/runs/{run}").page
    watcher = new_screen("admin2", f"/runs/{run}").page
    has_state(page, "done")
    # One person has spent most of it.
    spent = {"source": "user:undo-3", "destination": "house:sales", "amount": "30", "asset": "CREDIT"}
    server.call("POST", "/v1/transactions", {"postings": [spent], "reason": "Coffee"})
    page.get_by_role("checkbox", name="Choose line 1, undo-1").check()
    undo(page, "Not for this person")
    expect(page.get_by_test_id("ask-short")).to_contain_text("Everybody still has what they got")
    expect(page.get_by_test_id("draft-total")).to_have_text("40")
    file(page)
    has_state(page, "done")
    expect(watcher.get_by_test_id("run-progress")).to_contain_text("Taken back in part", timeout=SOON_MS)
    assert server.balance("undo-1") == "0"

    page.goto(f"{server.address}/runs/{run}")
    undo(page, "None of it was right")
    short = page.get_by_test_id("ask-short")
    expect(short).to_contain_text("One person has spent some of it already")
    expect(short).to_contain_text("30CREDIT is gone")
    short.get_by_role("radio", name="What is left").check()
    expect(page.get_by_test_id("draft-total")).to_have_text("50", timeout=SOON_MS)
    file(page)
    has_state(page, "done")
    assert [server.balance(person) for person in people] == ["0", "0", "0"]
    expect(watcher.get_by_test_id("run-row").first).to_contain_text("taken back", timeout=SOON_MS)


def undo(page: Page, reason: str) -> None:
    """Go to the preview of what can be taken back."""
    press(page, "undo-run")
    dialog = page.get_by_test_id("undo-dialog")
    dialog.get_by_role("button", name="Check what can be undone").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Enter a reason")
    dialog.get_by_label("Reason").fill(reason)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("draft")).to_be_visible(timeout=SOON_MS)
