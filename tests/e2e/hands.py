"""Hands that know a keyboard only: no story needs a mouse."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

TABS_MAX = 90
HAS_FOCUS = "(element) => element === document.activeElement"
SEEN = """() => {
  const focused = document.activeElement;
  const button = focused?.closest('button') ?? focused?.form?.querySelector('[type=submit]');
  return button?.getAttribute('aria-disabled') !== 'true';
}"""
"""What decides something takes no press before it has been seen for a second."""


class Hands:
    """What somebody does on a page with Tab, Enter, Space, arrows and letters."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, target: Locator) -> None:
        """Press Tab until the target has the focus."""
        expect(target).to_be_visible()
        for _ in range(TABS_MAX):
            if target.evaluate(HAS_FOCUS):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached with Tab")

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Go there and press a key: Enter for buttons and links, Space for switches."""
        self.to(target)
        self.key(key)

    def button(self, name: str, within: Locator | None = None) -> None:
        """Press the button of this name."""
        self.press((within or self.page).get_by_role("button", name=name, exact=True))

    def type(self, label: str, text: str, within: Locator | None = None) -> None:
        """Type into the field of this label, over what stands there."""
        self.to((within or self.page).get_by_label(label, exact=True))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def pick(self, group: str, name: str) -> None:
        """Choose a radio: Tab goes to the chosen one of its group, arrows from there."""
        radios = self.page.get_by_role("group", name=group, exact=True).get_by_role("radio")
        wanted = self.page.get_by_role("group", name=group, exact=True).get_by_role("radio", name=name)
        chosen = radios.and_(self.page.locator(":checked"))
        self.to(chosen if chosen.count() else radios.first)
        if not chosen.count():
            self.page.keyboard.press("Space")
        for _ in range(radios.count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowRight")
        raise AssertionError(f"{name} cannot be chosen with the arrows")

    def key(self, *keys: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        for key in keys:
            self.page.wait_for_function(SEEN)
            self.page.keyboard.press(key)
