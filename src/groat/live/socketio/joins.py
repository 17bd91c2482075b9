"""The rooms that an app's pages ask for by events of their own, such as `join-user-room`.

On this server the rooms of a connection come from its token, so joining changes nothing: a page only gets the answer
it waits for. Pages name rooms in many ways; what is read here is compared with what the caller has, never looked up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from groat.identity.model import Identity

OWN: Final = "user"
"""The room of an event that asks for a person's own; others name the room of a role, such as `role:admin`."""
_FIELDS: Final = ("room", "stream", "userId", "user_id", "candidateId", "id", "user", "role")
"""The fields under which pages put what they want, the most telling first."""
_TOLD_LENGTH: Final = 200
_PERSON: Final = re.compile(r"(?:user|candidate|customer|member|person)[:_-](.+)", re.ASCII)
_ROLE: Final = re.compile(r"role[:_-](.+)", re.ASCII)


def wanted_stream(identity: Identity, room: str, args: list[Any]) -> str | None:
    """Return which of the caller's streams an event asks for; None if it asks for none of these.

    `room` is that of the event in the setting `join_events`. An event for the room of a role asks for that, whatever
    its arguments. In others the first argument names the room, by itself or in a field of an object: `user:42`,
    `user_42`, `42` for a person's own, `role:partner`, `partner` for a role's. Without one it is the person's own.
    """
    if room != OWN:
        return room if room in identity.rooms else None
    wanted = _wanted(args)
    own = None if identity.user is None else f"user:{identity.user}"
    if wanted is None:
        return own
    if isinstance(wanted, bool) or not isinstance(wanted, str | int):
        return None
    name = str(wanted)
    person = _PERSON.fullmatch(name)
    if identity.user in (name, person[1] if person else name):
        return own
    role = _ROLE.fullmatch(name)
    stream = f"role:{role[1] if role else name}"
    return stream if stream in identity.rooms else None


def told_room(room: str, args: list[Any]) -> str:
    """Return the room that an event asks for, for the log: without what else a page sends along, such as a token."""
    if room != OWN:
        return room
    wanted = _wanted(args)
    return str(wanted)[:_TOLD_LENGTH] if isinstance(wanted, str | int) else ""


def _wanted(args: list[Any]) -> Any:
    """Return what the first argument names, which may be anything; None without an argument."""
    wanted = args[0] if args else None
    if isinstance(wanted, dict):
        return next((wanted[field] for field in _FIELDS if field in wanted), wanted or None)
    return wanted
