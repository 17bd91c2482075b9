"""Console modules that fail in every way: the console goes on, and says which of them is missing and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NewScreen
from tests.e2e.serving import Server
from tests.helpers.installed import write_entries

SOUND = """
import { Card, PageHeader, defineModule } from "@groat/console";
import { useGroatState } from "@groat/react";
import { jsx, jsxs } from "react/jsx-runtime";
function Page() {
  const user = useGroatState((state) => state.user);
  return jsxs("div", { children: [jsx(PageHeader, { title: "Sound" }), jsx(Card, { children: "Hello " + user })] });
}
const icon = () => null;
export default defineModule({
  api: 1,
  name: "sound",
  pages: [{ path: "/sound", component: Page }],
  nav: [{ section: "staff", to: "/sound", label: "Sound", icon }],
});
"""
TEARS = """
const tears = () => { throw new Error("torn"); };
export default {
  api: 1,
  name: "tears",
  pages: [{ path: "/tears", component: tears, search: tears }],
  nav: [
    { section: "staff", to: "/tears", label: "Tears", icon: tears },
    { section: "staff", to: "/tears", label: "Hidden tears", icon: tears, when: tears },
  ],
  palette: [{ label: "Shed tears", icon: tears, to: "/tears" }],
  kinds: { transfer: { Line: tears, Face: tears, mark: tears, form: { title: "Torn", Form: tears } } },
  slots: { header: tears, background: tears, overview: tears, person: tears },
};
"""


def bare(name: str, more: str = "", api: int = 1) -> str:
    return f"export default {{ api: {api}, name: {name!r}, {more} }};"


MODULES: dict[str, tuple[dict[str, str], str | None]] = {
    "sound": ({"module.js": SOUND}, None),
    "throws": ({"module.js": "throw new Error('no good start');"}, "no good start"),
    "hangs": ({"module.js": "await new Promise(() => {});" + bare("hangs")}, "not started within 10 seconds"),
    "broken": ({"module.js": "this is no JavaScript"}, ""),
    "empty": ({"module.js": "export const module = 1;"}, "exports no program"),
    "later": ({"module.js": bare("later", api=2)}, "version 2 of the console's interface"),
    "other": ({"module.js": bare("bank")}, "belongs to “bank”"),
    "shapeless": ({"module.js": bare("shapeless", "pages: [{ path: '/shapeless' }]")}, "pages[0]"),
    "greedy": ({"module.js": bare("greedy", "pages: [{ path: '/users', component() {} }]")}, "begin with /greedy"),
    "untidy": (
        {"module.js": bare("untidy"), "module.css": "@media all { .untidy-a {} body { display: none } }"},
        "the rule “body”",
    ),
    "loud": (
        {"module.js": bare("loud"), "module.css": ".loud-a, :is(.loud-b) { color: red }"},
        "the rule “.loud-a, :is(.loud-b)”",
    ),
    "flashy": (
        {"module.js": bare("flashy"), "module.css": "@keyframes appear { from { opacity: 1 } }"},
        "the rule “@keyframes appear”",
    ),
    "tears": ({"module.js": TEARS}, None),
}  # fmt: skip
"""Modules by their program, and what staff read of those that cannot be used (None: they can)."""


def main_of(page: Page) -> Any:
    return page.get_by_role("navigation", name="Main")


@pytest.fixture(scope="module")
def spares() -> None:
    """Take new browsers: what they have fetched matters here."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on which every program but one is at fault."""
    place = tmp_path_factory.mktemp("server")
    package = place / "site" / "odd_modules"
    lines = ["from groat.programs import ConsoleModule, Program"]
    for name, (files, _) in MODULES.items():
        folder = package / "consoles" / name
        folder.mkdir(parents=True)
        for file, text in files.items():
            (folder / file).write_text(text)
        style = "'module.css'" if "module.css" in files else None
        module = f"ConsoleModule('odd_modules', 'consoles/{name}', style={style})"
        lines.append(f"{name} = Program('{name}', console={module})")
    (package / "__init__.py").write_text("\n".join(lines))
    write_entries(place, "odd-modules", {name: f"odd_modules:{name}" for name in MODULES})
    programs = ",".join(["bank", *MODULES])
    variables = {"PYTHONPATH": str(place / "site")}
    with Server(place, ("--programs", programs), environment=variables) as server:
        yield server


def test_each_is_named_with_its_fault_and_the_console_goes_on(new_screen: NewScreen) -> None:
    admin = new_screen("admin", "/login")
    page = admin.page
    page.clock.install()
    admin.open("/")
    admin.has_state("live")
    # One that works is there, whatever the others do.
    expect(main_of(page).get_by_role("link", name="Sound")).to_be_visible()
    page.clock.fast_forward(11_000)
    missing = page.get_by_test_id("missing-modules")
    for name, (_, fault) in MODULES.items():
        said = missing.get_by_text(re.compile(rf"The part of the program {name} is missing"))
        if fault is None:
            expect(said).to_have_count(0)
        else:
            expect(said.locator("..")).to_contain_text(fault)
    expect(page.locator("body")).to_be_visible()
    while (dismiss := missing.get_by_role("button", name="Dismiss")).count():
        dismiss.first.click()
    expect(missing).to_have_count(0)
    main_of(page).get_by_role("link", name="Sound").click()
    expect(page.get_by_role("heading", name="Sound", level=1)).to_be_visible()
    expect(page.get_by_text("Hello admin")).to_be_visible()
    admin.problems.clear()


def test_one_that_comes_late_is_used(new_screen: NewScreen) -> None:
    admin = new_screen("admin", "/login")
    page = admin.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/console/modules/sound/.*\.js$"), hold)
    page.clock.install()
    admin.open("/")
    sound = page.get_by_text(re.compile("The part of the program sound is missing"))
    expect(main_of(page).get_by_role("link", name="Users")).to_be_visible()
    expect(page.get_by_test_id("missing-modules")).to_contain_text("no good start")
    page.clock.fast_forward(11_000)
    expect(sound).to_be_visible()
    [route] = held
    route.continue_()
    expect(main_of(page).get_by_role("link", name="Sound")).to_be_visible()
    expect(sound).to_have_count(0)
    admin.problems.clear()


def test_a_member_is_not_told_why(new_screen: NewScreen) -> None:
    person = new_screen("42")
    missing = person.page.get_by_test_id("missing-modules")
    expect(missing).to_contain_text("The part of the program throws is missing here.")
    expect(missing).not_to_contain_text("no good start")
    person.problems.clear()


def test_what_throws_when_it_is_shown_is_shown_otherwise(server: Server, new_screen: NewScreen) -> None:
    filed = server.call(
        "POST",
        "/v1/requests/transfer",
        {"user": "7", "amount": "3", "asset": "USD", "reference": "Tea"},
        user="42",
    )
    admin = new_screen("admin")
    page = admin.page
    # An icon that throws leaves the entry; a condition that throws leaves it out.
    link = main_of(page).get_by_role("link", name="Tears", exact=True)
    expect(link).to_be_visible()
    expect(main_of(page).get_by_role("link", name="Hidden tears")).to_have_count(0)
    link.click()
    failed = page.get_by_test_id("broken-page")
    expect(failed).to_contain_text("This page has failed")
    failed.get_by_role("button", name="Try again").click()
    expect(failed).to_contain_text("It belongs to the program tears.")
    main_of(page).get_by_role("link", name="Inbox").click()
    expect(page.get_by_test_id("inbox-row").filter(has_text="Tea")).to_be_visible()
    admin.open(f"/requests/transfer/{filed['id']}")
    record = page.get_by_test_id("record")
    expect(record).to_contain_text("Tea")
    expect(record).to_contain_text("The program's own view of it has failed")
    admin.problems.clear()
    person = new_screen("42", "/requests/transfer/new")
    expect(person.page.get_by_label("Amount", exact=True)).to_be_visible()
    person.problems.clear()


def test_a_page_whose_module_is_missing_says_so(new_screen: NewScreen) -> None:
    admin = new_screen("admin", "/throws/anything")
    expect(admin.page.get_by_test_id("missing-page")).to_contain_text("This page is missing")
    admin.problems.clear()
