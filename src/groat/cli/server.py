"""``groat serve`` and ``groat migrate``."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import suppress

from groat import tracing
from groat.cli.options import open_ledger, shown_database, with_settings
from groat.cli.output import result
from groat.programs import find_programs, record
from groat.programs.own_settings import check_settings
from groat.settings import Settings, SettingsError, require_run_dir, require_secrets, require_store


@with_settings(*Settings.__struct_fields__)
def serve(*, settings: Settings) -> None:
    """Serve the API, live connections and the console until interrupted.

    Needs GROAT_SECRET and GROAT_JWT_SECRET (or --jwt-jwks): no secret has a default. Missing migrations are applied.
    """
    start(settings)


def start(settings: Settings, on_ready: Callable[[], None] | None = None) -> None:
    """Check the settings, and serve until interrupted; ``on_ready`` is called once the server listens.

    Raises GroatError where it cannot start.
    """
    require_secrets(settings)
    require_store(settings)
    require_run_dir(settings)
    tracing.wanted(settings)
    # Imported here, for loading their operations would slow every other command down.
    from groat.programs.standing import STANDING

    for program in (*STANDING, *find_programs(settings.programs)):
        check_settings(program, settings)
    require_address(settings)
    # Open it once here: an error of the database is one line, and workers that start together find it migrated.
    asyncio.run(_open_once(settings))
    run_server(settings, on_ready)


async def _open_once(settings: Settings) -> None:
    async with open_ledger(settings, wait_s=settings.database_wait_s) as groat:
        await record.start_with(groat, find_programs(settings.programs), settings)


def require_address(settings: Settings) -> None:
    """Try whether host and port are free, before any work is done; raises SettingsError ``address_unavailable``."""
    try:
        kind, *_, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(kind) as probe:
            # Set this as the server does: a port that an ended server left in TIME_WAIT is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise SettingsError(
            "address_unavailable", f"{where}: {error.strerror}; choose another with --port", setting="port"
        ) from error


def run_server(settings: Settings, on_ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; both end it with exit code 0."""
    # Imported here, for loading the web framework would slow every other command down.
    from groat.http import server, workers

    # Before and after the server handles signals itself, they are raised here, so that callers can clean up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        if settings.workers == 1:
            server.run(settings, on_ready)
        elif code := workers.Supervisor(settings, on_ready).run():
            raise SystemExit(code)


@with_settings("database", "sandbox", migrate="true")
def migrate(*, settings: Settings) -> None:
    """Create the database or bring it up to this version; repeating it changes nothing.

    `groat serve` does the same at its start. A database of a newer groat is refused.
    """

    async def run() -> None:
        async with open_ledger(settings):
            result.print(f"{shown_database(settings)} is up to date")

    asyncio.run(run())
