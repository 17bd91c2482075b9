"""Hear from Django when users and groups change, and bring groat's records of them up to date after the commit.

What does the work is imported when something has changed: a command that changes nobody starts without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial, update_wrapper
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models.signals import m2m_changed, post_save, pre_delete

_TOLD = frozenset(
    {"is_active", "is_superuser", "is_staff", "password", "first_name", "last_name", "username", "email"}
)
"""Fields of Django's own user on which a record depends; a save of others alone changes none."""


def follow_users() -> None:
    """Follow the users and groups of the project from now on, and give each user a ``groat``."""
    users: Any = get_user_model()
    post_save.connect(_user_saved, sender=users, dispatch_uid="groat.user")
    pre_delete.connect(_user_deleted, sender=users, dispatch_uid="groat.user")
    if hasattr(users, "groups"):
        m2m_changed.connect(_membership_changed, sender=users.groups.through, dispatch_uid="groat.groups")
        post_save.connect(_group_saved, sender=Group, dispatch_uid="groat.group")
        pre_delete.connect(_group_deleted, sender=Group, dispatch_uid="groat.group")
    if not hasattr(users, "groat"):
        users.groat = property(_ledger_of)


def _ledger_of(user: Any) -> Any:
    from groat.contrib.django.user_ledger import UserLedger

    return UserLedger(user)


def _user_saved(
    *, instance: Any, created: bool, using: str, update_fields: Iterable[str] | None = None, **_: Any
) -> None:
    if update_fields is not None and _TOLD.isdisjoint(update_fields) and not created:
        return
    # Django keeps the raw password until the signal has been sent, if one was set.
    signed_out = not created and getattr(instance, "_password", None) is not None
    _after_commit(using, [instance.pk], signed_out)


def _user_deleted(*, instance: Any, using: str, **_: Any) -> None:
    from groat.contrib.django import records
    from groat.identity.errors import IdentityError

    with suppress(IdentityError):
        gone = records.record_of_gone(instance)
        _on_commit(using, records.keep, [gone])


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
        from groat.contrib.django.records import keep_by_key

        _on_commit(using, keep_by_key, using, keys, signed_out)


def _on_commit(using: str, function: Callable[..., Any], *args: Any) -> None:
    # Django logs what a callback raises under its name, which a partial function lacks unless it is given one.
    transaction.on_commit(update_wrapper(partial(function, *args), function), using=using, robust=True)
