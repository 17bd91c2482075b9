"""The command of the command line: ``groat topups payments 42``."""

from __future__ import annotations

from typing import Annotated

import typer

from groat import Groat
from groat.ledger.amounts import format_amount
from top_ups.payments import payments_of


async def payments(
    user: Annotated[str, typer.Argument(help="The person's id")],
    asset: Annotated[str, typer.Option(help="Only payments in this asset")] = "",
    *,
    groat: Groat,
) -> None:
    """List the payments that were taken in for a person."""
    assets = await groat.assets()
    for id, units, code in await groat.read(payments_of, f"user:{user}"):
        if asset in ("", code):
            print(f"{id}: {format_amount(units, assets[code].scale)} {code}")
