"""The counters of an account, and the values of it that a command can change."""

from __future__ import annotations

from typing import NamedTuple

from groat.ledger.amounts import AMOUNT_MAX


class Counters:
    """The four sums of an account's postings, in smallest units."""

    __slots__ = ("credits", "credits_pending", "debits", "debits_pending")

    def __init__(
        self, debits: int = 0, credits: int = 0, debits_pending: int = 0, credits_pending: int = 0
    ) -> None:
        self.debits = debits
        self.credits = credits
        self.debits_pending = debits_pending
        self.credits_pending = credits_pending

    @property
    def balance(self) -> int:
        """Return credits less debits, in smallest units."""
        return self.credits - self.debits

    @property
    def available(self) -> int:
        """Return how much may leave now: the balance less the account's own holds. Incoming holds never count."""
        return self.credits - self.debits - self.debits_pending

    @property
    def reach(self) -> int:
        """Return the balance once all incoming holds are captured."""
        return self.credits - self.debits + self.credits_pending

    @property
    def overflows(self) -> bool:
        """Return whether a counter exceeds a signed 64-bit integer, or would once all holds are captured."""
        # Counting what is pending keeps a later capture from overflowing, for it only moves pending to posted.
        return (
            self.debits + self.debits_pending > AMOUNT_MAX or self.credits + self.credits_pending > AMOUNT_MAX
        )


class AccountState(NamedTuple):
    """The values of an account that a command can change."""

    debits: int
    credits: int
    debits_pending: int
    credits_pending: int
    version: int
    floor: int | None
    ceiling: int | None
    extras: int = 0
