"""The gateway to bitcoin's network: the calls that the bank makes to a node with a wallet.

Two classes have them: :class:`~groat.programs.bank.bitcoind.Bitcoind` speaks to Bitcoin Core, and
:class:`~groat.programs.bank.node_simulator.SimulatedNode` moves no coins and is for demos. Every call may be
repeated, by the same server after a crash or by another one, and has one effect. That is why a payment is signed
first, and sent once its id is kept.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

ASSET = "BTC"
SCALE = 8


class Deposit(NamedTuple):
    """An output that pays an address of the wallet; ``amount`` is in satoshi, ``label`` names the address's purpose."""

    label: str
    address: str
    txid: str
    output: int
    amount: int
    confirmations: int


class SignedPayment(NamedTuple):
    """A signed transaction that is ready to be sent: its id, its bytes as hex, and its fee in satoshi."""

    txid: str
    raw: str
    fee: int


class NodeAway(Exception):
    """The node does not answer, or not sensibly. The outcome is unknown; ask again later."""


class NodeRefused(Exception):
    """The node understood and said no, for good; the text says why."""


class BitcoinNode(Protocol):
    """A node with a wallet. All calls raise NodeAway; amounts are satoshi."""

    async def address(self, label: str) -> str:
        """Return the address made for a label: a new one the first time, the same one ever after."""

    async def deposits(self, cursor: str) -> tuple[list[Deposit], str]:
        """List the deposits since a cursor ("": all), with the next cursor. Those without a block are listed again."""

    async def sign(self, address: str, amount: int) -> SignedPayment:
        """Sign a payment of coins that are set apart for it. Sends nothing. Raises NodeRefused."""

    async def send(self, payment: SignedPayment) -> None:
        """Send a payment. Sending it again changes nothing. Raises NodeRefused when the network refuses it."""

    async def drop(self, payment: SignedPayment) -> None:
        """Give back the coins of a payment that will never be sent."""

    async def confirmations(self, txid: str) -> int | None:
        """Return in how many blocks one of the wallet's transactions is, None if it is unknown.

        Below zero, another transaction that excludes it is so many blocks deep.
        """
