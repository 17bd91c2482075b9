"""Look up the people whom rows name, piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from groat.ledger.amounts import Asset
from groat.ledger.rows import Account
from groat.programs.runs.checking import FoundPeople, Given
from groat.store.flow import Flow, Query


def find_people(rows: Sequence[Given], asset: Asset) -> Flow[FoundPeople]:
    """Find the people of some rows by ids, e-mail addresses and names, with their accounts of an asset."""
    emails = {given.email.lower() for given in rows if given.email}
    emails |= {given.user.removeprefix("user:").lower() for given in rows if "@" in given.user}
    names = {given.name.lower() for given in rows if given.name and not given.user and not given.email}
    by_email: dict[str, str] = {}
    if emails:
        by_email = {email: _id(path) for email, path in (yield Query("users_by_emails", (sorted(emails),)))}
    by_name: dict[str, list[str]] = {}
    if names:
        for name, path in (yield Query("find_run_names", (sorted(names),))):
            by_name.setdefault(name, []).append(_id(path))
    ids = {given.user.removeprefix("user:") for given in rows if given.user}
    ids.update(by_email.values(), *by_name.values())
    people = yield from find_accounts(ids, asset)
    return FoundPeople(by_email, by_name, people)


def find_accounts(ids: Iterable[str], asset: Asset) -> Flow[dict[str, Account | None]]:
    """Read the account of an asset of each user that anybody knows, None for none yet."""
    paths = sorted({f"user:{id}" for id in ids})
    found = (yield Query("find_run_people", (paths, asset.code))) if paths else []
    return {_id(values[0]): account_of(values, asset) for values in found if values[1]}


def select_people(q: str, role: str, after: str, limit: int) -> Flow[list[str]]:
    """Read ids of people behind ``after`` with a text in their id, name or e-mail address, and a role; "" for any."""
    literal = q.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    args = (f"user:{after}", f"%{literal}%" if q else "%", f'%"{role}"%' if role else "", limit)
    return [_id(path) for (path,) in (yield Query("select_run_people", args))]


def account_of(values: Sequence[Any], asset: Asset) -> Account | None:
    """Make the account that a row of ``find_run_people`` has, None if it has none."""
    path, _, debits, credits, debits_pending, credits_pending, floor, ceiling, extras, id, *_ = values
    if id is None:
        return None
    return Account(
        id, path, asset, floor, ceiling, debits, credits, debits_pending, credits_pending, 1, extras=extras
    )


def _id(path: str) -> str:
    return path.removeprefix("user:")
