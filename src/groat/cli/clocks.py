"""``groat clock``: the time of the ledger, and setting that of a sandbox forward."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Annotated

import typer

from groat.cli.options import open_ledger, require_database, with_settings
from groat.cli.output import result
from groat.engine.ids import new_id
from groat.ledger.clock import ClockView
from groat.ledger.errors import InvalidInput
from groat.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The time of the ledger, which can be set forward in a sandbox.")

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d{1,9})([smhdw])", re.ASCII)


@app.callback()
def group() -> None:
    """The time of the ledger, which can be set forward in a sandbox."""


@app.command("show")
@with_settings("database", "redis")
def show(*, settings: Settings) -> None:
    """Print the time of the ledger, and by how much a sandbox was set forward."""
    require_database(settings)

    async def run() -> ClockView:
        async with open_ledger(settings) as groat:
            return await groat.clock()

    _print(asyncio.run(run()))


@app.command("forward")
@with_settings("database", "redis")
def forward(
    by: Annotated[str, typer.Argument(help="How far: 90s, 15m, 12h, 30d, 4w; or a moment, RFC 3339")],
    *,
    reason: Annotated[str, typer.Option(help="Why, for the audit log")] = "",
    settings: Settings,
) -> None:
    """Set the clock of a sandbox forward. What is due by then follows within seconds on the servers that run.

    A real ledger refuses: only a database that was made with `sandbox = true` has such a clock.
    """
    require_database(settings)
    found = _DURATION.fullmatch(by)
    duration = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None

    async def run() -> ClockView:
        async with open_ledger(settings) as groat:
            return await groat.forward_clock(
                duration, to=None if found else by, key=f"cli/{new_id()}", reason=reason
            )

    try:
        clock = asyncio.run(run())
    except InvalidInput as error:
        if error.code != "invalid_time":
            raise
        raise InvalidInput(
            "invalid_time",
            f"{by} is no duration such as 30d, 12h or 90s, and no moment such as 2027-01-01T00:00:00Z",
        ) from error
    _print(clock)


@app.command("confirm")
@with_settings("database", "redis")
def confirm(
    *, reason: Annotated[str, typer.Option(help="Why, for the audit log")], settings: Settings
) -> None:
    """Confirm that the database's clock is right, after it leapt and nothing fell due any more."""
    require_database(settings)

    async def run() -> str:
        async with open_ledger(settings) as groat:
            return str((await groat.confirm_clock(key=f"cli/{new_id()}", reason=reason))["now"])

    result.print(f"{asyncio.run(run())} is the time of the ledger again")


def _print(clock: ClockView) -> None:
    kind = f"sandbox, {timedelta(seconds=clock.ahead_s)} ahead" if clock.sandbox else "real"
    result.print(f"{clock.now} ({kind})")
    if clock.leap is not None:
        result.print(
            f"The database's clock leapt by {timedelta(seconds=clock.leap.by_s)} at {clock.leap.at}. Nothing falls due"
            " until groat clock confirm."
        )
