"""What a person sees: a page of the console with its number, its status and its toasts."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, WebSocket, expect

from tests.e2e.serving import Server

WITNESS = """
window.witness = {values: [], rolls: 0, toasts: []};
document.addEventListener('animationsstart', () => { window.witness.rolls += 1; }, true);
new MutationObserver(() => {
  const shown = document.querySelector('[data-testid=balance]');
  const {values, toasts} = window.witness;
  if (shown && values.at(-1) !== shown.dataset.value) values.push(shown.dataset.value);
  for (const toast of document.querySelectorAll('[data-sonner-toast]')) {
    if (!toast.dataset.witnessed) {
      toast.dataset.witnessed = 'yes';
      toasts.push(toast.innerText);
    }
  }
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ['data-value']});
"""
"""Notes every value the number had, every time its digits rolled, and every toast. It is gone after a reload."""


class Screen:
    """One tab with the console in it."""

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.server = server
        self.page: Page = context.new_page()
        self.sockets: list[WebSocket] = []
        self.problems: list[str] = []
        self.page.on("websocket", lambda socket: self.sockets.append(socket))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.add_init_script(WITNESS)

    def open(self, path: str = "/") -> Screen:
        """Go to a page of the console."""
        self.page.goto(self.server.address + path)
        return self

    @property
    def number(self) -> Locator:
        """The large number; its exact value is in `data-value`."""
        return self.page.get_by_test_id("balance")

    @property
    def status(self) -> Locator:
        """The status button; its state is in `data-state`."""
        return self.page.get_by_test_id("status")

    @property
    def open_sockets(self) -> int:
        """WebSockets of this tab that are open."""
        return sum(not socket.is_closed() for socket in self.sockets)

    @property
    def value(self) -> str:
        """The number, as it stands now."""
        value = self.number.get_attribute("data-value")
        assert value is not None
        return value

    def row(self, user: str) -> Locator:
        """The credits of somebody in the list of users; the exact value is in `data-value`."""
        return self.page.get_by_test_id(f"balances-{user}").locator("[data-value]").first

    def toast(self, text: str | re.Pattern[str]) -> Locator:
        """A toast with this text."""
        return self.page.locator("[data-sonner-toast]").filter(has_text=text)

    def witness(self) -> dict[str, Any]:
        """What the page noted: `values`, `rolls`, `toasts`."""
        found: dict[str, Any] = self.page.evaluate("window.witness")
        return found

    def shows(self, value: int | str, *, within_s: float = 10) -> None:
        """Wait until the number has this value."""
        expect(self.number).to_have_attribute("data-value", str(value), timeout=within_s * 1000)

    def has_state(self, state: str | re.Pattern[str], *, within_s: float = 10) -> None:
        """Wait until the status is this one."""
        expect(self.status).to_have_attribute("data-state", state, timeout=within_s * 1000)

    def transport(self) -> str:
        """How changes arrive, in the words of the status menu."""
        self.status.click()
        menu = self.page.get_by_role("menu")
        text = menu.inner_text()
        self.page.keyboard.press("Escape")
        expect(menu).to_have_count(0)
        return text


def sign_in(context: BrowserContext, server: Server, user: str) -> None:
    """Give a browser somebody's session, as its login form would."""
    login = {"user": user, "password": server.password(user)}
    answer = context.request.post(f"{server.address}/v1/auth/login", data=login)
    assert answer.ok, answer.text()
