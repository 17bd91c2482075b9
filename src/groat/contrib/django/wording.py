"""Texts of groat in the words of a Django project: its commands, and the keys of ``GROAT``."""

from __future__ import annotations

import re

_VARIABLE = re.compile(r"\bGROAT_([A-Z][A-Z_]*)")
_FILE = re.compile(r" or as \w+ in the settings file")
_COMMANDS = {
    ", and so does groat serve at its start, unless migrate is off": "",
    "groat migrate": "manage.py migrate",
    "groat serve": "manage.py run_socketio",
}


def in_project(text: str) -> str:
    """Return what a text says to do as it is done in a project."""
    for command, own in _COMMANDS.items():
        text = text.replace(command, own)
    return _VARIABLE.sub(r'GROAT["\1"]', _FILE.sub("", text))
