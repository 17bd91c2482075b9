"""An app of its own beside the server: a page in StrictMode, whose people an app's login signs in."""

from __future__ import annotations

import mimetypes
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.e2e.serving import Server

WEB = Path(__file__).parents[2] / "web"
SHOWN_MS = 15_000


def build_app(directory: Path, source: Path = WEB / "react" / "tests" / "app") -> Path:
    """Bundle a page with React's development build, and return where it lies."""
    files = directory / "app"
    command = [str(WEB / "node_modules/.bin/vite"), "build", str(source), "--mode", "development"]
    built = subprocess.run(
        [*command, "--base", "./", "--outDir", str(files)],
        cwd=WEB,
        env={**os.environ, "NODE_ENV": "development"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return files


class AppLogin:
    """The app's own server: who is signed in there, for all pages of one browser.

    It refuses the next `failures` requests for a token.
    """

    def __init__(self, context: BrowserContext, server: Server, files: Path) -> None:
        self.user: str | None = None
        self.asked = 0
        self.failures = 0
        self._context = context
        self._server = server
        self._files = files
        self._cookies: dict[str, list[str]] = {}
        context.route("**/app/**", self._file)
        context.route("**/app/token", self._token)

    def _file(self, route: Route) -> None:
        path = urlsplit(route.request.url).path.removeprefix("/app/") or "index.html"
        kind = mimetypes.guess_type(path)[0] or "text/html"
        route.fulfill(body=(self._files / path).read_bytes(), content_type=kind)

    def _token(self, route: Route) -> None:
        self.asked += 1
        if self.failures:
            self.failures -= 1
            route.fulfill(status=503)
            return
        if self.user is None:
            route.fulfill(status=401)
            return
        login = {"user": self.user, "password": self._server.password(self.user)}
        answer = httpx.post(f"{self._server.address}/v1/auth/login", json=login)
        self._cookies.setdefault(self.user, []).append(answer.headers["set-cookie"].partition(";")[0])
        route.fulfill(body=answer.json()["token"], content_type="text/plain")

    def revoke(self, user: str) -> None:
        """Make the tokens that the app gave for somebody invalid, as their end would."""
        for cookie in self._cookies.pop(user):
            out = httpx.post(f"{self._server.address}/v1/auth/logout", headers={"cookie": cookie})
            assert out.status_code == 204, out.text


class AppPage:
    """One tab with the app in it."""

    def __init__(self, context: BrowserContext, server: Server, query: str = "") -> None:
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.goto(f"{server.address}/app/{query}")

    def text(self, id: str) -> Locator:
        """A part of the page."""
        return self.page.get_by_test_id(id)

    def is_of(self, user: str | None, amount: str | None = None) -> None:
        """Wait until the page is somebody's, and shows their number."""
        expect(self.text("user")).to_have_text(user or "nobody", timeout=SHOWN_MS)
        if amount is not None:
            expect(self.text("amount")).to_have_text(amount, timeout=SHOWN_MS)

    def is_live(self) -> None:
        """Wait until changes arrive as they happen."""
        expect(self.text("status")).to_have_text("live", timeout=SHOWN_MS)

    def spend(self, key: str, amount: str) -> None:
        """Begin a write under a key, and do not wait for it."""
        self.page.evaluate("([key, amount]) => window.spend(key, amount)", [key, amount])

    def outcome(self, key: str) -> str:
        """What became of it, once that is known."""
        self.page.wait_for_function("key => window.outcomes[key] !== 'under way'", arg=key, timeout=SHOWN_MS)
        return str(self.page.evaluate("key => window.outcomes[key]", key))

    def shown(self) -> list[str]:
        """Everything that was rendered, as "whose: number"."""
        found: list[str] = self.page.evaluate("window.shown")
        return found

    def forget_shown(self) -> None:
        """Begin to note anew what is rendered."""
        self.page.evaluate("window.shown.length = 0")
