"""The routes of a server: a table of whole paths, and a tree of segments for paths that have names in them.

Both are plain dictionaries, which cost less than a microsecond a request (docs/decisions.md). Empty segments of a
request's path do not count: ``/v1/me/`` and ``//v1/me`` are ``/v1/me``.
"""

from __future__ import annotations

import re
from typing import Generic, TypeVar

T = TypeVar("T")

_NAME = re.compile(r"{([A-Za-z_]\w*)}")


class Endpoints(dict[str, tuple[T, tuple[str, ...]]]):
    """The endpoints of one path by method, each with the names of the path's parameters in their order."""

    @property
    def allow(self) -> list[str]:
        """The methods that the path answers, for the header Allow."""
        return [*self, "OPTIONS"]


class _Node(Generic[T]):
    """A place in the tree: where its literal segments lead, where any other segment leads, and what ends here."""

    __slots__ = ("endpoints", "literal", "named")

    def __init__(self) -> None:
        self.literal: dict[str, _Node[T]] = {}
        self.named: _Node[T] | None = None
        self.endpoints: Endpoints[T] = Endpoints()


class Routes(Generic[T]):
    """Finds the endpoints of a path. ``rest`` answers paths whose first segment begins no path with names.

    The one parameter of ``rest`` is the path without empty segments. A whole path comes before one with names, and a
    literal segment before a named one. The search never goes back: the path /a/b/c matches /a/{x}/c only if no path
    with names begins with /a/b.
    """

    def __init__(self, rest: Endpoints[T] | None = None) -> None:
        self._whole: dict[str, Endpoints[T]] = {}
        self._tree: _Node[T] = _Node()
        self._rest: Endpoints[T] = Endpoints() if rest is None else rest

    def add(self, method: str, path: str, endpoint: T) -> None:
        """Serve ``path`` ("/v1/accounts/{account}"). Raises ValueError if it is malformed."""
        names = check_path(path)
        if names:
            node = self._tree
            for segment in path[1:].split("/"):
                if segment.startswith("{"):
                    node.named = node = node.named or _Node()
                else:
                    node = node.literal.setdefault(segment, _Node())
            endpoints = node.endpoints
        else:
            endpoints = self._whole.setdefault(path, Endpoints())
        endpoints[method] = (endpoint, names)

    def find(self, path: str) -> tuple[Endpoints[T], list[str]]:
        """Return the endpoints of a request's path, none if it is not served, and the values of its parameters."""
        whole = self._whole.get(path)
        if whole is not None:
            return whole, []
        segments = [segment for segment in path.split("/") if segment]
        path = "/" + "/".join(segments)
        whole = self._whole.get(path)
        if whole is not None:
            return whole, []
        node, values = self._tree, []
        for segment in segments:
            found = node.literal.get(segment)
            if found is None:
                found = node.named
                if found is None:
                    return (self._rest, [path]) if node is self._tree else (Endpoints(), [])
                values.append(segment)
            node = found
        return (node.endpoints, values) if segments else (self._rest, [path])


def check_path(path: str) -> tuple[str, ...]:
    """Return the names in a path to serve. Raises ValueError unless each segment is a literal or one ``{name}``."""
    names = tuple(match[1] for segment in path.split("/") if (match := _NAME.fullmatch(segment)))
    literals = "/".join(segment for segment in path.split("/") if not _NAME.fullmatch(segment))
    if not path.startswith("/") or "//" in path or path.endswith("/") or re.search(r"[{}?#%\s]", literals):
        raise ValueError(f"the path {path} is not made of /literal and /{{name}} segments")
    if len(set(names)) < len(names):
        raise ValueError(f"the path {path} has a name twice")
    return names
