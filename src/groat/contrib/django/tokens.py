"""Tokens for the live server and the API, made for users who are signed in to Django."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from groat.contrib.django import conf, records
from groat.contrib.django.people import display_name, person_id, roles_of
from groat.identity.tokens import Tokens
from groat.ledger.text import format_time


class UserToken(msgspec.Struct, frozen=True):
    """A token, the person and roles that it names, and its end (RFC 3339)."""

    token: str
    expires_at: str
    user: str
    name: str
    roles: tuple[str, ...]


def token_for(user: Any, ttl_s: int | None = None) -> str:
    """Return a token for a user, valid for ``ttl_s`` seconds (default: ``GROAT["TOKEN_TTL_S"]``, 900).

    Raises ValueError for nobody: an anonymous user, or one that is not active. IdentityError ``invalid_user`` for an id
    that groat cannot use.
    """
    return make_token(user, ttl_s).token


def make_token(user: Any, ttl_s: int | None = None) -> UserToken:
    """Return a token for a user with what it says; raises as :func:`token_for`."""
    if not user.is_authenticated or not user.is_active:
        raise ValueError("Only an active user who is signed in gets a token.")
    settings = conf.settings()
    ttl_s = settings.token_ttl_s if ttl_s is None else ttl_s
    records.keep_records([user])
    person, roles = person_id(user), roles_of(user)
    # A token of the second in which its bearer was signed out would count as one from before.
    issued_at = max(int(time.time()), records.signed_out_until(f"user:{person}") + 1)
    token = Tokens(settings).issue(person, roles, ttl_s, issued_at)
    return UserToken(token, format_time((issued_at + ttl_s) * 1_000_000), person, display_name(user), roles)
