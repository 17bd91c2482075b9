"""The gateway to a card network: it makes cards, and its messages about payments arrive as calls.

The only implementation is a simulator, because a real network needs a contract. The adapter of a real one needs
nothing of this module: it is a service with an API key that takes ``create`` on approved cards and files
``card_payment`` requests.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple, Protocol


class IssuedCard(NamedTuple):
    """The stored part of a card: its last four digits, and the month in which it expires ("2030-01")."""

    last4: str
    expiry: str


class CardNetwork(Protocol):
    """Makes cards."""

    async def issue(self, id: str, holder: str, year: int) -> IssuedCard:
        """Return the card for a request's id, made in ``year`` the first time. The same id gives the same card."""


class SimulatedCardNetwork:
    """A card network for demos and tests: it makes card numbers from the request's id, and they buy nothing."""

    async def issue(self, id: str, holder: str, year: int) -> IssuedCard:
        """See :meth:`CardNetwork.issue`."""
        number = int(hashlib.sha256(id.encode()).hexdigest()[:8], 16)
        return IssuedCard(f"{number % 10_000:04}", f"{year + 4}-{number % 12 + 1:02}")
