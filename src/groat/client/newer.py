"""Tell which of two answers about one balance counts."""

from __future__ import annotations

from groat.client.answers import BalanceView


def is_newer(one: BalanceView, other: BalanceView) -> bool:
    """Return whether ``one`` is newer than ``other``, both of one account and asset.

    It is if it has a later version, or if it was read later and has the same one: what expires leaves ``available``
    without a new version until it is booked. Of a balance that does not say when it was read, only the version counts.
    """
    if one.version != other.version:
        return one.version > other.version
    return one.as_of is not None and other.as_of is not None and one.as_of > other.as_of
