"""``groat serve`` and ``groat migrate``."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

from groat import Groat
from groat.cli.options import with_settings
from groat.cli.output import result
from groat.settings import Settings, require_secrets


@with_settings(*Settings.__struct_fields__)
def serve(*, settings: Settings) -> None:
    """Serve the API, live connections and the console until interrupted.

    Needs GROAT_SECRET and GROAT_JWT_SECRET (or --jwt-jwks): no secret has a default. Missing migrations are applied.
    """
    require_secrets(settings)
    run_server(settings)


def run_server(settings: Settings, on_ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM, both of which are a good end."""
    # Imported here, for loading the web framework would slow every other command down.
    from groat.http import server

    # Once drained, uvicorn raises the signal again for whoever handled it before: us, so that callers can clean up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        server.run(settings, on_ready)


@with_settings("database")
def migrate(*, settings: Settings) -> None:
    """Create the database or bring it up to this version; repeating it changes nothing.

    `groat serve` does the same at its start. A database of a newer groat is refused.
    """

    async def run() -> None:
        async with Groat.open(settings.database, policy=settings.policy()):
            result.print(f"{settings.database} is up to date")

    asyncio.run(run())
