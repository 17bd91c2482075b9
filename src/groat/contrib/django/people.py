"""Django's users and groups as groat's people and roles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import structlog

from groat.contrib.django import conf, simple_jwt
from groat.identity.model import ADMIN, ROLES_MAX, STAFF_ROLES, check_roles, check_user

FLAGS: Mapping[str, str] = {"is_superuser": ADMIN, "is_staff": "staff"}
"""The roles of users with these flags, unless ``GROAT["ROLES"]`` says otherwise."""

_NO_ROLE = re.compile(r"[^A-Za-z0-9._@|-]+")

NAME_MAX = 200

log = structlog.get_logger("groat.django")


def person_id(user: Any) -> str:
    """Return the id of a user as a person of groat: the primary key, or SimpleJWT's ``USER_ID_FIELD``.

    Raises IdentityError ``invalid_user`` for one with other characters than letters, digits and ``._@|-``.
    """
    field = simple_jwt.user_id_field() if conf.simple_jwt_counts() else "pk"
    return check_user(str(getattr(user, field)))


def display_name(user: Any) -> str:
    """Return the name of a user as people see it: the full name, else the name they sign in with."""
    full = user.get_full_name() if hasattr(user, "get_full_name") else ""
    return str(full or user.get_username())[:NAME_MAX]


def roles_of(user: Any) -> tuple[str, ...]:
    """Return the roles of a user, sorted: those of the groups and flags. One that is not active has none.

    Raises SettingsError ``setting_invalid`` where ``GROAT["ROLES"]`` cannot be used.
    """
    if not user.is_active:
        return ()
    mapping = conf.roles()
    names = [flag for flag in FLAGS if getattr(user, flag, False)]
    if hasattr(user, "groups"):
        names += user.groups.values_list("name", flat=True)
    found: set[str] = set()
    for name in names:
        found.update(mapping[name] if name in mapping else [FLAGS.get(name) or _NO_ROLE.sub("-", name)[:64]])
    if len(found) > ROLES_MAX:
        # Rights come first; what is left out are only rooms.
        kept = sorted(found, key=lambda role: (role not in STAFF_ROLES, role))[:ROLES_MAX]
        log.warning("roles_left_out", user=str(user.pk), roles=sorted(found.difference(kept)))
        found = set(kept)
    return check_roles(tuple(found))
