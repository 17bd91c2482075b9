"""``manage.py groat_doctor``: find what is wrong with the live server and its surroundings, and say what to do."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from groat.cli.doctor import diagnose
from groat.contrib.django.management.commands.run_socketio import said, server_settings
from groat.contrib.django.wording import in_project
from groat.ledger.errors import GroatError


class Command(BaseCommand):
    """Does as ``groat doctor``, with the settings that ``run_socketio`` takes from the project."""

    help = (
        "Find what is wrong with the live server, its database and what stands before it, and say what to do."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--url", default="", help="Address by which pages reach the live server")
        parser.add_argument(
            "--token", default="", help="Token of a person that does not work; else one is made for nobody"
        )
        parser.add_argument("--origin", default="", help="Origin of pages that are to call")
        parser.add_argument("--host", help="Host of run_socketio, if it was started with another one")
        parser.add_argument("--port", help="Port of run_socketio, if it was started with another one")
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help="Print the diagnosis as one JSON object"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Examine all. CommandError: exit code 1 if anything is wrong, 2 where the settings cannot be used."""
        try:
            settings = server_settings({name: options[name] for name in ("host", "port")})
        except GroatError as error:
            raise CommandError(said(error), returncode=2) from error
        told = {name: options[name] for name in ("url", "token", "origin", "as_json")}
        if not diagnose(settings, (), **told, remote=False, say=self.stdout.write, word=in_project):
            raise CommandError("Something is wrong.", returncode=1)
