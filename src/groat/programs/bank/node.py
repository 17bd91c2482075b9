"""The gateway to bitcoin's network: what the bank asks of a node with a wallet, whoever runs it.

Two live behind it: :class:`~groat.programs.bank.bitcoind.Bitcoind` speaks to Bitcoin Core, and
:class:`~groat.programs.bank.node_simulator.SimulatedNode` moves no coins and is for demos. Every call may be repeated,
by the same server after a crash or by another one, and has one effect: that is why a payment is signed first, and sent
once its id is kept.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

ASSET = "BTC"
SCALE = 8


class Deposit(NamedTuple):
    """An output that pays an address of ours: ``amount`` in satoshi; ``label`` is what the address was made for."""

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
    """The node does not answer, or not sensibly. Nothing is known; ask again later."""


class NodeRefused(Exception):
    """The node understood and said no, for good; the text says why."""


class BitcoinNode(Protocol):
    """A node with a wallet. All calls raise NodeAway; amounts are satoshi."""

    async def address(self, label: str) -> str:
        """The address made for a label: a new one the first time, the same ever after."""

    async def deposits(self, cursor: str) -> tuple[list[Deposit], str]:
        """List deposits since a cursor, with the next cursor; "" is the beginning. Those without a block come again."""

    async def sign(self, address: str, amount: int) -> SignedPayment:
        """A payment of coins that are set apart for it. Nothing is sent. Raises NodeRefused."""

    async def send(self, payment: SignedPayment) -> None:
        """Send a payment; again is as once. Raises NodeRefused when the network will not have it."""

    async def drop(self, payment: SignedPayment) -> None:
        """Give back the coins of a payment that will never be sent."""

    async def confirmations(self, txid: str) -> int | None:
        """In how many blocks one of our transactions is; below zero: as deep is one that excludes it. None: unknown."""
