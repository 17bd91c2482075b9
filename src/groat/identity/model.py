"""The values by which identity describes a caller to the other rooms."""

from __future__ import annotations

import re
import time
from typing import Any, NamedTuple

import msgspec

from groat.identity.errors import IdentityError

ADMIN = "admin"
SUPPORT = "support"
STAFF_ROLES = frozenset({ADMIN, SUPPORT})
"""Roles with rights of their own: ``admin`` may do everything, ``support`` may read everything."""

EVERYBODY = "role:all"
"""The room that every person is in, whatever their roles. Everybody hears what is told there."""

ROLES_MAX = 16
_EMAIL = re.compile(
    r"(?=[^@]{1,64}@)[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f-\x9f]+@[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f-\x9f/?#%=!'`|*+]+"
)
"""An address without quotes, comments and literals (RFC 5321 §4.1.2), in the letters of any script."""
_NAME = re.compile(r"[A-Za-z0-9._@|-]{1,64}", re.ASCII)


class Identity(msgspec.Struct, frozen=True):
    """A caller whose credentials were checked.

    ``principal`` is ``user:<id>`` or ``service:<name>``; ``user`` is the id of a person, None for a service;
    ``expires_at`` and ``issued_at`` are seconds since 1970, None for an API key. ``session`` names the session of the
    built-in login that the token was issued for and ends with; None for every other credential. ``decides_after``
    (seconds since 1970) is the moment from which they decide on requests.
    """

    principal: str
    user: str | None
    roles: frozenset[str] = frozenset()
    expires_at: int | None = None
    issued_at: int | None = None
    session: str | None = None
    decides_after: int = 0

    @property
    def may_decide(self) -> bool:
        """Return whether they have been staff for long enough to decide on requests."""
        return self.decides_after <= time.time()

    @property
    def is_admin(self) -> bool:
        """Return whether the caller may do everything."""
        return ADMIN in self.roles

    @property
    def is_staff(self) -> bool:
        """Return whether the caller may read everything."""
        return not STAFF_ROLES.isdisjoint(self.roles)

    @property
    def rooms(self) -> list[str]:
        """Return the streams of their roles, and for a person the room of all."""
        own = {f"role:{role}" for role in self.roles}
        return sorted(own if self.user is None else own | {EVERYBODY})

    @property
    def is_service(self) -> bool:
        """Return whether an app's own server calls, with an API key."""
        return self.user is None


class Rechecked(NamedTuple):
    """Callers that are let in as before, with the same roles, and callers whose token was revoked."""

    unchanged: set[Identity]
    revoked: set[Identity]


class OpenSession(msgspec.Struct, frozen=True):
    """A session of the built-in login: the name that binds tokens to it, and its end in microseconds since 1970."""

    name: str
    expires_at: int


class Person(msgspec.Struct, frozen=True):
    """A person known to the built-in accounts; ``roles`` None means that the token's roles count."""

    user: str
    name: str
    email: str | None
    roles: tuple[str, ...] | None
    disabled: bool
    has_password: bool = False

    def facts(self) -> dict[str, Any]:
        """Return the part of the record that the audit log keeps, as JSON-able values."""
        facts = msgspec.structs.asdict(self)
        del facts["has_password"]
        return facts


class ApiKey(msgspec.Struct, frozen=True):
    """An API key as it may be shown: never the key itself. Times are microseconds since 1970."""

    id: str
    service: str
    label: str
    created_at: int
    created_by: str
    revoked_at: int | None


def check_user(user: str) -> str:
    """Return the user id itself. Raises IdentityError ``invalid_user``."""
    if not _NAME.fullmatch(user):
        raise IdentityError("invalid_user")
    return user


def is_user(text: str) -> bool:
    """Return whether a text has the form of a user id."""
    return _NAME.fullmatch(text) is not None


def check_service(name: str) -> str:
    """Return the service name itself. Raises IdentityError ``invalid_service``."""
    if not _NAME.fullmatch(name):
        raise IdentityError("invalid_service")
    return name


def check_roles(roles: tuple[str, ...]) -> tuple[str, ...]:
    """Return the roles, sorted and each once. Raises IdentityError ``invalid_role``."""
    if len(roles) > ROLES_MAX or not all(_NAME.fullmatch(role) for role in roles):
        raise IdentityError("invalid_role")
    return tuple(sorted(set(roles)))


def check_email(email: str) -> str:
    """Return the address in lower case. Raises IdentityError ``invalid_email``."""
    if len(email) > 254 or not email.isprintable() or not _EMAIL.fullmatch(email):
        raise IdentityError("invalid_email")
    return email.lower()
