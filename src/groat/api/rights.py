"""Rights: those that operations name, and the one rule about a person's own data."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from groat.api.problems import HttpError
from groat.identity import Identity
from groat.ledger.accounts import owner_stream


class Right(Enum):
    """The callers that may call an operation. Admins may do everything that staff may; support only reads."""

    ANYONE = "anyone, without signing in"
    SESSION = "whoever holds a session cookie, from the server's own pages"
    SIGNED_IN = "whoever is signed in; people get only what is theirs"
    PERSON = "people, for what is theirs"
    READ = "admins, support and services"
    POST = "admins and services"
    STAFF = "admins and support"
    ADMIN = "admins"
    SIGNED = "whoever signs the body with the operation's secret"
    LOCAL = "staff, and whoever calls from the same machine without a proxy in between"

    # Enum hashes a member's name, each time in Python.
    __hash__ = object.__hash__


WITHOUT_TOKEN = frozenset({Right.ANYONE, Right.SESSION, Right.SIGNED, Right.LOCAL})
"""Rights that are not decided by a token."""


def sees_everything(identity: Identity) -> bool:
    """Return whether the caller may read all accounts, not only their own."""
    return identity.is_staff or identity.is_service


# To name a member of an Enum costs more than to find it in a dict, and each call asks twice.
_RULES: dict[Right, Callable[[Identity], bool]] = {
    Right.SIGNED_IN: lambda identity: True,
    Right.PERSON: lambda identity: identity.user is not None,
    Right.READ: sees_everything,
    Right.POST: lambda identity: identity.is_admin or identity.is_service,
    Right.STAFF: lambda identity: identity.is_staff,
    Right.ADMIN: lambda identity: identity.is_admin,
}


def allows(right: Right, identity: Identity) -> bool:
    """Return whether a right that is decided by a token covers this caller."""
    return _RULES[right](identity)


def owns(identity: Identity, path: str) -> bool:
    """Return whether the account is the caller's own: ``user:7`` and the accounts below it."""
    return identity.user is not None and owner_stream(path) == f"user:{identity.user}"


def check_readable(identity: Identity, path: str) -> None:
    """Raise HttpError ``forbidden`` unless the caller may read this account."""
    if not (owns(identity, path) or sees_everything(identity)):
        raise HttpError("forbidden")
