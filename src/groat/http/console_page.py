"""The console's page: it tells the browser of the programs' modules, and its policy allows one inline script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from groat.programs.console import BuiltModule

_IMPORT_MAP = re.compile(rb'(?<=<script type="importmap">).*?(?=</script>)', re.DOTALL)


def address(program: str, module: BuiltModule, name: str) -> str:
    """Return the address of a module's file. It holds the digest, so the content there never changes."""
    return f"/console/modules/{program}/{module.digest}/{name}"


def with_modules(page: bytes, modules: Mapping[str, BuiltModule]) -> bytes:
    """Add the list of modules to the page, and to its import map the digests of their scripts.

    A browser runs a script only if it has the digest that the import map names.
    """
    found = _IMPORT_MAP.search(page)
    if not modules or found is None:
        return page
    import_map = json.loads(found[0])
    import_map["integrity"] = {
        address(program, module, name): _digest(body, "sha384")
        for program, module in modules.items()
        for name, body in sorted(module.files.items())
        if name.endswith(".js")
    }
    listed = [_listed(program, module) for program, module in modules.items()]
    # The list stands behind the import map, and is data: no policy has to allow it.
    tail = b'</script><script type="application/json" id="modules">' + _json(listed)
    return page[: found.start()] + _json(import_map) + tail + page[found.end() :]


def script_sources(page: bytes) -> str:
    """Return the sources of scripts for the page's policy: the server itself, and the import map by its hash."""
    found = _IMPORT_MAP.search(page)
    return "'self'" if found is None else f"'self' '{_digest(found[0], 'sha256')}'"


def _listed(program: str, module: BuiltModule) -> dict[str, Any]:
    style = module.style and {
        "href": address(program, module, module.style),
        "integrity": _digest(module.files[module.style], "sha384"),
    }
    return {"program": program, "script": address(program, module, module.script), "style": style}


def _digest(body: bytes, algorithm: str) -> str:
    """Return a digest as policies and the attribute ``integrity`` have it."""
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, body).digest()).decode()}"


def _json(value: Any) -> bytes:
    """Return JSON for a script element: no text in it can end the element."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c").encode()
