"""The example of placements, before and after its move to groat: staff and two candidates, one of whom is away."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.apps import SHOWN_MS, WEB, build_app
from tests.e2e.serving import Server
from tests.e2e.test_access import PHONE
from tests.helpers.databases import PostgresDatabase
from tests.sdk.app import environment, package
from tests.servers import Postgres, free_port

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "placements"
PACKAGES = ("express", "cookie-session", "pg", "react", "react-dom", "socket.io", "socket.io-client")


@contextmanager
def app(place: Path, variables: dict[str, str], database: PostgresDatabase, *, moved: bool) -> Iterator[str]:
    """Run the example's own server on a database with its people; its packages are where this project has them."""
    shutil.copytree(EXAMPLE, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("before"))
    modules = place / "node_modules"
    (modules / "@groat").mkdir(parents=True)
    for name in PACKAGES:
        (modules / name).symlink_to(WEB / "node_modules" / name)
    if moved:
        built = place.with_name(f"{place.name}-package")
        built.mkdir()
        (modules / "@groat" / "server").symlink_to(package(built))
    else:
        shutil.copytree(EXAMPLE / "before", place, dirs_exist_ok=True)
    build_app(place / "built", place)
    (place / "built" / "app").rename(place / "dist")
    port = free_port()
    dsn, _, schema = database.url.partition("?search_path=")
    database.run((EXAMPLE / "schema.sql").read_text("utf-8"))
    url = f"{dsn}?options=-c%20search_path%3D{schema}"
    own = {"DATABASE_URL": url, "SESSION_SECRET": "of the app alone", "PORT": str(port)}
    process = subprocess.Popen(
        ["node", "server.js"], cwd=place, env=variables | own, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address == f"http://127.0.0.1:{port}"
        yield address
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres) -> Iterator[str]:
    """The app as it was."""
    place = tmp_path_factory.mktemp("before")
    with app(place, dict(os.environ), PostgresDatabase(postgres_server), moved=False) as address:
        yield address


@pytest.fixture(scope="module")
def groat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of the app that has moved, with the credits that the candidates had."""
    settings = {"GROAT_ORIGINS": "http://127.0.0.1:*", "GROAT_PROGRAMS": "placements"}
    with Server(tmp_path_factory.mktemp("groat"), passwords={}, environment=settings) as server:
        yield server


@pytest.fixture(scope="module")
def variables(groat: Server) -> dict[str, str]:
    found = environment(groat)
    headers = {"Authorization": f"Bearer {found['GROAT_API_KEY']}"}
    httpx.put(
        f"{found['GROAT_URL']}/v1/accounts/user:42/balances/CREDIT",
        json={"balance": "100", "reason": "Moved"},
        headers=headers | {"Idempotency-Key": "moved-42"},
    ).raise_for_status()
    return found


@pytest.fixture(scope="module")
def moved(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres, variables: dict[str, str]
) -> Iterator[str]:
    """The app that has moved."""
    place = tmp_path_factory.mktemp("moved")
    with app(place, variables, PostgresDatabase(postgres_server), moved=True) as address:
        yield address


class Person:
    """The app's page in a browser of its own."""

    def __init__(self, context: BrowserContext, address: str, email: str) -> None:
        self.context = context
        self.page = context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.goto(address)
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_role("button", name="Sign in").click()

    def is_live(self) -> None:
        expect(self.page.get_by_text("Live", exact=True)).to_be_visible(timeout=SHOWN_MS)

    def shows(self, credits: int, *changes: str) -> None:
        expect(self.page.get_by_role("status")).to_have_text(str(credits), timeout=SHOWN_MS)
        expect(self.page.get_by_label("Changes").get_by_role("listitem")).to_have_text([*changes])

    def gives(self, credits: int, reason: str) -> None:
        self.page.get_by_label("Credits for each").fill(str(credits))
        self.page.get_by_label("Reason").fill(reason)
        with self.page.expect_response("**/placements/spring/credits") as answer:
            self.page.get_by_role("button", name="Bulk Credits").click()
        assert answer.value.json() == {"candidates": 2}
        expect(self.page.get_by_role("status")).to_have_text("Credits given")

    def goes_away(self) -> None:
        self.context.set_offline(True)
        expect(self.page.get_by_text("Connecting", exact=True)).to_be_visible(timeout=SHOWN_MS)

    def comes_back(self) -> None:
        self.context.set_offline(False)


def trio(new_context: Callable[..., BrowserContext], address: str) -> tuple[Person, Person, Person]:
    """Staff, and two candidates: one at a desk, one with a phone."""
    ines = Person(new_context(), address, "ines@example.com")
    expect(ines.page.get_by_label("Candidates").get_by_role("listitem")).to_have_text(["Kofi", "Mei"])
    mei = Person(new_context(), address, "mei@example.com")
    kofi = Person(new_context(viewport=PHONE, color_scheme="dark"), address, "kofi@example.com")
    for each, credits in ((mei, 100), (kofi, 0)):
        each.is_live()
        each.shows(credits)
    ines.gives(50, "Spring bonus")
    mei.shows(150, "Spring bonus150")
    kofi.shows(50, "Spring bonus50")
    return ines, mei, kofi


def test_before_who_is_away_for_a_moment_sees_an_old_number(
    new_context: Callable[..., BrowserContext], before: str
) -> None:
    ines, mei, kofi = trio(new_context, before)
    kofi.goes_away()
    ines.gives(5, "While away")
    mei.shows(155, "While away155", "Spring bonus150")
    kofi.comes_back()
    kofi.is_live()
    ines.gives(1, "After that")
    # The number is right again by chance, and the change is lost.
    kofi.shows(56, "After that56", "Spring bonus50")
    assert [*ines.problems, *mei.problems, *kofi.problems] == []


def test_after_the_move_nothing_is_missed_and_nothing_comes_twice(
    new_context: Callable[..., BrowserContext], groat: Server, moved: str
) -> None:
    ines, mei, kofi = trio(new_context, moved)
    kofi.goes_away()
    ines.gives(5, "While away")
    mei.shows(155, "While away155", "Spring bonus150")
    groat.kill()
    kofi.comes_back()
    groat.start()
    kofi.is_live()
    kofi.shows(55, "While away55", "Spring bonus50")
    with httpx.Client(base_url=moved) as visitor:
        visitor.post("/login", json={"email": "ines@example.com"}).raise_for_status()
        body = {"credits": 3, "reason": "Pressed twice", "key": "pressed-twice"}
        for _ in range(2):
            assert visitor.post("/placements/spring/credits", json=body).json() == {"candidates": 2}
        refused = visitor.post("/placements/spring/credits", json=body | {"credits": "many", "key": "k"})
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_amount")
    mei.shows(158, "Pressed twice158", "While away155", "Spring bonus150")
    kofi.shows(58, "Pressed twice58", "While away55", "Spring bonus50")
    assert [*ines.problems, *mei.problems, *kofi.problems] == []


def test_strangers_and_candidates_give_no_credits(moved: str) -> None:
    with httpx.Client(base_url=moved) as visitor:
        for path in ("/me", "/groat-token", "/placements/spring"):
            assert visitor.get(path).status_code == 401
        assert visitor.post("/login", json={"email": "nobody@example.com"}).status_code == 401
        visitor.post("/login", json={"email": "mei@example.com"}).raise_for_status()
        assert visitor.get("/groat-token").status_code == 200
        for method, path in (("GET", "/placements/spring"), ("POST", "/placements/spring/credits")):
            assert visitor.request(method, path, json={"credits": 5}).status_code == 403


CHANGED = (
    "server.js", "src/api.ts", "src/WebSocketContext.tsx", "src/section-can-overview.tsx",
    "src/section-placement-details.tsx",
)  # fmt: skip


def diff_of(name: str) -> str:
    """Return the change of a file of the app as the page about it shows it."""
    before, after = (
        (EXAMPLE / folder / name).read_text("utf-8").splitlines(keepends=True) for folder in ("before", ".")
    )
    return "".join([*difflib.unified_diff(before, after, n=1)][2:])


def test_the_page_about_it_shows_all_that_changes() -> None:
    files = (
        path.relative_to(EXAMPLE / "before") for path in (EXAMPLE / "before").rglob("*") if path.is_file()
    )
    assert {str(path) for path in files} == {*CHANGED}
    page = (ROOT / "docs" / "examples-placements.md").read_text("utf-8")
    shown = re.findall(r"^```diff\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert shown == [diff_of(name) for name in CHANGED]
