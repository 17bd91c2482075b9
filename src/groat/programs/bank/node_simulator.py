"""A bitcoin node for demos and tests: it moves no coins, and believes whatever it is told.

It keeps no state that matters: the id of a transaction has the moment at which it was made, so any process counts the
same confirmations, also after a restart.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from groat.programs.bank.node import Deposit, NodeRefused, SignedPayment

BLOCK_S = 10
ARRIVES_AFTER_S = 15
FEE = 1_410
_START_DIGITS = 10


class SimulatedNode:
    """Finds a block every ten seconds, and sends every new address some coins after fifteen.

    Payments to an address with ``fail`` in it fail. ``clock`` tells seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._addresses: dict[str, tuple[str, int]] = {}

    async def address(self, label: str) -> str:
        """See :meth:`BitcoinNode.address`."""
        made = self._addresses.setdefault(label, (f"sim1q{_digest(label)[:34]}", int(self._clock())))
        return made[0]

    async def deposits(self, cursor: str) -> tuple[list[Deposit], str]:
        """See :meth:`BitcoinNode.deposits`; the cursor is a moment."""
        now, since = int(self._clock()), int(cursor or 0)
        found = []
        for label, (address, made) in self._addresses.items():
            arrived = made + ARRIVES_AFTER_S
            txid = _txid(label, arrived)
            if since < arrived <= now:
                amount = 100_000 + int(_digest(label)[:5], 16)
                found.append(Deposit(label, address, txid, 0, amount, (now - arrived) // BLOCK_S))
        return found, str(now)

    async def sign(self, address: str, amount: int) -> SignedPayment:
        """See :meth:`BitcoinNode.sign`."""
        now = self._clock()
        txid = _txid(f"{address} {amount} {now}", int(now))
        return SignedPayment(txid, f"{txid}{'00' if 'fail' in address else '01'}", FEE)

    async def send(self, payment: SignedPayment) -> None:
        """See :meth:`BitcoinNode.send`."""
        if payment.raw.endswith("00"):
            raise NodeRefused("The network refused the payment.")

    async def drop(self, payment: SignedPayment) -> None:
        """See :meth:`BitcoinNode.drop`."""

    async def confirmations(self, txid: str) -> int | None:
        """See :meth:`BitcoinNode.confirmations`."""
        return max(int(self._clock()) - int(txid[:_START_DIGITS], 16), 0) // BLOCK_S


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _txid(name: str, at: int) -> str:
    return f"{at:0{_START_DIGITS}x}{_digest(name)}"[:64]
