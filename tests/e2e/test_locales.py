"""Whoever reads other digits and marks sees their balance, and types what they see."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewScreen
from tests.e2e.serving import Server

SHOWN = "(element) => element.querySelector('[aria-hidden]').innerText.trim()"
WRITTEN = "value => new Intl.NumberFormat(undefined, {minimumFractionDigits: 2}).format(value)"
DIGITS = "value => new Intl.NumberFormat().format(value)"


@pytest.mark.parametrize("locale", ["ar-EG", "fa-IR", "hi-IN", "mr-IN", "bn-BD", "ne-NP", "my-MM"])
def test_the_balance_is_drawn_in_the_readers_digits(
    server: Server, new_screen: NewScreen, locale: str
) -> None:
    screen = new_screen("42", locale=locale)
    screen.has_state("live")
    page = screen.page
    expected = page.evaluate(DIGITS, int(screen.value))
    rolling = screen.number.locator("number-flow-react")
    if expected.isascii():
        expect(rolling).to_be_visible()
    else:
        assert screen.number.locator("[data-value]").evaluate(SHOWN) == expected
        expect(rolling).to_have_count(0)


@pytest.mark.parametrize(
    "locale", ["en-IN", "ar-EG", "fa-IR", "mr-IN", "de-DE", "de-CH", "fr-FR", "pl-PL", "he-IL"]
)
def test_what_is_shown_is_typed_and_sent(server: Server, new_screen: NewScreen, locale: str) -> None:
    screen = new_screen("7", "/transfers/new", locale=locale)
    screen.has_state("live")
    page = screen.page
    page.get_by_role("radio", name="groat user").check(force=True)
    page.get_by_label("Id or e-mail address").fill("11")
    written = page.evaluate(WRITTEN, 1025.5)
    page.get_by_label("Amount").fill(written)
    page.get_by_role("button", name="Review").click()
    review = page.get_by_test_id("review")
    expect(review).to_contain_text("Mei Tanaka (11)")
    shown = review.locator("p .num").first.inner_text()
    assert written in shown


def test_the_language_is_the_browsers_until_somebody_chooses_one(new_screen: NewScreen) -> None:
    page = new_screen("42", language=None, locale="de-CH").page
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("link", name="Überweisungen")).to_be_visible()
    page.get_by_test_id("user-menu").click()
    page.get_by_role("menuitemradio", name="English").click()
    expect(page.get_by_role("link", name="Transfers")).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("link", name="Transfers")).to_be_visible()
    page.get_by_test_id("user-menu").click()
    page.get_by_role("menuitemradio", name="As the browser").click()
    expect(page.get_by_role("link", name="Überweisungen")).to_be_visible()
