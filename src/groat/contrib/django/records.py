"""Keep groat's records of people as Django's users and groups are: names, roles, and who may come in.

A record decides over every token of its person, also over SimpleJWT's, and open connections follow it within seconds.
It is written after the commit that changed the user, for all records share one counter, which no long transaction may
hold up. What is lost when the process dies in between, the next save, the next token or ``manage.py groat_people``
makes good.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec
import structlog
from django.contrib.auth import get_user_model
from django.db import connections, router

from groat.contrib.django import blocks, conf
from groat.contrib.django.blocks import finish
from groat.contrib.django.people import display_name, person_id, roles_of
from groat.identity import flows
from groat.identity.errors import IdentityError
from groat.identity.flows import Change, Principal
from groat.identity.model import check_email
from groat.store.flow import Flow

CHUNK_MAX = 200

log = structlog.get_logger("groat.django")


class KeptRecord(NamedTuple):
    """The record that a user should have; ``email`` UNSET leaves the address as it is."""

    principal: str
    name: str
    roles: tuple[str, ...]
    disabled: bool
    email: str | msgspec.UnsetType | None
    signed_out: bool = False


def keep_records(users: Iterable[Any]) -> int:
    """Bring the records of these users up to date; returns how many changed. Raises StoreError, SettingsError.

    A user with an id that groat cannot use is left out, and the log says so.
    """
    changed, rest = 0, iter(users)
    while chunk := list(islice(rest, CHUNK_MAX)):
        wanted = []
        for user in chunk:
            try:
                wanted.append(_record_of(user))
            except IdentityError as error:
                log.warning("user_left_out", user=str(user.pk), code=error.code, detail=error.detail)
        changed += keep(wanted)
    return changed


def keep_all() -> int:
    """Bring the records of all users up to date; returns how many changed; raises as :func:`keep_records`."""
    users = get_user_model()._default_manager.order_by("pk")
    if hasattr(get_user_model(), "groups"):
        users = users.prefetch_related("groups")
    return keep_records(users.iterator(CHUNK_MAX))


def has_users() -> bool:
    """Return whether the table of users is there, and has a row."""
    users = get_user_model()
    connection = connections[router.db_for_read(users) or "default"]
    return users._meta.db_table in connection.introspection.table_names() and users._default_manager.exists()


def signed_out_until(principal: str) -> int:
    """Return the second up to which tokens of a person are refused, 0 for none. Raises StoreError."""
    known: Principal | None = finish(blocks.ledger().read(flows.find, principal))
    return known.tokens_after if known is not None else 0


def _record_of(user: Any, signed_out: bool = False) -> KeptRecord:
    principal = f"user:{person_id(user)}"
    return KeptRecord(
        principal, display_name(user), roles_of(user), not user.is_active, _email(user), signed_out
    )


def _email(user: Any) -> str | msgspec.UnsetType | None:
    name = conf.given().get("VERIFIED_EMAIL")
    if not name:
        return msgspec.UNSET
    address = getattr(user, name)
    try:
        return check_email(str(address)) if address else None
    except IdentityError:
        return None


def keep_by_key(using: str, keys: list[Any], signed_out: bool = False) -> None:
    """Bring the records of the users with these keys up to date, and end their tokens if they are ``signed_out``.

    The users are read anew: a caller's object may have changed since, or its groups be cached.
    """
    users = get_user_model()._default_manager.using(using)
    for at in range(0, len(keys), CHUNK_MAX):
        found = users.filter(pk__in=keys[at : at + CHUNK_MAX])
        if signed_out:
            keep([_record_of(user, signed_out) for user in found])
        else:
            keep_records(found)


def record_of_gone(user: Any) -> KeptRecord:
    """Return the record of a user who is deleted: nobody is let in by it. Raises IdentityError ``invalid_user``."""
    return KeptRecord(f"user:{person_id(user)}", display_name(user), (), True, None)


def keep(wanted: Sequence[KeptRecord]) -> int:
    """Write those of the records that are not so already; returns how many. Raises StoreError, SettingsError."""
    ledger = blocks.ledger(conf.database_alias())
    known = finish(ledger.read(flows.find_many, [each.principal for each in wanted])) if wanted else {}
    stale = [each for each in wanted if _differs(each, known[each.principal])]
    for each in stale:
        ledger.change(_write, each)
    return len(stale)


def _differs(wanted: KeptRecord, known: Principal | None) -> bool:
    if known is None or wanted.signed_out:
        return True
    email = known.email if wanted.email is msgspec.UNSET else wanted.email
    return (wanted.name, wanted.roles, wanted.disabled, email) != (
        known.name,
        known.roles,
        known.disabled,
        known.email,
    )


def _write(wanted: KeptRecord) -> Flow[None]:
    change = Change(name=wanted.name, email=wanted.email, roles=wanted.roles, disabled=wanted.disabled)
    if wanted.signed_out:
        change.tokens_after = int(time.time())
    if isinstance(wanted.email, str):
        other = yield from flows.find_for_login(wanted.email)
        if other is not None and other.id != wanted.principal:
            log.warning("email_left_out", user=wanted.principal, taken_by=other.id)
            change.email = None
    yield from flows.change(wanted.principal, change, time.time_ns() // 1_000)
