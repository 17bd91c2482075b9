"""The example of a bank as three processes that a test kills and brings back, and the pages of its people."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import httpx
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.servers import free_port

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "examples" / "bank"
STAMPS = REPOSITORY / ".stamps" / "bank"
SHOWN_MS = 15_000
START_S_MAX = 60.0
PASSWORD = "fourpence"
DJANGO, LIVE, NEXT = "Django", "live server", "Next.js"


def _load(path: Path) -> ModuleType:
    described = importlib.util.spec_from_file_location("bank_start", path)
    assert described is not None
    assert described.loader is not None
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module


start = _load(EXAMPLE / "start.py")
PORTS: dict[str, str] = start.PORTS


def build_page() -> tuple[Path, dict[str, str]]:
    """Build the page in a folder of its own, and return that and the ports for which it is built.

    Addresses are built into the page, so the ports stay the same for as long as nobody else listens on them.
    """
    start.install()
    page, kept = STAMPS / "frontend", STAMPS / "ports"
    ports = kept.read_text().split() if kept.exists() else []
    if len(ports) != len(PORTS) or not all(_is_free(int(port)) for port in ports):
        ports = [str(free_port()) for _ in PORTS]
    # The build of before stays where it is: it says from what it was built.
    page.mkdir(parents=True, exist_ok=True)
    for path in page.iterdir():
        if path.name not in (".next", "node_modules"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(
        EXAMPLE / "frontend", page, ignore=shutil.ignore_patterns(".next", "node_modules"), dirs_exist_ok=True
    )
    packages = EXAMPLE / "frontend" / "node_modules"
    if _lock_of(page) != _lock_of(EXAMPLE / "frontend"):
        shutil.rmtree(page / "node_modules", ignore_errors=True)
        # The bundler follows no link to another folder. Files with two names take no room.
        shutil.copytree(packages, page / "node_modules", copy_function=os.link, symlinks=True)
    told = dict(zip(PORTS, ports, strict=True))
    start.build(start.environment({**os.environ, **told}), page)
    kept.write_text(" ".join(ports))
    return page, told


def _lock_of(folder: Path) -> str:
    locked = folder / "node_modules" / ".locked"
    return locked.read_text() if locked.exists() else ""


def _is_free(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}", timeout=1)
    except httpx.ConnectError:
        return True
    except httpx.HTTPError:
        return False
    return False


class Bank:
    """The three servers on one database. ``variables`` add to their environment; Django is started by ``manage``."""

    def __init__(
        self,
        page: Path,
        ports: dict[str, str],
        directory: Path,
        variables: dict[str, str],
        manage: Sequence[str] = (),
    ) -> None:
        self.environment: dict[str, str] = start.environment({**os.environ, **ports, **variables})
        self.folder = page
        self.log = directory / "servers.log"
        self._servers: dict[str, tuple[Path, tuple[str, ...], int]] = start.servers(self.environment, page)
        self._manage = tuple(manage)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._tokens: dict[str, str] = {}

    def __enter__(self) -> Self:
        start.prepare(self.environment)
        try:
            for name in self._servers:
                self.launch(name)
            for name in self._servers:
                self.wait(name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self._running):
            self.kill(name)

    @property
    def page(self) -> str:
        return self.environment["FRONTEND_URL"]

    @property
    def admin(self) -> str:
        return f"{self.environment['DJANGO_URL']}/admin"

    def launch(self, name: str) -> None:
        """Start one of the servers, and do not wait for it."""
        folder, command, _ = self._servers[name]
        if name == DJANGO and self._manage:
            command = (sys.executable, *self._manage, *command[2:])
        with self.log.open("ab") as log:
            self._running[name] = subprocess.Popen(
                command, cwd=folder, env=self.environment, stdout=log, stderr=log
            )

    def wait(self, name: str) -> None:
        """Wait until one of the servers answers."""
        try:
            start.wait_for(self._servers[name][2], self._running[name])
        except RuntimeError as error:
            raise AssertionError(f"{name}: {self.log.read_text()}") from error

    def bring_back(self, name: str) -> None:
        self.launch(name)
        self.wait(name)

    def kill(self, name: str) -> None:
        """End one of the servers as a power cut would (kill -9)."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def has_died(self, name: str) -> None:
        """Wait until one of the servers has been killed by somebody else."""
        assert self._running.pop(name).wait(SHOWN_MS / 1000) == -signal.SIGKILL

    def file(self, user: str, what: str, key: str, **data: Any) -> None:
        """Ask the bank for something behind the page's back."""
        with httpx.Client(base_url=self.environment["DJANGO_URL"], timeout=30) as http:
            if user not in self._tokens:
                login = http.post("/api/token", json={"username": user, "password": PASSWORD})
                self._tokens[user] = login.json()["access"]
            headers = {"Authorization": f"Bearer {self._tokens[user]}", "Idempotency-Key": key}
            answer = http.post(f"/api/{what}", json=data, headers=headers)
        assert answer.status_code == 201, answer.text


@contextmanager
def start_all(bank: Bank) -> Iterator[Bank]:
    """Start the three servers by the one command, and end them by Ctrl-C."""
    with bank.log.open("ab") as log:
        command = [sys.executable, str(EXAMPLE / "start.py"), str(bank.folder)]
        process = subprocess.Popen(command, env=bank.environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_S_MAX
        while "Ctrl-C ends all of them" not in bank.log.read_text():
            assert process.poll() is None, bank.log.read_text()
            assert time.monotonic() < deadline, bank.log.read_text()
            time.sleep(0.05)
        yield bank
    finally:
        process.send_signal(signal.SIGINT)
        ended = process.wait(START_S_MAX)
    assert ended == 0, bank.log.read_text()
    assert all(_is_free(int(bank.environment[port])) for port in PORTS)


class Customer:
    """The page of somebody who has an account."""

    def __init__(self, context: BrowserContext, bank: Bank, user: str) -> None:
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.goto(bank.page)
        self.page.get_by_label("Name").fill(user)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.is_live()

    def is_live(self) -> None:
        expect(self.page.get_by_text("Live", exact=True)).to_be_visible(timeout=SHOWN_MS)

    def is_away(self) -> None:
        expect(self.page.get_by_text("Connecting", exact=True)).to_be_visible(timeout=SHOWN_MS)

    def has(self, amount: str, asset: str = "USD") -> None:
        expect(self.page.get_by_role("status", name=asset)).to_have_text(amount, timeout=SHOWN_MS)

    def asks(self, what: str, button: str, **fields: str) -> None:
        """Fill in one of the forms and send it, by a double click as some people do."""
        self.page.get_by_role("button", name=what, exact=True).click()
        for label, text in fields.items():
            self.page.get_by_label(label.replace("_", " ")).fill(text)
        self.page.get_by_role("button", name=button, exact=True).dblclick()

    def row(self, text: str) -> Locator:
        """The line of something that was asked for."""
        return (
            self.page.get_by_role("list", name="What you asked for")
            .get_by_role("listitem")
            .filter(has_text=text)
        )

    def becomes(self, text: str, state: str) -> None:
        expect(self.row(text)).to_have_attribute("data-state", state, timeout=SHOWN_MS)

    def toast(self, title: str) -> None:
        toasts = self.page.locator("[data-sonner-toast]").filter(has_text=title)
        expect(toasts.first).to_be_visible(timeout=SHOWN_MS)

    def told(self, event: str) -> Locator:
        """The events of this name, the newest first."""
        events = self.page.get_by_role("list", name="Latest events").get_by_role("listitem")
        return events.filter(has=self.page.get_by_text(event, exact=True)).locator("span")

    def was_told(self, event: str, texts: list[str]) -> None:
        expect(self.told(event)).to_have_text(texts, timeout=SHOWN_MS)


class Staff:
    """The admin's pages of somebody who decides."""

    def __init__(self, context: BrowserContext, bank: Bank, user: str = "admin") -> None:
        self._bank = bank
        self.page: Page = context.new_page()
        self.page.goto(bank.admin)
        self.page.get_by_label("Username").fill(user)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        expect(self.page.get_by_role("button", name="Log out")).to_be_visible(timeout=SHOWN_MS)

    def choose(self, what: str, action: str, reason: str = "") -> Callable[[], None]:
        """Choose all that is open of a kind; returns what presses the button."""
        self.page.goto(f"{self._bank.admin}/accounts/{what}/?decision__exact=open")
        for box in self.page.locator("input.action-select").all():
            box.check()
        self.page.locator("select[name=action]").select_option(action)
        self.page.get_by_role("textbox", name="Reason").fill(reason)
        return self.page.get_by_role("button", name="Go", exact=True).click

    def decides(self, what: str, action: str, reason: str = "") -> None:
        """Decide all that is open of a kind."""
        self.choose(what, action, reason)()
        word = {"approve": "Approved", "reject": "Rejected"}[action]
        expect(self.page.locator(".messagelist .success").first).to_contain_text(word, timeout=SHOWN_MS)
        expect(self.page.locator(".messagelist .error")).to_have_count(0)
