"""Tokens, API keys, sessions and people, and the news of changed rights."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import msgspec
from uuid_utils import uuid7

from groat.engine.gather import Gather
from groat.identity import flows
from groat.identity.errors import Unauthorized
from groat.identity.flows import CallerRecord, Change, Principal
from groat.identity.model import (
    ApiKey,
    Identity,
    OpenSession,
    Person,
    Rechecked,
    check_email,
    check_roles,
    check_service,
    check_user,
    is_user,
)
from groat.identity.passwords import Passwords, Throttle
from groat.identity.tokens import Tokens
from groat.ledger.text import check_text
from groat.ledger.views import BalanceView

if TYPE_CHECKING:
    from groat.engine.groat import Groat
    from groat.settings import Settings

KEY_PREFIX = "groat_"
KEYS_LISTED_MAX = 1_000
SESSION_TTL_S = 12 * 3600
CACHED_MAX = 20_000
FRESH_S = 1.0
"""A cached caller is let in only while the news of changed rights is at most this old (5 s are promised)."""


class Identities:
    """Finds and checks callers, over a Groat and its settings.

    ``first_claims`` are claims that name a person before others (see :class:`groat.identity.tokens.Tokens`).

    Checked credentials are cached under their digest until they expire or their principal changes, because checking a
    signature costs more than posting a transaction.
    """

    def __init__(self, groat: Groat, settings: Settings, first_claims: Sequence[str] = ()) -> None:
        self._groat = groat
        self._settings = settings
        self._tokens = Tokens(settings, first_claims)
        self._passwords = Passwords()
        self._throttle = Throttle()
        # When a node dies, thousands of its clients come at once with tokens that this node has not seen.
        self._callers = Gather(self._standings)
        self._cache: dict[bytes, Identity] = {}
        self._withdrawn = 0
        self._listeners: list[Callable[[], None]] = []
        self._watchers: list[Callable[[Identity], None]] = []
        self._rev = -1
        self._looked_at = float("-inf")

    def close(self) -> None:
        """End the password thread."""
        self._passwords.close()

    # -- who calls ---------------------------------------------------------------------------------------------

    def authenticate(self, credential: str) -> Awaitable[Identity]:
        """Identify the sender of a bearer credential, a token or an API key. Raises Unauthorized."""
        if credential.startswith(KEY_PREFIX):
            return self.authenticate_key(credential)
        return self.authenticate_token(credential)

    async def authenticate_token(self, token: str) -> Identity:
        """Identify the bearer of a token. Raises Unauthorized ``token_*``, IdentityError ``keys_unavailable``."""
        digest = _digest(token)
        if time.monotonic() - self._looked_at >= FRESH_S:
            await self._look_again()
        known = self._cache.get(digest)
        if known is not None:
            if known.expires_at is not None and known.expires_at <= time.time():
                raise Unauthorized("token_expired")
            return known
        identity = await self._tokens.read(token)
        rev = self._rev
        standing = await self._callers.ask((identity.principal, identity.session))
        if not _lets_in(standing, identity):
            raise Unauthorized("token_revoked")
        record = standing.record
        if record is not None and record.roles is not None:
            identity = msgspec.structs.replace(
                identity, roles=frozenset(record.roles), decides_after=record.decides_after
            )
        self._remember(digest, identity, rev)
        for seen in self._watchers:
            seen(identity)
        return identity

    async def _standings(
        self, callers: Sequence[tuple[str, str | None]]
    ) -> dict[tuple[str, str | None], CallerRecord]:
        return await self._groat.read(flows.standings, callers, _now())

    async def recheck(self, identities: Sequence[Identity]) -> Rechecked:
        """Check again identities of changed principals: who is let in as before, and who not at all.

        A service is neither, nor a person whose roles come from their token: their present roles are not known here.
        """
        people = [identity for identity in identities if not identity.is_service]
        found = await asyncio.gather(*(self._callers.ask((one.principal, one.session)) for one in people))
        rechecked = Rechecked(set(), set())
        for identity, standing in zip(people, found, strict=True):
            record = standing.record
            if not _lets_in(standing, identity):
                rechecked.revoked.add(identity)
            elif (
                record is not None and record.roles is not None and identity.roles == frozenset(record.roles)
            ):
                rechecked.unchanged.add(identity)
        return rechecked

    async def authenticate_key(self, api_key: str) -> Identity:
        """Identify the service that sends an API key. Raises Unauthorized ``api_key_invalid``."""
        digest = _digest(api_key)
        if time.monotonic() - self._looked_at >= FRESH_S:
            await self._look_again()
        known = self._cache.get(digest)
        if known is not None:
            return known
        rev = self._rev
        owner = await self._groat.read(flows.key_owner, digest)
        if owner is None:
            raise Unauthorized("api_key_invalid")
        identity = Identity(owner[0], None, owner[1])
        self._remember(digest, identity, rev)
        return identity

    async def changes(self, after_rev: int) -> tuple[int, list[str]]:
        """Return the principals whose rights changed after ``after_rev``, and the newest rev. -1 names nobody."""
        rev, principals = await self._groat.read(flows.changed, after_rev)
        self._drop(principals)
        return rev, principals

    def listen(self, changed: Callable[[], None]) -> None:
        """Call back whenever this process changes somebody's rights or ends a session; `changes` says whose."""
        self._listeners.append(changed)

    def watch(self, seen: Callable[[Identity], None]) -> Callable[[], None]:
        """Call back with each person whose token this process lets in and did not know; returns what ends that."""
        self._watchers.append(seen)
        return lambda: self._watchers.remove(seen)

    async def issue_token(
        self,
        user: str,
        roles: tuple[str, ...] = (),
        ttl_s: int | None = None,
        session: OpenSession | None = None,
    ) -> tuple[str, Identity]:
        """Issue a token for a person. Returns the token and its identity.

        ``ttl_s`` is its life in seconds, None for the setting ``token_ttl_s``.

        With a ``session`` the token is refused as soon as that one ends. Raises IdentityError ``invalid_user``,
        ``invalid_role``.
        """
        record = await self._groat.read(flows.find, f"user:{check_user(user)}")
        # A token issued in the second of a sign-out would count as issued before it.
        issued_at = max(int(time.time()), record.tokens_after + 1 if record else 0)
        ttl_s = self._settings.token_ttl_s if ttl_s is None else ttl_s
        if record is not None and record.roles is not None:
            roles = record.roles
        name = None
        if session is not None:
            name = session.name
            ttl_s = max(1, min(ttl_s, session.expires_at // 1_000_000 - issued_at))
        token = self._tokens.issue(user, roles, ttl_s, issued_at, name)
        return token, Identity(f"user:{user}", user, frozenset(roles), issued_at + ttl_s, issued_at, name)

    # -- signing in --------------------------------------------------------------------------------------------

    async def login(self, name: str, password: str, address: str) -> Person:
        """Return the person with this user id or e-mail address and this password.

        ``address`` is the caller's, for the brake on guessing, or "" where a proxy hides it. Raises Unauthorized
        ``login_failed``, Throttled, Overloaded.
        """
        record = await self._groat.read(flows.find_for_login, name)
        # Count guesses at a person together, whether made by user id or by e-mail address.
        tried = record.id if record is not None else name.lower()
        self._throttle.attempt(tried, address)
        matches = await self._passwords.matches(record.password if record else None, password)
        if record is None or not matches or record.disabled:
            raise Unauthorized("login_failed")
        self._throttle.succeeded(tried, address)
        return _person(record)

    async def open_session(self, user: str) -> tuple[str, OpenSession]:
        """Open a session. Returns the cookie's value, of which only the digest is stored, and the session."""
        cookie = secrets.token_urlsafe(32)
        digest, now = _digest(cookie), _now()
        expires_at = now + SESSION_TTL_S * 1_000_000
        await self._groat.write(flows.open_session, digest, f"user:{user}", now, expires_at)
        return cookie, OpenSession(digest.hex(), expires_at)

    async def session_person(self, cookie: str) -> tuple[Person, OpenSession]:
        """Return the person whose session the cookie is, and the session. Raises Unauthorized ``session_invalid``."""
        digest = _digest(cookie)
        found = await self._groat.read(flows.session_owner, digest, _now())
        if found is None or found[0].disabled:
            raise Unauthorized("session_invalid")
        return _person(found[0]), OpenSession(digest.hex(), found[1])

    async def close_session(self, cookie: str) -> None:
        """End a session and refuse its tokens. One that is unknown or ended already is ignored."""
        principal = await self._groat.write(flows.close_session, _digest(cookie), _now())
        if principal is not None:
            self._forget([principal])

    # -- people ------------------------------------------------------------------------------------------------

    async def add_user(
        self,
        user: str,
        *,
        name: str = "",
        email: str | None = None,
        password: str | None = None,
        roles: tuple[str, ...] | None = (),
        by_staff: bool = False,
    ) -> Person:
        """Add a person. Without a password they cannot sign in here.

        ``roles`` None leaves their roles to their tokens. A person whom staff add (``by_staff``) decides on requests
        only after ``new_staff_wait_s``. Raises IdentityError ``user_exists``, ``invalid_*``, ``weak_password``.
        """
        record = Principal(
            id=f"user:{check_user(user)}",
            name=check_text(name, 200),
            email=check_email(email) if email else None,
            password=await self._passwords.hash(password) if password is not None else None,
            roles=None if roles is None else check_roles(roles),
            tokens_after=0,
            disabled=False,
            rev=0,
            decides_after=self._waits_until() if by_staff else 0,
        )
        await self._groat.write(flows.create, record, _now())
        # Their tokens may have been let in before there was a record.
        self._forget([record.id])
        return _person(record)

    async def change_user(
        self, user: str, wanted: Change, *, password: str | None = None, by_staff: bool = False
    ) -> tuple[Person, Person]:
        """Change a person. Returns the record before and after. A new password signs them out everywhere.

        Whoever gets roles or a password from staff (``by_staff``) decides on requests only after
        ``new_staff_wait_s``. Raises IdentityError ``user_exists``, ``invalid_*``, ``weak_password``.
        """
        if wanted.roles is not msgspec.UNSET and wanted.roles is not None:
            wanted.roles = check_roles(wanted.roles)
        if isinstance(wanted.name, str):
            check_text(wanted.name, 200)
        if isinstance(wanted.email, str):
            wanted.email = check_email(wanted.email)
        if password is not None:
            wanted.password = await self._passwords.hash(password)
            wanted.tokens_after = int(time.time())
        if by_staff:
            wanted.waits_until = self._waits_until()
        principal = f"user:{check_user(user)}"
        before, after = await self._groat.write(flows.change, principal, wanted, _now())
        self._forget([principal])
        return _person(before), _person(after)

    async def set_password(self, user: str, password: str) -> None:
        """Give a person a new password and sign them out everywhere. Raises IdentityError ``weak_password``."""
        await self.change_user(user, Change(), password=password)

    async def set_roles(self, user: str, roles: tuple[str, ...] | None) -> None:
        """Set a person's roles (None: their token's count); open connections hear within seconds."""
        await self.change_user(user, Change(roles=roles))

    async def revoke(self, user: str) -> None:
        """Sign a person out everywhere: sessions end, and tokens issued until now are refused."""
        await self.change_user(user, Change(tokens_after=int(time.time())))

    def _waits_until(self) -> int:
        return int(time.time()) + self._settings.new_staff_wait_s

    async def find_user(self, user: str) -> Person | None:
        """Return a person's record, None if there is none."""
        record = await self._groat.read(flows.find, f"user:{check_user(user)}")
        return None if record is None else _person(record)

    async def user_of(self, text: str, *, by_email: bool = True) -> str | None:
        """Return the user id for an id or e-mail address that a record or a stream has; None for others."""
        found = await self._groat.read(flows.find_for_login, text) if by_email else None
        if found is not None:
            return found.id.partition(":")[2]
        if not is_user(text):
            return None
        return text if await self._groat.read(flows.knows, text) else None

    async def people(self, users: list[str]) -> dict[str, Person]:
        """Return the records of many people by user id. Those without one are left out."""
        found = await self._groat.read(flows.people, [f"user:{user}" for user in users])
        return {person.user: person for person in found}

    async def list_users(self, q: str, after: str, limit: int) -> list[str]:
        """List ids of people with a record or a stream whose id, name or e-mail contains ``q``, behind ``after``."""
        literal = q.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        pattern = f"%{literal}%" if q else "%"
        return await self._groat.read(flows.list_users, pattern, after, limit)

    async def knows(self, user: str) -> bool:
        """Return whether a person has a record, or something ever happened to them."""
        return await self._groat.read(flows.knows, user)

    async def roles_in_use(self) -> set[str]:
        """List the roles that any record has."""
        return await self._groat.read(flows.roles_in_use)

    async def balances_of(self, users: list[str]) -> dict[str, list[BalanceView]]:
        """Return all balances of many people by user id. Those without any are left out."""
        return await self._groat.read(flows.balances_of, users)

    async def has_admin(self) -> bool:
        """Return whether somebody can sign in as an admin."""
        return await self._groat.read(flows.has_admin)

    # -- API keys ----------------------------------------------------------------------------------------------

    async def add_key(self, service: str, label: str, created_by: str) -> tuple[str, ApiKey]:
        """Add an API key. Returns the key, shown only this once, and its record.

        Raises IdentityError ``invalid_service``.
        """
        key = ApiKey(str(uuid7()), check_service(service), check_text(label, 200), _now(), created_by, None)
        text = KEY_PREFIX + secrets.token_urlsafe(32)
        await self._groat.write(flows.add_key, key, _digest(text))
        return text, key

    async def keys(self) -> list[ApiKey]:
        """List the newest 1,000 keys, newest first, without the keys themselves."""
        return await self._groat.read(flows.keys, KEYS_LISTED_MAX)

    async def revoke_key(self, id: str) -> ApiKey:
        """Withdraw a key. Raises IdentityError ``api_key_not_found``."""
        key = await self._groat.write(flows.revoke_key, id, _now())
        self._forget([f"service:{key.service}"])
        return key

    # -- what is remembered ------------------------------------------------------------------------------------

    async def _look_again(self) -> None:
        """Drop from the cache whoever's rights changed."""
        # Set it before the read: one caller reads, and the others go on with what was fresh just now.
        before, self._looked_at = self._looked_at, time.monotonic()
        try:
            self._rev, _ = await self.changes(self._rev)
            await self._tokens.refresh()
        except BaseException:
            self._looked_at = before
            raise
        if self._withdrawn != self._tokens.withdrawn:
            self._withdrawn = self._tokens.withdrawn
            self._cache.clear()

    def _remember(self, digest: bytes, identity: Identity, rev: int) -> None:
        # If somebody changed since the record was read, this could cache an outdated record.
        if rev != self._rev:
            return
        while len(self._cache) >= CACHED_MAX:
            del self._cache[next(iter(self._cache))]
        self._cache[digest] = identity

    def _forget(self, principals: list[str]) -> None:
        """Forget the callers whose rights this process changed, and notify the listeners."""
        self._drop(principals)
        for changed in self._listeners:
            changed()

    def _drop(self, principals: list[str]) -> None:
        if principals:
            gone = set(principals)
            self._cache = {d: i for d, i in self._cache.items() if i.principal not in gone}


def _lets_in(standing: CallerRecord, identity: Identity) -> bool:
    """Return whether a token that is valid in itself lets its bearer in."""
    if not standing.session_open:
        return False
    record = standing.record
    if record is None:
        return True
    if record.disabled:
        return False
    if identity.issued_at is None:
        return record.tokens_after == 0
    return identity.issued_at > record.tokens_after


def _now() -> int:
    return time.time_ns() // 1_000


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _person(record: Principal) -> Person:
    return Person(
        user=record.id.partition(":")[2],
        name=record.name,
        email=record.email,
        roles=record.roles,
        disabled=record.disabled,
        has_password=record.password is not None,
    )
