"""Credits for 500 people from a file: checked, chosen, given, repeated without harm, taken back."""

import csv
import io
import re
from contextlib import suppress

import openpyxl
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TooLate

from tests.e2e.conftest import NewScreen
from tests.e2e.screens import Screen
from tests.e2e.serving import Server

PEOPLE = 500
AMOUNT = 12
LEFT_OUT = 3
BAD = [["", "20", "nobody"], ["b1", "1.5", "half a credit"], ["b2", "-4", "less than nothing"]]


def table(user: str) -> list[list[str]]:
    """The rows of a file: its header, `user`, others, one of them again, and three that cannot be used."""
    people = [user, *(f"person-{number:03}" for number in range(1, PEOPLE))]
    good = [[person, str(AMOUNT), "Spring bonus"] for person in people]
    return [["Candidate ID", "Credits", "Reason"], *good, [user, str(AMOUNT), "Again"], *BAD]


def as_csv(rows: list[list[str]]) -> tuple[str, bytes]:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    return "bonus.csv", text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: list[list[str]]) -> tuple[str, bytes]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Bonuses of this spring"])
    for row in rows:
        sheet.append([float(cell) if re.fullmatch(r"-?[\d.]+", cell) else cell for cell in row])
    data = io.BytesIO()
    book.save(data)
    return "bonus.xlsx", data.getvalue()


def choose(page: Page, name: str, data: bytes) -> None:
    page.get_by_test_id("sheet-file").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def choose_new(page: Page) -> None:
    """Choose the rows of people who are not known yet: they are left out at first."""
    page.get_by_role("radio", name=re.compile(r"^New \d")).check()
    page.get_by_role("checkbox", name="Choose all rows shown").check()
    page.get_by_role("radio", name=re.compile(r"^All \d")).check()


def unselect(page: Page, count: int) -> None:
    """Leave out the first people after the one whose screen is open."""
    for number in range(1, count + 1):
        page.get_by_role("checkbox", name=re.compile(rf"^Choose line \d+, person-{number:03}$")).uncheck()


def give(page: Page) -> None:
    """Press until it is taken: a press of what has not stood there for a second does nothing."""
    card = page.get_by_test_id("bulk-run-card")
    for _ in range(20):
        page.get_by_test_id("bulk-run").click()
        with suppress(TooLate):
            card.wait_for(timeout=500)
            return
    raise AssertionError("the press was never taken")


def shows_one_toast(screen: Screen, text: str) -> None:
    """That this was said, and nothing else since the notes were emptied."""
    expect(screen.toast(text)).to_have_count(1)
    assert len(screen.witness()["toasts"]) == 1


def test_five_hundred_people_from_a_csv_file_and_back(server: Server, new_screen: NewScreen) -> None:
    user = "42"
    person = new_screen(user)
    person.has_state("live")
    admin = new_screen("admin", "/bulk")
    page = admin.page
    name, data = as_csv(table(user))
    before = int(server.balance(user))

    # Every row is checked, nothing is given.
    choose(page, name, data)
    expect(page.get_by_test_id("bulk-bad")).to_have_text(str(len(BAD)))
    expect(page.get_by_test_id("bulk-total")).to_have_text(f"{AMOUNT:,}")
    choose_new(page)
    expect(page.get_by_test_id("bulk-total")).to_have_text(f"{PEOPLE * AMOUNT:,}")
    page.get_by_role("radio", name=f"Bad {len(BAD)}").check()
    expect(page.get_by_test_id("sheet-row")).to_have_count(len(BAD))
    with page.expect_download() as download:
        page.get_by_role("button", name="Bad rows as CSV").click()
    bad = list(csv.reader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert [row[1] for row in bad[1:]] == [row[0] for row in BAD]
    assert all(row[-1] for row in bad[1:]), "each bad row says why"
    page.get_by_role("radio", name=re.compile(r"^All \d")).check()
    unselect(page, LEFT_OUT)
    chosen = PEOPLE - LEFT_OUT
    expect(page.get_by_test_id("bulk-total")).to_have_text(f"{chosen * AMOUNT:,}")
    assert server.balance(user) == str(before)

    # Given: the open screen follows, and everybody hears of it once.
    give(page)
    result = page.get_by_test_id("bulk-result")
    expect(result).to_contain_text(f"{chosen} rows given")
    person.shows(before + AMOUNT)
    shows_one_toast(person, f"+{AMOUNT} CREDIT")
    shows_one_toast(admin, f"{chosen} rows given")
    assert server.balance("person-499") == str(AMOUNT)
    rows = server.call("GET", "/v1/accounts?prefix=user:person-001")["items"]
    assert rows == [], "who was left out got nothing"

    # The same file once more gives nothing twice.
    result.get_by_role("button", name="Done").click()
    choose(page, name, data)
    unselect(page, LEFT_OUT)
    give(page)
    expect(page.get_by_role("alert")).to_contain_text("started here before")
    page.get_by_role("button", name="Finish or check that run").click()
    expect(result).to_contain_text("nobody got anything twice")
    assert server.balance(user) == str(before + AMOUNT)

    # Taken back as a run, with a reason.
    result.get_by_role("button", name="Undo this run").click()
    dialog = page.get_by_test_id("undo-run-dialog")
    dialog.get_by_label("Reason").fill("Wrong file")
    dialog.get_by_role("button", name="Undo run").click()
    expect(dialog).to_contain_text(f"{chosen} of {chosen} taken back", timeout=30_000)
    person.shows(before)
    expect(person.page.get_by_test_id("entry").first).to_contain_text("Wrong file")
    assert server.balance("person-499") == "0"
    assert person.witness()["values"] == [str(before), str(before + AMOUNT), str(before)]


def test_five_hundred_people_from_a_workbook(server: Server, new_screen: NewScreen) -> None:
    user = "7"
    kofi = new_screen(user)
    kofi.has_state("live")
    admin = new_screen("admin", "/bulk")
    before = int(server.balance(user))
    choose(admin.page, *as_xlsx(table(user)))
    expect(admin.page.get_by_test_id("bulk-bad")).to_have_text(str(len(BAD)))
    choose_new(admin.page)
    give(admin.page)
    expect(admin.page.get_by_test_id("bulk-result")).to_contain_text(f"{PEOPLE} rows given")
    kofi.shows(before + AMOUNT)
    shows_one_toast(kofi, f"+{AMOUNT} CREDIT")
    assert server.balance("person-001") == str(AMOUNT)


def test_a_file_that_leaves_things_open(server: Server, new_screen: NewScreen) -> None:
    """What the file does not say is asked; what was taken is shown and can be corrected, without a mouse."""
    admin = new_screen("admin", "/bulk")
    page = admin.page
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "January"
    for row in (["ID", "User", "Candidate", "Credits", "Note"], [1, "42", "Ursula", "1.000", "Bonus"],
                [2, "7", "Kofi", "2.500", ""], [3, "Total", "", "3.500", ""]):  # fmt: skip
        sheet.append(row)
    other = book.create_sheet("February")
    other.append(["User", "Credits"])
    other.append(["42", 7])
    data = io.BytesIO()
    book.save(data)
    page.get_by_test_id("sheet-file").set_input_files(
        {"name": "two-months.xlsx", "mimeType": "application/octet-stream", "buffer": data.getvalue()}
    )
    question = page.get_by_test_id("sheet-question")
    expect(question.get_by_role("alert")).to_contain_text("Which column holds the person")
    question.get_by_label("User").select_option(label="User (42)")
    question.get_by_role("button", name="Read the file").click()

    # Read, and nothing guessed: which sign parts fractions is not shown by these amounts.
    reading = page.get_by_test_id("reading")
    expect(reading.locator("dl")).to_contain_text("January")
    expect(page.get_by_test_id("bulk-bad")).to_have_text("2")
    expect(reading.get_by_role("list", name="To look at")).to_contain_text("February")
    toggle = reading.get_by_role("button", name="Read it otherwise")
    toggle.press("Enter")
    reading.get_by_label("Sign before the fraction").select_option(",")
    expect(page.get_by_test_id("bulk-total")).to_have_text("3,500")
    expect(reading.get_by_role("list", name="To look at")).to_contain_text("Line 4 is a total")
    expect(page.get_by_test_id("sheet-row").first).to_contain_text("1.000")

    # The other sheet is another file: its columns are found anew.
    reading.get_by_label("Sheet").focus()
    reading.get_by_label("Sheet").select_option("February")
    expect(page.get_by_test_id("bulk-total")).to_have_text("7")
    expect(reading.get_by_label("Sheet")).to_be_focused()
