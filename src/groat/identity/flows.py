"""Identity's flows over the store: each yields named statements and receives their rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from groat.identity.errors import IdentityError
from groat.identity.model import ApiKey, Person
from groat.ledger.amounts import format_amount
from groat.ledger.views import BalanceView
from groat.store.flow import Flow, Query


class Principal(NamedTuple):
    """A row of ``principal``; ``roles`` None means that the token's roles count."""

    id: str
    name: str
    email: str | None
    password: str | None
    roles: tuple[str, ...] | None
    tokens_after: int
    disabled: bool
    rev: int
    decides_after: int = 0


def find(principal: str) -> Flow[Principal | None]:
    """Read everything known of a caller."""
    row = yield Query("find_principal", (principal,))
    return _principal(row)


def find_many(principals: Sequence[str]) -> Flow[dict[str, Principal | None]]:
    """Read everything known of many callers, by principal; None for those without a record."""
    found: dict[str, Principal | None] = dict.fromkeys(principals)
    for row in (yield Query("find_principals", (list(principals),))):
        found[row[0]] = _principal(row)
    return found


class CallerRecord(NamedTuple):
    """A caller's record, None without one, and whether the session of their token is still open."""

    record: Principal | None
    session_open: bool


def standings(
    callers: Sequence[tuple[str, str | None]], now: int
) -> Flow[dict[tuple[str, str | None], CallerRecord]]:
    """Read the records that decide over valid tokens, by principal and session (None: no session)."""
    records = yield from find_many(list({principal for principal, _ in callers}))
    asked = [caller for caller in callers if caller[1] is not None]
    live: set[str] = set()
    if asked:
        live = {row[0] for row in (yield Query("live_sessions", (asked, now)))}
    return {
        (principal, session): CallerRecord(records[principal], session is None or session in live)
        for principal, session in callers
    }


def find_for_login(name: str) -> Flow[Principal | None]:
    """Find a person by user id or, when there is an @, by e-mail address first."""
    row = None
    if "@" in name:
        row = yield Query("find_principal_by_email", (name.lower(),))
    if row is None:
        row = yield Query("find_principal", (f"user:{name}",))
    return _principal(row)


def create(principal: Principal, now: int) -> Flow[None]:
    """Create a person or a service. Raises IdentityError ``user_exists``."""
    taken = yield Query("find_principal", (principal.id,))
    if taken is None and principal.email:
        taken = yield Query("find_principal_by_email", (principal.email,))
    if taken is not None:
        raise IdentityError("user_exists")
    roles = None if principal.roles is None else json.dumps(principal.roles)
    yield Query(
        "insert_principal",
        (
            principal.id, principal.name, principal.email, principal.password, roles, now,
            principal.decides_after,
        ),
    )  # fmt: skip


class Change(msgspec.Struct, kw_only=True):
    """A change of a person; UNSET leaves a field as it is. ``tokens_after`` is in seconds since 1970.

    ``waits_until`` (seconds since 1970) is the moment from which the person may decide on requests, if this gives
    them new roles or a password that somebody else knows.
    """

    name: str | msgspec.UnsetType = msgspec.UNSET
    email: str | msgspec.UnsetType | None = msgspec.UNSET
    password: str | msgspec.UnsetType | None = msgspec.UNSET
    roles: tuple[str, ...] | msgspec.UnsetType | None = msgspec.UNSET
    disabled: bool | msgspec.UnsetType = msgspec.UNSET
    tokens_after: int | msgspec.UnsetType = msgspec.UNSET
    waits_until: int = 0

    @property
    def touches_rights(self) -> bool:
        """Return whether open connections must hear of it."""
        return not (self.roles is self.disabled is self.tokens_after is msgspec.UNSET)


def change(principal: str, wanted: Change, now: int) -> Flow[tuple[Principal, Principal]]:
    """Change a person. Returns the record before and after. One without a record (a token's bearer) gets one.

    Raises IdentityError ``user_exists`` when the e-mail address is another's. Signing out ends the sessions too.
    """
    row = yield Query("find_principal", (principal,))
    if row is None:
        yield Query("insert_principal", (principal, "", None, None, None, now, 0))
        row = yield Query("find_principal", (principal,))
    before = _principal(row)
    assert before is not None
    values = {k: v for k, v in msgspec.structs.asdict(wanted).items() if v is not msgspec.UNSET}
    waits_until = values.pop("waits_until")
    after = before._replace(**values)
    if after.password != before.password or not set(after.roles or ()) <= set(before.roles or ()):
        after = after._replace(decides_after=max(before.decides_after, waits_until))
    if after.email and after.email != before.email:
        other = yield Query("find_principal_by_email", (after.email,))
        if other is not None:
            raise IdentityError("user_exists")
    if (after.name, after.email, after.password) != (before.name, before.email, before.password):
        yield Query("update_profile", (principal, after.name, after.email, after.password))
    if wanted.touches_rights:
        yield _update_rights(after)
    if after.disabled or after.tokens_after != before.tokens_after:
        yield Query("delete_sessions_of", (principal,))
    return before, after


def changed(after_rev: int) -> Flow[tuple[int, list[str]]]:
    """List the principals that changed after a rev, and the newest rev. After -1 it lists nobody, only the rev."""
    if after_rev < 0:
        row = yield Query("last_rev", ())
        return row[0], []
    rows = yield Query("principals_changed", (after_rev,))
    return (rows[-1][0] if rows else after_rev), [row[1] for row in rows]


def people(principals: list[str]) -> Flow[list[Person]]:
    """Read the records of these people. Those without one are left out."""
    rows = yield Query("people_by_ids", (principals,))
    return [
        Person(
            user=row[0].partition(":")[2],
            name=row[1],
            email=row[2],
            roles=None if row[3] is None else tuple(json.loads(row[3])),
            disabled=bool(row[4]),
            has_password=bool(row[5]),
        )
        for row in rows
    ]


def add_key(key: ApiKey, digest: bytes) -> Flow[None]:
    """Add a key of a service. The first key creates the service's record."""
    principal = f"service:{key.service}"
    row = yield Query("find_principal", (principal,))
    if row is None:
        yield Query(
            "insert_principal",
            (principal, key.service, None, None, json.dumps(["service"]), key.created_at, 0),
        )
    yield Query("insert_api_key", (key.id, digest, principal, key.label, key.created_at, key.created_by))


def key_owner(digest: bytes) -> Flow[tuple[str, frozenset[str]] | None]:
    """Read the service principal and the roles behind a key's digest."""
    row = yield Query("find_api_key", (digest,))
    return None if row is None else (row[0], frozenset(json.loads(row[1] or "[]")))


def aliases(principal: str, user: str) -> Flow[list[str]]:
    """Find the person's other principals: the one with this user id as e-mail address, and their own address."""
    found = []
    if "@" in user:
        found.append(_principal((yield Query("find_principal_by_email", (user.lower(),)))))
    own = _principal((yield Query("find_principal", (principal,))))
    addresses = [f"user:{own.email}"] if own is not None and own.email else []
    return addresses + [other.id for other in found if other is not None]


def keys(limit: int) -> Flow[list[ApiKey]]:
    """Read all keys, newest first."""
    rows = yield Query("list_api_keys", (limit,))
    return [_key(row) for row in rows]


def revoke_key(id: str, now: int) -> Flow[ApiKey]:
    """Withdraw a key; its service's connections end. Raises IdentityError ``api_key_not_found``."""
    row = yield Query("find_api_key_by_id", (id,))
    if row is None or row[5] is not None:
        raise IdentityError("api_key_not_found")
    yield Query("revoke_api_key", (id, now))
    owner = _principal((yield Query("find_principal", (row[1],))))
    assert owner is not None
    yield _update_rights(owner)
    return _key(row)


def open_session(digest: bytes, principal: str, now: int, expires_at: int) -> Flow[None]:
    """Open a session, and forget those that have ended."""
    yield Query("delete_ended_sessions", (now,))
    yield Query("insert_session", (digest, principal, now, expires_at))


def session_owner(digest: bytes, now: int) -> Flow[tuple[Principal, int] | None]:
    """Return the owner of a session, and when it ends by itself."""
    row = yield Query("find_session", (digest, now))
    if row is None:
        return None
    owner = _principal((yield Query("find_principal", (row[0],))))
    return None if owner is None else (owner, row[1])


def close_session(digest: bytes, now: int) -> Flow[str | None]:
    """End a session and return its owner, None when there is none. All processes hear of it by the new rev."""
    row = yield Query("find_session", (digest, now))
    yield Query("delete_session", (digest,))
    owner = None if row is None else _principal((yield Query("find_principal", (row[0],))))
    if owner is None:
        return None
    yield _update_rights(owner)
    return owner.id


def roles_in_use() -> Flow[set[str]]:
    """List the roles that any record has."""
    rows = yield Query("roles_in_use", ())
    return {row[0] for row in rows}


def has_admin() -> Flow[bool]:
    """Return whether somebody can sign in as an admin."""
    row = yield Query("count_people", ("admin",))
    return bool(row[0])


def _principal(row: Any) -> Principal | None:
    if row is None:
        return None
    id, name, email, password, roles, tokens_after, disabled, rev, decides_after = row
    listed = None if roles is None else tuple(json.loads(roles))
    return Principal(id, name, email, password, listed, tokens_after, bool(disabled), rev, decides_after)


def _update_rights(principal: Principal) -> Query:
    id, _, _, _, roles, tokens_after, disabled, _, decides_after = principal
    listed = None if roles is None else json.dumps(roles)
    return Query("update_rights", (id, listed, int(disabled), tokens_after, decides_after))


def _key(row: Any) -> ApiKey:
    id, principal, label, created_at, created_by, revoked_at = row
    return ApiKey(id, principal.partition(":")[2], label, created_at, created_by, revoked_at)


def list_users(pattern: str, after: str, limit: int) -> Flow[list[str]]:
    """List the user ids that match a LIKE pattern, in order, behind ``after``."""
    rows = yield Query("list_users", ([pattern], f"user:{after}", limit))
    return [row[0].partition(":")[2] for row in rows]


def knows(user: str) -> Flow[bool]:
    """Return whether a person has a record or a stream."""
    row = yield Query("find_principal", (f"user:{user}",))
    if row is None:
        row = yield Query("find_stream_of_user", (f"user:{user}",))
    return row is not None


def balances_of(users: list[str]) -> Flow[dict[str, list[BalanceView]]]:
    """Read all balances of many people, by user id, each person's by path and asset."""
    rows = yield Query("balances_of_users", ([f"user:{user}" for user in users],))
    found: dict[str, list[BalanceView]] = {}
    for path, asset, scale, floor, ceiling, debits, credits_, held, version in sorted(
        rows, key=lambda r: r[:2]
    ):
        balance = credits_ - debits
        view = BalanceView(
            path,
            asset,
            format_amount(balance, scale),
            format_amount(balance - held, scale),
            format_amount(held, scale),
            version,
            None if floor is None else format_amount(floor, scale),
            None if ceiling is None else format_amount(ceiling, scale),
        )
        found.setdefault(path.split(":")[1], []).append(view)
    return found
