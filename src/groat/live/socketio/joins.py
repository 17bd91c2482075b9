"""The rooms that an app's pages ask for by events of their own, such as `join-user-room`.

On this server the rooms of a connection come from its token, so joining changes nothing: a page only gets the answer
it waits for. Pages name rooms in many ways; what is read here is compared with what the caller has, never looked up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from groat.identity.model import Identity

_FIELDS: Final = ("room", "stream", "userId", "user_id", "candidateId", "id", "user", "role")
"""The fields under which pages put what they want, the most telling first."""
_PREFIXED: Final = re.compile(r"[A-Za-z]{1,32}[:_-](.+)", re.ASCII)


def wanted_stream(identity: Identity, args: list[Any]) -> str | None:
    """Return which of the caller's streams an event's arguments name; None if they name none of these.

    A room is named by itself or in a field of an object: `user:42`, `user_42`, `42` for a person's own, `role:admin`,
    `admin` for a role's. Without an argument it is the person's own.
    """
    wanted = args[0] if args else None
    if isinstance(wanted, dict):
        wanted = next((wanted[field] for field in _FIELDS if field in wanted), None)
    own = None if identity.user is None else f"user:{identity.user}"
    if wanted is None:
        return own
    if isinstance(wanted, bool) or not isinstance(wanted, str | int):
        return None
    name = str(wanted)
    prefixed = _PREFIXED.fullmatch(name)
    for each in (name, prefixed[1] if prefixed else name):
        if each == identity.user:
            return own
        if f"role:{each}" in identity.rooms:
            return f"role:{each}"
    return None
