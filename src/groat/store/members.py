"""Read who shares accounts."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from groat.ledger.amounts import Asset
from groat.ledger.rows import MEMBERS, Account
from groat.ledger.views import BalanceView, ShareView, read_view
from groat.store.assets import learn_assets
from groat.store.flow import Flow, Query
from groat.store.grants import read_expiring


class MemberView(msgspec.Struct):
    """A member of a shared account, with what they may do: ``read``, ``spend``, ``manage``."""

    user: str
    rights: list[str]


def read_members(accounts: Iterable[Account]) -> Flow[None]:
    """Read the members of accounts that are locked."""
    shared = [account for account in accounts if account.extras & MEMBERS]
    found: dict[str, list[str]] = {account.path: [] for account in shared}
    for path, member in (yield Query("read_members", (sorted(found),))):
        found[path].append(member)
    for account in shared:
        account.members = tuple(sorted(found[account.path]))


def list_members(account: str) -> Flow[list[MemberView]]:
    """List the members of an account, by their ids."""
    rows = yield Query("list_members", (account,))
    return [MemberView(member.partition(":")[2], rights.split(",")) for member, rights in rows]


def list_shares(member: str) -> Flow[list[ShareView]]:
    """List the accounts that a person (``user:42``) is a member of, by their paths."""
    rows = yield Query("list_shares", (member,))
    return [ShareView(account, rights.split(",")) for account, rights in rows]


def rights_on(account: str, member: str) -> Flow[frozenset[str]]:
    """Return what a person may do on an account: nothing unless they are a member."""
    row = yield Query("find_member", (f"{account} {member}",))
    return frozenset(row[0].split(",")) - {""} if row else frozenset()


def shared_balances(member: str, assets: dict[str, Asset]) -> Flow[list[BalanceView]]:
    """Return the balances of all accounts that a person is a member of."""
    rows = yield Query("read_shared_balances", (member,))
    if not rows:
        return []
    yield from learn_assets(assets, (row[2] for row in rows))
    accounts = [Account(id, path, assets[asset], *rest) for id, path, asset, *rest in rows]
    yield from read_expiring(accounts)
    return [read_view(account) for account in accounts]
