"""``groat serve`` and ``groat migrate``."""

from __future__ import annotations

import asyncio

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
    # Imported here, for loading the web framework would slow every other command down.
    from groat.http import server

    server.run(settings)


@with_settings("database")
def migrate(*, settings: Settings) -> None:
    """Create the database or bring it up to this version; repeating it changes nothing.

    `groat serve` does the same at its start. A database of a newer groat is refused.
    """

    async def run() -> None:
        async with Groat.open(settings.database, policy=settings.policy()):
            result.print(f"{settings.database} is up to date")

    asyncio.run(run())
