"""A program's part of the console: built files that its installed package carries."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from groat.programs.program import ProgramError

BYTES_MAX = 16 * 1024 * 1024
MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".woff2": "font/woff2",
}
"""Media types of the files that a module may have, by their suffix."""

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


class BuiltModule(NamedTuple):
    """A module's ``files``, by their paths below its folder, and the ``digest`` of them all."""

    digest: str
    script: str
    style: str | None
    files: dict[str, bytes]


class ConsoleModule:
    """Declare the folder of an installed package that holds a program's built console module.

    ``script`` is the JavaScript module that the console imports, ``style`` the stylesheet that it loads first, both by
    their paths in ``folder``. The other files there are served beside them, so that they can be imported or shown by
    relative addresses.
    """

    def __init__(
        self, package: str, folder: str, *, script: str = "module.js", style: str | None = None
    ) -> None:
        self.package = package
        self.folder = folder
        self.script = script
        self.style = style

    def read(self) -> BuiltModule:
        """Read the files. Raises ProgramError ``console_module_invalid``."""
        place = f"the folder {self.folder!r} of the package {self.package!r}"
        try:
            root = files(self.package)
        except (ImportError, TypeError, ValueError):
            raise _invalid(f"There is no installed package {self.package!r} with a console module.") from None
        parts = PurePosixPath(self.folder).parts
        if not parts or ".." in parts or self.folder.startswith("/"):
            raise _invalid(f"A console module is a folder inside its package; {place} is not.")
        folder = root.joinpath(*parts)
        if not folder.is_dir():
            raise _invalid(f"There is no {place.removeprefix('the ')}; build the console module first.")
        found = dict(_collect(root, folder, ""))
        if sum(map(len, found.values())) > BYTES_MAX:
            raise _invalid(f"A console module has at most {BYTES_MAX} bytes; {place} has more.")
        for name, suffix in ((self.script, ".js"), (self.style, ".css")):
            if name is not None and (name not in found or not name.endswith(suffix)):
                raise _invalid(f"{place.capitalize()} has no {suffix} file {name!r}.")
        digest = hashlib.sha256()
        for name, body in sorted(found.items()):
            digest.update(b"%b\0%d\0%b" % (name.encode(), len(body), body))
        return BuiltModule(digest.hexdigest()[:32], self.script, self.style, found)


def _collect(root: Traversable, folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for each in folder.iterdir():
        name = prefix + each.name
        # A link may lead anywhere; what is served stays what the package was installed with.
        if isinstance(each, Path) and not each.resolve().is_relative_to(Path(str(root)).resolve()):
            raise _invalid(f"The file {name!r} of a console module leads out of its package.")
        if each.is_dir():
            yield from _collect(root, each, f"{name}/")
        elif PurePosixPath(name).suffix in MEDIA_TYPES and _NAME.fullmatch(each.name):
            yield name, each.read_bytes()
        else:
            raise _invalid(
                f"The file {name!r} of a console module cannot be served: its name must be of letters, digits and ._- "
                f"and end with one of {', '.join(MEDIA_TYPES)}."
            )


def _invalid(detail: str) -> ProgramError:
    return ProgramError("console_module_invalid", detail)
