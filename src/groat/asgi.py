"""The types of ASGI: a connection's scope, its messages, and the callables that receive and send them.

An application that is mounted in another one finds in its scope where: ``root_path`` is a prefix of ``path``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


def mount_of(scope: Scope) -> str:
    """Return the prefix under which the application is mounted, without a slash at its end: "" at the top."""
    root: str = scope.get("root_path", "")
    return root.rstrip("/")


def path_of(scope: Scope) -> str:
    """Return the path below the mount. Servers that take the prefix away themselves may leave it out of the path."""
    path: str = scope["path"]
    if scope.get("root_path"):
        mount = mount_of(scope)
        if path == mount or path.startswith(f"{mount}/"):
            return path[len(mount) :]
    return path


def target_of(scope: Scope) -> bytes:
    """Return the path and query of a request, as they stand on its first line."""
    path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path
