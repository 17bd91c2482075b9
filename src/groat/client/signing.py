"""Tokens for front ends, as the server reads them: JSON Web Tokens by HS256."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

import jwt

SECRET_BYTES_MIN = 32
ROLES_MAX = 16
_NAME = re.compile(r"[A-Za-z0-9._@|-]{1,64}", re.ASCII)


def sign_token(
    user: str | int,
    *,
    secret: str,
    expires_in_s: int,
    roles: Sequence[str] = (),
    issuer: str | None = None,
    audience: str | None = None,
    user_claim: str = "sub",
    roles_claim: str = "roles",
    claims: Mapping[str, Any] | None = None,
) -> str:
    """Return a token with which a page acts as a person, valid ``expires_in_s`` seconds from now.

    ``secret`` is the server's setting ``jwt_secret``. 900 seconds are a good choice, for a page gets a new token by
    itself. ``issuer``, ``audience`` and the names of the claims are those of the server's settings ``jwt_issuer``,
    ``jwt_audience``, ``jwt_user_claims`` and ``jwt_roles_claim``, where these are set. ``claims`` are further ones.

    Raises ValueError for a person, role, secret or time that the server would refuse, and for claims that other
    arguments make.
    """
    if len(secret.encode()) < SECRET_BYTES_MIN:
        raise ValueError(f"secret is the server's jwt_secret, of at least {SECRET_BYTES_MIN} bytes")
    if isinstance(expires_in_s, bool) or not isinstance(expires_in_s, int) or expires_in_s <= 0:
        raise ValueError("expires_in_s is a whole number of seconds above 0, such as 900")
    if isinstance(roles, str) or len(roles) > ROLES_MAX:
        raise ValueError(f"roles is a list of at most {ROLES_MAX} roles")
    person = str(user) if isinstance(user, int) and not isinstance(user, bool) else user
    for name in (person, *roles):
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not 1 to 64 of A-Z a-z 0-9 . _ @ | -")
    now = int(time.time())
    made: dict[str, Any] = {
        user_claim: person,
        roles_claim: list(roles),
        "iat": now,
        "exp": now + expires_in_s,
    }
    made |= {name: value for name, value in (("iss", issuer), ("aud", audience)) if value}
    if clash := made.keys() & (claims or {}).keys():
        raise ValueError(f"claims must not name {', '.join(sorted(clash))}: other arguments do")
    return jwt.encode({**(claims or {}), **made}, secret, algorithm="HS256")
