"""The command of the command line: ``groat topups payments 42``."""

from __future__ import annotations

from typing import Annotated

import typer

from groat import Groat
from top_ups.words import TopUps


async def payments(
    user: Annotated[str, typer.Argument(help="The person's id")],
    asset: Annotated[str, typer.Option(help="Only payments in this asset")] = "",
    *,
    groat: Groat,
) -> None:
    """List the payments that were taken in for a person."""
    for each in await groat.program(TopUps).of(user):
        if asset in ("", each.asset):
            print(f"{each.payment}: {each.amount} {each.asset}")
