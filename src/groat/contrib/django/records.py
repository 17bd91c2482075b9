"""Keep groat's records of people as Django's users and groups are: names, roles, and who may come in.

A record decides over every token of its person, also over SimpleJWT's, and open connections follow it within seconds.
It is written after the commit that changed the user, for all records share one counter, which no long transaction may
hold up. What is lost when the process dies in between, the next save, the next token or ``manage.py groat_people``
makes good.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import msgspec
import structlog
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connections, router, transaction
from django.db.models.signals import m2m_changed, post_save, pre_delete

from groat.contrib.django import blocks, conf
from groat.contrib.django.blocks import finish
from groat.contrib.django.people import display_name, person_id, roles_of
from groat.identity import flows
from groat.identity.errors import IdentityError
from groat.identity.flows import Change, Principal
from groat.identity.model import check_email
from groat.store.flow import Flow

CHUNK_MAX = 200
_TOLD = frozenset(
    {"is_active", "is_superuser", "is_staff", "password", "first_name", "last_name", "username", "email"}
)
"""Fields of Django's own user on which a record depends; a save of others alone changes none."""

log = structlog.get_logger("groat.django")


class KeptRecord(NamedTuple):
    """The record that a user should have; ``email`` UNSET leaves the address as it is."""

    principal: str
    name: str
    roles: tuple[str, ...]
    disabled: bool
    email: str | msgspec.UnsetType | None
    signed_out: bool = False


def connect() -> None:
    """Follow the users and groups of the project from now on."""
    users: Any = get_user_model()
    post_save.connect(_user_saved, sender=users, dispatch_uid="groat.user")
    pre_delete.connect(_user_deleted, sender=users, dispatch_uid="groat.user")
    if hasattr(users, "groups"):
        m2m_changed.connect(_membership_changed, sender=users.groups.through, dispatch_uid="groat.groups")
        post_save.connect(_group_saved, sender=Group, dispatch_uid="groat.group")
        pre_delete.connect(_group_deleted, sender=Group, dispatch_uid="groat.group")


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
        changed += _keep(wanted)
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


def _keep(wanted: Sequence[KeptRecord]) -> int:
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


# What Django tells


def _user_saved(
    *, instance: Any, created: bool, using: str, update_fields: Iterable[str] | None = None, **_: Any
) -> None:
    if update_fields is not None and _TOLD.isdisjoint(update_fields) and not created:
        return
    # Django keeps the raw password until the signal has been sent, if one was set.
    signed_out = not created and getattr(instance, "_password", None) is not None
    _after_commit(using, [instance.pk], signed_out)


def _user_deleted(*, instance: Any, using: str, **_: Any) -> None:
    try:
        gone = KeptRecord(f"user:{person_id(instance)}", display_name(instance), (), True, None)
    except IdentityError:
        return
    transaction.on_commit(partial(_keep, [gone]), using=using, robust=True)


def _membership_changed(
    *, instance: Any, action: str, reverse: bool, pk_set: set[Any] | None, using: str, **_: Any
) -> None:
    if not reverse:
        if action in ("post_add", "post_remove", "post_clear"):
            _after_commit(using, [instance.pk])
    elif action == "pre_clear":
        _after_commit(using, list(instance.user_set.values_list("pk", flat=True)))
    elif action in ("post_add", "post_remove"):
        _after_commit(using, list(pk_set or ()))


def _group_saved(*, instance: Any, created: bool, using: str, **_: Any) -> None:
    if not created:
        _after_commit(using, list(instance.user_set.values_list("pk", flat=True)))


def _group_deleted(*, instance: Any, using: str, **_: Any) -> None:
    _after_commit(using, list(instance.user_set.values_list("pk", flat=True)))


def _after_commit(using: str, keys: list[Any], signed_out: bool = False) -> None:
    if keys:
        transaction.on_commit(partial(_keep_by_key, using, keys, signed_out), using=using, robust=True)


def _keep_by_key(using: str, keys: list[Any], signed_out: bool) -> None:
    """Read the users anew, for the caller's object may have changed since, or its groups be cached."""
    users = get_user_model()._default_manager.using(using)
    for at in range(0, len(keys), CHUNK_MAX):
        found = users.filter(pk__in=keys[at : at + CHUNK_MAX])
        if signed_out:
            _keep([_record_of(user, signed_out) for user in found])
        else:
            keep_records(found)
