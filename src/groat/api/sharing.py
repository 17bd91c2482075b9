"""The one rule about accounts that people share: a member may read them. It is asked anew with each call."""

from __future__ import annotations

from groat.api.call import Call
from groat.api.problems import HttpError
from groat.api.rights import owns, sees_everything


async def check_may_read(call: Call, path: str) -> None:
    """Raise HttpError ``forbidden`` unless the account is the caller's own, or shared with them."""
    identity = call.identity
    if owns(identity, path) or sees_everything(identity):
        return
    if identity.user is None or "read" not in await call.groat.rights_on(path, identity.user):
        raise HttpError("forbidden")
