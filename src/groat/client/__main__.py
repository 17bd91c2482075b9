"""Print a module with the operations that a server has beside those of groat.client: of programs of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import httpx

from groat.client.generate.document import Document
from groat.client.generate.own import own_module

USAGE = """\
usage: python -m groat.client ADDRESS [NAME] > module.py

ADDRESS is that of a groat server, or a file with its OpenAPI document. NAME is what the class is called, OwnPrograms
unless it is given.
"""


def main(arguments: list[str]) -> int:
    """Run the command; returns its exit status."""
    source, name, *more = [*arguments, "OwnPrograms"] if len(arguments) == 1 else [*arguments, "", ""]
    if any(more) or source.startswith("-") or not (source and name.isidentifier() and name[:1].isupper()):
        is_asked = arguments in (["-h"], ["--help"])
        (sys.stdout if is_asked else sys.stderr).write(USAGE)
        return 0 if is_asked else 2
    try:
        document = Document(_document(source))
        text = own_module(document, name)
    except (OSError, httpx.HTTPError, ValueError, LookupError) as error:
        sys.stderr.write(f"{source}: {str(error) or type(error).__name__}\n")
        return 1
    sys.stdout.write(text)
    return 0


def _document(source: str) -> dict[str, Any]:
    if not source.startswith(("http://", "https://")):
        found = json.loads(Path(source).read_text("utf-8"))
    else:
        answer = httpx.get(f"{source.rstrip('/')}/v1/openapi.json")
        found = answer.raise_for_status().json()
    if not isinstance(found, dict) or not isinstance(found.get("paths"), dict):
        raise ValueError("this is no OpenAPI document")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
