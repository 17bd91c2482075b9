"""``manage.py run_socketio``: the live server beside ``runserver`` or gunicorn."""

from __future__ import annotations

from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from groat import logs
from groat.cli.server import start
from groat.contrib.django import conf
from groat.contrib.django.wording import in_project
from groat.ledger.errors import GroatError
from groat.settings import Settings, SettingsError, read_text

HOST = "0.0.0.0"  # noqa: S104  (a server beside Django's, which a proxy reaches)
PORT = 8001


class Command(BaseCommand):
    """Serves live connections (Socket.IO, WebSocket, event streams), the API and the console, as ``groat serve`` does.

    All settings are the project's. It makes no tables: ``manage.py migrate`` does.
    """

    help = "Serve live connections, groat's API and the console until interrupted. It never migrates."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--host", help=f'Address to listen on [default: GROAT["HOST"], else {HOST}]')
        parser.add_argument("--port", help=f'Port to listen on [default: GROAT["PORT"], else {PORT}]')
        parser.add_argument(
            "--workers", help='Server processes on the one port [default: GROAT["WORKERS"], else 1]'
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGINT or SIGTERM; CommandError, exit code 2, where the server cannot start."""
        try:
            settings = server_settings({name: options[name] for name in ("host", "port", "workers")})
            logs.configure(settings)
            # The server has connections of its own, and workers must inherit none.
            connections.close_all()
            start(settings, lambda: self._tell(settings))
        except GroatError as error:
            raise CommandError(said(error), returncode=2) from error

    def _tell(self, settings: Settings) -> None:
        socketio = ", Socket.IO at /socket.io/" if settings.socketio else ""
        self.stdout.write(
            f"groat is live on http://{settings.host}:{settings.port}{socketio} (Ctrl+C stops it)"
        )
        self.stdout.flush()


def server_settings(flags: dict[str, str | None]) -> Settings:
    """Return the settings of the server: the flags before ``GROAT`` before the defaults. Raises SettingsError."""
    connection: Any = connections[conf.database_alias()]
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        raise SettingsError(
            "setting_invalid",
            "A database in memory belongs to one process; the live server needs a file or PostgreSQL.",
            setting="database",
        )
    defaults = {"host": HOST, "port": PORT}
    values: dict[str, Any] = {
        name: value for name, value in defaults.items() if name.upper() not in conf.given()
    }
    values |= {name: read_text(name, text, f"--{name}") for name, text in flags.items() if text is not None}
    return msgspec.structs.replace(conf.settings(), **values, migrate=False)


def said(error: GroatError) -> str:
    """Return an error as a line for people, with its code."""
    if error.code == "not_migrated":
        return f"not_migrated: {error.detail.partition(' Run:')[0]} Run: python manage.py migrate"
    return f"{error.code}: {in_project(error.detail)}"
