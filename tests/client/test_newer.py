"""Of two answers about a balance the later version counts, and of one version the one that was read later."""

from __future__ import annotations

from groat.client import is_newer
from groat.client.answers import BalanceView

EARLY, LATE = "2026-12-01T00:00:00.000000Z", "2026-12-02T00:00:00.000000Z"


def balance(version: int, as_of: str | None = None) -> BalanceView:
    """A balance of that version."""
    return BalanceView(
        account="user:42", asset="CREDIT", balance="1", available="1", held="0", version=version, as_of=as_of
    )


def test_which_of_two_balances_is_newer() -> None:
    assert is_newer(balance(5, EARLY), balance(4, LATE))
    assert is_newer(balance(4, LATE), balance(4, EARLY))
    assert not is_newer(balance(4, EARLY), balance(4, EARLY))
    assert not is_newer(balance(4, EARLY), balance(4, LATE))
    assert not is_newer(balance(4), balance(4, LATE))
    assert not is_newer(balance(4, LATE), balance(4))
