"""The bank's own settings: ``[options.bank]``."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from groat.programs.bank.bitcoind import Bitcoind

SIMULATOR = "simulator"


class BankSettings(msgspec.Struct, frozen=True):
    """Name the bank's gateways. Raises ValueError for an address at which no bitcoind can be."""

    bitcoin: Annotated[
        str,
        Meta(
            description="Bitcoin's network: http://user:password@host:8332/wallet/name of bitcoind, simulator, or empty"
        ),
    ] = ""
    cards: Annotated[
        Literal["", "simulator"], Meta(description="Card network: simulator, or empty for none")
    ] = ""

    def __post_init__(self) -> None:
        """Check the address."""
        if self.bitcoin not in ("", SIMULATOR):
            Bitcoind(self.bitcoin)
