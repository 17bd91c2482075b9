"""Find what the pages of the admin site show: why a balance is as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse

from groat.contrib.django import blocks, conf
from groat.contrib.django.blocks import finish
from groat.contrib.django.ledger_tables import LedgerAccount, LedgerHold
from groat.contrib.django.people import person_id, roles_of
from groat.contrib.django.words import groat
from groat.identity.errors import IdentityError
from groat.identity.model import STAFF_ROLES
from groat.ledger.amounts import format_amount
from groat.ledger.errors import InvalidInput
from groat.ledger.text import parse_time
from groat.ledger.views import TransactionView

ENTRIES_MAX = 100
HOLDS_MAX = 50


def is_staff(user: Any) -> bool:
    """Return whether a user may read everything: by the role ``admin`` or ``support``."""
    return not STAFF_ROLES.isdisjoint(roles_of(user))


def paths_of(term: str) -> list[str]:
    """Return the accounts that a search means: the path itself, and that of the user who signs in by this name."""
    users: Any = get_user_model()
    paths = [term]
    for user in users._default_manager.filter(**{users.USERNAME_FIELD: term})[:1]:
        try:
            paths.append(f"user:{person_id(user)}")
        except IdentityError:
            continue
    return paths


def why(object_id: str) -> dict[str, Any] | None:
    """Return a balance by the id of its row, with its last changes and open holds; None if there is none."""
    alias = conf.database_alias()
    if not object_id.isdecimal() or len(object_id) > 18:
        return None
    account = LedgerAccount._default_manager.using(alias).filter(pk=int(object_id)).first()
    if account is None:
        return None
    balance = groat.balance(account.path, account.asset)
    entries = finish(blocks.ledger(alias).entries(account.path, account.asset, limit=ENTRIES_MAX))
    rows = LedgerHold._default_manager.using(alias).filter(source=account.pk, status="open")
    holds = [groat.held(str(row.pk)) for row in rows.order_by("-created_at")[:HOLDS_MAX]]
    return {
        "title": f"Why {account.path} has {balance.balance} {account.asset}",
        "balance": balance,
        "entries": [(entry, url(entry.transaction), moment(entry.recorded_at)) for entry in entries],
        "is_cut": len(entries) == ENTRIES_MAX,
        # The id of a hold is that of the transaction that made it.
        "holds": [(hold, url(hold.id), groat.transaction(hold.id)) for hold in holds if hold is not None],
    }


def transaction(id: str) -> TransactionView | None:
    """Return a transaction, also one of the archive; None if there is none."""
    try:
        return groat.transaction(id)
    except InvalidInput:
        return None


def amount_text(value: int, asset: str) -> str:
    """Return smallest units as a decimal text."""
    return format_amount(value, finish(blocks.ledger(conf.database_alias()).asset(asset)).scale)


def url(transaction: str) -> str:
    """Return the address of a transaction's page."""
    return reverse("admin:groat_ledgertransaction_change", args=[transaction])


def moment(text: str) -> datetime:
    """Return a time of groat's as Django's templates show times."""
    return datetime.fromtimestamp(parse_time(text) / 1_000_000, UTC)
